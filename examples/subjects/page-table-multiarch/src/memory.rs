//! Physical memory for the tables of one subject, and the frames in it. The crate asks for them through functions
//! without a receiver, so the memory that is meant is entered first.

use std::cell::Cell;
use std::ptr;

use memory_addr::{PhysAddr, VirtAddr};
use page_table_multiarch::PagingHandler;

pub const PAGE: usize = 0x1000;
/// Nobody's: here the cases may write what they like. Frame 0, which the crate takes for "no table", is in it.
pub const SCRATCH: usize = 16 * PAGE;

pub struct World {
    words: Vec<u64>,
    free: Vec<usize>,
    pub used: usize,
    /// Allocations that still succeed; none: as many as there are frames.
    pub left: Option<u64>,
}

thread_local! {
    static CURRENT: Cell<*mut World> = const { Cell::new(ptr::null_mut()) };
}

impl World {
    pub fn new(frames: usize) -> Box<Self> {
        let free = (0..frames).rev().map(|frame| SCRATCH + frame * PAGE).collect();
        Box::new(Self { words: vec![0; (SCRATCH + frames * PAGE) / 8], free, used: 0, left: None })
    }

    /// Does something with the crate in this memory.
    pub fn enter<T>(&mut self, work: impl FnOnce() -> T) -> T {
        CURRENT.set(self);
        work()
    }

    pub fn word(&mut self, paddr: usize) -> &mut u64 {
        self.words.get_mut(paddr / 8).unwrap_or_else(|| panic!("there is no memory at {paddr:#x}"))
    }

    /// Those that are not zero, by address.
    pub fn words(&self) -> impl Iterator<Item = (usize, u64)> {
        self.words.iter().enumerate().filter(|(_, word)| **word != 0).map(|(index, word)| (index * 8, *word))
    }
}

fn current() -> &'static mut World {
    // One thread runs, and every call of the crate is made from `enter`.
    unsafe { &mut *CURRENT.get() }
}

pub struct Frames;

impl PagingHandler for Frames {
    fn alloc_frames(num: usize, _align: usize) -> Option<PhysAddr> {
        assert_eq!(num, 1);
        let world = current();
        if world.left == Some(0) {
            return None;
        }
        let frame = world.free.pop()?;
        world.left = world.left.map(|left| left - 1);
        world.used += 1;
        Some(PhysAddr::from(frame))
    }

    fn dealloc_frames(paddr: PhysAddr, _num: usize) {
        let world = current();
        world.words[paddr.as_usize() / 8..][..PAGE / 8].fill(0);
        world.free.push(paddr.as_usize());
        world.used -= 1;
    }

    fn phys_to_virt(paddr: PhysAddr) -> VirtAddr {
        let words = &mut current().words;
        assert!(paddr.as_usize() + PAGE <= words.len() * 8, "a table at {:#x} is out of memory", paddr.as_usize());
        VirtAddr::from(words.as_mut_ptr() as usize + paddr.as_usize())
    }
}
