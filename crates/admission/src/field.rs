//! A place in a document that rules ask about.

use podpath_source::Span;
use podpath_yaml::{Node, Value};

use crate::{Refusal, Sort};

/// A place in the tree that rules ask about, and what they refuse.
#[derive(Clone)]
pub(crate) struct Field<'a> {
    pub(crate) node: Option<&'a Node>,
    /// `spec.ports[0]`
    pub(crate) path: String,
    /// The value; of a missing one what holds it.
    pub(crate) span: Span,
}

impl<'a> Field<'a> {
    pub(crate) fn root(node: &'a Node) -> Self {
        Self { node: Some(node), path: String::new(), span: node.span }
    }

    /// A field; null counts as missing.
    pub(crate) fn get(&self, key: &str) -> Self {
        let found = self.node.and_then(|it| it.get(key)).filter(|it| !it.is_null());
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Self { node: found, path, span: found.map_or(self.span, |it| it.span) }
    }

    pub(crate) fn items(&self) -> Vec<Self> {
        let items = self.node.and_then(Node::as_list).unwrap_or_default().iter().enumerate();
        items.map(|(idx, it)| Self { node: Some(it), path: format!("{}[{idx}]", self.path), span: it.span }).collect()
    }

    pub(crate) fn entries(&self) -> Vec<(&'a str, Self)> {
        let entries = self.node.and_then(Node::as_map).map(|it| it.entries.as_slice()).unwrap_or_default();
        let field = |it: &'a podpath_yaml::Entry| {
            (it.key.text.as_str(), Self { node: Some(&it.value), path: self.path.clone(), span: it.value.span })
        };
        entries.iter().map(field).collect()
    }

    /// The values of a map, each with its key and its own place: `spec.ports.http`.
    pub(crate) fn values(&self) -> Vec<(&'a str, Self)> {
        let own = |(key, it): (&'a str, Self)| (key, Self { path: format!("{}.{key}", self.path), ..it });
        self.entries().into_iter().map(own).collect()
    }

    /// The items of a list as texts; what is no text is empty.
    pub(crate) fn texts(&self) -> Vec<&'a str> {
        let items = self.node.and_then(Node::as_list).unwrap_or_default();
        items.iter().map(|it| it.as_text().unwrap_or_default()).collect()
    }

    pub(crate) fn exists(&self) -> bool {
        self.node.is_some()
    }

    /// The text; a missing one is empty, as it is for the server.
    pub(crate) fn text(&self) -> &'a str {
        self.node.and_then(Node::as_text).unwrap_or_default()
    }

    pub(crate) fn int(&self) -> Option<i64> {
        self.node.and_then(Node::as_int)
    }

    /// The number, whole or not.
    pub(crate) fn number(&self) -> Option<f64> {
        match self.node?.value {
            #[expect(clippy::cast_precision_loss, reason = "compared with small bounds")]
            Value::Int(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            _ => None,
        }
    }

    /// The boolean; a missing one is false.
    pub(crate) fn is_true(&self) -> bool {
        self.node.and_then(Node::as_bool).unwrap_or(false)
    }

    /// How many items, entries or bytes it has.
    pub(crate) fn len(&self) -> usize {
        match self.node.map(|it| &it.value) {
            Some(Value::List(items)) => items.len(),
            Some(Value::Map(map)) => map.entries.len(),
            Some(Value::Text(text)) => text.len(),
            _ => 0,
        }
    }

    /// True when nothing stands there, or nothing in it; a number or a boolean always counts.
    pub(crate) fn is_empty(&self) -> bool {
        match self.node.map(|it| &it.value) {
            None | Some(Value::List(_) | Value::Map(_) | Value::Text(_)) => self.len() == 0,
            Some(_) => false,
        }
    }

    pub(crate) fn required(&self) -> Refusal {
        self.refuse(Sort::Required, "Required value".into())
    }

    pub(crate) fn forbidden(&self, why: &str) -> Refusal {
        self.refuse(Sort::Forbidden, format!("Forbidden: {why}"))
    }

    pub(crate) fn duplicate(&self, value: &str) -> Refusal {
        self.refuse(Sort::Duplicate, format!("Duplicate value: {value}"))
    }

    /// `value` as JSON.
    pub(crate) fn invalid(&self, value: &str, why: &str) -> Refusal {
        self.refuse(Sort::Invalid, format!("Invalid value: {value}: {why}"))
    }

    /// Refuses a text that is none of these.
    pub(crate) fn one_of(&self, supported: &[&str]) -> Option<Refusal> {
        if supported.contains(&self.text()) {
            return None;
        }
        let list: Vec<_> = supported.iter().map(|it| format!("\"{it}\"")).collect();
        let words = format!("Unsupported value: \"{}\": supported values: {}", self.text(), list.join(", "));
        Some(self.refuse(Sort::NotSupported, words))
    }

    pub(crate) fn refuse(&self, sort: Sort, detail: String) -> Refusal {
        Refusal { sort, field: self.path.clone(), detail, span: self.span, is_webhook: false }
    }
}
