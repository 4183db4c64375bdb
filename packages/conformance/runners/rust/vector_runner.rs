//! Runs conformance vectors against page-table code. This one file is the runner, and needs nothing but `std`: copy it,
//! implement `Subject`, call `main_with`. What the vectors mean is told in INTERPRETING.md beside them.
//!
//! ```text
//! mod vector_runner;
//! struct Mine;
//! impl vector_runner::Subject for Mine {
//!     fn machines(&self) -> &[&str] { &["riscv-sv39"] }
//!     fn translate(&mut self, walk: &vector_runner::Walk) -> Option<vector_runner::Answer> { ... }
//! }
//! fn main() { vector_runner::main_with(&mut Mine) }
//! ```
//!
//!     rustc --edition 2021 -O my_subject.rs && ./my_subject vectors/walk/riscv-sv39.json
//!
//! It prints what failed, then `N passed, N failed`; with `--json` a line of JSON for each vector instead. Exit code 1:
//! something failed; 2: a file cannot be read. A part that a subject does not have is skipped; details that it does not
//! tell (`None`) are counted, and not compared.

#![allow(dead_code)]

use std::collections::HashMap;
use std::fmt::Write as _;

/// The version of the format that this file reads.
pub const FORMAT: u64 = 1;
/// Bytes; tables of vectors are small.
const MOST_RAM: u64 = 1 << 28;

// ---- What a subject implements -------------------------------------------------------------------------------------

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Absent,
    Table,
    Leaf,
    Invalid,
}

/// What a word means; start with `Entry::of(kind)`.
#[derive(Clone, Debug)]
pub struct Entry {
    pub kind: Kind,
    pub paddr: Option<u64>,
    /// Letters of `rwxudng`, in any order.
    pub flags: Option<String>,
    pub accessed: Option<bool>,
    pub dirty: Option<bool>,
    pub reason: Option<String>,
    pub bit: Option<String>,
}

impl Entry {
    pub fn of(kind: Kind) -> Entry {
        Entry { kind, paddr: None, flags: None, accessed: None, dirty: None, reason: None, bit: None }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
    Exec,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    User,
    Kernel,
}

/// The state of the machine; each reads its own, the others are false.
#[derive(Clone, Copy, Debug, Default)]
pub struct Controls {
    pub wp: bool,
    pub nxe: bool,
    pub smep: bool,
    pub smap: bool,
    pub sum: bool,
    pub mxr: bool,
    /// Hardware sets A and D; otherwise software does (Svade).
    pub svadu: bool,
    pub pan: bool,
}

/// The memory that tables lie in.
pub struct Memory {
    pub start: u64,
    words: Vec<u64>,
}

impl Memory {
    /// In bytes.
    pub fn size(&self) -> u64 {
        8 * self.words.len() as u64
    }

    /// Reads the word at a multiple of 8; `None` where no memory is.
    pub fn read_word(&self, paddr: u64) -> Option<u64> {
        let offset = paddr.checked_sub(self.start)?;
        if offset % 8 == 0 { self.words.get(usize::try_from(offset / 8).ok()?).copied() } else { None }
    }

    /// All words, from `start` on.
    pub fn words(&self) -> &[u64] {
        &self.words
    }
}

/// One access. The memory is the same for every query of a vector.
pub struct Walk<'a> {
    pub machine: &'a str,
    pub memory: &'a Memory,
    /// One, or that of the lower half and that of the upper one.
    pub roots: &'a [u64],
    pub vaddr: u64,
    pub access: Access,
    pub mode: Mode,
    pub controls: Controls,
}

/// What an access comes to. Of a fault, `None` is what is not told.
#[derive(Clone, Debug)]
pub enum Answer {
    /// `updates`: words that hardware writes back, with their addresses.
    Mapped { paddr: u64, updates: Option<Vec<(u64, u64)>> },
    Fault { fault: Option<String>, level: Option<u32>, bit: Option<String> },
}

#[derive(Clone, Debug)]
pub struct Mapping {
    pub paddr: u64,
    /// Of the leaf, in bytes.
    pub size: Option<u64>,
    pub flags: Option<String>,
}

