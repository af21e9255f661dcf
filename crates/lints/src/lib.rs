//! What is wrong with a document, and between objects: one file a lint.
//!
//! Invariants: an error is what a cluster refuses or traffic that surely fails, what may stand outside the workspace is
//! a warning or nothing; lints only look; their findings do not depend on the order in which they run.

mod backend;
mod broken_yaml;
mod dangling_backend;
mod duplicate_key;
mod duplicate_object;
mod failing_health_check;
mod gateway_not_found;
mod host_not_served;
mod hostname;
mod istio;
mod missing_field;
mod network_policies;
mod not_sent_by_load_balancer;
mod outdated_api_version;
mod port_not_offered;
mod reference_not_granted;
mod required_field;
mod route;
mod route_not_allowed;
mod rule;
mod selector_differs;
mod selector_matches_nothing;
mod suggest;
mod unknown_annotation;
mod unknown_field;
mod unknown_subset;
mod unreachable_rule;
mod wrong_type;

use std::cell::{Cell, RefCell};

use podpath_cluster::{Cluster, Each, Found, Reads};
use podpath_objects::{Kind, Reader};
use podpath_order::Order;
use podpath_routing::Tables;
use podpath_source::{Diagnostic, DocumentId, Location, Severity, Span, Text};
use podpath_yaml::Node;

/// One thing that can be wrong.
pub struct Lint {
    /// Kebab-case name of the defect; stable.
    pub code: &'static str,
    /// The worst that it can be; a finding may be milder.
    pub severity: Severity,
    /// What other tools call it.
    pub aliases: &'static [&'static str],
    /// Where it looks.
    pub check: Check,
}

