//! What one file must look like: its first line, its length, its blanks, its words.

use super::Source;

const MAX_LINES: usize = 600;

const CODE: [&str; 6] = ["rs", "js", "mjs", "ts", "css", "html"];

/// What must not stay behind in code. Put together here, so that this file holds none of them.
const MACROS: [&str; 3] = [concat!("to", "do!("), concat!("unim", "plemented!("), concat!("db", "g!(")];
const WORDS: [&str; 3] = [concat!("FIX", "ME"), concat!("fix", "me"), concat!("XX", "X")];

pub(super) fn check(sources: &[Source]) -> Vec<String> {
    sources.iter().flat_map(|it| [header(it), length(it), blanks(it), words(it)]).flatten().collect()
}

fn header(source: &Source) -> Option<String> {
    let lacks = source.is(&["rs"]) && !source.text.starts_with("//!");
    lacks.then(|| format!("{}: starts without a `//!` line that says what it is", source.path))
}

fn length(source: &Source) -> Option<String> {
    let code = source.text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = code.lines().count();
    let too_long = source.is(&["rs", "js", "mjs", "ts"]) && lines > MAX_LINES;
    too_long.then(|| format!("{}: {lines} lines without its tests, {MAX_LINES} allowed", source.path))
}

/// Blanks at the end of a line mean something in a test's YAML, and there alone.
fn blanks(source: &Source) -> Option<String> {
    let is_data = source.is(&["yaml", "yml"]) || (source.path.starts_with("tests/") && source.is(&["md"]));
    let at = source.text.lines().position(|line| line.ends_with([' ', '\t']))?;
    (!is_data).then(|| format!("{}:{}: blanks at the end of the line", source.path, at + 1))
}

fn words(source: &Source) -> Option<String> {
    let forbidden = |line: &str| {
        let is_macro = MACROS.iter().copied().find(|it| line.contains(it));
        is_macro.or_else(|| {
            WORDS.iter().copied().find(|word| line.split(|it: char| !it.is_alphanumeric()).any(|part| part == *word))
        })
    };
    let (at, word) = source.text.lines().enumerate().find_map(|(at, line)| Some((at, forbidden(line)?)))?;
    source.is(&CODE).then(|| format!("{}:{}: `{word}` must not stay in the code", source.path, at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture;

    #[track_caller]
    fn found(path: &str, text: &str, part: &str) {
        let findings = check(&fixture(&[(path, text)]));
        assert!(findings.len() == 1 && findings[0].contains(part), "{findings:?}");
    }

    #[test]
    fn each_rule_finds_its_breach() {
        found("crates/a/src/lib.rs", "fn main() {}\n", "`//!`");
        found("crates/a/src/lib.rs", &format!("//! A.\n{}", "\n".repeat(600)), "601 lines");
        found("crates/a/src/lib.rs", "//! A.\nfn a() {} \n", ":2: blanks");
        found("web/editor.js", concat!("// FIX", "ME later\n"), "must not stay");
    }

    #[test]
    fn tests_do_not_count_as_length_and_data_may_end_in_blanks() {
        let long_tests = format!("//! A.\n\n#[cfg(test)]\nmod tests {{\n{}}}\n", "\n".repeat(700));
        let files = [("crates/a/src/lib.rs", &*long_tests), ("tests/suite/a.md", "a: \n"), ("static/a.yaml", "a: \n")];
        assert_eq!(check(&fixture(&files)), Vec::<String>::new());
    }
}
