//! The method `complete`: names of the workspace, fields of the schema, and the few values that a field may have.

use podpath_cluster::{Cluster, Entry, ResourceId};
use podpath_objects::{DestinationRule, Gateway, Service};
use podpath_order::Order;
use podpath_protocol::{Completion, CompletionItem, CompletionKind, Locale};

use super::Place;
use super::links::{Target, resolve, target};
use super::site::{Site, site};

const MOST_ITEMS: usize = 300;

/// What may be typed at the place.
pub(crate) fn complete(place: &Place<'_>, locale: Locale) -> Completion {
    let Some(site) = site(&place.placed.document.text, place.at as usize) else { return Completion::default() };
    let mut items = values(place, &site);
    // An item inside brackets has no room for a key.
    if site.key.is_none() && (!site.is_item || site.indent.is_some()) {
        items.extend(fields(&site, locale));
    }
    items.truncate(MOST_ITEMS);
    Completion { range: place.range(site.typed), items }
}

fn item(kind: CompletionKind, label: impl Into<String>, detail: impl Into<String>) -> CompletionItem {
    let label = label.into();
    CompletionItem { insert: label.clone(), label, kind, detail: detail.into() }
}

/// Values of the key of the line, or of the list around it.
fn values(place: &Place<'_>, site: &Site) -> Vec<CompletionItem> {
    let key = site.key.as_deref();
    let path: Vec<&str> = site.path.iter().map(String::as_str).chain(key).collect();
    let whole = path.join(".");
    match (whole.as_str(), key) {
        ("kind", _) => return kinds(|_| true),
        ("apiVersion", _) => return versions(&site.kind),
        _ if key.is_none() && !site.is_item => return vec![],
        _ => {}
    }
    match target(&site.kind, &whole) {
        Some(target) => names(place, site, target, path.last().copied().unwrap_or_default()),
        None => plain(site, &path),
    }
}

fn kinds(fits: impl Fn(&str) -> bool) -> Vec<CompletionItem> {
    let mut found: Vec<CompletionItem> = podpath_schema::kinds()
        .into_iter()
        .filter(|it| fits(it.1))
        .map(|(version, kind)| item(CompletionKind::Value, kind, version))
        .collect();
    found.order_by(|a, b| a.label.cmp(&b.label));
    found.dedup_by(|a, b| a.label == b.label);
    found
}

fn versions(kind: &str) -> Vec<CompletionItem> {
    let all = podpath_schema::kinds().into_iter().filter(|it| kind.is_empty() || it.1 == kind);
    let mut found: Vec<_> = all.map(|(version, _)| item(CompletionKind::Value, version, kind)).collect();
    found.dedup_by(|a, b| a.label == b.label);
    found
}

/// Booleans; other types have too many values.
fn plain(site: &Site, path: &[&str]) -> Vec<CompletionItem> {
    let Some((last, around)) = path.split_last() else { return vec![] };
    let fields = podpath_schema::field_help(&site.api_version, &site.kind, around);
    let is_bool = fields.iter().any(|it| it.name == *last && it.takes == "boolean");
    let values = if is_bool { &["true", "false"][..] } else { &[] };
    values.iter().map(|it| item(CompletionKind::Value, *it, "")).collect()
}

/// What is there and may be named.
fn names(place: &Place<'_>, site: &Site, target: Target, key: &str) -> Vec<CompletionItem> {
    let cluster = &place.analysis.cluster;
    let own = place.object().and_then(|id| cluster.entry(id)).map(|it| it.namespace.clone());
    let own = own.filter(|it| !it.is_empty()).unwrap_or_else(|| cluster.settings.namespace.clone());
    let space = site.beside("namespace").unwrap_or_else(|| own.clone());
    let mut found = match target {
        Target::Named(kinds) => objects(cluster, kinds, Some(&space)),
        Target::Host => hosts(cluster, &own),
        Target::IstioGateway => gateways(cluster, &own),
        Target::Namespace => namespaces(cluster, place.object()),
        Target::Label => labels(cluster, &own, key),
        Target::Port => {
            let service = site.beside("host").map(|it| (Target::Host, it));
            let service = service.or_else(|| site.beside("name").map(|it| (Target::Named(&["Service"]), it)));
            let goals =
                service.map_or_else(Vec::new, |(target, text)| resolve(cluster, target, &space, &text, key, &|_| None));
            goals.iter().filter_map(|it| cluster.get::<Service>(it.id)).flat_map(|it| ports(it.object, key)).collect()
        }
        Target::Subset => subsets(cluster, &own, site.beside("host").unwrap_or_default().as_str()),
        Target::Listener => {
            let gateway = cluster.find::<Gateway>(&space, &site.beside("name").unwrap_or_default());
            let listeners = gateway.into_iter().flat_map(|it| it.object.listeners.iter());
            listeners.map(|it| item(CompletionKind::Name, &it.name.value, &it.protocol.value)).collect()
        }
    };
    found.order_by(|a, b| a.label.cmp(&b.label));
    found.dedup_by(|a, b| a.label == b.label);
    found
}

fn objects(cluster: &Cluster, kinds: &[&str], namespace: Option<&str>) -> Vec<CompletionItem> {
    let fits = |it: &&Entry| {
        let is_near = namespace.is_none_or(|space| it.namespace.is_empty() || it.namespace == space);
        is_near && kinds.contains(&it.resource.meta.kind.value.as_str()) && !it.resource.meta.name().is_empty()
    };
    let named = |it: &Entry| {
        let meta = &it.resource.meta;
        item(CompletionKind::Name, meta.name(), format!("{} {}", meta.kind.value, it.namespace).trim_end())
    };
    cluster.entries().map(|it| it.1).filter(fits).map(named).collect()
}

