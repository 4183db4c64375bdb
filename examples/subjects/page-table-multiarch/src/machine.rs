//! The machines, and the crate's table over any of them: each request is the one call of the crate that comes nearest.

use std::cell::RefCell;

use memory_addr::{PhysAddr, VirtAddr};
use page_table_multiarch::{GenericPTE, MappingFlags, PageSize, PageTable64, PagingError, PagingMetaData, PagingResult};
use serde_json::{Value, json};

use crate::Fields;
use crate::memory::{Frames, PAGE};
use crate::sv39::Sv39Entry;
use crate::text::{flags_of, hex, letters, number};

/// A machine of the crate, or one that its traits can describe.
pub trait Machine {
    fn name(&self) -> &'static str;
    fn new_table(&self) -> Box<dyn Table>;
    /// What is particular about it.
    fn manifest(&self) -> Fields;
    fn read(&self, word: u64) -> Word;
    fn page(&self, frame: usize, flags: MappingFlags, is_huge: bool) -> usize;
    fn table(&self, frame: usize) -> usize;
}

/// An entry by what the crate's methods say of it.
pub struct Word {
    pub is_unused: bool,
    pub is_present: bool,
    pub is_huge: bool,
    pub frame: usize,
    pub flags: MappingFlags,
}

/// A table of any machine.
pub trait Table {
    fn root(&self) -> usize;
    fn map(&mut self, vaddr: usize, size: usize, paddr: usize, flags: MappingFlags) -> PagingResult;
    fn unmap(&mut self, vaddr: usize, size: usize) -> PagingResult;
    fn unmap_what_is_there(&mut self, vaddr: usize, size: usize) -> PagingResult;
    fn protect(&mut self, vaddr: usize, size: usize, flags: MappingFlags) -> PagingResult;
    fn remap(&mut self, vaddr: usize, paddr: usize) -> PagingResult;
    fn query(&self, vaddr: usize) -> PagingResult<(PhysAddr, MappingFlags, PageSize)>;
    fn leaves(&self) -> Vec<Leaf>;
}

#[derive(Clone)]
pub struct Leaf {
    start: usize,
    size: usize,
    paddr: usize,
    leaf_size: usize,
    flags: String,
}

/// Does what a request says.
pub fn answer(table: &mut dyn Table, ask: &str, request: &Value) -> Value {
    let of = |field: &str| number(&request[field]);
    let flags = flags_of(&request["flags"]);
    match (ask, flags) {
        ("map" | "protect", None) => json!({ "refused": "not-expressible" }),
        ("map", Some(flags)) => outcome(table.map(of("vaddr"), of("size"), of("paddr"), flags)),
        ("protect", Some(flags)) => outcome(table.protect(of("vaddr"), of("size"), flags)),
        ("unmap", _) if request["holes"] == "skip" => outcome(table.unmap_what_is_there(of("vaddr"), of("size"))),
        ("unmap", _) => outcome(table.unmap(of("vaddr"), of("size"))),
        ("remap", _) => outcome(table.remap(of("vaddr"), of("paddr"))),
        ("query", _) => json!({ "mapping": table.query(of("vaddr")).ok().map(|(paddr, flags, size)| {
            json!({ "paddr": hex(paddr.as_usize()), "size": hex(size as usize), "flags": letters(flags) })
        }) }),
        ("leaves", _) => {
            let (first, last) = (of("first"), of("last"));
            let inside = table.leaves().into_iter().filter(|leaf| leaf.start <= last && leaf.last() >= first);
            json!({ "leaves": inside.map(|leaf| json!({
                "start": hex(leaf.start), "size": hex(leaf.size), "paddr": hex(leaf.paddr), "leafSize": hex(leaf.leaf_size), "flags": leaf.flags,
            })).collect::<Vec<_>>() })
        }
        _ => json!({ "error": format!("{ask} is not supported") }),
    }
}

