//! Whether Pods have a sidecar: the labels of the namespace and of the Pod, then the injector.
//!
//! Source: istio `manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml`, `pkg/kube/inject`.

use std::cell::OnceCell;

use podpath_cluster::{Cluster, Found, PodSource, ResourceId};
use podpath_objects::{ConfigMap, Container, Labels, Namespace, PodTemplate, Workload};
use podpath_source::{Location, Text};

use super::config::Injector;
use super::words::inject as words;

/// Whether Pods have a sidecar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Injected {
    /// They have.
    Yes,
    /// They have not.
    No,
    /// Their namespace is not here, and the Pod does not say it.
    Unknown,
}

/// Whether Pods have a sidecar, and what decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Sidecar {
    /// The answer.
    pub injected: Injected,
    /// The revision of the mesh that injects it; none where none does, or where the manifest brings the proxy itself.
    pub revision: Option<String>,
    /// Stable kebab-case code of what decided.
    pub reason: &'static str,
    /// The same in a sentence.
    pub text: Text,
    /// The label, annotation or field that decided, with its object.
    pub by: Option<(ResourceId, Location)>,
}

/// An annotation with ports of a sidecar names this one.
pub(in crate::trace) fn lists_port(ports: &str, port: u16) -> bool {
    ports.split(',').any(|it| it.trim() == port.to_string())
}

const INJECT: &str = "sidecar.istio.io/inject";
const INJECTION: &str = "istio-injection";
const REVISION: &str = "istio.io/rev";

/// Namespaces of the system, into which nothing is injected.
pub const IGNORED: &[&str] = &["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];

/// What injects sidecars into the Pods of a cluster. The injector's ConfigMap is long, so it is read once, for the first Pod
/// that needs it.
#[derive(Debug)]
pub struct Injection<'a> {
    cluster: &'a Cluster,
    injector: OnceCell<Injector>,
}

impl<'a> Injection<'a> {
    /// Of a cluster; nothing is read yet.
    pub fn new(cluster: &'a Cluster) -> Self {
        Self { cluster, injector: OnceCell::new() }
    }

    /// Whether these Pods have a sidecar.
    pub fn sidecar(&self, pod: &PodSource<'_>) -> Sidecar {
        let asked = self.ask(pod);
        let Some(proxy) = proxy_of(pod.template) else { return asked.injected() };
        let by = asked.in_pod(proxy.span);
        let (injected, text) = (Injected::Yes, words::written());
        Sidecar { injected, revision: None, reason: "proxy-container", text, by }
    }

    /// Whether a sidecar is put into these Pods when they are made; None when their namespace is not here and they do not
    /// say.
    pub fn injects(&self, pod: &PodSource<'_>) -> Option<bool> {
        match self.ask(pod).injected().injected {
            Injected::Yes => Some(true),
            Injected::No => Some(false),
            Injected::Unknown => None,
        }
    }

    fn ask<'p>(&'p self, pod: &'p PodSource<'p>) -> Asked<'p> {
        let space = self.cluster.find::<Namespace>("", pod.namespace);
        Asked { cluster: self.cluster, injector: &self.injector, pod, space }
    }
}

/// True when the manifest itself holds the proxy.
pub fn has_proxy(template: &PodTemplate) -> bool {
    proxy_of(template).is_some()
}

/// The proxy, where the manifest itself holds it.
pub fn proxy_of(template: &PodTemplate) -> Option<&Container> {
    template.containers.iter().find(|it| it.name.as_ref().is_some_and(|it| it.value == "istio-proxy"))
}

impl Sidecar {
    /// The traffic of these Pods, or of one of their ports, goes past any proxy.
    pub(in crate::trace) fn none(reason: &'static str, text: Text) -> Self {
        Self { injected: Injected::No, revision: None, reason, text, by: None }
    }
}

/// Pods that are asked about.
struct Asked<'a> {
    cluster: &'a Cluster,
    injector: &'a OnceCell<Injector>,
    pod: &'a PodSource<'a>,
    space: Option<Found<'a, Namespace>>,
}

