//! MutatingWebhookConfiguration: who changes objects on their way into the cluster, such as the injector of sidecars.

use podpath_source::{Span, Spanned};

use crate::meta::{Meta, Selector};
use crate::reader::Reader;

/// A MutatingWebhookConfiguration.
#[derive(Clone, Debug, PartialEq)]
pub struct MutatingWebhooks {
    /// `webhooks`
    pub webhooks: Vec<Webhook>,
}

/// An entry of `webhooks`.
#[derive(Clone, Debug, PartialEq)]
pub struct Webhook {
    /// `name`
    pub name: String,
    /// `clientConfig.service`: namespace and name.
    pub service: Option<(String, Spanned<String>)>,
    /// `namespaceSelector`; none is every namespace.
    pub namespaces: Option<Selector>,
    /// `objectSelector`; none is every object.
    pub objects: Option<Selector>,
    /// Where the name stands.
    pub span: Span,
}

impl MutatingWebhooks {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        Self { webhooks: reader.get("webhooks").list(Webhook::read) }
    }
}

impl Webhook {
    fn read(reader: Reader<'_>) -> Self {
        let service = reader.get("clientConfig").get("service");
        let namespace = || service.get("namespace").text().map(|it| it.value);
        Self {
            name: reader.get("name").text().map_or_else(String::new, |it| it.value),
            service: namespace().and_then(|space| Some((space, service.get("name").text()?))),
            namespaces: reader.get("namespaceSelector").selector(),
            objects: reader.get("objectSelector").selector(),
            span: reader.get("name").span(),
        }
    }
}
