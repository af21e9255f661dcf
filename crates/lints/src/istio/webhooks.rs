//! Webhooks of Istio: the injector's selectors, and where its requests go.

use podpath_cluster::Found;
use podpath_objects::{Labels, MutatingWebhooks, Reader, Selector, Service, Webhook};
use podpath_order::{Gather, OrdSet};
use podpath_source::{Diagnostic, Severity};

use crate::rule::Rule;
use crate::{Check, Context, DocumentContext, Lint};

/// IST0139: a Pod that two injectors change (istio `analyzers/webhook`: every combination of the labels that ask for
/// injection fits one webhook or none).
pub(crate) static OVERLAPPING: Rule = Rule {
    lint: Lint {
        code: "webhooks-overlap",
        severity: Severity::Error,
        aliases: &["IST0139"],
        check: Check::Cluster(overlapping),
    },
    message: ["webhook `{0}` takes Pods that `{1}` takes, too", "`{0}` 웹훅과 `{1}` 웹훅이 같은 Pod를 받습니다"],
    help: [
        "such Pods are injected twice; make the selectors exclude each other, by `istio.io/rev` for instance",
        "그런 Pod에는 두 번 주입됩니다. `istio.io/rev` 등으로 selector가 겹치지 않게 하세요",
    ],
};

/// IST0139: nobody answers.
pub(crate) static WITHOUT_SERVICE: Rule = Rule {
    lint: Lint {
        code: "webhook-without-service",
        severity: Severity::Error,
        aliases: &["IST0139"],
        check: Check::Cluster(without_service),
    },
    message: [
        "webhook `{0}` asks Service `{2}` of namespace `{1}`, which is not here",
        "`{0}` 웹훅이 부르는 `{1}` 네임스페이스의 `{2}` Service가 없습니다",
    ],
    help: [
        "while nobody answers, Pods are refused or made without sidecar, as `failurePolicy` says",
        "응답이 없는 동안에는 `failurePolicy`에 따라 Pod가 거부되거나 사이드카 없이 만들어집니다",
    ],
};

/// IST0163: neither a Service nor an address (istio `analyzers/externalcontrolplane`).
pub(crate) static WITHOUT_ADDRESS: Rule = Rule {
    lint: Lint {
        code: "webhook-without-address",
        severity: Severity::Warning,
        aliases: &["IST0163"],
        check: Check::Document(without_address),
    },
    message: [
        "webhook `{0}` names neither a Service nor a usable URL",
        "`{0}` 웹훅에 Service도 쓸 수 있는 URL도 없습니다",
    ],
    help: [
        "set `clientConfig.url` to the address of the external control plane, `https://host/inject`",
        "`clientConfig.url`에 외부 컨트롤 플레인의 주소(`https://host/inject`)를 적으세요",
    ],
};

/// IST0164: a number instead of a name.
pub(crate) static BARE_ADDRESS: Rule = Rule {
    lint: Lint {
        code: "webhook-bare-address",
        severity: Severity::Info,
        aliases: &["IST0164"],
        check: Check::Document(bare_address),
    },
    message: ["the address of webhook `{0}` is an IP: `{1}`", "`{0}` 웹훅의 주소가 IP입니다: `{1}`"],
    help: [
        "certificates are made for names; give the control plane a host name",
        "인증서는 이름으로 만듭니다. 컨트롤 플레인에 호스트 이름을 주세요",
    ],
};

/// A webhook of Istio, with the object that holds it.
type Hook<'a> = (Found<'a, MutatingWebhooks>, &'a Webhook);

fn hooks<'a>(context: &Context<'a>) -> Vec<Hook<'a>> {
    let mut hooks = Vec::new();
    for found in context.cluster.all::<MutatingWebhooks>() {
        let is_istios = found.object.webhooks.iter().any(|it| it.name.ends_with("istio.io"));
        if is_istios || !revisions(found).is_empty() {
            hooks.extend(found.object.webhooks.iter().map(|it| (found, it)));
        }
    }
    hooks
}

const REVISION: &str = "istio.io/rev";

fn revisions(found: Found<'_, MutatingWebhooks>) -> OrdSet<String> {
    let own = found.entry.resource.meta.labels.get(REVISION).map(str::to_owned);
    let selectors = found.object.webhooks.iter().flat_map(|it| [&it.namespaces, &it.objects]).flatten();
    let named = selectors.flat_map(|it| {
        let term = it.terms.iter().filter(|it| it.key == REVISION).flat_map(|it| it.values.clone());
        term.chain(it.labels.get(REVISION).map(str::to_owned)).collect::<Vec<_>>()
    });
    named.chain(own).gather()
}

