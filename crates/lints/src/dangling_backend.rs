//! `dangling-backend`: a route sends to a Service that is not here.
//!
//! It is an error where other Services of that namespace are here, so that this one should be, too, or where the name is
//! a near miss; else a warning: the Service may stand in files that were not pasted.

use podpath_cluster::{Cluster, Found};
use podpath_objects::Service;
use podpath_order::OrdMap;
use podpath_source::{Diagnostic, Fix, Label, Severity, Text};

use crate::backend::{self, Backend, RouteKind};
use crate::istio::Names;
use crate::{Check, Context, Lint, suggest};

pub(crate) static LINT: Lint = Lint {
    code: "dangling-backend",
    severity: Severity::Error,
    aliases: &["IST0101", "KIA1101", "KIA1402", "dangling-ingress"],
    check: Check::Cluster(check),
};

fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let cluster = context.cluster;
    let names = Names::of(cluster);
    let elsewhere = suggest::namespaces_by_name::<Service>(cluster);
    backend::each(context, found, &|backend| {
        let is_here = cluster.find::<Service>(backend.namespace, backend.name).is_some();
        if backend.is_incomplete {
            return Some(incomplete(&names, backend, is_here));
        }
        (!is_here).then(|| missing(cluster, &names, &elsewhere, backend))
    });
}

fn aliases(route: RouteKind) -> &'static [&'static str] {
    match route {
        RouteKind::VirtualService => &["IST0101", "KIA1101"],
        RouteKind::Ingress => &["dangling-ingress"],
        RouteKind::Http | RouteKind::Grpc => &["KIA1402"],
        RouteKind::Stream | RouteKind::TargetGroupBinding => &[],
    }
}

/// `reviews.prod` is not completed: Istio looks for a host of exactly that name.
fn incomplete(names: &Names<'_>, backend: &Backend<'_>, is_here: bool) -> Diagnostic {
    let (written, full) = (&backend.written.value, names.full(backend.namespace, backend.name));
    let location = backend.at(backend.written.span);
    let message = Text::new(
        format!("Istio takes `{written}` as a host of its own, not as a Service"),
        format!("Istio는 `{written}` 값을 Service가 아니라 별개의 호스트로 봅니다"),
    );
    let help = Text::new(
        format!("only names without dot are completed: write `{full}`"),
        format!("점이 없는 이름만 자동으로 완성됩니다. `{full}` 이름을 적으세요"),
    );
    Diagnostic {
        severity: if is_here { Severity::Error } else { Severity::Warning },
        help: Some(help),
        fix: Some(suggest::use_text(location, &full, is_here)),
        aliases: aliases(backend.route),
        ..LINT.found(location, message)
    }
}

fn missing(
    cluster: &Cluster,
    names: &Names<'_>,
    elsewhere: &OrdMap<&str, Vec<&str>>,
    backend: &Backend<'_>,
) -> Diagnostic {
    let (namespace, name) = (backend.namespace, backend.name);
    let known = || cluster.in_namespace::<Service>(namespace);
    let near = suggest::near(name, known().map(|it| it.name()));
    let message = Text::new(
        format!("no Service `{name}` in namespace `{namespace}`"),
        format!("`{namespace}` 네임스페이스에 `{name}` Service가 없습니다"),
    );
    let namespaces = elsewhere.get(name).map(Vec::as_slice).unwrap_or_default();
    let (help, fix) = match (near, namespaces) {
        (Some(near), _) => (suggest::did_you_mean(near), Some(rename(names, backend, near))),
        (None, [other]) => (in_other(names, backend, other), move_to(names, backend, other)),
        (None, _) => (consequence(backend.route), None),
    };
    let related = near.and_then(|it| cluster.find::<Service>(namespace, it)).map(here);
    Diagnostic {
        // People paste a part of a cluster: only a name that nearly fits is surely a mistake.
        severity: if near.is_some() { Severity::Error } else { Severity::Warning },
        help: Some(help),
        fix,
        related: related.into_iter().collect(),
        aliases: aliases(backend.route),
        ..LINT.found(backend.at(backend.written.span), message)
    }
}

