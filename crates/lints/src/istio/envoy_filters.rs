//! Patches of an EnvoyFilter that Istio leaves out, or whose result depends on what else is there.
//!
//! Rule (istio `analyzers/envoyfilter`, `networking/v1alpha3/envoy_filter.proto`): `ADD` and `REMOVE` are not done for
//! `ROUTE_CONFIGURATION` and `HTTP_ROUTE`, `REPLACE` is done for filters and virtual hosts only; what is relative to
//! another filter needs a `priority`, since EnvoyFilters are applied by priority, then age. One finding a filter.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{EnvoyFilter, Patch};
use podpath_order::OrdSet;
use podpath_routing::gateways::istio::Filters;
use podpath_source::{Diagnostic, Label, Location, Severity, Text};

use crate::rule::Rule;
use crate::{Check, Context, Lint};

/// IST0151: relative to a filter, without priority.
pub(crate) static RELATIVE: Rule = Rule {
    lint: Lint {
        code: "relative-patch",
        severity: Severity::Warning,
        aliases: &["IST0151"],
        check: Check::Cluster(|context, found| find(context, Verdict::Relative, &RELATIVE, found)),
    },
    message: [
        "the patch `{0}` of EnvoyFilter `{1}` is relative to another filter, but no `priority` says what comes first",
        "EnvoyFilter `{1}`의 `{0}` 패치는 다른 필터를 기준으로 하지만 `priority`가 없어 순서를 알 수 없습니다",
    ],
    help: [
        "Istio's own filters are there first, but one that an EnvoyFilter adds may come later, and then nothing happens; set `spec.priority`",
        "Istio의 필터는 먼저 있지만 다른 EnvoyFilter가 추가하는 필터는 나중에 올 수 있고 그러면 아무 일도 하지 않습니다. `spec.priority`를 적으세요",
    ],
};

/// IST0155: the same, where another patch for that name is for some versions of the proxy only.
pub(crate) static RELATIVE_TO_VERSION: Rule = Rule {
    lint: Lint {
        code: "relative-versioned-patch",
        severity: Severity::Warning,
        aliases: &["IST0155"],
        check: Check::Cluster(|context, found| find(context, Verdict::RelativeToVersion, &RELATIVE_TO_VERSION, found)),
    },
    message: [
        "the patch `{0}` of EnvoyFilter `{1}` names a filter that another patch adds for some proxy versions only",
        "EnvoyFilter `{1}`의 `{0}` 패치가 가리키는 필터는 다른 패치가 일부 프록시 버전에만 추가합니다",
    ],
    help: [
        "without `priority` nobody knows which comes first, and other versions do not have it; set `spec.priority`",
        "`priority`가 없어 순서를 알 수 없고 다른 버전에는 그 필터가 없습니다. `spec.priority`를 적으세요",
    ],
};

/// IST0152: `REPLACE` of what cannot be replaced.
pub(crate) static REPLACE: Rule = Rule {
    lint: Lint {
        code: "impossible-replace",
        severity: Severity::Error,
        aliases: &["IST0152"],
        check: Check::Cluster(|context, found| find(context, Verdict::Replace, &REPLACE, found)),
    },
    message: [
        "EnvoyFilter `{1}`: `{0}` is not done for `{2}`",
        "EnvoyFilter `{1}`: `{2}`에는 `{0}` 동작이 적용되지 않습니다",
    ],
    help: [
        "only `HTTP_FILTER`, `NETWORK_FILTER`, `LISTENER_FILTER` and `VIRTUAL_HOST` can be replaced; use `MERGE`",
        "`HTTP_FILTER`, `NETWORK_FILTER`, `LISTENER_FILTER`, `VIRTUAL_HOST`만 바꿀 수 있습니다. `MERGE`를 쓰세요",
    ],
};

/// IST0153: `ADD` of what cannot be added.
pub(crate) static ADD: Rule = Rule {
    lint: Lint {
        code: "impossible-add",
        severity: Severity::Error,
        aliases: &["IST0153"],
        check: Check::Cluster(|context, found| find(context, Verdict::Add, &ADD, found)),
    },
    message: ["EnvoyFilter `{1}`: `{0}` is ignored for `{2}`", "EnvoyFilter `{1}`: `{2}`에는 `{0}` 동작이 무시됩니다"],
    help: [
        "routes are put in by `INSERT_FIRST`, `INSERT_BEFORE` or `INSERT_AFTER`, a route configuration by `MERGE`",
        "라우트는 `INSERT_FIRST`, `INSERT_BEFORE`, `INSERT_AFTER`로 넣고 라우트 설정은 `MERGE`로 바꿉니다",
    ],
};

