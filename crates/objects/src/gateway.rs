//! Gateway of the Gateway API, with the API server's defaults.

use podpath_source::{Span, Spanned};

use crate::meta::{Labels, Meta, Selector};
use crate::reader::Reader;
use crate::route::{ObjectRef, text};

/// The label by which what an implementation makes for a Gateway names it (GEP-1762).
pub const GATEWAY_NAME: &str = "gateway.networking.k8s.io/gateway-name";

/// A Gateway of `gateway.networking.k8s.io`.
#[derive(Clone, Debug, PartialEq)]
pub struct Gateway {
    /// `spec.gatewayClassName`
    pub class: Option<Spanned<String>>,
    /// `spec.listeners`
    pub listeners: Vec<GatewayListener>,
    /// `spec.allowedListeners.namespaces`: whose ListenerSets it takes; none unless told.
    pub allowed_listeners: RouteNamespaces,
    /// The types of `spec.addresses`; `IPAddress` unless told.
    pub address_types: Vec<Spanned<String>>,
    /// The values of `spec.addresses` of type `Hostname`.
    pub hostnames: Vec<String>,
    /// `spec.infrastructure.parametersRef`
    pub parameters: Option<Box<ObjectRef>>,
    /// `spec.infrastructure.annotations`
    pub infrastructure_annotations: Labels,
    /// `spec.tls`
    pub tls: Box<GatewayTls>,
}

/// `spec.tls` of a Gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GatewayTls {
    /// `backend.clientCertificateRef`
    pub client_certificate: Option<ObjectRef>,
    /// `frontend.default.validation`
    pub validation: Option<ClientValidation>,
    /// `frontend.perPort`: instead of the default.
    pub port_validations: Vec<(u16, Option<ClientValidation>)>,
}

/// How certificates of clients are checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientValidation {
    /// `caCertificateRefs`
    pub authorities: Vec<ObjectRef>,
    /// `mode: AllowInsecureFallback`: clients without a certificate, or with a wrong one, are let in.
    pub is_insecure: bool,
    /// The whole validation.
    pub span: Span,
}

/// An entry of `spec.listeners`.
#[derive(Clone, Debug, PartialEq)]
pub struct GatewayListener {
    /// `name`
    pub name: Spanned<String>,
    /// `port`
    pub port: Option<Spanned<u16>>,
    /// `protocol`
    pub protocol: Spanned<String>,
    /// None is every host.
    pub hostname: Option<Spanned<String>>,
    /// `tls`
    pub tls: Option<ListenerTls>,
    /// `allowedRoutes`
    pub allowed: AllowedRoutes,
    /// The whole entry.
    pub span: Span,
}

/// `tls` of a listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerTls {
    /// `Terminate` unless told.
    pub mode: String,
    /// `certificateRefs`
    pub certificates: Vec<ObjectRef>,
}

/// Which routes a listener takes.
#[derive(Clone, Debug, PartialEq)]
pub struct AllowedRoutes {
    /// `namespaces`
    pub namespaces: RouteNamespaces,
    /// `kinds`, as group and kind; empty is every kind that the protocol supports.
    pub kinds: Vec<(String, String)>,
    /// Where it stands, or the listener.
    pub span: Span,
}

/// From which namespaces a listener takes routes.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteNamespaces {
    /// That of the Gateway; the default.
    Same,
    /// Every one.
    All,
    /// Those with these labels.
    Selector(Selector),
    /// From nowhere.
    None,
    /// A value that is not known.
    Other(String),
}

impl Gateway {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        Self {
            class: spec.get("gatewayClassName").text(),
            listeners: spec.get("listeners").list(GatewayListener::read),
            allowed_listeners: RouteNamespaces::read(
                spec.get("allowedListeners").get("namespaces"),
                RouteNamespaces::None,
            ),
            address_types: spec.get("addresses").list(address_type),
            hostnames: spec.get("addresses").items().filter_map(hostname).collect(),
            parameters: ObjectRef::read(spec.get("infrastructure").get("parametersRef"), "").map(Box::new),
            infrastructure_annotations: spec.get("infrastructure").get("annotations").labels(),
            tls: Box::new(GatewayTls::read(spec.get("tls"))),
        }
    }
}

