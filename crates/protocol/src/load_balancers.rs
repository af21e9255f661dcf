//! The load balancers that the AWS Load Balancer Controller makes of manifests.

use podpath_order::OrdMap;
use serde::{Deserialize, Serialize};

use crate::{Input, Range, Ref};

/// Parameters of `loadBalancers`.
pub type LoadBalancersParams = Input;

/// The answer of `loadBalancers`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadBalancers {
    /// In the order of their first members.
    pub load_balancers: Vec<LoadBalancer>,
    /// Why an Ingress, Service or Gateway gets none.
    pub skipped: Vec<SkippedObject>,
}

/// An object without a load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedObject {
    /// The object.
    pub resource: Ref,
    /// Stable kebab-case code.
    pub code: String,
    /// The controller's own words.
    pub message: String,
}

/// A load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadBalancer {
    /// `application` or `network`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `ingress`, `service` or `gateway`.
    pub origin: String,
    /// The name that a manifest gives it.
    pub name: Option<String>,
    /// The group of Ingresses; `namespace/name` for one alone.
    pub group: Option<String>,
    /// `internal` or `internet-facing`.
    pub scheme: String,
    /// `ipv4`, `dualstack`, `dualstack-without-public-ipv4`.
    pub ip_address_type: String,
    /// In the order of the group.
    pub members: Vec<Ref>,
    /// Errors in the controller's words; while there are any, nothing of it changes.
    pub frozen: Vec<String>,
    /// Where those errors are.
    pub frozen_at: Vec<Range>,
    /// By port; empty while it is frozen.
    pub listeners: Vec<LbListener>,
    /// Empty while it is frozen.
    pub target_groups: Vec<TargetGroup>,
}

/// A port of a load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LbListener {
    /// 1 to 65535.
    pub port: u16,
    /// As AWS writes it.
    pub protocol: String,
    /// ARNs, the default one first.
    pub certificates: Vec<String>,
    /// What happens when no rule matches.
    pub default_actions: Vec<LbAction>,
    /// Where that stands.
    pub default_range: Option<Range>,
    /// By priority.
    pub rules: Vec<LbRule>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LbRule {
    /// 1 is asked first.
    pub priority: usize,
    /// All must hold.
    pub conditions: Vec<LbCondition>,
    /// Changes of the request.
    pub transforms: Vec<LbTransform>,
    /// In the order in which they are taken.
    pub actions: Vec<LbAction>,
    /// The object that it comes from.
    pub source: Option<Ref>,
    /// The field in it.
    pub path: String,
    /// Its place.
    pub range: Option<Range>,
}

/// A condition; one of the values must fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LbCondition {
    /// `host-header`, `path-pattern`, `http-header`, `http-request-method`, `query-string`, `source-ip`.
    pub field: String,
    /// The name of a header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Globs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<LbValue>>,
    /// Regular expressions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex_values: Option<Vec<LbValue>>,
}

/// A value of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LbValue {
    /// Of every field but query strings.
    Text(String),
    /// Of query strings.
    Pair {
        /// Name of the parameter; null is any.
        key: Option<String>,
        /// Glob.
        value: String,
    },
}

/// A change of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LbTransform {
    /// `url-rewrite` or `host-header-rewrite`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What is replaced by what.
    pub rewrites: Vec<LbRewrite>,
}

/// A pattern and its replacement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LbRewrite {
    /// What is looked for.
    pub regex: String,
    /// What comes in its place.
    pub replace: String,
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum LbAction {
    /// Sends on.
    Forward {
        /// With their shares.
        target_groups: Vec<LbTarget>,
        /// Keeps clients with their target group.
        stickiness: Option<LbStickiness>,
    },
    /// Answers 301 or 302; null stays as it is.
    Redirect {
        /// `HTTP`, `HTTPS`
        protocol: Option<String>,
        /// Host.
        host: Option<String>,
        /// Port.
        port: Option<String>,
        /// Path.
        path: Option<String>,
        /// Query.
        query: Option<String>,
        /// 301 or 302.
        status_code: u16,
    },
    /// Answers by itself.
    FixedResponse {
        /// HTTP status.
        status_code: u16,
        /// Media type.
        content_type: Option<String>,
        /// Body.
        message_body: Option<String>,
    },
    /// Lets people in who are signed in at Cognito.
    AuthenticateCognito {
        /// ARN of the pool.
        user_pool_arn: String,
        /// Client.
        user_pool_client_id: String,
        /// Domain.
        user_pool_domain: String,
        /// The session.
        #[serde(flatten)]
        session: LbSession,
    },
    /// Lets people in who are signed in at a provider of OIDC.
    AuthenticateOidc {
        /// Issuer.
        issuer: String,
        /// Where people sign in.
        authorization_endpoint: String,
        /// Where tokens are made.
        token_endpoint: String,
        /// Who somebody is.
        user_info_endpoint: String,
        /// Client.
        client_id: String,
        /// The session.
        #[serde(flatten)]
        session: LbSession,
    },
    /// Lets requests in with a valid token.
    JwtValidation {
        /// Where the keys are.
        jwks_endpoint: String,
        /// Issuer.
        issuer: String,
        /// What the token must hold besides.
        additional_claims: Vec<LbClaim>,
    },
}

