//! `selector-matches-nothing`: a Service that selects no Pod, though its namespace has Pods here.
//!
//! Without any Pod in the namespace nothing is said: people paste a part of a cluster. It is an error where the Pods
//! that are meant are here: a label is mistyped, or a workload has the name of the Service.

use podpath_cluster::{Cluster, Found, PodSource};
use podpath_objects::{Labels, Pod, Service, Workload, WorkloadEntry};
use podpath_order::{OrdMap, OrdSet};
use podpath_source::{Diagnostic, Label, Location, Severity, Span, Text};

use crate::{Check, Context, Lint, suggest};

pub(crate) static LINT: Lint = Lint {
    code: "selector-matches-nothing",
    severity: Severity::Error,
    aliases: &["dangling-service"],
    check: Check::Cluster(check),
};

/// The values of each label of the Pods, by namespace and key.
struct Known<'a>(OrdMap<(&'a str, &'a str), OrdSet<&'a str>>);

/// A selector that differs in one key or value, and selects something.
struct Repair<'a> {
    span: Span,
    written: &'a str,
    meant: &'a str,
    /// The label of the Pods that is meant.
    key: &'a str,
    pod: PodSource<'a>,
}

fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let cluster = context.cluster;
    let known = Known::of(cluster);
    for service in cluster.all::<Service>() {
        let Some(selector) = &service.object.selector else { continue };
        let is_name_only = service.object.service_type == "ExternalName";
        if is_name_only || !has_pods(cluster, service.namespace()) {
            continue;
        }
        // Proxies of Istio send to WorkloadEntries, too.
        let mut entries = cluster.in_namespace::<WorkloadEntry>(service.namespace());
        let has_entry = entries.any(|it| selector.is_subset_of(&it.object.labels));
        if !has_entry && cluster.select_pods(service.namespace(), selector).is_empty() {
            found.push(selects_nothing(cluster, &known, service, selector));
        }
    }
}

/// Jobs end, so nobody expects traffic at their Pods.
fn has_pods(cluster: &Cluster, namespace: &str) -> bool {
    let mut workloads = cluster.in_namespace::<Workload>(namespace);
    let lasts = |it: Found<'_, Workload>| !matches!(it.entry.resource.meta.kind.value.as_str(), "Job" | "CronJob");
    workloads.any(lasts) || cluster.in_namespace::<Pod>(namespace).next().is_some()
}

fn selects_nothing<'a>(
    cluster: &'a Cluster,
    known: &Known<'a>,
    service: Found<'a, Service>,
    selector: &'a Labels,
) -> Diagnostic {
    let repair = repair(cluster, known, service.namespace(), selector);
    let is_typo = repair.as_ref().is_some_and(|it| suggest::is_typo(it.written, it.meant));
    let has_namesake = cluster.find::<Workload>(service.namespace(), service.name()).is_some();
    let severity = if is_typo || has_namesake { Severity::Error } else { Severity::Warning };
    let (span, message) = what(known, service.namespace(), selector);
    let span = repair.as_ref().map_or(span, |it| it.span);
    let help = repair.as_ref().map_or_else(|| consequence(service.name()), |it| suggest::did_you_mean(it.meant));
    let fix = repair.as_ref().map(|it| suggest::use_text(service.at(it.span), it.meant, is_typo));
    let related = match &repair {
        Some(it) => carrier(cluster, &it.pod, it.key),
        None => namesake(cluster, service),
    };
    let related = related.into_iter().collect();
    Diagnostic { severity, help: Some(help), fix, related, ..LINT.found(service.at(span), message) }
}

