//! Gateway of the Gateway API, with the API server's defaults.

use podpath_source::{Span, Spanned};

use crate::meta::{Meta, Selector};
use crate::reader::Reader;

/// A Gateway of `gateway.networking.k8s.io`.
#[derive(Clone, Debug, PartialEq)]
pub struct Gateway {
    /// `spec.gatewayClassName`
    pub class: Option<Spanned<String>>,
    /// `spec.listeners`
    pub listeners: Vec<GatewayListener>,
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
    /// A value that is not known.
    Other(String),
}

impl Gateway {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        Self {
            class: spec.get("gatewayClassName").text(),
            listeners: spec.get("listeners").list(GatewayListener::read),
        }
    }
}

impl GatewayListener {
    fn read(reader: Reader<'_>) -> Self {
        let missing = || Spanned::new(String::new(), reader.span());
        let tls = reader.get("tls");
        let mode = tls.get("mode").text().map_or_else(|| "Terminate".into(), |it| it.value);
        Self {
            name: reader.get("name").text().unwrap_or_else(missing),
            port: reader.get("port").port(),
            protocol: reader.get("protocol").text().unwrap_or_else(missing),
            hostname: reader.get("hostname").text().filter(|it| !it.value.is_empty()),
            tls: tls.exists().then_some(ListenerTls { mode }),
            allowed: AllowedRoutes::read(reader.get("allowedRoutes")),
            span: reader.span(),
        }
    }
}

impl AllowedRoutes {
    fn read(reader: Reader<'_>) -> Self {
        let namespaces = reader.get("namespaces");
        let from = namespaces.get("from").text().map(|it| it.value);
        let kind = |it: Reader<'_>| {
            let group = it.get("group").text().map_or_else(|| crate::http_route::GROUP.into(), |it| it.value);
            Some((group, it.get("kind").text()?.value))
        };
        Self {
            namespaces: match from.as_deref() {
                None | Some("Same") => RouteNamespaces::Same,
                Some("All") => RouteNamespaces::All,
                Some("Selector") => {
                    RouteNamespaces::Selector(namespaces.get("selector").selector().unwrap_or_default())
                }
                Some(other) => RouteNamespaces::Other(other.to_owned()),
            },
            kinds: reader.get("kinds").items().filter_map(kind).collect(),
            span: reader.span(),
        }
    }
}
