//! `host-not-served`: a host of a route that none of its gateways takes.
//!
//! Rules: a host of an Istio server may begin with the namespace that may use it, `./` for that of the Gateway; a host of
//! a VirtualService and one of a server meet when one holds the other; so do hostnames of a route and a listener, of
//! which a listener without hostname takes all. Where a gateway is not here, nothing is said.

use podpath_cluster::{Cluster, Entry, Found};
use podpath_objects::{Gateway, GatewayListener, IstioGateway, Kind, ParentRef, VirtualService};
use podpath_source::{Diagnostic, Label, Location, Severity, Spanned, Text};

use crate::hostname::intersects;
use crate::istio::{self, HostMeaning, Names};
use crate::route::{self, Route};
use crate::{Check, Context, Lint, suggest};

pub(crate) static LINT: Lint =
    Lint { code: "host-not-served", severity: Severity::Error, aliases: &["IST0132"], check: Check::Cluster(check) };

/// A host that a gateway takes.
#[derive(Clone, Copy)]
struct Served<'a> {
    pattern: &'a str,
    location: Location,
}

fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let names = Names::of(context.cluster);
    context.each::<VirtualService>(found, &|it, found| check_virtual_service(context.cluster, &names, it, found));
    route::each(context, found, &|it, found| check_route(context.cluster, it, found));
}

fn check_virtual_service(
    cluster: &Cluster,
    names: &Names<'_>,
    service: Found<'_, VirtualService>,
    found: &mut Vec<Diagnostic>,
) {
    let written = service.object.gateways.iter();
    let wanted: Vec<_> =
        written.filter_map(|it| Some((it, istio::gateway_of(service.namespace(), &it.value)?))).collect();
    let here = wanted.iter().filter_map(|(it, (space, name))| Some((*it, cluster.find::<IstioGateway>(space, name)?)));
    let gateways: Vec<_> = here.map(|(it, gateway)| (it, served_by(gateway, service.namespace()))).collect();
    let hosts = &service.object.hosts;
    let full: Vec<_> = hosts.iter().map(|it| names.completed(service.namespace(), &it.value)).collect();
    let fits = |served: &[Served<'_>], full: &str| served.iter().any(|it| intersects(it.pattern, full));
    let mut idle: Vec<_> = gateways.iter().filter(|(_, served)| !full.iter().any(|it| fits(served, it))).collect();
    // Where a gateway is not here, it may take what the others leave.
    if gateways.len() == wanted.len() && !gateways.is_empty() {
        let is_for_mesh = service.object.is_for_mesh();
        let is_served = |full: &str| gateways.iter().any(|(_, served)| fits(served, full));
        // What is called inside the mesh needs no gateway.
        let is_inner =
            |host: &str| is_for_mesh && matches!(names.meaning(service.namespace(), host), HostMeaning::Service(..));
        let lost = hosts.iter().zip(&full).filter(|(it, full)| !is_served(full) && !is_inner(&it.value));
        let lost: Vec<_> = lost.map(|(it, _)| it).collect();
        let is_dead = !is_for_mesh && lost.len() == hosts.len();
        let severity = if is_dead { Severity::Error } else { Severity::Warning };
        // Istio's analyzer speaks of gateways that take none of the hosts, once for each.
        let is_told = idle.len() == gateways.len() && !lost.is_empty();
        let served: Vec<_> = gateways.iter().flat_map(|it| &it.1).copied().collect();
        for (nth, host) in lost.into_iter().enumerate() {
            let aliases = if is_told && nth == 0 { LINT.aliases } else { &[] };
            found.push(Diagnostic { aliases, ..not_served(service.entry, host, &served, severity) });
        }
        if is_told {
            idle.remove(0);
        }
    }
    found.extend(idle.into_iter().map(|(gateway, _)| takes_none(service, gateway)));
}

/// A gateway in the list that none of the hosts comes through.
fn takes_none(service: Found<'_, VirtualService>, gateway: &Spanned<String>) -> Diagnostic {
    let (name, gateway_name) = (service.name(), &gateway.value);
    let message = Text::new(
        format!("Gateway `{gateway_name}` takes none of the hosts of `{name}`"),
        format!("`{gateway_name}` Gateway는 `{name}`의 호스트를 하나도 받지 않습니다"),
    );
    let help = Text::new(
        "these rules do nothing there; remove the gateway, or add a host to it",
        "그곳에서는 이 규칙이 적용되지 않습니다. 게이트웨이를 목록에서 빼거나 호스트를 추가하세요",
    );
    let severity = Severity::Warning;
    Diagnostic { severity, help: Some(help), ..LINT.found(service.at(gateway.span), message) }
}

/// The hosts of a Gateway that this namespace may use.
fn served_by<'a>(gateway: Found<'a, IstioGateway>, namespace: &str) -> Vec<Served<'a>> {
    let hosts = gateway.object.servers.iter().flat_map(|it| &it.hosts);
    let usable = hosts.filter_map(|host| {
        let pattern = match host.value.split_once('/') {
            Some(("*", pattern)) => pattern,
            Some((".", pattern)) if gateway.namespace() == namespace => pattern,
            Some((space, pattern)) if space == namespace => pattern,
            Some(_) => return None,
            None => host.value.as_str(),
        };
        Some(Served { pattern, location: gateway.at(host.span) })
    });
    usable.collect()
}

