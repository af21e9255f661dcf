//! Connections to Pods, of a proxy and of what it sends to: what NetworkPolicies make of them.

use podpath_cluster::Endpoint;

use super::Walk;
use crate::request::Request;
use crate::table::Table;
use crate::trace::end::End;
use crate::trace::network::{self, Connection, Permission, Source};
use crate::trace::{Hop, Outcome, words};

impl Walk<'_> {
    /// The request is at a proxy: whether it may come in, and who talks to the Pods from here on.
    pub(super) fn reach(&mut self, table: &Table, request: &Request) -> Option<End> {
        if table.is_mesh() {
            self.proxy = Some(table.gateway);
            return None;
        }
        let pods = self.tables.istio().iter().find(|(_, it)| std::ptr::eq(it, table)).map(|(pods, _)| pods);
        (self.behind, self.arrived) = match (pods, &self.source) {
            // Asked from the Pods of a gateway.
            (None, Source::Pod { .. }) => (None, request.source_ip.clone()),
            (_, Source::Network | Source::Proxy) => (self.proxy, None),
            _ => (self.proxy, self.source_ip(request)),
        };
        let end = pods.and_then(|it| it.source).and_then(|source| {
            let (source, port) = (Some(source), request.port);
            let endpoint = Endpoint { source, address: None, replicas: 1, port, ready: true, serves_still: false };
            self.connect(&[endpoint], "TCP")
        });
        self.proxy = Some(table.gateway);
        self.source = match (pods, &self.source) {
            (Some(pods), _) => Source::pod(&pods.namespace, &pods.labels),
            // Asked from the Pods of a gateway, whose table is made for the question.
            (None, Source::Pod { .. }) => return end,
            (None, _) if table.gateway.is_load_balancer => Source::Network,
            (None, _) => network::proxy_of(self.cluster, table),
        };
        end
    }

    /// What NetworkPolicies say of connections to these Pods. Ends the way when none of them can be made.
    pub(super) fn connect(&mut self, endpoints: &[Endpoint], protocol: &str) -> Option<End> {
        let source = self.source.clone();
        let (mut lost, mut n_open) = (None, 0);
        for endpoint in endpoints {
            let Some(target) = endpoint.source.and_then(|it| self.cluster.pod_source(it)) else {
                n_open += 1;
                continue;
            };
            let connection = Connection { source: &source, target, port: endpoint.port, protocol };
            let ends = connection.ends(self.cluster);
            let hops = ends.iter().filter_map(|it| words::policy_hop(self.cluster, it, &connection));
            let hops: Vec<Hop> = hops.collect();
            match ends.iter().find_map(|it| self.stopped(it, &connection)) {
                None => {
                    n_open += 1;
                    self.trace.hops.extend(hops);
                }
                Some(end) => lost = lost.or(Some((end, hops))),
            }
        }
        let (end, mut hops) = lost?;
        if n_open == 0 && end.outcome != Outcome::Unsupported {
            let reached = self.trace.backends.iter_mut().filter(|it| it.endpoints == endpoints);
            reached.for_each(|it| it.fault = Some(end.reason.clone()));
        }
        if n_open > 0 && end.outcome != Outcome::Unsupported {
            // Another Pod takes requests: what is lost is told, and the request goes on.
            for hop in &mut hops {
                hop.failed = false;
            }
        }
        let is_over = n_open == 0 || end.outcome == Outcome::Unsupported;
        self.trace.hops.extend(hops);
        is_over.then_some(end)
    }

    /// The other shares of the traffic whose Pods no connection reaches fail as well. Ends the way where manifests do not
    /// decide whether one can be made.
    pub(super) fn close_shares(&mut self, shown: &[Endpoint]) -> Option<End> {
        let mut undecided = None;
        let mut backends = std::mem::take(&mut self.trace.backends);
        for backend in backends.iter_mut().filter(|it| it.fault.is_none() && it.endpoints != shown) {
            let n_hops = self.trace.hops.len();
            let ready: Vec<_> = backend.endpoints.iter().filter(|it| it.ready).cloned().collect();
            match self.connect(&ready, "TCP") {
                Some(end) if end.outcome == Outcome::Unsupported => {
                    undecided = Some(end);
                    break;
                }
                end => backend.fault = end.map(|it| it.reason),
            }
            self.trace.hops.truncate(n_hops);
        }
        self.trace.backends = backends;
        undecided
    }

    /// How the way ends at one end of a connection that does not come about.
    fn stopped(&self, end: &network::End, connection: &Connection<'_>) -> Option<End> {
        match &end.permission {
            Permission::Open | Permission::Allowed(_) => None,
            Permission::Unknown(field, location, why) => Some(End {
                outcome: Outcome::Unsupported,
                status: None,
                reason: field.clone(),
                body: None,
                verdict: words::undecided(why, *location),
            }),
            Permission::Isolated => {
                let status = self.proxy.map(|it| it.no_connection);
                let verdict = words::dropped(self.cluster, end, connection, self.proxy);
                let outcome = if status.is_some() { Outcome::Answered } else { Outcome::Refused };
                Some(End { outcome, status, reason: "network-policy".into(), body: None, verdict })
            }
        }
    }
}
