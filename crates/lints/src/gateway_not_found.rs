//! `gateway-not-found`: a route names a Gateway, or a listener of it, that is not here.
//!
//! A missing Gateway is an error where its namespace has other Gateways here, or one of that name stands elsewhere; else
//! a warning, since Gateways often stand in files that were not pasted.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Gateway, GatewayListener, IstioGateway, Kind, ParentRef, VirtualService};
use podpath_order::OrdMap;
use podpath_source::{Diagnostic, Fix, Label, Location, Severity, Text};

use crate::route::{self, Route};
use crate::{Check, Context, Lint, istio, suggest};

pub(crate) static LINT: Lint = Lint {
    code: "gateway-not-found",
    severity: Severity::Error,
    aliases: &["IST0101", "KIA1102"],
    check: Check::Cluster(check),
};

/// Of the list of the whole VirtualService.
const WHOLE: &[&str] = &["IST0101", "IST0132", "KIA1102"];

/// A name that leads to no Gateway.
struct Reference<'a> {
    namespace: &'a str,
    name: &'a str,
    /// What stands there.
    location: Location,
    /// Istio writes the namespace before the name.
    is_istio: bool,
    /// The name is written with its namespace.
    is_qualified: bool,
    /// What other tools call it.
    aliases: &'static [&'static str],
}

fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let cluster = context.cluster;
    let elsewhere = suggest::namespaces_by_name::<IstioGateway>(cluster);
    context.each::<VirtualService>(found, &|service, found| {
        for reference in istio_references(cluster, service) {
            found.push(missing::<IstioGateway>(cluster, &elsewhere, &reference));
        }
    });
    let elsewhere = suggest::namespaces_by_name::<Gateway>(cluster);
    route::each(context, found, &|route, found| {
        for parent in route.parents.iter().filter(|it| it.group == Gateway::GROUP && it.kind == "Gateway") {
            found.extend(check_parent(cluster, &elsewhere, route, parent));
        }
    });
}

/// The entries of `gateways`, of the whole and of single matches, that lead nowhere.
fn istio_references<'a>(cluster: &Cluster, service: Found<'a, VirtualService>) -> Vec<Reference<'a>> {
    let matches = service.object.http.iter().flat_map(|rule| &rule.matches).flat_map(|it| &it.gateways);
    // A Gateway that is not here takes no host either, says Istio's analyzer.
    let whole = service.object.gateways.iter().map(|it| (it, WHOLE));
    let references = whole.chain(matches.map(|it| (it, LINT.aliases))).filter_map(|(written, aliases)| {
        let (namespace, name) = istio::gateway_of(service.namespace(), &written.value)?;
        let location = service.at(written.span);
        let is_qualified = written.value.contains(['/', '.']);
        Some(Reference { namespace, name, location, is_istio: true, is_qualified, aliases })
    });
    let is_made = |it: &Reference<'_>| istio::is_generated(it.name);
    let is_here = |it: &Reference<'_>| cluster.find::<IstioGateway>(it.namespace, it.name).is_some();
    references.filter(|it| !is_made(it) && !is_here(it)).collect()
}

fn check_parent(
    cluster: &Cluster,
    elsewhere: &OrdMap<&str, Vec<&str>>,
    route: &Route<'_>,
    parent: &ParentRef,
) -> Option<Diagnostic> {
    let namespace = parent.namespace.as_ref().map_or(route.entry.namespace.as_str(), |it| it.value.as_str());
    if let Some(gateway) = cluster.find::<Gateway>(namespace, &parent.name.value) {
        return missing_listener(route, parent, gateway);
    }
    let reference = Reference {
        namespace,
        name: &parent.name.value,
        location: route.entry.at(parent.name.span),
        is_istio: false,
        is_qualified: parent.namespace.is_some(),
        aliases: &["KIA1401"],
    };
    Some(missing::<Gateway>(cluster, elsewhere, &reference))
}

fn missing<T: Kind>(cluster: &Cluster, elsewhere: &OrdMap<&str, Vec<&str>>, reference: &Reference<'_>) -> Diagnostic {
    let (namespace, name) = (reference.namespace, reference.name);
    let known = || cluster.in_namespace::<T>(namespace);
    let near = suggest::near(name, known().map(|it| it.name()));
    let message = Text::new(
        format!("no Gateway `{name}` in namespace `{namespace}`"),
        format!("`{namespace}` 네임스페이스에 `{name}` Gateway가 없습니다"),
    );
    let namespaces = elsewhere.get(name).map(Vec::as_slice).unwrap_or_default();
    let (help, fix) = match (near, namespaces) {
        (Some(near), _) => (suggest::did_you_mean(near), Some(rename(reference, near))),
        (None, [other]) => (in_other(reference, other), move_to(reference, other)),
        (None, _) => (consequence(reference), None),
    };
    let related = near.and_then(|it| cluster.find::<T>(namespace, it)).map(here);
    Diagnostic {
        severity: if known().next().is_some() || !namespaces.is_empty() { Severity::Error } else { Severity::Warning },
        help: Some(help),
        fix,
        related: related.into_iter().collect(),
        aliases: reference.aliases,
        ..LINT.found(reference.location, message)
    }
}

