//! What every object has: kind, name, namespace, labels, annotations; and label selectors.

use podpath_source::{Span, Spanned};

use crate::reader::Reader;

/// What every object has.
#[derive(Clone, Debug, PartialEq)]
pub struct Meta {
    /// `v1`, `apps/v1`; empty when missing.
    pub api_version: Spanned<String>,
    /// As written.
    pub kind: Spanned<String>,
    /// None when missing: the object is kept, but nothing can refer to it.
    pub name: Option<Spanned<String>>,
    /// As written; the cluster fills in the default.
    pub namespace: Option<Spanned<String>>,
    /// `metadata.labels`
    pub labels: Labels,
    /// `metadata.annotations`
    pub annotations: Labels,
    /// `metadata.creationTimestamp`, RFC 3339, which sorts as text.
    pub created: Option<String>,
    /// Kind and name of the controller among `metadata.ownerReferences`.
    pub owner: Option<(String, String)>,
    /// `metadata.deletionTimestamp` is set: controllers clean up after it.
    pub is_deleting: bool,
    /// `metadata.finalizers`
    pub finalizers: Vec<String>,
    /// The whole object.
    pub span: Span,
}

impl Meta {
    /// Reads an object that says its kind; without a kind there is no object.
    pub(crate) fn read(reader: Reader<'_>) -> Option<Self> {
        let kind = reader.get("kind").text()?;
        let metadata = reader.get("metadata");
        let missing = || Spanned::new(String::new(), kind.span);
        Some(Self {
            api_version: reader.get("apiVersion").text().unwrap_or_else(missing),
            name: metadata.get("name").text(),
            namespace: metadata.get("namespace").text().filter(|it| !it.value.is_empty()),
            labels: metadata.get("labels").labels(),
            annotations: metadata.get("annotations").labels(),
            created: metadata.get("creationTimestamp").text().map(|it| it.value),
            owner: owner(metadata),
            is_deleting: metadata.get("deletionTimestamp").exists(),
            finalizers: metadata.get("finalizers").texts().into_iter().map(|it| it.value).collect(),
            span: reader.span(),
            kind,
        })
    }

    /// The API group; "" for core. Groups that were moved are told by their newest name.
    pub fn group(&self) -> &str {
        group_of(&self.api_version.value, &self.kind.value)
    }

    /// The name, or "" when it is missing.
    pub fn name(&self) -> &str {
        self.name.as_ref().map_or("", |it| it.value.as_str())
    }

    /// Where the name stands, or the kind when there is none.
    pub fn name_span(&self) -> Span {
        self.name.as_ref().map_or(self.kind.span, |it| it.span)
    }

    /// An annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key)
    }
}

fn owner(metadata: Reader<'_>) -> Option<(String, String)> {
    let found = metadata.get("ownerReferences").items().find(|it| it.get("controller").is_true())?;
    Some((found.get("kind").text()?.value, found.get("name").text()?.value))
}

/// The API group of a version and a kind; groups that were moved are told by their newest name, and Jobs and
/// ReplicationControllers are kept with the other kinds that make Pods.
pub fn group_of<'a>(api_version: &'a str, kind: &str) -> &'a str {
    let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
    match (group, kind) {
        ("extensions", "Ingress") => "networking.k8s.io",
        ("gateway.networking.x-k8s.io", "XListenerSet") => "gateway.networking.k8s.io",
        ("", "ReplicationController")
        | ("extensions" | "batch", "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet" | "Job" | "CronJob") => {
            "apps"
        }
        _ => group,
    }
}

/// Texts by key, in source order, with their places: labels, annotations, `matchLabels`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Key and value.
    pub entries: Vec<(Spanned<String>, Spanned<String>)>,
    /// The whole map.
    pub span: Span,
}

impl Labels {
    pub(crate) fn read(reader: Reader<'_>) -> Self {
        let entries = reader.fields().filter_map(|(key, value)| {
            let text = value.scalar()?;
            Some((Spanned::new(key.value.to_owned(), key.span), Spanned::new(text, value.span())))
        });
        Self { entries: entries.collect(), span: reader.span() }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entry(key).map(|(_, value)| value.value.as_str())
    }

    /// Key and value with their places.
    pub fn entry(&self, key: &str) -> Option<&(Spanned<String>, Spanned<String>)> {
        self.entries.iter().find(|(it, _)| it.value == key)
    }

    /// Keys and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(key, value)| (key.value.as_str(), value.value.as_str()))
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// True when each of these labels is among `labels`.
    pub fn is_subset_of(&self, labels: &Labels) -> bool {
        self.iter().all(|(key, value)| labels.get(key) == Some(value))
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Labels {
    fn from_iter<T: IntoIterator<Item = (&'a str, &'a str)>>(entries: T) -> Self {
        let bare = |text: &str| Spanned::new(text.to_owned(), Span::default());
        let entries = entries.into_iter().map(|(key, value)| (bare(key), bare(value)));
        Self { entries: entries.collect(), span: Span::default() }
    }
}

/// A label selector; all parts must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    /// `matchLabels`
    pub labels: Labels,
    /// `matchExpressions`
    pub terms: Vec<SelectorTerm>,
    /// The whole selector.
    pub span: Span,
}

/// An entry of `matchExpressions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectorTerm {
    /// The label.
    pub key: String,
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`.
    pub operator: String,
    /// For `In` and `NotIn`.
    pub values: Vec<String>,
}

impl Selector {
    pub(crate) fn read(reader: Reader<'_>) -> Self {
        Self {
            labels: reader.get("matchLabels").labels(),
            terms: reader.get("matchExpressions").list(SelectorTerm::read),
            span: reader.span(),
        }
    }

    /// Of a ReplicationController: labels alone, without `matchLabels` around them. An empty one counts as none, since the
    /// API server then takes the labels of the template (`pkg/apis/core/v1/defaults.go`).
    pub(crate) fn read_labels(reader: Reader<'_>) -> Option<Self> {
        let labels = reader.labels();
        (!labels.is_empty()).then(|| Self { labels, terms: vec![], span: reader.span() })
    }

    /// True when the labels satisfy every part. An empty selector selects everything.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.labels.is_subset_of(labels) && self.terms.iter().all(|term| term.matches(labels))
    }
}

impl SelectorTerm {
    pub(crate) fn read(reader: Reader<'_>) -> Self {
        Self {
            key: reader.get("key").text().map(|it| it.value).unwrap_or_default(),
            operator: reader.get("operator").text().map(|it| it.value).unwrap_or_default(),
            values: reader.get("values").texts().into_iter().map(|it| it.value).collect(),
        }
    }

    /// True when the labels satisfy it.
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        match self.operator.as_str() {
            "In" => value.is_some_and(|it| self.values.iter().any(|known| known == it)),
            "NotIn" => value.is_none_or(|it| self.values.iter().all(|known| known != it)),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => false,
        }
    }
}
