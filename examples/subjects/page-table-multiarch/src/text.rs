//! Numbers and flags as messages have them.

use page_table_multiarch::MappingFlags;
use serde_json::Value;

pub fn hex(value: usize) -> String {
    format!("{value:#x}")
}

pub fn number(value: &Value) -> usize {
    let text = value.as_str().unwrap_or_default();
    usize::from_str_radix(text.trim_start_matches("0x"), 16).unwrap_or_else(|_| panic!("expected a number, got {value}"))
}

const LETTERS: [(char, MappingFlags); 6] = [
    ('r', MappingFlags::READ),
    ('w', MappingFlags::WRITE),
    ('x', MappingFlags::EXECUTE),
    ('u', MappingFlags::USER),
    ('d', MappingFlags::DEVICE),
    ('n', MappingFlags::UNCACHED),
];

/// Nothing for global pages, which the crate does not know.
pub fn flags_of(value: &Value) -> Option<MappingFlags> {
    let mut flags = MappingFlags::empty();
    for letter in value.as_str().unwrap_or_default().chars() {
        flags |= LETTERS.iter().find(|(name, _)| *name == letter)?.1;
    }
    Some(flags)
}

pub fn letters(flags: MappingFlags) -> String {
    LETTERS.iter().filter(|(_, flag)| flags.contains(*flag)).map(|(letter, _)| letter).collect()
}
