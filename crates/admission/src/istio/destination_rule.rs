//! DestinationRules.
//!
//! Source: `ValidateDestinationRule`, `validateSubset`, `validateExportTo`.

use podpath_order::OrdSet;

use super::{Review, host, namespace, target, traffic_policy, value};
use crate::Field;

pub(super) fn check(review: &mut Review, root: &Field<'_>) {
    let spec = root.get("spec");
    let host = spec.get("host");
    review.must(&host, host::wildcard(host.text()));
    traffic_policy::check(review, &spec.get("trafficPolicy"));
    let mut names = OrdSet::new();
    for it in spec.get("subsets").items() {
        let name = it.get("name");
        if !names.insert(name.text()) {
            review.refuse(&name, &format!("duplicate subset names: {}", name.text()));
        }
        review.must(&name, subset_name(name.text()));
        value::labels(review, &it.get("labels"));
        traffic_policy::check(review, &it.get("trafficPolicy"));
    }
    let selector = spec.get("workloadSelector");
    exported(review, root, selector.exists());
    target::selector(review, &selector);
}

/// A rule for some Pods of a namespace cannot be shown to another one.
fn exported(review: &mut Review, root: &Field<'_>, has_selector: bool) {
    let (list, namespace) = (root.get("spec").get("exportTo"), namespace(root));
    value::export(review, &list, namespace, false);
    if !has_selector || list.is_empty() {
        return;
    }
    let shown: OrdSet<&str> = list.texts().into_iter().map(|it| if it == "." { namespace } else { it }).collect();
    if !shown.contains(namespace) {
        let words = "destination rule with workload selector cannot have exportTo beyond current namespace";
        review.refuse(&list, words);
    } else if shown.len() > 1 {
        review.refuse(&list, "destination rule with workload selector cannot have multiple entries in exportTo");
    }
}

/// Why the name of a subset is none.
pub(super) fn subset_name(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("subset name cannot be empty".to_owned());
    }
    (!host::is_label(name)).then(|| format!("subset name is invalid: {name}"))
}
