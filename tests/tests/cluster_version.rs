//! What depends on the version of the cluster.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on is a failure")]

use serde_json::{Value, json};
use suite::ask::ask;

const INGRESS: &str = "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: web}\nspec: {}\n";

fn finding(version: &str) -> (String, String) {
    let asked = json!({ "files": { "a.yaml": INGRESS }, "options": { "kubernetesVersion": version } });
    let answer: Value = ask("check", &asked).unwrap();
    let of = |it: &Value, key: &str| it.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let found = answer.get("diagnostics").and_then(Value::as_array).into_iter().flatten();
    let found = found.filter(|it| of(it, "code") == "outdated-api-version");
    found.map(|it| (of(it, "severity"), of(it, "message"))).next().unwrap_or_default()
}

#[test]
fn a_version_is_gone_only_where_it_is_gone() {
    let kind = "`networking.k8s.io/v1beta1` of Ingress";
    assert_eq!(finding("1.35"), ("error".into(), format!("{kind} is gone since Kubernetes 1.22")));
    assert_eq!(finding("v1.22.3"), ("error".into(), format!("{kind} is gone since Kubernetes 1.22")));
    assert_eq!(finding("1.21"), ("warning".into(), format!("{kind} goes with Kubernetes 1.22")));
}
