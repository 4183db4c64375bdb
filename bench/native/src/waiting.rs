//! How long this thread has waited for a processor, as Linux counts it; `src/waiting.ts` does the same.

use std::fs;
use std::time::Duration;

/// Since the thread began; nothing where the system does not tell.
pub fn waited() -> Duration {
    let wait = || {
        // Nanoseconds run, nanoseconds waited, turns.
        let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split(' ').nth(1)?.parse().ok().map(Duration::from_nanos)
    };
    wait().unwrap_or_default()
}
