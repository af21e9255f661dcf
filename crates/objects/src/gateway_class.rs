//! GatewayClass of the Gateway API.

use podpath_source::Spanned;

use crate::meta::Meta;
use crate::reader::Reader;
use crate::route::ObjectRef;

/// A GatewayClass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayClass {
    /// `spec.controllerName`
    pub controller: Option<Spanned<String>>,
    /// `spec.parametersRef`
    pub parameters: Option<ObjectRef>,
}

impl GatewayClass {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        Self {
            controller: spec.get("controllerName").text(),
            parameters: ObjectRef::read(spec.get("parametersRef"), ""),
        }
    }
}