fn hosts(cluster: &Cluster, own: &str) -> Vec<CompletionItem> {
    let host = |it: podpath_cluster::Found<'_, Service>| {
        let (name, space) = (it.name(), it.namespace());
        let full = format!("{name}.{space}.svc.{}", cluster.settings.cluster_domain);
        item(CompletionKind::Name, if space == own { name.to_owned() } else { full }, format!("Service {space}"))
    };
    let services = cluster.all::<Service>().map(host);
    let entries = cluster.all::<podpath_objects::ServiceEntry>().flat_map(|it| it.object.hosts.iter());
    services.chain(entries.map(|it| item(CompletionKind::Name, &it.value, "ServiceEntry"))).collect()
}

fn gateways(cluster: &Cluster, own: &str) -> Vec<CompletionItem> {
    let name = |it: podpath_cluster::Found<'_, podpath_objects::IstioGateway>| {
        let (name, space) = (it.name(), it.namespace());
        item(CompletionKind::Name, if space == own { name.to_owned() } else { format!("{space}/{name}") }, "Gateway")
    };
    let mut found: Vec<_> = cluster.all::<podpath_objects::IstioGateway>().map(name).collect();
    found.push(item(CompletionKind::Value, "mesh", ""));
    found
}

/// What nothing but the object at the caret names may be half a word.
fn namespaces(cluster: &Cluster, own: Option<ResourceId>) -> Vec<CompletionItem> {
    let typed = own.and_then(|id| cluster.entry(id)).map(|it| it.namespace.as_str());
    let names = |it: &Entry, space: &str| {
        it.namespace == *space || (it.resource.meta.kind.value == "Namespace" && it.resource.meta.name() == space)
    };
    let is_known = |space: &str| cluster.entries().any(|(id, it)| Some(id) != own && names(it, space));
    let known = cluster.namespaces().iter().filter(|it| typed != Some(it.as_str()) || is_known(it.as_str()));
    known.map(|it| item(CompletionKind::Name, it, "Namespace")).collect()
}

fn labels(cluster: &Cluster, own: &str, key: &str) -> Vec<CompletionItem> {
    let pods = cluster.pod_sources().filter(|it| it.namespace == own);
    let label = |it: podpath_cluster::PodSource<'_>| {
        let who = cluster.entry(it.id).map_or(String::new(), |it| it.resource.meta.name().to_owned());
        Some(item(CompletionKind::Name, it.template.labels.get(key)?, who))
    };
    pods.filter_map(label).collect()
}

fn ports(service: &Service, key: &str) -> Vec<CompletionItem> {
    let port = |it: &podpath_objects::ServicePort| {
        let name = it.name.as_ref().map_or("", |it| it.value.as_str());
        let number = it.port.value.to_string();
        let is_name = key == "name";
        (!is_name || !name.is_empty()).then(|| {
            let (label, detail) = if is_name { (name, number.as_str()) } else { (number.as_str(), name) };
            item(CompletionKind::Name, label, detail)
        })
    };
    service.ports.iter().filter_map(port).collect()
}

fn subsets(cluster: &Cluster, own: &str, host: &str) -> Vec<CompletionItem> {
    let wanted = resolve(cluster, Target::Host, own, host, "", &|_| None);
    let is_of_host = |it: &podpath_cluster::Found<'_, DestinationRule>| {
        let named = it.object.host.as_ref();
        named.is_some_and(|name| resolve(cluster, Target::Host, it.namespace(), &name.value, "", &|_| None) == wanted)
    };
    let rules = cluster.all::<DestinationRule>().filter(|it| !wanted.is_empty() && is_of_host(it));
    rules.flat_map(|it| it.object.subsets.iter()).map(|it| item(CompletionKind::Name, &it.name.value, host)).collect()
}

/// Fields that are not there yet; those that must be there first.
fn fields(site: &Site, locale: Locale) -> Vec<CompletionItem> {
    let path: Vec<&str> = site.path.iter().map(String::as_str).collect();
    let mut known = podpath_schema::field_help(&site.api_version, &site.kind, &path);
    known.order_by_key(|it| !it.is_required);
    let free = known.iter().filter(|it| !site.has(it.name));
    let mut found: Vec<_> = free.map(|it| field(it, site, locale)).collect();
    if site.path.is_empty() && found.is_empty() {
        let start = ["apiVersion", "kind", "metadata", "spec"].into_iter();
        let free = start.filter(|it| !site.has(it));
        found.extend(
            free.map(|it| CompletionItem { insert: typed(site, it, ": "), ..item(CompletionKind::Field, it, "") }),
        );
    }
    found
}

fn field(help: &podpath_schema::FieldHelp, site: &Site, locale: Locale) -> CompletionItem {
    let end = match (help.takes, site.indent) {
        ("object", Some(indent)) => format!(":\n{}", " ".repeat(indent + 2)),
        ("array", Some(indent)) => format!(":\n{}- ", " ".repeat(indent + 2)),
        _ => ": ".to_owned(),
    };
    let must = match locale {
        Locale::En => ", required",
        Locale::Ko => ", 필수",
    };
    let detail = format!("{}{}", help.takes, if help.is_required { must } else { "" });
    CompletionItem { insert: typed(site, help.name, &end), ..item(CompletionKind::Field, help.name, detail) }
}

/// The key, and what follows it where the quote around it is not still to be closed.
fn typed(site: &Site, key: &str, end: &str) -> String {
    if site.is_quoted { key.to_owned() } else { format!("{key}{end}") }
}
