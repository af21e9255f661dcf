//! `outdated-api-version`: an `apiVersion` that the cluster's API server does not serve, or serve beside a newer one.
//!
//! Source: the Kubernetes deprecated API migration guide; the CRDs of Istio 1.22 and of the Gateway API 1.0.

use podpath_source::{Diagnostic, Location, Severity, Text};

use crate::{Check, Context, Lint, suggest};

pub(crate) static LINT: Lint =
    Lint { code: "outdated-api-version", severity: Severity::Error, aliases: &[], check: Check::Cluster(check) };

/// An old `apiVersion` of some kinds.
struct Row {
    old: &'static str,
    kinds: &'static [&'static str],
    fate: Fate,
}

/// What became of it.
enum Fate {
    /// Gone since this version of Kubernetes; the newer one takes the same fields.
    Moved(&'static str, &'static str),
    /// Gone since this version of Kubernetes; in the newer one fields changed.
    Changed(&'static str, &'static str),
    /// Gone since this version of Kubernetes, without successor.
    Gone(&'static str),
    /// Served still; the newer one takes the same fields.
    Served(&'static str),
}

const fn row(old: &'static str, kinds: &'static [&'static str], fate: Fate) -> Row {
    Row { old, kinds, fate }
}

const APPS: &[&str] = &["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"];
const ROLES: &[&str] = &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
const WEBHOOKS: &[&str] = &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
const STORAGE: &[&str] = &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"];
const FLOW: &[&str] = &["FlowSchema", "PriorityLevelConfiguration"];
const ISTIO: &[&str] =
    &["DestinationRule", "Gateway", "ServiceEntry", "Sidecar", "VirtualService", "WorkloadEntry", "WorkloadGroup"];
const ISTIO_SECURITY: &[&str] = &["AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"];
const GATEWAY_API: &[&str] = &["Gateway", "GatewayClass", "HTTPRoute"];

const TABLE: &[Row] = &[
    row("extensions/v1beta1", &["DaemonSet", "Deployment", "ReplicaSet"], Fate::Changed("apps/v1", "1.16")),
    row("extensions/v1beta1", &["Ingress"], Fate::Changed("networking.k8s.io/v1", "1.22")),
    row("extensions/v1beta1", &["NetworkPolicy"], Fate::Moved("networking.k8s.io/v1", "1.16")),
    row("extensions/v1beta1", &["PodSecurityPolicy"], Fate::Gone("1.16")),
    row("apps/v1beta1", APPS, Fate::Changed("apps/v1", "1.16")),
    row("apps/v1beta2", APPS, Fate::Moved("apps/v1", "1.16")),
    row("networking.k8s.io/v1beta1", &["Ingress"], Fate::Changed("networking.k8s.io/v1", "1.22")),
    row("networking.k8s.io/v1beta1", &["IngressClass"], Fate::Moved("networking.k8s.io/v1", "1.22")),
    row("policy/v1beta1", &["PodDisruptionBudget"], Fate::Changed("policy/v1", "1.25")),
    row("policy/v1beta1", &["PodSecurityPolicy"], Fate::Gone("1.25")),
    row("batch/v1beta1", &["CronJob"], Fate::Moved("batch/v1", "1.25")),
    row("batch/v2alpha1", &["CronJob"], Fate::Moved("batch/v1", "1.21")),
    row("autoscaling/v2beta1", &["HorizontalPodAutoscaler"], Fate::Changed("autoscaling/v2", "1.25")),
    row("autoscaling/v2beta2", &["HorizontalPodAutoscaler"], Fate::Moved("autoscaling/v2", "1.26")),
    row("rbac.authorization.k8s.io/v1beta1", ROLES, Fate::Moved("rbac.authorization.k8s.io/v1", "1.22")),
    row("rbac.authorization.k8s.io/v1alpha1", ROLES, Fate::Changed("rbac.authorization.k8s.io/v1", "1.22")),
    row("admissionregistration.k8s.io/v1beta1", WEBHOOKS, Fate::Changed("admissionregistration.k8s.io/v1", "1.22")),
    row(
        "apiextensions.k8s.io/v1beta1",
        &["CustomResourceDefinition"],
        Fate::Changed("apiextensions.k8s.io/v1", "1.22"),
    ),
    row("apiregistration.k8s.io/v1beta1", &["APIService"], Fate::Moved("apiregistration.k8s.io/v1", "1.22")),
    row("coordination.k8s.io/v1beta1", &["Lease"], Fate::Moved("coordination.k8s.io/v1", "1.22")),
    row("discovery.k8s.io/v1beta1", &["EndpointSlice"], Fate::Changed("discovery.k8s.io/v1", "1.25")),
    row("scheduling.k8s.io/v1beta1", &["PriorityClass"], Fate::Moved("scheduling.k8s.io/v1", "1.22")),
    row("storage.k8s.io/v1beta1", STORAGE, Fate::Moved("storage.k8s.io/v1", "1.22")),
    row("storage.k8s.io/v1beta1", &["CSIStorageCapacity"], Fate::Moved("storage.k8s.io/v1", "1.27")),
    row("node.k8s.io/v1beta1", &["RuntimeClass"], Fate::Moved("node.k8s.io/v1", "1.25")),
    row("flowcontrol.apiserver.k8s.io/v1beta1", FLOW, Fate::Changed("flowcontrol.apiserver.k8s.io/v1", "1.26")),
    row("flowcontrol.apiserver.k8s.io/v1beta2", FLOW, Fate::Changed("flowcontrol.apiserver.k8s.io/v1", "1.29")),
    row("flowcontrol.apiserver.k8s.io/v1beta3", FLOW, Fate::Changed("flowcontrol.apiserver.k8s.io/v1", "1.32")),
    row("networking.istio.io/v1alpha3", ISTIO, Fate::Served("networking.istio.io/v1")),
    row("networking.istio.io/v1beta1", ISTIO, Fate::Served("networking.istio.io/v1")),
    row("security.istio.io/v1beta1", ISTIO_SECURITY, Fate::Served("security.istio.io/v1")),
    row("telemetry.istio.io/v1alpha1", &["Telemetry"], Fate::Served("telemetry.istio.io/v1")),
    row("gateway.networking.k8s.io/v1beta1", GATEWAY_API, Fate::Served("gateway.networking.k8s.io/v1")),
];

fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (_, entry) in context.cluster.entries() {
        let meta = &entry.resource.meta;
        let (old, kind) = (meta.api_version.value.as_str(), meta.kind.value.as_str());
        // All versions of the table are of this form, and few objects have one.
        if old.ends_with("v1") || !old.contains("beta") && !old.contains("alpha") {
            continue;
        }
        if let Some(row) = TABLE.iter().find(|it| it.old == old && it.kinds.contains(&kind)) {
            let location = Location { document: entry.document, span: meta.api_version.span };
            found.push(outdated(location, row, kind, context.cluster.settings.kubernetes));
        }
    }
}

fn outdated(location: Location, row: &Row, kind: &str, cluster: (u16, u16)) -> Diagnostic {
    let (severity, message, help) = words(row, kind, cluster);
    let fix = match row.fate {
        Fate::Moved(new, _) | Fate::Served(new) => Some(suggest::use_text(location, new, true)),
        Fate::Changed(new, _) => Some(suggest::use_text(location, new, false)),
        Fate::Gone(_) => None,
    };
    let aliases: &[&str] = if row.old == "extensions/v1beta1" { &["no-extensions-v1beta"] } else { &[] };
    Diagnostic { severity, help: Some(help), fix, aliases, ..LINT.found(location, message) }
}

fn words(row: &Row, kind: &str, cluster: (u16, u16)) -> (Severity, Text, Text) {
    let gone = |since| gone(row.old, kind, since, cluster);
    match row.fate {
        Fate::Moved(new, since) => with(gone(since), same_fields(new)),
        Fate::Changed(new, since) => with(gone(since), changed_fields(new)),
        Fate::Gone(since) => with(gone(since), Text::new("nothing takes its place", "대신할 버전이 없습니다")),
        Fate::Served(new) => {
            let old = row.old;
            let message = Text::new(
                format!("`{old}` of {kind} is served still, but `{new}` is its newest form"),
                format!("{kind}의 `{old}` 버전은 아직 쓸 수 있지만, 최신 버전은 `{new}`입니다"),
            );
            with((Severity::Info, message), same_fields(new))
        }
    }
}

fn with((severity, message): (Severity, Text), help: Text) -> (Severity, Text, Text) {
    (severity, message, help)
}

/// Gone in this cluster, or in one that it will be upgraded to.
fn gone(old: &str, kind: &str, since: &str, cluster: (u16, u16)) -> (Severity, Text) {
    if podpath_cluster::version(since).is_some_and(|it| cluster < it) {
        let message = Text::new(
            format!("`{old}` of {kind} goes with Kubernetes {since}"),
            format!("{kind}의 `{old}` 버전은 Kubernetes {since}에서 없어집니다"),
        );
        return (Severity::Warning, message);
    }
    let message = Text::new(
        format!("`{old}` of {kind} is gone since Kubernetes {since}"),
        format!("{kind}의 `{old}` 버전은 Kubernetes {since}부터 없습니다"),
    );
    (Severity::Error, message)
}

fn same_fields(new: &str) -> Text {
    Text::new(
        format!("`{new}` takes the same fields: only this line changes"),
        format!("`{new}` 버전도 필드가 같습니다. 이 줄만 바꾸면 됩니다"),
    )
}

fn changed_fields(new: &str) -> Text {
    Text::new(
        format!("`{new}` takes other fields: compare them before you apply it"),
        format!("`{new}` 버전은 필드가 다릅니다. 적용하기 전에 비교하세요"),
    )
}
