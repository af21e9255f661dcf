//! What the AWS Load Balancer Controller makes of manifests: load balancers as AWS keeps them, each part with its place.
//!
//! Pure data; `lower` makes route tables of it, and the method `loadBalancers` shows it as it is.

use podpath_cluster::ResourceId;
use podpath_objects::PortRef;
use podpath_source::{Location, Text};

use crate::table::{self, Frozen, Origin, Rank, Rejected};

/// All load balancers of a cluster, and what gets none.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// In the order of their first members.
    pub load_balancers: Vec<LoadBalancer>,
    /// Ingresses, Services and Gateways without one.
    pub skipped: Vec<Skipped>,
}

/// Why an object gets no load balancer.
#[derive(Clone, Debug)]
pub struct Skipped {
    /// The object, and the place that decides.
    pub origin: Origin,
    /// Stable kebab-case code.
    pub code: &'static str,
    /// The controller's own words.
    pub message: String,
    /// The sentence for people, when the controller complains; without one it is none of its business.
    pub text: Option<Text>,
}

/// What a load balancer is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Ingresses.
    Ingress,
    /// A Service.
    Service,
    /// A Gateway.
    Gateway,
}

/// A load balancer.
#[derive(Clone, Debug)]
pub struct LoadBalancer {
    /// NLB, not ALB.
    pub is_network: bool,
    /// What it is made of.
    pub source: Source,
    /// The first member.
    pub origin: Origin,
    /// The name that a manifest gives it.
    pub name: Option<String>,
    /// The group of Ingresses; `namespace/name` for one alone.
    pub group: Option<String>,
    /// `internal` or `internet-facing`.
    pub scheme: String,
    /// `ipv4`, `dualstack`, `dualstack-without-public-ipv4`.
    pub address_type: String,
    /// In the order of the group.
    pub members: Vec<ResourceId>,
    /// Routes that it refuses, and backends that it leaves out.
    pub rejected: Vec<Rejected>,
    /// Listeners of a Gateway that are written and that it does not open.
    pub closed: Vec<table::Listener>,
    /// ListenerSets of a Gateway.
    pub sets: Vec<ResourceId>,
    /// Errors that keep it as it is; then it has no listeners and no target groups here.
    pub frozen: Vec<Frozen>,
    /// By port.
    pub listeners: Vec<Listener>,
    /// In the order in which rules need them.
    pub target_groups: Vec<TargetGroup>,
    /// The NLB that the members of a group want before their ALB.
    pub front: Option<Box<LoadBalancer>>,
}

/// The type of targets that are an ALB.
pub(super) const ALB_TARGET: &str = "alb";

impl LoadBalancer {
    /// One that nothing is known of but what asks for it: its members, of which the first stands for all, and the scheme
    /// that it gets unless told.
    pub(super) fn new(source: Source, origin: Origin, members: Vec<ResourceId>, scheme: String) -> Self {
        Self {
            is_network: source == Source::Service,
            source,
            origin,
            name: None,
            group: None,
            scheme,
            address_type: "ipv4".into(),
            members,
            rejected: vec![],
            closed: vec![],
            sets: vec![],
            frozen: vec![],
            listeners: vec![],
            target_groups: vec![],
            front: None,
        }
    }

    /// The same, filled; the first error keeps all of it as it is.
    pub(super) fn filled(mut self, fill: impl FnOnce(&mut Self) -> Result<(), Frozen>) -> Self {
        if let Err(error) = fill(&mut self) {
            self.frozen = vec![error];
            self.listeners.clear();
            self.target_groups.clear();
            self.front = None;
        }
        self
    }
}

/// A port of a load balancer.
#[derive(Clone, Debug)]
pub struct Listener {
    /// What opens it.
    pub origin: Origin,
    /// 1 to 65535.
    pub port: u16,
    /// As AWS writes it: `HTTP`, `TCP_UDP`, ...
    pub protocol: &'static str,
    /// ARNs, the default one first.
    pub certificates: Vec<String>,
    /// Clients must show a certificate that it trusts.
    pub verifies_clients: bool,
    /// The ranges of the clients that its security group lets in; everybody without one, and where the controller does not
    /// make the group.
    pub sources: Vec<String>,
    /// What happens when no rule matches.
    pub default_actions: Vec<Action>,
    /// Where that stands.
    pub default_origin: Origin,
    /// By priority, which is 1 for the first.
    pub rules: Vec<Rule>,
    /// The routes of a Gateway that want all connections, the one that gets them first; none where no route is asked.
    pub contenders: Vec<Contender>,
}

/// A route that wants all connections of a listener.
#[derive(Clone, Debug)]
pub struct Contender {
    /// Its first rule.
    pub origin: Origin,
    /// What decides among them.
    pub rank: Rank,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where it stands.
    pub origin: Origin,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// Changes of the request.
    pub transforms: Vec<Transform>,
    /// The last one answers or sends on; those before it sign in or check tokens.
    pub actions: Vec<Action>,
}

/// What a condition looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// `host-header`
    Host,
    /// `path-pattern`
    Path,
    /// `http-header` with its name.
    Header(String),
    /// `http-request-method`
    Method,
    /// `query-string`
    Query,
    /// `source-ip`
    Source,
}

/// A condition; one of the values must fit.
#[derive(Clone, Debug)]
pub struct Condition {
    /// What it looks at.
    pub field: Field,
    /// Globs, or regular expressions.
    pub values: Vec<ConditionValue>,
    /// The values are regular expressions.
    pub is_regex: bool,
    /// Where it stands.
    pub location: Location,
}

