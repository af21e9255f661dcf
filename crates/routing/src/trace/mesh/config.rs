//! What the mesh is set to: the ConfigMap `istio` of its root namespace, and that of the injector.

use std::borrow::Cow;

use podpath_cluster::Cluster;
use podpath_objects::{ConfigMap, GATEWAY_NAME, Gateway, Labels, Reader, Selector};

use super::path::PathForm;
use super::source::text;

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
    /// Name of each of `extensionProviders` that answers to CUSTOM; none where nothing is told of the mesh.
    providers: Option<Vec<(String, Provider)>>,
}

/// What an external service may be asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Provider {
    /// `envoyExtAuthzHttp`: requests.
    Requests,
    /// `envoyExtAuthzGrpc`: connections, too.
    All,
    /// Nobody of this name is told to the mesh.
    Missing,
    /// The mesh configuration is not here.
    Unknown,
}

impl Mesh {
    /// As the ConfigMap says; what it does not say is Istio's default.
    pub(in crate::trace) fn of(cluster: &Cluster) -> Self {
        let is_told = cluster.find::<ConfigMap>(&cluster.settings.mesh_root_namespace, "istio").is_some();
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
                providers: is_told
                    .then(|| reader.get("extensionProviders").items().filter_map(Provider::read).collect()),
            }
        })
    }
}

impl Provider {
    fn read(reader: Reader<'_>) -> Option<(String, Self)> {
        let name = reader.get("name").text()?.value;
        if reader.get("envoyExtAuthzGrpc").exists() {
            return Some((name, Self::All));
        }
        reader.get("envoyExtAuthzHttp").exists().then_some((name, Self::Requests))
    }
}

impl Mesh {
    /// Whom a policy of CUSTOM asks.
    pub(super) fn provider(&self, name: &str) -> Provider {
        let Some(known) = &self.providers else { return Provider::Unknown };
        known.iter().find(|(it, _)| it == name).map_or(Provider::Missing, |(_, it)| *it)
    }

    /// A principal of a policy as it is compared with those of this mesh. One of the whole form `DOMAIN/ns/NAMESPACE/sa/ACCOUNT`
    /// is moved to the trust domain of the mesh where it is of that one, of an alias, or of `cluster.local`, which stands for
    /// both; a domain `*`, or one that ends as that of the mesh does, fits as it is (istio `pilot/pkg/security/trustdomain`,
    /// `ReplaceTrustDomainAliases`).
    pub(super) fn spelled<'a>(&self, principal: &'a str) -> Cow<'a, str> {
        let as_it_is = Cow::Borrowed(principal);
        let Some((domain, rest)) = principal.split_once('/').filter(|(_, rest)| rest.split('/').count() == 4) else {
            return as_it_is;
        };
        let ends_so = domain.strip_prefix('*').is_some_and(|it| self.trust_domain.ends_with(it));
        let mut known = std::iter::once(&self.trust_domain).chain(&self.aliases);
        let is_own = domain == "cluster.local" || known.any(|it| text(domain, it) || text(it, domain));
        if is_own && !ends_so { Cow::Owned(format!("{}/{rest}", self.trust_domain)) } else { as_it_is }
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

/// The annotation that sets a proxy.
const PROXY_CONFIG: &str = "proxy.istio.io/config";

/// How many proxies before the gateway of some Pods are trusted: `gatewayTopology.numTrustedProxies` of the Pods' annotation
/// `proxy.istio.io/config`, else of the mesh's `defaultConfig`; none unless told. The Pods that istiod makes for a Gateway have
/// the annotations that the Gateway tells.
pub(crate) fn trusted_proxies(cluster: &Cluster, namespace: &str, labels: &Labels) -> usize {
    let told = |config: Reader<'_>| {
        let hops = config.get("gatewayTopology").get("numTrustedProxies").int();
        hops.and_then(|it| usize::try_from(it.value).ok())
    };
    let pods = cluster.select_pods(namespace, labels);
    let written = match pods.as_slice() {
        [] => of_made_pods(cluster, namespace, labels),
        pods => pods.iter().find_map(|it| it.template.annotations.get(PROXY_CONFIG)),
    };
    let of_mesh = || with_yaml(cluster, "istio", "mesh", |mesh| told(mesh.get("defaultConfig")));
    written.and_then(|text| parsed(text, told)).or_else(of_mesh).unwrap_or(0)
}

/// The same annotation of the Pods that istiod makes for a Gateway and that are not here: of `spec.infrastructure.annotations`
/// where there are any, else of the Gateway itself (istio `deploymentcontroller.go`, `extractInfrastructureMetadata`).
fn of_made_pods<'a>(cluster: &'a Cluster, namespace: &str, labels: &Labels) -> Option<&'a str> {
    let gateway = cluster.find::<Gateway>(namespace, labels.get(GATEWAY_NAME)?)?;
    let told = &gateway.object.infrastructure_annotations;
    if told.is_empty() { gateway.entry.resource.meta.annotation(PROXY_CONFIG) } else { told.get(PROXY_CONFIG) }
}

/// Reads YAML that stands in a ConfigMap of the root namespace; nothing is there where the ConfigMap is not.
pub fn with_yaml<T>(cluster: &Cluster, name: &str, key: &str, read: impl Fn(Reader<'_>) -> T) -> T {
    let found = cluster.find::<ConfigMap>(&cluster.settings.mesh_root_namespace, name);
    match found.and_then(|it| it.object.data.get(key)) {
        Some(text) => parsed(text, read),
        None => read(Reader::missing()),
    }
}

fn parsed<T>(text: &str, read: impl Fn(Reader<'_>) -> T) -> T {
    let document = podpath_yaml::parse(text);
    read(document.root.as_ref().map_or_else(Reader::missing, Reader::new))
}