/// More revisions than this at once nobody runs; their number is squared here.
const MAX_REVISIONS: usize = 8;

fn overlapping(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let hooks = hooks(context);
    let revisions: OrdSet<String> = hooks.iter().flat_map(|it| revisions(it.0)).take(64).gather();
    let revisions: Vec<&str> = revisions.iter().map(String::as_str).take(MAX_REVISIONS).collect();
    let namespaces = combinations("istio-injection", ["enabled", "disabled"], &revisions);
    let objects = combinations("sidecar.istio.io/inject", ["true", "false"], &revisions);
    let mut told = OrdSet::new();
    for space in &namespaces {
        let near: Vec<&Hook<'_>> = hooks.iter().filter(|it| fits(it.1.namespaces.as_ref(), space)).collect();
        for object in &objects {
            let taking: Vec<&&Hook<'_>> = near.iter().filter(|it| fits(it.1.objects.as_ref(), object)).collect();
            for hook in &taking {
                let Some(other) = taking.iter().find(|it| it.1.span != hook.1.span || it.0.id != hook.0.id) else {
                    continue;
                };
                if told.insert((hook.0.id, hook.1.span.start)) {
                    let values = [named(hook), named(other)];
                    found.push(OVERLAPPING.found(hook.0.at(hook.1.span), &[&values[0], &values[1]]));
                }
            }
        }
    }
}

fn named(hook: &Hook<'_>) -> String {
    format!("{}/{}", hook.0.name(), hook.1.name)
}

fn fits(selector: Option<&Selector>, labels: &Labels) -> bool {
    selector.is_none_or(|it| it.matches(labels))
}

/// The label not set, and with each of its values; each without and with every revision.
fn combinations(key: &str, values: [&str; 2], revisions: &[&str]) -> Vec<Labels> {
    let mut all = Vec::new();
    for value in [None, Some(values[0]), Some(values[1])] {
        for revision in revisions.iter().map(|it| Some(*it)).chain([None]) {
            let own = value.map(|it| (key, it));
            let revision = revision.map(|it| (REVISION, it));
            all.push(own.into_iter().chain(revision).collect());
        }
    }
    all
}

fn without_service(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (owner, hook) in hooks(context) {
        let Some((namespace, name)) = &hook.service else { continue };
        if context.cluster.find::<Service>(namespace, &name.value).is_none() {
            let values = [hook.name.as_str(), namespace, &name.value];
            found.push(WITHOUT_SERVICE.found(owner.at(name.span), &values));
        }
    }
}

fn without_address(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    each(context, &mut |name, client| {
        let url = client.get("url").text();
        let is_wrong = match &url {
            Some(url) => host(&url.value).is_empty(),
            None => !client.get("service").exists(),
        };
        if is_wrong {
            found.push(WITHOUT_ADDRESS.found(context.at(client.key_span("url")), &[name]));
        }
    });
}

fn bare_address(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    each(context, &mut |name, client| {
        let Some(url) = client.get("url").text() else { return };
        if host(&url.value).parse::<std::net::IpAddr>().is_ok() {
            found.push(BARE_ADDRESS.found(context.at(url.span), &[name, host(&url.value)]));
        }
    });
}

/// The host of a URL, without brackets and port; empty when it has none.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |it| it.1);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// The webhooks of a control plane: the names of their objects are given by its chart.
fn each(context: &DocumentContext<'_>, visit: &mut dyn FnMut(&str, Reader<'_>)) {
    let group = "admissionregistration.k8s.io";
    let kinds = [(group, "ValidatingWebhookConfiguration"), (group, "MutatingWebhookConfiguration")];
    for (object, kind) in context.objects(&kinds) {
        let name = object.get("metadata").get("name").text().map(|it| it.value).unwrap_or_default();
        let is_istios = if kind.starts_with("Mutating") {
            name.starts_with("istio-sidecar-injector")
        } else {
            name == "istiod-default-validator" || name.starts_with("istio-validator")
        };
        for hook in object.get("webhooks").items().filter(|_| is_istios) {
            let name = hook.get("name").text().map(|it| it.value).unwrap_or_default();
            visit(&name, hook.get("clientConfig"));
        }
    }
}