fn here<T>(gateway: Found<'_, T>) -> Label {
    let text = Text::new("this Gateway is here", "여기에 있는 Gateway입니다");
    Label { location: gateway.at(gateway.entry.resource.meta.name_span()), text }
}

fn rename(reference: &Reference<'_>, near: &str) -> Fix {
    let is_joined = reference.is_istio && reference.is_qualified;
    let text = if is_joined { format!("{}/{near}", reference.namespace) } else { near.to_owned() };
    suggest::use_text(reference.location, &text, suggest::is_typo(reference.name, near))
}

/// Istio takes the namespace in the same value; a parentRef has a field of its own for it.
fn move_to(reference: &Reference<'_>, other: &str) -> Option<Fix> {
    let text = format!("{other}/{}", reference.name);
    reference.is_istio.then(|| suggest::use_text(reference.location, &text, !reference.is_qualified))
}

fn in_other(reference: &Reference<'_>, other: &str) -> Text {
    let name = reference.name;
    if reference.is_istio {
        return Text::new(
            format!("a name without namespace is looked for beside the VirtualService: write `{other}/{name}`"),
            format!("네임스페이스 없이 적으면 VirtualService 옆에서 찾습니다. `{other}/{name}` 이름을 적으세요"),
        );
    }
    Text::new(
        format!("Gateway `{name}` is in namespace `{other}`: add `namespace: {other}` to this parentRef"),
        format!(
            "`{name}` Gateway는 `{other}` 네임스페이스에 있습니다. 이 parentRef에 `namespace: {other}`를 추가하세요"
        ),
    )
}

fn consequence(reference: &Reference<'_>) -> Text {
    if reference.is_istio {
        return Text::new(
            "no gateway takes these rules; correct the name, or add the Gateway",
            "어떤 게이트웨이도 이 규칙을 받지 않습니다. 이름을 고치거나 Gateway를 추가하세요",
        );
    }
    Text::new(
        "the route is attached to nothing; correct the name, or add the Gateway",
        "라우트가 어디에도 연결되지 않습니다. 이름을 고치거나 Gateway를 추가하세요",
    )
}

/// `sectionName` and `port` both have to fit a listener (status `NoMatchingParent`).
fn missing_listener(route: &Route<'_>, parent: &ParentRef, gateway: Found<'_, Gateway>) -> Option<Diagnostic> {
    let listeners = &gateway.object.listeners;
    if let Some(section) =
        parent.section.as_ref().filter(|it| !listeners.iter().any(|known| known.name.value == it.value))
    {
        let location = route.entry.at(section.span);
        let names = || listeners.iter().map(|it| it.name.value.as_str());
        let near = suggest::near(&section.value, names());
        let help = near.map_or_else(|| listener_names(&suggest::listed(names())), suggest::did_you_mean);
        let fix = near.map(|it| suggest::use_text(location, it, suggest::is_typo(&section.value, it)));
        return Some(no_listener(location, gateway, &section.value, (help, fix)));
    }
    let port = parent.port.as_ref()?;
    let fits = |it: &GatewayListener| {
        let is_named = parent.section.as_ref().is_none_or(|section| section.value == it.name.value);
        is_named && it.port.as_ref().is_some_and(|known| known.value == port.value)
    };
    if listeners.iter().any(fits) {
        return None;
    }
    let ports: Vec<String> =
        listeners.iter().filter_map(|it| it.port.as_ref()).map(|it| it.value.to_string()).collect();
    let help = listener_names(&suggest::listed(ports.iter().map(String::as_str)));
    Some(no_listener(route.entry.at(port.span), gateway, &port.value.to_string(), (help, None)))
}

fn listener_names(known: &str) -> Text {
    Text::new(format!("its listeners are {known}"), format!("있는 리스너: {known}"))
}

fn no_listener(
    location: Location,
    gateway: Found<'_, Gateway>,
    wanted: &str,
    (help, fix): (Text, Option<Fix>),
) -> Diagnostic {
    let name = gateway.name();
    let message = Text::new(
        format!("Gateway `{name}` has no listener `{wanted}`"),
        format!("`{name}` Gateway에 `{wanted}` 리스너가 없습니다"),
    );
    let first = gateway.object.listeners.first().map(|it| Label {
        location: gateway.at(it.name.span),
        text: Text::new("its listeners begin here", "리스너는 여기서 시작합니다"),
    });
    let related = first.into_iter().collect();
    Diagnostic { help: Some(help), fix, related, aliases: &[], ..LINT.found(location, message) }
}
