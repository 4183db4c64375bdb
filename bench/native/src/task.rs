//! What a question asks of a contender, and how it is timed.

use std::time::{Duration, Instant};

use crate::waiting::waited;
use crate::workload::Checksum;

/// One question at one size, ready to be run again and again: the state after a run is that before it.
pub trait Task {
    /// Runs some operations, and hashes what they answer.
    fn check(&mut self, sum: &mut Checksum);
    /// Runs `count` operations, and gives what they alone took.
    fn run(&mut self, count: usize) -> Duration;
    /// Things done in one operation, for instance pages mapped: the figures are per thing.
    fn items(&self) -> usize {
        1
    }
    /// The most operations that one run takes.
    fn most(&self) -> usize {
        usize::MAX
    }
}

/// A task that has figures instead of times.
pub enum Answer {
    Task(Box<dyn Task>),
    Figure(f64),
}

/// Times a closure.
pub fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Of a sample: shorter than a turn of the scheduler, so that on a busy machine most samples are whole.
const TARGET: Duration = Duration::from_millis(1);

/// Samples of nanoseconds per thing, taken for about the time given, what is off the clock included and
/// waiting for a processor not. What was interrupted does not count, unless everything was.
pub fn sample(task: &mut dyn Task, time: Duration) -> Vec<f64> {
    let start = Instant::now();
    let waited_before = waited();
    let mut wait = Duration::ZERO;
    let mut count = 1;
    let (mut whole, mut interrupted) = (Vec::new(), Vec::new());
    while start.elapsed() < time + wait || whole.len() + interrupted.len() == 0 {
        let sample_start = Instant::now();
        let mut spent = Duration::ZERO;
        let mut done = 0;
        while done == 0 || (spent < TARGET && start.elapsed() < time + wait) {
            let latest = task.run(count);
            spent += latest;
            done += count;
            if latest * 2 < TARGET {
                count = (count * 2).min(task.most());
            }
        }
        let waited_now = waited() - waited_before - wait;
        wait += waited_now;
        let waiting = waited_now.as_secs_f64() / sample_start.elapsed().as_secs_f64();
        let running = 1.0 - waiting.min(1.0);
        let list = if waited_now.is_zero() { &mut whole } else { &mut interrupted };
        list.push(spent.as_nanos() as f64 * running / (done * task.items()) as f64);
    }
    if whole.is_empty() { interrupted } else { whole }
}
