//! The template of Pods: labels, containers, where they may run and what they need.

use podpath_source::{Span, Spanned};

use crate::meta::{Labels, Selector, SelectorTerm};
use crate::reader::{PortRef, Reader};

/// Labels and containers of Pods.
#[derive(Clone, Debug, PartialEq)]
pub struct PodTemplate {
    /// What selectors look at.
    pub labels: Labels,
    /// `metadata.annotations` of the template.
    pub annotations: Labels,
    /// Containers, then init containers that stay (restartPolicy Always).
    pub containers: Vec<Container>,
    /// `spec.hostNetwork`
    pub host_network: bool,
    /// `spec.serviceAccountName`
    pub service_account: Option<Spanned<String>>,
    /// `spec.readinessGates[].conditionType`
    pub readiness_gates: Vec<String>,
    /// Where the Pods may run.
    pub placement: Placement,
    /// The objects that they need: kind, name, and whether they start without it.
    pub uses: Vec<Use>,
    /// The whole template.
    pub span: Span,
}

impl PodTemplate {
    pub(super) fn read(reader: Reader<'_>, labels: Labels) -> Self {
        let spec = reader.get("spec");
        // The proxy of Istio stays, too; nobody writes it there for another reason.
        let is = |it: &Reader<'_>, key: &str, value: &str| it.get(key).text().is_some_and(|it| it.value == value);
        let stays = |it: &Reader<'_>| is(it, "restartPolicy", "Always") || is(it, "name", "istio-proxy");
        let sidecars = spec.get("initContainers").items().filter(stays);
        Self {
            labels,
            annotations: reader.get("metadata").get("annotations").labels(),
            containers: spec.get("containers").items().chain(sidecars).map(Container::read).collect(),
            host_network: spec.get("hostNetwork").is_true(),
            service_account: [spec.get("serviceAccountName"), spec.get("serviceAccount")]
                .into_iter()
                .find_map(Reader::text),
            readiness_gates: spec.get("readinessGates").list(|it| it.get("conditionType").scalar().unwrap_or_default()),
            placement: Placement::read(spec),
            uses: uses(spec),
            span: reader.span(),
        }
    }

    /// The container port of this name and protocol: a Service's named `targetPort` asks for it.
    pub fn named_port(&self, name: &str, protocol: &str) -> Option<&ContainerPort> {
        let fits =
            |it: &&ContainerPort| it.protocol == protocol && it.name.as_ref().is_some_and(|known| known.value == name);
        self.ports().find(fits)
    }

    /// All container ports.
    pub fn ports(&self) -> impl Iterator<Item = &ContainerPort> {
        self.containers.iter().flat_map(|it| &it.ports)
    }
}

/// The field of a Node that `matchFields` knows.
pub const NODE_NAME: &str = "metadata.name";

/// Where Pods may run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Placement {
    /// `spec.nodeName`
    pub node_name: Option<Spanned<String>>,
    /// `spec.nodeSelector`
    pub selector: Labels,
    /// The required terms of `spec.affinity.nodeAffinity`, one of which must hold; none is every Node. What `matchFields` asks
    /// has the key `NODE_NAME`, the only field.
    pub terms: Vec<Selector>,
    /// Labels that Nodes must have, whatever their values: the `topologyKey` of constraints with `DoNotSchedule`, and of
    /// required terms of `podAffinity`.
    pub topologies: Vec<Spanned<String>>,
    /// `spec.tolerations`
    pub tolerations: Vec<Toleration>,
}

/// An entry of `spec.tolerations`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toleration {
    /// Empty is every key.
    pub key: String,
    /// `Exists`; else the value must be equal.
    pub exists: bool,
    /// `value`
    pub value: String,
    /// Empty is every effect.
    pub effect: String,
    /// The whole entry.
    pub span: Span,
}

/// An object that Pods need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// `ConfigMap`, `Secret`, `PersistentVolumeClaim`
    pub kind: &'static str,
    /// Its name.
    pub name: Spanned<String>,
}

