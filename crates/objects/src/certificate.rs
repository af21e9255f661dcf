//! Certificate of cert-manager: it keeps a Secret.

use podpath_source::Spanned;

use crate::meta::Meta;
use crate::reader::Reader;

/// A Certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// `spec.secretName`: the Secret that cert-manager writes, in the namespace of the Certificate.
    pub secret: Option<Spanned<String>>,
}

impl Certificate {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        Self { secret: reader.get("spec").get("secretName").text() }
    }
}
