//! `port-not-offered`: a port that the other side does not have: of a Service for a route, of the Pods for a Service.

use podpath_cluster::{Cluster, Found, PodSource, service_pods};
use podpath_objects::{ContainerPort, PortRef, Service, ServicePort};
use podpath_order::{Gather, OrdSet};
use podpath_source::{Diagnostic, Fix, Label, Location, Severity, Span, Text};

use crate::backend::{self, Backend, RouteKind};
use crate::{Check, Context, Lint, suggest};

pub(crate) static LINT: Lint =
    Lint { code: "port-not-offered", severity: Severity::Error, aliases: &["IST0101"], check: Check::Cluster(check) };

/// What Kiali says of a Service port that no container has.
const CONTAINERS: &[&str] = &["KIA0701"];

fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let cluster = context.cluster;
    backend::each(context, found, &|backend| asked_port(cluster, backend));
    context.each::<Service>(found, &|service, found| {
        let pods = service_pods(cluster, &service);
        if !pods.is_empty() {
            let ports = service.object.ports.iter();
            found.extend(ports.filter_map(|port| target_port(cluster, service, port, &pods)));
        }
    });
}

/// A route asks for a port that the Service lacks.
fn asked_port(cluster: &Cluster, backend: &Backend<'_>) -> Option<Diagnostic> {
    let service = cluster.find::<Service>(backend.namespace, backend.name)?;
    let wanted = backend.port.as_ref()?;
    let is_name_only = service.object.service_type == "ExternalName";
    if backend.is_incomplete || is_name_only || service.object.ports.is_empty() || offers(service.object, &wanted.value)
    {
        return None;
    }
    let (name, port, offered) = (service.name(), &wanted.value, offered(service.object, &wanted.value));
    let message = Text::new(
        format!("Service `{name}` has no port `{port}`; it offers {offered}"),
        format!("`{name}` Service에 `{port}` 포트가 없습니다. 있는 포트: {offered}"),
    );
    let location = backend.at(wanted.span);
    let related = Label {
        location: service.at(service.object.ports_span),
        text: Text::new(format!("the Service declares only {offered} here"), format!("여기에 있는 포트: {offered}")),
    };
    Some(Diagnostic {
        related: vec![related],
        help: Some(help(service.object, &wanted.value)),
        fix: meant(service.object, &wanted.value, location),
        aliases: if backend.route == RouteKind::VirtualService { LINT.aliases } else { &[] },
        ..LINT.found(location, message)
    })
}

/// A number in quotes is a name to the API server, but controllers take it as the number.
fn offers(service: &Service, wanted: &PortRef) -> bool {
    let as_number: Option<u16> = match wanted {
        PortRef::Name(name) => name.parse().ok(),
        PortRef::Number(_) => None,
    };
    service.port_by(wanted).is_some() || as_number.is_some_and(|number| service.port(number).is_some())
}

/// What the Service has, by number or by name as it was asked.
fn offered(service: &Service, wanted: &PortRef) -> String {
    let by_name = |it: &ServicePort| it.name.as_ref().map(|name| name.value.clone());
    let known: Vec<String> = match wanted {
        PortRef::Name(_) if service.ports.iter().any(|it| it.name.is_some()) => {
            service.ports.iter().filter_map(by_name).collect()
        }
        _ => service.ports.iter().map(|it| it.port.value.to_string()).collect(),
    };
    suggest::listed(known.iter().map(String::as_str))
}

fn help(service: &Service, wanted: &PortRef) -> Text {
    if service.ports.iter().any(|it| it.target_port.value == *wanted) {
        return Text::new(
            format!("`{wanted}` is its `targetPort`, the port of the Pod; a route names the port of the Service"),
            format!("`{wanted}` 값은 `targetPort`, 곧 Pod의 포트입니다. 라우트에는 Service의 포트를 적습니다"),
        );
    }
    Text::new(
        "a route names `spec.ports[].port` of the Service, or that port's name where it may",
        "라우트에는 Service의 `spec.ports[].port` 값이나, 허용되는 곳에서는 그 포트의 이름을 적습니다",
    )
}

/// The port that was meant: by its `targetPort`, as the only one, or by a near name.
fn meant(service: &Service, wanted: &PortRef, location: Location) -> Option<Fix> {
    match wanted {
        PortRef::Number(_) => {
            let mut same = service.ports.iter().filter(|it| it.target_port.value == *wanted);
            let only = service.ports.first().filter(|_| service.ports.len() == 1);
            let port = match (same.next(), same.next()) {
                (Some(port), None) => Some(port),
                (None, _) => only,
                (Some(_), Some(_)) => None,
            };
            port.map(|it| suggest::use_number(location, it.port.value, true))
        }
        PortRef::Name(written) => {
            let names = service.ports.iter().filter_map(|it| it.name.as_ref()).map(|it| it.value.as_str());
            let name = suggest::near(written, names)?;
            Some(suggest::use_text(location, name, suggest::is_typo(written, name)))
        }
    }
}

