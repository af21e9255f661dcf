//! Writes the tables of podpath-schema from the published schemas of Kubernetes, the Gateway API and Istio.
//!
//! Run by hand, in this folder, when a new version is to be taken: `cargo run`.

mod table;
mod types;

use std::fs;
use std::path::Path;

use gateway_api::apis::{experimental, standard};
use istio_api_rs as istio;
use k8s_openapi::api;

use table::Kind;
use types::{Fields, Reader, Types};

/// Adds the kinds `Type versions` of a module path.
macro_rules! kinds {
    ($reader:ident, $kinds:ident, $($versions:literal $kind:literal $type:ty;)*) => {
        $($kinds.push(Kind { versions: $versions.into(), name: $kind.into(), fields: $reader.take::<$type>() });)*
    };
}

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../table");
    let put = |name: &str, text: String| fs::write(folder.join(name), text).expect("the table's folder is writable");
    put("core.txt", core());
    put("gateway_api.txt", gateway_api());
    put("istio.txt", istio());
}

fn core() -> String {
    let mut reader = Reader::default();
    let mut kinds = vec![];
    kinds!(reader, kinds,
        "v1" "Namespace" api::core::v1::Namespace;
        "v1" "Pod" api::core::v1::Pod;
        "v1" "Service" api::core::v1::Service;
        "v1" "Endpoints" api::core::v1::Endpoints;
        "v1" "ServiceAccount" api::core::v1::ServiceAccount;
        "v1" "ConfigMap" api::core::v1::ConfigMap;
        "v1" "Secret" api::core::v1::Secret;
        "v1" "PersistentVolumeClaim" api::core::v1::PersistentVolumeClaim;
        "v1" "PersistentVolume" api::core::v1::PersistentVolume;
        "v1" "LimitRange" api::core::v1::LimitRange;
        "v1" "ResourceQuota" api::core::v1::ResourceQuota;
        "apps/v1" "Deployment" api::apps::v1::Deployment;
        "apps/v1" "ReplicaSet" api::apps::v1::ReplicaSet;
        "apps/v1" "StatefulSet" api::apps::v1::StatefulSet;
        "apps/v1" "DaemonSet" api::apps::v1::DaemonSet;
        "batch/v1" "Job" api::batch::v1::Job;
        "batch/v1" "CronJob" api::batch::v1::CronJob;
        "discovery.k8s.io/v1" "EndpointSlice" api::discovery::v1::EndpointSlice;
        "networking.k8s.io/v1" "Ingress" api::networking::v1::Ingress;
        "networking.k8s.io/v1" "IngressClass" api::networking::v1::IngressClass;
        "networking.k8s.io/v1" "NetworkPolicy" api::networking::v1::NetworkPolicy;
        "rbac.authorization.k8s.io/v1" "Role" api::rbac::v1::Role;
        "rbac.authorization.k8s.io/v1" "ClusterRole" api::rbac::v1::ClusterRole;
        "rbac.authorization.k8s.io/v1" "RoleBinding" api::rbac::v1::RoleBinding;
        "rbac.authorization.k8s.io/v1" "ClusterRoleBinding" api::rbac::v1::ClusterRoleBinding;
        "autoscaling/v2" "HorizontalPodAutoscaler" api::autoscaling::v2::HorizontalPodAutoscaler;
        "scheduling.k8s.io/v1" "PriorityClass" api::scheduling::v1::PriorityClass;
        "storage.k8s.io/v1" "StorageClass" api::storage::v1::StorageClass;
        "policy/v1" "PodDisruptionBudget" api::policy::v1::PodDisruptionBudget;
    );
    let mut types = reader.types();
    table::correct(&mut types, include_str!("../corrections/core.txt"));
    for kind in &mut kinds {
        kind.fields = root_fields(&types[&kind.fields]);
    }
    finish("Kubernetes 1.35", kinds, types)
}

/// The fields of a root type, less those that every object has.
fn root_fields(fields: &Fields) -> String {
    let own = fields.iter().filter(|(name, _)| !["apiVersion", "kind", "metadata"].contains(&name.as_str()));
    let words = own.map(|(name, it)| format!("{name}{}:{}", if it.required { "*" } else { "" }, it.form));
    words.collect::<Vec<_>>().join(" ")
}

