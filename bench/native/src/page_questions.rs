//! The questions about page tables, put to `page_table_multiarch`.

use std::alloc::{Layout, alloc_zeroed};
use std::cell::UnsafeCell;
use std::hint::black_box;
use std::marker::PhantomData;
use std::time::Duration;

use memory_addr::{MemoryAddr, PhysAddr, VirtAddr};
use page_table_entry::x86_64::X64PTE;
use page_table_multiarch::{GenericPTE, MappingFlags, PageTable64, PagingHandler, PagingMetaData};

use crate::limit::Fill;
use crate::sv39::Sv39Entry;
use crate::task::{Answer, Task, timed};
use crate::workload::{Checksum, PAGE, Random};

/// The crate's own metadata executes privileged instructions to flush the TLB; here nothing is to be flushed.
struct X64;

impl PagingMetaData for X64 {
    const LEVELS: usize = 4;
    const PA_MAX_BITS: usize = 52;
    const VA_MAX_BITS: usize = 48;
    type VirtAddr = VirtAddr;

    fn flush_tlb(_vaddr: Option<VirtAddr>) {}
}

struct Sv39;

impl PagingMetaData for Sv39 {
    const LEVELS: usize = 3;
    const PA_MAX_BITS: usize = 56;
    const VA_MAX_BITS: usize = 39;
    type VirtAddr = VirtAddr;

    fn flush_tlb(_vaddr: Option<VirtAddr>) {}
}

const POOL_FRAMES: usize = 1 << 14;

/// Frames for tables, from one block of memory; the one freed last is handed out first.
struct Pool {
    memory: *mut u8,
    free: Vec<usize>,
}

struct Global(UnsafeCell<Option<Pool>>);

// One thread runs.
unsafe impl Sync for Global {}

static POOL: Global = Global(UnsafeCell::new(None));

fn pool() -> &'static mut Pool {
    let slot = unsafe { &mut *POOL.0.get() };
    slot.get_or_insert_with(|| {
        let layout = Layout::from_size_align(POOL_FRAMES * PAGE, PAGE).unwrap();
        // Frame 0 stays unused: a physical address of 0 means "no table" to the crate.
        Pool { memory: unsafe { alloc_zeroed(layout) }, free: (1..POOL_FRAMES).rev().collect() }
    })
}

struct Frames;

impl PagingHandler for Frames {
    fn alloc_frames(num: usize, _align: usize) -> Option<PhysAddr> {
        assert_eq!(num, 1);
        pool().free.pop().map(|frame| PhysAddr::from(frame * PAGE))
    }

    fn dealloc_frames(paddr: PhysAddr, _num: usize) {
        pool().free.push(paddr.as_usize() / PAGE);
    }

    fn phys_to_virt(paddr: PhysAddr) -> VirtAddr {
        VirtAddr::from(pool().memory as usize + paddr.as_usize())
    }
}

type Table<M, E> = PageTable64<M, E, Frames>;

pub fn prepare(machine: &str, question: &str, count: usize, seed: u32) -> Option<Answer> {
    match machine {
        "x86-64" => prepare_for::<X64, X64PTE>(question, count, seed),
        "riscv-sv39" => prepare_for::<Sv39, Sv39Entry>(question, count, seed),
        _ => None,
    }
}

fn prepare_for<M, E>(question: &str, count: usize, seed: u32) -> Option<Answer>
where
    M: PagingMetaData<VirtAddr = VirtAddr> + 'static,
    E: GenericPTE + 'static,
{
    let task: Box<dyn Task> = match question {
        "page-map" => Whole::<M, E>::new(count, PAGE, Verb::Map, seed),
        "page-protect" => Whole::<M, E>::new(count, PAGE, Verb::Protect, seed),
        "page-unmap" => Whole::<M, E>::new(count, PAGE, Verb::Unmap, seed),
        "page-map-2m" => Whole::<M, E>::new(count, LARGE, Verb::Map, seed),
        "page-unmap-2m" => Whole::<M, E>::new(count, LARGE, Verb::Unmap, seed),
        "page-map-unmap-16" => Pieces::<M, E>::new(count, 16, seed),
        "page-map-unmap-1" => Pieces::<M, E>::new(count, 1, seed),
        "translate" | "translate-address" => Query::<M, E>::new(count, seed),
        "page-fill" => Fill::new(count),
        _ => return None,
    };
    Some(Answer::Task(task))
}

