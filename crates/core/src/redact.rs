//! The method `redact`: the edits that take the values out of Secrets and leave their keys, before files are handed on.

use podpath_order::Order;
use podpath_protocol::{Redaction, TextEdit};
use podpath_source::{Location, Span};
use podpath_yaml::Node;

use crate::analysis::Analysis;
use crate::place::range;

/// The copy of a Secret that `kubectl apply` keeps holds its values once more.
const COPY: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The edits, in the order of files and places. A Secret that has no values counts for nothing.
pub(crate) fn redact(analysis: &Analysis) -> Redaction {
    let mut redaction = Redaction::default();
    for (document, placed) in analysis.documents() {
        let is_secret = |it: &podpath_objects::Resource| it.meta.kind.value == "Secret";
        if !placed.document.resources.iter().any(|it| is_secret(it)) {
            continue;
        }
        let tree = podpath_yaml::parse(&placed.document.text);
        for node in tree.root.iter().flat_map(podpath_objects::nodes).filter(|it| text_of(it, "kind") == "Secret") {
            let spans = values(node);
            redaction.secrets += u32::from(!spans.is_empty());
            redaction.edits.extend(spans.into_iter().filter_map(|span| {
                let range = range(analysis, Location { document, span })?;
                Some(TextEdit { range, new_text: emptied(&placed.document.text, span) })
            }));
        }
    }
    redaction
}

/// Where values of a Secret stand.
fn values(node: &Node) -> Vec<Span> {
    let maps = ["data", "stringData"].into_iter().filter_map(|it| node.get(it)?.as_map());
    let values = maps.flat_map(|it| &it.entries).map(|it| &it.value);
    let copy = node.get("metadata").and_then(|it| it.get("annotations")?.get(COPY));
    let has_text = |it: &&Node| it.span.start < it.span.end && it.as_text() != Some("");
    let mut spans: Vec<Span> = copy.into_iter().chain(values).filter(has_text).map(|it| it.span).collect();
    spans.order();
    spans
}

/// An empty value in the place of one. A block keeps the white space after it, which belongs to the next line.
fn emptied(text: &str, span: Span) -> String {
    let before = text.get(..span.start as usize).unwrap_or_default().trim_end_matches(' ');
    let value = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let is_block = before.ends_with('\n') && value.contains('\n');
    if is_block { value.get(value.trim_end().len()..).unwrap_or_default().to_owned() } else { "\"\"".to_owned() }
}

fn text_of<'a>(node: &'a Node, key: &str) -> &'a str {
    node.get(key).and_then(Node::as_text).unwrap_or_default()
}
