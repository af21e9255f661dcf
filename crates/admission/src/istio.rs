//! What the schemas and the webhook of Istio say to its objects, in their own words.
//!
//! The schema is asked first: its values (`crd`), and when these are fine its rules between fields. The webhook is asked
//! when the schema takes the object. Source: `pkg/config/validation` of istio, function by function, one file a family.

mod authorization;
mod crd;
mod destination_rule;
mod extension;
mod gateway;
mod header;
mod host;
mod http_route;
mod regex;
mod service_entry;
mod sidecar;
mod target;
mod token;
mod traffic_policy;
mod value;
mod virtual_service;

use podpath_source::boolean;
use podpath_yaml::Node;

use crate::{Field, Refusal, Sort, Verdict, Warning, metadata, name};

const KINDS: &[&str] = &[
    "AuthorizationPolicy",
    "DestinationRule",
    "EnvoyFilter",
    "Gateway",
    "PeerAuthentication",
    "ProxyConfig",
    "RequestAuthentication",
    "ServiceEntry",
    "Sidecar",
    "Telemetry",
    "VirtualService",
    "WasmPlugin",
    "WorkloadEntry",
    "WorkloadGroup",
];

/// True for the kinds of Istio that are checked here.
pub(crate) fn has_rules(root: &Node) -> bool {
    let text = |key: &str| root.get(key).and_then(Node::as_text).unwrap_or_default();
    let group = text("apiVersion").split_once('/').map_or("", |it| it.0);
    group.ends_with(".istio.io") && KINDS.contains(&text("kind"))
}

/// What is said to an object of Istio; `is_broken` when its structure is refused already, so that no rule is asked.
pub(crate) fn check(root: &Node, is_broken: bool) -> Verdict {
    let root = Field::root(root);
    let kind = root.get("kind").text();
    let mut refusals = metadata::check(&root, name::subdomain);
    refusals.extend(crd::check(kind, &root.get("spec"), is_broken));
    if is_broken || !refusals.is_empty() {
        return Verdict { refusals, warnings: vec![] };
    }
    let mut review = Review::default();
    annotations(&mut review, &root);
    // What the annotations refuse ends the answer.
    if review.refusals.is_empty() {
        webhook(&mut review, &root, kind);
    }
    Verdict { refusals: review.refusals, warnings: review.warnings }
}

fn webhook(review: &mut Review, root: &Field<'_>, kind: &str) {
    let spec = root.get("spec");
    match kind {
        "AuthorizationPolicy" => authorization::check(review, root),
        "DestinationRule" => destination_rule::check(review, root),
        "EnvoyFilter" => extension::envoy_filter(review, &spec),
        "Gateway" => gateway::check(review, root),
        "PeerAuthentication" => token::peer_authentication(review, &spec),
        "ProxyConfig" => target::selector(review, &spec.get("selector")),
        "RequestAuthentication" => token::request_authentication(review, &spec),
        "ServiceEntry" => service_entry::check(review, root),
        "Sidecar" => sidecar::check(review, root),
        "Telemetry" => extension::telemetry(review, &spec),
        "VirtualService" => virtual_service::check(review, root),
        // What its variables may be the schema says.
        "WasmPlugin" => target::policy(review, &spec),
        "WorkloadEntry" => service_entry::workload_entry(review, &spec, None, true),
        "WorkloadGroup" => service_entry::workload_group(review, &spec),
        _ => {}
    }
}

/// An object is refused for no more reasons than this, and warned of as many: what it holds may stand in every sentence.
const MOST: usize = 100;

/// What the webhook found.
#[derive(Default)]
pub(crate) struct Review {
    refusals: Vec<Refusal>,
    warnings: Vec<Warning>,
}

impl Review {
    /// Refuses a place in the webhook's words.
    pub(crate) fn refuse(&mut self, at: &Field<'_>, words: &str) {
        if !self.is_full() {
            let refusal = at.refuse(Sort::Invalid, words.to_owned());
            self.refusals.push(Refusal { is_webhook: true, ..refusal });
        }
    }

    /// No more reasons are taken; a sentence that is long need not be made.
    pub(crate) fn is_full(&self) -> bool {
        self.refusals.len() >= MOST
    }

    /// Refuses a place that a rule complains about.
    pub(crate) fn must(&mut self, at: &Field<'_>, complaint: Option<String>) {
        if let Some(words) = complaint {
            self.refuse(at, &words);
        }
    }

    /// Refuses a place for which this holds.
    pub(crate) fn refuse_if(&mut self, is_wrong: bool, at: &Field<'_>, words: &str) {
        if is_wrong {
            self.refuse(at, words);
        }
    }

    /// Takes a place, and warns of it.
    pub(crate) fn warn(&mut self, at: &Field<'_>, words: &str) {
        if self.warnings.len() < MOST {
            self.warnings.push(warning(at, words));
        }
    }

    /// Takes a place, and says what holds for every object of the kind.
    pub(crate) fn remark(&mut self, at: &Field<'_>, words: &str) {
        self.warnings.push(Warning { is_general: true, ..warning(at, words) });
    }
}

fn warning(at: &Field<'_>, words: &str) -> Warning {
    Warning { text: words.to_owned(), field: at.path(), span: at.span, is_general: false }
}

/// The namespace of an object, for what `.` means in it.
fn namespace<'a>(root: &Field<'a>) -> &'a str {
    let written = root.get("metadata").get("namespace").text();
    if written.is_empty() { "default" } else { written }
}

/// Source: `validateMetadata`, `checkDryRunAnnotation`.
fn annotations(review: &mut Review, root: &Field<'_>) {
    const DRY_RUN: &str = "istio.io/dry-run";
    const REJECTED: &str = "internal.istio.io/webhook-always-reject";
    const INTERNAL: [&str; 2] = ["internal.istio.io/parents", "internal.istio.io/parent-namespace"];
    let annotations = root.get("metadata").get("annotations");
    for (key, it) in annotations.entries() {
        if key == DRY_RUN {
            dry_run(review, root, &it);
        } else if key == REJECTED {
            review.refuse(&it, &format!("\"{key}\" annotation found, rejecting"));
        } else if INTERNAL.contains(&key) {
            review.refuse(&it, &format!("\"{key}\" annotation found, this may not be set by users"));
        }
    }
}

fn dry_run(review: &mut Review, root: &Field<'_>, annotation: &Field<'_>) {
    let (name, namespace) = (root.get("metadata").get("name").text(), namespace(root));
    let value = annotation.text();
    let written = root.get("spec").get("action").text();
    let action = if written.is_empty() { "ALLOW" } else { written };
    if root.get("kind").text() != "AuthorizationPolicy" {
        let words =
            format!("{namespace}/{name} has unsupported annotation istio.io/dry-run, please remove the annotation");
        review.refuse(annotation, &words);
    } else if !matches!(action, "ALLOW" | "DENY") {
        let words = format!(
            "the annotation istio.io/dry-run currently only supports action ALLOW/DENY, found action {action} in \
             {namespace}/{name}"
        );
        review.refuse(annotation, &words);
    } else if boolean(value).is_none() {
        let words = format!(
            "{namespace}/{name} has annotation istio.io/dry-run with invalid value ({value}): strconv.ParseBool: \
             parsing \"{value}\": invalid syntax"
        );
        review.refuse(annotation, &words);
    }
}
