//! EndpointSlice: endpoints that are written by hand.

use crate::meta::Meta;
use crate::reader::Reader;

/// An EndpointSlice; the label `kubernetes.io/service-name` says whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointSlice {
    /// `addressType`: `IPv4`, `IPv6` or `FQDN`; none where the addresses say it themselves.
    pub address_type: Option<String>,
    /// `ports`
    pub ports: Vec<EndpointPort>,
    /// `endpoints`
    pub endpoints: Vec<SliceEndpoint>,
}

/// An entry of `ports`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointPort {
    /// Equal to the name of the Service's port; empty for the only one.
    pub name: String,
    /// None means every port to some; kube-proxy passes such a port by.
    pub port: Option<u16>,
    /// `TCP` unless told.
    pub protocol: String,
}

/// An entry of `endpoints`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceEndpoint {
    /// `addresses`
    pub addresses: Vec<String>,
    /// `conditions.ready`; missing counts as ready.
    pub ready: bool,
    /// `conditions.terminating`, but not `serving: false`: it still answers.
    pub serves_still: bool,
    /// Name of the Pod in `targetRef`.
    pub pod: Option<String>,
}

impl EndpointSlice {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let holds = |it: Reader<'_>, condition: &str| {
            let condition = it.get("conditions").get(condition);
            !condition.exists() || condition.is_true()
        };
        let endpoint = |it: Reader<'_>| SliceEndpoint {
            addresses: it.get("addresses").texts().into_iter().map(|it| it.value).collect(),
            ready: holds(it, "ready"),
            serves_still: it.get("conditions").get("terminating").is_true() && holds(it, "serving"),
            pod: SliceEndpoint::pod_of(it),
        };
        Self {
            address_type: reader.get("addressType").text().map(|it| it.value),
            ports: reader.get("ports").list(EndpointPort::read),
            endpoints: reader.get("endpoints").list(endpoint),
        }
    }
}

impl EndpointPort {
    pub(crate) fn read(reader: Reader<'_>) -> Self {
        Self {
            name: reader.get("name").text().map(|it| it.value).unwrap_or_default(),
            port: reader.get("port").port().map(|it| it.value),
            protocol: reader.get("protocol").text().map_or_else(|| "TCP".into(), |it| it.value),
        }
    }
}

impl SliceEndpoint {
    /// The Pod that an address is of.
    pub(crate) fn pod_of(address: Reader<'_>) -> Option<String> {
        address.get("targetRef").get("name").text().map(|it| it.value)
    }
}
