//! ingress-nginx: servers by host, with the paths of all Ingresses of the host.
//!
//! Source: kubernetes/ingress-nginx, `internal/ingress/controller` (controller.go, location.go, template/template.go),
//! `rootfs/etc/nginx/template/nginx.tmpl` and `rootfs/etc/nginx/lua/balancer.lua`; nginx.org for `location` and `rewrite`.
//! Exact locations go first, then the longest prefix; where one path of a host is a regular expression all of them are,
//! and the first that matches in the order of length counts.

mod annotation;
mod canary;
mod config;
mod inspect;
mod location;
mod server;
mod upstream;

use std::sync::Arc;

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Ingress, IngressPath};
use podpath_order::{OrdMap, OrdSet};
use podpath_source::Text;

use self::annotation::Annotations;
use self::config::Config;
use self::inspect::escape;
use self::location::{Context, Way};
use self::server::{CATCH_ALL, Member, Server, oldest_first, servers};
use self::upstream::Upstreams;
use super::spec::host_pattern;
use crate::gateways::{Gateway, origin};
use crate::ladder::Criterion;
use crate::pattern::{HostPattern, Pattern};
use crate::table::{Access, Action, Listener, Origin, Protocol, Redirect, Rejected, Rule, Table, VirtualHost};

/// ingress-nginx.
pub static NGINX: Gateway = Gateway {
    name: "ingress-nginx",
    title: "ingress-nginx",
    is_load_balancer: false,
    ladder: &[Criterion::ExactPath, Criterion::PrefixLength, Criterion::ListOrder],
    checks_host_against_sni: false,
    no_connection: 504,
    normalizes_paths: true,
};

/// The one proxy of the controller. It always listens on both ports: hosts without a certificate get its own one.
pub(super) fn lower(cluster: &Cluster, place: Origin, ingresses: &[Found<'_, Ingress>]) -> Table {
    let config = Config::read(cluster);
    let members = ingresses.iter().map(|it| Member { ingress: *it, notes: Annotations::read(cluster, it, &config) });
    let (mut members, mut rejected) = admitted(members, &config);
    oldest_first(&mut members);
    let mut upstreams = Upstreams::new(cluster, &members);
    let (servers, taken) = servers(&members, &upstreams, &place);
    rejected.extend(taken);
    rejected.extend(upstreams.merge(&members, &servers));
    let context = Context { cluster, config: &config, members: &members, upstreams: &upstreams, place: &place };
    let listener = |port: u16, protocol: Protocol| Listener {
        origin: place.clone(),
        name: port.to_string(),
        port,
        protocol,
        hostnames: vec![],
        served: vec![],
        hosts: virtual_hosts(&context, &servers, protocol == Protocol::Https),
        fallback: None,
        access: Access::Open,
    };
    let mut listeners = vec![listener(80, Protocol::Http), listener(443, Protocol::Https)];
    listeners.extend(passthrough(&context, &servers));
    Table {
        gateway: &NGINX,
        members: ingresses.iter().map(|it| it.id).collect(),
        is_public: true,
        listeners,
        rejected,
        frozen: vec![],
        real_ip: config.real_ip.clone(),
        origin: place,
    }
}

fn virtual_hosts(
    context: &Context<'_, '_>,
    servers: &OrdMap<String, Server<'_>>,
    is_https: bool,
) -> Vec<Arc<VirtualHost>> {
    let mut hosts = Vec::new();
    // The servers that only redirect stand before all others, so of equal names nginx keeps theirs.
    let redirecting = servers.iter().filter(|(_, it)| it.from_to_www);
    let redirected: OrdSet<String> = redirecting.map(|(host, _)| twin_of(host)).collect();
    for (host, server) in servers {
        let has_certificate = self::has_certificate(servers, host);
        let pattern = if host == CATCH_ALL { HostPattern::Any } else { host_pattern(host) };
        let rules = context.rules(server, Way { is_https, has_certificate });
        hosts.push(VirtualHost { pattern, rules }.into());
        for alias in server.aliases.iter().filter(|it| !servers.contains_key(it.as_str())) {
            // Whether the certificate covers an alias is told by the names that it was asked for.
            let name = alias.to_ascii_lowercase();
            if redirected.contains(&name) {
                continue;
            }
            let is_named = server.tls_hosts.as_ref().is_some_and(|it| it.contains(&name));
            let has_certificate = is_named || self::has_certificate(servers, &name);
            let rules = context.rules(server, Way { is_https, has_certificate });
            hosts.push(VirtualHost { pattern: alias_pattern(alias), rules }.into());
        }
        hosts.extend(www(context, servers, host).filter(|_| server.from_to_www));
    }
    hosts
}

/// A host has a certificate by its own server, else by the one for `*.` and what follows its first label, whoever wrote
/// that (`certificate.lua`, `get_pem_cert_uid`).
fn has_certificate(servers: &OrdMap<String, Server<'_>>, host: &str) -> bool {
    let of = |name: &str| servers.get(name).is_some_and(|it| it.tls_hosts.is_some());
    of(host) || host.split_once('.').is_some_and(|(_, rest)| of(&format!("*.{rest}")))
}

/// As nginx reads a `server_name`: `~` is a pattern, `*.` is any depth, and so is `.*` at the end.
fn alias_pattern(alias: &str) -> HostPattern {
    match alias.strip_prefix('~') {
        Some(pattern) => HostPattern::Regex(Pattern::anywhere(&format!("(?i){}", pattern.trim_start_matches('*')))),
        None if alias.ends_with(".*") && !alias.starts_with('*') => HostPattern::Glob(alias.to_ascii_lowercase()),
        None => HostPattern::parse(alias),
    }
}

/// The host with `www.` before it, or without.
fn twin_of(host: &str) -> String {
    host.strip_prefix("www.").map_or_else(|| format!("www.{host}"), str::to_owned)
}

/// `www.host` leads to `host`, or the other way round, unless an Ingress serves it.
fn www(context: &Context<'_, '_>, servers: &OrdMap<String, Server<'_>>, host: &str) -> Option<Arc<VirtualHost>> {
    let from = twin_of(host);
    if servers.contains_key(&from) {
        return None;
    }
    let redirect = Redirect {
        status: context.config.redirect_code,
        template: Some(format!("$scheme://{host}$trimmed_uri")),
        ..Redirect::default()
    };
    Some(VirtualHost { pattern: HostPattern::Exact(from), rules: context.www(redirect) }.into())
}

/// Hosts whose TLS is to go through: that needs a flag of the controller, which no manifest of an Ingress tells.
fn passthrough(context: &Context<'_, '_>, servers: &OrdMap<String, Server<'_>>) -> Option<Listener> {
    let asks = |server: &&Server<'_>| {
        let maker = server.maker.and_then(|it| context.members.get(it));
        maker.is_some_and(|it| it.notes.ssl_passthrough)
    };
    let found: Vec<_> = servers.iter().filter(|(_, it)| asks(it)).collect();
    let (_, first) = found.first()?;
    let place = first.locations.first().map_or_else(|| context.place.clone(), |it| it.origin.clone());
    let action = Action::Unsupported(annotation::field("ssl-passthrough"));
    let rules: Vec<Rule> = vec![Rule::plain(place.clone(), "ssl-passthrough", action)];
    Some(Listener {
        origin: place,
        name: "ssl-passthrough".into(),
        port: 443,
        protocol: Protocol::TlsPassthrough,
        hostnames: found.iter().map(|(host, _)| host_pattern(host)).collect(),
        served: vec![],
        hosts: vec![VirtualHost { pattern: HostPattern::Any, rules }.into()],
        fallback: None,
        access: Access::Open,
    })
}

