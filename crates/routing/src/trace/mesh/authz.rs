//! AuthorizationPolicy: which rule of which policy lets a request in, or keeps it out.
//!
//! Source: istio `pilot/pkg/security/authz` (builder, model). CUSTOM goes before DENY before ALLOW; AUDIT decides nothing.
//! A DENY rule that matches ends it; where an ALLOW policy is for the workload, one of their rules must match.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{AuthorizationPolicy, AuthorizationRule};
use podpath_source::{Location, Text};

use super::config::Provider;
use super::scope::Workload;
use super::source::Seen;
use super::words;
use crate::trace::{Candidate, Verdicted};

/// Whether a condition holds for what is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fit {
    Yes,
    /// It does not: the field.
    No(String),
    /// Manifests and request do not say it: the field, and why.
    Unknown(String, Text),
}

/// What the policies of a workload say together.
pub(in crate::trace) enum Decision {
    /// No policy is for it.
    Open,
    /// It comes in; the deciding rule is that candidate, or nothing keeps it out.
    Allowed(Option<usize>),
    /// That candidate keeps it out.
    Denied(usize),
    /// Policies of ALLOW are there, and no rule of theirs matches.
    NotAllowed,
    /// Not decided: the field, and why.
    Unknown(String, Location, Text),
}

/// The decision, with every rule that was looked at.
pub(in crate::trace) struct Answer {
    pub(in crate::trace) decision: Decision,
    pub(in crate::trace) candidates: Vec<Candidate>,
}

/// What the policies of CUSTOM say, which an external service is asked about before the token is looked at.
///
/// "Failed to process CUSTOM action, will generate deny configs": where the mesh has no such provider, what matches is denied.
/// One for HTTP alone is ignored on connections of TCP (`builder.go`, `buildHTTP`, `buildTCP`).
pub(in crate::trace) fn external(cluster: &Cluster, workload: &Workload<'_>, seen: &Seen<'_>) -> Option<Answer> {
    let provider = |it: &Found<'_, AuthorizationPolicy>| {
        seen.mesh.provider(it.object.provider.as_ref().map_or("", |it| it.value.as_str()))
    };
    let all = policies(cluster, workload).into_iter();
    let (missing, mut asked): (Vec<_>, Vec<_>) = all.partition(|it| provider(it) == Provider::Missing);
    let mut asking = Asking { seen, candidates: vec![], unknown: None };
    if let Some((at, _)) = asking.first_match(&missing, "CUSTOM") {
        if let Some(it) = asking.candidates.get_mut(at) {
            (it.reason, it.detail) = ("no-provider", words::no_provider());
        }
        return Some(asking.answer(Decision::Denied(at)));
    }
    asked.retain(|it| seen.is_http || provider(it) != Provider::Requests);
    let matched = asking.first_match(&asked, "CUSTOM");
    let matched = matched.map(|(_, location)| ("spec.provider".to_owned(), location, words::external()));
    let (field, location, why) = matched.or_else(|| asking.unknown.take())?;
    Some(asking.answer(Decision::Unknown(field, location, why)))
}

/// What the policies of DENY and ALLOW say to a request.
pub(in crate::trace) fn decide(cluster: &Cluster, workload: &Workload<'_>, seen: &Seen<'_>) -> Answer {
    let all = policies(cluster, workload);
    let mut asking = Asking { seen, candidates: vec![], unknown: None };
    let denied = asking.first_match(&all, "DENY");
    if let Some((at, _)) = denied {
        return asking.answer(Decision::Denied(at));
    }
    let unknown = asking.unknown.take();
    let has = |action: &str| all.iter().any(|it| it.object.action.value == action);
    let allowed = asking.first_match(&all, "ALLOW");
    let open = if allowed.is_none() { asking.unknown.take() } else { None };
    let decision = match (unknown, open, allowed) {
        // Whether a rule of DENY keeps it out as well makes no difference.
        (_, None, None) if has("ALLOW") => Decision::NotAllowed,
        (Some((field, location, why)), ..) | (None, Some((field, location, why)), _) => {
            Decision::Unknown(field, location, why)
        }
        (None, None, Some((at, _))) => Decision::Allowed(Some(at)),
        (None, None, None) if has("DENY") => Decision::Allowed(None),
        (None, None, None) => Decision::Open,
    };
    asking.answer(decision)
}

