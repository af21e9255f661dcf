//! Pod, and what makes Pods: Deployment, ReplicaSet, StatefulSet, DaemonSet, Job.

use podpath_source::{Span, Spanned};

use crate::meta::{Labels, Meta, Selector};
use crate::reader::{PortRef, Reader};

/// A Pod that is written by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Pod {
    /// Labels and containers.
    pub template: PodTemplate,
    /// `status.podIP`
    pub ip: Option<String>,
    /// `status.phase`
    pub phase: Option<String>,
    /// The condition `Ready` of the status, when there is one.
    pub ready: Option<bool>,
    /// `metadata.deletionTimestamp` is set.
    pub is_terminating: bool,
}

impl Pod {
    pub(crate) fn read(meta: &Meta, reader: Reader<'_>) -> Self {
        let status = reader.get("status");
        let condition = |it: &Reader<'_>| it.get("type").text().is_some_and(|it| it.value == "Ready");
        let ready = status.get("conditions").items().find(condition).and_then(|it| it.get("status").text());
        Self {
            template: PodTemplate::read(reader, meta.labels.clone()),
            ip: status.get("podIP").text().map(|it| it.value),
            phase: status.get("phase").text().map(|it| it.value),
            ready: ready.map(|it| it.value == "True"),
            is_terminating: reader.get("metadata").get("deletionTimestamp").exists(),
        }
    }
}

/// A Deployment, ReplicaSet, StatefulSet, DaemonSet or Job.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// `spec.replicas`, of a Job `spec.parallelism`; 1 unless told.
    pub replicas: u32,
    /// Where the number stands.
    pub replicas_span: Span,
    /// `spec.selector`
    pub selector: Option<Selector>,
    /// `spec.template`
    pub template: PodTemplate,
}

impl Workload {
    pub(crate) fn read(meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let replicas = spec.get(if meta.kind.value == "Job" { "parallelism" } else { "replicas" });
        let template = spec.get("template");
        Self {
            replicas: replicas.int().and_then(|it| u32::try_from(it.value).ok()).unwrap_or(1),
            replicas_span: replicas.span(),
            selector: spec.get("selector").selector(),
            template: PodTemplate::read(template, template.get("metadata").get("labels").labels()),
        }
    }
}

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
    /// The whole template.
    pub span: Span,
}

impl PodTemplate {
    fn read(reader: Reader<'_>, labels: Labels) -> Self {
        let spec = reader.get("spec");
        let stays = |it: &Reader<'_>| it.get("restartPolicy").text().is_some_and(|it| it.value == "Always");
        let sidecars = spec.get("initContainers").items().filter(stays);
        Self {
            labels,
            annotations: reader.get("metadata").get("annotations").labels(),
            containers: spec.get("containers").items().chain(sidecars).map(Container::read).collect(),
            host_network: spec.get("hostNetwork").is_true(),
            service_account: spec.get("serviceAccountName").text(),
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

/// A container.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    /// `name`
    pub name: Option<Spanned<String>>,
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
    fn read(reader: Reader<'_>) -> Self {
        let probe = reader.get("readinessProbe");
        let ports = ["httpGet", "tcpSocket", "grpc"].into_iter().map(|it| probe.get(it).get("port").port_ref());
        Self {
            name: reader.get("name").text(),
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