impl Placement {
    fn read(spec: Reader<'_>) -> Self {
        let required =
            |kind: &str| spec.get("affinity").get(kind).get("requiredDuringSchedulingIgnoredDuringExecution");
        let term = |it: Reader<'_>| {
            let mut term = Selector::read(it);
            term.terms.extend(it.get("matchFields").list(SelectorTerm::read));
            term
        };
        let spread = spec.get("topologySpreadConstraints").items();
        let hard = spread.filter(|it| it.get("whenUnsatisfiable").text().is_none_or(|it| it.value == "DoNotSchedule"));
        let topologies = hard.chain(required("podAffinity").items()).filter_map(|it| it.get("topologyKey").text());
        let text = |it: Reader<'_>, key: &str| it.get(key).text().map(|it| it.value).unwrap_or_default();
        let toleration = |it: Reader<'_>| Toleration {
            key: text(it, "key"),
            exists: text(it, "operator") == "Exists",
            value: text(it, "value"),
            effect: text(it, "effect"),
            span: it.span(),
        };
        Self {
            node_name: spec.get("nodeName").text(),
            selector: spec.get("nodeSelector").labels(),
            terms: required("nodeAffinity").get("nodeSelectorTerms").list(term),
            topologies: topologies.collect(),
            tolerations: spec.get("tolerations").list(toleration),
        }
    }
}

/// What volumes, environments and pull secrets name, each once, in source order.
fn uses(spec: Reader<'_>) -> Vec<Use> {
    let mut found: Vec<Use> = Vec::new();
    let mut add = |kind: &'static str, name: Option<Spanned<String>>| {
        let Some(name) = name.filter(|it| !it.value.is_empty()) else { return };
        if !found.iter().any(|it| it.kind == kind && it.name.value == name.value) {
            found.push(Use { kind, name });
        }
    };
    for volume in spec.get("volumes").items() {
        add("ConfigMap", volume.get("configMap").get("name").text());
        add("Secret", volume.get("secret").get("secretName").text());
        add("PersistentVolumeClaim", volume.get("persistentVolumeClaim").get("claimName").text());
        for source in volume.get("projected").get("sources").items() {
            add("ConfigMap", source.get("configMap").get("name").text());
            add("Secret", source.get("secret").get("name").text());
        }
    }
    for container in spec.get("initContainers").items().chain(spec.get("containers").items()) {
        for source in container.get("envFrom").items() {
            add("ConfigMap", source.get("configMapRef").get("name").text());
            add("Secret", source.get("secretRef").get("name").text());
        }
        for variable in container.get("env").items().map(|it| it.get("valueFrom")) {
            add("ConfigMap", variable.get("configMapKeyRef").get("name").text());
            add("Secret", variable.get("secretKeyRef").get("name").text());
        }
    }
    for secret in spec.get("imagePullSecrets").items() {
        add("Secret", secret.get("name").text());
    }
    found
}

/// A container.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    /// `name`
    pub name: Option<Spanned<String>>,
    /// `image`
    pub image: Option<Spanned<String>>,
    /// `BLOCKED_CIDRS_IN_JWKS_URIS` of its environment has a value: Istio's control plane does not ask there for keys.
    pub blocks_jwks: bool,
    /// `ports`
    pub ports: Vec<ContainerPort>,
    /// The port that the readiness probe asks.
    pub readiness_port: Option<Spanned<PortRef>>,
    /// The whole container.
    pub span: Span,
}

/// An entry of `containers[].ports`.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerPort {
    /// `name`
    pub name: Option<Spanned<String>>,
    /// `containerPort`
    pub port: Option<Spanned<u16>>,
    /// `TCP` unless told.
    pub protocol: String,
}

impl Container {
    /// The named port of its readiness probe that none of its own ports has: the kubelet cannot ask it, so the container is
    /// never ready.
    pub fn unanswerable_probe(&self) -> Option<&Spanned<PortRef>> {
        let named = self.readiness_port.as_ref()?;
        let PortRef::Name(name) = &named.value else { return None };
        let declares = |it: &ContainerPort| it.name.as_ref().is_some_and(|it| it.value == *name);
        (!self.ports.iter().any(declares)).then_some(named)
    }

    fn read(reader: Reader<'_>) -> Self {
        let probe = reader.get("readinessProbe");
        let ports = ["httpGet", "tcpSocket", "grpc"].into_iter().map(|it| probe.get(it).get("port").port_ref());
        let is_blocking = |it: Reader<'_>| {
            let is_meant = it.get("name").text().is_some_and(|it| it.value == "BLOCKED_CIDRS_IN_JWKS_URIS");
            is_meant && it.get("value").text().is_some_and(|it| !it.value.is_empty())
        };
        Self {
            name: reader.get("name").text(),
            image: reader.get("image").text(),
            blocks_jwks: reader.get("env").items().any(is_blocking),
            ports: reader.get("ports").list(ContainerPort::read),
            readiness_port: ports.flatten().next(),
            span: reader.span(),
        }
    }
}

impl ContainerPort {
    fn read(reader: Reader<'_>) -> Self {
        Self {
            name: reader.get("name").text(),
            port: reader.get("containerPort").port(),
            protocol: reader.get("protocol").text().map_or_else(|| "TCP".into(), |it| it.value),
        }
    }
}
