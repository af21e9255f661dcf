//! Secrets that TLS servers of a Gateway take their certificate from.
//!
//! Rule (istio `analyzers/gateway/secret.go`, `certificate.go`): the Secret is looked for in the namespace of the gateway's
//! Pods, not in that of the Gateway; it holds `tls.crt` and `tls.key`, or `cert` and `key`, and its time is not over.

use podpath_cluster::{Cluster, Found, unix_seconds};
use podpath_objects::{Certificate, IstioGateway, Secret, ServerTls, expiry};
use podpath_order::{Gather, OrdMap, OrdSet};
use podpath_source::{Diagnostic, Label, Severity, Spanned};

use super::mesh;
use crate::rule::{Rule, say};
use crate::{Check, Context, Lint, suggest};

/// IST0101: no such Secret beside the gateway's Pods.
pub(crate) static MISSING: Rule = Rule {
    lint: Lint {
        code: "credential-not-found",
        severity: Severity::Warning,
        aliases: &["IST0101"],
        check: Check::Cluster(missing),
    },
    message: [
        "no Secret `{0}` in namespace `{1}`, where the gateway's Pods are",
        "게이트웨이 Pod가 있는 `{1}` 네임스페이스에 `{0}` Secret이 없습니다",
    ],
    help: [
        "TLS handshakes on this server fail; a Secret beside the Gateway does not count, it must be in `{1}`",
        "이 서버의 TLS 핸드셰이크가 실패합니다. Gateway 옆의 Secret은 쓰이지 않으니 `{1}` 네임스페이스에 두세요",
    ],
};

/// IST0161: a Secret that no certificate comes out of.
pub(crate) static UNUSABLE: Rule = Rule {
    lint: Lint {
        code: "unusable-credential",
        severity: Severity::Error,
        aliases: &["IST0161"],
        check: Check::Cluster(unusable),
    },
    message: [
        "the Secret `{0}` gives this server no certificate: {1}",
        "`{0}` Secret으로는 이 서버가 인증서를 얻지 못합니다. {2}",
    ],
    help: [
        "put a certificate in PEM into `tls.crt` and its key into `tls.key`; until then TLS handshakes fail",
        "`tls.crt`에 PEM 인증서를, `tls.key`에 그 키를 넣으세요. 그때까지 TLS 핸드셰이크가 실패합니다",
    ],
};

/// IST0138: browsers that keep a connection open for one host use it for every other host of the certificate.
pub(crate) static SHARED: Rule = Rule {
    lint: Lint {
        code: "shared-certificate",
        severity: Severity::Warning,
        aliases: &["IST0138"],
        check: Check::Cluster(shared),
    },
    message: [
        "Gateway `{0}` serves the same certificate from the same Pods",
        "`{0}` Gateway도 같은 Pod에서 같은 인증서를 씁니다",
    ],
    help: [
        "a browser may reuse its HTTP/2 connection to one for the hosts of the other, and gets 404; use one Gateway for both",
        "브라우저가 한쪽 HTTP/2 연결로 다른 쪽 호스트를 요청해 404를 받을 수 있습니다. 하나의 Gateway로 합치세요",
    ],
};

fn missing(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let cluster = context.cluster;
    // Nobody likes to paste Secrets: where none is, none is missed.
    if cluster.all::<Secret>().next().is_none() {
        return;
    }
    let made = certificates(cluster);
    let elsewhere = suggest::namespaces_by_name::<Secret>(cluster);
    each(context, &mut |gateway, _, credential, namespace| {
        let name = credential.value.as_str();
        let is_here = cluster.find::<Secret>(namespace, name).is_some() || made.contains(&(namespace, name));
        // `kubernetes://name` and the like are told by other means.
        if is_here || name.contains('/') {
            return;
        }
        let severity = if elsewhere.contains_key(name) { Severity::Error } else { Severity::Warning };
        found.push(Diagnostic { severity, ..MISSING.found(gateway.at(credential.span), &[name, namespace]) });
    });
}

