//! How many cases a property takes.

use proptest::test_runner::{Config, RngSeed};

/// The same cases in each run; `PROPTEST_CASES=5000` takes that many fresh ones.
pub fn config(cases: u32) -> Config {
    let fresh = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return fresh;
    }
    Config { cases, rng_seed: RngSeed::Fixed(2026), ..fresh }
}