/// A table that operations change. They answer `ok`, or the code of a refusal.
pub trait Table {
    fn map(&mut self, start: u64, size: u64, paddr: u64, flags: &str) -> String;
    fn unmap(&mut self, start: u64, size: u64) -> String;
    fn protect(&mut self, start: u64, size: u64, flags: &str) -> String;
    /// `None` where nothing is mapped.
    fn query(&mut self, vaddr: u64) -> Option<Mapping>;
}

/// The code under test; what it does not have answers `None`.
pub trait Subject {
    fn machines(&self) -> &[&str];
    fn decode(&mut self, _machine: &str, _word: u64, _level: u32) -> Option<Entry> {
        None
    }
    fn translate(&mut self, _walk: &Walk) -> Option<Answer> {
        None
    }
    /// An empty table; frames may be taken from `[base, base + size)`.
    fn open_table(&mut self, _machine: &str, _base: u64, _size: u64) -> Option<Box<dyn Table>> {
        None
    }
}

// ---- JSON ----------------------------------------------------------------------------------------------------------

enum Json {
    Null,
    Truth(bool),
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(HashMap<String, Json>),
}

static NOTHING: Json = Json::Null;

impl Json {
    /// A member; null where there is none.
    fn get(&self, name: &str) -> &Json {
        match self {
            Json::Object(members) => members.get(name).unwrap_or(&NOTHING),
            _ => &NOTHING,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }

    fn list(&self) -> &[Json] {
        match self {
            Json::List(items) => items,
            _ => &[],
        }
    }

    fn text(&self) -> &str {
        match self {
            Json::Text(text) => text,
            _ => "",
        }
    }

    fn truth(&self) -> Option<bool> {
        match self {
            Json::Truth(truth) => Some(*truth),
            _ => None,
        }
    }

    /// A `0x` text or a whole number. 2^64, which a size may be, is none.
    fn number(&self) -> Option<u64> {
        match self {
            Json::Text(text) => u64::from_str_radix(text.strip_prefix("0x")?, 16).ok(),
            Json::Number(text) => text.parse().ok(),
            _ => None,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn wrong<T>(&self, what: &str) -> Result<T, String> {
        let line = 1 + self.text.as_bytes()[..self.at.min(self.text.len())].iter().filter(|byte| **byte == b'\n').count();
        Err(format!("{line}: {what}"))
    }

    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: u32) -> Result<Json, String> {
        if depth > 64 {
            return self.wrong("nested too deep");
        }
        self.skip_space();
        let rest = &self.text[self.at..];
        match self.peek() {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => Ok(Json::Text(self.string()?)),
            _ => {
                for (word, value) in [("null", Json::Null), ("true", Json::Truth(true)), ("false", Json::Truth(false))] {
                    if rest.starts_with(word) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                let length = rest.bytes().take_while(|byte| b"-+.eE0123456789".contains(byte)).count();
                if length == 0 {
                    return self.wrong("no value");
                }
                self.at += length;
                Ok(Json::Number(rest[..length].to_string()))
            }
        }
    }

    fn object(&mut self, depth: u32) -> Result<Json, String> {
        let mut members = HashMap::new();
        self.at += 1;
        self.skip_space();
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            self.skip_space();
            if self.peek() != b'"' {
                return self.wrong("a name is missing");
            }
            let name = self.string()?;
            self.skip_space();
            if self.peek() != b':' {
                return self.wrong("a colon is missing");
            }
            self.at += 1;
            members.insert(name, self.value(depth + 1)?);
            if self.ends(b'}')? {
                return Ok(Json::Object(members));
            }
        }
    }

    fn array(&mut self, depth: u32) -> Result<Json, String> {
        let mut items = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.peek() == b']' {
            self.at += 1;
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.ends(b']')? {
                return Ok(Json::List(items));
            }
        }
    }

    /// After a member: whether it was the last one.
    fn ends(&mut self, end: u8) -> Result<bool, String> {
        self.skip_space();
        match self.peek() {
            0 => self.wrong("the file ends too early"),
            byte if byte == end || byte == b',' => {
                self.at += 1;
                Ok(byte == end)
            }
            _ => self.wrong("a comma is missing"),
        }
    }

    fn string(&mut self) -> Result<String, String> {
        let mut text = String::new();
        self.at += 1;
        loop {
            let c = match self.text[self.at..].chars().next() {
                None | Some('\n') => return self.wrong("a text does not end"),
                Some(c) => c,
            };
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(text),
                '\\' => {
                    let escape = self.peek();
                    self.at += 1;
                    match escape {
                        b'"' | b'\\' | b'/' => text.push(escape as char),
                        b'b' => text.push('\u{8}'),
                        b'f' => text.push('\u{c}'),
                        b'n' => text.push('\n'),
                        b'r' => text.push('\r'),
                        b't' => text.push('\t'),
                        b'u' => {
                            match self.text.get(self.at..self.at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
                                // Halves of pairs stand in descriptions at most.
                                Some(code) => text.push(char::from_u32(code).unwrap_or('?')),
                                None => return self.wrong("bad \\u"),
                            }
                            self.at += 4;
                        }
                        _ => return self.wrong("an unknown escape"),
                    }
                }
                _ => text.push(c),
            }
        }
    }
}

// ---- Comparing -----------------------------------------------------------------------------------------------------

/// How one vector ended on one machine.
pub struct Outcome {
    pub id: String,
    pub machine: String,
    /// `pass`, `fail` or `skip`.
    pub status: &'static str,
    /// What was expected and what was found, a line each; why it was skipped.
    pub detail: String,
    /// How many expected details were not told.
    pub untold: usize,
}

#[derive(Default)]
struct Check {
    differences: Vec<String>,
    skip: Option<String>,
    untold: usize,
}

impl Check {
    fn differs(&mut self, place: &str, expected: impl std::fmt::Display, found: impl std::fmt::Display) {
        self.differences.push(format!("{place}: expected {expected}, found {found}"));
    }

