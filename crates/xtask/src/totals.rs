//! How many tests passed and failed, added up from what the runners print.

use std::fmt;
use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

impl Totals {
    pub(crate) const FAILED: Self = Self { passed: 0, failed: 1 };
    pub(crate) const PASSED: Self = Self { passed: 1, failed: 0 };

    /// `test result: ok. 3 passed; 0 failed; ...` of cargo, `browser: 3 passed, 0 failed` of the browser tests.
    pub(crate) fn of_line(line: &str) -> Option<Self> {
        let rest = line.strip_prefix("test result: ").or_else(|| line.strip_prefix("browser: "))?;
        Some(Self { passed: count_before(rest, "passed")?, failed: count_before(rest, "failed")? })
    }

    /// The line this type prints.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(Self { passed: count_before(text, "passed")?, failed: count_before(text, "failed")? })
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}

fn count_before(text: &str, word: &str) -> Option<u32> {
    let words: Vec<&str> =
        text.split(|it: char| it.is_whitespace() || matches!(it, ',' | ';')).filter(|it| !it.is_empty()).collect();
    words.windows(2).find_map(|pair| match pair {
        [count, it] if *it == word => count.parse().ok(),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_runners_are_understood() {
        let cargo =
            "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(Totals::of_line(cargo), Some(Totals { passed: 12, failed: 3 }));
        assert_eq!(Totals::of_line("browser: 4 passed, 1 failed"), Some(Totals { passed: 4, failed: 1 }));
        assert_eq!(Totals::of_line("test spans::hold ... ok"), None);
    }

    #[test]
    fn the_line_reads_back() {
        let totals = Totals { passed: 40, failed: 2 };
        assert_eq!(totals.to_string(), "40 passed, 2 failed");
        assert_eq!(Totals::parse(&format!("{totals}\n")), Some(totals));
    }
}
