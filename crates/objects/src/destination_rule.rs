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
    /// `tls.mode`
    pub mode: Option<Spanned<String>>,
    /// `portLevelSettings[]`: port of the Service and `tls.mode`.
    pub ports: Vec<(u16, Option<Spanned<String>>)>,
}

impl TrafficTls {
    fn read(reader: Reader<'_>) -> Self {
        let port =
            |it: Reader<'_>| Some((it.get("port").get("number").port()?.value, it.get("tls").get("mode").text()));
        Self {
            is_told: reader.exists(),
            mode: reader.get("tls").get("mode").text(),
            ports: reader.get("portLevelSettings").items().filter_map(port).collect(),
        }
    }

    /// The mode that a port of the Service has of its own; inside, none where its own settings name none.
    pub fn port(&self, port: u16) -> Option<Option<&Spanned<String>>> {
        self.ports.iter().find(|(it, _)| *it == port).map(|(_, mode)| mode.as_ref())
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