    fn number(&mut self, place: &str, name: &str, expected: &Json, found: Option<u64>) {
        match (expected.number(), found) {
            (None, _) => {}
            (Some(_), None) => self.untold += 1,
            (Some(expected), Some(found)) if expected == found => {}
            (Some(expected), Some(found)) => self.differs(place, format!("{name} {expected:#x}"), format!("{name} {found:#x}")),
        }
    }

    fn truth(&mut self, place: &str, name: &str, expected: &Json, found: Option<bool>) {
        match (expected.truth(), found) {
            (None, _) => {}
            (Some(_), None) => self.untold += 1,
            (Some(expected), Some(found)) if expected == found => {}
            (Some(expected), Some(found)) => self.differs(place, format!("{name} {expected}"), format!("{name} {found}")),
        }
    }

    fn text(&mut self, place: &str, name: &str, expected: &Json, found: Option<&str>) {
        match (expected, found) {
            (Json::Text(_), None) => self.untold += 1,
            (Json::Text(expected), Some(found)) if expected != found => self.differs(place, format!("{name} {expected}"), format!("{name} {found}")),
            _ => {}
        }
    }

    /// Letters in any order.
    fn flags(&mut self, place: &str, expected: &Json, found: Option<&str>) {
        let ordered = |flags: &str| "rwxudng".chars().filter(|letter| flags.contains(*letter)).collect::<String>();
        self.text(place, "flags", &match expected {
            Json::Text(text) => Json::Text(ordered(text)),
            _ => Json::Null,
        }, found.map(ordered).as_deref());
    }

