//! Ingress, in `networking.k8s.io/v1` and in the older form with `serviceName` and `servicePort`.

use podpath_source::{Span, Spanned};

use crate::meta::Meta;
use crate::reader::{PortRef, Reader};

/// An Ingress.
#[derive(Clone, Debug, PartialEq)]
pub struct Ingress {
    /// `spec.ingressClassName`
    pub class: Option<Spanned<String>>,
    /// `spec.defaultBackend`
    pub default_backend: Option<IngressBackend>,
    /// `spec.rules`
    pub rules: Vec<IngressRule>,
    /// `spec.tls`
    pub tls: Vec<IngressTls>,
}

/// An entry of `spec.rules`.
#[derive(Clone, Debug, PartialEq)]
pub struct IngressRule {
    /// Empty or missing is every host.
    pub host: Option<Spanned<String>>,
    /// `http.paths`
    pub paths: Vec<IngressPath>,
    /// The whole entry.
    pub span: Span,
}

/// An entry of `http.paths`.
#[derive(Clone, Debug, PartialEq)]
pub struct IngressPath {
    /// `path`
    pub path: Option<Spanned<String>>,
    /// `pathType`; missing in old manifests.
    pub path_type: Option<Spanned<String>>,
    /// `backend`
    pub backend: IngressBackend,
    /// The whole entry.
    pub span: Span,
}

/// A backend.
#[derive(Clone, Debug, PartialEq)]
pub struct IngressBackend {
    /// The name of the Service; none for a `resource` backend.
    pub service: Option<Spanned<String>>,
    /// Its port.
    pub port: Option<Spanned<PortRef>>,
    /// The whole backend.
    pub span: Span,
}

/// An entry of `spec.tls`.
#[derive(Clone, Debug, PartialEq)]
pub struct IngressTls {
    /// `hosts`
    pub hosts: Vec<Spanned<String>>,
    /// `secretName`
    pub secret: Option<Spanned<String>>,
}

impl Ingress {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let tls = |it: Reader<'_>| IngressTls { hosts: it.get("hosts").texts(), secret: it.get("secretName").text() };
        let default = [spec.get("defaultBackend"), spec.get("backend")].into_iter().find(|it| it.exists());
        Self {
            class: spec.get("ingressClassName").text(),
            default_backend: default.map(IngressBackend::read),
            rules: spec.get("rules").list(IngressRule::read),
            tls: spec.get("tls").list(tls),
        }
    }
}

impl IngressRule {
    fn read(reader: Reader<'_>) -> Self {
        Self {
            host: reader.get("host").text().filter(|it| !it.value.is_empty()),
            paths: reader.get("http").get("paths").list(IngressPath::read),
            span: reader.span(),
        }
    }
}

impl IngressPath {
    fn read(reader: Reader<'_>) -> Self {
        Self {
            path: reader.get("path").text(),
            path_type: reader.get("pathType").text(),
            backend: IngressBackend::read(reader.get("backend")),
            span: reader.span(),
        }
    }
}

impl IngressBackend {
    fn read(reader: Reader<'_>) -> Self {
        let service = reader.get("service");
        let port = service.get("port");
        Self {
            service: service.get("name").text().or_else(|| reader.get("serviceName").text()),
            port: [port.get("number"), port.get("name"), reader.get("servicePort")]
                .into_iter()
                .find_map(Reader::port_ref),
            span: reader.span(),
        }
    }
}
