//! Which fields name other objects: one table, and how each row finds what it names.

use podpath_cluster::{Cluster, Entry, ResourceId};
use podpath_objects::{DestinationRule, Gateway, Labels, Object, Service, ServiceEntry};
use podpath_source::Span;
use podpath_yaml::{Node, Value};

use super::Goal;

/// What a field names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// An object of one of these kinds, in the namespace beside it, else in its own.
    Named(&'static [&'static str]),
    /// A host of the mesh: `web`, `web.shop`, `web.shop.svc.cluster.local`.
    Host,
    /// `name` or `namespace/name` of an Istio Gateway.
    IstioGateway,
    /// A subset of the host beside it.
    Subset,
    /// A port of the Service or host beside it, or around it.
    Port,
    /// A listener of the Gateway beside it.
    Listener,
    /// A label of Pods.
    Label,
    /// A namespace.
    Namespace,
}

const SERVICE: Target = Target::Named(&["Service"]);
const SECRET: Target = Target::Named(&["Secret"]);
const CONFIG_MAP: Target = Target::Named(&["ConfigMap"]);

/// Kind (`*`: any), the end of the path without indices, and what stands there.
const LINKS: &[(&str, &str, Target)] = &[
    ("Ingress", "backend.service.name", SERVICE),
    ("Ingress", "defaultBackend.service.name", SERVICE),
    ("Ingress", "service.port.number", Target::Port),
    ("Ingress", "service.port.name", Target::Port),
    ("Ingress", "spec.ingressClassName", Target::Named(&["IngressClass"])),
    ("Ingress", "tls.secretName", SECRET),
    ("IngressClass", "spec.parameters.name", Target::Named(&["IngressClassParams"])),
    ("TargetGroupBinding", "serviceRef.name", SERVICE),
    ("TargetGroupBinding", "serviceRef.port", Target::Port),
    ("*", "backendRefs.name", SERVICE),
    ("*", "backendRef.name", SERVICE),
    ("*", "backendRefs.port", Target::Port),
    ("*", "backendRef.port", Target::Port),
    ("*", "parentRefs.name", Target::Named(&["Gateway"])),
    ("*", "parentRefs.sectionName", Target::Listener),
    ("Gateway", "spec.gatewayClassName", Target::Named(&["GatewayClass"])),
    ("Gateway", "certificateRefs.name", SECRET),
    ("Gateway", "tls.credentialName", SECRET),
    ("VirtualService", "destination.host", Target::Host),
    ("VirtualService", "mirror.host", Target::Host),
    ("VirtualService", "destination.subset", Target::Subset),
    ("VirtualService", "mirror.subset", Target::Subset),
    ("VirtualService", "destination.port.number", Target::Port),
    ("VirtualService", "gateways", Target::IstioGateway),
    ("VirtualService", "delegate.name", Target::Named(&["VirtualService"])),
    ("DestinationRule", "spec.host", Target::Host),
    ("StatefulSet", "spec.serviceName", SERVICE),
    ("*", "configMapRef.name", CONFIG_MAP),
    ("*", "configMapKeyRef.name", CONFIG_MAP),
    ("*", "configMap.name", CONFIG_MAP),
    ("*", "secretRef.name", SECRET),
    ("*", "secretKeyRef.name", SECRET),
    ("*", "secret.secretName", SECRET),
    ("*", "imagePullSecrets.name", SECRET),
    ("*", "serviceAccountName", Target::Named(&["ServiceAccount"])),
    ("*", "persistentVolumeClaim.claimName", Target::Named(&["PersistentVolumeClaim"])),
    ("*", "scaleTargetRef.name", Target::Named(&["Deployment", "StatefulSet", "ReplicaSet"])),
    ("Service", "spec.selector.*", Target::Label),
    ("Gateway", "spec.selector.*", Target::Label),
    ("NetworkPolicy", "spec.podSelector.matchLabels.*", Target::Label),
    ("AuthorizationPolicy", "spec.selector.matchLabels.*", Target::Label),
    ("PeerAuthentication", "spec.selector.matchLabels.*", Target::Label),
    ("*", "metadata.namespace", Target::Namespace),
    ("*", "Refs.namespace", Target::Namespace),
];