/// Those that are enforced.
fn policies<'a>(cluster: &'a Cluster, workload: &Workload<'_>) -> Vec<Found<'a, AuthorizationPolicy>> {
    let mut all = workload.policies::<AuthorizationPolicy>(cluster, |it| &it.scope);
    all.retain(|it| !it.object.is_dry_run);
    all
}

struct Asking<'a> {
    seen: &'a Seen<'a>,
    candidates: Vec<Candidate>,
    unknown: Option<(String, Location, Text)>,
}

impl Asking<'_> {
    fn answer(self, decision: Decision) -> Answer {
        Answer { decision, candidates: self.candidates }
    }

    /// The first rule of an action that matches; every rule becomes a candidate.
    fn first_match(&mut self, all: &[Found<'_, AuthorizationPolicy>], action: &str) -> Option<(usize, Location)> {
        let mut matched = None;
        for policy in all.iter().filter(|it| it.object.action.value == action) {
            if policy.object.rules.is_empty() {
                let location = policy.at(policy.entry.resource.meta.name_span());
                self.push(policy, location, String::new(), "no-rule", words::no_rule(action));
            }
            for (idx, rule) in policy.object.rules.iter().enumerate() {
                let (location, path) = (policy.at(rule.span), format!("spec.rules[{idx}]"));
                match self.rule(rule, policy.namespace(), action) {
                    Fit::Yes => {
                        matched = matched.or(Some((self.candidates.len(), location)));
                        self.push(policy, location, path, "matched", words::matched(action));
                    }
                    Fit::No(field) => {
                        let text = words::differs(&field, self.seen);
                        self.push(policy, location, path, "rule-mismatch", text);
                    }
                    Fit::Unknown(field, why) => {
                        let named = format!("{path}.{field}");
                        self.unknown = self.unknown.take().or(Some((named, location, why.clone())));
                        self.push(policy, location, path, "unknown", why);
                    }
                }
            }
        }
        matched
    }

    fn push(
        &mut self,
        policy: &Found<'_, AuthorizationPolicy>,
        location: Location,
        path: String,
        reason: &'static str,
        detail: Text,
    ) {
        let verdict = if reason == "matched" { Verdicted::Chosen } else { Verdicted::Mismatch };
        self.candidates.push(Candidate { resource: Some(policy.id), location, path, verdict, reason, detail });
    }

    /// One of `from`, one of `to`, and all of `when`.
    ///
    /// A field that only HTTP has cannot be looked at in a connection without: a rule of ALLOW that names one anywhere is
    /// lost as a whole, any other rule loses the field (`model.go`, `checkError`).
    fn rule(&self, rule: &AuthorizationRule, namespace: &str, action: &str) -> Fit {
        let mut terms = rule.from.iter().chain(&rule.to).flatten().chain(&rule.when);
        let of_http = terms.find(|it| self.seen.is_http_only(&it.key));
        if let Some(lost) = of_http.filter(|_| action == "ALLOW") {
            return Fit::No(lost.key.clone());
        }
        let all = |terms: &[podpath_objects::Term]| {
            let seen = terms.iter().filter(|it| !self.seen.is_http_only(&it.key));
            every(seen.map(|it| self.seen.holds(it, namespace)))
        };
        let one_of = |list: &[Vec<podpath_objects::Term>]| {
            if list.is_empty() { Fit::Yes } else { any(list.iter().map(|it| all(it))) }
        };
        every([one_of(&rule.from), one_of(&rule.to), all(&rule.when)].into_iter())
    }
}

/// All must hold: one that does not decides, else one that is not known.
fn every(fits: impl Iterator<Item = Fit>) -> Fit {
    let mut result = Fit::Yes;
    for fit in fits {
        match fit {
            Fit::No(_) => return fit,
            Fit::Unknown(..) if result == Fit::Yes => result = fit,
            _ => {}
        }
    }
    result
}

/// One must hold.
fn any(fits: impl Iterator<Item = Fit>) -> Fit {
    let mut result = None;
    for fit in fits {
        match fit {
            Fit::Yes => return fit,
            Fit::Unknown(..) => result = Some(fit),
            Fit::No(_) => result = result.or(Some(fit)),
        }
    }
    result.unwrap_or(Fit::Yes)
}
