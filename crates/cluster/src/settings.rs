//! What the cluster is set to, beside its objects.

use podpath_objects::Meta;

/// Settings of the cluster that is played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The version of Kubernetes: major, minor.
    pub kubernetes: (u16, u16),
    /// Given to namespaced objects that name none.
    pub namespace: String,
    /// `cluster.local`
    pub cluster_domain: String,
    /// `istio-system`
    pub mesh_root_namespace: String,
    /// Sidecars are injected into Pods of namespaces that say nothing about it.
    pub injects_by_default: bool,
    /// The revisions of the mesh that are installed; empty counts every one as installed.
    pub revisions: Vec<String>,
    /// The time that tokens are compared with, in seconds since 1970.
    pub now: i64,
    /// GatewayClass controller names that are played; `*` is every one.
    pub gateway_controllers: Vec<String>,
    /// `--ingress-class` of the AWS Load Balancer Controller.
    pub alb_ingress_class: String,
    /// `--default-target-type` of the AWS Load Balancer Controller.
    pub alb_target_type: String,
    /// `--default-load-balancer-scheme` of the AWS Load Balancer Controller.
    pub alb_scheme: String,
    /// Who plays every Ingress, whatever its class says; None leaves each to its class.
    pub ingress_controller: Option<IngressController>,
    /// The networks in which load balancers and nodes have their addresses; empty when that is not known.
    pub load_balancer_cidrs: Vec<String>,
}

/// A controller that can be asked to play every Ingress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IngressController {
    /// One that does what the specification says.
    Spec,
    /// ingress-nginx.
    Nginx,
    /// The AWS Load Balancer Controller.
    Alb,
}

/// 2026-01-01T00:00:00Z, which the protocol gives where no time is told.
const NEW_YEAR_2026: i64 = 1_767_225_600;

/// Seconds since 1970 of a time such as `2026-01-01T00:00:00Z`; offsets are not read.
pub fn unix_seconds(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T')?;
    let numbers = |text: &str, by: char| text.split(by).map(|it| it.parse::<i64>().ok()).collect::<Option<Vec<_>>>();
    let [year, month, day] = numbers(date, '-')?.try_into().ok()?;
    let time = time.trim_end_matches('Z').split('.').next()?;
    let [hour, minute, second] = numbers(time, ':')?.try_into().ok()?;
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days from the civil calendar, years beginning in March (Hinnant, "chrono-compatible low-level date algorithms").
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            kubernetes: (1, 35),
            namespace: "default".into(),
            cluster_domain: "cluster.local".into(),
            mesh_root_namespace: "istio-system".into(),
            injects_by_default: false,
            revisions: vec![],
            now: NEW_YEAR_2026,
            gateway_controllers: vec!["*".into()],
            alb_ingress_class: "alb".into(),
            alb_target_type: "instance".into(),
            alb_scheme: "internal".into(),
            ingress_controller: None,
            load_balancer_cidrs: vec![],
        }
    }
}

/// `1.35`, `v1.35` or `1.35.2` as major and minor; nothing else is a version.
pub fn version(text: &str) -> Option<(u16, u16)> {
    let (major, rest) = text.trim_start_matches('v').split_once('.')?;
    let minor = rest.split('.').next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Kinds that have no namespace.
const CLUSTER_SCOPED: &[&str] = &[
    "APIService",
    "CSIDriver",
    "CSINode",
    "ClusterIssuer",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "GatewayClass",
    "IngressClass",
    "IngressClassParams",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "NodeClass",
    "NodePool",
    "PersistentVolume",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "ClusterPolicy",
];

impl Settings {
    /// The namespace that an object lands in; empty for cluster-scoped kinds.
    pub fn namespace_of(&self, meta: &Meta) -> String {
        if CLUSTER_SCOPED.contains(&meta.kind.value.as_str()) {
            return String::new();
        }
        meta.namespace.as_ref().map_or_else(|| self.namespace.clone(), |it| it.value.clone())
    }

    /// True when the controller of this name is played.
    pub fn plays(&self, controller: &str) -> bool {
        self.gateway_controllers.iter().any(|it| it == "*" || it == controller)
    }
}
