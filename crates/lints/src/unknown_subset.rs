//! `unknown-subset`: a destination names a subset that no DestinationRule of its host has.
//!
//! Without any DestinationRule of the host it is a warning: the rule may stand in files that were not pasted.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{Destination, DestinationRule, VirtualService};
use podpath_order::{Gather, OrdMap, OrdSet};
use podpath_source::{Diagnostic, Label, Severity, Spanned, Text};

use crate::istio::Names;
use crate::{Check, Context, Lint, backend, hostname, suggest};

pub(crate) static LINT: Lint = Lint {
    code: "unknown-subset",
    severity: Severity::Error,
    aliases: &["IST0101", "KIA1107"],
    check: Check::Cluster(check),
};

/// The DestinationRules by their full host, and those with a wildcard.
struct Rules<'a> {
    exact: OrdMap<String, Vec<Found<'a, DestinationRule>>>,
    wild: Vec<(String, Found<'a, DestinationRule>)>,
}

fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let names = Names::of(context.cluster);
    let rules = Rules::of(context.cluster, &names);
    context.each::<VirtualService>(found, &|service, found| {
        for destination in backend::destinations(service.object) {
            let Some(subset) = &destination.subset else { continue };
            let host = names.completed(service.namespace(), &destination.host.value);
            let rules = rules.of_host(&host);
            let is_known =
                rules.iter().any(|it| it.object.subsets.iter().any(|known| known.name.value == subset.value));
            if !is_known {
                let unknown = unknown(service, destination, subset, &rules);
                let replaced = is_replaced(context.cluster, &names, &host, &subset.value);
                found.push(if replaced { by_alternative(unknown) } else { unknown });
            }
        }
    });
}

/// True when a DestinationRule has the subset that another one of its name replaces.
fn is_replaced(cluster: &Cluster, names: &Names<'_>, host: &str, subset: &str) -> bool {
    let rules = cluster.replaced().iter().filter_map(|(old, _)| cluster.get::<DestinationRule>(*old));
    rules.into_iter().any(|rule| {
        let own = rule.object.host.as_ref().map(|it| names.completed(rule.namespace(), &it.value));
        own.is_some_and(|it| it == host) && rule.object.subsets.iter().any(|it| it.name.value == subset)
    })
}

/// Folders of samples hold alternatives side by side: nobody knows which one is applied.
fn by_alternative(found: Diagnostic) -> Diagnostic {
    let help = Text::new(
        "a DestinationRule of the workspace has it, but another one of the same name replaces that one",
        "이 subset이 있는 DestinationRule이 있지만, 같은 이름의 다른 DestinationRule이 그것을 대신합니다",
    );
    Diagnostic { severity: Severity::Warning, help: Some(help), fix: None, ..found }
}

impl<'a> Rules<'a> {
    fn of(cluster: &'a Cluster, names: &Names<'_>) -> Self {
        let mut rules = Self { exact: OrdMap::new(), wild: Vec::new() };
        for rule in cluster.all::<DestinationRule>() {
            let Some(host) = &rule.object.host else { continue };
            let host = names.completed(rule.namespace(), &host.value);
            if host.starts_with('*') {
                rules.wild.push((host, rule));
            } else {
                rules.exact.entry(host).or_default().push(rule);
            }
        }
        rules
    }

    /// Every rule that may count for a host, whatever the namespace: which one counts depends on the caller.
    fn of_host(&self, host: &str) -> Vec<Found<'a, DestinationRule>> {
        let exact = self.exact.get(host).into_iter().flatten();
        let wild = self.wild.iter().filter(|(pattern, _)| hostname::covers(pattern, host)).map(|(_, rule)| rule);
        exact.chain(wild).copied().collect()
    }
}

fn unknown(
    service: Found<'_, VirtualService>,
    destination: &Destination,
    subset: &Spanned<String>,
    rules: &[Found<'_, DestinationRule>],
) -> Diagnostic {
    let location = service.at(subset.span);
    let (host, name) = (&destination.host.value, &subset.value);
    let subsets = rules.iter().flat_map(|rule| &rule.object.subsets).map(|it| it.name.value.as_str());
    let subsets: OrdSet<&str> = subsets.gather();
    let near = suggest::near(name, subsets.iter().copied());
    let message = Text::new(
        format!("no DestinationRule gives `{host}` a subset `{name}`"),
        format!("`{host}` 호스트에 `{name}` subset을 정의한 DestinationRule이 없습니다"),
    );
    let help = near.map_or_else(|| consequence(&subsets), suggest::did_you_mean);
    let fix = near.map(|it| suggest::use_text(location, it, suggest::is_typo(name, it)));
    let related = rules.first().map(|rule| Label {
        location: rule.at(rule.object.subsets.first().map_or(rule.entry.resource.meta.name_span(), |it| it.name.span)),
        text: Text::new("the subsets of this host", "이 호스트의 subset"),
    });
    let severity = if rules.is_empty() { Severity::Warning } else { Severity::Error };
    let related = related.into_iter().collect();
    Diagnostic { severity, help: Some(help), fix, related, ..LINT.found(location, message) }
}

fn consequence(subsets: &OrdSet<&str>) -> Text {
    if subsets.is_empty() {
        return Text::new(
            "a subset exists only by a DestinationRule; without it requests are answered 503",
            "subset은 DestinationRule로만 생깁니다. 없으면 요청이 503으로 실패합니다",
        );
    }
    let known = suggest::listed(subsets.iter().copied());
    Text::new(
        format!("its subsets are {known}; requests for another one are answered 503"),
        format!("있는 subset: {known}. 다른 이름으로 보내는 요청은 503으로 실패합니다"),
    )
}
