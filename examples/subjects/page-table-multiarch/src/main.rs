//! The Rust crate `page_table_multiarch` as a subject of `addrspace conform --exec` (docs/exec-protocol.md): a line of JSON
//! is read, the crate does what it says, a line is written. The argument names the machine: `x86-64` or `riscv-sv39`.
//! What the crate is known to get wrong is in `known.json`.

use std::collections::HashMap;
use std::env;
use std::io::{self, BufRead, Write};
use std::panic::{self, AssertUnwindSafe};

use serde_json::{Map, Value, json};

use codec::{Level, decode, encode};
use machine::{Machine, Table};
use memory::World;
use text::{hex, number};

mod codec;
mod machine;
mod memory;
mod sv39;
mod text;

/// A table and the memory that it lies in.
struct Subject {
    world: Box<World>,
    table: Option<Box<dyn Table>>,
}

fn main() {
    let name = env::args().nth(1).unwrap_or_default();
    let Some(machine) = machine::find(&name) else {
        eprintln!("expected a machine, {}, got {name:?}", machine::NAMES.join(" or "));
        std::process::exit(2);
    };
    panic::set_hook(Box::new(|_| ())); // told in the answer instead
    let mut subjects = HashMap::new();
    for line in io::stdin().lock().lines() {
        let line = line.expect("expected lines of text");
        let request: Value = serde_json::from_str(&line).expect("expected JSON");
        let answer = panic::catch_unwind(AssertUnwindSafe(|| answer(&*machine, &mut subjects, &request)));
        let mut answer = answer.unwrap_or_else(|cause| json!({ "error": format!("panicked: {}", words_of(&*cause)) }));
        answer["id"] = request["id"].clone();
        let mut out = io::stdout().lock();
        writeln!(out, "{answer}").and_then(|()| out.flush()).expect("expected somebody to read");
    }
}

fn words_of(cause: &(dyn std::any::Any + Send)) -> &str {
    cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("without a word")
}

fn answer(machine: &dyn Machine, subjects: &mut HashMap<u64, Subject>, request: &Value) -> Value {
    let ask = request["ask"].as_str().unwrap_or_default();
    match ask {
        "hello" => return hello(machine),
        "reset" => {
            // After a panic a table may be in pieces; its memory goes, whatever state it is in.
            subjects.drain().for_each(|(_, subject)| std::mem::forget(subject.table));
            return json!({ "ok": true });
        }
        "new" => {
            let mut world = World::new(request["frames"].as_u64().unwrap() as usize);
            let table = world.enter(|| machine.new_table());
            let answer = json!({ "roots": [hex(table.root())], "scratch": { "start": "0x0", "size": hex(memory::SCRATCH) } });
            subjects.insert(request["table"].as_u64().unwrap(), Subject { world, table: Some(table) });
            return answer;
        }
        "decode" => return json!({ "entry": decode(machine, number(&request["word"]) as u64, Level::of(request)) }),
        "encode" => return encode(machine, &request["entry"], Level::of(request)),
        _ => (),
    }
    let Some(Subject { world, table }) = request["table"].as_u64().and_then(|handle| subjects.get_mut(&handle)) else {
        return json!({ "error": "no such table" });
    };
    match ask {
        "words" => json!({ "words": world.words().map(|(paddr, word)| [hex(paddr), hex(word as usize)]).collect::<Vec<_>>() }),
        "readWord" => json!({ "word": hex(*world.word(number(&request["paddr"])) as usize) }),
        "writeWord" => {
            *world.word(number(&request["paddr"])) = number(&request["word"]) as u64;
            json!({ "ok": true })
        }
        "frames" => json!({ "frames": world.used }),
        "failAfter" => {
            world.left = request["count"].as_u64();
            json!({ "ok": true })
        }
        "dispose" => {
            world.enter(|| drop(table.take()));
            json!({ "ok": true })
        }
        _ => {
            let Some(table) = table else { return json!({ "error": "the table is gone" }) };
            world.enter(|| machine::answer(&mut **table, ask, request))
        }
    }
}

/// What the crate can do, the same for all machines but for their numbers.
fn hello(machine: &dyn Machine) -> Value {
    let all: Value = serde_json::from_str(include_str!("../known.json")).expect("known.json must be JSON");
    let known: Vec<Value> = all.as_array().unwrap().iter().filter(|entry| is_about(entry, machine)).map(|entry| json!({ "id": entry["id"], "reason": entry["reason"] })).collect();
    let mut manifest = machine.manifest();
    manifest.insert("indexBits".into(), json!(9));
    manifest.insert("leafLevels".into(), json!([0, 1, 2]));
    manifest.insert("halves".into(), json!("sign-extended"));
    manifest.insert("features".into(), json!({
        "tellsReasons": true, "picksLargest": true, "remaps": true, "disposes": true, "hasMemory": true, "hasFrames": true, "hasCodec": true,
    }));
    json!({ "protocol": 1, "name": format!("page_table_multiarch {}", machine.name()), "manifest": manifest, "known": known })
}

/// A failure is every machine's, or of those that it names.
fn is_about(known: &Value, machine: &dyn Machine) -> bool {
    known["machines"].as_array().is_none_or(|names| names.iter().any(|name| name == machine.name()))
}

pub type Fields = Map<String, Value>;
