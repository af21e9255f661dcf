//! Which DestinationRules hold for a host at a proxy, and which of them count as one.
//!
//! Source: istio `pilot/pkg/model/push_context.go` (`setDestinationRules`, `destinationRule`), `destination_rule.go`
//! (`mergeDestinationRule`), `sidecar.go` (`DestinationRule`).

use podpath_cluster::{Cluster, Found};
use podpath_objects::{DestinationRule, Labels};
use podpath_order::{Gather, OrdSet, Order};

use super::destination::Proxy;
use super::names::{age_key, export_defaults, full_host};

/// `exportTo` as written; a rule for some workloads is always private.
type Exported<'a> = OrdSet<&'a str>;

/// DestinationRules for one host that count as one: their subsets are united, the first policy holds.
struct United<'a> {
    /// The oldest first; host, selector and `exportTo` are those of the first.
    rules: Vec<Found<'a, DestinationRule>>,
    exported: Exported<'a>,
}

/// The DestinationRules that hold for a host of a Service, which count as one, oldest first.
///
/// Namespaces are asked one after the other: the client's (of the root namespace what is private there), the Service's, the
/// root namespace; the last two for what they export. In each, the most specific host is chosen before anybody asks whether
/// its rules are for this proxy.
pub(super) fn rules_for<'a>(
    cluster: &'a Cluster,
    proxy: &Proxy<'_>,
    host: &str,
    owner: &str,
) -> Vec<Found<'a, DestinationRule>> {
    let root = cluster.settings.mesh_root_namespace.as_str();
    let is_root = proxy.namespace == root;
    let defaults = export_defaults(cluster).map(|it| it.destination_rules.as_slice()).unwrap_or_default();
    let stays_home = defaults.iter().any(|it| it.value == ".");
    let is_private = |it: &Exported<'_>, own: &str| is_private(it, own, stays_home);
    let own = united(cluster, proxy.namespace, host, &|it| {
        if is_root { is_private(it, root) } else { is_for(it, proxy.namespace) }
    });
    if !own.is_empty() {
        return of_workload(proxy, own);
    }
    for namespace in [owner, root] {
        let mut found = united(cluster, namespace, host, &|it| !is_private(it, namespace));
        found.retain(|it| {
            let exported = &it.exported;
            exported.is_empty() || exported.contains("*") || exported.contains(proxy.namespace)
        });
        if !found.is_empty() {
            return of_workload(proxy, found);
        }
    }
    vec![]
}

/// The rules of a namespace for the most specific host that holds a host, of those whose `exportTo` counts.
fn united<'a>(
    cluster: &'a Cluster,
    namespace: &str,
    host: &str,
    counts: &dyn Fn(&Exported<'_>) -> bool,
) -> Vec<United<'a>> {
    let fit = |it: &Found<'_, DestinationRule>| {
        let own = rule_host(cluster, it);
        let holds = own == host || own.strip_prefix('*').is_some_and(|suffix| host.ends_with(suffix));
        holds.then(|| (!own.starts_with('*'), own.len()))
    };
    let rules = cluster.in_namespace::<DestinationRule>(namespace);
    let fitting = rules.filter_map(|it| Some((fit(&it)?, exported(&it), it)));
    let mut fitting: Vec<_> = fitting.filter(|(_, exported, _)| counts(exported)).collect();
    let best = fitting.iter().map(|(fit, ..)| *fit).max();
    fitting.retain(|(fit, ..)| Some(*fit) == best);
    fitting.order_by(|(.., a), (.., b)| age_key(a).cmp(&age_key(b)));
    let mut all: Vec<United<'a>> = Vec::new();
    for (_, exported, rule) in fitting {
        let mut stands_alone = true;
        for known in &mut all {
            let (joins, is_apart) = known.meets(&rule, &exported);
            stands_alone = is_apart;
            if joins {
                known.rules.push(rule);
            }
        }
        if stands_alone {
            all.push(United { rules: vec![rule], exported });
        }
    }
    all
}

impl<'a> United<'a> {
    fn selector(&self) -> Option<&'a Labels> {
        self.rules.first().and_then(|it| it.object.workload_selector.as_ref())
    }

    /// Whether a younger rule joins these, and whether it stands alone as well. Those of another `exportTo` stay apart, and
    /// those for other workloads.
    fn meets(&self, rule: &Found<'a, DestinationRule>, exported: &Exported<'a>) -> (bool, bool) {
        let is_same = *exported == self.exported;
        let is_wider = !self.exported.is_empty() && exported.is_superset(&self.exported);
        match (self.selector(), rule.object.workload_selector.as_ref()) {
            _ if !is_same && !is_wider => (false, true),
            (Some(own), Some(other)) => {
                let is_equal = own.is_subset_of(other) && other.is_subset_of(own);
                (is_equal, !is_equal)
            }
            (None, None) => (true, false),
            _ => (true, !is_same),
        }
    }
}

/// A rule that selects the workload goes before those that select none, of which the last one holds.
fn of_workload<'a>(proxy: &Proxy<'_>, all: Vec<United<'a>>) -> Vec<Found<'a, DestinationRule>> {
    let mut chosen = Vec::new();
    for united in all {
        match united.selector() {
            None => chosen = united.rules,
            Some(selector) if selector.is_subset_of(proxy.labels) => return united.rules,
            Some(_) => {}
        }
    }
    chosen
}

fn exported<'a>(rule: &Found<'a, DestinationRule>) -> Exported<'a> {
    if rule.object.workload_selector.is_some() {
        return podpath_order::set(["."]);
    }
    rule.object.export_to.iter().map(|it| it.value.as_str()).gather()
}

/// It is exported to nobody else: it says so, or says nothing where `.` is among the defaults of the mesh.
fn is_private(exported: &Exported<'_>, own: &str, stays_home: bool) -> bool {
    exported.is_empty() && stays_home || exported.len() == 1 && is_at_home(exported, own)
}

/// It is for the namespace that it stands in.
fn is_for(exported: &Exported<'_>, own: &str) -> bool {
    exported.is_empty() || exported.contains("*") || is_at_home(exported, own)
}

fn is_at_home(exported: &Exported<'_>, own: &str) -> bool {
    exported.contains(".") || exported.contains(own)
}

fn rule_host(cluster: &Cluster, rule: &Found<'_, DestinationRule>) -> String {
    rule.object.host.as_ref().map_or(String::new(), |it| full_host(cluster, &it.value, rule.namespace()))
}
