//! What an API server answers to creating a document: its kind, reading, strictness, the rules of the kind, in its words.
//!
//! Invariants: only what the server certainly refuses is refused; each stage that fails ends the answer, as it does there; a
//! kind without rules of its own here is checked for its structure alone. The cost is linear in the document, but for lists
//! that must be unique, which are n log n; of what is compared pair by pair only the first are.
//!
//! Source: `pkg/apis/*/validation` of Kubernetes; the order of the stages is that of `apiserver/pkg/endpoints/handlers`.

mod field;
mod istio;
mod metadata;
mod name;
mod pruned;
mod served;
mod service;

use podpath_order::OrdSet;
use podpath_schema::{Finding, FindingKind};
use podpath_source::Span;
use podpath_yaml::{Document, Node, ProblemKind};

pub(crate) use field::Field;

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
    /// `FieldValueTooLong`
    TooLong,
    /// `FieldValueTooMany`
    TooMany,
    /// `UnknownField`
    UnknownField,
    /// `DuplicateKey`
    DuplicateKey,
    /// `NoMatch`: no server has such a kind.
    NoMatch,
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
            Self::TooLong => "FieldValueTooLong",
            Self::TooMany => "FieldValueTooMany",
            Self::UnknownField => "UnknownField",
            Self::DuplicateKey => "DuplicateKey",
            Self::NoMatch => "NoMatch",
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
    /// Only a validating webhook refuses it, not the schema.
    pub is_webhook: bool,
}

/// Something that is taken, and warned of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// In the webhook's own words.
    pub text: String,
    /// The field.
    pub field: String,
    /// The smallest place.
    pub span: Span,
    /// It is said of every object of the kind.
    pub is_general: bool,
}

/// What is said to a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Empty when the document is taken.
    pub refusals: Vec<Refusal>,
    /// What is told beside.
    pub warnings: Vec<Warning>,
}

/// What the API server, and the webhooks of the kind, say to a document that holds one object.
pub fn check(document: &Document) -> Verdict {
    let unreadable = document.problems.iter().filter_map(unreadable);
    let unreadable: Vec<_> = unreadable.take(1).collect();
    let Some(root) = document.root.as_ref().filter(|_| unreadable.is_empty()) else { return refused(unreadable) };
    object(root, document.problems.iter().filter_map(duplicate_key).collect())
}

/// What is said to one object that could be read; `unknown` is what strict reading found before.
fn object(root: &Node, mut unknown: Vec<Refusal>) -> Verdict {
    if let Some(refusal) = served::check(root) {
        return refused(vec![refusal]);
    }
    let (mut undecodable, mut types, mut missing, mut places) = (None, Vec::new(), Vec::new(), None);
    let is_custom = is_custom(root);
    for finding in podpath_schema::check(root) {
        match finding.kind {
            FindingKind::WrongType { .. } if !is_custom || finding.path.starts_with("metadata") => {
                undecodable.get_or_insert_with(|| structural(finding, false));
            }
            FindingKind::WrongType { .. } => {
                let places = places.get_or_insert_with(|| pruned::places(root));
                let inside = pruned::keys(places, &finding);
                if inside.is_empty() {
                    types.push(structural(finding, true));
                }
                unknown.extend(inside);
            }
            FindingKind::MissingField { .. } => missing.push(structural(finding, is_custom)),
            FindingKind::UnknownField { .. } | FindingKind::ExperimentalField { .. } => {
                unknown.push(structural(finding, is_custom));
            }
        }
    }
    // A built-in kind is read first, as `metadata` of every kind is, and the first wrong type ends that; what else a custom
    // resource holds is taken apart as it is.
    match undecodable {
        Some(first) => refused(vec![first]),
        None if !unknown.is_empty() => refused(unknown),
        None => rules(root, types, missing),
    }
}

/// What Istio's validation says to an object whose structure is fine: its schema and its webhook, as `istioctl analyze`
/// asks both; nothing for kinds of others.
pub fn istio(root: &Node) -> Verdict {
    let is_asked = istio::has_rules(root) && served::check(root).is_none();
    if is_asked { istio::check(root, false) } else { Verdict::default() }
}

fn refused(refusals: Vec<Refusal>) -> Verdict {
    Verdict { refusals, warnings: vec![] }
}

/// The rules of the kind, and the fields that its schema asks for.
fn rules(root: &Node, types: Vec<Refusal>, missing: Vec<Refusal>) -> Verdict {
    let text = |key: &str| root.get(key).and_then(Node::as_text).unwrap_or_default();
    let key = |it: &Refusal| (it.field.clone(), it.sort.code());
    let mut found: Vec<_> = types.into_iter().chain(missing).collect();
    let own = match (text("apiVersion"), text("kind")) {
        ("v1", "Service") => refused(service::check(root)),
        _ if istio::has_rules(root) => istio::check(root, !found.is_empty()),
        _ => Verdict::default(),
    };
    let mut told: OrdSet<_> = found.iter().map(key).collect();
    found.extend(own.refusals.into_iter().filter(|it| it.is_webhook || told.insert(key(it))));
    Verdict { refusals: found, warnings: own.warnings }
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
    Refusal { sort: Sort::Malformed, field: String::new(), detail, span, is_webhook: false }
}

fn duplicate_key(problem: &podpath_yaml::Problem) -> Option<Refusal> {
    let ProblemKind::DuplicateKey { key, .. } = &problem.kind else { return None };
    let detail = format!("key \"{key}\" already set in map");
    Some(Refusal { sort: Sort::DuplicateKey, field: key.clone(), detail, span: problem.span, is_webhook: false })
}

fn structural(finding: Finding, is_custom: bool) -> Refusal {
    let Finding { kind, path, span } = finding;
    let (sort, detail) = match kind {
        FindingKind::UnknownField { .. } | FindingKind::ExperimentalField { .. } => {
            (Sort::UnknownField, format!("unknown field \"{path}\""))
        }
        FindingKind::MissingField { .. } => (Sort::Required, "Required value".to_owned()),
        FindingKind::WrongType { expected, found } if is_custom => {
            let words = format!("{path} in body must be of type {expected}: \"{found}\"");
            (Sort::TypeInvalid, format!("Invalid value: \"{found}\": {words}"))
        }
        FindingKind::WrongType { expected, found } => {
            (Sort::Malformed, format!("json: cannot unmarshal {found} into a field of type {expected}"))
        }
    };
    Refusal { sort, field: path, detail, span, is_webhook: false }
}