/// IST0154: `REMOVE` of what cannot be removed.
pub(crate) static REMOVE: Rule = Rule {
    lint: Lint {
        code: "impossible-remove",
        severity: Severity::Error,
        aliases: &["IST0154"],
        check: Check::Cluster(|context, found| find(context, Verdict::Remove, &REMOVE, found)),
    },
    message: ["EnvoyFilter `{1}`: `{0}` is ignored for `{2}`", "EnvoyFilter `{1}`: `{2}`에는 `{0}` 동작이 무시됩니다"],
    help: [
        "remove the rule from the VirtualService instead, or the virtual host that holds it",
        "대신 VirtualService의 규칙이나 그 규칙이 든 virtual host를 지우세요",
    ],
};

/// What a route tells a filter that no proxy has.
pub(crate) static WITHOUT_FILTER: Rule = Rule {
    lint: Lint {
        code: "configuration-without-filter",
        severity: Severity::Warning,
        aliases: &[],
        check: Check::Cluster(without_filter),
    },
    message: [
        "no filter of the proxies is named `{0}`, so this configuration in EnvoyFilter `{1}` does nothing",
        "프록시에 `{0}` 이름의 필터가 없어 EnvoyFilter `{1}`의 이 설정은 아무 일도 하지 않습니다",
    ],
    help: [
        "Envoy looks it up by the `name` that the filter was added with; since Istio 1.21 the name of its type no longer counts. Write that name here",
        "Envoy는 필터를 추가할 때 적은 `name`으로 찾고 Istio 1.21부터는 타입 이름으로 찾지 않습니다. 그 이름을 여기에 적으세요",
    ],
};

fn without_filter(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let filters = Filters::new(context.cluster);
    for filter in context.cluster.all::<EnvoyFilter>() {
        let keys = filter.object.patches.iter().flat_map(|it| &it.configures);
        for key in keys.filter(|it| !filters.may_have(filter.namespace(), &it.value)) {
            found.push(WITHOUT_FILTER.found(filter.at(key.span), &[&key.value, filter.name()]));
        }
    }
}

/// What is wrong with a patch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Relative,
    RelativeToVersion,
    Replace,
    Add,
    Remove,
}

/// A patch with what is wrong with it.
type Wrong<'a> = (&'a Patch, Verdict);

fn find(context: &Context<'_>, wanted: Verdict, rule: &Rule, found: &mut Vec<Diagnostic>) {
    each(context.cluster, &mut |filter, wrong| {
        let mut wrong = wrong.iter().filter(|(_, verdict)| *verdict == wanted).map(|(patch, _)| *patch);
        let Some(first) = wrong.next() else { return };
        let place = |it: &Patch| -> Location { filter.at(it.operation.span) };
        let too = |it: &Patch| Label {
            location: place(it), text: Text::new("this one, too", "이것도 마찬가지입니다")
        };
        let related = wrong.map(too).collect();
        let values = [first.operation.value.as_str(), filter.name(), first.apply_to.as_str()];
        found.push(Diagnostic { related, ..rule.found(place(first), &values) });
    });
}

/// Every EnvoyFilter with its wrong patches.
fn each(cluster: &Cluster, visit: &mut dyn FnMut(Found<'_, EnvoyFilter>, &[Wrong<'_>])) {
    let mut versioned: OrdSet<&str> = OrdSet::new();
    for filter in cluster.all::<EnvoyFilter>() {
        let mut wrong = Vec::new();
        for patch in &filter.object.patches {
            let is_known = versioned.contains(patch.name.as_str());
            wrong.extend(judge(filter.object, patch, is_known).map(|it| (patch, it)));
            if patch.has_version {
                versioned.insert(&patch.name);
            }
        }
        visit(filter, &wrong);
    }
}

fn judge(filter: &EnvoyFilter, patch: &Patch, names_versioned: bool) -> Option<Verdict> {
    let is_route = matches!(patch.apply_to.as_str(), "ROUTE_CONFIGURATION" | "HTTP_ROUTE");
    let can_replace =
        matches!(patch.apply_to.as_str(), "HTTP_FILTER" | "NETWORK_FILTER" | "LISTENER_FILTER" | "VIRTUAL_HOST");
    match patch.operation.value.as_str() {
        "ADD" => is_route.then_some(Verdict::Add),
        "REMOVE" if is_route => Some(Verdict::Remove),
        "REPLACE" if !can_replace => Some(Verdict::Replace),
        "REMOVE" | "REPLACE" | "INSERT_BEFORE" | "INSERT_AFTER" if !filter.has_priority => {
            Some(if names_versioned { Verdict::RelativeToVersion } else { Verdict::Relative })
        }
        _ => None,
    }
}
