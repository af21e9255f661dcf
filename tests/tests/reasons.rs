//! Every hop says what it did, and every candidate that was not chosen says why, with its place: over all examples, and over
//! every request of the conformance cases where those are.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on is a failure")]

use std::path::{Path, PathBuf};

use podpath_core::Engine;
use podpath_protocol::{Standing, Trace};
use serde_json::{Value, json};
use suite::ask::Files;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All texts below a folder, by their path in it.
fn below(folder: &Path, prefix: &str, files: &mut Files) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|it| it.path()).collect();
    entries.sort();
    for path in entries {
        let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            below(&path, &format!("{name}/"), files);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            files.insert(name, text);
        }
    }
}

fn check(what: &str, trace: &Trace) {
    for hop in &trace.hops {
        assert!(!hop.title.is_empty() && !hop.detail.is_empty(), "{what}: {hop:?}");
        let losers: Vec<_> = hop.candidates.iter().filter(|it| it.verdict != Standing::Chosen).collect();
        for candidate in &losers {
            assert!(!candidate.reason.is_empty() && !candidate.detail.is_empty(), "{what}: {candidate:?}");
            assert!(candidate.range.is_some(), "{what}: {candidate:?}");
        }
        let beaten = losers.iter().any(|it| it.verdict == Standing::Lost);
        assert!(!beaten || hop.decided_by.is_some(), "{what}: nothing says what decided: {hop:?}");
    }
}

fn trace(files: &Files, options: &Value, requests: &[Value], what: &str) -> usize {
    let params = json!({ "files": files, "options": options, "requests": requests });
    let request = json!({ "id": 1, "method": "trace", "params": params });
    let answer: Value = serde_json::from_str(&Engine::new().handle(&request.to_string())).unwrap();
    let traces: Vec<Trace> =
        serde_json::from_value(answer.pointer("/result/traces").cloned().unwrap_or_default()).unwrap_or_default();
    assert_eq!(traces.len(), requests.len(), "{what}: {answer}");
    for it in &traces {
        check(what, it);
    }
    traces.len()
}

#[test]
fn of_the_suggested_requests_of_every_example() {
    let mut n_traces = 0;
    for entry in std::fs::read_dir(root().join("static/examples")).unwrap().flatten().filter(|it| it.path().is_dir()) {
        let (mut files, name) = (Files::new(), entry.file_name().to_string_lossy().into_owned());
        below(&entry.path(), "", &mut files);
        let request = json!({ "id": 1, "method": "suggest", "params": { "files": files } });
        let answer: Value = serde_json::from_str(&Engine::new().handle(&request.to_string())).unwrap();
        let suggested = answer.pointer("/result/suggestions").and_then(Value::as_array).cloned().unwrap_or_default();
        let requests: Vec<_> = suggested.iter().filter_map(|it| it.get("request").cloned()).collect();
        n_traces += trace(&files, &json!({}), &requests, &name);
    }
    assert!(n_traces > 40, "{n_traces} requests");
}

#[test]
fn of_every_request_of_the_conformance_cases() {
    let suites = root().join("../shared/conformance");
    for suite in std::fs::read_dir(suites).into_iter().flatten().flatten().map(|it| it.path()) {
        let cases = std::fs::read_to_string(suite.join("cases.jsonl")).unwrap_or_default();
        for case in cases.lines().map(|it| serde_json::from_str::<Value>(it).unwrap()) {
            let texts =
                |key: &str| case.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            let checks = case.get("checks").and_then(Value::as_array).into_iter().flatten();
            let requests: Vec<_> = checks
                .filter(|it| it.get("method").and_then(Value::as_str) == Some("trace"))
                .filter_map(|it| it.get("request").cloned())
                .collect();
            if requests.is_empty() {
                continue;
            }
            let mut files = Files::new();
            for name in texts("includes") {
                files.insert(name.to_owned(), std::fs::read_to_string(suite.join("files").join(name)).unwrap());
            }
            for name in texts("includeDirs") {
                below(&suite.join("files").join(name), &format!("{name}/"), &mut files);
            }
            for (name, text) in case.get("files").and_then(Value::as_object).into_iter().flatten() {
                files.insert(name.clone(), text.as_str().unwrap().to_owned());
            }
            let options = case.get("options").cloned().unwrap_or_else(|| json!({}));
            trace(&files, &options, &requests, &case.get("case").unwrap_or(&Value::Null).to_string());
        }
    }
}
