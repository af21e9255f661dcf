//! What the rules call unordered changes nothing: documents in a file, files, Ingresses of a group, Gateways, Services,
//! labels, annotations, conditions inside a match, hosts and gateways in a list.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on is a failure")]

use podpath_protocol::{LoadBalancers, Trace, Traces};
use proptest::prelude::*;
use serde_json::{Value, json};
use suite::ask::{self, Files};
use suite::edges::{Edge, Shuffle, groups, routes};
use suite::property::config;

/// The documents in files of two, or all in one.
fn files(edge: &impl Edge, shuffle: Shuffle) -> Files {
    let each = if shuffle.0.is_multiple_of(2) { usize::MAX } else { 2 };
    let documents = edge.documents(shuffle);
    let texts = documents.chunks(each.min(documents.len())).map(|it| it.join("---\n"));
    texts.enumerate().map(|(number, text)| (format!("{number:02}.yaml"), text)).collect()
}

/// What a trace says, without places: they move.
fn told(trace: &Trace) -> Value {
    let backends: Vec<_> = trace.backends.iter().map(|it| json!([it.service, it.weight, it.endpoints.len()])).collect();
    json!([trace.outcome, trace.status, trace.reason, trace.verdict.title, backends])
}

/// A JSON value without anything that stands for a place, and without order among load balancers.
fn content(value: &Value) -> Value {
    match value {
        Value::Object(fields) if fields.contains_key("file") && fields.contains_key("start") => Value::Null,
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), content(value))).collect(),
        Value::Array(items) => items.iter().map(content).collect(),
        other => other.clone(),
    }
}

fn load_balancers(files: &Files) -> Vec<Value> {
    let found: LoadBalancers = ask::ask("loadBalancers", &json!({ "files": files })).unwrap();
    let mut found: Vec<_> = found.load_balancers.iter().map(|it| content(&json!(it))).collect();
    found.sort_by_key(|it| it["group"].to_string());
    found
}

fn unmoved(edge: &impl Edge, seed: u64) -> Result<(), TestCaseError> {
    let (plain, moved) = (files(edge, Shuffle(0)), files(edge, Shuffle(seed)));
    prop_assert_eq!(load_balancers(&plain), load_balancers(&moved), "\n{:?}\n{:?}", plain, moved);
    let calls = edge.calls();
    let traces = |files: &Files| -> Vec<Value> {
        let traces: Traces = ask::ask("trace", &json!({ "files": files, "requests": calls })).unwrap();
        traces.traces.iter().map(told).collect()
    };
    for (call, (was, is)) in calls.iter().zip(traces(&plain).into_iter().zip(traces(&moved))) {
        prop_assert_eq!(was, is, "{:?}\n{:?}\n{:?}", call, plain, moved);
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn groups_of_ingresses(groups in groups(), seed in 1..u64::MAX) {
        unmoved(&groups, seed)?;
    }

    #[test]
    fn virtual_services(routes in routes(), seed in 1..u64::MAX) {
        unmoved(&routes, seed)?;
    }
}