/// The Secrets that cert-manager writes.
fn certificates(cluster: &Cluster) -> OrdSet<(&str, &str)> {
    let all = cluster.all::<Certificate>();
    all.filter_map(|it| Some((it.namespace(), it.object.secret.as_ref()?.value.as_str()))).gather()
}

fn unusable(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let now = context.cluster.settings.now;
    each(context, &mut |gateway, tls, credential, namespace| {
        let Some(secret) = context.cluster.find::<Secret>(namespace, &credential.value) else { return };
        if tls.mode.value == "PASSTHROUGH" {
            return;
        }
        if let Some([en, ko]) = flaw(secret.object, now) {
            let values = [credential.value.as_str(), en, ko];
            let place = secret.at(secret.entry.resource.meta.name_span());
            let label = Label { location: place, text: say(["the Secret", "이 Secret"], &[]) };
            let finding = UNUSABLE.found(gateway.at(credential.span), &values);
            found.push(Diagnostic { related: vec![label], ..finding });
        }
    });
}

/// What is wrong with a Secret of a server.
fn flaw(secret: &Secret, now: i64) -> Option<[&'static str; 2]> {
    let has = |key: &str| secret.data.get(key).or_else(|| secret.string_data.get(key)).is_some();
    let key = match (has("tls.crt") && has("tls.key"), has("cert") && has("key")) {
        (true, _) => "tls.crt",
        (false, true) => "cert",
        (false, false) => return Some(["it lacks `tls.crt` or `tls.key`", "`tls.crt`나 `tls.key`가 없습니다"]),
    };
    let value = secret.value(key);
    // Values that were taken out, as links do, are not judged.
    if value.as_deref() == Some("") {
        return None;
    }
    match value.and_then(|it| expiry(&it)) {
        None => Some(["what stands there is no certificate", "들어 있는 값이 인증서가 아닙니다"]),
        Some(end) if unix_seconds(&end).is_some_and(|it| it < now) => {
            Some(["its certificate has expired", "인증서의 기한이 지났습니다"])
        }
        Some(_) => None,
    }
}

/// Every server with a credential, once for each namespace in which its Pods are.
fn each<'a>(
    context: &Context<'a>,
    visit: &mut dyn FnMut(Found<'a, IstioGateway>, &'a ServerTls, &'a Spanned<String>, &'a str),
) {
    let served = mesh::gateway_pods(context);
    for gateway in context.cluster.all::<IstioGateway>() {
        let Some(pods) = served.get(&gateway.id).and_then(|it| it.first()) else { continue };
        for tls in gateway.object.servers.iter().filter_map(|it| it.tls.as_ref()) {
            if let Some(credential) = &tls.credential {
                visit(gateway, tls, credential, &pods.namespace);
            }
        }
    }
}

/// A Gateway with the place where it names its certificate.
type User<'a> = (Found<'a, IstioGateway>, &'a Spanned<String>);

fn shared(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut users: OrdMap<&str, Vec<User<'_>>> = OrdMap::new();
    for gateway in context.cluster.all::<IstioGateway>() {
        for tls in gateway.object.servers.iter().filter_map(|it| it.tls.as_ref()) {
            let Some(name) = tls.credential.as_ref().or(tls.certificate.as_ref()) else { continue };
            let users = users.entry(&name.value).or_default();
            if users.last().is_none_or(|it| it.0.id != gateway.id) {
                users.push((gateway, name));
            }
        }
    }
    for users in users.values() {
        for (gateway, name) in users.iter().take(MAX_USERS) {
            // Pods that have the labels of the other one have those of this one, too.
            let is_rival =
                |it: &&User<'_>| it.0.id != gateway.id && gateway.object.selector.is_subset_of(&it.0.object.selector);
            for (other, _) in users.iter().take(MAX_USERS).filter(is_rival) {
                let full = format!("{}/{}", other.namespace(), other.name());
                found.push(SHARED.found(gateway.at(name.span), &[&full]));
            }
        }
    }
}

/// More Gateways than this with one certificate say nothing new.
const MAX_USERS: usize = 16;
