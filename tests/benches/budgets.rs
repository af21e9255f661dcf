//! Times of the core on a workspace of 1,000 resources, against the budgets of ARCHITECTURE.md.
//!
//! Prints the median of several runs; nothing fails by time.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and a broken bench must stop")]

use std::time::{Duration, Instant};

use podpath_core::Engine;
use serde_json::{Value, json};
use suite::workspace;

const RUNS: usize = 15;

fn ask(engine: &mut Engine, method: &str, params: &Value) -> Value {
    let request = json!({ "id": 1, "method": method, "params": params }).to_string();
    serde_json::from_str(&engine.handle(&request)).expect("an answer is JSON")
}

fn median(mut run: impl FnMut(usize) -> Duration) -> Duration {
    let mut times: Vec<_> = (0..RUNS).map(&mut run).collect();
    times.sort();
    times.get(RUNS / 2).copied().unwrap_or_default()
}

fn report(what: &str, budget: &str, measured: Duration) {
    println!("{what:<58} budget {budget:>7}   measured {:>9.3} ms", measured.as_secs_f64() * 1e3);
}

fn main() {
    if std::env::var_os("ONLY").is_some() {
        let files = workspace::generate(1_000);
        for _ in 0..20 {
            traces(&files);
        }
        return;
    }
    let files = workspace::generate(1_000);
    let bytes: usize = files.values().map(String::len).sum();
    println!("natively, 1,000 resources in {} files, {} KB", files.len(), bytes / 1024);
    full_analysis(&files);
    let file = files.keys().nth(files.len() / 2).expect("there are files").clone();
    one_key(&files, &file, 2);
    traces(&files);
    graphs(320, "5 ms");
    graphs(1_600, "40 ms");
    edge();
    for n_resources in [200, 1_000, 5_000] {
        growth(n_resources);
    }
    for n_routes in [1_000, 10_000] {
        dead_rules(n_routes);
    }
}

fn dead_rules(n_routes: usize) {
    let mut engine = Engine::new();
    let revision = ask(&mut engine, "workspace", &json!({ "open": workspace::routes(n_routes) }));
    let revision = revision.pointer("/result/revision").cloned().unwrap_or_default();
    let asked = json!({ "workspace": revision });
    let answer = ask(&mut engine, "deadRules", &asked);
    let n_dead = answer.pointer("/result/deadRules").and_then(Value::as_array).map(Vec::len);
    assert_eq!(n_dead, Some(n_routes / 10), "one of ten is hidden");
    let time = median(|_| {
        let begin = Instant::now();
        ask(&mut engine, "deadRules", &asked);
        begin.elapsed()
    });
    let budget = if n_routes == 1_000 { "100 ms" } else { "n log n" };
    report(&format!("dead rules of {n_routes} routes, with witnesses, as JSON"), budget, time);
    let time = median(|_| {
        let begin = Instant::now();
        ask(&mut engine, "suggest", &asked);
        begin.elapsed()
    });
    report(&format!("requests worth tracing among {n_routes} routes"), budget, time);
}

fn full_analysis(files: &suite::ask::Files) {
    let time = median(|_| {
        let mut engine = Engine::new();
        let begin = Instant::now();
        engine.open(files.clone());
        engine.analyse();
        begin.elapsed()
    });
    report("full analysis: parse, schema, links, tables, diagnostics", "16 ms", time);
}

/// A key in the middle of one of many Ingresses or VirtualServices: its group or its gateway is compiled anew.
fn edge() {
    let files = workspace::edge();
    println!("100 Ingresses in 10 groups and 500 VirtualServices in {} files", files.len());
    full_analysis(&files);
    for (file, part) in [("ingresses/050.yaml", "/assets"), ("routes/250.yaml", "prefix: /api")] {
        let text = files.get(file).expect("the file is there");
        let place = text.find(part).expect("it holds the part") + part.len();
        println!("  in {file}:");
        one_key(&files, file, place);
    }
}

/// A letter comes and goes at a place in bytes of a file.
fn one_key(files: &suite::ask::Files, file: &str, place: usize) {
    let mut engine = Engine::new();
    engine.open(files.clone());
    engine.analyse();
    let time = median(|run| {
        let text = if run % 2 == 0 { "x" } else { "" };
        let end = place + usize::from(run % 2 == 1);
        let edit = json!({ "edit": [{ "file": file, "start": place, "end": end, "newText": text }] });
        let begin = Instant::now();
        ask(&mut engine, "workspace", &edit);
        engine.analyse();
        begin.elapsed()
    });
    report("one key: changed diagnostics and routes", "1 ms", time);
}

fn traces(files: &suite::ask::Files) {
    let mut engine = Engine::new();
    let revision = ask(&mut engine, "workspace", &json!({ "open": files }));
    let revision = revision.pointer("/result/revision").cloned().unwrap_or_default();
    let request = json!({ "scheme": "https", "host": workspace::host(7), "path": "/api/v1" });
    let one = json!({ "workspace": revision, "requests": [request] });
    let answer = ask(&mut engine, "trace", &one);
    assert_eq!(answer.pointer("/result/traces/0/outcome"), Some(&json!("delivered")), "{answer}");
    let one = json!({ "id": 1, "method": "trace", "params": one }).to_string();
    let time = median(|_| {
        let begin = Instant::now();
        for _ in 0..100 {
            engine.handle(&one);
        }
        begin.elapsed() / 100
    });
    report("trace of one request, written as JSON", "0.2 ms", time);
}

/// A picture as the page asks for it, and with the texts of an export.
fn graphs(n_resources: usize, budget: &str) {
    let mut engine = Engine::new();
    let revision = ask(&mut engine, "workspace", &json!({ "open": workspace::generate(n_resources) }));
    let revision = revision.pointer("/result/revision").cloned().unwrap_or_default();
    let request = json!({ "scheme": "https", "host": workspace::host(7), "path": "/api/v1" });
    for (texts, what) in [(false, "as the page shows it"), (true, "with SVG and Mermaid")] {
        let params = json!({ "workspace": revision, "trace": request, "texts": texts });
        let answer = ask(&mut engine, "graph", &params);
        let n_cards = answer.pointer("/result/nodes").and_then(Value::as_array).map_or(0, Vec::len);
        let asked = json!({ "id": 1, "method": "graph", "params": params }).to_string();
        let time = median(|_| {
            let begin = Instant::now();
            engine.handle(&asked);
            begin.elapsed()
        });
        report(&format!("graph of {n_cards} cards, {what}"), budget, time);
    }
}

fn growth(n_resources: usize) {
    let files = workspace::generate(n_resources);
    let time = median(|_| {
        let begin = Instant::now();
        let mut engine = Engine::new();
        engine.open(files.clone());
        engine.analyse();
        begin.elapsed()
    });
    report(&format!("full analysis of {n_resources} resources"), "n log n", time);
}
