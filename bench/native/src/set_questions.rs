//! The questions about sets, put to `memory_set`.

use std::hint::black_box;
use std::time::Duration;

use memory_addr::{AddrRange, MemoryAddr, VirtAddr, VirtAddrRange};
use memory_set::{MappingBackend, MemoryArea, MemorySet};

use crate::heap;
use crate::task::{Answer, Task, timed};
use crate::workload::{
    Checksum, PAGE, Place, Random, addresses, checked_operations, choose, cuts_at_once, lay_out,
};

/// A backend that does nothing but count its calls.
#[derive(Clone)]
struct Counting;

impl MappingBackend for Counting {
    type Addr = VirtAddr;
    type Flags = u32;
    type PageTable = u32;

    fn map(&self, _start: VirtAddr, _size: usize, _flags: u32, calls: &mut u32) -> bool {
        *calls = calls.wrapping_add(1);
        true
    }

    fn unmap(&self, _start: VirtAddr, _size: usize, calls: &mut u32) -> bool {
        *calls = calls.wrapping_add(1);
        true
    }

    fn protect(&self, _start: VirtAddr, _size: usize, _flags: u32, calls: &mut u32) -> bool {
        *calls = calls.wrapping_add(1);
        true
    }
}

struct World {
    set: MemorySet<Counting>,
    calls: u32,
    places: Vec<Place>,
    random: Random,
}

impl World {
    fn new(count: usize, seed: u32) -> Self {
        let mut random = Random::new(seed);
        let places = lay_out(count, &mut random);
        let mut world = World { set: MemorySet::new(), calls: 0, places: Vec::new(), random };
        for place in &places {
            world.map(place);
        }
        world.places = places;
        world
    }

    fn map(&mut self, place: &Place) {
        let area = MemoryArea::new(place.start.into(), place.size, place.flags, Counting);
        self.set.map(area, &mut self.calls, false).unwrap();
    }

    fn unmap(&mut self, start: usize, size: usize) {
        self.set.unmap(start.into(), size, &mut self.calls).unwrap();
    }

    /// All areas and the calls of the backend.
    fn hash(&self, sum: &mut Checksum) {
        sum.word(self.set.len() as u32);
        for area in self.set.iter() {
            sum.long(area.start().as_usize());
            sum.long(area.end().as_usize());
            sum.word(area.flags());
        }
        sum.word(self.calls);
    }
}

/// Maps areas as they were, in the place of what is left of them.
fn mend(set: &mut MemorySet<Counting>, calls: &mut u32, places: &[Place]) {
    for place in places {
        let area = MemoryArea::new(place.start.into(), place.size, place.flags, Counting);
        set.map(area, calls, true).unwrap();
    }
}

pub fn prepare(question: &str, count: usize, seed: u32) -> Option<Answer> {
    if question == "heap" {
        let places = lay_out(count, &mut Random::new(seed));
        let before = heap::in_use();
        let world = World::new(count, seed);
        let after = heap::in_use();
        let list = places.len() * size_of::<Place>();
        drop(world);
        return Some(Answer::Figure((after - before - list) as f64 / count as f64));
    }
    let world = World::new(count, seed);
    let task: Box<dyn Task> = match question {
        "find-random" => Find::new(world, false),
        "find-ascending" => Find::new(world, true),
        "overlaps-random" => Overlaps::new(world),
        "map-unmap" => MapUnmap::new(world),
        "unmap-split" => Cuts::new(world, Cut::Unmap),
        "protect-middle" => Cuts::new(world, Cut::Protect),
        "find-free-end" => FindFreeEnd::new(world),
        "unmap-64" => UnmapRange::new(world),
        "iterate" => Box::new(Iterate { world }),
        _ => return None,
    };
    Some(Answer::Task(task))
}

struct Find {
    world: World,
    queries: Vec<VirtAddr>,
    next: usize,
}

impl Find {
    fn new(mut world: World, ascending: bool) -> Box<Self> {
        let mut queries = addresses(&world.places, &mut world.random);
        if ascending {
            queries.sort_unstable();
        }
        Box::new(Self { world, queries, next: 0 })
    }
}