fn check_route(cluster: &Cluster, route: &Route<'_>, found: &mut Vec<Diagnostic>) {
    let listeners = route.parents.iter().map(|parent| listeners(cluster, route, parent));
    let Some(listeners) = listeners.collect::<Option<Vec<_>>>() else { return };
    let listeners: Vec<_> = listeners.into_iter().flatten().collect();
    if listeners.is_empty() || listeners.iter().any(|(_, it)| it.hostname.is_none()) {
        return;
    }
    let hostnames = listeners.iter().filter_map(|(gateway, it)| Some((gateway, it.hostname.as_ref()?)));
    let served: Vec<_> =
        hostnames.map(|(gateway, it)| Served { pattern: &it.value, location: gateway.at(it.span) }).collect();
    let is_served = |host: &str| served.iter().any(|it| intersects(it.pattern, host));
    let lost: Vec<_> = route.hostnames.iter().filter(|it| !is_served(&it.value)).collect();
    let is_dead = lost.len() == route.hostnames.len();
    let severity = if is_dead { Severity::Error } else { Severity::Warning };
    let found_here = lost.into_iter().map(|host| not_served(route.entry, host, &served, severity));
    found.extend(found_here.map(|it| Diagnostic { aliases: &[], ..it }));
}

/// The listeners that a parentRef means; none when the parent is not here, or is no Gateway.
fn listeners<'a>(
    cluster: &'a Cluster,
    route: &Route<'_>,
    parent: &ParentRef,
) -> Option<Vec<(Found<'a, Gateway>, &'a GatewayListener)>> {
    if parent.group != Gateway::GROUP || parent.kind != "Gateway" {
        return None;
    }
    let namespace = parent.namespace.as_ref().map_or(route.entry.namespace.as_str(), |it| it.value.as_str());
    let gateway = cluster.find::<Gateway>(namespace, &parent.name.value)?;
    let section = parent.section.as_ref().map(|it| it.value.as_str());
    let port = parent.port.as_ref().map(|it| it.value);
    let fits = |it: &&GatewayListener| {
        let is_port = port.is_none() || port == it.port.as_ref().map(|known| known.value);
        is_port && section.is_none_or(|name| name == it.name.value)
    };
    Some(gateway.object.listeners.iter().filter(fits).map(|it| (gateway, it)).collect())
}

fn not_served(route: &Entry, host: &Spanned<String>, served: &[Served<'_>], severity: Severity) -> Diagnostic {
    let location = route.at(host.span);
    let (name, value) = (route.name(), &host.value);
    let message = Text::new(
        format!("no gateway of `{name}` takes the host `{value}`"),
        format!("`{name}`의 게이트웨이 중 `{value}` 호스트를 받는 것이 없습니다"),
    );
    let known = suggest::listed(served.iter().map(|it| it.pattern));
    let suggestion = suggestion(value, served);
    let help = suggestion.as_deref().map_or_else(|| consequence(&known), suggest::did_you_mean);
    let fix = suggestion.map(|it| suggest::use_text(location, &it, suggest::is_typo(value, &it)));
    let related = served.first().map(|it| Label {
        location: it.location,
        text: Text::new(format!("it takes only {known}"), format!("받는 호스트: {known}")),
    });
    let related = related.into_iter().collect();
    Diagnostic { severity, help: Some(help), fix, related, ..LINT.found(location, message) }
}

fn consequence(known: &str) -> Text {
    if known.is_empty() {
        return Text::new(
            "its gateways have no host that this namespace may use",
            "이 네임스페이스가 쓸 수 있는 호스트가 없습니다",
        );
    }
    Text::new(
        "requests for this host are answered 404; a wildcard stands for one or more labels, never for none",
        "이 호스트로 오는 요청은 404로 응답합니다. 와일드카드는 레이블 하나 이상을 뜻하고, 없는 것은 뜻하지 않습니다",
    )
}

/// A near host, or the host under a near domain of a wildcard.
fn suggestion(host: &str, served: &[Served<'_>]) -> Option<String> {
    let patterns = || served.iter().map(|it| it.pattern);
    if let Some(near) = suggest::near(host, patterns().filter(|it| !it.starts_with('*'))) {
        return Some(near.to_owned());
    }
    let (label, domain) = host.split_once('.')?;
    let near = suggest::near(domain, patterns().filter_map(|it| it.strip_prefix("*.")))?;
    Some(format!("{label}.{near}"))
}
