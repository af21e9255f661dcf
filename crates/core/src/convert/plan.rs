//! The objects that take the place of a controller's table: one Gateway, an HTTPRoute for each Ingress and host.

use podpath_cluster::{Found, ResourceId};
use podpath_objects::Ingress;
use podpath_order::{OrdMap, OrdSet};
use podpath_routing::{Condition, Filter, HostPattern, Listener, Protocol, Rule, Table};
use podpath_source::Text;
use serde_json::{Value, json};

use super::{Loss, object, rule};
use crate::analysis::Analysis;

/// What a conversion makes.
pub(super) struct Plan {
    /// The name of the Gateway.
    pub(super) name: String,
    /// The Gateway first.
    pub(super) objects: Vec<Value>,
    /// Which object came of which Ingress.
    pub(super) routes: Vec<(ResourceId, usize)>,
    pub(super) losses: Vec<Loss>,
}

/// Whose rules, for which host; none is every host.
type Key = (ResourceId, Option<String>);

/// The rules of one host of one Ingress, by the scheme of the listener.
#[derive(Default)]
struct Rules {
    http: Vec<Value>,
    https: Vec<Value>,
}

impl Plan {
    pub(super) fn new(analysis: &Analysis, table: &Table, members: &[ResourceId], class: &str) -> Self {
        let found: Vec<_> = members.iter().filter_map(|it| analysis.cluster.get::<Ingress>(*it)).collect();
        let namespace = found.first().map_or(String::new(), |it| it.namespace().to_owned());
        let owner = table.origin.resource.and_then(|it| analysis.cluster.entry(it));
        let name = owner.map_or("gateway", |it| it.resource.meta.name()).to_owned();
        let secured = secured(&found);
        let mut plan = Self { name, objects: vec![], routes: vec![], losses: vec![] };
        plan.objects.push(plan.gateway(&namespace, class, &found, &secured));
        let mut rules: OrdMap<Key, Rules> = OrdMap::new();
        for listener in &table.listeners {
            plan.collect(analysis, listener, members, &secured, &mut rules);
            plan.losses.extend(found.iter().filter_map(|it| strict_transport(it, listener)));
        }
        plan.write(&found, &namespace, rules);
        plan.losses.extend(found.iter().flat_map(annotations));
        if table.listeners.iter().any(|it| it.protocol == Protocol::Https) {
            plan.losses.extend(found.iter().filter_map(|it| without_certificate(it, &secured)));
        }
        plan
    }

