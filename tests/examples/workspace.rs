//! Prints a made-up workspace of about as many resources as its argument says: `{"path": "text", ...}`.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "its one purpose is to print, for benches in other languages"
)]

use suite::workspace;

fn main() {
    let n_resources = std::env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(1_000);
    println!("{}", serde_json::to_string(&workspace::generate(n_resources)).expect("texts are JSON"));
}
