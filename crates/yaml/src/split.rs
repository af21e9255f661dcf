//! Cuts a file into documents, textually, as kubectl does: at every line that begins with `---`.

use podpath_source::Span;

use crate::{Problem, ProblemKind};

/// The byte ranges of the documents. Together they are the whole file; each but the first begins with its separator.
pub fn split(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut starts = vec![0];
    let mut line = 0;
    for (at, _) in text.match_indices('\n').chain(std::iter::once((text.len(), ""))) {
        if line > 0 && text.get(line..at).is_some_and(|it| it.starts_with("---")) {
            starts.push(line);
        }
        line = at + 1;
    }
    let ends = starts.iter().skip(1).copied().chain(std::iter::once(text.len()));
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// After `---` only white space or a comment may follow on that line (kubectl: "invalid Yaml document separator").
pub(crate) fn check_separator(text: &str, problems: &mut Vec<Problem>) {
    let Some(rest) = text.strip_prefix("---") else { return };
    let line = rest.split('\n').next().unwrap_or_default();
    let content = line.trim();
    if content.is_empty() || content.starts_with('#') {
        return;
    }
    let start = 3 + line.len() - line.trim_start().len();
    problems.retain(|problem| problem.span.start as usize > 3 + line.len());
    problems.push(Problem { kind: ProblemKind::Separator, span: Span::new(start, start + content.len()) });
}
