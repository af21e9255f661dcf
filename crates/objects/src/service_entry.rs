//! Istio's ServiceEntry: hosts that the mesh knows beside its Services.

use podpath_source::{Span, Spanned};

use crate::meta::{Labels, Meta};
use crate::reader::Reader;
use crate::workload_entry::WorkloadEntry;

/// A ServiceEntry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceEntry {
    /// `spec.hosts`
    pub hosts: Vec<Spanned<String>>,
    /// `spec.ports`
    pub ports: Vec<EntryPort>,
    /// `spec.addresses`: addresses and ranges that clients dial.
    pub addresses: Vec<String>,
    /// `status.addresses`: Istio gave it some.
    pub has_own_addresses: bool,
    /// `spec.endpoints` that have an address.
    pub endpoints: Vec<WorkloadEntry>,
    /// `spec.workloadSelector.labels`
    pub selector: Option<Labels>,
    /// `spec.resolution`
    pub resolution: Resolution,
    /// `spec.location: MESH_INTERNAL`: its Pods have sidecars of the mesh.
    pub is_internal: bool,
    /// `spec.exportTo`; empty is everywhere.
    pub export_to: Vec<Spanned<String>>,
}

/// How a proxy finds who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// `NONE`, or not told, and `DYNAMIC_DNS`: at the address or the name that is called.
    Called,
    /// `STATIC`: what is listed or selected answers, and nothing else.
    Static,
    /// `DNS`, `DNS_ROUND_ROBIN`: the same by name; the host itself where nothing is listed or selected.
    Dns,
}

/// An entry of `spec.ports`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPort {
    /// `name`
    pub name: String,
    /// `number`
    pub number: u16,
    /// `targetPort`; the number unless told.
    pub target: u16,
    /// `protocol`, as written.
    pub protocol: String,
    /// The protocol, or the whole entry when there is none.
    pub span: Span,
}

impl ServiceEntry {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let texts = |it: Reader<'_>| it.texts().into_iter().map(|it| it.value).collect();
        let selector = spec.get("workloadSelector").get("labels").labels();
        let listed = spec.get("endpoints").items().map(WorkloadEntry::listed);
        Self {
            hosts: spec.get("hosts").texts(),
            ports: spec.get("ports").items().filter_map(EntryPort::read).collect(),
            addresses: texts(spec.get("addresses")),
            has_own_addresses: reader.get("status").get("addresses").items().next().is_some(),
            endpoints: listed.filter(|it| it.address.is_some()).collect(),
            selector: (!selector.is_empty()).then_some(selector),
            resolution: match spec.get("resolution").text().as_ref().map(|it| it.value.as_str()) {
                Some("STATIC") => Resolution::Static,
                Some("DNS" | "DNS_ROUND_ROBIN") => Resolution::Dns,
                _ => Resolution::Called,
            },
            is_internal: spec.get("location").text().is_some_and(|it| it.value == "MESH_INTERNAL"),
            export_to: spec.get("exportTo").texts(),
        }
    }

    /// The entry for a port number.
    pub fn port(&self, number: u16) -> Option<&EntryPort> {
        self.ports.iter().find(|it| it.number == number)
    }
}

impl EntryPort {
    fn read(reader: Reader<'_>) -> Option<Self> {
        let number = reader.get("number").port()?.value;
        Some(Self {
            name: reader.get("name").text().map(|it| it.value).unwrap_or_default(),
            number,
            target: reader.get("targetPort").port().map_or(number, |it| it.value),
            protocol: reader.get("protocol").text().map_or_else(String::new, |it| it.value),
            span: reader.get("protocol").span(),
        })
    }
}