/// What the field at a path names.
pub(super) fn target(kind: &str, path: &str) -> Option<Target> {
    let ends = |end: &str| match end.strip_suffix(".*") {
        Some(end) => path.rsplit_once('.').is_some_and(|it| it.0 == end),
        None => path.strip_suffix(end).is_some_and(|it| it.is_empty() || it.ends_with('.') || end.starts_with("Refs")),
    };
    LINKS.iter().find(|it| (it.0 == "*" || it.0 == kind) && ends(it.1)).map(|it| it.2)
}

/// A value of an object that holds nothing more.
pub(super) struct Leaf<'a> {
    /// Keys joined by dots, without indices.
    pub(super) path: &'a str,
    pub(super) span: Span,
    pub(super) text: String,
    /// The maps around it, the innermost last.
    maps: &'a [&'a Node],
}

/// Deeper than this no field names anything.
const MOST_DEPTH: usize = 40;

/// Calls `see` for each leaf, in source order.
pub(super) fn leaves(object: &Node, see: &mut dyn FnMut(&Leaf<'_>)) {
    walk(object, &mut String::new(), &mut Vec::new(), see);
}

fn walk<'a>(node: &'a Node, path: &mut String, maps: &mut Vec<&'a Node>, see: &mut dyn FnMut(&Leaf<'_>)) {
    if maps.len() > MOST_DEPTH {
        return;
    }
    let text = match &node.value {
        Value::Map(map) => {
            maps.push(node);
            for entry in &map.entries {
                let length = path.len();
                if length > 0 {
                    path.push('.');
                }
                path.push_str(&entry.key.text);
                walk(&entry.value, path, maps, see);
                path.truncate(length);
            }
            maps.pop();
            return;
        }
        Value::List(items) => return items.iter().take(10_000).for_each(|it| walk(it, path, maps, see)),
        Value::Text(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        _ => return,
    };
    see(&Leaf { path, span: node.span, text, maps });
}

/// A leaf that names something.
pub(super) struct Link {
    target: Target,
}

impl Link {
    pub(super) fn of(object: &Node, leaf: &Leaf<'_>) -> Option<Self> {
        let kind = object.get("kind").and_then(Node::as_text)?;
        Some(Self { target: target(kind, leaf.path)? })
    }

    /// What the leaf means, for an object of that namespace.
    pub(super) fn resolve(&self, cluster: &Cluster, namespace: &str, leaf: &Leaf<'_>) -> Vec<Goal> {
        let beside = |key: &str| {
            let mut near = leaf.maps.iter().rev().take(2);
            near.find_map(|it| it.get(key)?.as_text().map(str::to_owned))
        };
        resolve(cluster, self.target, namespace, &leaf.text, last_key(leaf.path), &beside)
    }
}

fn last_key(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// What a text means as such a target; `beside` gives the texts of keys near it.
pub(super) fn resolve(
    cluster: &Cluster,
    target: Target,
    namespace: &str,
    text: &str,
    key: &str,
    beside: &dyn Fn(&str) -> Option<String>,
) -> Vec<Goal> {
    let space = beside("namespace").unwrap_or_else(|| namespace.to_owned());
    let services = || match beside("host") {
        Some(host) => by_host(cluster, &host, namespace),
        None => beside("name").map_or_else(Vec::new, |name| named(cluster, &["Service"], &space, &name)),
    };
    match target {
        Target::Named(kinds) => named(cluster, kinds, &space, text),
        Target::Host => by_host(cluster, text, namespace),
        Target::IstioGateway => {
            let (space, name) = text.split_once('/').unwrap_or((namespace, text));
            let space = if space == "." { namespace } else { space };
            let goals = named(cluster, &["Gateway"], space, name).into_iter();
            goals.filter(|it| cluster.get::<podpath_objects::IstioGateway>(it.id).is_some()).collect()
        }
        Target::Subset => subsets(cluster, beside("host").unwrap_or_default().as_str(), namespace, text),
        Target::Port => services().into_iter().filter_map(|it| port(cluster, it.id, text)).collect(),
        Target::Listener => {
            let gateways = named(cluster, &["Gateway"], &space, &beside("name").unwrap_or_default());
            gateways.into_iter().filter_map(|it| listener(cluster, it.id, text)).collect()
        }
        Target::Label => {
            let labels: Labels = [(key, text)].into_iter().collect();
            let goal = |id: ResourceId| Some(Goal { id, span: cluster.entry(id)?.resource.meta.name_span() });
            cluster.select_pods(namespace, &labels).iter().filter_map(|it| goal(it.id)).collect()
        }
        Target::Namespace => named(cluster, &["Namespace"], "", text),
    }
}

fn named(cluster: &Cluster, kinds: &[&str], namespace: &str, name: &str) -> Vec<Goal> {
    let fits = |entry: &Entry| {
        let meta = &entry.resource.meta;
        let in_namespace = entry.namespace.is_empty() || entry.namespace == namespace;
        meta.name() == name && in_namespace && kinds.contains(&meta.kind.value.as_str())
    };
    let found = cluster.entries().filter(|it| fits(it.1));
    found.map(|(id, entry)| Goal { id, span: entry.resource.meta.name_span() }).collect()
}

fn by_host(cluster: &Cluster, host: &str, namespace: &str) -> Vec<Goal> {
    let (name, rest) = host.split_once('.').unwrap_or((host, ""));
    let space = rest.split('.').next().filter(|it| !it.is_empty()).unwrap_or(namespace);
    let services = named(cluster, &["Service"], space, name);
    if !services.is_empty() {
        return services;
    }
    let holds = |it: &podpath_cluster::Found<'_, ServiceEntry>| it.object.hosts.iter().any(|it| it.value == host);
    let entries = cluster.all::<ServiceEntry>().filter(holds);
    entries.map(|it| Goal { id: it.id, span: it.entry.resource.meta.name_span() }).collect()
}

fn subsets(cluster: &Cluster, host: &str, namespace: &str, name: &str) -> Vec<Goal> {
    let wanted = by_host(cluster, host, namespace);
    let is_of_host = |it: &podpath_cluster::Found<'_, DestinationRule>| {
        let own = it.object.host.as_ref().map(|host| by_host(cluster, &host.value, it.namespace()));
        own.is_some_and(|own| own == wanted && !own.is_empty())
    };
    let rules = cluster.all::<DestinationRule>().filter(is_of_host);
    let subset = |rule: podpath_cluster::Found<'_, DestinationRule>| {
        let found = rule.object.subsets.iter().find(|it| it.name.value == name);
        found.map(|it| Goal { id: rule.id, span: it.name.span })
    };
    rules.filter_map(subset).collect()
}

