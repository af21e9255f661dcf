//! A request followed through load balancer, gateway, route, Service and Pods, with the reason of every choice.

mod answer;
mod end;
mod entry;
mod exposed;
mod guard;
pub(crate) mod health;
pub mod mesh;
mod network;
mod outbound;
mod service;
mod shares;
mod stage;
mod verdicts;
mod words;

use podpath_cluster::{Cluster, Endpoint, ResourceId};
use podpath_objects::Labels;
use podpath_source::{Location, Text};

use crate::request::Request;
use crate::table::{HeaderChange, Target};
use crate::tables::Tables;

pub(crate) use network::plays;
pub use shares::lowest_terms;

/// Where a request enters.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// Every load balancer and gateway that the internet reaches.
    Internet,
    /// The load balancer of an Ingress or a Service.
    LoadBalancer(ResourceId),
    /// A gateway: a Gateway, an Istio Gateway, an Ingress of another controller.
    Gateway(ResourceId),
    /// The Pods of a gateway; the port is that of the Pod.
    Workload {
        /// Their namespace.
        namespace: String,
        /// Their labels.
        labels: Labels,
    },
    /// A Pod that calls.
    Pod(Caller),
}

/// A Pod that makes a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Caller {
    /// Its namespace.
    pub namespace: String,
    /// Its labels.
    pub labels: Labels,
    /// It has a proxy of the mesh.
    pub sidecar: bool,
    /// Its ServiceAccount; `default` unless told.
    pub service_account: Option<String>,
    /// What it speaks to others of the mesh.
    pub tls: CallerTls,
}

impl Caller {
    /// Whom its certificate names; a Pod without a proxy has none.
    fn identity(&self) -> Option<mesh::Identity> {
        let account = self.service_account.clone().unwrap_or_else(|| "default".into());
        let has_certificate = self.sidecar || self.tls == CallerTls::Mutual;
        has_certificate.then(|| mesh::Identity { namespace: self.namespace.clone(), account: Some(account) })
    }
}

/// What a Pod that calls speaks to others of the mesh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CallerTls {
    /// What its proxy finds right.
    #[default]
    Auto,
    /// Plain text.
    Plaintext,
    /// Mutual TLS of the mesh.
    Mutual,
}

/// How a request ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// A backend Service got it.
    Delivered,
    /// A proxy answered 3xx.
    Redirected,
    /// A proxy answered by itself.
    Answered,
    /// Connection refused, handshake closed, dropped.
    #[default]
    Refused,
    /// It left the mesh unchanged.
    Passthrough,
    /// Something that is not modelled.
    Unsupported,
}

/// The way of a request.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// How it ends.
    pub outcome: Outcome,
    /// The HTTP status that a proxy gives.
    pub status: Option<u16>,
    /// The gRPC status that a proxy gives.
    pub grpc_status: Option<&'static str>,
    /// Stable kebab-case code of the deciding fact.
    pub reason: String,
    /// Of a redirect.
    pub location: Option<String>,
    /// Of an answer.
    pub body: Option<String>,
    /// Who gets which share.
    pub backends: Vec<TracedBackend>,
    /// What the first live backend sees.
    pub upstream: Option<Upstream>,
    /// What the proxies do to the headers of the answer, in order.
    pub response: Vec<HeaderChange>,
    /// Copies.
    pub mirrors: Vec<Mirror>,
    /// The steps.
    pub hops: Vec<Hop>,
    /// The answer in two sentences.
    pub verdict: Verdict,
}

/// A backend and its exact share.
#[derive(Clone, Debug)]
pub struct TracedBackend {
    /// Who.
    pub target: Target,
    /// Port of the Service.
    pub port: Option<u16>,
    /// The subset.
    pub subset: Option<String>,
    /// Numerator and denominator, in lowest terms.
    pub weight: (u64, u64),
    /// Why its share fails: code.
    pub fault: Option<String>,
    /// Who answers.
    pub endpoints: Vec<Endpoint>,
    /// What it sees, where filters differ between backends.
    pub upstream: Option<Upstream>,
}

/// The request as a backend sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// The request after all filters.
    pub request: Request,
    /// `none`, `passthrough` or `originated`.
    pub tls: &'static str,
    /// The server name of the TLS that it sees.
    pub sni: Option<String>,
}

/// Copies that go elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// To whom.
    pub target: Target,
    /// Port of the Service.
    pub port: Option<u16>,
    /// Share, as numerator and denominator.
    pub fraction: (u64, u64),
}

/// What stands at a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HopKind {
    /// Who calls.
    Client,
    /// ALB.
    LoadBalancer,
    /// A gateway.
    Gateway,
    /// A rule.
    Route,
    /// A Service.
    Service,
    /// Pods.
    Endpoint,
    /// A policy on the connection to the next one.
    Policy,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Hop {
    /// What stands there.
    pub kind: HopKind,
    /// The object.
    pub resource: Option<ResourceId>,
    /// The place that decided.
    pub location: Option<Location>,
    /// Its name.
    pub title: Text,
    /// What it did, and why.
    pub detail: Text,
    /// Why it fails, in two to four words; empty when it does not.
    pub brief: Text,
    /// The criterion that chose.
    pub decided_by: Option<&'static str>,
    /// Port and number of a load balancer's rule; no number is the default rule.
    pub rule: Option<(u16, Option<u32>)>,
    /// The load balancer, where its rule is that of another object: a route.
    pub balancer: Option<ResourceId>,
    /// Everything that was considered.
    pub candidates: Vec<Candidate>,
    /// What else there is to know about it.
    pub notes: Vec<Note>,
    /// The request ends here, and not well.
    pub failed: bool,
}

/// Something about a hop that does not decide about the request, such as a health check that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Stable kebab-case code.
    pub reason: &'static str,
    /// The same in a sentence.
    pub text: Text,
    /// Where it is written.
    pub location: Location,
}

/// How a candidate fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdicted {
    /// It takes the request.
    Chosen,
    /// It matches, but another one goes first.
    Lost,
    /// It does not match.
    Mismatch,
    /// It cannot take any request.
    Invalid,
}

/// Something that a hop considered.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The object.
    pub resource: Option<ResourceId>,
    /// The place that decided about it.
    pub location: Location,
    /// The rule in the object.
    pub path: String,
    /// How it fared.
    pub verdict: Verdicted,
    /// Stable code.
    pub reason: &'static str,
    /// The same in a sentence.
    pub detail: Text,
}

/// Which of the three verdicts fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The API server refuses.
    Accepted,
    /// The controller refuses.
    Attached,
    /// The request meets something.
    Traffic,
}

/// The answer for people.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// One sentence.
    pub title: Text,
    /// The fact behind it.
    pub detail: Text,
    /// The first of the three verdicts that fails.
    pub stage: Option<Stage>,
    /// Where to look.
    pub location: Option<Location>,
}

/// Follows a request. Total: any tables and any request give a trace.
pub fn trace(cluster: &Cluster, tables: &Tables, request: &Request, entry: &Entry) -> Trace {
    entry::enter(cluster, tables, request, entry)
}
