//! What is wrong with a document, and between objects: one file a lint.
//!
//! Invariants: an error is what a cluster refuses or traffic that surely fails, what may stand outside the workspace is
//! a warning or nothing; lints only look; their findings do not depend on the order in which they run.

mod backend;
mod broken_yaml;
mod dangling_backend;
mod duplicate_key;
mod duplicate_object;
mod gateway_not_found;
mod host_not_served;
mod hostname;
mod istio;
mod missing_field;
mod outdated_api_version;
mod port_not_offered;
mod required_field;
mod selector_differs;
mod selector_matches_nothing;
mod suggest;
mod unknown_field;
mod unknown_subset;
mod unreachable_rule;
mod wrong_type;

use podpath_cluster::Cluster;
use podpath_routing::Tables;
use podpath_source::{Diagnostic, DocumentId, Location, Severity, Span, Text};

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
}

impl<'a> Context<'a> {
    /// The route tables; what they were made of counts as read by the lint that asks.
    fn tables(&self) -> &'a Tables {
        self.tables.read(self.cluster)
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
    /// What the schemas of its objects say; nothing while a line cannot be read, since it may hold what is missed.
    pub structure: Vec<podpath_schema::Finding>,
}

pub use unreachable_rule::unreachable_rules;

/// Every lint.
pub static ALL: &[&Lint] = &[
    &broken_yaml::LINT,
    &duplicate_key::LINT,
    &missing_field::LINT,
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
    &unreachable_rule::LINT,
    &unknown_subset::LINT,
];

/// The lints that look at the objects of the workspace together.
pub fn between() -> impl Iterator<Item = &'static Lint> {
    ALL.iter().copied().filter(|it| matches!(it.check, Check::Cluster(_)))
}

/// What one document alone decides, in source order.
pub fn check_document(document: DocumentId, text: &str, yaml: &podpath_yaml::Document) -> Vec<Diagnostic> {
    let context = DocumentContext { document, text, yaml, structure: structure(yaml) };
    let mut found = Vec::new();
    for lint in ALL {
        if let Check::Document(check) = lint.check {
            check(&context, &mut found);
        }
    }
    in_order(found)
}

fn structure(yaml: &podpath_yaml::Document) -> Vec<podpath_schema::Finding> {
    let Some(root) = yaml.root.as_ref().filter(|_| !yaml.problems.iter().any(|it| it.kind.is_unreadable())) else {
        return vec![];
    };
    podpath_objects::nodes(root).into_iter().flat_map(podpath_schema::check).collect()
}

fn in_order(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found.sort_by(|a, b| (a.location, a.code, &a.message).cmp(&(b.location, b.code, &b.message)));
    found.dedup();
    found
}

impl Lint {
    /// What it finds between the objects, in source order; a lint of documents finds nothing here.
    pub fn find(&self, cluster: &Cluster, tables: &Tables) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if let Check::Cluster(check) = self.check {
            check(&Context { cluster, tables }, &mut found);
        }
        in_order(found)
    }

    /// A finding of this lint; what is special about it is added by update syntax or the fields.
    fn found(&self, location: Location, message: Text) -> Diagnostic {
        Diagnostic { aliases: self.aliases, ..Diagnostic::new(self.code, self.severity, location, message) }
    }
}

impl DocumentContext<'_> {
    /// A place in the document.
    fn at(&self, span: Span) -> Location {
        Location { document: self.document, span }
    }
}