fn outcome(result: PagingResult) -> Value {
    match result {
        Ok(()) => json!({ "ok": true }),
        Err(error) => json!({ "refused": match error {
            PagingError::NoMemory => "out-of-frames",
            PagingError::NotAligned => "misaligned",
            PagingError::NotMapped => "not-mapped",
            // A huge page in the way of a smaller one.
            PagingError::AlreadyMapped | PagingError::MappedToHugePage => "already-mapped",
        } }),
    }
}

impl<M: PagingMetaData<VirtAddr = VirtAddr>, E: GenericPTE> Table for PageTable64<M, E, Frames> {
    fn root(&self) -> usize {
        self.root_paddr().as_usize()
    }

    fn map(&mut self, vaddr: usize, size: usize, paddr: usize, flags: MappingFlags) -> PagingResult {
        let frame_of = |at: VirtAddr| PhysAddr::from(paddr.wrapping_add(at.as_usize().wrapping_sub(vaddr)));
        self.cursor().map_region(vaddr.into(), frame_of, size, flags, true)
    }

    fn unmap(&mut self, vaddr: usize, size: usize) -> PagingResult {
        self.cursor().unmap_region(vaddr.into(), size)
    }

    /// The crate has no call that skips holes, but a walk that finds what is there.
    fn unmap_what_is_there(&mut self, vaddr: usize, size: usize) -> PagingResult {
        let last = vaddr + (size - 1);
        let leaves = self.leaves();
        let mut cursor = self.cursor();
        for run in leaves.iter().filter(|run| run.start <= last && run.last() >= vaddr) {
            let mut at = run.start.max(vaddr);
            while at >= vaddr && at <= run.last().min(last) {
                let (_, _, page) = cursor.unmap(at.into())?;
                at = at.wrapping_add(page as usize);
            }
        }
        Ok(())
    }

    fn protect(&mut self, vaddr: usize, size: usize, flags: MappingFlags) -> PagingResult {
        self.cursor().protect_region(vaddr.into(), size, flags)
    }

    /// The crate sets flags at the same time; those that there are.
    fn remap(&mut self, vaddr: usize, paddr: usize) -> PagingResult {
        let flags = PageTable64::query(self, vaddr.into()).map_or(MappingFlags::READ, |(_, flags, _)| flags);
        self.cursor().remap(vaddr.into(), paddr.into(), flags).map(|_| ())
    }

    fn query(&self, vaddr: usize) -> PagingResult<(PhysAddr, MappingFlags, PageSize)> {
        PageTable64::query(self, vaddr.into())
    }

    /// By the crate's own walk, which gives addresses of the upper half without their upper bits.
    fn leaves(&self) -> Vec<Leaf> {
        let leaves: RefCell<Vec<Leaf>> = RefCell::default();
        let unused = 64 - M::VA_MAX_BITS;
        let visit = |level: usize, _index: usize, vaddr: VirtAddr, entry: &E| {
            let below = M::LEVELS - 1 - level;
            if below > 0 && !entry.is_huge() {
                return;
            }
            let size = PAGE << (9 * below);
            let start = ((vaddr.as_usize() << unused) as isize >> unused) as usize;
            let leaf = Leaf { start, size, paddr: entry.paddr().as_usize(), leaf_size: size, flags: letters(entry.flags()) };
            let mut leaves = leaves.borrow_mut();
            match leaves.last_mut() {
                Some(run) if run.continues_with(&leaf) => run.size += size,
                _ => leaves.push(leaf),
            }
        };
        self.walk(usize::MAX, Some(&visit), None);
        leaves.into_inner()
    }
}

impl Leaf {
    fn last(&self) -> usize {
        self.start + (self.size - 1)
    }

    fn continues_with(&self, next: &Leaf) -> bool {
        self.start.checked_add(self.size) == Some(next.start)
            && self.paddr + self.size == next.paddr
            && self.leaf_size == next.leaf_size
            && self.flags == next.flags
    }
}

/// The machine of the crate's metadata and one kind of entry.
struct MachineOf<M, E> {
    name: &'static str,
    machine: &'static str,
    /// What is granted for letters: with user, with device and uncached, and none at all.
    grants: fn() -> Value,
    kind: std::marker::PhantomData<(M, E)>,
}

