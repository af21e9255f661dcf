//! A place in a document that rules ask about.

use std::rc::Rc;

use podpath_source::Span;
use podpath_yaml::{Node, Value};

use crate::{Refusal, Sort};

/// A place in the tree that rules ask about, and what they refuse.
#[derive(Clone)]
pub(crate) struct Field<'a> {
    pub(crate) node: Option<&'a Node>,
    path: Path<'a>,
    /// The value; of a missing one what holds it.
    pub(crate) span: Span,
}

/// The steps to a field, the last one first. They are written out only where something is refused: nearly every field that
/// is asked for is fine.
#[derive(Clone, Default)]
struct Path<'a>(Option<Rc<(Path<'a>, Step<'a>)>>);

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    fn then(&self, step: Step<'a>) -> Self {
        Self(Some(Rc::new((self.clone(), step))))
    }

    fn write(&self, out: &mut String) {
        let Some(last) = &self.0 else { return };
        last.0.write(out);
        match last.1 {
            Step::Key(key) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
            Step::Index(idx) => out.extend(["[", &idx.to_string(), "]"]),
        }
    }
}

impl<'a> Field<'a> {
    pub(crate) fn root(node: &'a Node) -> Self {
        Self { node: Some(node), path: Path::default(), span: node.span }
    }

    /// `spec.ports[0]`
    pub(crate) fn path(&self) -> String {
        let mut out = String::new();
        self.path.write(&mut out);
        out
    }

    /// The same value, told at another path.
    pub(crate) fn told_at(self, path: &'a str) -> Self {
        Self { path: Path::default().then(Step::Key(path)), ..self }
    }

    /// A field; null counts as missing.
    pub(crate) fn get(&self, key: &'a str) -> Self {
        let found = self.node.and_then(|it| it.get(key)).filter(|it| !it.is_null());
        Self { node: found, path: self.path.then(Step::Key(key)), span: found.map_or(self.span, |it| it.span) }
    }

    pub(crate) fn items(&self) -> Vec<Self> {
        let items = self.node.and_then(Node::as_list).unwrap_or_default().iter().enumerate();
        let item = |(idx, it): (usize, &'a Node)| Self {
            node: Some(it),
            path: self.path.then(Step::Index(idx)),
            span: it.span,
        };
        items.map(item).collect()
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
        let own = |(key, it): (&'a str, Self)| (key, Self { path: self.path.then(Step::Key(key)), ..it });
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
            Value::Int(number) => Some(number.get() as f64),
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
        Refusal { sort, field: self.path(), detail, span: self.span, is_webhook: false }
    }
}