    fn gateway(
        &self,
        namespace: &str,
        class: &str,
        members: &[Found<'_, Ingress>],
        secured: &OrdMap<String, (String, String)>,
    ) -> Value {
        let is_alone = members.iter().all(|it| it.namespace() == namespace);
        let allowed = json!({ "namespaces": { "from": if is_alone { "Same" } else { "All" } } });
        let mut listeners = vec![json!({ "name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": allowed })];
        for ((host, (space, secret)), number) in secured.iter().zip(1..) {
            let mut certificate = json!({ "name": secret });
            if let Some(map) = certificate.as_object_mut().filter(|_| space != namespace) {
                map.insert("namespace".into(), json!(space));
            }
            listeners.push(json!({
                "name": format!("https-{number}"), "port": 443, "protocol": "HTTPS", "hostname": host,
                "tls": { "certificateRefs": [certificate] }, "allowedRoutes": allowed
            }));
        }
        object("Gateway", namespace, &self.name, &json!({ "gatewayClassName": class, "listeners": listeners }))
    }

    /// The rules of a listener that belong to these Ingresses.
    fn collect(
        &mut self,
        analysis: &Analysis,
        listener: &Listener,
        members: &[ResourceId],
        secured: &OrdMap<String, (String, String)>,
        rules: &mut OrdMap<Key, Rules>,
    ) {
        let is_https = match listener.protocol {
            Protocol::Http => false,
            Protocol::Https => true,
            _ => return,
        };
        let all = listener.hosts.iter().flat_map(|host| host.rules.iter().map(move |rule| (&host.pattern, rule)));
        for (pattern, rule) in all.chain(listener.fallback.iter().map(|it| (&HostPattern::Any, it))) {
            let Some(owner) = rule.origin.resource.filter(|it| members.contains(it)) else { continue };
            for pattern in hosts(rule, pattern) {
                let Some(host) = self.hostname(&pattern, rule) else { continue };
                if is_https && host.as_ref().is_none_or(|it| !secured.contains_key(it)) {
                    continue;
                }
                let lowered = match rule::convert(analysis, rule) {
                    Ok(lowered) => lowered,
                    Err(text) => {
                        self.losses.push(Loss::at(&rule.origin, text));
                        continue;
                    }
                };
                let of_host = rules.entry((owner, host)).or_default();
                if is_https { of_host.https.push(lowered) } else { of_host.http.push(lowered) }
            }
        }
    }

    /// The hostname of a route; `None` when there is none for it.
    #[expect(clippy::option_option, reason = "no hostname is every host, which is no loss")]
    fn hostname(&mut self, pattern: &HostPattern, rule: &Rule) -> Option<Option<String>> {
        match pattern {
            HostPattern::Any => Some(None),
            HostPattern::Exact(name) => Some(Some(name.clone())),
            HostPattern::Suffix(suffix) => Some(Some(format!("*{suffix}"))),
            HostPattern::OneLabel(suffix) => {
                let text = Text::new(
                    format!("`*{suffix}` is one label for an Ingress, and any number of labels for the Gateway API"),
                    format!("`*{suffix}`는 Ingress에서는 레이블 하나지만 Gateway API에서는 여러 레이블에도 맞습니다"),
                );
                self.losses.push(Loss::at(&rule.origin, text));
                Some(Some(format!("*{suffix}")))
            }
            HostPattern::Glob(_) | HostPattern::Regex(_) => {
                let text = Text::new(
                    format!("the Gateway API has no hostname like `{pattern}`"),
                    format!("Gateway API에는 `{pattern}` 같은 호스트가 없습니다"),
                );
                self.losses.push(Loss::at(&rule.origin, text));
                None
            }
        }
    }

    /// One HTTPRoute where plain HTTP and HTTPS do the same, else one for each.
    fn write(&mut self, members: &[Found<'_, Ingress>], namespace: &str, rules: OrdMap<Key, Rules>) {
        let mut taken: OrdSet<(String, String)> = OrdSet::new();
        for ((owner, host), of_host) in rules {
            let Some(ingress) = members.iter().find(|it| it.id == owner) else { continue };
            let is_secured = !of_host.https.is_empty();
            let ways = if is_secured && of_host.http != of_host.https {
                vec![(Some("http".to_owned()), of_host.http), (self.section(host.as_deref()), of_host.https)]
            } else {
                vec![(None, of_host.http)]
            };
            // "An explicitly empty `rules` is refused."
            for (section, list) in ways.into_iter().filter(|(_, list)| !list.is_empty()) {
                let stem = match &section {
                    Some(section) => format!("{}-{section}", ingress.name()),
                    None => ingress.name().to_owned(),
                };
                let name = free_name(&stem, ingress.namespace(), &mut taken);
                let mut parent = json!({ "name": self.name });
                if let Some(map) = parent.as_object_mut() {
                    map.extend((ingress.namespace() != namespace).then(|| ("namespace".to_owned(), json!(namespace))));
                    map.extend(section.map(|it| ("sectionName".to_owned(), json!(it))));
                }
                let mut spec = json!({ "parentRefs": [parent], "rules": list });
                if let (Some(map), Some(host)) = (spec.as_object_mut(), &host) {
                    map.insert("hostnames".into(), json!([host]));
                }
                self.routes.push((owner, self.objects.len()));
                self.objects.push(object("HTTPRoute", ingress.namespace(), &name, &spec));
            }
        }
    }

    /// The listener of a host.
    fn section(&self, host: Option<&str>) -> Option<String> {
        let listeners = self.objects.first()?.pointer("/spec/listeners")?.as_array()?;
        let fits = |it: &&Value| host.is_some() && it.get("hostname").and_then(Value::as_str) == host;
        listeners.iter().find(fits)?.get("name")?.as_str().map(str::to_owned)
    }
}

/// The hosts with a certificate: namespace and name of its Secret.
fn secured(members: &[Found<'_, Ingress>]) -> OrdMap<String, (String, String)> {
    let mut found = OrdMap::new();
    for ingress in members {
        for tls in &ingress.object.tls {
            let Some(secret) = &tls.secret else { continue };
            for host in &tls.hosts {
                let place = (ingress.namespace().to_owned(), secret.value.clone());
                found.entry(host.value.to_ascii_lowercase()).or_insert(place);
            }
        }
    }
    found
}

/// A controller may answer HTTPS with a certificate of its own; a Gateway serves the hosts that have one.
fn without_certificate(ingress: &Found<'_, Ingress>, secured: &OrdMap<String, (String, String)>) -> Option<Loss> {
    let hosts = ingress.object.rules.iter().filter_map(|it| it.host.as_ref());
    let host = hosts.into_iter().find(|it| !secured.contains_key(&it.value.to_ascii_lowercase()))?;
    let text = Text::new(
        format!(
            "`{}` has no `tls`: the controller answers HTTPS with a certificate of its own, the Gateway does not listen",
            host.value
        ),
        format!(
            "`{}` 호스트에 `tls`가 없습니다. 컨트롤러는 자체 인증서로 HTTPS에 응답하지만 Gateway는 열지 않습니다",
            host.value
        ),
    );
    Some(Loss { resource: Some(ingress.id), location: ingress.at(host.span), path: "spec.tls".into(), text })
}

/// What nginx sets on answers over TLS alone: carried over, it would part the routes of plain HTTP and of HTTPS.
fn strict_transport(ingress: &Found<'_, Ingress>, listener: &Listener) -> Option<Loss> {
    let secret = ingress.object.tls.iter().find_map(|it| it.secret.as_ref())?;
    let rules = listener.hosts.iter().flat_map(|it| &it.rules).filter(|it| it.origin.resource == Some(ingress.id));
    let value = rules.flat_map(|it| &it.filters).find_map(|it| match it {
        Filter::Hsts(value) => Some(value),
        _ => None,
    })?;
    let text = Text::new(
        format!("answers over TLS lose `Strict-Transport-Security: {value}`, which the controller sets unasked"),
        format!("컨트롤러가 스스로 붙이는 `Strict-Transport-Security: {value}` 헤더가 TLS 응답에서 빠집니다"),
    );
    Some(Loss { resource: Some(ingress.id), location: ingress.at(secret.span), path: "spec.tls".into(), text })
}

/// The hosts of a rule; without a condition of its own those that all rules beside it serve.
fn hosts(rule: &Rule, beside: &HostPattern) -> Vec<HostPattern> {
    let own = rule.matchers.iter().find_map(|it| match &it.condition {
        Condition::Host(patterns) => Some(patterns.clone()),
        _ => None,
    });
    own.unwrap_or_else(|| vec![beside.clone()])
}

/// Annotations of the controller that routing does not carry: how long, how big, how the backend is talked to.
const CARRIED: &[&str] = &[
    "app-root",
    "canary",
    "canary-by-cookie",
    "canary-by-header",
    "canary-by-header-pattern",
    "canary-by-header-value",
    "canary-weight",
    "canary-weight-total",
    "cors-allow-credentials",
    "cors-allow-headers",
    "cors-allow-methods",
    "cors-allow-origin",
    "cors-expose-headers",
    "cors-max-age",
    "enable-cors",
    "force-ssl-redirect",
    "mirror-target",
    "permanent-redirect",
    "permanent-redirect-code",
    "preserve-trailing-slash",
    "rewrite-target",
    "server-alias",
    "ssl-redirect",
    "temporal-redirect",
    "temporal-redirect-code",
    "upstream-vhost",
    "use-regex",
    "x-forwarded-prefix",
];

/// Annotations that are in no table, each a loss of its own.
fn annotations(ingress: &Found<'_, Ingress>) -> Vec<Loss> {
    let entries = &ingress.entry.resource.meta.annotations.entries;
    let lost = entries.iter().filter_map(|(key, _)| {
        let (_, suffix) = key.value.split_once(".ingress.kubernetes.io/")?;
        (!CARRIED.contains(&suffix)).then(|| {
            let name = &key.value;
            let text = Text::new(
                format!("`{name}` has no equal in the Gateway API; look for a policy of your implementation"),
                format!("`{name}`에 해당하는 것이 Gateway API에 없습니다. 쓰는 구현체의 정책을 찾아보세요"),
            );
            let path = format!("metadata.annotations[\"{name}\"]");
            Loss { resource: Some(ingress.id), location: ingress.at(key.span), path, text }
        })
    });
    lost.collect()
}

fn free_name(stem: &str, namespace: &str, taken: &mut OrdSet<(String, String)>) -> String {
    let numbered = |nth: u32| if nth == 1 { stem.to_owned() } else { format!("{stem}-{nth}") };
    let free = |name: &String| !taken.contains(&(namespace.to_owned(), name.clone()));
    let name = (1..=u32::MAX).map(numbered).find(free).unwrap_or_default();
    taken.insert((namespace.to_owned(), name.clone()));
    name
}
