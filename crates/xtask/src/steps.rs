//! How far a command is: `[2/4] browser tests (real Chromium, about 1 min)`.

use std::time::Instant;

pub(crate) struct Steps {
    done: usize,
    total: usize,
    began: Instant,
}

impl Steps {
    pub(crate) fn new(total: usize) -> Self {
        Self { done: 0, total, began: Instant::now() }
    }

    pub(crate) fn next(&mut self, what: &str) {
        self.done += 1;
        println!("\n[{}/{}] {what}", self.done, self.total);
    }

    pub(crate) fn seconds(&self) -> f32 {
        self.began.elapsed().as_secs_f32()
    }
}
