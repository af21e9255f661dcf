//! The method `resources`: every object with its place, for look-ups by name.

use podpath_protocol::Resources;

use crate::analysis::Analysis;
use crate::editor::mention;

/// All objects in source order, also those that a later one replaces.
pub(crate) fn resources(analysis: &Analysis) -> Resources {
    let named = analysis.cluster.entries().map(|(id, entry)| (id, entry.resource.meta.name_span()));
    Resources { resources: named.filter_map(|(id, span)| mention(analysis, id, span)).collect() }
}
