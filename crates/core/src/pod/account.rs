//! The ServiceAccount of Pods, and the IAM role that it carries.
//!
//! Source: EKS user guide, "IAM roles for service accounts": the webhook reads the annotation of the ServiceAccount, not of
//! the Pod. Kubernetes' admission plugin ServiceAccount refuses a Pod whose ServiceAccount is not there; every namespace
//! gets one that is called `default`.

use podpath_objects::ServiceAccount;
use podpath_protocol::{AccountLine, Ref};

use super::{Asked, words};
use crate::place::{range, say};

/// By the annotation of a ServiceAccount Pods get an IAM role (IRSA).
const ROLE: &str = "eks.amazonaws.com/role-arn";

/// The name of the ServiceAccount.
fn account_name<'a>(asked: &Asked<'a>) -> &'a str {
    let named = asked.pods.template.service_account.as_ref().map(|it| it.value.as_str());
    named.filter(|it| !it.is_empty()).unwrap_or("default")
}

/// Who the Pods are.
pub(crate) fn account(asked: &Asked<'_>) -> AccountLine {
    let name = account_name(asked);
    let found = asked.analysis.cluster.find::<ServiceAccount>(asked.pods.namespace, name);
    let note = found.and_then(|it| it.entry.resource.meta.annotations.entry(ROLE));
    let place = found.map(|it| {
        let meta = &it.entry.resource.meta;
        it.at(note.map_or(meta.name_span(), |(key, value)| key.span.to(value.span)))
    });
    let named_at = || asked.pods.template.service_account.as_ref().and_then(|it| asked.here(it.span));
    let role = note.map(|(_, value)| value.value.clone());
    let failed = found.is_none() && name != "default";
    let text = match &role {
        _ if failed => words::no_account(name, asked.pods.namespace),
        Some(role) if !is_role(role) => words::no_role_arn(role),
        Some(role) => words::role(role),
        None if found.is_none() => words::default_account(),
        None => words::no_role(name),
    };
    AccountLine {
        resource: Ref {
            api_version: "v1".into(),
            kind: "ServiceAccount".into(),
            namespace: Some(asked.pods.namespace.to_owned()),
            name: name.to_owned(),
        },
        found: found.is_some(),
        range: place.and_then(|it| range(asked.analysis, it)).or_else(named_at),
        detail: say(&text, asked.locale),
        role,
        failed,
    }
}

/// `arn:aws:iam::111122223333:role/NAME`, in any partition.
fn is_role(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    matches!(parts.as_slice(), ["arn", _, "iam", "", account, rest]
        if !account.is_empty() && rest.strip_prefix("role/").is_some_and(|it| !it.is_empty()))
}
