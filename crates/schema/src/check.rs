//! The walk over a document, along with the types of its fields.

use std::fmt::Write;

use podpath_order::Order;
use podpath_source::{Span, nearest};
use podpath_yaml::{Key, Map, Node, Value};

use crate::form::Form;
use crate::table::{self, Field, Kind, TypeId};
use crate::{Finding, FindingKind};

/// All findings of an object of a known kind, in source order.
pub(crate) fn check(root: &Node, kind: Kind) -> Vec<Finding> {
    let mut walk = Walk { is_custom: kind.is_custom, path: vec![], findings: vec![] };
    // The root has no key: its kind stands for it.
    let owner = root.get("kind").map_or(root.span, |it| it.span);
    walk.value(root, &Form::Object(kind.root), owner);
    walk.check_name(root, owner);
    walk.drop_unreached();
    walk.findings.order_by_key(|finding| finding.span);
    walk.findings
}

struct Walk<'a> {
    is_custom: bool,
    path: Vec<Step<'a>>,
    findings: Vec<Finding>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Walk<'a> {
    /// `owner` is the key of the value, or what stands for it.
    fn value(&mut self, node: &'a Node, form: &Form, owner: Span) {
        if node.is_null() {
            return;
        }
        if !form.accepts(node, self.is_custom) {
            let kind = FindingKind::WrongType { expected: form.due(node), found: node.type_name() };
            return self.report(kind, node.span);
        }
        match (form, &node.value) {
            (Form::Object(id), Value::Map(map)) => self.object(map, *id, owner),
            (Form::Map(form), Value::Map(map)) => {
                for entry in &map.entries {
                    self.within(Step::Key(&entry.key.text), |it| it.value(&entry.value, form, entry.key.span));
                }
            }
            (Form::List(form), Value::List(items)) => {
                for (idx, item) in items.iter().enumerate() {
                    self.within(Step::Index(idx), |it| it.item(item, form));
                }
            }
            _ => {}
        }
    }

    /// An item of a list has no key: the first one inside stands for it.
    fn item(&mut self, node: &'a Node, form: &Form) {
        // Elsewhere a null is dropped before anything is checked.
        if node.is_null() && self.is_custom && *form != Form::Any {
            return self.report(FindingKind::WrongType { expected: form.due(node), found: "null" }, node.span);
        }
        let first = node.as_map().and_then(|map| map.entries.first());
        self.value(node, form, first.map_or(node.span, |entry| entry.key.span));
    }

    fn object(&mut self, map: &'a Map, id: TypeId, owner: Span) {
        for entry in &map.entries {
            self.within(Step::Key(&entry.key.text), |it| match table::field(id, &entry.key.text) {
                Some(field) => it.field(field, &entry.value, entry.key.span),
                None => it.report_unknown(&entry.key, id),
            });
        }
        // The status of a new object is dropped, whatever it lacks.
        if !matches!(self.path.first(), Some(Step::Key("status"))) {
            self.find_missing(map, id, owner);
        }
    }

    fn field(&mut self, field: &Field, value: &'a Node, key: Span) {
        if field.is_experimental {
            self.report(FindingKind::ExperimentalField { name: field.name.to_owned() }, key);
        }
        self.value(value, &field.form, key);
    }

    /// Every object has a name, or gets one.
    fn check_name(&mut self, root: &Node, owner: Span) {
        let metadata = root.as_map().and_then(|map| map.entry("metadata"));
        let has = |key| metadata.and_then(|it| it.value.get(key)).is_some_and(|it| !is_absent(it, false));
        if !has("name") && !has("generateName") {
            let span = metadata.map_or(owner, |it| it.key.span);
            let kind = FindingKind::MissingField { name: "name".to_owned() };
            self.findings.push(Finding { kind, path: "metadata.name".to_owned(), span });
        }
    }

    /// What cannot be decoded is never looked at for missing fields: an unknown field may be the missing one misspelt.
    /// Values of custom resources are compared with their types only then, and with all the rest.
    fn drop_unreached(&mut self) {
        let is_custom = self.is_custom;
        let stops = |finding: &Finding| match finding.kind {
            FindingKind::UnknownField { .. } => true,
            FindingKind::WrongType { .. } => !is_custom || finding.path.starts_with("metadata"),
            FindingKind::ExperimentalField { .. } | FindingKind::MissingField { .. } => false,
        };
        if self.findings.iter().any(stops) {
            self.findings.retain(|finding| !matches!(finding.kind, FindingKind::MissingField { .. }));
        }
    }

    fn find_missing(&mut self, map: &Map, id: TypeId, owner: Span) {
        for field in table::fields(id).iter().filter(|field| field.is_required) {
            let entry = map.entry(field.name);
            if entry.is_none_or(|it| is_absent(&it.value, self.is_custom)) {
                let span = entry.map_or(owner, |it| it.key.span);
                self.within(Step::Key(field.name), |it| {
                    it.report(FindingKind::MissingField { name: field.name.to_owned() }, span);
                });
            }
        }
    }

    fn report_unknown(&mut self, key: &Key, id: TypeId) {
        let suggestion = nearest(&key.text, table::fields(id).iter().map(|field| field.name));
        let kind = FindingKind::UnknownField { name: key.text.clone(), suggestion: suggestion.map(str::to_owned) };
        self.report(kind, key.span);
    }

    fn within(&mut self, step: Step<'a>, look: impl FnOnce(&mut Self)) {
        self.path.push(step);
        look(self);
        self.path.pop();
    }

    fn report(&mut self, kind: FindingKind, span: Span) {
        let path = written(&self.path);
        self.findings.push(Finding { kind, path, span });
    }
}

/// Go cannot tell an empty text or list from none, so a built-in kind that needs one refuses both.
fn is_absent(node: &Node, is_custom: bool) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Text(text) => text.is_empty() && !is_custom,
        Value::List(items) => items.is_empty() && !is_custom,
        _ => false,
    }
}

/// `spec.ports[0].port`; keys with other characters are quoted.
fn written(path: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Index(idx) => _ = write!(text, "[{idx}]"),
            Step::Key(key) if is_plain(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            Step::Key(key) => _ = write!(text, "[{key:?}]"),
        }
    }
    text
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