/// The Ingresses that take part, and what is told of those that do not, or not whole.
fn admitted<'a>(all: impl Iterator<Item = Member<'a>>, config: &Config) -> (Vec<Member<'a>>, Vec<Rejected>) {
    let (mut members, mut rejected) = (Vec::new(), Vec::new());
    for member in all {
        if let Some(found) = denial(&member, config) {
            rejected.push(denied(found));
            continue;
        }
        rejected.extend(left_out(&member));
        members.push(member);
    }
    (members, rejected)
}

/// What the admission webhook refuses, in its own words; the controller leaves most of it out too.
fn denial(member: &Member<'_>, config: &Config) -> Option<(Origin, String)> {
    if let Some(found) = escape(&member.ingress) {
        return Some(found);
    }
    if let Some((key, words)) = &member.notes.refused {
        return Some((annotation::place(&member.ingress, key), words.clone()));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let refused = |path: &str| !(path.is_empty() || path.starts_with('/') && path.chars().all(allowed));
    written_paths(member).filter(|_| config.strict_paths).find_map(|(r, p, it)| {
        let (path, path_type) = (it.path.as_ref()?, it.path_type.as_ref()?);
        let is_refused = path_type.value != "ImplementationSpecific" && refused(&path.value);
        let place = || origin(&member.ingress, path.span, format!("spec.rules[{r}].http.paths[{p}].path"));
        let words = || format!("path {} cannot be used with pathType {}", path.value, path_type.value);
        is_refused.then(|| (place(), words()))
    })
}

/// The paths of an Ingress, each with the number of its rule and its own.
fn written_paths<'a>(member: &Member<'a>) -> impl Iterator<Item = (usize, usize, &'a IngressPath)> {
    let rules = member.ingress.object.rules.iter().enumerate();
    rules.flat_map(|(r, rule)| rule.paths.iter().enumerate().map(move |(p, path)| (r, p, path)))
}

fn denied((origin, words): (Origin, String)) -> Rejected {
    let text = Text::new(
        format!("the admission webhook of ingress-nginx refuses it: {words}"),
        format!("ingress-nginx의 admission webhook이 거부합니다: {words}"),
    );
    Rejected { origin, reason: "admission-denied", text, by: None }
}

/// What of an Ingress takes no part.
fn left_out(member: &Member<'_>) -> Vec<Rejected> {
    let refused = |(r, p, path): (usize, usize, &IngressPath)| {
        let text = Text::new(
            "ingress-nginx takes backends that are Services only, so this path is left out",
            "ingress-nginx는 Service 백엔드만 받으므로 이 경로는 빠집니다",
        );
        let origin = origin(&member.ingress, path.backend.span, format!("spec.rules[{r}].http.paths[{p}].backend"));
        path.backend.service.is_none().then_some(Rejected { origin, reason: "no-service", text, by: None })
    };
    let noted = |reason: &'static str| {
        move |(key, text): &(&'static str, Text)| Rejected {
            origin: annotation::place(&member.ingress, key),
            reason,
            text: text.clone(),
            by: None,
        }
    };
    let denied = member.notes.denied.iter().map(noted("location-denied"));
    let ignored = member.notes.ignored.iter().map(noted("annotation-ignored"));
    written_paths(member).filter_map(refused).chain(denied).chain(ignored).collect()
}
