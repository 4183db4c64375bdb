//! The seeded workload. `src/workload.ts` makes the same one, number by number: the checksums of all
//! contenders are compared, so that a difference shows.

use memory_addr::VirtAddr;

pub const PAGE: usize = 4096;

const USER_START: usize = 0x40_0000;
const KERNEL_START: usize = 0xffff_8000_0000_0000;
const JUMP: usize = 1 << 24;

/// A linear congruential generator of which the upper bits are used.
pub struct Random(u32);

impl Random {
    pub fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// An integer in [0, n), for n up to 2^20.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((self.0 as u64 * n as u64) >> 32) as usize
    }
}

/// A hash of everything that was answered.
pub struct Checksum(u32);

impl Checksum {
    pub fn new() -> Self {
        Self(0x811c_9dc5)
    }

    pub fn word(&mut self, word: u32) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0100_0193);
    }

    pub fn long(&mut self, value: usize) {
        self.word(value as u32);
        self.word((value >> 32) as u32);
    }

    pub fn value(&self) -> u32 {
        self.0
    }
}

/// Where an area is to lie.
#[derive(Clone, Copy)]
pub struct Place {
    pub start: usize,
    pub size: usize,
    pub flags: u32,
}

impl Place {
    pub fn end(&self) -> usize {
        self.start + self.size
    }

    /// The page in the middle; strictly inside from 3 pages on.
    pub fn middle(&self) -> usize {
        self.start + self.size / (2 * PAGE) * PAGE
    }
}

/// Areas of 1 to 32 pages, gaps of 1 to 8, a jump every 64 areas; the last eighth in the upper half.
pub fn lay_out(count: usize, random: &mut Random) -> Vec<Place> {
    let mut places = Vec::with_capacity(count);
    let mut at = USER_START;
    for i in 0..count {
        if i == count * 7 / 8 {
            at = KERNEL_START;
        }
        at += (1 + random.below(8)) * PAGE;
        if i % 64 == 63 {
            at += JUMP;
        }
        let size = (1 + random.below(32)) * PAGE;
        let flags = random.below(8) as u32;
        places.push(Place { start: at, size, flags });
        at += size;
    }
    places
}

/// Addresses, in 7 of 8 cases within an area, at any byte.
pub fn addresses(places: &[Place], random: &mut Random) -> Vec<VirtAddr> {
    let count = if places.len() >= 100_000 { 1 << 18 } else { 1 << 14 };
    let query = |_| {
        let place = &places[random.below(places.len())];
        let inside = random.below(place.size);
        let hits = random.below(8) != 0;
        VirtAddr::from(if hits { place.start + inside } else { place.start - 1 })
    };
    (0..count).map(query).collect()
}

/// `count` different areas that `fits` accepts, in random order; fewer if there are fewer.
pub fn choose(places: &[Place], count: usize, random: &mut Random, fits: impl Fn(&Place) -> bool) -> Vec<Place> {
    let mut chosen: Vec<Place> = places.iter().copied().filter(fits).collect();
    for i in (1..chosen.len()).rev() {
        chosen.swap(i, random.below(i + 1));
    }
    chosen.truncate(count);
    chosen
}

/// How many areas are cut before the cuts are mended: few enough that the set stays about its size,
/// enough that the clock does not count.
pub fn cuts_at_once(count: usize) -> usize {
    (count / 8).clamp(16, 4096)
}

/// How many operations the checksum is taken of: less where one of them walks a million areas.
pub fn checked_operations(count: usize) -> usize {
    if count >= 1_000_000 {
        16
    } else if count >= 100_000 {
        64
    } else {
        512
    }
}
