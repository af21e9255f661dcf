//! Istio's DestinationRule: the subsets of a host, and the TLS that is spoken to it.

use podpath_source::Spanned;

use crate::meta::{Labels, Meta};
use crate::reader::Reader;

/// A DestinationRule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationRule {
    /// `spec.host`
    pub host: Option<Spanned<String>>,
    /// `spec.subsets`
    pub subsets: Vec<Subset>,
    /// `spec.exportTo`; empty is everywhere.
    pub export_to: Vec<Spanned<String>>,
    /// `spec.trafficPolicy`
    pub tls: TrafficTls,
    /// It counts only for the Pods that `spec.workloadSelector` selects.
    pub workload_selector: Option<Labels>,
}

/// An entry of `spec.subsets`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subset {
    /// `name`
    pub name: Spanned<String>,
    /// `labels`, beside the selector of the Service.
    pub labels: Labels,
    /// `trafficPolicy`
    pub tls: TrafficTls,
}

/// The TLS of a `trafficPolicy`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrafficTls {
    /// There is a `trafficPolicy`, whatever it says.
    pub is_told: bool,
    /// `tls`
    pub whole: Option<ClientTls>,
    /// `portLevelSettings[]`: port of the Service and `tls`.
    pub ports: Vec<(u16, Option<ClientTls>)>,
}

/// A `tls` of a `trafficPolicy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientTls {
    /// `mode`; DISABLE, the first value of the enumeration, unless told.
    pub mode: Spanned<String>,
    /// `sni`: the server name that is sent.
    pub sni: Option<String>,
}

impl ClientTls {
    fn read(reader: Reader<'_>) -> Option<Self> {
        let unless_told = || Spanned::new("DISABLE".to_owned(), reader.span());
        let sni = reader.get("sni").text().map(|it| it.value).filter(|it| !it.is_empty());
        reader.exists().then(|| Self { mode: reader.get("mode").text().unwrap_or_else(unless_told), sni })
    }
}

impl TrafficTls {
    fn read(reader: Reader<'_>) -> Self {
        let port = |it: Reader<'_>| Some((it.get("port").get("number").port()?.value, ClientTls::read(it.get("tls"))));
        Self {
            is_told: reader.exists(),
            whole: ClientTls::read(reader.get("tls")),
            ports: reader.get("portLevelSettings").items().filter_map(port).collect(),
        }
    }

    /// The settings that a port of the Service has of its own; inside, none where they name no TLS.
    pub fn port(&self, port: u16) -> Option<Option<&ClientTls>> {
        self.ports.iter().find(|(it, _)| *it == port).map(|(_, tls)| tls.as_ref())
    }
}

impl DestinationRule {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let subset = |it: Reader<'_>| {
            let tls = TrafficTls::read(it.get("trafficPolicy"));
            Some(Subset { name: it.get("name").text()?, labels: it.get("labels").labels(), tls })
        };
        let selector = spec.get("workloadSelector");
        Self {
            host: spec.get("host").text(),
            subsets: spec.get("subsets").items().filter_map(subset).collect(),
            export_to: spec.get("exportTo").texts(),
            tls: TrafficTls::read(spec.get("trafficPolicy")),
            workload_selector: selector.exists().then(|| selector.get("matchLabels").labels()),
        }
    }
}
