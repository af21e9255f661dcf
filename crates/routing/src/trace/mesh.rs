//! Policies of Istio on the path: who has a sidecar, what it speaks, whom it lets in.
//!
//! Order at each proxy (istio `pilot/pkg/networking/core/listener_builder.go`): mutual TLS, CUSTOM, the token, DENY, ALLOW.

pub(super) mod ambient;
mod authz;
mod config;
mod inject;
mod jwt;
mod path;
mod peer;
mod scope;
mod source;
pub(super) mod words;

pub(super) use authz::{Answer, Decision, decide, external};
pub(super) use config::Mesh;
pub(crate) use config::trusted_proxies;
pub use config::with_yaml;
pub(super) use inject::lists_port;
pub use inject::{IGNORED, Injected, Injection, Sidecar, has_proxy, proxy_of};
pub(super) use jwt::{Rule as JwtRule, Verified, accept, sanitized, verify};
pub(super) use path::is_normal;
pub use peer::{Mode, Mtls, mtls, named_ports};
pub use scope::Workload;
pub(super) use scope::{envoy_filter, first_policy};
pub(super) use source::{Identity, Seen, pods_with};
