//! What is taken out of files before they are handed on, and what a look-up by name finds.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on is a failure")]

use serde_json::{Value, json};
use suite::ask::{Files, ask};

fn files(text: &str) -> Files {
    Files::from([("a.yaml".to_owned(), text.to_owned())])
}

/// The text with the values of its Secrets taken out, and how many Secrets lost some.
fn redacted(text: &str) -> (String, u64) {
    let answer: Value = ask("redact", &json!({ "files": files(text) })).unwrap();
    let offset =
        |edit: &Value, end: &str| edit["range"][end]["offset"].as_u64().and_then(|it| usize::try_from(it).ok());
    let mut bytes = text.to_owned();
    for edit in answer["edits"].as_array().unwrap().iter().rev() {
        let range = offset(edit, "start").unwrap()..offset(edit, "end").unwrap();
        bytes.replace_range(range, edit["newText"].as_str().unwrap());
    }
    (bytes, answer["secrets"].as_u64().unwrap())
}

#[test]
fn values_of_secrets_go_and_keys_stay() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  token: eQ==\nstringData:\n  key: |\n    many\n    lines\n  after: text\n";
    let (text, n_secrets) = redacted(secret);
    assert_eq!(n_secrets, 1);
    assert!(text.contains("token: \"\"") && text.contains("key: "), "{text}");
    assert!(text.ends_with("key: |\n    \n  after: \"\"\n"), "the lines after a block stay lines: {text}");
    assert!(!text.contains("eQ==") && !text.contains("many"), "{text}");
}

#[test]
fn the_copy_of_a_secret_in_its_annotations_goes_too() {
    let annotation = "kubectl.kubernetes.io/last-applied-configuration";
    let (text, _) = redacted(&format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  annotations:\n    {annotation}: '{{\"data\":{{\"x\":\"eQ==\"}}}}'\n"
    ));
    assert!(text.contains(annotation) && !text.contains("eQ=="), "{text}");
}

#[test]
fn secrets_of_lists_count_and_other_kinds_stay() {
    let text = "kind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: b}, stringData: {q: \"r\"}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n";
    let (redacted, n_secrets) = redacted(text);
    assert_eq!(n_secrets, 1);
    assert!(redacted.contains("q: \"\"") && redacted.contains("data: {a: b}"), "{redacted}");
}

#[test]
fn every_object_is_found_with_the_place_of_its_name() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n";
    let answer: Value = ask("resources", &json!({ "files": files(text) })).unwrap();
    assert_eq!(answer["resources"][0]["resource"]["name"], "web");
    assert_eq!(answer["resources"][0]["range"]["start"], json!({ "line": 3, "column": 18, "offset": 46 }));
}
