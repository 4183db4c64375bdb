//! x86-64 with four and five levels as a subject of the vectors: what reads words, what walks, and pages in an ordered map
//! that can be changed. It tells all that the vectors ask for. Built with WRONG=1 in the environment it has four bugs that were found in
//! real code: bit 7 of an entry at the last level is taken for the mark of a huge leaf, rights are taken from the leaf
//! alone, the reserved bits of a huge leaf are not looked at, and a refused `map` leaves its first pages mapped.
//!
//!     rustc --edition 2021 example_x86_64.rs && ./example_x86_64 ../../vectors/walk/x86-64.json

mod vector_runner;

use std::collections::BTreeMap;

use vector_runner::{main_with, Access, Answer, Controls, Entry, Kind, Mapping, Mode, Subject, Table, Walk};

const P: u64 = 1;
const RW: u64 = 1 << 1;
const US: u64 = 1 << 2;
const A: u64 = 1 << 5;
const D: u64 = 1 << 6;
const PS: u64 = 1 << 7;
const G: u64 = 1 << 8;
const XD: u64 = 1 << 63;
/// Bits 51:12.
const FRAME: u64 = ((1 << 52) - 1) & !0xfff;

const WRONG: bool = option_env!("WRONG").is_some();

struct LongMode;

fn is_leaf(word: u64, level: u32) -> bool {
    level == 0 || word & PS != 0
}

/// The reserved bits that are set in a present word, as the manual names them.
fn illegal(word: u64, level: u32) -> Option<&'static str> {
    if WRONG {
        return (level == 0 && word & PS != 0).then_some("PS");
    }
    match level {
        1 if word & PS != 0 && word & 0x1f_e000 != 0 => Some("20:13"),
        2 if word & PS != 0 && word & 0x3fff_e000 != 0 => Some("29:13"),
        3.. if word & PS != 0 => Some("PS"),
        _ => None,
    }
}

/// Of a leaf: bits below its size are none of the address.
fn frame_of(word: u64, level: u32) -> u64 {
    word & FRAME & !((1 << (12 + 9 * level)) - 1)
}

/// What PWT, PCD and PAT select after reset: UC is device memory here, UC- not cached.
fn memory_type(word: u64, level: u32) -> &'static str {
    let pat = if level == 0 { word >> 7 & 1 } else { word >> 12 & 1 };
    match pat << 2 | word >> 3 & 3 {
        2 | 6 => "n",
        3 | 7 => "d",
        _ => "",
    }
}

fn flags_of(word: u64, level: u32) -> String {
    let letter = |bit: u64, letter: &'static str| if word & bit != 0 { letter } else { "" };
    let executable = if word & XD == 0 { "x" } else { "" };
    format!("r{}{executable}{}{}{}", letter(RW, "w"), letter(US, "u"), memory_type(word, level), letter(G, "g"))
}

fn is_canonical(vaddr: u64, levels: u32) -> bool {
    let unused = 64 - (12 + 9 * levels);
    ((vaddr << unused) as i64 >> unused) as u64 == vaddr
}

/// The bit that refuses an access to a page; `and` and `or` combine all words on the way.
fn refusal(and: u64, or: u64, access: Access, mode: Mode, controls: &Controls) -> Option<&'static str> {
    let is_user_page = and & US != 0;
    match mode {
        Mode::User if !is_user_page => return Some("U/S"),
        Mode::Kernel if is_user_page && if access == Access::Exec { controls.smep } else { controls.smap } => return Some("U/S"),
        _ => {}
    }
    match access {
        Access::Write if and & RW == 0 && (mode == Mode::User || controls.wp) => Some("R/W"),
        Access::Exec if or & XD != 0 => Some("XD"),
        _ => None,
    }
}

fn fault(fault: &str, level: Option<u32>, bit: Option<&str>) -> Option<Answer> {
    Some(Answer::Fault { fault: Some(fault.to_string()), level, bit: bit.map(str::to_string) })
}

impl Subject for LongMode {
    fn machines(&self) -> &[&str] {
        &["x86-64", "x86-64-la57"]
    }

    fn decode(&mut self, _machine: &str, word: u64, level: u32) -> Option<Entry> {
        if word & P == 0 {
            return Some(Entry::of(Kind::Absent));
        }
        if let Some(bit) = illegal(word, level) {
            return Some(Entry { reason: Some("reserved".to_string()), bit: Some(bit.to_string()), ..Entry::of(Kind::Invalid) });
        }
        if !is_leaf(word, level) {
            return Some(Entry { paddr: Some(word & FRAME), ..Entry::of(Kind::Table) });
        }
        Some(Entry {
            paddr: Some(frame_of(word, level)),
            flags: Some(flags_of(word, level)),
            accessed: Some(word & A != 0),
            dirty: Some(word & D != 0),
            ..Entry::of(Kind::Leaf)
        })
    }

