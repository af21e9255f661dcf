//! The method `resources`: every object with its place, for look-ups by name.

use podpath_protocol::{Located, Resources};
use podpath_source::Location;

use crate::analysis::Analysis;
use crate::place::range;

/// All objects in source order, also those that a later one replaces.
pub(crate) fn resources(analysis: &Analysis) -> Resources {
    let located = |(id, entry): (_, &podpath_cluster::Entry)| {
        let place = Location { document: entry.document, span: entry.resource.meta.name_span() };
        Some(Located { resource: analysis.reference(id)?, range: range(analysis, place)? })
    };
    Resources { resources: analysis.cluster.entries().filter_map(located).collect() }
}
