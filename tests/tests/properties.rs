//! What holds for every workspace and every request: answers without panics, the same bytes each time, places that fit.
//!
//! Workspaces are those of the suite's pages and of the examples, mutated.
//!
//! The cases are the same in each run. `PROPTEST_CASES=5000` takes that many fresh ones.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on is a failure")]

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use podpath_core::Engine;
use podpath_protocol::{Check, Completion, Range, Standing, TextEdit};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use suite::ask::{self, Files};
use suite::property::config;

// === Inputs ===

/// What people type, paste and forget; `¦` stands between two.
const PIECES: &str = "¦\n¦\n\n¦  ¦\t¦: ¦- ¦---\n¦{¦}¦[¦]¦,¦'¦\"¦#¦&a ¦*a¦<<: *a\n¦!!binary ¦|\n¦? ¦%¦\0¦\r\n¦\u{feff}¦안녕¦🚀¦0¦-1¦\
    99999999999¦1e999¦null¦true¦*¦/¦..¦name: ¦host: ¦kind: Service\n¦kind: List\nitems:\n¦apiVersion: v1\n¦weight: 0\n";

fn piece() -> impl Strategy<Value = &'static str> {
    select(PIECES.split('¦').collect::<Vec<_>>())
}

/// A change of a text: where, how many bytes go, what comes.
type Mutation = (Index, Index, usize, &'static str);

fn mutation() -> impl Strategy<Value = Mutation> {
    (any::<Index>(), any::<Index>(), 0..24_usize, piece())
}

fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The file, the stretch and the new text of a mutation.
fn edit_of(files: &Files, (file, at, length, piece): &Mutation) -> (String, std::ops::Range<usize>, &'static str) {
    let (name, text) = files.iter().nth(file.index(files.len())).unwrap();
    let start = floor(text, at.index(text.len() + 1));
    (name.clone(), start..floor(text, start + length), piece)
}

fn mutate(files: &mut Files, mutation: &Mutation) {
    let (name, range, piece) = edit_of(files, mutation);
    files.get_mut(&name).unwrap().replace_range(range, piece);
}

/// The workspaces of all tests of the suite, of the lints' pages, and of the examples.
fn seeds() -> &'static [Files] {
    static SEEDS: OnceLock<Vec<Files>> = OnceLock::new();
    SEEDS.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut seeds = Vec::new();
        for page in below(&root.join("tests/suite")).into_iter().chain(below(&root.join("static/lints"))) {
            let text = std::fs::read_to_string(&page).unwrap();
            for case in suite::cases(&text) {
                let yaml = case.blocks.iter().filter(|it| it.language == "yaml");
                let files = yaml.map(|it| (it.attribute("file").unwrap_or("a.yaml").to_owned(), it.text.clone()));
                seeds.push(files.collect::<Files>());
            }
        }
        for example in std::fs::read_dir(root.join("static/examples")).unwrap() {
            let files = below(&example.unwrap().path()).into_iter();
            seeds.push(files.map(|it| (it.display().to_string(), std::fs::read_to_string(it).unwrap())).collect());
        }
        seeds.retain(|files| !files.is_empty());
        assert!(seeds.len() > 100, "the suite has few workspaces: {}", seeds.len());
        seeds
    })
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return vec![] };
    let mut paths: Vec<_> = entries.map(|it| it.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().flat_map(|it| if it.is_dir() { below(&it) } else { vec![it] }).collect()
}

fn workspace() -> impl Strategy<Value = Files> {
    let mutations = prop::collection::vec(mutation(), 0..8);
    (any::<Index>(), mutations).prop_map(|(seed, mutations)| {
        let mut files = seeds()[seed.index(seeds().len())].clone();
        for it in &mutations {
            mutate(&mut files, it);
        }
        files
    })
}

