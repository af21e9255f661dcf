//! What strict reading of a custom resource says of a value that has another shape than its field.
//!
//! A map where the schema has a list or a text has no key that the schema knows, and neither has a map in a list where it has
//! a map: that is told first, as unknown fields (`apiextensions-apiserver/pkg/apiserver/schema/pruning`).

use podpath_schema::Finding;
use podpath_source::Span;
use podpath_yaml::{Node, Value};

use crate::{Refusal, Sort};

/// The keys inside of a value of the wrong type.
pub(crate) fn keys(root: &Node, finding: &Finding) -> Vec<Refusal> {
    let mut found = Vec::new();
    if let Some(node) = at(root, finding.span) {
        collect(node, &finding.path, &mut found);
    }
    found
}

fn at(node: &Node, span: Span) -> Option<&Node> {
    if node.span == span {
        return Some(node);
    }
    match &node.value {
        Value::Map(map) => map.entries.iter().find_map(|it| at(&it.value, span)),
        Value::List(items) => items.iter().find_map(|it| at(it, span)),
        _ => None,
    }
}

fn collect(node: &Node, path: &str, found: &mut Vec<Refusal>) {
    match &node.value {
        Value::Map(map) => found.extend(map.entries.iter().map(|it| {
            let field = format!("{path}.{}", it.key.text);
            let detail = format!("unknown field \"{field}\"");
            Refusal { sort: Sort::UnknownField, field, detail, span: it.key.span, is_webhook: false }
        })),
        Value::List(items) => {
            for (idx, it) in items.iter().enumerate() {
                collect(it, &format!("{path}[{idx}]"), found);
            }
        }
        _ => {}
    }
}
