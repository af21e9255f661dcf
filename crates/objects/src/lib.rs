//! Located trees to typed objects, one file a kind.
//!
//! Invariants: reading never fails, a part that has the wrong form is left out (the schema check names it); every value
//! that a person may ask about keeps its span; an unknown kind stays an object with its name, namespace and labels.

mod aws_configuration;
mod backend_tls_policy;
mod certificate;
mod destination_rule;
mod endpoint_slice;
mod endpoints;
mod envoy_filter;
mod gateway;
mod gateway_class;
mod grpc_route;
mod http_route;
mod ingress;
mod ingress_class;
mod ingress_class_params;
mod istio_gateway;
mod listener_set;
mod mesh_policy;
mod meta;
mod network_policy;
mod node;
mod pem;
mod plain;
mod reader;
mod reference_grant;
mod route;
mod route_filter;
mod service;
mod service_entry;
mod sidecar;
mod stream_route;
mod target_group_binding;
mod telemetry;
mod virtual_service;
mod webhook;
mod workload;
mod workload_entry;

use podpath_yaml::Node;

pub use aws_configuration::{ListenerRuleConfiguration, LoadBalancerConfiguration, TargetGroupConfiguration};
pub use backend_tls_policy::{BackendTlsPolicy, PolicyTarget};
pub use certificate::Certificate;
pub use destination_rule::{ClientTls, DestinationRule, Subset, TrafficTls};
pub use endpoint_slice::{EndpointPort, EndpointSlice, SliceEndpoint};
pub use endpoints::Endpoints;
pub use envoy_filter::{EnvoyFilter, Patch, PatchEffect};
pub use gateway::{
    AllowedRoutes, ClientValidation, GATEWAY_NAME, Gateway, GatewayListener, GatewayTls, ListenerTls, RouteNamespaces,
};
pub use gateway_class::GatewayClass;
pub use grpc_route::{GrpcMatch, GrpcRoute, GrpcRule};
pub use http_route::{HttpMatch, HttpRoute, HttpRule};
pub use ingress::{Ingress, IngressBackend, IngressPath, IngressRule, IngressTls};
pub use ingress_class::{IngressClass, Parameters};
pub use ingress_class_params::IngressClassParams;
pub use istio_gateway::{IstioGateway, Server, ServerTls};
pub use listener_set::ListenerSet;
pub use mesh_policy::{
    AuthorizationPolicy, AuthorizationRule, JwtRule, PeerAuthentication, PolicyScope, RequestAuthentication, Term,
    TokenPlace,
};
pub use meta::{Labels, Meta, Selector, SelectorTerm, group_of};
pub use network_policy::{IpBlock, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule};
pub use node::{ClusterNode, Taint};
pub use pem::expiry;
pub use plain::{ConfigMap, ExportDefaults, Namespace, Secret, ServiceAccount, Unknown, packed, unpacked};
pub use reader::{PortRef, Reader};
pub use reference_grant::{GrantFrom, GrantTo, ReferenceGrant};
pub use route::{BackendRef, NamedMatch, ObjectRef, ParentRef};
pub use route_filter::{Cors, Filter, FilterKind, HeaderModifier, PathModifier, Redirect, UrlRewrite};
pub use service::{Service, ServicePort, Traffic, ip_family};
pub use service_entry::{EntryPort, Resolution, ServiceEntry};
pub use sidecar::{EgressListener, IngressListener, Sidecar};
pub use stream_route::{StreamRoute, StreamRule};
pub use target_group_binding::TargetGroupBinding;
pub use telemetry::{Telemetry, WasmPlugin};
pub use virtual_service::{
    Abort, CorsPolicy, Delegate, Destination, HeaderOperations, HttpFault, HttpMatchRequest, Mirrors, RewriteAction,
    RouteRule, StreamMatch, StringMatch, TcpRule, VirtualService, VsRedirect,
};
pub use webhook::{MutatingWebhooks, Webhook};
pub use workload::{Container, ContainerPort, NODE_NAME, Placement, Pod, PodTemplate, Toleration, Use, Workload};
pub use workload_entry::WorkloadEntry;

/// An object of the workspace: what all kinds have, and what its own kind has.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Kind, name, namespace, labels, annotations.
    pub meta: Meta,
    /// The rest.
    pub object: Object,
}

/// A kind that is modelled.
pub trait Kind: Sized + 'static {
    /// Number of the type, to keep objects of one type together.
    const TAG: usize;
    /// The API group; "" is core.
    const GROUP: &'static str;
    /// The kinds that are read as this type.
    const NAMES: &'static [&'static str];

    /// The kind's own part of an object, when it is of this kind.
    fn of(object: &Object) -> Option<&Self>;
}

