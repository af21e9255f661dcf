//! Endpoints: the addresses of a Service in the form before EndpointSlices, written by hand.

use crate::endpoint_slice::{EndpointPort, EndpointSlice, SliceEndpoint};
use crate::meta::Meta;
use crate::reader::Reader;

/// An Endpoints object; it has the name of its Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// `subsets`, each as the EndpointSlice that mirrors it.
    pub subsets: Vec<EndpointSlice>,
}

impl Endpoints {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        Self { subsets: reader.get("subsets").list(subset) }
    }
}

/// `addresses` are ready, `notReadyAddresses` are not.
fn subset(reader: Reader<'_>) -> EndpointSlice {
    let listed = [("addresses", true), ("notReadyAddresses", false)];
    let endpoints = listed.into_iter().flat_map(|(key, ready)| {
        reader.get(key).items().map(move |it| SliceEndpoint {
            addresses: it.get("ip").text().into_iter().map(|it| it.value).collect(),
            ready,
            serves_still: false,
            pod: SliceEndpoint::pod_of(it),
        })
    });
    EndpointSlice {
        address_type: None,
        ports: reader.get("ports").list(EndpointPort::read),
        endpoints: endpoints.collect(),
    }
}