/// The first label that no Pod carries; when each is carried by some Pod, all of them.
fn what(known: &Known<'_>, namespace: &str, selector: &Labels) -> (Span, Text) {
    let lonely = selector.entries.iter().find(|(key, value)| !known.has(namespace, &key.value, &value.value));
    let Some((key, value)) = lonely else {
        let message = Text::new(
            format!("no Pod in namespace `{namespace}` has all these labels at once"),
            format!("`{namespace}` 네임스페이스에 이 레이블을 모두 가진 Pod가 없습니다"),
        );
        return (selector.span, message);
    };
    let label = format!("{}: {}", key.value, value.value);
    let message = Text::new(
        format!("no Pod in namespace `{namespace}` has the label `{label}`"),
        format!("`{namespace}` 네임스페이스에 `{label}` 레이블이 붙은 Pod가 없습니다"),
    );
    (value.span, message)
}

fn consequence(name: &str) -> Text {
    Text::new(
        format!("Service `{name}` has no endpoints, so every request to it fails"),
        format!("`{name}` Service에 엔드포인트가 없어 모든 요청이 실패합니다"),
    )
}

fn repair<'a>(
    cluster: &'a Cluster,
    known: &'a Known<'a>,
    namespace: &'a str,
    selector: &'a Labels,
) -> Option<Repair<'a>> {
    selector.entries.iter().find_map(|(key, value)| {
        let (written, meant, span) = match known.values(namespace, &key.value) {
            Some(values) => (value, suggest::near(&value.value, values.iter().copied())?, value.span),
            None => (key, suggest::near(&key.value, known.keys(namespace))?, key.span),
        };
        let is_key = span == key.span;
        let changed = selector.iter().map(|(label, text)| match (label == key.value, is_key) {
            (true, true) => (meant, text),
            (true, false) => (label, meant),
            (false, _) => (label, text),
        });
        let changed: Labels = changed.collect();
        let pod = cluster.select_pods(namespace, &changed).into_iter().next()?;
        let key = if is_key { meant } else { key.value.as_str() };
        Some(Repair { span, written: &written.value, meant, key, pod })
    })
}

/// The label in the Pod template, as the other side.
fn carrier(cluster: &Cluster, pod: &PodSource<'_>, key: &str) -> Option<Label> {
    let entry = cluster.entry(pod.id)?;
    let (_, value) = pod.template.labels.entry(key)?;
    let (kind, name) = (&entry.resource.meta.kind.value, entry.resource.meta.name());
    let text = Text::new(
        format!("the Pods of {kind} `{name}` have `{key}: {}`", value.value),
        format!("{kind} `{name}`의 Pod에는 `{key}: {}` 레이블이 있습니다", value.value),
    );
    Some(Label { location: Location { document: entry.document, span: value.span }, text })
}

/// The labels of the workload with the name of the Service.
fn namesake(cluster: &Cluster, service: Found<'_, Service>) -> Option<Label> {
    let workload = cluster.find::<Workload>(service.namespace(), service.name())?;
    let text = Text::new("the Pods of the same name have these labels", "이름이 같은 Pod의 레이블입니다");
    Some(Label { location: workload.at(workload.object.template.labels.span), text })
}

impl<'a> Known<'a> {
    fn of(cluster: &'a Cluster) -> Self {
        let mut known: OrdMap<(&str, &str), OrdSet<&str>> = OrdMap::new();
        for source in cluster.pod_sources() {
            for (key, value) in source.template.labels.iter() {
                known.entry((source.namespace, key)).or_default().insert(value);
            }
        }
        Self(known)
    }

    fn values<'s>(&'s self, namespace: &'s str, key: &'s str) -> Option<&'s OrdSet<&'s str>> {
        self.0.get(&(namespace, key))
    }

    fn has(&self, namespace: &str, key: &str, value: &str) -> bool {
        self.values(namespace, key).is_some_and(|values| values.contains(value))
    }

    /// The keys of the labels in a namespace.
    fn keys(&self, namespace: &'a str) -> impl Iterator<Item = &'a str> {
        let from = self.0.starting_at(&(namespace, ""));
        from.map(|(at, _)| *at).take_while(move |at| at.0 == namespace).map(|at| at.1)
    }
}
