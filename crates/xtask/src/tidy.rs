//! The rules that no compiler knows: form of the files, registration, crate edges, both languages.
//!
//! Each part is a pure function from the sources to findings, one line each.

mod edges;
mod form;
mod languages;
mod registration;

use crate::arguments::Arguments;
use crate::process::Outcome;
use crate::{inputs, place};

/// Endings of the files that people write.
const WRITTEN: [&str; 12] = ["rs", "toml", "md", "html", "css", "js", "mjs", "ts", "json", "yaml", "yml", "svg"];

/// One file of the checkout; the path is relative and has `/` between its parts.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    fn is(&self, endings: &[&str]) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, end)| endings.contains(&end))
    }
}

pub(crate) fn command(arguments: &mut Arguments) -> Outcome {
    arguments.end()?;
    check()
}

pub(crate) fn check() -> Outcome {
    let findings = findings(&sources());
    for finding in &findings {
        println!("  {finding}");
    }
    if findings.is_empty() { Ok(()) } else { Err(format!("tidy has {} findings", findings.len())) }
}

fn findings(sources: &[Source]) -> Vec<String> {
    let parts = [form::check, registration::check, edges::check, languages::check];
    parts.iter().flat_map(|part| part(sources)).collect()
}

fn sources() -> Vec<Source> {
    let root = place::root();
    let written = inputs::files(&root).into_iter().filter(|file| {
        let end = file.extension().unwrap_or_default().to_string_lossy();
        WRITTEN.contains(&&*end) || file.starts_with(root.join(".ci"))
    });
    let source = |file: std::path::PathBuf| {
        let relative = file.strip_prefix(&root).ok()?.to_string_lossy().replace('\\', "/");
        Some(Source { path: relative, text: std::fs::read_to_string(&file).ok()? })
    };
    written.filter_map(source).collect()
}

#[cfg(test)]
fn fixture(files: &[(&str, &str)]) -> Vec<Source> {
    files.iter().map(|(path, text)| Source { path: (*path).into(), text: (*text).into() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_checkout_is_tidy() {
        let findings = findings(&sources());
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}
