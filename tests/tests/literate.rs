//! The literate suite, the pages of the lints and the examples: each is text that must hold.

#![expect(clippy::unwrap_used, reason = "a file that cannot be read is a failure")]

use std::path::{Path, PathBuf};

use podpath_protocol::{Backend, Call, From, Outcome, Stage, Trace};
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
fn cards() {
    hold("tests/suite/card");
}

#[test]
fn diagrams() {
    hold("tests/suite/diagram");
}

#[test]
fn admission() {
    hold("tests/suite/admission");
}

#[test]
fn load_balancers() {
    hold("tests/suite/load_balancers");
}

#[test]
fn lessons() {
    hold("tests/suite/lessons");
}

#[test]
fn workloads() {
    hold("tests/suite/workloads");
}

#[test]
fn editor() {
    hold("tests/suite/editor");
}

#[test]
fn pages_of_lints() {
    hold("static/lints");
}

/// A card of the gallery, with the verdict that it promises.
#[derive(Deserialize)]
struct Example {
    slug: String,
    request: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    from: Option<From>,
    outcome: Outcome,
    status: Option<u16>,
    #[serde(default = "delivered")]
    reason: String,
    stage: Option<Stage>,
    /// Services with Pods that the request gets to, `name` or `name subset`.
    #[serde(default)]
    reaches: Vec<String>,
    /// Codes of all findings but notes.
    #[serde(default)]
    findings: Vec<String>,
}

fn delivered() -> String {
    "delivered".into()
}

fn examples() -> Vec<Example> {
    let index = std::fs::read_to_string(root().join("static/examples/index.yaml")).unwrap();
    serde_yaml::from_str(&index).unwrap()
}

fn files_of(example: &Example) -> ask::Files {
    let folder = root().join("static/examples").join(&example.slug);
    let mut files = ask::Files::new();
    example_files(&folder, &folder, &mut files);
    files
}

fn call_of(example: &Example) -> Call {
    let call = ask::call(&example.request).unwrap();
    Call { headers: example.headers.clone(), from: example.from.clone(), ..call }
}

fn reached(trace: &Trace) -> Vec<String> {
    let has_pods = |it: &&Backend| it.valid && it.endpoints.iter().any(|it| it.ready && it.replicas > 0);
    let name = |it: &Backend| {
        let service = it.service.as_ref()?.name.clone();
        Some(it.subset.as_ref().map_or(service.clone(), |subset| format!("{service} {subset}")))
    };
    trace.backends.iter().filter(has_pods).filter_map(name).collect()
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
fn examples_end_as_their_cards_say() {
    for example in examples() {
        let trace = ask::trace(&files_of(&example), &call_of(&example)).unwrap();
        let seen = (trace.outcome, trace.status, trace.reason.as_deref().unwrap_or_default(), trace.verdict.stage);
        let promised = (example.outcome, example.status, example.reason.as_str(), example.stage);
        assert_eq!(seen, promised, "{}: {}", example.slug, trace.verdict.title);
        assert_eq!(reached(&trace), example.reaches, "{}", example.slug);
    }
}

#[test]
fn examples_have_the_findings_that_they_are_about_and_no_other() {
    for example in examples() {
        let found = ask::check(&files_of(&example)).unwrap().diagnostics;
        let grave: Vec<_> = found.into_iter().filter(|it| it.severity != "info").collect();
        let codes: Vec<&str> = grave.iter().map(|it| it.code.as_str()).collect();
        let messages: Vec<&str> = grave.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(codes, example.findings, "{}: {messages:?}", example.slug);
    }
}

#[test]
fn each_example_has_its_own_folder_and_each_folder_its_example() {
    let mut slugs: Vec<String> = examples().into_iter().map(|it| it.slug).collect();
    slugs.sort();
    let entries = std::fs::read_dir(root().join("static/examples")).unwrap().map(Result::unwrap);
    let folders = entries.filter(|it| it.path().is_dir()).map(|it| it.file_name().to_string_lossy().into_owned());
    let mut folders: Vec<String> = folders.collect();
    folders.sort();
    assert_eq!(slugs, folders);
    assert!(slugs.len() >= 18, "{} examples", slugs.len());
}
