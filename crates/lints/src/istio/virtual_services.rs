//! VirtualServices whose rules do not count as their author thinks.

use podpath_cluster::{Cluster, Found, ResourceId};
use podpath_objects::{IstioGateway, RequestAuthentication, Service, VirtualService};
use podpath_order::{Gather, OrdMap, OrdSet};
use podpath_routing::gateways::istio::age_key;
use podpath_source::{Diagnostic, Label, Location, Severity, Spanned};

use super::mesh::{self, scopes};
use super::{Names, gateway_of};
use crate::rule::{Rule, say};
use crate::{Check, Context, Lint, backend};

/// IST0109: of several VirtualServices for a host of the mesh one counts alone. Istio's analyzer calls the choice
/// undefined; proxies take those for their own namespace first, then the oldest (`pilot/pkg/model/push_context.go`).
pub(crate) static SHARED_HOST: Rule = Rule {
    lint: Lint {
        code: "shared-mesh-host",
        severity: Severity::Warning,
        aliases: &["IST0109", "KIA1106"],
        check: Check::Cluster(shared_host),
    },
    message: [
        "VirtualService `{0}` is for `{1}` inside the mesh, too",
        "VirtualService `{0}`도 메시 안의 `{1}` 호스트를 맡습니다",
    ],
    help: [
        "sidecars follow `{2}` alone, whatever the paths: rules for their own namespace first, then the oldest; join the two",
        "사이드카는 경로와 상관없이 `{2}` 규칙만 따릅니다. 자기 네임스페이스용이 먼저이고 그다음은 오래된 것입니다. 둘을 합치세요",
    ],
};

/// IST0112: a Service with several ports, of which the destination names none.
pub(crate) static WITHOUT_PORT: Rule = Rule {
    lint: Lint {
        code: "destination-without-port",
        severity: Severity::Warning,
        aliases: &["IST0112"],
        check: Check::Cluster(without_port),
    },
    message: [
        "Service `{0}` has several ports ({1}), and this destination names none",
        "`{0}` Service에는 포트가 여럿({1}) 있는데 이 destination에 포트가 없습니다",
    ],
    help: [
        "a sidecar goes on with the port that was called, a gateway with the number of its server: 503 where the Service lacks it; add `port.number`",
        "사이드카는 호출받은 포트로, 게이트웨이는 서버의 포트 번호로 보내고 Service에 그 포트가 없으면 503입니다. `port.number`를 적으세요",
    ],
};

/// IST0140: rules are not chained: where one gateway rule sends to a host, the rules of that host do not count any more.
pub(crate) static MESH_ONLY_SUBSET: Rule = Rule {
    lint: Lint {
        code: "mesh-only-subset",
        severity: Severity::Warning,
        aliases: &["IST0140"],
        check: Check::Cluster(mesh_only_subset),
    },
    message: [
        "the subsets of `{0}` in VirtualService `{1}` do not count for what comes through the gateway",
        "게이트웨이로 들어온 요청에는 VirtualService `{1}`에 적힌 `{0}`의 subset이 적용되지 않습니다",
    ],
    help: [
        "a gateway goes from this rule straight to all Pods of the Service; name the subset here, too",
        "게이트웨이는 이 규칙에서 바로 Service의 모든 Pod로 보냅니다. 여기에도 subset을 적으세요",
    ],
};

/// IST0149: claims of a token that nobody has checked.
pub(crate) static UNVERIFIED_CLAIMS: Rule = Rule {
    lint: Lint {
        code: "unverified-claims",
        severity: Severity::Error,
        aliases: &["IST0149"],
        check: Check::Cluster(unverified_claims),
    },
    message: [
        "no RequestAuthentication is for the Pods of Gateway `{1}`, so the match on `{0}` never fits",
        "`{1}` Gateway의 Pod에 RequestAuthentication이 없어 `{0}` 조건이 맞을 수 없습니다",
    ],
    help: [
        "claims are known after a RequestAuthentication has checked the token; add one that selects Pod `{2}`",
        "클레임은 RequestAuthentication이 토큰을 확인해야 알 수 있습니다. `{2}` Pod를 고르는 것을 추가하세요",
    ],
};

