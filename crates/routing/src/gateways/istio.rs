//! Istio: ingress gateways and the mesh.
//!
//! Source: istio `pilot/pkg/networking/core` (gateway.go, route/route.go, httproute.go), `pilot/pkg/model`
//! (push_context.go, gateway.go, virtualservice.go). Rules of a virtual host are tried in order, the first match wins.

mod bound;
mod callee;
mod delegate;
mod destination;
mod destination_rules;
mod egress;
mod endpoint;
mod entry;
mod filters;
mod frame;
mod gateway;
mod headers;
mod hosts;
mod ingress;
mod listeners;
mod mesh;
mod names;
mod protocol;
mod route;
mod server;
mod stream;
mod unserved;

use super::Gateway;
use crate::ladder::Criterion;

pub use callee::{Called, aliased, by_outer_address, called, headless_by_address};
pub use destination::{Proxy, tls_mode};
pub(crate) use destination::{
    begun_tls, cluster_name, host as host_backend, is_entry, mutual_name, plain as service_backend,
};
pub use egress::{Inbound, egress_proxy, inbound, knows, sidecar_of};
pub(crate) use endpoint::{HostPort, host_port, service_endpoints};
pub use entry::{Outside, Speaks, entry_by_address, outside, speaks};
pub use filters::{Filters, is_near};
pub use frame::{gateways_of, is_gateway_pod};
pub use gateway::{Lowered, lower, lower_labels};
pub use mesh::{has_routes, lower_alias, lower_host, lower_service, reads_http};
pub use names::age_key;
pub(crate) use names::host_of;
pub use protocol::{is_declared, is_http};
pub use route::AFTER_CATCH_ALL;
pub use stream::{Connection, lower_connection, lower_outside};
pub use unserved::{Unserved, lower_unserved};

/// An ingress gateway.
pub static GATEWAY: Gateway = Gateway {
    name: "istio",
    title: "Istio",
    is_load_balancer: false,
    ladder: &[Criterion::ListOrder],
    checks_host_against_sni: false,
    no_connection: 503,
    normalizes_paths: false,
};

/// The sidecar of a caller.
pub static MESH: Gateway = Gateway {
    name: "istio-mesh",
    title: "Istio mesh",
    is_load_balancer: false,
    ladder: &[Criterion::ListOrder],
    checks_host_against_sni: false,
    no_connection: 503,
    normalizes_paths: false,
};
