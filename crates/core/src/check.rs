//! The method `check`: findings of documents and between objects, as the protocol writes them.

use podpath_order::{OrdMap, Order};
use podpath_protocol::{Check, Diagnostic, Fix, Locale, Position, Range, Ref, Related, TextEdit};
use podpath_source::{Diagnostic as Finding, Edit, Fix as FixOf, Location, Severity, Span};

use crate::analysis::Analysis;
use crate::dead_rules::dead_rules;
use crate::place::{range, say};

/// Every finding, sorted by file, offset and code, without repetitions.
pub(crate) fn check(analysis: &Analysis, locale: Locale) -> Check {
    let mut diagnostics: Vec<_> =
        analysis.findings().iter().filter_map(|it| diagnostic(analysis, it, locale)).collect();
    diagnostics.order_by(|a, b| order(a).cmp(&order(b)));
    diagnostics.dedup();
    if diagnostics.iter().any(|it| it.code == "unreachable-rule") {
        show(analysis, &mut diagnostics, locale);
    }
    Check { diagnostics }
}

fn order(it: &Diagnostic) -> impl Ord + '_ {
    (&it.range.file, it.range.start.offset, &it.code, &it.message)
}

/// Dead rules come with the request that shows them.
fn show(analysis: &Analysis, diagnostics: &mut [Diagnostic], locale: Locale) {
    let mut dead: OrdMap<_, _> = OrdMap::new();
    for rule in dead_rules(analysis, locale).dead_rules {
        dead.insert((rule.range.file.clone(), rule.range.start.offset), rule.witness);
    }
    for it in diagnostics.iter_mut().filter(|it| it.code == "unreachable-rule") {
        it.request = dead.remove(&(it.range.file.clone(), it.range.start.offset));
    }
}

/// A finding with its places in files.
pub(crate) fn diagnostic(analysis: &Analysis, finding: &Finding, locale: Locale) -> Option<Diagnostic> {
    let related = finding.related.iter().filter_map(|label| {
        Some(Related { range: range(analysis, label.location)?, message: say(&label.text, locale) })
    });
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    Some(Diagnostic {
        code: finding.code.to_owned(),
        severity: severity.to_owned(),
        message: say(&finding.message, locale),
        range: range(analysis, finding.location)?,
        resource: resource_at(analysis, finding.location),
        path: finding.path.clone(),
        related: related.collect(),
        help: finding.help.as_ref().map(|it| say(it, locale)),
        fix: finding.fix.as_ref().and_then(|it| fix(analysis, it, locale)),
        aliases: finding.aliases.iter().map(|it| (*it).to_owned()).collect(),
        url: None,
        request: None,
    })
}

/// True when the API server would refuse the object for this: admission, not attachment or traffic.
pub(crate) fn is_refusal(finding: &Finding) -> bool {
    const CODES: &[&str] = &[
        "duplicate-key",
        "missing-field",
        "outdated-api-version",
        "refused-by-istio",
        "required-field",
        "selector-differs",
        "unknown-field",
        "wrong-type",
    ];
    finding.severity == Severity::Error && CODES.contains(&finding.code)
}

/// The object that holds a place: the innermost one of its document.
pub(crate) fn resource_at(analysis: &Analysis, location: Location) -> Option<Ref> {
    let placed = analysis.placed(location.document)?;
    let holds = |span: podpath_source::Span| span.touches(location.span.start);
    let (id, _) = placed.resources().find(|(_, it)| holds(it.meta.span))?;
    analysis.reference(id)
}

/// A fix with its edits in files; none when one of them does not fit its text.
pub(crate) fn fix(analysis: &Analysis, fix: &FixOf, locale: Locale) -> Option<Fix> {
    let mut edits = Vec::new();
    for edit in &fix.edits {
        match edit {
            Edit::Replace { location, text } => {
                edits.push(TextEdit { range: range(analysis, *location)?, new_text: text.clone() });
            }
            Edit::Move { item, before } => edits.extend(moved(analysis, *item, *before)?),
            Edit::Remove { item } => edits.push(removed(analysis, *item)?),
            Edit::Append { file, text } => {
                edits.push(TextEdit { range: end_of(analysis, file), new_text: text.clone() });
            }
        }
    }
    Some(Fix { title: say(&fix.title, locale), safe: fix.safe, edits })
}

/// The lines of one item of a list in front of those of another one.
fn moved(analysis: &Analysis, item: Location, before: Location) -> Option<[TextEdit; 2]> {
    let text = &analysis.placed(item.document)?.document.text;
    let (lines, there) = (item_lines(text, item.span)?, item_lines(text, before.span)?);
    if there.end > lines.start {
        return None;
    }
    let new_text = format!("{}\n", text.get(lines.start as usize..lines.end as usize)?.trim_end_matches('\n'));
    let at = |start, end| range(analysis, Location { span: Span { start, end }, ..item });
    Some([
        TextEdit { range: at(there.start, there.start)?, new_text },
        TextEdit { range: at(lines.start, lines.end)?, new_text: String::new() },
    ])
}

/// An item of a list without its lines.
fn removed(analysis: &Analysis, item: Location) -> Option<TextEdit> {
    let lines = item_lines(&analysis.placed(item.document)?.document.text, item.span)?;
    Some(TextEdit { range: range(analysis, Location { span: lines, ..item })?, new_text: String::new() })
}

/// The whole lines of an item that begins with a dash on its own line and ends its last line.
fn item_lines(text: &str, span: Span) -> Option<Span> {
    let (start, end) = (span.start as usize, span.end as usize);
    let line = text.get(..start)?.rfind('\n').map_or(0, |it| it + 1);
    let is_item = text.get(line..start)?.trim() == "-";
    let rest = text.get(end..)?;
    let to_break = rest.find('\n').map_or(rest.len(), |it| it + 1);
    let is_last = matches!(rest.get(..to_break)?.trim().as_bytes(), [] | [b'#', ..]);
    let lines = Span { start: u32::try_from(line).ok()?, end: u32::try_from(end + to_break).ok()? };
    (is_item && is_last).then_some(lines)
}

/// The end of a file; of a file that is not there its start.
pub(crate) fn end_of(analysis: &Analysis, path: &str) -> Range {
    let placed = analysis.documents().map(|(_, it)| it).find(|it| *it.path == *path);
    let at = placed.map_or(Position { line: 1, column: 1, offset: 0 }, |it| {
        let length = u32::try_from(it.file.text.len()).unwrap_or(u32::MAX);
        let found = it.file.lines.position(&it.file.text, length);
        Position { line: found.line, column: found.column, offset: found.offset }
    });
    Range { file: path.into(), start: at, end: at }
}