/// Where a lint looks.
pub enum Check {
    /// At one document alone.
    Document(fn(&DocumentContext<'_>, &mut Vec<Diagnostic>)),
    /// At the objects of the workspace together.
    Cluster(fn(&Context<'_>, &mut Vec<Diagnostic>)),
}

/// What lints between objects may look at.
pub struct Context<'a> {
    /// The objects of the workspace.
    pub cluster: &'a Cluster,
    /// What the gateways make of them.
    tables: &'a Tables,
    /// What the lint found at single objects before, and now.
    known: RefCell<Known>,
    /// What was read while it looked at single objects.
    reads: Cell<Reads>,
}

/// What a lint found at single objects.
pub type Known = Each<Vec<Diagnostic>>;

impl<'a> Context<'a> {
    /// The route tables; what they were made of counts as read by the lint that asks.
    fn tables(&self) -> &'a Tables {
        self.tables.read(self.cluster)
    }

    /// Looks at each object of a type by itself, and again only at those that changed; once for each type in a lint.
    ///
    /// `check` may take anything from outside that was made of the cluster before: that counts as read by it.
    fn each<T: Kind>(&self, found: &mut Vec<Diagnostic>, check: &dyn Fn(Found<'a, T>, &mut Vec<Diagnostic>)) {
        let beside = self.cluster.reads();
        let mut known = self.known.take();
        let look = || {
            let make = |object: Found<'a, T>| {
                let mut own = Vec::new();
                check(object, &mut own);
                own
            };
            found.extend(known.of(self.cluster, beside, &make).flatten().cloned());
        };
        let ((), reads) = self.cluster.apart(look);
        self.reads.set(self.reads.get().and(reads));
        self.known.replace(known);
    }
}

/// What lints of one document may look at.
pub struct DocumentContext<'a> {
    /// Its number.
    pub document: DocumentId,
    /// Its text; spans are relative to it.
    pub text: &'a str,
    /// What could be read of it.
    pub yaml: &'a podpath_yaml::Document,
    /// Its objects, each with its group and kind.
    kinds: Vec<(Reader<'a>, String, String)>,
    /// What the schemas of its objects say; nothing while a line cannot be read, since it may hold what is missed.
    pub structure: Vec<podpath_schema::Finding>,
}

pub use not_sent_by_load_balancer::unsent_rules;
pub use unreachable_rule::unreachable_rules;

/// Every lint.
pub static ALL: &[&Lint] = &[
    &broken_yaml::LINT,
    &duplicate_key::LINT,
    &missing_field::LINT,
    &unknown_annotation::LINT.lint,
    &unknown_field::LINT,
    &wrong_type::LINT,
    &required_field::LINT,
    &outdated_api_version::LINT,
    &duplicate_object::LINT,
    &selector_differs::LINT,
    &selector_matches_nothing::LINT,
    &port_not_offered::LINT,
    &dangling_backend::LINT,
    &gateway_not_found::LINT,
    &host_not_served::LINT,
    &route_not_allowed::LINT,
    &reference_not_granted::LINT,
    &unreachable_rule::LINT,
    &not_sent_by_load_balancer::RULE.lint,
    &failing_health_check::LINT,
    &unknown_subset::LINT,
    &network_policies::WITHOUT_PODS.lint,
    &network_policies::WITHOUT_PEERS.lint,
    &istio::annotations::MISPLACED.lint,
    &istio::annotations::INVALID.lint,
    &istio::annotations::DEPRECATED.lint,
    &istio::annotations::ALPHA.lint,
    &istio::control_plane::FAILED_CONDITION.lint,
    &istio::control_plane::OLD_CRD.lint,
    &istio::control_plane::OPEN_KEY_FETCH.lint,
    &istio::deprecated::FIELD.lint,
    &istio::deprecated::KIND.lint,
    &istio::deprecated::PROVIDER.lint,
    &istio::destination_rules::UNVERIFIED_SERVER.lint,
    &istio::destination_rules::EMPTY_SUBSET.lint,
    &istio::destination_rules::UNKNOWN_HOST.lint,
    &istio::envoy_filters::RELATIVE.lint,
    &istio::envoy_filters::RELATIVE_TO_VERSION.lint,
    &istio::envoy_filters::REPLACE.lint,
    &istio::envoy_filters::ADD.lint,
    &istio::envoy_filters::REMOVE.lint,
    &istio::envoy_filters::WITHOUT_FILTER.lint,
    &istio::gateways::WITHOUT_PODS.lint,
    &istio::gateways::CLOSED_PORT.lint,
    &istio::gateways::CONFLICTING.lint,
    &istio::certificates::MISSING.lint,
    &istio::certificates::UNUSABLE.lint,
    &istio::certificates::SHARED.lint,
    &istio::injection::NOT_INJECTED.lint,
    &istio::injection::BY_DEFAULT.lint,
    &istio::injection::TWO_LABELS.lint,
    &istio::injection::WITHOUT_SIDECAR.lint,
    &istio::injection::AUTOMATIC_IMAGE.lint,
    &istio::injection::OTHER_IMAGE.lint,
    &istio::policies::WITHOUT_PODS.lint,
    &istio::policies::UNKNOWN_NAMESPACE.lint,
    &istio::policies::GATEWAY_SELECTOR.lint,
    &istio::ports::UNDECLARED_PROTOCOL.lint,
    &istio::ports::EXTERNAL_NAME.lint,
    &istio::service_entries::WITHOUT_ADDRESSES.lint,
    &istio::service_entries::TWO_PROTOCOLS.lint,
    &istio::selectors::WITHOUT_PODS.lint,
    &istio::selectors::SAME_PODS.lint,
    &istio::selectors::TWO_DEFAULTS.lint,
    &istio::selectors::AMBIENT.lint,
    &istio::selectors::WITHOUT_PROVIDER.lint,
    &istio::sidecar_ingress::UNDECLARED_ENDPOINT.lint,
    &istio::suppressed::HELD_BACK.lint,
    &istio::validation::REFUSED.lint,
    &istio::validation::WARNED.lint,
    &istio::virtual_services::SHARED_HOST.lint,
    &istio::virtual_services::WITHOUT_PORT.lint,
    &istio::virtual_services::MESH_ONLY_SUBSET.lint,
    &istio::virtual_services::UNVERIFIED_CLAIMS.lint,
    &istio::virtual_services::GENERATED_GATEWAY.lint,
    &istio::unused_rules::INEFFECTIVE,
    &istio::hosts::UNKNOWN.lint,
    &istio::hosts::HIDDEN.lint,
    &istio::webhooks::OVERLAPPING.lint,
    &istio::webhooks::WITHOUT_SERVICE.lint,
    &istio::webhooks::WITHOUT_ADDRESS.lint,
    &istio::webhooks::BARE_ADDRESS.lint,
    &istio::workloads::TWO_PROTOCOLS.lint,
    &istio::workloads::SHARED_TARGET.lint,
    &istio::workloads::PROXY_USER.lint,
];

/// The lints that look at the objects of the workspace together.
pub fn between() -> impl Iterator<Item = &'static Lint> {
    ALL.iter().copied().filter(|it| matches!(it.check, Check::Cluster(_)))
}

/// What one document alone decides, in source order.
pub fn check_document(document: DocumentId, text: &str, yaml: &podpath_yaml::Document) -> Vec<Diagnostic> {
    let nodes = yaml.root.as_ref().map(podpath_objects::nodes).unwrap_or_default();
    let structure = structure(yaml, &nodes);
    let context = DocumentContext { document, text, yaml, kinds: nodes.into_iter().map(kind_of).collect(), structure };
    let mut found = Vec::new();
    for lint in ALL {
        if let Check::Document(check) = lint.check {
            check(&context, &mut found);
        }
    }
    in_order(found)
}

/// The findings of all lints together: two that say the same of one place are one, and what an object asks Istio's analyzer
/// not to say is held back.
pub fn joined(found: Vec<Diagnostic>, cluster: &Cluster) -> Vec<Diagnostic> {
    istio::suppressed::held_back(istio::unused_rules::joined(found, &unreachable_rule::LINT), cluster)
}

fn structure(yaml: &podpath_yaml::Document, nodes: &[&Node]) -> Vec<podpath_schema::Finding> {
    if yaml.problems.iter().any(|it| it.kind.is_unreadable()) {
        return vec![];
    }
    nodes.iter().flat_map(|it| podpath_schema::check(it)).collect()
}

/// An object with its group and kind, as they are written.
fn kind_of(node: &Node) -> (Reader<'_>, String, String) {
    let reader = Reader::new(node);
    let text = |key: &str| reader.get(key).text().map_or_else(String::new, |it| it.value);
    let (version, kind) = (text("apiVersion"), text("kind"));
    (reader, podpath_objects::group_of(&version, &kind).to_owned(), kind)
}

fn in_order(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found.order_by(|a, b| (a.location, a.code, &a.message).cmp(&(b.location, b.code, &b.message)));
    found.dedup();
    // Istio's analyzer says once of an object what it does not find, however often the object names it.
    let mut told = podpath_order::OrdSet::new();
    for finding in found.iter_mut().filter(|it| it.aliases.contains(&"IST0101")) {
        if !told.insert((finding.location.document, finding.message.en.clone())) {
            finding.aliases = &[];
        }
    }
    found
}

impl Lint {
    /// What it finds between the objects, in source order; a lint of documents finds nothing here. `known` is what it found
    /// before that is still true, and comes back as what it found now.
    pub fn find(&self, cluster: &Cluster, tables: &Tables, known: Known) -> (Vec<Diagnostic>, Known) {
        let mut found = Vec::new();
        let context = Context { cluster, tables, known: RefCell::new(known), reads: Cell::default() };
        if let Check::Cluster(check) = self.check {
            check(&context, &mut found);
        }
        cluster.note(context.reads.get());
        (in_order(found), context.known.into_inner())
    }

    /// A finding of this lint; what is special about it is added by update syntax or the fields.
    fn found(&self, location: Location, message: Text) -> Diagnostic {
        Diagnostic { aliases: self.aliases, ..Diagnostic::new(self.code, self.severity, location, message) }
    }
}

impl<'a> DocumentContext<'a> {
    /// A place in the document.
    fn at(&self, span: Span) -> Location {
        Location { document: self.document, span }
    }

    /// The objects of the document that are of these groups and kinds, with their kind.
    fn objects(&self, kinds: &[(&str, &str)]) -> impl Iterator<Item = (Reader<'a>, &str)> {
        // The kinds differ where the groups are alike, so they are asked first.
        let fits = |group: &str, kind: &str| kinds.iter().any(|it| it.1 == kind && it.0 == group);
        self.kinds.iter().filter(move |it| fits(&it.1, &it.2)).map(|it| (it.0, it.2.as_str()))
    }
}