impl GatewayTls {
    fn read(reader: Reader<'_>) -> Self {
        let frontend = reader.get("frontend");
        Self {
            client_certificate: ObjectRef::read(reader.get("backend").get("clientCertificateRef"), "Secret"),
            validation: ClientValidation::read(frontend.get("default").get("validation")),
            port_validations: frontend.get("perPort").items().filter_map(per_port).collect(),
        }
    }

    /// How certificates of clients are checked on a port.
    pub fn validation(&self, port: u16) -> Option<&ClientValidation> {
        let own = self.port_validations.iter().find(|(it, _)| *it == port);
        own.map_or(self.validation.as_ref(), |(_, it)| it.as_ref())
    }

    /// Clients without a valid certificate are let in somewhere.
    pub fn is_insecure(&self) -> bool {
        let of_ports = self.port_validations.iter().filter_map(|(_, it)| it.as_ref());
        self.validation.iter().chain(of_ports).any(|it| it.is_insecure)
    }
}

fn address_type(reader: Reader<'_>) -> Spanned<String> {
    let written = reader.get("type").text().filter(|it| !it.value.is_empty());
    written.unwrap_or_else(|| Spanned::new("IPAddress".into(), reader.span()))
}

fn hostname(reader: Reader<'_>) -> Option<String> {
    let is_name = address_type(reader).value == "Hostname";
    reader.get("value").text().filter(|_| is_name).map(|it| it.value)
}

fn per_port(reader: Reader<'_>) -> Option<(u16, Option<ClientValidation>)> {
    let port = reader.get("port").port()?.value;
    Some((port, ClientValidation::read(reader.get("tls").get("validation"))))
}

impl ClientValidation {
    fn read(reader: Reader<'_>) -> Option<Self> {
        let authority = |it: Reader<'_>| ObjectRef::read(it, "");
        reader.exists().then(|| Self {
            authorities: reader.get("caCertificateRefs").items().filter_map(authority).collect(),
            is_insecure: text(reader, "mode").is_some_and(|it| it == "AllowInsecureFallback"),
            span: reader.span(),
        })
    }
}

impl GatewayListener {
    pub(crate) fn read(reader: Reader<'_>) -> Self {
        let missing = || Spanned::new(String::new(), reader.span());
        let tls = reader.get("tls");
        let mode = tls.get("mode").text().map_or_else(|| "Terminate".into(), |it| it.value);
        Self {
            name: reader.get("name").text().unwrap_or_else(missing),
            port: reader.get("port").port(),
            protocol: reader.get("protocol").text().unwrap_or_else(missing),
            hostname: reader.get("hostname").text().filter(|it| !it.value.is_empty()),
            tls: tls.exists().then(|| ListenerTls {
                mode,
                certificates: tls
                    .get("certificateRefs")
                    .items()
                    .filter_map(|it| ObjectRef::read(it, "Secret"))
                    .collect(),
            }),
            allowed: AllowedRoutes::read(reader.get("allowedRoutes")),
            span: reader.span(),
        }
    }
}

impl AllowedRoutes {
    fn read(reader: Reader<'_>) -> Self {
        let kind = |it: Reader<'_>| {
            let group = text(it, "group").unwrap_or_else(|| crate::route::GROUP.into());
            Some((group, text(it, "kind")?))
        };
        Self {
            namespaces: RouteNamespaces::read(reader.get("namespaces"), RouteNamespaces::Same),
            kinds: reader.get("kinds").items().filter_map(kind).collect(),
            span: reader.span(),
        }
    }
}

impl RouteNamespaces {
    fn read(reader: Reader<'_>, default: Self) -> Self {
        let Some(from) = text(reader, "from") else { return default };
        match from.as_str() {
            "Same" => Self::Same,
            "All" => Self::All,
            // A selector that is not given selects nothing, as `LabelSelectorAsSelector` has it.
            "Selector" => reader.get("selector").selector().map_or(Self::None, Self::Selector),
            "None" => Self::None,
            _ => Self::Other(from),
        }
    }
}