/// One request for each way in.
fn calls() -> Value {
    let ingress =
        json!({ "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "namespace": "default", "name": "edge" });
    let workload = json!({ "namespace": "istio-system", "labels": { "istio": "ingressgateway" } });
    json!([
        { "host": "shop.example.kr", "path": "/api/v1?x=1", "headers": [["x-canary", "true"]] },
        { "host": "a.example.kr", "scheme": "https", "sni": "b.example.kr" },
        { "host": "web", "from": { "pod": { "namespace": "default", "labels": { "app": "cart" }, "sidecar": true } } },
        { "host": "web.default:81", "from": { "pod": { "namespace": "shop" } } },
        { "host": "shop.example.kr", "from": { "loadBalancer": ingress } },
        { "host": "*", "path": "", "from": { "workload": workload, "port": 8080 } },
        { "host": "db.example.kr", "scheme": "tcp", "port": 5432 },
        { "host": "grpc.example.kr", "scheme": "grpc", "path": "/shop.Cart/List" },
        { "host": "a.pass.kr", "scheme": "tls" },
    ])
}

/// Every question that has an answer for any files; `about` is `files` or `workspace`.
fn questions(about: &Value, locale: &str) -> Vec<(&'static str, Value)> {
    let with = |more: Value| {
        let mut params = about.clone();
        params["options"] = json!({ "locale": locale });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    let calls = calls();
    vec![
        ("check", with(json!({}))),
        ("trace", with(json!({ "requests": calls }))),
        ("graph", with(json!({ "trace": calls[0] }))),
        ("suggest", with(json!({}))),
        ("status", with(json!({}))),
    ]
}

fn handle(engine: &mut Engine, method: &str, params: &Value) -> String {
    engine.handle(&json!({ "id": 1, "method": method, "params": params }).to_string())
}

/// All answers about some files, each from a fresh engine.
fn answers(files: &Files, locale: &str) -> Vec<String> {
    let asked = questions(&json!({ "files": files }), locale);
    asked.iter().map(|(method, params)| handle(&mut Engine::new(), method, params)).collect()
}

// === Answers ===

proptest! {
    #![proptest_config(config(192))]

    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let files = Files::from([("a.yaml".to_owned(), String::from_utf8_lossy(&bytes).into_owned())]);
        for answer in answers(&files, "en") {
            prop_assert!(answer.starts_with(r#"{"id":1,"result":{"#), "{answer}");
        }
    }

    #[test]
    fn any_pieces_get_an_answer(pieces in prop::collection::vec(piece(), 0..60)) {
        for answer in answers(&Files::from([("a.yaml".to_owned(), pieces.concat())]), "ko") {
            prop_assert!(answer.starts_with(r#"{"id":1,"result":{"#), "{answer}");
        }
    }

    #[test]
    fn any_mutation_gets_the_same_answer_twice(files in workspace()) {
        let first = answers(&files, "en");
        for answer in &first {
            prop_assert!(answer.starts_with(r#"{"id":1,"result":{"#), "{answer}");
        }
        prop_assert_eq!(&first, &answers(&files, "en"));
        let mut engine = Engine::new();
        let asked = questions(&json!({ "files": files }), "en");
        let together: Vec<_> = asked.iter().map(|(method, params)| handle(&mut engine, method, params)).collect();
        prop_assert_eq!(first, together, "an engine that answered before answers otherwise");
    }

    #[test]
    fn edits_give_what_whole_files_give(
        files in workspace(), changes in prop::collection::vec((mutation(), 0..6), 1..5), is_chart in any::<bool>(),
    ) {
        let folder = if is_chart { "charts/web/templates/" } else { "" };
        let mut files: Files = files.into_iter().map(|(name, text)| (format!("{folder}{name}"), text)).collect();
        let mut engine = Engine::new();
        handle(&mut engine, "workspace", &json!({ "open": files }));
        for (mutation, sort) in &changes {
            let params = change(&mut files, mutation, *sort);
            let opened: Value = serde_json::from_str(&handle(&mut engine, "workspace", &params)).unwrap();
            let asked = questions(&json!({ "workspace": opened["result"]["revision"] }), "en");
            for ((method, params), fresh) in asked.iter().zip(answers(&files, "en")) {
                prop_assert_eq!(handle(&mut engine, method, params), fresh, "{} after {:?}", method, changes);
            }
        }
    }

    #[test]
    fn every_range_lies_on_characters_inside_its_file(files in workspace()) {
        for answer in answers(&files, "ko") {
            let answer: Value = serde_json::from_str(&answer).unwrap();
            ranges_fit(&answer, &files)?;
        }
    }

    #[test]
    fn every_place_gets_an_answer_that_is_about_it(
        files in workspace(), file in any::<Index>(), at in any::<Index>(), typed in prop::collection::vec(piece(), 0..4),
    ) {
        let mut files = files;
        let name = files.keys().nth(file.index(files.len())).unwrap().clone();
        let text = files.get_mut(&name).unwrap();
        let start = floor(text, at.index(text.len() + 1));
        text.insert_str(start, &typed.concat());
        let offset = start + typed.concat().len();
        let asked = json!({ "files": files, "file": name, "offset": offset });
        let found: Completion = ask::ask("complete", &asked).unwrap();
        if let Some(range) = found.range {
            let (from, to) = (range.start.offset as usize, range.end.offset as usize);
            prop_assert!((from..=to).contains(&offset), "{offset} is not in {from}..{to}");
        }
        for method in ["hover", "definition", "references"] {
            let found: Value = ask::ask(method, &asked).unwrap();
            ranges_fit(&found, &files)?;
        }
    }

    #[test]
    fn every_hop_has_a_reason_and_every_loser_too(files in workspace(), korean in any::<bool>()) {
        let options = json!({ "locale": if korean { "ko" } else { "en" } });
        let params = json!({ "files": files, "options": options, "requests": calls() });
        let traces: podpath_protocol::Traces = ask::ask("trace", &params).unwrap();
        for trace in traces.traces {
            prop_assert!(!trace.verdict.title.is_empty() && trace.reason.is_some(), "{trace:?}");
            for hop in &trace.hops {
                prop_assert!(!hop.detail.is_empty(), "{hop:?}");
                for candidate in hop.candidates.iter().filter(|it| it.verdict != Standing::Chosen) {
                    let told = !candidate.reason.is_empty() && !candidate.detail.is_empty();
                    prop_assert!(told && candidate.range.is_some(), "{candidate:?}");
                }
            }
            let shares: Vec<_> = trace.backends.iter().map(|it| it.weight).collect();
            prop_assert!(shares.iter().all(|(part, whole)| 0 < *part && part <= whole), "{shares:?}");
        }
    }

    #[test]
    fn a_safe_fix_takes_its_finding_away(files in workspace()) {
        let before = ask::check(&files).unwrap();
        for diagnostic in &before.diagnostics {
            let Some(fix) = diagnostic.fix.as_ref().filter(|it| it.safe) else { continue };
            let after = ask::check(&applied(&files, &fix.edits)?).unwrap();
            let same = |check: &Check| {
                let same = check.diagnostics.iter().filter(|it| it.code == diagnostic.code && it.message == diagnostic.message);
                same.count()
            };
            prop_assert!(same(&after) < same(&before), "{diagnostic:?} stays");
        }
    }
}

/// A change of the files, and the same as parameters of `workspace`: mostly an edit; now and then a chart comes or goes.
fn change(files: &mut Files, mutation: &Mutation, sort: i32) -> Value {
    const CHART: &str = "charts/web/Chart.yaml";
    if sort > 0 {
        let (file, range, text) = edit_of(files, mutation);
        mutate(files, mutation);
        return json!({ "edit": [{ "file": file, "start": range.start, "end": range.end, "newText": text }] });
    }
    if files.remove(CHART).is_some() && !files.is_empty() {
        return json!({ "close": [CHART] });
    }
    let chart = Files::from([(CHART.to_owned(), "name: web\n".to_owned())]);
    files.extend(chart.clone());
    json!({ "open": chart })
}

/// Every `{file, start, end}` of an answer.
fn ranges_fit(value: &Value, files: &Files) -> Result<(), TestCaseError> {
    if let Ok(range) = serde_json::from_value::<Range>(value.clone()) {
        return range_fits(&range, files);
    }
    match value {
        Value::Array(items) => items.iter().try_for_each(|it| ranges_fit(it, files)),
        Value::Object(fields) => fields.values().try_for_each(|it| ranges_fit(it, files)),
        _ => Ok(()),
    }
}

/// A fix may make a file, so a file that is not there has a start and nothing more.
fn range_fits(range: &Range, files: &Files) -> Result<(), TestCaseError> {
    let text = files.get(&*range.file).map_or("", String::as_str);
    prop_assert!(range.start.offset <= range.end.offset, "{range:?} is turned round");
    for position in [range.start, range.end] {
        let before = text.get(..position.offset as usize);
        prop_assert!(before.is_some(), "{range:?} is not in a text of {} bytes", text.len());
        let before = before.unwrap();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|it| *it != '\n').count() + 1;
        prop_assert_eq!((position.line as usize, position.column as usize), (line, column), "{:?}", range);
    }
    Ok(())
}

/// The files after some edits, which all refer to the text before; no two may touch the same stretch.
fn applied(files: &Files, edits: &[TextEdit]) -> Result<Files, TestCaseError> {
    let mut files = files.clone();
    let mut edits: Vec<_> = edits.iter().collect();
    edits.sort_by_key(|it| Reverse((it.range.file.clone(), it.range.start.offset)));
    for pair in edits.windows(2) {
        let apart = pair[0].range.file != pair[1].range.file || pair[1].range.end.offset <= pair[0].range.start.offset;
        prop_assert!(apart, "edits overlap: {pair:?}");
    }
    for edit in edits {
        let text = files.entry(edit.range.file.to_string()).or_default();
        text.replace_range(edit.range.start.offset as usize..edit.range.end.offset as usize, &edit.new_text);
    }
    Ok(files)
}

#[test]
fn unknown_fields_of_a_request_are_refused() {
    let files = json!({ "a.yaml": "" });
    let request = |more: Value| json!({ "files": files, "requests": [more] });
    for (method, params) in [
        ("check", json!({ "files": files, "extra": 1 })),
        ("check", json!({ "files": files, "options": { "extra": 1 } })),
        ("graph", json!({ "files": files, "extra": 1 })),
        ("graph", json!({ "files": files, "trace": { "host": "a", "extra": 1 } })),
        ("suggest", json!({ "files": files, "extra": 1 })),
        ("presets", json!({ "extra": 1 })),
        ("workspace", json!({ "extra": 1 })),
        ("workspace", json!({ "edit": [{ "file": "a", "start": 0, "end": 0, "newText": "", "extra": 1 }] })),
        ("trace", json!({ "files": files, "requests": [], "extra": 1 })),
        ("trace", request(json!({ "host": "a", "extra": 1 }))),
        ("trace", request(json!({ "host": "a", "from": { "extra": true } }))),
        ("trace", request(json!({ "host": "a", "from": { "pod": { "extra": true } } }))),
        ("trace", request(json!({ "host": "a", "from": { "workload": { "namespace": "a", "extra": true } } }))),
        (
            "trace",
            request(
                json!({ "host": "a", "from": { "gateway": { "apiVersion": "v1", "kind": "A", "name": "a", "extra": 1 } } }),
            ),
        ),
    ] {
        let error = ask::ask::<Value>(method, &params).unwrap_err();
        assert!(error.contains("bad-request"), "{method} {params}: {error}");
    }
    let answer = Engine::new().handle(r#"{"id": 1, "method": "presets", "extra": 1}"#);
    assert!(answer.contains("bad-request"), "{answer}");
}