    fn outcome(self, id: &str, machine: &str) -> Outcome {
        let failed = self.differences.len();
        let mut detail = self.differences.iter().take(5).cloned().collect::<Vec<_>>().join("\n  ");
        if failed > 5 {
            let _ = write!(detail, "\n  and {} more", failed - 5);
        }
        let status = if failed > 0 { "fail" } else if self.skip.is_some() { "skip" } else { "pass" };
        Outcome { id: id.to_string(), machine: machine.to_string(), status, detail: if failed > 0 { detail } else { self.skip.unwrap_or_default() }, untold: self.untold }
    }
}

/// Runs all vectors of one file's text. `is_lines`: it is one of operations, in lines of JSON.
pub fn run_vectors(text: &str, is_lines: bool, subject: &mut dyn Subject) -> Result<Vec<Outcome>, String> {
    let mut reader = Reader { text, at: 0 };
    if is_lines {
        return run_lines(&mut reader, subject);
    }
    let file = reader.value(0)?;
    let kind = file.get("kind").text();
    if kind != "pte" && kind != "walk" {
        return Err("no file of vectors".to_string());
    }
    if file.get("version").number() != Some(FORMAT) {
        return Err(format!("vectors of another version than {FORMAT}"));
    }
    let mut outcomes = Vec::new();
    for vector in file.get("vectors").list() {
        let own = vector.get("machines");
        for machine in if own.is_null() { file.get("machines") } else { own }.list() {
            let mut check = Check::default();
            if !subject.machines().contains(&machine.text()) {
                check.skip = Some("another machine".to_string());
            } else if kind == "pte" {
                run_pte(&mut check, machine.text(), vector, subject);
            } else {
                run_walk(&mut check, machine.text(), vector, &file, subject);
            }
            outcomes.push(check.outcome(vector.get("id").text(), machine.text()));
        }
    }
    Ok(outcomes)
}

fn run_pte(check: &mut Check, machine: &str, vector: &Json, subject: &mut dyn Subject) {
    let (word, level) = (vector.get("word").number().unwrap_or(0), vector.get("level").number().unwrap_or(0) as u32);
    let found = match subject.decode(machine, word, level) {
        Some(found) => found,
        None => {
            check.skip = Some("the subject reads no words".to_string());
            return;
        }
    };
    let is = vector.get("is");
    let place = format!("{word:#x} at level {level}");
    let kind = match found.kind {
        Kind::Absent => "absent",
        Kind::Table => "table",
        Kind::Leaf => "leaf",
        Kind::Invalid => "invalid",
    };
    if kind != is.get("kind").text() {
        check.differs(&place, is.get("kind").text(), kind);
        return;
    }
    check.number(&place, "paddr", is.get("paddr"), found.paddr);
    check.flags(&place, is.get("flags"), found.flags.as_deref());
    check.truth(&place, "accessed", is.get("accessed"), found.accessed);
    check.truth(&place, "dirty", is.get("dirty"), found.dirty);
    check.text(&place, "reason", is.get("reason"), found.reason.as_deref());
    check.text(&place, "bit", is.get("bit"), found.bit.as_deref());
}

fn set_controls(controls: &mut Controls, given: &Json) {
    for (name, place) in [
        ("wp", &mut controls.wp), ("nxe", &mut controls.nxe), ("smep", &mut controls.smep), ("smap", &mut controls.smap),
        ("sum", &mut controls.sum), ("mxr", &mut controls.mxr), ("pan", &mut controls.pan),
    ] {
        if let Some(value) = given.get(name).truth() {
            *place = value;
        }
    }
    match given.get("ad").text() {
        "" => {}
        who => controls.svadu = who == "svadu",
    }
}

fn run_walk(check: &mut Check, machine: &str, vector: &Json, file: &Json, subject: &mut dyn Subject) {
    let ram = vector.get("ram");
    let size = ram.get("size").number().unwrap_or(0);
    if size % 8 != 0 || size > MOST_RAM {
        check.differs("ram", format!("whole words, and at most {MOST_RAM:#x} bytes"), format!("{size:#x}"));
        return;
    }
    let mut memory = Memory { start: ram.get("start").number().unwrap_or(0), words: vec![0; size as usize / 8] };
    for part in vector.get("memory").list() {
        let index = (part.get("paddr").number().unwrap_or(0).wrapping_sub(memory.start) / 8) as usize;
        for (word, place) in part.get("words").list().iter().zip(memory.words.iter_mut().skip(index)) {
            *place = word.number().unwrap_or(0);
        }
    }
    let roots: Vec<u64> = vector.get("roots").list().iter().filter_map(Json::number).collect();
    for query in vector.get("queries").list() {
        let mut controls = Controls::default();
        set_controls(&mut controls, file.get("controls"));
        set_controls(&mut controls, query.get("controls"));
        let access = match query.get("access").text() {
            "read" => Access::Read,
            "write" => Access::Write,
            _ => Access::Exec,
        };
        let mode = if query.get("mode").text() == "user" { Mode::User } else { Mode::Kernel };
        let walk = Walk { machine, memory: &memory, roots: &roots, vaddr: query.get("vaddr").number().unwrap_or(0), access, mode, controls };
        let found = match subject.translate(&walk) {
            Some(found) => found,
            None => {
                check.skip = Some("the subject does not walk".to_string());
                return;
            }
        };
        let place = format!("{} {} of {}", query.get("mode").text(), query.get("access").text(), query.get("vaddr").text());
        compare_answer(check, &place, query.get("answer"), &found);
    }
}

fn compare_answer(check: &mut Check, place: &str, answer: &Json, found: &Answer) {
    let expected = answer.get("fault");
    let faults: Vec<&str> = match expected {
        Json::Text(fault) => vec![fault.as_str()],
        _ => expected.list().iter().map(Json::text).collect(),
    };
    match found {
        Answer::Mapped { paddr, .. } if !faults.is_empty() => check.differs(place, format!("the fault {}", faults.join(" or ")), format!("{paddr:#x}")),
        Answer::Mapped { paddr, updates } => {
            check.number(place, "paddr", answer.get("paddr"), Some(*paddr));
            if answer.get("updates").is_null() {
                return;
            }
            let updates = match updates {
                Some(updates) => updates,
                None => {
                    check.untold += 1;
                    return;
                }
            };
            let sorted = |mut all: Vec<(u64, u64)>| {
                all.sort_unstable();
                format!("updates {all:x?}")
            };
            let expected = sorted(answer.get("updates").list().iter().map(|one| (one.get("paddr").number().unwrap_or(0), one.get("word").number().unwrap_or(0))).collect());
            let found = sorted(updates.clone());
            if expected != found {
                check.differs(place, expected, found);
            }
        }
        Answer::Fault { fault, .. } if faults.is_empty() => check.differs(place, answer.get("paddr").text(), format!("a fault: {}", fault.as_deref().unwrap_or(""))),
        Answer::Fault { fault, level, bit } => {
            match fault {
                _ if faults.contains(&"any") => {}
                None => check.untold += 1,
                Some(fault) if faults.contains(&fault.as_str()) => {}
                Some(fault) => check.differs(place, format!("the fault {}", faults.join(" or ")), fault),
            }
            check.number(place, "level", answer.get("level"), level.map(u64::from));
            check.text(place, "bit", answer.get("bit"), bit.as_deref());
        }
    }
}

// ---- Operations: lines of JSON -------------------------------------------------------------------------------------

fn run_lines(reader: &mut Reader, subject: &mut dyn Subject) -> Result<Vec<Outcome>, String> {
    let mut scenarios: Vec<(Json, Vec<Json>)> = Vec::new();
    loop {
        reader.skip_space();
        match reader.peek() {
            0 => break,
            b'#' => reader.at += reader.text[reader.at..].find('\n').unwrap_or(reader.text.len() - reader.at),
            _ => {
                let line = reader.value(0)?;
                if line.get("scenario").is_null() {
                    match scenarios.last_mut() {
                        Some((_, ops)) => ops.push(line),
                        None => return reader.wrong("an operation comes before the first header"),
                    }
                } else if line.get("scenario").number() != Some(FORMAT) {
                    return reader.wrong("a scenario of another version");
                } else {
                    scenarios.push((line, Vec::new()));
                }
            }
        }
    }
    let mut outcomes = Vec::new();
    for (header, ops) in &scenarios {
        let machines: Vec<&str> = match header.get("machines") {
            Json::List(machines) => machines.iter().map(Json::text).collect(),
            _ => vec![header.get("backend").text()],
        };
        for machine in machines {
            let mut check = Check::default();
            run_ops(&mut check, machine, header, ops, subject);
            outcomes.push(check.outcome(header.get("id").text(), machine));
        }
    }
    Ok(outcomes)
}

fn run_ops(check: &mut Check, machine: &str, header: &Json, ops: &[Json], subject: &mut dyn Subject) {
    let set = "needs a set of areas";
    let need = if !header.get("fail").is_null() || !header.get("merge").is_null() { Some(set) } else { ops.iter().find_map(need_of) };
    let memory = header.get("memory");
    if !subject.machines().contains(&machine) {
        check.skip = Some("another machine".to_string());
    } else if let Some(need) = need {
        check.skip = Some(need.to_string());
    } else if let Some(mut table) = subject.open_table(machine, memory.get("base").number().unwrap_or(0x8000_0000), memory.get("size").number().unwrap_or(0x400_0000)) {
        for (index, op) in ops.iter().enumerate() {
            run_op(check, &format!("op {index}, {}", op.get("op").text()), op, table.as_mut());
        }
    } else {
        check.skip = Some("the subject does not change tables".to_string());
    }
}

/// What an operation asks for that a page table alone does not have.
fn need_of(op: &Json) -> Option<&'static str> {
    let name = op.get("op").text();
    if !["map", "unmap", "protect", "query"].contains(&name) || ["onOverlap", "mask", "holes"].iter().any(|field| !op.get(field).is_null()) {
        return Some("needs a set of areas");
    }
    if name == "map" && op.get("backing").get("linear").is_null() { Some("needs frames for pages") } else { None }
}

