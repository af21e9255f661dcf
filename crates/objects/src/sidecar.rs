//! Istio's Sidecar: what the proxies of a namespace know of the mesh, and what they let in.

use podpath_source::{Span, Spanned};

use crate::meta::{Labels, Meta};
use crate::reader::Reader;
use crate::virtual_service::Destination;

/// A Sidecar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sidecar {
    /// `spec.workloadSelector.labels`; none is every Pod of its namespace.
    pub selector: Option<Labels>,
    /// `spec.ingress`: where the proxy hands what comes in; empty is each port to itself.
    pub ingress: Vec<IngressListener>,
    /// `spec.egress`; none where it tells no listener, which is everything.
    pub egress: Option<Vec<EgressListener>>,
    /// `spec.outboundTrafficPolicy`: whether it lets out what is in no registry; none where it is not told.
    pub keeps_inside: Option<bool>,
    /// `spec.outboundTrafficPolicy.egressProxy`: who takes what is in no registry.
    pub egress_proxy: Option<Destination>,
}

/// An entry of `spec.ingress`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngressListener {
    /// `port.number`: the port of the Pod that is called.
    pub port: Spanned<u16>,
    /// `port.protocol`, as written; empty where the proxy looks into the bytes.
    pub protocol: String,
    /// `defaultEndpoint`: where the Pod's own container is to listen; the called port unless told.
    pub endpoint: Option<Spanned<String>>,
    /// `captureMode` is NONE: the proxy opens the port itself, and nothing is redirected to it.
    pub is_bound: bool,
    /// `tls.mode`: the proxy ends TLS that is not the mesh's.
    pub tls: Option<Spanned<String>>,
    /// The whole entry.
    pub span: Span,
}

impl IngressListener {
    fn read(reader: Reader<'_>) -> Option<Self> {
        let port = reader.get("port");
        let (mode, tls) = (reader.get("captureMode").text(), reader.get("tls"));
        // PASSTHROUGH is the first value of the enumeration.
        let unless_told = || Spanned::new("PASSTHROUGH".to_owned(), tls.span());
        Some(Self {
            port: port.get("number").port()?,
            protocol: port.get("protocol").text().map_or_else(String::new, |it| it.value),
            endpoint: reader.get("defaultEndpoint").text().filter(|it| !it.value.is_empty()),
            is_bound: mode.is_some_and(|it| it.value == "NONE"),
            tls: tls.exists().then(|| tls.get("mode").text().unwrap_or_else(unless_told)),
            span: reader.span(),
        })
    }

    /// The port that a container of the Pod must listen on; none where it is a socket.
    pub fn container_port(&self) -> Option<u16> {
        match &self.endpoint {
            None => Some(self.port.value),
            Some(it) if it.value.starts_with("unix://") => None,
            Some(it) => it.value.rsplit_once(':')?.1.parse().ok(),
        }
    }
}

/// An entry of `spec.egress`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressListener {
    /// `port.number`: it is for calls to this port; none is for all that no other entry names.
    pub port: Option<u16>,
    /// `hosts`, each `namespace/host`.
    pub hosts: Vec<Spanned<String>>,
}

impl Sidecar {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let selector = spec.get("workloadSelector").get("labels").labels();
        let egress = spec.get("egress").list(|it| {
            let port = it.get("port").get("number").port().map(|it| it.value);
            EgressListener { port, hosts: it.get("hosts").texts() }
        });
        let outbound = spec.get("outboundTrafficPolicy");
        let mode = outbound.get("mode").text();
        Self {
            selector: (!selector.is_empty()).then_some(selector),
            ingress: spec.get("ingress").items().filter_map(IngressListener::read).collect(),
            egress: (!egress.is_empty()).then_some(egress),
            // REGISTRY_ONLY is the first value of the enum, so it is meant where the policy names no mode.
            keeps_inside: outbound.exists().then(|| mode.is_none_or(|it| it.value == "REGISTRY_ONLY")),
            egress_proxy: Destination::read_target(outbound.get("egressProxy"), outbound.get("egressProxy").span()),
        }
    }
}