const LARGE: usize = 2 << 20;
/// Aligned to 2 MiB and not to 1 GiB, so that no leaf of 1 GiB fits.
const PHYS: usize = (1 << 30) + LARGE;
const QUERIES: usize = 1 << 16;

fn flags_rw() -> MappingFlags {
    MappingFlags::READ | MappingFlags::WRITE | MappingFlags::USER
}

fn flags_r() -> MappingFlags {
    MappingFlags::READ | MappingFlags::USER
}

fn random_addresses(pages: usize, random: &mut Random, count: usize) -> Vec<VirtAddr> {
    (0..count).map(|_| VirtAddr::from(random.below(pages) * PAGE + random.below(PAGE))).collect()
}

fn hash_query<M, E>(table: &Table<M, E>, vaddr: VirtAddr, sum: &mut Checksum)
where
    M: PagingMetaData<VirtAddr = VirtAddr>,
    E: GenericPTE,
{
    match table.query(vaddr) {
        Ok((paddr, flags, size)) => {
            sum.long(paddr.as_usize());
            sum.word(flags.bits() as u32);
            sum.long(size as usize);
        }
        Err(_) => sum.word(99),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Verb {
    Map,
    Protect,
    Unmap,
}

/// One operation on the whole of a range: mapped into new tables, protected to and fro, or unmapped.
struct Whole<M: PagingMetaData, E: GenericPTE> {
    pages: usize,
    page: usize,
    verb: Verb,
    is_writable: bool,
    random: Random,
    table: Option<Table<M, E>>,
    kind: PhantomData<(M, E)>,
}

impl<M, E> Whole<M, E>
where
    M: PagingMetaData<VirtAddr = VirtAddr>,
    E: GenericPTE,
{
    fn new(pages: usize, page: usize, verb: Verb, seed: u32) -> Box<Self> {
        let table = Some(PageTable64::try_new().unwrap());
        let mut whole = Box::new(Self { pages, page, verb, is_writable: true, random: Random::new(seed), table, kind: PhantomData });
        if verb == Verb::Protect {
            whole.map();
        }
        whole
    }

    fn size(&self) -> usize {
        self.pages * self.page
    }

    fn map(&mut self) {
        let (size, allows_huge) = (self.size(), self.page != PAGE);
        let mut cursor = self.table.as_mut().unwrap().cursor();
        cursor.map_region(0.into(), |vaddr| PhysAddr::from(PHYS + vaddr.as_usize()), size, flags_rw(), allows_huge).unwrap();
    }

    fn protect(&mut self) {
        self.is_writable = !self.is_writable;
        let (size, flags) = (self.size(), if self.is_writable { flags_rw() } else { flags_r() });
        self.table.as_mut().unwrap().cursor().protect_region(0.into(), size, flags).unwrap();
    }

    fn unmap(&mut self) {
        let size = self.size();
        self.table.as_mut().unwrap().cursor().unmap_region(0.into(), size).unwrap();
    }

    /// Without tables below the root: the old ones go back to the pool first.
    fn renew(&mut self) {
        self.table = None;
        self.table = Some(PageTable64::try_new().unwrap());
    }
}

impl<M, E> Task for Whole<M, E>
where
    M: PagingMetaData<VirtAddr = VirtAddr>,
    E: GenericPTE,
{
    fn check(&mut self, sum: &mut Checksum) {
        if self.verb != Verb::Protect {
            self.map();
        } else {
            self.protect();
        }
        let pages = self.size() / PAGE;
        let mut queries = Vec::new();
        for _ in 0..1024 {
            queries.push(VirtAddr::from(self.random.below(pages.min(1 << 20)) * PAGE + self.random.below(PAGE)));
        }
        for &query in &queries {
            hash_query(self.table.as_ref().unwrap(), query, sum);
        }
        if self.verb == Verb::Unmap {
            self.unmap();
            for &query in &queries {
                hash_query(self.table.as_ref().unwrap(), query, sum);
            }
        }
    }

    fn run(&mut self, count: usize) -> Duration {
        let mut spent = Duration::ZERO;
        for _ in 0..count {
            spent += match self.verb {
                Verb::Map => {
                    self.renew();
                    timed(|| self.map())
                }
                Verb::Protect => timed(|| self.protect()),
                Verb::Unmap => {
                    self.renew();
                    self.map();
                    timed(|| self.unmap())
                }
            };
        }
        spent
    }

    fn items(&self) -> usize {
        self.pages
    }
}

/// Maps and unmaps a few pages at random places; the last page of every table stays mapped, and with it the tables.
struct Pieces<M: PagingMetaData, E: GenericPTE> {
    table: Table<M, E>,
    starts: Vec<VirtAddr>,
    size: usize,
    next: usize,
}

impl<M, E> Pieces<M, E>
where
    M: PagingMetaData<VirtAddr = VirtAddr>,
    E: GenericPTE,
{
    fn new(pages: usize, piece: usize, seed: u32) -> Box<Self> {
        let mut random = Random::new(seed);
        let mut table: Table<M, E> = PageTable64::try_new().unwrap();
        for i in (511..pages).step_by(512) {
            let size = PAGE;
            table.cursor().map_region((i * PAGE).into(), |_| PHYS.into(), size, flags_rw(), false).unwrap();
        }
        let start = |_| {
            let at = random.below(pages / piece) * piece;
            VirtAddr::from(if at % 512 + piece > 511 { at - piece } else { at } * PAGE)
        };
        let starts = (0..1 << 14).map(start).collect();
        Box::new(Self { table, starts, size: piece * PAGE, next: 0 })
    }

    fn map(&mut self, start: VirtAddr) {
        let size = self.size;
        self.table.cursor().map_region(start, |vaddr| PhysAddr::from(PHYS + vaddr.as_usize()), size, flags_rw(), false).unwrap();
    }

    fn unmap(&mut self, start: VirtAddr) {
        let size = self.size;
        self.table.cursor().unmap_region(start, size).unwrap();
    }
}

impl<M, E> Task for Pieces<M, E>
where
    M: PagingMetaData<VirtAddr = VirtAddr>,
    E: GenericPTE,
{
    fn check(&mut self, sum: &mut Checksum) {
        for i in 0..512 {
            let start = self.starts[i];
            self.map(start);
            hash_query(&self.table, start.add(self.size - 1), sum);
            self.unmap(start);
            hash_query(&self.table, start, sum);
        }
    }

    fn run(&mut self, count: usize) -> Duration {
        let mask = self.starts.len() - 1;
        let first = self.next;
        self.next = (first + count) & mask;
        timed(|| {
            for i in first..first + count {
                let start = self.starts[i & mask];
                self.map(start);
                self.unmap(start);
            }
        })
    }
}

/// Asks for random addresses of a range that is mapped.
struct Query<M: PagingMetaData, E: GenericPTE> {
    table: Table<M, E>,
    queries: Vec<VirtAddr>,
    next: usize,
}

impl<M, E> Query<M, E>
where
    M: PagingMetaData<VirtAddr = VirtAddr>,
    E: GenericPTE,
{
    fn new(pages: usize, seed: u32) -> Box<Self> {
        let mut random = Random::new(seed);
        let mut table: Table<M, E> = PageTable64::try_new().unwrap();
        table.cursor().map_region(0.into(), |vaddr| PhysAddr::from(PHYS + vaddr.as_usize()), pages * PAGE, flags_rw(), false).unwrap();
        Box::new(Self { table, queries: random_addresses(pages, &mut random, QUERIES), next: 0 })
    }
}

impl<M, E> Task for Query<M, E>
where
    M: PagingMetaData<VirtAddr = VirtAddr>,
    E: GenericPTE,
{
    fn check(&mut self, sum: &mut Checksum) {
        for &query in &self.queries {
            sum.long(self.table.query(query).unwrap().0.as_usize());
        }
    }

    fn run(&mut self, count: usize) -> Duration {
        let mask = self.queries.len() - 1;
        let first = self.next;
        self.next = (first + count) & mask;
        timed(|| {
            let mut found = 0;
            for i in first..first + count {
                if let Ok((paddr, ..)) = self.table.query(black_box(self.queries[i & mask])) {
                    found ^= paddr.as_usize();
                }
            }
            black_box(found);
        })
    }
}
