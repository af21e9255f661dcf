//! Reads fields of a located tree: what is missing or has the wrong form is simply not there.

use podpath_source::{Span, Spanned};
use podpath_yaml::{Node, Value};

use crate::meta::{Labels, Selector};

/// A place in the tree that may be missing.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    node: Option<&'a Node>,
    span: Span,
}

/// A port by number or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortRef {
    /// As written.
    Number(u16),
    /// The name of a port.
    Name(String),
}

impl std::fmt::Display for PortRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

impl<'a> Reader<'a> {
    /// At a node.
    pub fn new(node: &'a Node) -> Self {
        Self { node: Some(node), span: node.span }
    }

    /// At nothing.
    pub fn missing() -> Self {
        Self { node: None, span: Span::default() }
    }

    /// Where the value stands; of a missing field the place of its parent.
    pub fn span(self) -> Span {
        self.span
    }

    /// The node itself; `null` counts as missing.
    pub fn node(self) -> Option<&'a Node> {
        self.node.filter(|node| !node.is_null())
    }

    /// True when there is a value.
    pub fn exists(self) -> bool {
        self.node().is_some()
    }

    /// A field of a map. An empty value stands where its key stands.
    #[must_use]
    pub fn get(self, key: &str) -> Self {
        match self.node.and_then(Node::as_map).and_then(|map| map.entry(key)) {
            Some(entry) => {
                let empty = entry.value.span.start == entry.value.span.end;
                Self { node: Some(&entry.value), span: if empty { entry.key.span } else { entry.value.span } }
            }
            None => Self { node: None, span: self.span },
        }
    }

    /// The place of a key, or of the map when it has no such key.
    pub fn key_span(self, key: &str) -> Span {
        let entry = self.node.and_then(Node::as_map).and_then(|map| map.entry(key));
        entry.map_or(self.span, |entry| entry.key.span)
    }

    /// The items of a list.
    pub fn items(self) -> impl Iterator<Item = Reader<'a>> {
        self.node.and_then(Node::as_list).unwrap_or_default().iter().map(Reader::new)
    }

    /// The items of a list that this function can read.
    pub fn list<T>(self, read: impl Fn(Reader<'a>) -> T) -> Vec<T> {
        self.items().map(read).collect()
    }

    /// A text.
    pub fn text(self) -> Option<Spanned<String>> {
        self.node?.as_text().map(|text| Spanned::new(text.to_owned(), self.span))
    }

    /// A list of texts.
    pub fn texts(self) -> Vec<Spanned<String>> {
        self.items().filter_map(Reader::text).collect()
    }

    /// A whole number.
    pub fn int(self) -> Option<Spanned<i64>> {
        self.node?.as_int().map(|number| Spanned::new(number, self.span))
    }

    /// A boolean; missing is false.
    pub fn is_true(self) -> bool {
        self.node.and_then(Node::as_bool).unwrap_or(false)
    }

    /// A port number; outside 1 to 65535 there is none.
    pub fn port(self) -> Option<Spanned<u16>> {
        let number = self.int()?;
        let port = u16::try_from(number.value).ok().filter(|port| *port > 0)?;
        Some(Spanned::new(port, number.span))
    }

    /// A port by number or name.
    pub fn port_ref(self) -> Option<Spanned<PortRef>> {
        let name = || self.text().map(|it| it.map(PortRef::Name));
        self.port().map(|it| it.map(PortRef::Number)).or_else(name)
    }

    /// The text of a scalar, whatever its type; for annotations and data that people forget to quote.
    pub fn scalar(self) -> Option<String> {
        match &self.node?.value {
            Value::Text(text) => Some(text.clone()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Int(number) => Some(number.to_string()),
            Value::Float(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// A map of texts with their places.
    pub fn labels(self) -> Labels {
        Labels::read(self)
    }

    /// A label selector with `matchLabels` and `matchExpressions`.
    pub fn selector(self) -> Option<Selector> {
        self.exists().then(|| Selector::read(self))
    }

    /// The fields of a map with their key spans.
    pub fn fields(self) -> impl Iterator<Item = (Spanned<&'a str>, Reader<'a>)> {
        let entries = self.node.and_then(Node::as_map).map(|map| map.entries.as_slice()).unwrap_or_default();
        entries.iter().map(|entry| (Spanned::new(entry.key.text.as_str(), entry.key.span), Reader::new(&entry.value)))
    }
}
