//! Prints a made-up workspace, `{"path": "text", ...}`: `workspace N` of about N resources, `workspace N routes` of N routes.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "its one purpose is to print, for benches in other languages"
)]

use suite::workspace;

fn main() {
    let n_resources = std::env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(1_000);
    let is_routes = std::env::args().nth(2).is_some_and(|it| it == "routes");
    let files = if is_routes { workspace::routes(n_resources) } else { workspace::generate(n_resources) };
    println!("{}", serde_json::to_string(&files).expect("texts are JSON"));
}
