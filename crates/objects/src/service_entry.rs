//! Istio's ServiceEntry: hosts that the mesh knows beside its Services.

use podpath_source::{Span, Spanned};

use crate::meta::{Labels, Meta};
use crate::reader::Reader;

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
    /// `spec.endpoints[].address`
    pub endpoints: Vec<String>,
    /// `spec.workloadSelector.labels`
    pub selector: Option<Labels>,
    /// `spec.resolution: STATIC`: what is listed or selected answers, and nothing else.
    pub is_static: bool,
    /// `spec.exportTo`; empty is everywhere.
    pub export_to: Vec<Spanned<String>>,
}

/// An entry of `spec.ports`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPort {
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
        Self {
            hosts: spec.get("hosts").texts(),
            ports: spec.get("ports").items().filter_map(EntryPort::read).collect(),
            addresses: texts(spec.get("addresses")),
            has_own_addresses: reader.get("status").get("addresses").items().next().is_some(),
            endpoints: spec
                .get("endpoints")
                .items()
                .filter_map(|it| it.get("address").text())
                .map(|it| it.value)
                .collect(),
            selector: (!selector.is_empty()).then_some(selector),
            is_static: spec.get("resolution").text().is_some_and(|it| it.value == "STATIC"),
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
            number,
            target: reader.get("targetPort").port().map_or(number, |it| it.value),
            protocol: reader.get("protocol").text().map_or_else(String::new, |it| it.value),
            span: reader.get("protocol").span(),
        })
    }
}