/// IST0165: a Gateway that Istio makes of one of the Gateway API.
pub(crate) static GENERATED_GATEWAY: Rule = Rule {
    lint: Lint {
        code: "generated-gateway",
        severity: Severity::Warning,
        aliases: &["IST0165"],
        check: Check::Cluster(generated_gateway),
    },
    message: ["`{0}` is a Gateway that Istio makes for itself", "`{0}` Gateway는 Istio가 내부에서 만드는 것입니다"],
    help: [
        "its name may change with any version; attach an HTTPRoute to the Gateway of the Gateway API instead",
        "이름이 언제든 바뀔 수 있습니다. 대신 Gateway API의 Gateway에 HTTPRoute를 연결하세요",
    ],
};

/// A host of a VirtualService for the mesh.
#[derive(Clone, Copy)]
struct Claim<'a> {
    owner: Found<'a, VirtualService>,
    host: &'a Spanned<String>,
}

fn shared_host(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let names = Names::of(context.cluster);
    let mut claims: OrdMap<(&str, String), Vec<Claim<'_>>> = OrdMap::new();
    for owner in context.cluster.all::<VirtualService>().filter(|it| it.object.is_for_mesh()) {
        for scope in scopes(&owner.object.export_to, owner.namespace()) {
            for host in &owner.object.hosts {
                let full = names.completed(owner.namespace(), &host.value);
                claims.entry((scope, full)).or_default().push(Claim { owner, host });
            }
        }
    }
    let mut told: OrdSet<ResourceId> = OrdSet::new();
    for ((scope, host), own) in &claims {
        let same = claims.get(&("*", host.clone())).filter(|_| *scope != "*").into_iter().flatten();
        let same: Vec<Claim<'_>> = own.iter().chain(same).copied().collect();
        tell(&same, scope, &mut told, found);
        // A wildcard of everybody that holds a host of one namespace.
        if *scope != "*" {
            for pattern in host.match_indices('.').filter_map(|(at, _)| host.get(at..)) {
                let wild = format!("*{pattern}");
                let wider = claims.get(&("*", wild.clone())).filter(|_| wild != *host);
                if let (Some(narrow), Some(wide)) = (own.first(), wider.and_then(|it| it.first())) {
                    tell_wide(*narrow, *wide, &mut told, found);
                }
            }
        }
    }
}

/// One finding for each of the VirtualServices that have one host.
fn tell(same: &[Claim<'_>], scope: &str, told: &mut OrdSet<ResourceId>, found: &mut Vec<Diagnostic>) {
    let Some(first) = same.iter().min_by(|a, b| rank(a, scope).cmp(&rank(b, scope))) else { return };
    for claim in same {
        let Some(other) = same.iter().find(|it| it.owner.id != claim.owner.id) else { continue };
        // Beside the one that counts the others are told of it.
        let other = if claim.owner.id == first.owner.id { other } else { first };
        if told.insert(claim.owner.id) {
            found.push(pair(*claim, *other, &full_name(first.owner)));
        }
    }
}

/// For its own namespace, for some, for all; then by age.
fn rank<'a>(claim: &Claim<'a>, scope: &str) -> (u8, impl Ord + use<'a>) {
    let named = scopes(&claim.owner.object.export_to, claim.owner.namespace());
    let is_own = claim.owner.namespace() == scope;
    (if named.contains("*") { 2 } else { u8::from(!is_own) }, age_key(&claim.owner))
}

fn tell_wide(narrow: Claim<'_>, wide: Claim<'_>, told: &mut OrdSet<ResourceId>, found: &mut Vec<Diagnostic>) {
    if narrow.owner.id == wide.owner.id {
        return;
    }
    let words = [
        "`{0}` holds `{1}`: in the namespaces that see both, the narrow one alone counts for it",
        "`{0}` 패턴에 `{1}` 호스트도 포함됩니다. 둘 다 보이는 네임스페이스에서는 좁은 쪽만 적용됩니다",
    ];
    let help = say(words, &[&wide.host.value, &narrow.host.value]);
    for (claim, other) in [(narrow, wide), (wide, narrow)] {
        if told.insert(claim.owner.id) {
            found.push(Diagnostic { severity: Severity::Info, help: Some(help.clone()), ..pair(claim, other, "") });
        }
    }
}

/// A finding at one of the two, which names the other and the one that counts.
fn pair(claim: Claim<'_>, other: Claim<'_>, winner: &str) -> Diagnostic {
    let name = full_name(other.owner);
    let label = Label {
        location: other.owner.at(other.host.span),
        text: say(["the same host there", "그쪽의 같은 호스트"], &[]),
    };
    let values = [name.as_str(), other.host.value.as_str(), winner];
    let finding = SHARED_HOST.found(claim.owner.at(claim.host.span), &values);
    Diagnostic { related: vec![label], ..finding }
}

