//! IngressClassParams of the AWS Load Balancer Controller: what it sets beats the annotations of the Ingresses.

use podpath_source::Spanned;

use crate::meta::{Meta, Selector};
use crate::reader::Reader;

/// An IngressClassParams.
#[derive(Clone, Debug, PartialEq)]
pub struct IngressClassParams {
    /// `spec.group.name`
    pub group: Option<Spanned<String>>,
    /// `spec.scheme`
    pub scheme: Option<Spanned<String>>,
    /// `spec.certificateArn`
    pub certificates: Vec<Spanned<String>>,
    /// `spec.sslRedirectPort`; one that is no number switches the redirect off.
    pub ssl_redirect_port: Option<Spanned<String>>,
    /// `spec.targetType`
    pub target_type: Option<Spanned<String>>,
    /// `spec.namespaceSelector`
    pub namespace_selector: Option<Selector>,
}

impl IngressClassParams {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let redirect = spec.get("sslRedirectPort");
        Self {
            group: spec.get("group").get("name").text(),
            scheme: spec.get("scheme").text(),
            certificates: spec.get("certificateArn").texts(),
            ssl_redirect_port: redirect.scalar().map(|it| Spanned::new(it, redirect.span())),
            target_type: spec.get("targetType").text(),
            namespace_selector: spec.get("namespaceSelector").selector(),
        }
    }
}
