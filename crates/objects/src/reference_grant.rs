//! ReferenceGrant: it lives in the namespace of the target.

use crate::meta::Meta;
use crate::reader::Reader;

/// A ReferenceGrant; entries of a list are alternatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceGrant {
    /// Who may refer.
    pub from: Vec<GrantFrom>,
    /// To what.
    pub to: Vec<GrantTo>,
}

/// Who may refer; all three must be equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantFrom {
    /// `group`
    pub group: String,
    /// `kind`
    pub kind: String,
    /// `namespace`
    pub namespace: String,
}

/// What may be referred to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantTo {
    /// `group`
    pub group: String,
    /// `kind`
    pub kind: String,
    /// None is every name.
    pub name: Option<String>,
}

impl ReferenceGrant {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let text = |it: Reader<'_>, key: &str| it.get(key).text().map(|it| it.value);
        let from = |it: Reader<'_>| GrantFrom {
            group: text(it, "group").unwrap_or_default(),
            kind: text(it, "kind").unwrap_or_default(),
            namespace: text(it, "namespace").unwrap_or_default(),
        };
        let to = |it: Reader<'_>| GrantTo {
            group: text(it, "group").unwrap_or_default(),
            kind: text(it, "kind").unwrap_or_default(),
            name: text(it, "name").filter(|it| !it.is_empty()),
        };
        Self { from: spec.get("from").list(from), to: spec.get("to").list(to) }
    }
}