/// A value of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionValue {
    /// The parameter of a query string; none is any.
    pub key: Option<String>,
    /// What to look for.
    pub value: String,
}

/// A change of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transform {
    /// Of the Host header, not of the URL.
    pub is_host: bool,
    /// Pattern and replacement; the first pattern that is found counts.
    pub rewrites: Vec<(String, String)>,
}

/// What a rule does.
#[derive(Clone, Debug)]
pub enum Action {
    /// Sends on.
    Forward(Forward),
    /// Answers 301 or 302.
    Redirect(Redirect),
    /// Answers by itself.
    Fixed(Fixed),
    /// Lets only people in who are signed in.
    Authenticate(Authenticate),
    /// Lets only requests in with a valid token.
    Jwt(Jwt),
}

/// Shares of target groups.
#[derive(Clone, Debug, Default)]
pub struct Forward {
    /// In the order written.
    pub targets: Vec<Target>,
    /// `enabled` and `durationSeconds`.
    pub stickiness: Option<(Option<bool>, Option<i64>)>,
}

/// The share of a target group.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where it stands.
    pub origin: Origin,
    /// Which target group of the load balancer; none for one that is made elsewhere.
    pub group: Option<usize>,
    /// ARN of one that is made elsewhere.
    pub arn: Option<String>,
    /// Name of one that is made elsewhere.
    pub name: Option<String>,
    /// None counts as 1.
    pub weight: Option<i64>,
}

/// A redirect; what is not given stays as it is. `#{host}`, `#{path}`, `#{port}`, `#{protocol}` and `#{query}` stand for
/// parts of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redirect {
    /// `HTTP`, `HTTPS`
    pub protocol: Option<String>,
    /// Host.
    pub host: Option<String>,
    /// Port.
    pub port: Option<String>,
    /// With its slash.
    pub path: Option<String>,
    /// Without `?`.
    pub query: Option<String>,
    /// 301 or 302.
    pub status: u16,
}

/// A fixed answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixed {
    /// HTTP status.
    pub status: u16,
    /// Media type.
    pub content_type: Option<String>,
    /// Body.
    pub body: Option<String>,
    /// Why the controller answers by itself: a stable kebab-case code.
    pub reason: &'static str,
    /// The Service that the answer stands for, because it is not here.
    pub missing: Option<Box<Missing>>,
}

/// A Service that is not here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Where it is named.
    pub origin: Origin,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its port as written.
    pub port: Option<PortRef>,
}

/// Sign-in by an identity provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authenticate {
    /// OIDC, not Cognito.
    pub is_oidc: bool,
    /// User pool, client and domain of Cognito; issuer, authorization, token and user info endpoints and client of OIDC.
    pub provider: Vec<String>,
    /// `authenticate`, `allow`, `deny`
    pub on_unauthenticated: String,
    /// Scopes that are asked for.
    pub scope: String,
    /// Name of the cookie.
    pub cookie: String,
    /// In seconds.
    pub timeout: i64,
    /// Parameters of the request to the provider.
    pub extra: Vec<(String, String)>,
}

/// Check of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Jwt {
    /// Where the keys are.
    pub jwks: String,
    /// Who must have issued it.
    pub issuer: String,
    /// What it must hold besides.
    pub claims: Vec<Claim>,
}

/// A claim that a token must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// `single-string`, `string-array`, `space-separated-values`
    pub format: String,
    /// Name.
    pub name: String,
    /// Values.
    pub values: Vec<String>,
}

/// A target group.
#[derive(Clone, Debug)]
pub struct TargetGroup {
    /// The name that a manifest gives it.
    pub name: Option<String>,
    /// The Ingress, Service or route that it is made for.
    pub source: ResourceId,
    /// The Service; for targets of type `alb` the Gateway, or the first Ingress of the group, whose ALB it is.
    pub service: ResourceId,
    /// Its port as written; for targets of type `alb` that of the ALB's listener.
    pub service_port: PortRef,
    /// `instance`, `ip` or `alb`.
    pub target_type: &'static str,
    /// A Node that is here may be a target; also where none is written, and where targets are no nodes.
    pub has_nodes: bool,
    /// nodePort or targetPort.
    pub port: u16,
    /// `HTTP`, `TCP`, ...
    pub protocol: String,
    /// `HTTP1`, `HTTP2`, `GRPC`
    pub protocol_version: Option<String>,
    /// `ipv4` or `ipv6`; that of the load balancer where an ALB is the target.
    pub address_type: &'static str,
    /// How targets are checked.
    pub health: HealthCheck,
    /// By key.
    pub attributes: Vec<(String, String)>,
    /// Workloads and ports behind it.
    pub targets: Vec<(ResourceId, u16)>,
}

/// How targets are checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealthCheck {
    /// `HTTP`, `HTTPS`, `TCP`
    pub protocol: String,
    /// None is `traffic-port`.
    pub port: Option<i64>,
    /// For HTTP.
    pub path: Option<String>,
    /// Codes of HTTP or gRPC.
    pub codes: Option<String>,
    /// Seconds.
    pub interval: i64,
    /// Seconds.
    pub timeout: i64,
    /// Successes in a row.
    pub healthy: i64,
    /// Failures in a row.
    pub unhealthy: i64,
    /// Where it is written; none where it is the controller's default.
    pub origin: Option<Origin>,
}