/// One line a kind: group, the names of the kind in manifests, and the type that reads it.
macro_rules! kinds {
    ($( $tag:literal $variant:ident: $group:literal / $($name:literal)|+ ),+ $(,)?) => {
        /// What an object is.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Object {
            $(#[doc = concat!("`", $group, "`")] $variant($variant),)+
            /// Anything else.
            Unknown(Unknown),
        }

        $(impl Kind for $variant {
            const TAG: usize = $tag;
            const GROUP: &'static str = $group;
            const NAMES: &'static [&'static str] = &[$($name),+];

            fn of(object: &Object) -> Option<&Self> {
                match object { Object::$variant(it) => Some(it), _ => None }
            }
        })+

        impl Object {
            /// Number of the type; [`Object::N_TAGS`] - 1 for everything that is not modelled.
            pub fn tag(&self) -> usize {
                match self { $(Object::$variant(_) => $tag,)+ Object::Unknown(_) => Self::N_TAGS - 1 }
            }

            /// How many tags there are.
            pub const N_TAGS: usize = [$($tag),+].len() + 1;
        }

        fn read_object(meta: &Meta, reader: Reader<'_>) -> Object {
            match (meta.group(), meta.kind.value.as_str()) {
                $(($group, $($name)|+) => Object::$variant($variant::read(meta, reader)),)+
                _ => Object::Unknown(Unknown),
            }
        }
    };
}

kinds! {
    0 Namespace: "" / "Namespace",
    1 Pod: "" / "Pod",
    2 Workload: "apps" / "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "CronJob" | "ReplicationController",
    3 Service: "" / "Service",
    4 EndpointSlice: "discovery.k8s.io" / "EndpointSlice",
    5 Ingress: "networking.k8s.io" / "Ingress",
    6 IngressClass: "networking.k8s.io" / "IngressClass",
    7 IngressClassParams: "elbv2.k8s.aws" / "IngressClassParams",
    8 IstioGateway: "networking.istio.io" / "Gateway",
    9 VirtualService: "networking.istio.io" / "VirtualService",
    10 DestinationRule: "networking.istio.io" / "DestinationRule",
    11 GatewayClass: "gateway.networking.k8s.io" / "GatewayClass",
    12 Gateway: "gateway.networking.k8s.io" / "Gateway",
    13 HttpRoute: "gateway.networking.k8s.io" / "HTTPRoute",
    14 ReferenceGrant: "gateway.networking.k8s.io" / "ReferenceGrant",
    15 ServiceAccount: "" / "ServiceAccount",
    16 ConfigMap: "" / "ConfigMap",
    17 Secret: "" / "Secret",
    18 ServiceEntry: "networking.istio.io" / "ServiceEntry",
    19 AuthorizationPolicy: "security.istio.io" / "AuthorizationPolicy",
    20 NetworkPolicy: "networking.k8s.io" / "NetworkPolicy",
    21 StreamRoute: "gateway.networking.k8s.io" / "TLSRoute" | "TCPRoute" | "UDPRoute",
    22 EnvoyFilter: "networking.istio.io" / "EnvoyFilter",
    23 GrpcRoute: "gateway.networking.k8s.io" / "GRPCRoute",
    24 ListenerSet: "gateway.networking.k8s.io" / "ListenerSet" | "XListenerSet",
    25 BackendTlsPolicy: "gateway.networking.k8s.io" / "BackendTLSPolicy",
    26 Certificate: "cert-manager.io" / "Certificate",
    27 ClusterNode: "" / "Node",
    28 PeerAuthentication: "security.istio.io" / "PeerAuthentication",
    29 RequestAuthentication: "security.istio.io" / "RequestAuthentication",
    30 LoadBalancerConfiguration: "gateway.k8s.aws" / "LoadBalancerConfiguration",
    31 TargetGroupConfiguration: "gateway.k8s.aws" / "TargetGroupConfiguration",
    32 ListenerRuleConfiguration: "gateway.k8s.aws" / "ListenerRuleConfiguration",
    33 Sidecar: "networking.istio.io" / "Sidecar",
    34 Telemetry: "telemetry.istio.io" / "Telemetry",
    35 WasmPlugin: "extensions.istio.io" / "WasmPlugin",
    36 MutatingWebhooks: "admissionregistration.k8s.io" / "MutatingWebhookConfiguration",
    37 TargetGroupBinding: "elbv2.k8s.aws" / "TargetGroupBinding",
    38 Endpoints: "" / "Endpoints",
    39 WorkloadEntry: "networking.istio.io" / "WorkloadEntry",
}

/// The objects of a document; the items of a `List` are objects of their own, to a depth of a few lists.
pub fn read(root: &Node) -> Vec<Resource> {
    nodes(root).into_iter().filter_map(read_node).collect()
}

fn read_node(node: &Node) -> Option<Resource> {
    let reader = Reader::new(node);
    let meta = Meta::read(reader)?;
    let object = read_object(&meta, reader);
    Some(Resource { meta, object })
}

/// The tree of each object of a document, lists opened.
pub fn nodes(root: &Node) -> Vec<&Node> {
    let mut nodes = Vec::new();
    collect(root, 0, &mut nodes);
    nodes
}

/// Lists may hold lists, but nobody writes them deeper than this.
const MAX_LIST_DEPTH: usize = 4;

fn collect<'a>(node: &'a Node, depth: usize, nodes: &mut Vec<&'a Node>) {
    if node.as_map().is_none() {
        return;
    }
    let is_list = node.get("kind").and_then(Node::as_text).is_some_and(|kind| kind.ends_with("List"));
    match node.get("items").and_then(Node::as_list).filter(|_| is_list && depth < MAX_LIST_DEPTH) {
        Some(items) => items.iter().for_each(|item| collect(item, depth + 1, nodes)),
        None => nodes.push(node),
    }
}
