//! The Rust originals as a contender. A line `QUESTION SIZE SEED MILLISECONDS` on stdin is answered by
//! one line of JSON; `run/child.ts` is the same in TypeScript. The argument names the subject: `set`,
//! `x86-64` or `riscv-sv39`.

use std::env;
use std::io::{self, BufRead, Write};
use std::time::Duration;

use task::{Answer, Task, sample};
use workload::Checksum;

mod heap;
mod limit;
mod page_questions;
mod set_questions;
mod sv39;
mod task;
mod waiting;
mod workload;

/// What was asked last, kept: the same question again goes on where it was.
struct Current {
    question: String,
    task: Box<dyn Task>,
    checksum: u32,
}

fn main() {
    let subject = env::args().nth(1).expect("expected a subject: set, x86-64 or riscv-sv39");
    let mut current: Option<Current> = None;
    for line in io::stdin().lock().lines() {
        let line = line.expect("expected lines of text");
        let words: Vec<&str> = line.split(' ').collect();
        let [question, size, seed, milliseconds] = words[..] else {
            panic!("expected QUESTION SIZE SEED MILLISECONDS, got {line}");
        };
        let number = |text: &str| text.parse::<usize>().unwrap_or_else(|_| panic!("expected a number, got {text}"));
        let time = Duration::from_millis(number(milliseconds) as u64);
        let key = words[..3].join(" ");
        if current.as_ref().is_none_or(|current| current.question != key) {
            current = None;
            let (size, seed) = (number(size), number(seed) as u32);
            let answer = match subject.as_str() {
                "set" => set_questions::prepare(question, size, seed),
                machine => page_questions::prepare(machine, question, size, seed),
            };
            match answer.unwrap_or_else(|| panic!("no question {question} about {subject}")) {
                Answer::Figure(figure) => {
                    say(&format!("{{\"figure\":{figure}}}"));
                    continue;
                }
                Answer::Task(mut task) => {
                    let mut sum = Checksum::new();
                    task.check(&mut sum);
                    current = Some(Current { question: key, task, checksum: sum.value() });
                }
            }
        }
        let Some(Current { task, checksum, .. }) = current.as_mut() else { continue };
        let samples = sample(task.as_mut(), time);
        let list: Vec<String> = samples.iter().map(|ns| format!("{ns:.3}")).collect();
        say(&format!("{{\"checksum\":\"{checksum:08x}\",\"samples\":[{}]}}", list.join(",")));
    }
}

fn say(line: &str) {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("expected somebody to read");
}
