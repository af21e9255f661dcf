//! The neutral route tables that every gateway is lowered to.
//!
//! `Listener -> VirtualHost -> Rule { matchers, filters, action }`. Nothing is dropped on the way: what a controller
//! refuses stays in [`Table::rejected`], a backend that fails keeps its share and its fault.

use std::sync::Arc;

use podpath_cluster::ResourceId;
use podpath_objects::Labels;
use podpath_source::{Location, Text};

use crate::gateways::Gateway;
use crate::matcher::Matcher;
use crate::pattern::{HostPattern, Pattern, TextMatch};
use crate::range::in_range;
use crate::real_ip::RealIp;

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

/// Where a share of the traffic goes.
#[derive(Clone, Debug)]
pub struct Backend {
    /// Where it stands.
    pub origin: Origin,
    /// Who.
    pub target: Target,
    /// Port of the Service.
    pub port: Option<u16>,
    /// Name and labels of a subset.
    pub subset: Option<(String, Labels)>,
    /// Share, over the sum of all.
    pub weight: u64,
    /// What is done for this backend alone.
    pub filters: Vec<Filter>,
    /// Why its share fails.
    pub fault: Option<Fault>,
    /// TLS is spoken to it.
    pub tls: Option<BegunTls>,
    /// How a load balancer asks its targets whether they are well.
    pub check: Option<Arc<HealthCheck>>,
    /// The load balancer lets it see the address of the client.
    pub keeps_client: bool,
}

impl Backend {
    /// One that gets everything, as it is.
    pub fn plain(origin: Origin, target: Target, port: Option<u16>) -> Self {
        Self {
            origin,
            target,
            port,
            subset: None,
            weight: 1,
            filters: vec![],
            fault: None,
            tls: None,
            check: None,
            keeps_client: false,
        }
    }
}

/// How a load balancer asks its targets whether they are well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealthCheck {
    /// `HTTP`, `HTTPS`, `TCP`
    pub protocol: String,
    /// None is the port of the traffic.
    pub port: Option<u16>,
    /// Of HTTP, with its query.
    pub path: Option<String>,
    /// What HTTP must answer: `200`, `200-299`, `200,302`.
    pub codes: Option<String>,
    /// gRPC is asked, whose codes are others.
    pub is_grpc: bool,
    /// The targets are nodes, not Pods.
    pub is_node: bool,
    /// Somebody wrote it; else it is the controller's default.
    pub is_written: bool,
    /// Where it is written; of no meaning where it is not.
    pub location: Location,
}

/// TLS that a proxy begins towards a backend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BegunTls {
    /// The server name that it sends.
    pub name: ServerName,
    /// The DestinationRule that asks for it, the place of its mode, and the mode; none where another kind of object does.
    pub by: Option<(ResourceId, Location, String)>,
}

/// The server name of TLS that a proxy begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServerName {
    /// It sends none.
    #[default]
    None,
    /// The host of the request, where that is a name.
    OfRequest,
    /// This one.
    Fixed(String),
}

/// Who gets a share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A Service.
    Service(ResourceId),
    /// A Service that is not here: namespace and name.
    Missing(String, String),
    /// A host that is no Service.
    Host(String),
    /// Another load balancer, by one of its objects.
    Balancer(ResourceId),
}

/// Why a share fails, and how the proxy answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable kebab-case code.
    pub reason: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Option<String>,
    /// The same in a sentence.
    pub text: Text,
    /// The smallest place that is wrong.
    pub location: Location,
}

