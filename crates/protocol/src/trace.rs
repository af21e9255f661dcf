//! A request, and the way that it takes.

use std::borrow::Cow;

use podpath_order::OrdMap;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::{Fix, Range, Ref, Shared};

/// A request to follow. Everything but `host` may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Call {
    /// Given back with the trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `GET` unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// `http`, `https`, `grpc`, `grpcs`, `tls`, `tcp` or `udp`; `http` unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// The Host header as sent; it may carry a port.
    pub host: String,
    /// 80 or 443 by the scheme unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// With the query; `/` unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Name and value, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The TLS server name; the host unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sni: Option<String>,
    /// Where it comes from; the internet unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<From>,
    /// The payload of a correctly signed token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<serde_json::Value>,
    /// The address of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// The client shows a certificate that the gateway trusts.
    pub client_certificate: bool,
    /// Headers that the backend's own answer carries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backend_headers: Vec<(String, String)>,
}

/// Where a request enters: exactly one of the first five is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct From {
    /// Every load balancer and gateway that can take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internet: Option<bool>,
    /// The load balancer of that Ingress, Service or Gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_balancer: Option<Ref>,
    /// Straight at a gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Ref>,
    /// Straight at the Pods of a gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<WorkloadCaller>,
    /// A call from inside the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod: Option<PodCaller>,
    /// The port of the gateway, or of its Pod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
}

/// The Pods of a gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadCaller {
    /// Their namespace.
    pub namespace: String,
    /// Their labels.
    #[serde(default)]
    pub labels: OrdMap<String, String>,
}

/// The Pod that makes a call inside the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PodCaller {
    /// Its namespace.
    pub namespace: String,
    /// Its labels.
    pub labels: OrdMap<String, String>,
    /// Its ServiceAccount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account: Option<String>,
    /// It has a proxy of the mesh; false unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sidecar: Option<bool>,
    /// `auto`, `plaintext` or `mtls`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
}

/// Result of `trace`, in the order of the requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traces {
    /// One for each request.
    pub traces: Vec<Trace>,
}

impl Traces {
    /// As JSON. Written here, in a crate that is built for speed, because serde's code is built where it is called from
    /// and most of the time of a trace goes into writing its losers down.
    pub fn written(&self) -> serde_json::Result<Box<RawValue>> {
        to_raw_value(self)
    }
}

/// Result of `suggest`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestions {
    /// Requests worth tracing; the first is the one to start with.
    pub suggestions: Vec<Suggestion>,
}

/// A request worth tracing, with its answer in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Words for a chip.
    pub title: String,
    /// The request.
    pub request: Call,
    /// How it ends.
    pub outcome: Outcome,
    /// The status that a proxy gives.
    pub status: Option<u16>,
}

/// How a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// A backend Service got it; its endpoints may be empty, then the status is 503.
    Delivered,
    /// A proxy answered 3xx with a location.
    Redirected,
    /// A proxy answered by itself.
    Answered,
    /// No listener: connection refused, TLS handshake closed, UDP dropped.
    Refused,
    /// A sidecar let it out of the mesh unchanged.
    Passthrough,
    /// The manifests use something that is not modelled.
    Unsupported,
}

/// The way of one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    /// The id of the request.
    pub id: Option<String>,
    /// How it ends.
    pub outcome: Outcome,
    /// The HTTP status that a proxy gives.
    pub status: Option<u16>,
    /// The gRPC status that a proxy gives.
    pub grpc_status: Option<String>,
    /// Stable kebab-case code of the deciding fact.
    pub reason: Option<String>,
    /// Of a redirect.
    pub location: Option<String>,
    /// Of an answer.
    pub body: Option<String>,
    /// Who gets which share.
    pub backends: Vec<Backend>,
    /// What the first live backend sees.
    pub upstream: Option<Upstream>,
    /// What proxies do to the headers of the answer.
    pub response: Option<ResponseHeaders>,
    /// Copies.
    pub mirrors: Vec<Mirror>,
    /// The answer in two sentences.
    pub verdict: Verdict,
    /// The steps.
    pub hops: Vec<Hop>,
}