fn run_op(check: &mut Check, place: &str, op: &Json, table: &mut dyn Table) {
    let number = |name: &str| op.get(name).number().unwrap_or(0);
    let members = match op {
        Json::Object(members) => members,
        _ => return,
    };
    let expected = match members.get("expect") {
        Some(expected) => expected,
        None => {
            // What it answers is left open; what it does is not.
            change(op, table);
            return;
        }
    };
    if op.get("op").text() != "query" {
        let answer = change(op, table);
        check.text(place, "the answer", expected, Some(&answer));
        return;
    }
    match (expected.is_null(), table.query(number("addr"))) {
        (true, None) => {}
        (true, Some(found)) => check.differs(place, "nothing", format!("{:#x}", found.paddr)),
        (false, None) => check.differs(place, "a page", "nothing"),
        (false, Some(found)) => {
            check.number(place, "paddr", expected.get("paddr"), Some(found.paddr));
            check.number(place, "size", expected.get("size"), found.size);
            check.flags(place, expected.get("flags"), found.flags.as_deref());
        }
    }
}

fn change(op: &Json, table: &mut dyn Table) -> String {
    let number = |name: &str| op.get(name).number().unwrap_or(0);
    let flags = op.get("flags").text();
    match op.get("op").text() {
        "map" => table.map(number("start"), number("size"), op.get("backing").get("linear").number().unwrap_or(0), flags),
        "unmap" => table.unmap(number("start"), number("size")),
        "protect" => table.protect(number("start"), number("size"), flags),
        _ => String::new(),
    }
}

