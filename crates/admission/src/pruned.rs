//! What strict reading of a custom resource says of a value that has another shape than its field.
//!
//! A map where the schema has a list or a text has no key that the schema knows, and neither has a map in a list where it has
//! a map: that is told first, as unknown fields (`apiextensions-apiserver/pkg/apiserver/schema/pruning`).

use podpath_order::OrdMap;
use podpath_schema::Finding;
use podpath_source::Span;
use podpath_yaml::{Node, Value};

use crate::{Refusal, Sort};

/// The maps and lists of a tree, by their places.
pub(crate) type Places<'a> = OrdMap<Span, &'a Node>;

/// All of them; of two at one place the outer.
pub(crate) fn places(root: &Node) -> Places<'_> {
    let mut places = Places::new();
    gather(root, &mut places);
    places
}

fn gather<'a>(node: &'a Node, places: &mut Places<'a>) {
    match &node.value {
        Value::Map(map) => {
            places.entry(node.span).or_insert(node);
            map.entries.iter().for_each(|it| gather(&it.value, places));
        }
        Value::List(items) => {
            places.entry(node.span).or_insert(node);
            for it in items {
                gather(it, places);
            }
        }
        _ => {}
    }
}

/// The keys inside of a value of the wrong type.
pub(crate) fn keys(places: &Places<'_>, finding: &Finding) -> Vec<Refusal> {
    let mut found = Vec::new();
    if let Some(node) = places.get(&finding.span) {
        collect(node, &finding.path, &mut found);
    }
    found
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