    fn translate(&mut self, walk: &Walk) -> Option<Answer> {
        let levels = if walk.machine == "x86-64" { 4 } else { 5 };
        if !is_canonical(walk.vaddr, levels) {
            return fault("non-canonical", None, None);
        }
        let (mut table, mut and, mut or) = (walk.roots[0], u64::MAX, 0);
        let mut updates = Vec::new();
        for level in (0..levels).rev() {
            let entry = table + 8 * (walk.vaddr >> (12 + 9 * level) & 511);
            let word = match walk.memory.read_word(entry) {
                Some(word) => word,
                None => return fault("memory", None, None),
            };
            if word & P == 0 {
                return fault("not-present", Some(level), Some("P"));
            }
            if let Some(bit) = illegal(word, level) {
                return fault("reserved", Some(level), Some(bit));
            }
            if word & XD != 0 && !walk.controls.nxe {
                return fault("reserved", Some(level), Some("XD"));
            }
            (and, or) = if WRONG { (word, word) } else { (and & word, or | word) };
            let is_last = is_leaf(word, level);
            let marked = word | A | if is_last && walk.access == Access::Write { D } else { 0 };
            if marked != word {
                updates.push((entry, marked));
            }
            if !is_last {
                table = word & FRAME;
                continue;
            }
            if let Some(bit) = refusal(and, or, walk.access, walk.mode, &walk.controls) {
                return fault("permission", Some(level), Some(bit));
            }
            let offset = walk.vaddr & ((1 << (12 + 9 * level)) - 1);
            return Some(Answer::Mapped { paddr: frame_of(word, level) | offset, updates: Some(updates) });
        }
        unreachable!("level 0 has leaves alone")
    }

    fn open_table(&mut self, machine: &str, _base: u64, _size: u64) -> Option<Box<dyn Table>> {
        Some(Box::new(Pages { levels: if machine == "x86-64" { 4 } else { 5 }, pages: BTreeMap::new() }))
    }
}

/// Frames and rights by the addresses of their pages, all of 4 KiB.
struct Pages {
    levels: u32,
    pages: BTreeMap<u64, (u64, u64)>,
}

/// The bits for letters, of which this toy knows those of rights; none if it does not know one.
fn bits_of(flags: &str) -> Option<u64> {
    let known = !flags.is_empty() && flags.chars().all(|letter| "rwxu".contains(letter));
    let bit = |letter: char, bit: u64| if flags.contains(letter) { bit } else { 0 };
    known.then(|| P | bit('w', RW) | bit('u', US) | (XD - bit('x', XD)))
}

impl Pages {
    /// The addresses of a range's pages; none if it is no range of whole pages in one half.
    fn range(&self, start: u64, size: u64) -> Option<std::ops::RangeInclusive<u64>> {
        let last = start.checked_add(size.checked_sub(1)?)?;
        let is_within = is_canonical(start, self.levels) && is_canonical(last, self.levels) && start >> 63 == last >> 63;
        (start % 4096 == 0 && size % 4096 == 0 && is_within).then_some(start..=last)
    }
}

impl Table for Pages {
    fn map(&mut self, start: u64, size: u64, paddr: u64, flags: &str) -> String {
        let (range, bits) = match (self.range(start, size), bits_of(flags)) {
            (Some(range), Some(bits)) => (range, bits),
            _ => return "InvalidParam".to_string(),
        };
        if paddr % 4096 != 0 || paddr + (size - 1) >= 1 << 52 {
            return "InvalidParam".to_string();
        }
        if !WRONG && self.pages.range(range).next().is_some() {
            return "AlreadyExists".to_string();
        }
        for at in (0..size).step_by(4096) {
            if self.pages.contains_key(&(start + at)) {
                return "AlreadyExists".to_string();
            }
            self.pages.insert(start + at, (paddr + at, bits));
        }
        "ok".to_string()
    }

    fn unmap(&mut self, start: u64, size: u64) -> String {
        match self.range(start, size) {
            Some(range) => self.pages.retain(|page, _| !range.contains(page)),
            None => return "InvalidParam".to_string(),
        }
        "ok".to_string()
    }

    fn protect(&mut self, start: u64, size: u64, flags: &str) -> String {
        match (self.range(start, size), bits_of(flags)) {
            (Some(range), Some(bits)) => self.pages.range_mut(range).for_each(|(_, page)| page.1 = bits),
            _ => return "InvalidParam".to_string(),
        }
        "ok".to_string()
    }

    fn query(&mut self, vaddr: u64) -> Option<Mapping> {
        let (frame, bits) = self.pages.get(&(vaddr & !0xfff))?;
        Some(Mapping { paddr: frame | vaddr & 0xfff, size: Some(4096), flags: Some(flags_of(*bits, 0)) })
    }
}

fn main() {
    main_with(&mut LongMode);
}
