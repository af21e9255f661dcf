//! The literate suite, the pages of the lints and the examples: each is text that must hold.

#![expect(clippy::unwrap_used, reason = "a file that cannot be read is a failure")]

use std::path::{Path, PathBuf};

use podpath_protocol::Outcome;
use serde::Deserialize;
use suite::ask;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All Markdown files below a folder, sorted.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|it| it == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[track_caller]
fn hold(folder: &str) {
    let mut failures = Vec::new();
    let mut n_checked = 0;
    for page in pages(&root().join(folder)) {
        let name = page.strip_prefix(root()).unwrap_or(&page).display().to_string();
        match suite::run_file(&page) {
            Ok(outcome) => {
                n_checked += outcome.n_checked;
                failures.extend(outcome.failures.into_iter().map(|it| format!("{name}: {it}")));
            }
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    assert!(n_checked > 0, "nothing is expected in {folder}");
    assert!(failures.is_empty(), "{} of {n_checked} differ\n\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn yaml() {
    hold("tests/suite/yaml");
}

#[test]
fn objects() {
    hold("tests/suite/objects");
}

#[test]
fn routing() {
    hold("tests/suite/routing");
}

#[test]
fn check() {
    hold("tests/suite/check");
}

#[test]
fn pages_of_lints() {
    hold("static/lints");
}

#[derive(Deserialize)]
struct Example {
    slug: String,
    request: String,
    outcome: Outcome,
    status: Option<u16>,
}

fn example_files(folder: &Path, below: &Path, files: &mut ask::Files) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            example_files(&path, below, files);
        } else {
            let name = path.strip_prefix(below).unwrap().to_string_lossy().replace('\\', "/");
            files.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn examples_end_as_their_cards_say_and_healthy_ones_have_no_finding() {
    let folder = root().join("static/examples");
    let index = std::fs::read_to_string(folder.join("index.yaml")).unwrap();
    let examples: Vec<Example> = serde_yaml::from_str(&index).unwrap();
    assert!(examples.len() >= 6);
    for example in examples {
        let mut files = ask::Files::new();
        example_files(&folder.join(&example.slug), &folder.join(&example.slug), &mut files);
        let trace = ask::trace(&files, &ask::call(&example.request).unwrap()).unwrap();
        assert_eq!((trace.outcome, trace.status), (example.outcome, example.status), "{}", example.slug);
        let findings = ask::check(&files).unwrap().diagnostics;
        let grave: Vec<_> = findings.iter().filter(|it| it.severity != "info").map(|it| &it.message).collect();
        assert_eq!(grave.is_empty(), !example.slug.ends_with("-broken"), "{}: {grave:?}", example.slug);
    }
}