/// What is done to a request or its answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Headers of the request.
    RequestHeaders(HeaderChange),
    /// Headers of the answer.
    ResponseHeaders(HeaderChange),
    /// `Strict-Transport-Security` of the answer, which the controller sets unasked (ingress-nginx).
    Hsts(String),
    /// Replaces the Host.
    Host(String),
    /// Tells how the client came, in the place of what its own headers say (ingress-nginx).
    Forwarded {
        /// What they say is believed.
        is_trusted: bool,
        /// Whom it takes for the client: none is who connects.
        real_ip: Option<Arc<RealIp>>,
    },
    /// Changes the path.
    Path(PathChange),
    /// Replaces the first match in the Host, or in path and query, `$1` being a group (ALB).
    Rewrite {
        /// In the Host, not in the URL.
        is_host: bool,
        /// What is looked for.
        pattern: Pattern,
        /// What comes in its place.
        to: String,
    },
    /// A copy goes there.
    Mirror {
        /// To whom.
        target: Target,
        /// Port of the Service.
        port: Option<u16>,
        /// Share, as numerator and denominator.
        fraction: (u64, u64),
    },
    /// What other origins may do; the proxy answers preflight requests.
    Cors(Cors),
    /// The origin of the request is told in `Access-Control-Allow-Origin` of the answer.
    AllowOrigin,
    /// The proxy answers a share of the requests by itself, before anything else is done.
    Abort {
        /// The answer.
        response: Response,
        /// The code of gRPC, where that is what it answers.
        grpc_status: Option<String>,
        /// Share, as numerator and denominator.
        fraction: (u64, u64),
    },
    /// A share of the requests waits first: how long, as written.
    Delay {
        /// How long.
        duration: String,
        /// Share, as numerator and denominator.
        fraction: (u64, u64),
    },
    /// The load balancer lets only some requests on, before anything else is done (ALB).
    Gate(Gate),
    /// Something that is not modelled: the field.
    Unsupported(String),
}

/// Which requests a load balancer lets on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Those of a session; others get this status: 302 leads to the identity provider.
    Session(u16),
    /// Those with a token of this issuer that holds these claims.
    Token {
        /// `iss`
        issuer: String,
        /// Besides.
        claims: Vec<TokenClaim>,
    },
    /// Those that speak as the target groups do.
    Spoken {
        /// `HTTP1`, `HTTP2`, `GRPC`
        version: String,
        /// Clients speak TLS, and so may speak HTTP/2.
        is_tls: bool,
    },
}

/// A claim that a token must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenClaim {
    /// Its name.
    pub name: String,
    /// `single-string`, `string-array`, `space-separated-values`
    pub format: String,
    /// What it must hold.
    pub values: Vec<String>,
}

/// What other origins may do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cors {
    /// `*`, or `scheme://host`, with `*` for any characters of the host.
    pub origins: Vec<String>,
    /// Origins as texts are matched (Istio).
    pub matches: Vec<TextMatch>,
    /// The status of the answer to a preflight request.
    pub status: u16,
    /// A preflight request of another origin goes on to the backend.
    pub forwards_unmatched: bool,
    /// `*` is every method.
    pub methods: Vec<String>,
    /// `*` is every header.
    pub headers: Vec<String>,
    /// Headers of the answer that scripts may read.
    pub exposed: Vec<String>,
    /// Cookies and credentials may be sent.
    pub credentials: bool,
    /// For how many seconds a browser keeps the answer to a preflight request.
    pub max_age: Option<u32>,
}

/// Changes of headers: deletes, then replaces, then appends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderChange {
    /// Replaces or creates.
    pub set: Vec<(String, String)>,
    /// Appends or creates.
    pub add: Vec<(String, String)>,
    /// Deletes.
    pub remove: Vec<String>,
}

/// A change of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathChange {
    /// The whole path.
    Full(String),
    /// The elements that matched; slashes are kept clean (Gateway API).
    Elements(String),
    /// The text that matched, as it is: `/api` to `/` makes `//x` of `/api/x` (Istio).
    Prefix(String),
    /// Every match of a pattern.
    Regex(String, String),
    /// The whole path, `$1` being a group of the pattern; what stands behind a `?` goes before the query (ingress-nginx).
    Captures(Pattern, String),
}

/// A redirect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redirect {
    /// 301, 302, 303, 307, 308.
    pub status: u16,
    /// That of the request unless told.
    pub scheme: Option<String>,
    /// That of the request unless told.
    pub host: Option<String>,
    /// How the port is found.
    pub port: RedirectPort,
    /// That of the request unless told.
    pub path: Option<PathChange>,
    /// Without `?`; that of the request unless told.
    pub query: Option<String>,
    /// The whole location, with nginx's variables in it; nothing else counts then.
    pub template: Option<String>,
}

/// How the port of a redirect is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RedirectPort {
    /// The one of a new scheme, else that of the listener (Gateway API).
    #[default]
    SchemeOrListener,
    /// This one.
    Fixed(u16),
    /// This one; the default one of the scheme is as good as none, so that the Host header keeps its own (Istio).
    FixedOrHost(u16),
    /// This one, written even when it is the default (ALB).
    Written(u16),
    /// That of the listener, written even when it is the default (ALB without a port of its own).
    AsListener,
    /// That of the Host header, but not a default one under a new scheme (Istio).
    OfHost,
}
