//! What an API server answers to creating a document: reading, strictness, then the rules of the kind, in its own words.
//!
//! Invariants: only what the server certainly refuses is refused; each stage that fails ends the answer, as it does there; a
//! kind without rules of its own here is checked for its structure alone. The cost is linear in the document, but for lists
//! that must be unique, which are n log n.
//!
//! Source: `pkg/apis/*/validation` of Kubernetes; the order of the stages is that of `apiserver/pkg/endpoints/handlers`.

mod metadata;
mod name;
mod service;

use podpath_schema::{Finding, FindingKind};
use podpath_source::Span;
use podpath_yaml::{Document, Node, ProblemKind};

/// The sort of a refusal, by the API server's names of causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// `FieldValueRequired`
    Required,
    /// `FieldValueInvalid`
    Invalid,
    /// `FieldValueForbidden`
    Forbidden,
    /// `FieldValueNotSupported`
    NotSupported,
    /// `FieldValueDuplicate`
    Duplicate,
    /// `FieldValueTypeInvalid`, of custom resources alone.
    TypeInvalid,
    /// `UnknownField`
    UnknownField,
    /// `DuplicateKey`
    DuplicateKey,
    /// `Malformed`: the document cannot be read as its kind.
    Malformed,
}

impl Sort {
    /// Its name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Required => "FieldValueRequired",
            Self::Invalid => "FieldValueInvalid",
            Self::Forbidden => "FieldValueForbidden",
            Self::NotSupported => "FieldValueNotSupported",
            Self::Duplicate => "FieldValueDuplicate",
            Self::TypeInvalid => "FieldValueTypeInvalid",
            Self::UnknownField => "UnknownField",
            Self::DuplicateKey => "DuplicateKey",
            Self::Malformed => "Malformed",
        }
    }
}

/// Something that the API server refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The sort.
    pub sort: Sort,
    /// The field, such as `spec.ports[0].port`.
    pub field: String,
    /// The server's own words, such as `Required value`.
    pub detail: String,
    /// The smallest place.
    pub span: Span,
}

/// What the API server refuses about a document that holds one object; empty when it takes it.
pub fn check(document: &Document) -> Vec<Refusal> {
    let unreadable = document.problems.iter().filter_map(unreadable);
    let unreadable: Vec<_> = unreadable.take(1).collect();
    let Some(root) = document.root.as_ref().filter(|_| unreadable.is_empty()) else { return unreadable };
    let (mut types, mut unknown, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    unknown.extend(document.problems.iter().filter_map(duplicate_key));
    let is_custom = is_custom(root);
    for finding in podpath_schema::check(root) {
        match finding.kind {
            FindingKind::WrongType { .. } => types.push(structural(finding, is_custom)),
            FindingKind::MissingField { .. } => missing.push(structural(finding, is_custom)),
            FindingKind::UnknownField { .. } | FindingKind::ExperimentalField { .. } => {
                unknown.push(structural(finding, is_custom));
            }
        }
    }
    // A built-in kind is read first, and the first wrong type ends that; a custom resource is taken apart as it is.
    match (types.first(), unknown.is_empty(), is_custom) {
        (Some(first), _, false) => vec![first.clone()],
        (_, false, _) => unknown,
        _ => types.into_iter().chain(rules(root, missing)).collect(),
    }
}

/// The rules of the kind, and the fields that its schema asks for.
fn rules(root: &Node, missing: Vec<Refusal>) -> Vec<Refusal> {
    let text = |key: &str| root.get(key).and_then(Node::as_text).unwrap_or_default();
    let mut found = missing;
    let own = match (text("apiVersion"), text("kind")) {
        ("v1", "Service") => service::check(root),
        _ => vec![],
    };
    for refusal in own {
        if !found.iter().any(|it| it.field == refusal.field && it.sort == refusal.sort) {
            found.push(refusal);
        }
    }
    found
}

/// Groups of CustomResourceDefinitions have a dot; of those that end so, Kubernetes itself has all but that of the Gateway API.
fn is_custom(root: &Node) -> bool {
    let group = root.get("apiVersion").and_then(Node::as_text).and_then(|it| it.rsplit_once('/')).map(|it| it.0);
    group.is_some_and(|it| it.contains('.') && (!it.ends_with(".k8s.io") || it == "gateway.networking.k8s.io"))
}

fn unreadable(problem: &podpath_yaml::Problem) -> Option<Refusal> {
    match &problem.kind {
        ProblemKind::DuplicateKey { .. } => None,
        ProblemKind::Syntax(words) => Some(malformed(format!("yaml: {words}"), problem.span)),
        _ => Some(malformed("the document is no YAML that can be read as JSON".into(), problem.span)),
    }
}

fn malformed(detail: String, span: Span) -> Refusal {
    Refusal { sort: Sort::Malformed, field: String::new(), detail, span }
}

fn duplicate_key(problem: &podpath_yaml::Problem) -> Option<Refusal> {
    let ProblemKind::DuplicateKey { key, .. } = &problem.kind else { return None };
    let detail = format!("key \"{key}\" already set in map");
    Some(Refusal { sort: Sort::DuplicateKey, field: key.clone(), detail, span: problem.span })
}

fn structural(finding: Finding, is_custom: bool) -> Refusal {
    let Finding { kind, path, span } = finding;
    let (sort, detail) = match kind {
        FindingKind::UnknownField { .. } | FindingKind::ExperimentalField { .. } => {
            (Sort::UnknownField, format!("unknown field \"{path}\""))
        }
        FindingKind::MissingField { .. } => (Sort::Required, "Required value".to_owned()),
        FindingKind::WrongType { expected, found } if is_custom => {
            (Sort::TypeInvalid, format!("Invalid value: \"{found}\": must be of type {expected}: \"{found}\""))
        }
        FindingKind::WrongType { expected, found } => {
            (Sort::Malformed, format!("json: cannot unmarshal {found} into a field of type {expected}"))
        }
    };
    Refusal { sort, field: path, detail, span }
}

/// A place in the tree that rules ask about, and what they refuse.
pub(crate) struct Field<'a> {
    node: Option<&'a Node>,
    /// `spec.ports[0]`
    path: String,
    /// The value; of a missing one what holds it.
    span: Span,
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

    pub(crate) fn is_empty(&self) -> bool {
        match self.node {
            None => true,
            Some(node) => node.as_list().is_some_and(<[Node]>::is_empty) || node.as_text() == Some(""),
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

    fn refuse(&self, sort: Sort, detail: String) -> Refusal {
        Refusal { sort, field: self.path.clone(), detail, span: self.span }
    }
}
