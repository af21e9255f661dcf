//! The port that a connection to Pods is for, and what it says that it speaks.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Service, ServicePort};

use crate::gateways::istio::{self, HostPort, Speaks};

/// The port that a connection is for.
#[derive(Clone, Copy)]
pub(super) struct Called<'a> {
    pub(super) port: Port<'a>,
    pub(super) subset: Option<&'a str>,
}

/// A port of a Service, or of a ServiceEntry by one of its hosts.
#[derive(Clone, Copy)]
pub(super) enum Port<'a> {
    Service(&'a Found<'a, Service>, &'a ServicePort),
    Entry(HostPort<'a>),
}

impl Called<'_> {
    /// The server name that mutual TLS of the mesh sends.
    pub(super) fn server_name(&self, cluster: &Cluster) -> String {
        istio::cluster_name(&self.port.host(cluster).0, self.port.number(), self.subset)
    }
}

/// What a port says that it speaks.
#[derive(Clone, Copy)]
pub(super) struct Spoken {
    /// HTTP, or it is looked into.
    pub(super) may_be_http: bool,
    /// HTTP and nothing else.
    pub(super) says_http: bool,
}

impl Spoken {
    pub(super) fn of(port: &ServicePort) -> Self {
        let may_be_http = istio::is_http(port);
        Self { may_be_http, says_http: may_be_http && istio::is_declared(port) }
    }
}

impl Port<'_> {
    pub(super) fn number(self) -> u16 {
        match self {
            Self::Service(_, port) => port.port.value,
            Self::Entry(it) => it.port.number,
        }
    }

    pub(super) fn spoken(self) -> Spoken {
        match self {
            Self::Service(_, port) => Spoken::of(port),
            Self::Entry(it) => {
                let speaks = Speaks::read(&it.port.protocol);
                let says_http = speaks == Speaks::Http;
                Spoken { may_be_http: says_http || speaks == Speaks::Unknown, says_http }
            }
        }
    }

    /// The host, and the namespace of its Service or ServiceEntry.
    pub(super) fn host(&self, cluster: &Cluster) -> (String, &str) {
        match self {
            Self::Service(service, _) => (istio::host_of(cluster, service), service.namespace()),
            Self::Entry(it) => (it.host.to_owned(), it.entry.namespace()),
        }
    }

    /// Proxies begin mutual TLS towards it of their own: not where it says that it is outside of the mesh, as a ServiceEntry
    /// does unless told (istio `pilot/pkg/networking/core/cluster_tls.go`, `buildUpstreamTLSSettings`).
    pub(super) fn is_internal(self) -> bool {
        match self {
            Self::Service(..) => true,
            Self::Entry(it) => it.entry.object.is_internal,
        }
    }
}