fn port(cluster: &Cluster, service: ResourceId, text: &str) -> Option<Goal> {
    let found = cluster.get::<Service>(service)?;
    let is_port = |it: &&podpath_objects::ServicePort| {
        it.port.value.to_string() == text || it.name.as_ref().is_some_and(|it| it.value == text)
    };
    let port = found.object.ports.iter().find(is_port)?;
    Some(Goal { id: service, span: port.port.span })
}

fn listener(cluster: &Cluster, gateway: ResourceId, name: &str) -> Option<Goal> {
    let found = cluster.get::<Gateway>(gateway)?;
    let listener = found.object.listeners.iter().find(|it| it.name.value == name)?;
    Some(Goal { id: gateway, span: listener.name.span })
}

/// Texts of which one stands wherever the object is named.
pub(super) fn words_for(cluster: &Cluster, id: ResourceId) -> Vec<String> {
    let Some(entry) = cluster.entry(id) else { return vec![] };
    let labels = cluster.pod_source(id).map(|it| &it.template.labels);
    let mut words: Vec<String> = labels.into_iter().flat_map(|it| it.iter().map(|it| it.1.to_owned())).collect();
    words.push(entry.resource.meta.name().to_owned());
    if let Object::ServiceEntry(it) = &entry.resource.object {
        words.extend(it.hosts.iter().map(|it| it.value.clone()));
    }
    words.retain(|it| !it.is_empty());
    words
}
