//! Any bytes through `check`, `trace` and `graph`, beside a small platform that they can meet.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|bytes: &[u8]| {
    let from_pod = json!({ "host": "web", "from": { "pod": { "sidecar": true } } });
    let from_internet = json!({ "host": "shop.example.kr", "path": "/api?x=1" });
    let requests = json!([from_internet, { "scheme": "https", "host": "a" }, from_pod]);
    podpath_fuzz::follow(
        &String::from_utf8_lossy(bytes),
        podpath_fuzz::PLATFORM,
        &requests,
        &["check", "trace", "graph"],
    );
});
