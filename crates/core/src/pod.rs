//! What a cluster and its mesh make of Pods, for `workloads` and for their card: sidecar, mutual TLS, policies, identity,
//! place.

mod account;
mod placement;
mod policies;
mod words;

use podpath_cluster::{PodSource, ResourceId};
use podpath_objects::GATEWAY_NAME;
use podpath_protocol::{Locale, MtlsReason, MtlsState, PodFacts, Range, Ref, SidecarState};
use podpath_routing::mesh::{Injected, Injection, Mtls, Sidecar, Workload, mtls, named_ports};
use podpath_source::Location;

use crate::analysis::Analysis;
use crate::place::{range, say};

pub(crate) use account::account;
pub(crate) use placement::placement;
pub(crate) use policies::policies;

/// Pods that are asked about, and the language of the answer.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) analysis: &'a Analysis,
    pub(crate) pods: &'a PodSource<'a>,
    pub(crate) injection: &'a Injection<'a>,
    pub(crate) locale: Locale,
}

impl<'a> Asked<'a> {
    /// The Pods as the mesh sees them.
    fn workload(&self) -> Workload<'a> {
        let labels = &self.pods.template.labels;
        Workload { namespace: self.pods.namespace, labels, gateway: labels.get(GATEWAY_NAME) }
    }

    fn sidecar(&self) -> Sidecar {
        self.injection.sidecar(self.pods)
    }

    /// A place in what makes the Pods.
    fn here(&self, span: podpath_source::Span) -> Option<Range> {
        let entry = self.analysis.cluster.entry(self.pods.id)?;
        range(self.analysis, Location { document: entry.document, span })
    }

    fn named(&self, by: Option<(ResourceId, Location)>) -> (Option<Ref>, Option<Range>) {
        let Some((id, location)) = by else { return (None, None) };
        (self.analysis.reference(id), range(self.analysis, location))
    }
}

/// Everything that a card says; none for what has no Pods.
pub(crate) fn facts(analysis: &Analysis, id: ResourceId, locale: Locale) -> Option<PodFacts> {
    let pods = analysis.cluster.pod_source(id)?;
    let injection = Injection::new(&analysis.cluster);
    let asked = &Asked { analysis, pods: &pods, injection: &injection, locale };
    let found = asked.sidecar();
    let has_proxy = found.injected != Injected::No;
    let mtls = mtls_state(asked);
    let is_told = has_proxy || mtls.why.iter().any(|it| it.by.is_some());
    Some(PodFacts {
        policies: policies::lines(asked, &found),
        mtls: is_told.then_some(mtls),
        sidecar: sidecar_state(asked, &found),
        service_account: account(asked),
        placement: placement(asked),
    })
}

/// Whether the Pods have a sidecar.
pub(crate) fn sidecar_of(asked: &Asked<'_>) -> SidecarState {
    sidecar_state(asked, &asked.sidecar())
}

fn sidecar_state(asked: &Asked<'_>, found: &Sidecar) -> SidecarState {
    let (by, range) = asked.named(found.by);
    SidecarState {
        injected: found.injected == Injected::Yes,
        revision: found.revision.clone(),
        reason: found.reason.to_owned(),
        detail: say(&found.text, asked.locale),
        by,
        range,
    }
}

/// What the Pods take from callers.
pub(crate) fn mtls_state(asked: &Asked<'_>) -> MtlsState {
    let (cluster, workload) = (&asked.analysis.cluster, asked.workload());
    let whole = mtls(cluster, &workload, None);
    let ports: Vec<_> = named_ports(cluster, &workload);
    let ports: Vec<_> = ports.into_iter().map(|it| (it, mtls(cluster, &workload, Some(it)))).collect();
    let first = mtls_reason(asked, None, &whole);
    let others = ports.iter().map(|(port, it)| mtls_reason(asked, Some(*port), it));
    MtlsState {
        mode: whole.mode.name().to_owned(),
        why: std::iter::once(first).chain(others).collect(),
        ports: ports.iter().map(|(port, it)| (port.to_string(), it.mode.name().to_owned())).collect(),
    }
}

fn mtls_reason(asked: &Asked<'_>, port: Option<u16>, found: &Mtls) -> MtlsReason {
    let (by, range) = asked.named(found.by.map(|(id, location, _)| (id, location)));
    let name = by.as_ref().map_or("", |it| it.name.as_str());
    MtlsReason {
        port,
        mode: found.mode.name().to_owned(),
        reason: found.level.to_owned(),
        detail: say(&words::mtls(found, name), asked.locale),
        by,
        range,
    }
}