/// A backend and its exact share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backend {
    /// The Service, or the Gateway or Ingress of an ALB behind an NLB; null for other hosts and for Pod addresses.
    pub service: Option<Ref>,
    /// The host name of the backend.
    pub host: Option<String>,
    /// The port of the Service.
    pub port: Option<u16>,
    /// The subset of a DestinationRule.
    pub subset: Option<String>,
    /// Share of the traffic, as numerator and denominator.
    pub weight: (u64, u64),
    /// False when its share fails.
    pub valid: bool,
    /// Why its share fails.
    pub reason: Option<String>,
    /// Who answers there.
    pub endpoints: Vec<Endpoint>,
    /// What this backend sees, where filters differ between backends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<Upstream>,
}

/// Pods, or an address, behind a Service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// The workload of the Pods, or a WorkloadEntry.
    pub workload: Option<Ref>,
    /// Of endpoints that are no Pods of the workspace, and of Pods that tell it.
    pub address: Option<String>,
    /// How many Pods.
    pub replicas: u32,
    /// The port of the Pod.
    pub port: u16,
    /// They take traffic.
    pub ready: bool,
}

/// The request as a backend sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upstream {
    /// The method.
    pub method: String,
    /// The Host header.
    pub host: String,
    /// With the query.
    pub path: String,
    /// Those sent, plus what filters did.
    pub headers: Vec<(String, String)>,
    /// `none`, `passthrough` or `originated`.
    pub tls: String,
    /// The TLS server name.
    pub sni: Option<String>,
}

/// Headers of the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseHeaders {
    /// What the client sees.
    pub headers: Vec<(String, String)>,
    /// What proxies take away.
    pub removed: Vec<String>,
}

/// Copies of requests that go elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirror {
    /// Who gets them.
    pub service: Ref,
    /// The port of the Service.
    pub port: Option<u16>,
    /// How many of them.
    pub fraction: (u64, u64),
}

/// The answer for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// One sentence.
    pub title: String,
    /// The fact behind it.
    pub detail: String,
    /// The first of the three verdicts that fails.
    pub stage: Option<Stage>,
    /// Where to look.
    pub range: Option<Range>,
    /// The one right repair, if there is one.
    pub fix: Option<Fix>,
}

/// The three verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Admission: what the API server refuses.
    Accepted,
    /// Attachment: what the controller refuses.
    Attached,
    /// What the request meets.
    Traffic,
}

/// One step of the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hop {
    /// What stands there.
    pub kind: HopKind,
    /// The object.
    pub resource: Option<Ref>,
    /// The place that decided.
    pub range: Option<Range>,
    /// Its name.
    pub title: String,
    /// What it did, and why.
    pub detail: String,
    /// The criterion of precedence that chose, kebab-case.
    pub decided_by: Option<String>,
    /// The numbered rule of a load balancer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleNumber>,
    /// Everything that was considered; the chosen one is among them.
    pub candidates: Vec<Candidate>,
    /// What else there is to know about it, such as a health check that fails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// The request ends here, and not well.
    #[serde(default)]
    pub failed: bool,
}

/// Something about a hop that does not decide about the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Stable kebab-case code.
    pub reason: String,
    /// The same in a sentence.
    pub detail: String,
    /// Where it is written.
    pub range: Option<Range>,
}

/// What stands at a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HopKind {
    /// Who calls.
    Client,
    /// ALB, NLB.
    LoadBalancer,
    /// A listener of a gateway.
    Listener,
    /// A gateway.
    Gateway,
    /// A rule.
    Route,
    /// A Service.
    Service,
    /// Pods.
    Endpoint,
    /// A policy on the way.
    Policy,
}

/// Port and number of a load balancer's rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleNumber {
    /// Of the listener.
    pub port: u16,
    /// A number from 1, or `"default"`.
    pub priority: serde_json::Value,
}

/// Something that a hop considered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The object.
    pub resource: Option<Shared<Ref>>,
    /// The place that decided about it.
    pub range: Option<Range>,
    /// The rule in the object.
    pub path: String,
    /// How it fared.
    pub verdict: Standing,
    /// Stable kebab-case code.
    pub reason: Cow<'static, str>,
    /// The same in a sentence.
    pub detail: String,
}

/// How a candidate fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It takes the request.
    Chosen,
    /// It matches, but another one goes first.
    Lost,
    /// It does not match.
    Mismatch,
    /// It cannot take any request.
    Invalid,
}
