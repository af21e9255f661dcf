//! Addresses on the way: who opens a connection, and who sent the request first.
//!
//! Source: Envoy, "x-forwarded-for" and `use_remote_address`; kubernetes.io/docs/tutorials/services/source-ip.

use podpath_cluster::Cluster;

use super::Walk;
use crate::gateways::alb;
use crate::request::Request;
use crate::trace::mesh::{Identity, pods_with};
use crate::trace::network::Source;

/// Who opened the connection to a proxy.
pub(super) struct Opener {
    /// Its address, where that is known.
    pub(super) ip: Option<String>,
    /// Whom its certificate of the mesh names, where it shows one.
    pub(super) identity: Option<Identity>,
    /// It wrote the address of its own client behind those of `x-forwarded-for`.
    forwards: bool,
}

impl Opener {
    /// Who sent the request first, as a gateway finds it that trusts so many proxies: that entry of `x-forwarded-for` from
    /// the end, else who connects.
    pub(super) fn client_of(&self, request: &Request, trusted: usize) -> Option<String> {
        let mut chain: Vec<Option<String>> = forwarded(request).into_iter().map(Some).collect();
        if self.forwards {
            chain.push(request.source_ip.clone());
        }
        let at = chain.len().checked_sub(trusted).filter(|_| trusted > 0);
        at.and_then(|at| chain.get(at)).unwrap_or(&self.ip).clone()
    }
}

impl Walk<'_> {
    /// Nodes write their own address over that of the client ("source NAT"), but for `externalTrafficPolicy: Local`.
    pub(in crate::trace) fn hide_client(&mut self) {
        self.client_ip = None;
    }

    /// Nothing on the way writes its own address: who connects is the client itself, by an address that may not be told.
    pub(in crate::trace) fn keep_client(&mut self, request: &Request) {
        self.source = Source::Client(request.source_ip.clone());
    }

    /// Who opens the next connection, as the one that is called sees it.
    pub(super) fn opener(&self) -> Opener {
        Opener {
            ip: self.source_ip(),
            identity: self.peer.clone().filter(|_| self.shows_peer),
            forwards: self.writes_client(),
        }
    }

    /// The address of who opens the next connection: the client, whose sidecar has the same, or the proxy that the request
    /// is at.
    pub(super) fn source_ip(&self) -> Option<String> {
        match self.proxy {
            Some(it) if !it.is_mesh() => address_of(self.cluster, &self.source),
            _ => self.client_ip.clone(),
        }
    }

    /// Who sent the request first, as a sidecar sees it: what the gateway found, else the last of `x-forwarded-for`, which
    /// an ALB writes.
    pub(super) fn remote_ip(&self, request: &Request) -> Option<String> {
        match &self.remote_ip {
            Some(found) => found.clone(),
            None if self.writes_client() => request.source_ip.clone(),
            None => forwarded(request).pop().or_else(|| self.source_ip()),
        }
    }

    /// The proxy that the request is at is an ALB. An NLB passes connections on, and writes nothing into them.
    fn writes_client(&self) -> bool {
        self.proxy.is_some_and(|it| it.name == alb::GATEWAY.name)
    }
}

/// The address of a client that is kept, or of some Pods, where all of them that are here have the same one.
pub(super) fn address_of(cluster: &Cluster, source: &Source) -> Option<String> {
    if let Source::Client(ip) = source {
        return ip.clone();
    }
    let Source::Pod { namespace, labels } = source else { return None };
    let mut found = pods_with(cluster, namespace, labels);
    let ip = found.next()?.ip?;
    found.all(|it| it.ip == Some(ip)).then(|| ip.to_owned())
}

fn forwarded(request: &Request) -> Vec<String> {
    let header = request.header("x-forwarded-for").unwrap_or_default();
    header.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
}
