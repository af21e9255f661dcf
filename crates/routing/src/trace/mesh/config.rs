//! What the mesh is set to: the ConfigMap `istio` of its root namespace, and that of the injector.

use podpath_cluster::Cluster;
use podpath_objects::{ConfigMap, Labels, Reader, Selector};

use super::path::PathForm;

/// Settings of the mesh that change the way of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::trace) struct Mesh {
    /// `trustDomain`
    pub(in crate::trace) trust_domain: String,
    /// `trustDomainAliases`
    pub(in crate::trace) aliases: Vec<String>,
    /// `outboundTrafficPolicy.mode: REGISTRY_ONLY`
    pub(in crate::trace) registry_only: bool,
    /// `enableAutoMtls`
    pub(in crate::trace) auto_mtls: bool,
    /// `pathNormalization.normalization`
    pub(in crate::trace) path_form: PathForm,
}

impl Mesh {
    /// As the ConfigMap says; what it does not say is Istio's default.
    pub(in crate::trace) fn of(cluster: &Cluster) -> Self {
        with_yaml(cluster, "istio", "mesh", |reader| {
            let text = |it: Reader<'_>| it.text().map(|it| it.value);
            Self {
                trust_domain: text(reader.get("trustDomain")).unwrap_or_else(|| "cluster.local".into()),
                aliases: reader.get("trustDomainAliases").texts().into_iter().map(|it| it.value).collect(),
                registry_only: text(reader.get("outboundTrafficPolicy").get("mode")).as_deref()
                    == Some("REGISTRY_ONLY"),
                auto_mtls: !reader.get("enableAutoMtls").exists() || reader.get("enableAutoMtls").is_true(),
                path_form: PathForm::parse(
                    &text(reader.get("pathNormalization").get("normalization")).unwrap_or_default(),
                ),
            }
        })
    }
}

/// What the injector does with Pods that its webhook sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Injector {
    /// `policy`; `enabled` unless told.
    policy: String,
    never: Vec<Selector>,
    always: Vec<Selector>,
    /// `sidecarInjectorWebhook.enableNamespacesByDefault` of its values: one of its webhooks takes what says nothing.
    pub(super) takes_silent: bool,
}

const INJECTOR: &str = "istio-sidecar-injector";

impl Injector {
    pub(super) fn of(cluster: &Cluster) -> Self {
        let takes_silent = with_yaml(cluster, INJECTOR, "values", |reader| {
            reader.get("sidecarInjectorWebhook").get("enableNamespacesByDefault").is_true()
        });
        with_yaml(cluster, INJECTOR, "config", |reader| {
            let selectors = |key: &str| reader.get(key).items().filter_map(Reader::selector).collect();
            Self {
                policy: reader.get("policy").text().map_or_else(|| "enabled".into(), |it| it.value),
                never: selectors("neverInjectSelector"),
                always: selectors("alwaysInjectSelector"),
                takes_silent,
            }
        })
    }

    /// Whether it injects, and what decided: what the Pod asks for, else its selectors, else its policy (istio
    /// `pkg/kube/inject/inject.go`).
    pub(super) fn injects(&self, asked: Option<bool>, labels: &Labels) -> (bool, &'static str) {
        let is_empty = |it: &Selector| it.labels.is_empty() && it.terms.is_empty();
        let any = |list: &[Selector]| list.iter().any(|it| !is_empty(it) && it.matches(labels));
        let (wanted, reason) = match asked {
            Some(_) => (asked, "asked"),
            None if any(&self.never) => (Some(false), "never-inject-selector"),
            None if any(&self.always) => (Some(true), "always-inject-selector"),
            None => (None, "injector-policy"),
        };
        match self.policy.as_str() {
            "enabled" => (wanted.unwrap_or(true), reason),
            "disabled" => (wanted.unwrap_or(false), reason),
            _ => (false, "injector-policy"),
        }
    }
}

/// How many proxies before the gateway of some Pods are trusted: `gatewayTopology.numTrustedProxies` of the Pods' annotation
/// `proxy.istio.io/config`, else of the mesh's `defaultConfig`; none unless told.
pub(crate) fn trusted_proxies(cluster: &Cluster, namespace: &str, labels: &Labels) -> usize {
    let told = |config: Reader<'_>| {
        let hops = config.get("gatewayTopology").get("numTrustedProxies").int();
        hops.and_then(|it| usize::try_from(it.value).ok())
    };
    let pods = cluster.select_pods(namespace, labels);
    let written = pods.iter().find_map(|it| it.template.annotations.get("proxy.istio.io/config"));
    let of_mesh = || with_yaml(cluster, "istio", "mesh", |mesh| told(mesh.get("defaultConfig")));
    written.and_then(|text| parsed(text, told)).or_else(of_mesh).unwrap_or(0)
}

/// Reads YAML that stands in a ConfigMap of the root namespace; nothing is there where the ConfigMap is not.
pub fn with_yaml<T>(cluster: &Cluster, name: &str, key: &str, read: impl Fn(Reader<'_>) -> T) -> T {
    let found = cluster.find::<ConfigMap>(&cluster.settings.mesh_root_namespace, name);
    parsed(found.and_then(|it| it.object.data.get(key)).unwrap_or("{}"), read)
}

fn parsed<T>(text: &str, read: impl Fn(Reader<'_>) -> T) -> T {
    let empty = podpath_yaml::parse("{}");
    let document = podpath_yaml::parse(text);
    match document.root.as_ref().or(empty.root.as_ref()) {
        Some(root) => read(Reader::new(root)),
        None => read(Reader::missing()),
    }
}
