//! Rules for connections, `tcp` and `tls` of a VirtualService, at a gateway.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{StreamMatch, TcpRule, VirtualService};
use podpath_source::Text;

use super::destination::{self, Proxy};
use super::names::full_gateway;
use crate::gateways::origin;
use crate::matcher::{Condition, Matcher, Mismatch};
use crate::table::{Action, Backend, Rank, Rule};

/// A rule of `tcp`, or of `tls` for one of its matches; one that holds for another port or gateway never matches.
pub(super) fn lower(
    cluster: &Cluster,
    proxy: &Proxy<'_>,
    gateway: &str,
    owner: &Found<'_, VirtualService>,
    rule: &TcpRule,
    place: &str,
) -> Rule {
    let lower = |(idx, it)| destination::lower(cluster, proxy, owner, it, &format!("{place}.route[{idx}].destination"));
    let mut backends: Vec<Backend> = rule.route.iter().enumerate().map(lower).collect();
    if let [only] = backends.as_mut_slice() {
        only.weight = 1;
    }
    let fits = rule.matches.is_empty() || rule.matches.iter().any(|it| takes(it, proxy, gateway, owner));
    let never = || {
        let text = Text::new(
            format!("its matches are for other ports or gateways than port {} of `{gateway}`", proxy.port),
            format!("`{gateway}` 게이트웨이의 {} 포트가 아닌 다른 포트나 게이트웨이의 규칙입니다", proxy.port),
        );
        let location = owner.at(rule.span);
        Matcher::new(Condition::Never(Mismatch { reason: "listener-mismatch", text, location }), location)
    };
    Rule {
        origin: origin(owner, rule.span, place),
        label: place.trim_start_matches("spec.").to_owned(),
        priority: None,
        matchers: if fits { vec![] } else { vec![never()] },
        rank: Rank::default(),
        filters: vec![],
        action: Action::Forward(backends),
    }
}

/// "isPortMatch && isGatewayMatch": a gateway does not ask for sourceLabels, sourceNamespace and destinationSubnets
/// (`networking/core/gateway.go`, `l4SingleMatch`).
pub(super) fn takes(found: &StreamMatch, proxy: &Proxy<'_>, gateway: &str, owner: &Found<'_, VirtualService>) -> bool {
    let own = |name: &str| full_gateway(name, owner.namespace()) == gateway;
    let is_port = found.port.as_ref().is_none_or(|it| it.value == proxy.port);
    is_port && (found.gateways.is_empty() || found.gateways.iter().any(|it| own(&it.value)))
}
