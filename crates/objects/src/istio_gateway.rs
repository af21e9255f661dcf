//! Istio's Gateway.

use podpath_source::{Span, Spanned};

use crate::meta::{Labels, Meta};
use crate::reader::Reader;

/// A Gateway of `networking.istio.io`.
#[derive(Clone, Debug, PartialEq)]
pub struct IstioGateway {
    /// The labels of the gateway's Pods; none is every gateway.
    pub selector: Labels,
    /// `spec.servers`
    pub servers: Vec<Server>,
}

/// An entry of `spec.servers`.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// `port.number`
    pub port: Option<Spanned<u16>>,
    /// `port.name`
    pub port_name: Option<Spanned<String>>,
    /// `port.protocol`, as written.
    pub protocol: Spanned<String>,
    /// `hosts`, each may begin with a namespace and `/`.
    pub hosts: Vec<Spanned<String>>,
    /// `tls`
    pub tls: Option<ServerTls>,
    /// `bind`: the address of the Pod that it listens on; every one unless told.
    pub bind: Option<Spanned<String>>,
    /// The whole entry.
    pub span: Span,
}

/// `tls` of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerTls {
    /// `PASSTHROUGH` unless told: that is the zero of the enum.
    pub mode: Spanned<String>,
    /// Every request is answered 301.
    pub https_redirect: bool,
    /// `credentialName`
    pub credential: Option<Spanned<String>>,
    /// `serverCertificate`: a file of the gateway's Pods.
    pub certificate: Option<Spanned<String>>,
}

impl IstioGateway {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        Self { selector: spec.get("selector").labels(), servers: spec.get("servers").list(Server::read) }
    }
}

impl Server {
    fn read(reader: Reader<'_>) -> Self {
        let port = reader.get("port");
        let tls = reader.get("tls");
        let missing = |reader: Reader<'_>, value: &str| Spanned::new(value.to_owned(), reader.span());
        let tls = tls.exists().then(|| ServerTls {
            mode: tls.get("mode").text().unwrap_or_else(|| missing(tls, "PASSTHROUGH")),
            https_redirect: tls.get("httpsRedirect").is_true(),
            credential: tls.get("credentialName").text().filter(|it| !it.value.is_empty()),
            certificate: tls.get("serverCertificate").text().filter(|it| !it.value.is_empty()),
        });
        Self {
            port: port.get("number").port(),
            port_name: port.get("name").text(),
            protocol: port.get("protocol").text().unwrap_or_else(|| missing(port, "")),
            hosts: reader.get("hosts").texts(),
            tls,
            bind: reader.get("bind").text(),
            span: reader.span(),
        }
    }
}