impl<M: PagingMetaData<VirtAddr = VirtAddr> + 'static, E: GenericPTE + 'static> Machine for MachineOf<M, E> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn new_table(&self) -> Box<dyn Table> {
        Box::new(PageTable64::<M, E, Frames>::try_new().unwrap())
    }

    fn manifest(&self) -> Fields {
        let manifest = json!({ "machine": self.machine, "levels": M::LEVELS, "physBits": M::PA_MAX_BITS, "grants": (self.grants)() });
        manifest.as_object().unwrap().clone()
    }

    fn read(&self, word: u64) -> Word {
        assert_eq!(size_of::<E>(), size_of::<u64>());
        // Both kinds of entry are a transparent 64-bit word.
        let entry: E = unsafe { std::mem::transmute_copy(&word) };
        Word { is_unused: entry.is_unused(), is_present: entry.is_present(), is_huge: entry.is_huge(), frame: entry.paddr().as_usize(), flags: entry.flags() }
    }

    fn page(&self, frame: usize, flags: MappingFlags, is_huge: bool) -> usize {
        E::new_page(frame.into(), flags, is_huge).bits()
    }

    fn table(&self, frame: usize) -> usize {
        E::new_table(frame.into()).bits()
    }
}

/// The crate's own metadata executes privileged instructions to flush the TLB; here nothing is to be flushed.
struct Sv39;

impl PagingMetaData for Sv39 {
    const LEVELS: usize = 3;
    const PA_MAX_BITS: usize = 56;
    const VA_MAX_BITS: usize = 39;
    type VirtAddr = VirtAddr;

    fn flush_tlb(_vaddr: Option<VirtAddr>) {}
}

fn sv39_grants() -> Value {
    // What an entry of the crate's says after it was told so: W without R, U alone, and no memory types.
    json!({
        "": "", "r": "r", "rw": "rw", "rx": "rx", "rwx": "rwx", "ru": "ru", "rwu": "rwu", "rxu": "rxu", "rwxu": "rwxu",
        "x": "x", "xu": "xu", "u": "u", "w": "w", "wu": "wu", "wx": "wx", "wxu": "wxu", "rn": "r", "rwn": "rw", "rd": "r", "rwd": "rw", "rg": null, "rwg": null,
    })
}

#[cfg(target_arch = "x86_64")]
mod x64 {
    use super::{PagingMetaData, Value, VirtAddr, json};

    pub struct X64;

    impl PagingMetaData for X64 {
        const LEVELS: usize = 4;
        const PA_MAX_BITS: usize = 52;
        const VA_MAX_BITS: usize = 48;
        type VirtAddr = VirtAddr;

        fn flush_tlb(_vaddr: Option<VirtAddr>) {}
    }

    pub fn grants() -> Value {
        // Whatever is present can be read; device memory and uncached memory are the same.
        json!({
            "": "", "r": "r", "rw": "rw", "rx": "rx", "rwx": "rwx", "ru": "ru", "rwu": "rwu", "rxu": "rxu", "rwxu": "rwxu",
            "x": "rx", "xu": "rxu", "u": "ru", "w": "rw", "wu": "rwu", "wx": "rwx", "wxu": "rwxu", "rn": "rn", "rwn": "rwn", "rd": "rn", "rwd": "rwn", "rg": null, "rwg": null,
        })
    }
}

pub const NAMES: &[&str] = if cfg!(target_arch = "x86_64") { &["riscv-sv39", "x86-64"] } else { &["riscv-sv39"] };

pub fn find(name: &str) -> Option<Box<dyn Machine>> {
    match name {
        "riscv-sv39" => Some(Box::new(MachineOf::<Sv39, Sv39Entry> { name: "riscv-sv39", machine: "riscv", grants: sv39_grants, kind: Default::default() })),
        #[cfg(target_arch = "x86_64")]
        "x86-64" => Some(Box::new(MachineOf::<x64::X64, page_table_entry::x86_64::X64PTE> {
            name: "x86-64", machine: "x86-64", grants: x64::grants, kind: Default::default(),
        })),
        _ => None,
    }
}
