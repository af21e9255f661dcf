//! What a rule or a backend does to a request and its answer on the way.

use std::sync::Arc;

use super::{Response, Target};
use crate::pattern::{Pattern, TextMatch};
use crate::real_ip::RealIp;

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