impl Task for Find {
    fn check(&mut self, sum: &mut Checksum) {
        self.world.hash(sum);
        for &query in &self.queries {
            match self.world.set.find(query) {
                Some(area) => {
                    sum.long(area.start().as_usize());
                    sum.word(area.flags());
                }
                None => sum.word(99),
            }
        }
    }

    fn run(&mut self, count: usize) -> Duration {
        let mask = self.queries.len() - 1;
        let first = self.next;
        self.next = (first + count) & mask;
        timed(|| {
            let mut found = 0;
            for i in first..first + count {
                found += self.world.set.find(self.queries[i & mask]).map_or(0, |area| area.flags());
            }
            black_box(found);
        })
    }
}

/// Asks whether the page of an address is free: an area ends or begins at most at its bounds.
struct Overlaps {
    world: World,
    ranges: Vec<VirtAddrRange>,
    next: usize,
}

impl Overlaps {
    fn new(mut world: World) -> Box<Self> {
        let queries = addresses(&world.places, &mut world.random);
        let page = |query: VirtAddr| AddrRange::from_start_size(query.align_down(PAGE), PAGE);
        let ranges = queries.into_iter().map(page).collect();
        Box::new(Self { world, ranges, next: 0 })
    }
}

impl Task for Overlaps {
    fn check(&mut self, sum: &mut Checksum) {
        for &range in &self.ranges {
            sum.word(self.world.set.overlaps(range) as u32);
        }
    }

    fn run(&mut self, count: usize) -> Duration {
        let mask = self.ranges.len() - 1;
        let first = self.next;
        self.next = (first + count) & mask;
        timed(|| {
            let mut found = 0;
            for i in first..first + count {
                found += self.world.set.overlaps(self.ranges[i & mask]) as u32;
            }
            black_box(found);
        })
    }
}

/// Maps the page behind an area, and unmaps it.
struct MapUnmap {
    world: World,
    starts: Vec<VirtAddr>,
    next: usize,
}

impl MapUnmap {
    fn new(mut world: World) -> Box<Self> {
        let mut end = |_| VirtAddr::from(world.places[world.random.below(world.places.len())].end());
        let starts = (0..1 << 14).map(&mut end).collect();
        Box::new(Self { world, starts, next: 0 })
    }
}

impl Task for MapUnmap {
    fn check(&mut self, sum: &mut Checksum) {
        for i in 0..checked_operations(self.world.places.len()) {
            let start = self.starts[i];
            self.world.map(&Place { start: start.as_usize(), size: PAGE, flags: 3 });
            sum.word(self.world.set.find(start).unwrap().flags());
            self.world.unmap(start.as_usize(), PAGE);
        }
        self.world.hash(sum);
    }