/// How a session is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LbSession {
    /// `authenticate`, `allow`, `deny`
    pub on_unauthenticated_request: String,
    /// Scopes.
    pub scope: String,
    /// Cookie.
    pub session_cookie_name: String,
    /// In seconds.
    pub session_timeout: i64,
    /// Parameters of the request to the provider.
    #[serde(skip_serializing_if = "OrdMap::is_empty", default)]
    pub authentication_request_extra_params: OrdMap<String, String>,
}

/// A claim that a token must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LbClaim {
    /// `single-string`, `string-array`, `space-separated-values`
    pub format: String,
    /// Name.
    pub name: String,
    /// Values.
    pub values: Vec<String>,
}

/// Keeps clients with their target group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LbStickiness {
    /// On or off.
    pub enabled: Option<bool>,
    /// In seconds.
    pub duration_seconds: Option<i64>,
}

/// The share of a target group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LbTarget {
    /// Of [`TargetGroup::id`]; null for one that is made elsewhere.
    pub id: Option<String>,
    /// The Service.
    pub service: Option<Ref>,
    /// Its port as written.
    pub service_port: Option<LbPort>,
    /// ARN of one that is made elsewhere.
    pub arn: Option<String>,
    /// Name of one that is made elsewhere.
    pub name: Option<String>,
    /// Null counts as 1.
    pub weight: Option<i64>,
}

/// A port by number or name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LbPort {
    /// By number.
    Number(i64),
    /// By name.
    Name(String),
}

/// A target group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetGroup {
    /// Names it within its load balancer.
    pub id: String,
    /// The name that a manifest gives it.
    pub name: Option<String>,
    /// The Ingress, Service or route that it is made for.
    pub source: Option<Ref>,
    /// The Service; for targets of type `alb` the Gateway, or the first Ingress of the group, whose ALB it is.
    pub service: Option<Ref>,
    /// Its port as written; for targets of type `alb` that of the ALB's listener.
    pub service_port: LbPort,
    /// `instance`, `ip` or `alb`.
    pub target_type: String,
    /// nodePort or targetPort.
    pub port: u16,
    /// `HTTP`, `TCP`, ...
    pub protocol: String,
    /// `HTTP1`, `HTTP2`, `GRPC`; null for NLBs.
    pub protocol_version: Option<String>,
    /// `ipv4` or `ipv6`.
    pub ip_address_type: String,
    /// How targets are checked.
    pub health_check: HealthCheck,
    /// By key.
    pub attributes: OrdMap<String, String>,
    /// Who answers.
    pub targets: Vec<LbEndpoint>,
}

/// How targets are checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthCheck {
    /// `HTTP`, `HTTPS`, `TCP`
    pub protocol: String,
    /// `traffic-port` or a number.
    pub port: LbPort,
    /// For HTTP.
    pub path: Option<String>,
    /// Codes of HTTP or gRPC.
    pub success_codes: Option<String>,
    /// Seconds.
    pub interval_seconds: i64,
    /// Seconds.
    pub timeout_seconds: i64,
    /// Successes in a row.
    pub healthy_threshold: i64,
    /// Failures in a row.
    pub unhealthy_threshold: i64,
}

/// A workload and its port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LbEndpoint {
    /// The workload or Pod.
    pub workload: Ref,
    /// Its port.
    pub port: u16,
}
