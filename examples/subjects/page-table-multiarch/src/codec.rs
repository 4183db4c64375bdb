//! Entry words, by the crate's own methods for entries.

use serde_json::{Value, json};

use crate::machine::Machine;
use crate::text::{flags_of, hex, letters, number};

/// Steps of a walk still to go; the crate's entries are not told.
#[derive(Clone, Copy)]
pub struct Level(u64);

impl Level {
    pub fn of(request: &Value) -> Self {
        Self(request["level"].as_u64().unwrap())
    }

    fn is_last(self) -> bool {
        self.0 == 0
    }
}

pub fn decode(machine: &dyn Machine, word: u64, level: Level) -> Value {
    let entry = machine.read(word);
    if entry.is_unused || !entry.is_present {
        json!({ "kind": "absent" })
    } else if level.is_last() || entry.is_huge {
        json!({ "kind": "leaf", "frame": hex(entry.frame), "flags": letters(entry.flags), "accessed": false, "dirty": false })
    } else {
        json!({ "kind": "table", "frame": hex(entry.frame) })
    }
}

pub fn encode(machine: &dyn Machine, entry: &Value, level: Level) -> Value {
    match entry["kind"].as_str() {
        Some("absent") => json!({ "word": "0x0" }),
        Some("table") => json!({ "word": hex(machine.table(number(&entry["frame"]))) }),
        Some("leaf") => match flags_of(&entry["flags"]) {
            Some(flags) => json!({ "word": hex(machine.page(number(&entry["frame"]), flags, !level.is_last())) }),
            None => json!({ "refused": "not-expressible" }),
        },
        _ => json!({ "refused": "invalid-entry" }),
    }
}