fn gateway_api() -> String {
    let (mut reader, mut newer) = (Reader::default(), Reader::default());
    let (mut kinds, mut newer_kinds) = (vec![], vec![]);
    kinds!(reader, kinds,
        "v1,v1beta1" "GatewayClass" standard::gatewayclasses::GatewayClassSpec;
        "v1,v1beta1" "Gateway" standard::gateways::GatewaySpec;
        "v1,v1beta1" "HTTPRoute" standard::httproutes::HttpRouteSpec;
        "v1" "GRPCRoute" standard::grpcroutes::GrpcRouteSpec;
        "v1,v1beta1" "ReferenceGrant" standard::referencegrants::ReferenceGrantSpec;
        "v1" "ListenerSet" standard::listenersets::ListenerSetSpec;
        "v1" "TLSRoute" standard::tlsroutes::TlsRouteSpec;
        "v1,v1alpha3" "BackendTLSPolicy" standard::backendtlspolicies::BackendTlsPolicySpec;
    );
    kinds!(newer, newer_kinds,
        "" "GatewayClass" experimental::gatewayclasses::GatewayClassSpec;
        "" "Gateway" experimental::gateways::GatewaySpec;
        "" "HTTPRoute" experimental::httproutes::HttpRouteSpec;
        "" "GRPCRoute" experimental::grpcroutes::GrpcRouteSpec;
        "" "ListenerSet" experimental::listenersets::ListenerSetSpec;
        "" "TLSRoute" experimental::tlsroutes::TlsRouteSpec;
        "v1,v1alpha2" "TCPRoute" experimental::tcproutes::TcpRouteSpec;
        "v1,v1alpha2" "UDPRoute" experimental::udproutes::UdpRouteSpec;
    );
    kinds.extend(newer_kinds.into_iter().filter(|kind| !kind.versions.is_empty()));
    let (name, fields) = ("TLSRoute".to_owned(), "TlsRouteAlphaSpec".to_owned());
    kinds.push(Kind { versions: "v1alpha2,v1alpha3".into(), name, fields });
    let mut types = reader.types();
    table::add_experimental(&mut types, newer.types());
    table::correct(&mut types, include_str!("../corrections/gateway_api.txt"));
    let with_spec = ["GatewayClass", "Gateway", "ListenerSet", "TLSRoute", "TCPRoute", "UDPRoute", "BackendTLSPolicy"];
    let kinds = with_group("gateway.networking.k8s.io", kinds, &with_spec);
    finish("Gateway API 1.5, ~ marks fields of the experimental channel", kinds, types)
}

fn istio() -> String {
    let mut reader = Reader::default();
    let (mut kinds, mut security) = (vec![], vec![]);
    kinds!(reader, kinds,
        "v1,v1beta1,v1alpha3" "Gateway" istio::networking::v1::gateway::GatewaySpec;
        "v1,v1beta1,v1alpha3" "VirtualService" istio::networking::v1::virtual_service::VirtualServiceSpec;
        "v1,v1beta1,v1alpha3" "DestinationRule" istio::networking::v1::destination_rule::DestinationRuleSpec;
        "v1,v1beta1,v1alpha3" "ServiceEntry" istio::networking::v1::service_entry::ServiceEntrySpec;
        "v1,v1beta1,v1alpha3" "Sidecar" istio::networking::v1::sidecar::SidecarSpec;
        "v1,v1beta1,v1alpha3" "WorkloadEntry" istio::networking::v1::workload_entry::WorkloadEntrySpec;
    );
    kinds!(reader, security,
        "v1,v1beta1" "AuthorizationPolicy" istio::security::v1::authorization_policy::AuthorizationPolicySpec;
        "v1,v1beta1" "PeerAuthentication" istio::security::v1::peer_authentication::PeerAuthenticationSpec;
        "v1,v1beta1" "RequestAuthentication" istio::security::v1::request_authentication::RequestAuthenticationSpec;
    );
    let security = with_group("security.istio.io", security, &[]);
    let mut kinds = with_group("networking.istio.io", kinds, &["ServiceEntry"]);
    kinds.extend(security);
    let mut types = reader.types();
    table::correct(&mut types, include_str!("../corrections/istio.txt"));
    finish("Istio 1.27, and fields of later versions", kinds, types)
}

/// Custom resources have a spec, and a status that the API server drops unread.
///
/// `with_spec`: the kinds whose spec must be there; the crates do not say.
fn with_group(group: &str, kinds: Vec<Kind>, with_spec: &[&str]) -> Vec<Kind> {
    let place = |version: &str| format!("{group}/{version}");
    let named = kinds.into_iter().map(|kind| Kind {
        versions: kind.versions.split(',').map(place).collect::<Vec<_>>().join(","),
        fields: format!(
            "spec{}:{} status:?",
            if with_spec.contains(&kind.name.as_str()) { "*" } else { "" },
            kind.fields
        ),
        ..kind
    });
    named.collect()
}

fn finish(head: &str, mut kinds: Vec<Kind>, mut types: Types) -> String {
    table::merge_equal(&mut types, &mut kinds);
    table::write(&format!("# {head}. Made by ../generator: do not edit."), &kinds, &types)
}