    fn run(&mut self, count: usize) -> Duration {
        let mask = self.starts.len() - 1;
        let first = self.next;
        self.next = (first + count) & mask;
        let World { set, calls, .. } = &mut self.world;
        timed(|| {
            for i in first..first + count {
                let start = self.starts[i & mask];
                set.map(MemoryArea::new(start, PAGE, 3, Counting), calls, false).unwrap();
                set.unmap(start, PAGE, calls).unwrap();
            }
        })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Cut {
    Unmap,
    Protect,
}

/// Unmaps or protects the page in the middle of areas, which cuts them; the cuts are mended off the clock.
struct Cuts {
    world: World,
    cut: Cut,
    places: Vec<Place>,
    at_once: usize,
    next: usize,
}

impl Cuts {
    fn new(mut world: World, cut: Cut) -> Box<Self> {
        let at_once = cuts_at_once(world.places.len());
        let mut places = choose(&world.places, 1 << 14, &mut world.random, |place| place.size >= 3 * PAGE);
        let whole = places.len() / at_once * at_once;
        places.truncate(whole.max(at_once.min(places.len())));
        let at_once = at_once.min(places.len());
        Box::new(Self { world, cut, places, at_once, next: 0 })
    }

    fn cut(&mut self, first: usize, count: usize) -> Duration {
        let World { set, calls, .. } = &mut self.world;
        let places = &self.places[first..first + count];
        match self.cut {
            Cut::Unmap => timed(|| {
                for place in places {
                    set.unmap(place.middle().into(), PAGE, calls).unwrap();
                }
            }),
            Cut::Protect => timed(|| {
                for place in places {
                    set.protect(place.middle().into(), PAGE, |flags| Some(flags ^ 1), calls).unwrap();
                }
            }),
        }
    }
}

impl Task for Cuts {
    fn check(&mut self, sum: &mut Checksum) {
        let count = checked_operations(self.world.places.len()).min(self.at_once);
        self.cut(0, count);
        self.world.hash(sum);
        mend(&mut self.world.set, &mut self.world.calls, &self.places[..count]);
        self.world.hash(sum);
    }

    fn run(&mut self, count: usize) -> Duration {
        let first = if self.next + count > self.places.len() { 0 } else { self.next };
        self.next = first + count;
        let spent = self.cut(first, count);
        mend(&mut self.world.set, &mut self.world.calls, &self.places[first..first + count]);
        spent
    }

    fn most(&self) -> usize {
        self.at_once
    }
}

/// Looks for more than any gap between areas has: it fits only behind the last one of the lower half.
struct FindFreeEnd {
    world: World,
}

const LARGER_THAN_ANY_GAP: usize = 1 << 30;

impl FindFreeEnd {
    fn new(world: World) -> Box<Self> {
        Box::new(Self { world })
    }

    fn find(&self) -> Option<VirtAddr> {
        let limit = AddrRange::new(VirtAddr::from(0), VirtAddr::from(1 << 47));
        self.world.set.find_free_area(black_box(0x40_0000.into()), LARGER_THAN_ANY_GAP, limit, PAGE)
    }
}

impl Task for FindFreeEnd {
    fn check(&mut self, sum: &mut Checksum) {
        sum.long(self.find().unwrap().as_usize());
    }

    fn run(&mut self, count: usize) -> Duration {
        timed(|| {
            for _ in 0..count {
                black_box(self.find());
            }
        })
    }
}

/// Unmaps the range of 64 neighbouring areas; they are mapped again off the clock.
struct UnmapRange {
    world: World,
    firsts: Vec<usize>,
    next: usize,
}

const NEIGHBOURS: usize = 64;

impl UnmapRange {
    fn new(mut world: World) -> Box<Self> {
        let last = world.places.len() * 7 / 8 - NEIGHBOURS;
        let firsts = (0..1 << 10).map(|_| world.random.below(last + 1)).collect();
        Box::new(Self { world, firsts, next: 0 })
    }

    fn run_one(&mut self) -> Duration {
        let first = self.firsts[self.next % self.firsts.len()];
        self.next += 1;
        let start = self.world.places[first].start;
        let size = self.world.places[first + NEIGHBOURS - 1].end() - start;
        let World { set, calls, places, .. } = &mut self.world;
        let spent = timed(|| set.unmap(start.into(), size, calls).unwrap());
        mend(set, calls, &places[first..first + NEIGHBOURS]);
        spent
    }
}

impl Task for UnmapRange {
    fn check(&mut self, sum: &mut Checksum) {
        let first = self.firsts[0];
        let last = first + NEIGHBOURS - 1;
        let start = self.world.places[first].start;
        self.world.unmap(start, self.world.places[last].end() - start);
        self.world.hash(sum);
        let World { set, calls, places, .. } = &mut self.world;
        mend(set, calls, &places[first..=last]);
        self.world.hash(sum);
    }

    fn run(&mut self, count: usize) -> Duration {
        (0..count).map(|_| self.run_one()).sum()
    }
}

struct Iterate {
    world: World,
}

impl Task for Iterate {
    fn check(&mut self, sum: &mut Checksum) {
        self.world.hash(sum);
    }

    fn run(&mut self, count: usize) -> Duration {
        timed(|| {
            let mut flags = 0;
            for _ in 0..count {
                for area in self.world.set.iter() {
                    flags += area.flags();
                }
            }
            black_box(flags);
        })
    }

    fn items(&self) -> usize {
        self.world.places.len()
    }
}
