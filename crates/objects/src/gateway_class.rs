//! GatewayClass of the Gateway API.

use podpath_source::Spanned;

use crate::meta::Meta;
use crate::reader::Reader;

/// A GatewayClass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayClass {
    /// `spec.controllerName`
    pub controller: Option<Spanned<String>>,
}

impl GatewayClass {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        Self { controller: reader.get("spec").get("controllerName").text() }
    }
}