impl Asked<'_> {
    /// What the webhooks and the injector do.
    fn injected(&self) -> Sidecar {
        match self.webhook() {
            Err(found) => found,
            Ok(found) => self.injector(found),
        }
    }

    /// Which webhook sends the Pod to an injector: of the five, two look for a revision and three belong to the default one.
    /// "Exactly one or none matches."
    fn webhook(&self) -> Result<Sidecar, Sidecar> {
        let space = self.cluster.namespace_labels(self.pod.namespace);
        let pod = &self.pod.template.labels;
        if let Some("enabled") = space.get(INJECTION)
            && pod.get(INJECT) != Some("false")
        {
            return self.installed("default", self.of_namespace(&space, INJECTION, Some("default")));
        }
        if let Some(value) = space.get(INJECTION).filter(|it| *it != "enabled") {
            return Err(self.disabled(&space, value));
        }
        if pod.get(INJECT) == Some("false") {
            return Err(self.of_pod(pod, "pod-label", INJECT, None));
        }
        match (space.get(REVISION), pod.get(REVISION), pod.get(INJECT)) {
            (Some(revision), ..) => self.installed(revision, self.of_namespace(&space, REVISION, Some(revision))),
            (None, Some(revision), _) => {
                self.installed(revision, self.of_pod(pod, "pod-revision", REVISION, Some(revision)))
            }
            (None, None, Some("true")) => {
                self.installed("default", self.of_pod(pod, "pod-label", INJECT, Some("default")))
            }
            (None, None, None) if self.takes_silent() && !self.is_ignored() => {
                let text = words::by_default(self.pod.namespace);
                let found = Sidecar { injected: Injected::Yes, ..Sidecar::none("enabled-by-default", text) };
                self.installed("default", Sidecar { revision: Some("default".into()), ..found })
            }
            _ => Err(self.not_asked()),
        }
    }

    /// A revision that is not installed has no webhook.
    fn installed(&self, revision: &str, found: Sidecar) -> Result<Sidecar, Sidecar> {
        let known = &self.cluster.settings.revisions;
        if known.is_empty() || known.iter().any(|it| it == revision) {
            return Ok(found);
        }
        let text = words::not_installed(revision);
        Err(Sidecar { injected: Injected::No, revision: None, reason: "revision-not-installed", text, ..found })
    }

    /// What the injector does with a Pod that it gets.
    fn injector(&self, found: Sidecar) -> Sidecar {
        let template = self.pod.template;
        if template.host_network {
            let by = self.in_pod(template.span);
            return Sidecar { by, ..Sidecar::none("host-network", words::host_network()) };
        }
        if self.is_ignored() {
            return Sidecar::none("system-namespace", words::ignored(self.pod.namespace));
        }
        // "A label goes before the annotation." Only `true` and `false` are accepted: anything else counts as nothing.
        let written = [("pod-label", &template.labels), ("pod-annotation", &template.annotations)];
        let written = written.into_iter().find(|(_, it)| it.get(INJECT).is_some());
        let asked = written.and_then(|(_, it)| match it.get(INJECT) {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        });
        let (injects, reason) = self.config().injects(asked, &template.labels);
        match (injects, reason, written) {
            (true, "asked" | "injector-policy", _) => found,
            (false, "asked", Some((reason, labels))) => self.of_pod(labels, reason, INJECT, None),
            (true, ..) => Sidecar { reason, by: self.injector_config(), text: words::selected(), ..found },
            (false, ..) => Sidecar { by: self.injector_config(), ..Sidecar::none(reason, words::left_out()) },
        }
    }

    fn config(&self) -> &Injector {
        self.injector.get_or_init(|| Injector::of(self.cluster))
    }

    /// What says nothing gets a sidecar, too: the options say so, or the values of the injector.
    fn takes_silent(&self) -> bool {
        self.cluster.settings.injects_by_default || self.config().takes_silent
    }

    fn is_ignored(&self) -> bool {
        IGNORED.contains(&self.pod.namespace)
    }

    fn injector_config(&self) -> Option<(ResourceId, Location)> {
        let root = &self.cluster.settings.mesh_root_namespace;
        let found = self.cluster.find::<ConfigMap>(root, "istio-sidecar-injector")?;
        Some((found.id, found.at(found.entry.resource.meta.name_span())))
    }

    /// A place in the object that makes the Pods.
    fn in_pod(&self, span: podpath_source::Span) -> Option<(ResourceId, Location)> {
        let entry = self.cluster.entry(self.pod.id)?;
        Some((self.pod.id, Location { document: entry.document, span }))
    }

    /// A label or an annotation of the Pod decided; without a revision against a sidecar.
    fn of_pod(&self, labels: &Labels, reason: &'static str, key: &str, revision: Option<&str>) -> Sidecar {
        let entry = labels.entry(key);
        let value = entry.map_or("", |(_, value)| value.value.as_str());
        Sidecar {
            injected: if revision.is_some() { Injected::Yes } else { Injected::No },
            revision: revision.map(str::to_owned),
            reason,
            text: words::of_pod(key, value, reason == "pod-annotation"),
            by: entry.and_then(|(key, value)| self.in_pod(key.span.to(value.span))),
        }
    }

    /// A label of the namespace decided.
    fn of_namespace(&self, labels: &Labels, key: &str, revision: Option<&str>) -> Sidecar {
        let entry = labels.entry(key);
        let value = entry.map_or("", |(_, value)| value.value.as_str());
        let place = |space: &Found<'_, Namespace>| {
            let (key, value) = entry?;
            Some((space.id, space.at(key.span.to(value.span))))
        };
        Sidecar {
            injected: if revision.is_some() { Injected::Yes } else { Injected::No },
            revision: revision.map(str::to_owned),
            reason: if key == REVISION { "namespace-revision" } else { "namespace-label" },
            text: words::of_namespace(self.pod.namespace, key, value),
            by: self.space.as_ref().and_then(place),
        }
    }

    /// Any other value than `enabled` keeps each webhook away: "a label of the Pod does not help in a disabled namespace".
    fn disabled(&self, space: &Labels, value: &str) -> Sidecar {
        let found = self.of_namespace(space, INJECTION, None);
        let asks = self.pod.template.labels.get(INJECT) == Some("true");
        if asks { Sidecar { text: words::in_vain(self.pod.namespace, value), ..found } } else { found }
    }

    /// Nothing asks for a sidecar, as far as it can be known.
    fn not_asked(&self) -> Sidecar {
        if self.space.is_none() {
            let text = words::not_here(self.pod.namespace);
            return Sidecar { injected: Injected::Unknown, ..Sidecar::none("namespace-missing", text) };
        }
        // "The webhook sees Pods": what stands on the workload itself reaches none of them.
        let workload = self.cluster.get::<Workload>(self.pod.id);
        let misplaced = workload.and_then(|it| it.entry.resource.meta.labels.entry(INJECT));
        if let Some((key, value)) = misplaced.filter(|it| it.1.value == "true") {
            let by = self.in_pod(key.span.to(value.span));
            return Sidecar { by, ..Sidecar::none("label-on-workload", words::misplaced(INJECT)) };
        }
        Sidecar::none("not-asked", words::not_asked(self.pod.namespace))
    }
}