fn full_name(service: Found<'_, VirtualService>) -> String {
    format!("{}/{}", service.namespace(), service.name())
}

fn without_port(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let names = Names::of(context.cluster);
    context.each::<VirtualService>(found, &|rules, found| {
        let backends = backend::of_virtual_service(rules, &names).into_iter();
        for backend in backends.filter(|it| it.port.is_none() && !it.is_incomplete) {
            let Some(service) = context.cluster.find::<Service>(backend.namespace, backend.name) else { continue };
            let ports: Vec<String> = service.object.ports.iter().map(|it| it.port.value.to_string()).collect();
            if ports.len() > 1 {
                let known = crate::suggest::listed(ports.iter().map(String::as_str));
                found.push(WITHOUT_PORT.found(backend.at(backend.written.span), &[backend.name, &known]));
            }
        }
    });
}

fn mesh_only_subset(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let names = Names::of(context.cluster);
    let mut inner: OrdMap<String, Found<'_, VirtualService>> = OrdMap::new();
    let full = |service: Found<'_, VirtualService>, host: &str| names.completed(service.namespace(), host);
    for service in context.cluster.all::<VirtualService>() {
        let mut with_subset =
            service.object.http.iter().flat_map(|it| &it.route).filter(|it| it.subset.is_some()).peekable();
        if with_subset.peek().is_none() {
            continue;
        }
        let hosts: OrdSet<String> = service.object.hosts.iter().map(|it| full(service, &it.value)).gather();
        for host in with_subset.map(|it| full(service, &it.host.value)).filter(|it| hosts.contains(it)) {
            inner.entry(host).or_insert(service);
        }
    }
    if inner.is_empty() {
        return;
    }
    for service in context.cluster.all::<VirtualService>() {
        let is_at_gateway = service.object.gateways.iter().any(|it| it.value != "mesh");
        let routes = service.object.http.iter().flat_map(|it| &it.route).filter(|it| it.subset.is_none());
        let mut told = OrdSet::new();
        for destination in routes.filter(|_| is_at_gateway) {
            let host = full(service, &destination.host.value);
            let Some(other) = inner.get(&host).filter(|it| it.id != service.id) else { continue };
            let values = [destination.host.value.as_str(), other.name()];
            if told.insert(other.id) {
                found.push(MESH_ONLY_SUBSET.found(service.at(destination.host.span), &values));
            }
        }
    }
}

fn unverified_claims(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let served = mesh::gateway_pods(context);
    for service in context.cluster.all::<VirtualService>() {
        let Some((claim, at)) = claim(service) else { continue };
        let gateways = service.object.gateways.iter().filter_map(|it| gateway_of(service.namespace(), &it.value));
        for (namespace, name) in gateways {
            let Some(gateway) = context.cluster.find::<IstioGateway>(namespace, name) else { continue };
            for pods in served.get(&gateway.id).into_iter().flatten() {
                if !is_verified(context.cluster, &pods.namespace, &pods.labels) {
                    let pod = pods.source.and_then(|it| context.cluster.entry(it));
                    let pod = pod.map_or("", |it| it.resource.meta.name());
                    found.push(UNVERIFIED_CLAIMS.found(at, &[claim, name, pod]));
                }
            }
        }
    }
}

/// The first match on a claim.
fn claim(service: Found<'_, VirtualService>) -> Option<(&str, Location)> {
    let matches = service.object.http.iter().flat_map(|it| &it.matches);
    let headers = matches.flat_map(|it| it.headers.iter().chain(&it.without_headers));
    let mut claims = headers.filter(|it| it.0.starts_with("@request.auth.claims"));
    claims.next().map(|(name, text)| (name.as_str(), service.at(text.span)))
}

fn is_verified(cluster: &Cluster, namespace: &str, labels: &podpath_objects::Labels) -> bool {
    let root = cluster.settings.mesh_root_namespace.as_str();
    let near = [root, namespace].into_iter().flat_map(|it| cluster.in_namespace::<RequestAuthentication>(it));
    near.into_iter().any(|it| it.object.scope.labels().is_none_or(|it| it.is_subset_of(labels)))
}

fn generated_gateway(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for service in context.cluster.all::<VirtualService>() {
        for gateway in service.object.gateways.iter().filter(|it| super::is_generated(&it.value)) {
            found.push(GENERATED_GATEWAY.found(service.at(gateway.span), &[&gateway.value]));
        }
    }
}
