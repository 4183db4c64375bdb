//! The limit: what memory itself takes for the bytes of as many entries.

use std::hint::black_box;
use std::time::Duration;

use crate::task::{Task, timed};
use crate::workload::Checksum;

/// A memset of 8 bytes per entry.
pub struct Fill {
    bytes: Vec<u8>,
    value: u8,
}

impl Fill {
    pub fn new(entries: usize) -> Box<Self> {
        Box::new(Self { bytes: vec![0; entries * 8], value: 0 })
    }
}

impl Task for Fill {
    fn check(&mut self, sum: &mut Checksum) {
        sum.word(self.bytes.len() as u32);
    }

    fn run(&mut self, count: usize) -> Duration {
        let Self { bytes, value } = self;
        timed(|| {
            for _ in 0..count {
                *value = value.wrapping_add(1);
                bytes.fill(black_box(*value));
                black_box(&mut *bytes);
            }
        })
    }

    fn items(&self) -> usize {
        self.bytes.len() / 8
    }
}
