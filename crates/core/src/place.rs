//! Places in documents to ranges in files, texts to the asked language.

use std::sync::Arc;

use podpath_cluster::ResourceId;
use podpath_protocol::{Locale, Position, Range};
use podpath_source::{Location, Text};

use crate::analysis::Analysis;

/// The text in the asked language.
pub(crate) fn say(text: &Text, locale: Locale) -> String {
    match locale {
        Locale::En => text.en.clone(),
        Locale::Ko => text.ko.clone(),
    }
}

/// The same of a text that nobody else needs.
pub(crate) fn spoken(text: Text, locale: Locale) -> String {
    match locale {
        Locale::En => text.en,
        Locale::Ko => text.ko,
    }
}

/// The range of an object's name.
pub(crate) fn name_range(analysis: &Analysis, id: ResourceId) -> Option<Range> {
    let entry = analysis.cluster.entry(id)?;
    range(analysis, Location { document: entry.document, span: entry.resource.meta.name_span() })
}

/// The range of a place; None when its document is not there.
pub(crate) fn range(analysis: &Analysis, location: Location) -> Option<Range> {
    let placed = analysis.placed(location.document)?;
    let offset = |at: u32| u32::try_from(placed.offset).unwrap_or(u32::MAX).saturating_add(at);
    let position = |at: u32| {
        let found = placed.file.lines.position(&placed.file.text, offset(at));
        Position { line: found.line, column: found.column, offset: found.offset }
    };
    let span = location.span;
    Some(Range { file: Arc::clone(&placed.path), start: position(span.start), end: position(span.end) })
}
