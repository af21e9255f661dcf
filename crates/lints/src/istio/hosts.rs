//! Hosts that the mesh does not know where they are used: no Service, no ServiceEntry, or not exported to there.
//!
//! Rule (istio `analyzers/virtualservice/destinationhosts.go`, `util/service_lookup.go`): a destination is a Service or a
//! host of a ServiceEntry that is exported to the namespaces in which the VirtualService counts. Services of the workspace
//! that are missing are `dangling-backend`.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Service, ServiceEntry, VirtualService};
use podpath_order::{OrdMap, OrdSet};
use podpath_source::{Diagnostic, Severity};

use super::mesh::{scopes, scopes_of};
use super::{HostMeaning, Names};
use crate::rule::Rule;
use crate::{Check, Context, Lint, backend};

/// IST0101: a host outside that no ServiceEntry tells of.
pub(crate) static UNKNOWN: Rule = Rule {
    lint: Lint {
        code: "unknown-host",
        severity: Severity::Warning,
        aliases: &["IST0101", "KIA1101"],
        check: Check::Cluster(unknown),
    },
    message: [
        "no Service and no ServiceEntry that namespace `{1}` sees has the host `{0}`",
        "`{1}` 네임스페이스에서 보이는 Service나 ServiceEntry 중 `{0}` 호스트가 없습니다",
    ],
    help: [
        "proxies have no cluster for it and answer 503; add a ServiceEntry with this host",
        "프록시에 보낼 클러스터가 없어 503으로 응답합니다. 이 호스트의 ServiceEntry를 추가하세요",
    ],
};

/// IST0101: a Service that keeps itself to other namespaces.
pub(crate) static HIDDEN: Rule = Rule {
    lint: Lint {
        code: "hidden-backend",
        severity: Severity::Error,
        aliases: &["IST0101", "KIA1101"],
        check: Check::Cluster(hidden),
    },
    message: [
        "Service `{0}` is not exported to namespace `{1}`, where this rule counts",
        "`{0}` Service는 이 규칙이 적용되는 `{1}` 네임스페이스에 공개되지 않습니다",
    ],
    help: [
        "proxies there have no cluster for it and answer 503; add the namespace to `networking.istio.io/exportTo`",
        "그곳의 프록시에는 클러스터가 없어 503으로 응답합니다. `networking.istio.io/exportTo`에 네임스페이스를 추가하세요",
    ],
};

/// Who knows a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// A Service or ServiceEntry that is seen there.
    Yes,
    /// A wildcard of a ServiceEntry that is seen there: the analyzer takes it, proxies have no cluster of that name.
    ByWildcard,
    /// Nobody.
    No,
}

/// The hosts of ServiceEntries, each with the namespaces that see it.
pub(crate) struct Registry<'a> {
    exact: OrdMap<String, OrdSet<&'a str>>,
    /// What follows the `*`.
    wild: OrdMap<String, OrdSet<&'a str>>,
}

impl<'a> Registry<'a> {
    pub(crate) fn of(cluster: &'a Cluster) -> Self {
        let mut registry = Self { exact: OrdMap::new(), wild: OrdMap::new() };
        for entry in cluster.all::<ServiceEntry>() {
            for host in &entry.object.hosts {
                let host = host.value.to_ascii_lowercase();
                let (map, key) = match host.strip_prefix('*') {
                    Some(suffix) => (&mut registry.wild, suffix.to_owned()),
                    None => (&mut registry.exact, host),
                };
                map.entry(key).or_default().extend(scopes(&entry.object.export_to, entry.namespace()));
            }
        }
        registry
    }

    /// Whether one of these namespaces knows the host.
    pub(crate) fn knows(&self, host: &str, from: &OrdSet<&str>) -> Known {
        let host = host.to_ascii_lowercase();
        let meets = |seen: Option<&OrdSet<&str>>| seen.is_some_and(|seen| is_seen(seen, from));
        if host.starts_with('*') {
            return if meets(self.wild.get(host.trim_start_matches('*'))) { Known::Yes } else { Known::No };
        }
        let suffixes = host.match_indices('.').filter_map(|(at, _)| host.get(at..)).chain([""]);
        match meets(self.exact.get(&host)) {
            true => Known::Yes,
            false if suffixes.into_iter().any(|it| meets(self.wild.get(it))) => Known::ByWildcard,
            false => Known::No,
        }
    }
}

/// True when something that these namespaces see is seen from one of the others.
fn is_seen(seen: &OrdSet<&str>, from: &OrdSet<&str>) -> bool {
    seen.contains("*") || from.iter().any(|it| seen.contains(it))
}

/// The namespaces in which the rules count; for those of everybody its own stands.
fn users(service: Found<'_, VirtualService>) -> OrdSet<&str> {
    let named = scopes(&service.object.export_to, service.namespace());
    if named.contains("*") { podpath_order::set([service.namespace()]) } else { named }
}

/// The namespaces that see a Service.
pub(crate) fn seen_by(service: Found<'_, Service>) -> OrdSet<&str> {
    let written = service.entry.resource.meta.annotation("networking.istio.io/exportTo").unwrap_or_default();
    scopes_of(written.split(',').map(str::trim).filter(|it| !it.is_empty()), service.namespace())
}

fn unknown(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let names = Names::of(context.cluster);
    let registry = Registry::of(context.cluster);
    context.each::<VirtualService>(found, &|service, found| {
        let from = users(service);
        for destination in backend::destinations(service.object) {
            let host = destination.host.value.as_str();
            if names.meaning(service.namespace(), host) != HostMeaning::Other || host.ends_with(names.domain) {
                continue;
            }
            let known = registry.knows(host, &from);
            if known == Known::Yes {
                continue;
            }
            let space = from.first().copied().unwrap_or_default();
            let finding = UNKNOWN.found(service.at(destination.host.span), &[host, space]);
            let aliases = if known == Known::No { UNKNOWN.lint.aliases } else { &[] };
            found.push(Diagnostic { aliases, ..finding });
        }
    });
}

fn hidden(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let names = Names::of(context.cluster);
    context.each::<VirtualService>(found, &|rules, found| {
        let from = users(rules);
        for destination in backend::destinations(rules.object) {
            let host = destination.host.value.as_str();
            let HostMeaning::Service(namespace, name) = names.meaning(rules.namespace(), host) else { continue };
            let Some(service) = context.cluster.find::<Service>(namespace, name) else { continue };
            if is_seen(&seen_by(service), &from) {
                continue;
            }
            let space = from.first().copied().unwrap_or_default();
            found.push(HIDDEN.found(rules.at(destination.host.span), &[name, space]));
        }
    });
}
