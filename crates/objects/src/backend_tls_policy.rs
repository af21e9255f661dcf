//! BackendTLSPolicy of the Gateway API: how a gateway speaks TLS to a Service.

use podpath_source::Spanned;

use crate::meta::Meta;
use crate::reader::Reader;
use crate::route::{ObjectRef, text};

/// A BackendTLSPolicy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendTlsPolicy {
    /// `spec.targetRefs`
    pub targets: Vec<PolicyTarget>,
    /// `spec.validation.caCertificateRefs`
    pub authorities: Vec<ObjectRef>,
    /// `spec.validation.wellKnownCACertificates`
    pub well_known: Option<Spanned<String>>,
    /// `spec.validation.hostname`: the server name that is sent, and checked.
    pub hostname: Option<Spanned<String>>,
}

/// What a policy is for; always in its own namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyTarget {
    /// "" is core.
    pub group: String,
    /// `kind`
    pub kind: String,
    /// `name`
    pub name: Spanned<String>,
    /// The name of a port of a Service; none is every port.
    pub section: Option<Spanned<String>>,
}

impl BackendTlsPolicy {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let validation = spec.get("validation");
        let authority = |it: Reader<'_>| ObjectRef::read(it, "");
        Self {
            targets: spec.get("targetRefs").items().filter_map(PolicyTarget::read).collect(),
            authorities: validation.get("caCertificateRefs").items().filter_map(authority).collect(),
            well_known: validation.get("wellKnownCACertificates").text().filter(|it| !it.value.is_empty()),
            hostname: validation.get("hostname").text(),
        }
    }
}

impl PolicyTarget {
    fn read(reader: Reader<'_>) -> Option<Self> {
        Some(Self {
            group: text(reader, "group").unwrap_or_default(),
            kind: text(reader, "kind").unwrap_or_default(),
            name: reader.get("name").text()?,
            section: reader.get("sectionName").text().filter(|it| !it.value.is_empty()),
        })
    }
}
