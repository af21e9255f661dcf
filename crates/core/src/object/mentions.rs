//! Who names whom: the names and selectors of a document that lead to other objects, found by the fields that hold them.

use podpath_objects::{Meta, Reader};
use podpath_source::Span;
use podpath_yaml::{Node, Value};

/// A place that leads to another object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mention {
    pub(crate) target: Target,
    pub(crate) span: Span,
}

/// What a place leads to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// An object by its name; without a namespace one of the same namespace, or of none.
    Named { group: String, kind: String, namespace: Option<String>, name: String },
    /// A Service by the name that a mesh calls it.
    Host(String),
}

const GATEWAY_API: &str = "gateway.networking.k8s.io";
const ISTIO: &str = "networking.istio.io";

/// Trees are not followed deeper than this.
const MAX_DEPTH: usize = 64;

/// The mentions of each object of a document, in source order.
pub(crate) fn of_document(text: &str) -> Vec<Vec<Mention>> {
    let document = podpath_yaml::parse(text);
    let nodes = document.root.as_ref().map(podpath_objects::nodes).unwrap_or_default();
    nodes.into_iter().filter_map(of_object).collect()
}

/// The mentions of one object; nothing without a kind is an object.
fn of_object(node: &Node) -> Option<Vec<Mention>> {
    let owner = node.get("kind").and_then(Node::as_text)?;
    let mut found = Vec::new();
    walk(node, "", owner, 0, &mut found);
    Some(found)
}

fn walk(node: &Node, key: &str, owner: &str, depth: usize, found: &mut Vec<Mention>) {
    if depth > MAX_DEPTH {
        return;
    }
    match &node.value {
        Value::Map(map) => {
            found.extend(of_map(Reader::new(node), key, owner));
            map.entries.iter().for_each(|it| walk(&it.value, &it.key.text, owner, depth + 1, found));
        }
        Value::List(items) => items.iter().for_each(|it| walk(it, key, owner, depth + 1, found)),
        Value::Text(text) => {
            let target = of_text(text, key, owner).filter(|_| !text.is_empty());
            found.extend(target.map(|target| Mention { target, span: node.span }));
        }
        _ => {}
    }
}

/// A map that names an object, told by the key it stands under.
fn of_map(map: Reader<'_>, key: &str, owner: &str) -> Option<Mention> {
    let named = |group: &str, kind: &str| reference(map, group, kind);
    match (key, owner) {
        ("configMapKeyRef" | "configMapRef" | "configMap" | "caCertificateRefs", _) => named("", "ConfigMap"),
        ("secretKeyRef" | "secretRef" | "imagePullSecrets" | "certificateRefs" | "clientCertificateRef", _) => {
            named("", "Secret")
        }
        ("parentRefs", _) | ("parentRef", "ListenerSet" | "XListenerSet") => named(GATEWAY_API, "Gateway"),
        ("backendRefs" | "backendRef", _)
        | ("service", "Ingress")
        | ("targetRefs", "BackendTLSPolicy")
        | ("serviceRef", "TargetGroupBinding") => named("", "Service"),
        ("delegate", "VirtualService") => named(ISTIO, "VirtualService"),
        (
            "scaleTargetRef" | "targetRef" | "targetRefs" | "roleRef" | "subjects" | "parametersRef" | "parameters",
            _,
        ) => named("", ""),
        ("destination" | "mirror", "VirtualService") => {
            let host = map.get("host").text()?;
            Some(Mention { target: Target::Host(host.value), span: host.span })
        }
        _ => None,
    }
}

/// `name`, and what stands beside it: `namespace`, `kind`, and the group under one of its three names.
fn reference(map: Reader<'_>, group: &str, kind: &str) -> Option<Mention> {
    let text = |key: &str| map.get(key).text().map(|it| it.value);
    let name = map.get("name").text().filter(|it| !it.value.is_empty())?;
    let kind = text("kind").unwrap_or_else(|| kind.to_owned());
    let of_version = || text("apiVersion").map(|it| podpath_objects::group_of(&it, &kind).to_owned());
    let group = text("group").or_else(|| text("apiGroup")).or_else(of_version).unwrap_or_else(|| group.to_owned());
    if kind.is_empty() {
        return None;
    }
    let target = Target::Named { group, kind, namespace: text("namespace"), name: name.value };
    Some(Mention { target, span: name.span })
}

/// A name that stands alone, told by its key.
fn of_text(text: &str, key: &str, owner: &str) -> Option<Target> {
    let (group, kind) = match (key, owner) {
        ("secretName" | "credentialName", _) => ("", "Secret"),
        ("claimName", _) => ("", "PersistentVolumeClaim"),
        ("serviceAccountName", _) => ("", "ServiceAccount"),
        ("serviceName", "StatefulSet") | ("kubernetes.io/service-name", "EndpointSlice") => ("", "Service"),
        ("ingressClassName", _) => ("networking.k8s.io", "IngressClass"),
        ("gatewayClassName", _) => (GATEWAY_API, "GatewayClass"),
        ("storageClassName", _) => ("storage.k8s.io", "StorageClass"),
        ("host", "DestinationRule") => return Some(Target::Host(text.to_owned())),
        ("gateways", "VirtualService") if text != "mesh" => (ISTIO, "Gateway"),
        _ => return None,
    };
    let (namespace, name) = match text.split_once('/') {
        Some((namespace, name)) if kind == "Gateway" => (Some(namespace.to_owned()), name),
        _ => (None, text),
    };
    Some(Target::Named { group: group.into(), kind: kind.into(), namespace, name: name.into() })
}

impl Target {
    /// The object of this name in a namespace; the mention stands in `from`.
    pub(crate) fn names(&self, meta: &Meta, namespace: &str, from: &str) -> bool {
        match self {
            Self::Named { group, kind, namespace: wanted, name } => {
                let space = wanted.as_deref().unwrap_or(from);
                meta.name() == name
                    && meta.kind.value == *kind
                    && meta.group() == group
                    && (namespace.is_empty() || namespace == space)
            }
            Self::Host(_) => false,
        }
    }
}