/// A Service asks for a port that the Pods it selects do not declare.
fn target_port(
    cluster: &Cluster,
    service: Found<'_, Service>,
    port: &ServicePort,
    pods: &[PodSource<'_>],
) -> Option<Diagnostic> {
    match &port.target_port.value {
        PortRef::Name(name) if name.bytes().all(|it| it.is_ascii_digit()) => None,
        PortRef::Name(name) => {
            let is_known = pods.iter().any(|pod| pod.template.named_port(name, &port.protocol).is_some());
            (!is_known).then(|| unknown_name(cluster, service, (port, name.as_str()), pods))
        }
        PortRef::Number(number) => {
            let numbers = declared_numbers(pods)?;
            (!numbers.contains(number)).then(|| undeclared_number(cluster, service, (port, *number), (pods, &numbers)))
        }
    }
}

/// A Pod without a port of the name is no endpoint, so this Service port has none.
fn unknown_name(
    cluster: &Cluster,
    service: Found<'_, Service>,
    (port, name): (&ServicePort, &str),
    pods: &[PodSource<'_>],
) -> Diagnostic {
    let location = service.at(port.target_port.span);
    let message = Text::new(
        format!("no container behind Service `{}` has a port named `{name}`", service.name()),
        format!("`{}` Service가 고르는 컨테이너 중 이름이 `{name}`인 포트가 없습니다", service.name()),
    );
    let names: OrdSet<&str> = ports(pods).filter_map(|it| it.name.as_ref()).map(|it| it.value.as_str()).gather();
    let near = suggest::near(name, names.iter().copied());
    let help = near.map_or_else(
        || {
            Text::new(
                "name the `containerPort` so, or write its number here; without it this port has no endpoints",
                "`containerPort`에 이 이름을 붙이거나 여기에 번호를 적으세요. 그대로 두면 이 포트에는 엔드포인트가 없습니다",
            )
        },
        suggest::did_you_mean,
    );
    let fix = near.map(|it| suggest::use_text(location, it, suggest::is_typo(name, it)));
    let related = declared(cluster, pods).into_iter().collect();
    Diagnostic { help: Some(help), fix, related, aliases: CONTAINERS, ..LINT.found(location, message) }
}

/// `containerPort` is only information, so a number that nobody declares may work: this is a warning.
fn undeclared_number(
    cluster: &Cluster,
    service: Found<'_, Service>,
    (port, number): (&ServicePort, u16),
    (pods, numbers): (&[PodSource<'_>], &OrdSet<u16>),
) -> Diagnostic {
    let location = service.at(port.target_port.span);
    let message = Text::new(
        format!("no container behind Service `{}` declares port `{number}`", service.name()),
        format!("`{}` Service가 고르는 컨테이너 중 `{number}` 포트를 선언한 것이 없습니다", service.name()),
    );
    let known: Vec<String> = numbers.iter().map(u16::to_string).collect();
    let known = suggest::listed(known.iter().map(String::as_str));
    let help = Text::new(
        format!("they declare {known}; requests fail unless something listens on `{number}` all the same"),
        format!("선언한 포트: {known}. `{number}` 포트에서 실제로 듣는 것이 없으면 요청이 실패합니다"),
    );
    let is_written = port.target_port.span != port.port.span;
    let only = numbers.first().filter(|_| numbers.len() == 1 && is_written);
    let fix = only.map(|it| suggest::use_number(location, *it, false));
    let related = declared(cluster, pods).into_iter().collect();
    let severity = Severity::Warning;
    Diagnostic { severity, help: Some(help), fix, related, aliases: CONTAINERS, ..LINT.found(location, message) }
}

fn ports<'a>(pods: &[PodSource<'a>]) -> impl Iterator<Item = &'a ContainerPort> {
    pods.iter().flat_map(|pod| pod.template.ports())
}

/// The port numbers of the Pods; none when a Pod declares nothing, or is an Istio proxy, which is told its ports.
fn declared_numbers(pods: &[PodSource<'_>]) -> Option<OrdSet<u16>> {
    let is_silent = |pod: &PodSource<'_>| {
        let mut names = pod.template.containers.iter().filter_map(|it| it.name.as_ref());
        pod.template.ports().next().is_none() || names.any(|it| it.value == "istio-proxy")
    };
    if pods.iter().any(is_silent) {
        return None;
    }
    Some(ports(pods).filter_map(|it| it.port.as_ref()).map(|it| it.value).collect())
}

/// Where the Pods declare their first port, or their container when they declare none.
fn declared(cluster: &Cluster, pods: &[PodSource<'_>]) -> Option<Label> {
    let pod = pods.first()?;
    let entry = cluster.entry(pod.id)?;
    let port = pod.template.ports().next();
    let span: Option<Span> =
        port.and_then(|it| it.name.as_ref().map(|it| it.span).or(it.port.as_ref().map(|it| it.span)));
    let span = span.or_else(|| pod.template.containers.first().map(|it| it.span))?;
    let (kind, name) = (&entry.resource.meta.kind.value, entry.resource.meta.name());
    let text = Text::new(format!("the ports of {kind} `{name}`"), format!("{kind} `{name}`의 포트"));
    Some(Label { location: Location { document: entry.document, span }, text })
}
