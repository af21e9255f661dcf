//! Ingresses that istiod plays: it makes a Gateway and VirtualServices of them, for the default ingress gateway.
//!
//! Source: istio `pilot/pkg/config/kube/ingress/conversion.go`. Each Ingress gives a server for `*` on port 80 and one on 443
//! for each entry of `tls`; the paths of a host of all Ingresses, oldest first, are one list, the longer path before the
//! shorter, an exact one before a prefix. `defaultBackend` is ignored.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Ingress, IngressPath, Labels};
use podpath_order::Order;
use podpath_source::Text;

use super::names::age_key;
use crate::gateways::ingress::{is_istio, path_rule};
use crate::gateways::{origin, whole};
use crate::matcher::Condition;
use crate::pattern::{HostPattern, PathMatch};
use crate::table::{Origin, Rejected, Rule};

/// `ingressSelector` of the mesh configuration, unless told otherwise.
const SELECTOR: (&str, &str) = ("istio", "ingressgateway");

/// What Ingresses give to a gateway.
#[derive(Default)]
pub(super) struct Ingresses {
    /// The rules of each host.
    pub(super) hosts: Vec<(HostPattern, Vec<Rule>)>,
    /// An entry of `tls`: its hosts, and where it stands.
    pub(super) certificates: Vec<(Vec<String>, Origin)>,
    /// The first Ingress; none when there is no Ingress for this gateway.
    pub(super) first: Option<Origin>,
}

/// True for the Pods that serve Ingresses, where there are such.
pub(super) fn serves(cluster: &Cluster, labels: &Labels) -> bool {
    labels.get(SELECTOR.0) == Some(SELECTOR.1) && cluster.all::<Ingress>().any(|it| is_istio(cluster, &it))
}

/// What the Ingresses of istiod give to the Pods that serve them.
pub(super) fn of_gateway(cluster: &Cluster) -> Ingresses {
    let mut made = Ingresses::default();
    let mut found: Vec<_> = cluster.all::<Ingress>().filter(|it| is_istio(cluster, it)).collect();
    found.order_by_key(age_key);
    for ingress in &found {
        made.first.get_or_insert_with(|| whole(ingress));
        add_rules(cluster, ingress, &mut made);
        for (t, tls) in ingress.object.tls.iter().enumerate() {
            let Some(secret) = &tls.secret else { continue };
            let hosts = tls.hosts.iter().map(|it| it.value.clone());
            let hosts: Vec<_> = if tls.hosts.is_empty() { vec!["*".into()] } else { hosts.collect() };
            made.certificates.push((hosts, origin(ingress, secret.span, format!("spec.tls[{t}]"))));
        }
    }
    for (_, rules) in &mut made.hosts {
        rules.order_by_key(|rule| {
            let (length, is_exact) = rule.matchers.iter().map(|it| rank(&it.condition)).max().unwrap_or_default();
            (std::cmp::Reverse(length), !is_exact)
        });
    }
    made
}

/// An entry of `tls` with a host that an earlier server of the port has.
pub(super) fn repeats(host: &str, port: u16, place: &Origin) -> Rejected {
    let text = Text::new(
        format!("port {port} has a server for `{host}` already, so this whole entry is dropped"),
        format!("{port} 포트에 `{host}` 서버가 이미 있기 때문에 이 항목 전체가 빠집니다"),
    );
    Rejected { origin: place.clone(), reason: "duplicate-host", text, by: None }
}

fn add_rules(cluster: &Cluster, ingress: &Found<'_, Ingress>, made: &mut Ingresses) {
    for (r, rule) in ingress.object.rules.iter().enumerate().filter(|(_, it)| !it.paths.is_empty()) {
        let host = rule.host.as_ref().map_or("*", |it| it.value.as_str());
        let pattern = HostPattern::parse(if host.is_empty() { "*" } else { host });
        let known = made.hosts.iter().position(|(it, _)| *it == pattern);
        let at = known.unwrap_or_else(|| {
            made.hosts.push((pattern, vec![]));
            made.hosts.len() - 1
        });
        let Some((_, rules)) = made.hosts.get_mut(at) else { continue };
        for (p, path) in rule.paths.iter().enumerate().filter(|(_, it)| it.backend.service.is_some()) {
            let place = format!("spec.rules[{r}].http.paths[{p}]");
            rules.push(path_rule(cluster, ingress, path, path_match(path), &place));
        }
    }
}

/// Anything but `Exact` and `Prefix` is a prefix where it ends in `*`, and exact where it does not.
fn path_match(path: &IngressPath) -> PathMatch {
    let written = path.path.as_ref().map_or("/", |it| it.value.as_str());
    match path.path_type.as_ref().map(|it| it.value.as_str()) {
        Some("Exact") => PathMatch::Exact(written.to_owned()),
        Some("Prefix") => PathMatch::Elements(written.to_owned()),
        _ => match written.strip_suffix(".*").or_else(|| written.strip_suffix("/*")) {
            Some(prefix) => PathMatch::Prefix(prefix.to_owned()),
            None if path.path.is_none() => PathMatch::Prefix("/".into()),
            None => PathMatch::Exact(written.to_owned()),
        },
    }
}

fn rank(condition: &Condition) -> (usize, bool) {
    match condition {
        Condition::Path(PathMatch::Exact(text)) => (text.len(), true),
        Condition::Path(PathMatch::Elements(text) | PathMatch::Prefix(text)) => (text.len(), false),
        _ => (0, false),
    }
}
