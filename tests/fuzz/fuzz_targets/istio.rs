//! The `spec` of a VirtualService or a Gateway of Istio: the first byte says which, the rest is YAML.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let kind = if first % 2 == 0 { "VirtualService" } else { "Gateway" };
    let spec = String::from_utf8_lossy(rest).replace('\n', "\n  ");
    let text = format!(
        "apiVersion: networking.istio.io/v1\nkind: {kind}\nmetadata: {{name: edge}}\nspec:\n  {spec}\n\
         ---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: web}}\n\
         spec: {{hosts: ['*'], gateways: [edge], http: [{{route: [{{destination: {{host: web}}}}]}}]}}\n"
    );
    let gateway = json!({ "apiVersion": "networking.istio.io/v1", "kind": "Gateway", "name": "public" });
    let requests = json!([
        { "host": "shop.example.kr", "path": "/api?x=1" },
        { "host": "shop.example.kr", "path": "/api", "from": { "gateway": gateway, "port": 80 } },
        { "host": "web", "from": { "pod": { "sidecar": true } } },
        { "host": "shop.example.kr", "scheme": "tls", "port": 443 },
    ]);
    podpath_fuzz::follow(&text, podpath_fuzz::PLATFORM, &requests, &["trace", "deadRules"]);
});
