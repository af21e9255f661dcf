//! Prints a made-up workspace, `{"path": "text", ...}`: `workspace N` of about N resources, `workspace N routes` of N routes,
//! `workspace 0 edge` of an edge of many Ingresses and VirtualServices.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "its one purpose is to print, for benches in other languages"
)]

use suite::workspace;

fn main() {
    let n_resources = std::env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(1_000);
    let files = match std::env::args().nth(2).as_deref() {
        Some("routes") => workspace::routes(n_resources),
        Some("edge") => workspace::edge(),
        _ => workspace::generate(n_resources),
    };
    println!("{}", serde_json::to_string(&files).expect("texts are JSON"));
}
