//! Pod, and what makes Pods: Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob, ReplicationController.

mod template;

use podpath_source::{Span, Spanned};

use crate::meta::{Labels, Meta, Selector};
use crate::reader::Reader;

pub use template::{Container, ContainerPort, NODE_NAME, Placement, PodTemplate, Toleration, Use};

/// A Pod that is written by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Pod {
    /// Labels and containers.
    pub template: PodTemplate,
    /// `status.podIP`, then the others of `status.podIPs`.
    pub ips: Vec<String>,
    /// `status.phase`
    pub phase: Option<String>,
    /// The condition `Ready` of the status, when there is one.
    pub ready: Option<bool>,
    /// `metadata.deletionTimestamp` is set.
    pub is_terminating: bool,
    /// `spec.hostname` and `spec.subdomain`: the name below a headless Service.
    pub dns_name: Option<(String, String)>,
}

impl Pod {
    pub(crate) fn read(meta: &Meta, reader: Reader<'_>) -> Self {
        let status = reader.get("status");
        let condition = |it: &Reader<'_>| it.get("type").text().is_some_and(|it| it.value == "Ready");
        let conditions = status.get("conditions");
        let ready = conditions.items().find(condition).and_then(|it| it.get("status").text());
        let address = |it: Reader<'_>| it.get("ip").text();
        let listed = status.get("podIPs").items().filter_map(address);
        let mut ips: Vec<_> = status.get("podIP").text().into_iter().chain(listed).map(|it| it.value).collect();
        ips.dedup();
        let spec = reader.get("spec");
        let subdomain = spec.get("subdomain").text().map(|it| it.value);
        let hostname = spec.get("hostname").text().map_or_else(|| meta.name().to_owned(), |it| it.value);
        Self {
            dns_name: subdomain.map(|it| (hostname, it)),
            template: PodTemplate::read(reader, meta.labels.clone()),
            ips,
            phase: status.get("phase").text().map(|it| it.value),
            // "A Pod is ready when its condition Ready is true": conditions without it say that it is not.
            ready: conditions.items().next().map(|_| ready.is_some_and(|it| it.value == "True")),
            is_terminating: reader.get("metadata").get("deletionTimestamp").exists(),
        }
    }
}

/// A Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob or ReplicationController.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// `spec.replicas`, of a Job `spec.parallelism`, of a CronJob that of its Jobs; 1 unless told.
    pub replicas: u32,
    /// Where the number stands.
    pub replicas_span: Span,
    /// `spec.selector`
    pub selector: Option<Selector>,
    /// `spec.serviceName` of a StatefulSet: the headless Service that names its Pods.
    pub service_name: Option<Spanned<String>>,
    /// `spec.ordinals.start` of a StatefulSet.
    pub first_ordinal: u32,
    /// `spec.volumeClaimTemplates`: their names.
    pub claims: Vec<String>,
    /// `spec.template`
    pub template: PodTemplate,
}

impl Workload {
    pub(crate) fn read(meta: &Meta, reader: Reader<'_>) -> Self {
        let is_cron = meta.kind.value == "CronJob";
        let spec = reader.get("spec");
        let (is_suspended, spec) =
            (spec.get("suspend").is_true(), if is_cron { spec.get("jobTemplate").get("spec") } else { spec });
        let is_job = is_cron || meta.kind.value == "Job";
        let replicas = spec.get(if is_job { "parallelism" } else { "replicas" });
        let template = spec.get("template");
        let mut labels = template.get("metadata").get("labels").labels();
        if meta.kind.value == "Job" && !spec.get("manualSelector").is_true() {
            add_job_name(meta, &mut labels);
        }
        let number = |it: Reader<'_>| it.int().and_then(|it| u32::try_from(it.value).ok());
        Self {
            replicas: if is_suspended { 0 } else { number(replicas).unwrap_or(1) },
            replicas_span: replicas.span(),
            service_name: spec.get("serviceName").text(),
            first_ordinal: number(spec.get("ordinals").get("start")).unwrap_or(0),
            claims: spec
                .get("volumeClaimTemplates")
                .items()
                .filter_map(|it| it.get("metadata").get("name").text())
                .map(|it| it.value)
                .collect(),
            selector: match meta.kind.value.as_str() {
                "ReplicationController" => Selector::read_labels(spec.get("selector")),
                _ => spec.get("selector").selector(),
            },
            template: PodTemplate::read(template, labels),
        }
    }
}

/// The API server writes the name of a Job into the labels of its template (`pkg/registry/batch/job`, `generateSelector`).
fn add_job_name(meta: &Meta, labels: &mut Labels) {
    let Some(name) = &meta.name else { return };
    for key in ["batch.kubernetes.io/job-name", "job-name"] {
        if labels.get(key).is_none() {
            labels.entries.push((Spanned::new(key.to_owned(), name.span), name.clone()));
        }
    }
}
