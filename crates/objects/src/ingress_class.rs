//! IngressClass.

use podpath_source::Spanned;

use crate::meta::Meta;
use crate::reader::Reader;

/// An IngressClass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngressClass {
    /// `spec.controller`
    pub controller: Option<Spanned<String>>,
    /// `spec.parameters`
    pub parameters: Option<Parameters>,
    /// The annotation `ingressclass.kubernetes.io/is-default-class` is "true".
    pub is_default: bool,
}

/// A reference to the parameters of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// `apiGroup`
    pub group: String,
    /// `kind`
    pub kind: String,
    /// `name`
    pub name: Spanned<String>,
}

impl IngressClass {
    pub(crate) fn read(meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        Self {
            controller: spec.get("controller").text(),
            parameters: Parameters::read(spec.get("parameters")),
            is_default: meta.annotation("ingressclass.kubernetes.io/is-default-class") == Some("true"),
        }
    }
}

impl Parameters {
    fn read(reader: Reader<'_>) -> Option<Self> {
        Some(Self {
            group: reader.get("apiGroup").text().map(|it| it.value).unwrap_or_default(),
            kind: reader.get("kind").text().map(|it| it.value).unwrap_or_default(),
            name: reader.get("name").text()?,
        })
    }
}