// ---- Files ---------------------------------------------------------------------------------------------------------

/// Runs the files that the arguments name, and ends the process.
pub fn main_with(subject: &mut dyn Subject) -> ! {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let as_json = args.first().map(String::as_str) == Some("--json");
    if as_json {
        args.remove(0);
    }
    if args.is_empty() {
        eprintln!("usage: [--json] FILE...");
        std::process::exit(2);
    }
    let mut outcomes = Vec::new();
    for path in &args {
        let ran = std::fs::read_to_string(path).map_err(|error| format!(" {error}")).and_then(|text| run_vectors(&text, path.ends_with(".jsonl"), subject));
        match ran {
            Ok(more) => outcomes.extend(more),
            Err(problem) => {
                eprintln!("{path}:{problem}");
                std::process::exit(2);
            }
        }
    }
    let count = |status: &str| outcomes.iter().filter(|outcome| outcome.status == status).count();
    for Outcome { id, machine, status, detail, .. } in &outcomes {
        if as_json {
            let escaped = detail.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            println!("{{\"id\":\"{id}\",\"machine\":\"{machine}\",\"status\":\"{status}\",\"detail\":\"{escaped}\"}}");
        } else if *status == "fail" {
            println!("FAIL {id} on {machine}: {detail}");
        }
    }
    if !as_json {
        let (skipped, untold) = (count("skip"), outcomes.iter().map(|outcome| outcome.untold).sum::<usize>());
        let more = |number: usize, what: &str| if number > 0 { format!(", {number} {what}") } else { String::new() };
        println!("{} passed, {} failed{}{}", count("pass"), count("fail"), more(skipped, "skipped"), more(untold, "details not told"));
    }
    std::process::exit(i32::from(count("fail") > 0));
}
