//! The neutral route tables that every gateway is lowered to.
//!
//! `Listener -> VirtualHost -> Rule { matchers, filters, action }`. Nothing is dropped on the way: what a controller
//! refuses stays in [`Table::rejected`], a backend that fails keeps its share and its fault.

mod backend;
mod filter;

use std::sync::Arc;

use podpath_cluster::ResourceId;
use podpath_source::{Location, Text};

use crate::gateways::Gateway;
use crate::matcher::Matcher;
use crate::pattern::HostPattern;
use crate::range::in_range;
use crate::real_ip::RealIp;

pub use backend::{Backend, Fault, HealthCheck, Target};
pub(crate) use backend::{BegunTls, ServerName};
pub use filter::{Cors, Filter, Gate, HeaderChange, PathChange, Redirect, RedirectPort, TokenClaim};

/// Where a part of a table comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The object; none for what a controller does by itself.
    pub resource: Option<ResourceId>,
    /// The smallest place.
    pub location: Location,
    /// The field, such as `spec.rules[0].matches[1]`.
    pub path: String,
}

/// What one proxy does.
#[derive(Clone, Debug)]
pub struct Table {
    /// Which implementation it is, with its order of precedence.
    pub gateway: &'static Gateway,
    /// The object that it is made of; a group has its first member here.
    pub origin: Origin,
    /// All objects that it is made of.
    pub members: Vec<ResourceId>,
    /// It has an address that the internet reaches.
    pub is_public: bool,
    /// Its ports.
    pub listeners: Vec<Listener>,
    /// What the controller refuses, and why.
    pub rejected: Vec<Rejected>,
    /// Errors that keep the controller from changing anything, in its own words.
    pub frozen: Vec<Frozen>,
    /// Whom its rules take for the client: none is who connects.
    pub real_ip: Option<Arc<RealIp>>,
}

impl Table {
    /// It is the sidecar of a caller.
    pub fn is_mesh(&self) -> bool {
        self.gateway.is_mesh()
    }

    /// It is that, or a gateway of Istio.
    pub(crate) fn is_of_mesh(&self) -> bool {
        self.gateway.is_of_mesh()
    }
}

/// An error that freezes a load balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// The controller's own words.
    pub message: String,
    /// What it is about.
    pub origin: Origin,
}

/// Something that takes no part, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// What.
    pub origin: Origin,
    /// The real system's own word, such as `NotAllowedByListeners`.
    pub reason: &'static str,
    /// The same in a sentence.
    pub text: Text,
    /// The rule for the same requests that has its place.
    pub by: Option<Origin>,
}

/// What a port speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Plain HTTP.
    Http,
    /// HTTP; TLS ends here.
    Https,
    /// TLS goes through, chosen by server name.
    TlsPassthrough,
    /// TLS ends here, TCP goes on.
    TlsTerminate,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// A port of a proxy, or one of several listeners on it.
#[derive(Clone, Debug)]
pub struct Listener {
    /// Where it stands.
    pub origin: Origin,
    /// Its name, or what stands for one.
    pub name: String,
    /// The port that clients dial.
    pub port: u16,
    /// What it speaks.
    pub protocol: Protocol,
    /// The hosts, or TLS server names, that it takes; empty is every one.
    pub hostnames: Vec<HostPattern>,
    /// The hosts that it is written for, where its virtual hosts decide.
    pub served: Vec<HostPattern>,
    /// The most specific one that fits takes a request alone. Shared, so that those of a gateway that an edit leaves alone
    /// stay the ones that were judged before.
    pub hosts: Vec<Arc<VirtualHost>>,
    /// What happens when no rule matches.
    pub fallback: Option<Rule>,
    /// Who gets in.
    pub access: Access,
}

/// Who gets in at a listener.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    #[default]
    Open,
    /// Clients that show a certificate that it trusts.
    ClientCertificate,
    /// Clients of these ranges: a firewall drops the rest.
    Ranges {
        /// As they are written.
        ranges: Vec<String>,
        /// They show a certificate that it trusts, too.
        asks_certificate: bool,
    },
    /// Nobody: the controller does not open it.
    Closed(Rejected),
}

impl Access {
    /// True when clients must show a certificate.
    pub(crate) fn asks_certificate(&self) -> bool {
        matches!(self, Self::ClientCertificate | Self::Ranges { asks_certificate: true, .. })
    }

    /// The ranges that let in others alone. A client that tells no address is let in.
    pub(crate) fn keeping_out(&self, client: Option<&str>) -> Option<&[String]> {
        let (Self::Ranges { ranges, .. }, Some(client)) = (self, client) else { return None };
        (!ranges.iter().any(|it| in_range(it, client))).then_some(ranges.as_slice())
    }
}

/// The rules of a host.
#[derive(Clone, Debug, Default)]
pub struct VirtualHost {
    /// Which hosts.
    pub pattern: HostPattern,
    /// In the order of the implementation.
    pub rules: Vec<Rule>,
}

/// Conditions and what happens when they hold.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where it stands.
    pub origin: Origin,
    /// Its name for people: `http[0]`, `rule 3`.
    pub label: String,
    /// The number of a load balancer's rule.
    pub priority: Option<u32>,
    /// All must hold.
    pub matchers: Vec<Matcher>,
    /// For ties.
    pub rank: Rank,
    /// What is done to the request and the answer.
    pub filters: Vec<Filter>,
    /// What happens.
    pub action: Action,
}

impl Rule {
    /// A rule that takes every request.
    pub fn plain(origin: Origin, label: &str, action: Action) -> Self {
        let (label, rank) = (label.to_owned(), Rank::default());
        Self { origin, label, priority: None, matchers: vec![], rank, filters: vec![], action }
    }
}

/// What ties are broken by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rank {
    /// `metadata.creationTimestamp`; without one it counts as new.
    pub created: Option<String>,
    /// `namespace/name`
    pub name: String,
    /// Place in the list.
    pub order: usize,
    /// Hosts that it serves at a listener, with how specific its own hostname is for them, which the listener's may narrow;
    /// empty where the matcher tells it.
    pub hosts: Vec<(HostPattern, (u8, usize))>,
}

/// What a rule does.
#[derive(Clone, Debug)]
pub enum Action {
    /// Sends the request on.
    Forward(Vec<Backend>),
    /// Answers 3xx.
    Redirect(Redirect),
    /// Answers by itself.
    Respond(Response),
    /// Something that is not modelled: the field.
    Unsupported(String),
}

/// An answer that a proxy gives by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Option<String>,
    /// Stable kebab-case code.
    pub reason: &'static str,
}