fn here(service: Found<'_, Service>) -> Label {
    let text = Text::new("this Service is here", "여기에 있는 Service입니다");
    Label { location: service.at(service.entry.resource.meta.name_span()), text }
}

/// The near name in the form of what is written.
fn rename(names: &Names<'_>, backend: &Backend<'_>, near: &str) -> Fix {
    let is_full = backend.written.value.contains('.');
    let text = if is_full { names.full(backend.namespace, near) } else { near.to_owned() };
    suggest::use_text(backend.at(backend.written.span), &text, suggest::is_typo(backend.name, near))
}

/// A VirtualService reaches every namespace by the full name; the others need more than one edit, or cannot.
fn move_to(names: &Names<'_>, backend: &Backend<'_>, other: &str) -> Option<Fix> {
    let is_host = backend.route == RouteKind::VirtualService;
    let location = backend.at(backend.written.span);
    is_host.then(|| suggest::use_text(location, &names.full(other, backend.name), true))
}

fn in_other(names: &Names<'_>, backend: &Backend<'_>, other: &str) -> Text {
    let name = backend.name;
    match backend.route {
        RouteKind::Ingress => Text::new(
            format!("Service `{name}` is in namespace `{other}`, but an Ingress reaches only its own"),
            format!(
                "`{name}` Service는 `{other}` 네임스페이스에 있습니다. Ingress는 자기 네임스페이스에만 보낼 수 있습니다"
            ),
        ),
        RouteKind::TargetGroupBinding => Text::new(
            format!("Service `{name}` is in namespace `{other}`, but a TargetGroupBinding reaches only its own"),
            format!(
                "`{name}` Service는 `{other}` 네임스페이스에 있습니다. TargetGroupBinding은 자기 네임스페이스의 Service만 씁니다"
            ),
        ),
        RouteKind::Http | RouteKind::Grpc | RouteKind::Stream => Text::new(
            format!("Service `{name}` is in namespace `{other}`: name it here, and allow it by a ReferenceGrant there"),
            format!(
                "`{name}` Service는 `{other}` 네임스페이스에 있습니다. 여기에 `namespace`를 적고, 그쪽에서 ReferenceGrant로 허용하세요"
            ),
        ),
        RouteKind::VirtualService => {
            let full = names.full(other, name);
            Text::new(
                format!("Service `{name}` is in namespace `{other}`: write `{full}`"),
                format!("`{name}` Service는 `{other}` 네임스페이스에 있습니다. `{full}` 이름을 적으세요"),
            )
        }
    }
}

fn consequence(route: RouteKind) -> Text {
    match route {
        RouteKind::Http => Text::new(
            "requests for this backend are answered 500; correct the name or add the Service",
            "이 백엔드로 가는 요청은 500으로 응답합니다. 이름을 고치거나 Service를 추가하세요",
        ),
        RouteKind::Grpc => Text::new(
            "calls for this backend end with UNAVAILABLE; correct the name or add the Service",
            "이 백엔드로 가는 호출은 UNAVAILABLE로 끝납니다. 이름을 고치거나 Service를 추가하세요",
        ),
        RouteKind::Stream => Text::new(
            "connections for this backend are refused, packets of UDP dropped; correct the name or add the Service",
            "이 백엔드로 가는 연결은 거부되고 UDP 패킷은 버려집니다. 이름을 고치거나 Service를 추가하세요",
        ),
        RouteKind::TargetGroupBinding => Text::new(
            "nothing is registered in the target group; correct the name or add the Service",
            "대상 그룹에 등록되는 것이 없습니다. 이름을 고치거나 Service를 추가하세요",
        ),
        RouteKind::Ingress | RouteKind::VirtualService => Text::new(
            "requests for this backend are answered 503; correct the name or add the Service",
            "이 백엔드로 가는 요청은 503으로 응답합니다. 이름을 고치거나 Service를 추가하세요",
        ),
    }
}
