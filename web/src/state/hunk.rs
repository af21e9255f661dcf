//! What fixes would change, line by line, so that a person sees it before it happens.

use podpath_order::{OrdMap, Order};
use podpath_protocol::Fix;

use super::files::{Files, repaired};

/// Lines of one file that change together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hunk {
    pub(crate) file: String,
    /// The first line, from 1.
    pub(crate) line: usize,
    pub(crate) old: Vec<String>,
    pub(crate) new: Vec<String>,
}

/// The changes of all fixes together, in the order of files and lines.
pub(crate) fn hunks(files: &Files, fixes: &[Fix]) -> Vec<Hunk> {
    let (after, _) = repaired(files, fixes);
    let mut touched: OrdMap<&str, Vec<(usize, usize)>> = OrdMap::new();
    for edit in fixes.iter().flat_map(|it| &it.edits) {
        let lines = (edit.range.start.line as usize, edit.range.end.line as usize);
        touched.entry(&edit.range.file).or_default().push(lines);
    }
    let empty = crate::state::files::Text::default();
    let of_file = |(file, lines): (&str, Vec<(usize, usize)>)| {
        let old = files.get(file).unwrap_or(&empty);
        let new = after.get(file).unwrap_or(&empty);
        aligned(file, &old.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>(), &joined(lines))
    };
    touched.into_iter().flat_map(of_file).collect()
}

/// Runs of lines that touch each other become one.
fn joined(mut lines: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    lines.order();
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (first, last) in lines {
        match runs.last_mut().filter(|it| first <= it.1 + 1) {
            Some(run) => run.1 = run.1.max(last),
            None => runs.push((first, last)),
        }
    }
    runs
}

/// Between the runs both texts are the same, so the length of the new text of a run follows from where the old one goes on.
fn aligned(file: &str, old: &[&str], new: &[&str], runs: &[(usize, usize)]) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    let mut ahead = 0_usize;
    let mut behind = 0_usize;
    let ends = runs.iter().skip(1).map(|it| it.0).chain([old.len() + 1]).collect::<Vec<_>>();
    for (run, next) in runs.iter().zip(ends) {
        let last = run.1.min(old.len());
        let rest = old.get(last..next.saturating_sub(1).min(old.len())).unwrap_or_default();
        let start = (run.0 - 1 + ahead).saturating_sub(behind);
        let is_end = |at: &usize| new.get(*at..*at + rest.len()) == Some(rest);
        let whole = next > old.len();
        let end = if whole {
            new.len().saturating_sub(rest.len())
        } else {
            (start..=new.len()).find(is_end).unwrap_or(start)
        };
        let lines = |all: &[&str], from: usize, to: usize| {
            all.get(from..to.max(from)).unwrap_or_default().iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()
        };
        let (before, after) = (lines(old, run.0 - 1, last), lines(new, start, end));
        ahead += after.len();
        behind += before.len();
        hunks.push(Hunk { file: file.to_owned(), line: run.0, old: before, new: after });
    }
    hunks.retain(|it| it.old != it.new);
    hunks
}

#[cfg(test)]
mod tests {
    use podpath_protocol::{Position, Range, TextEdit};

    use super::*;

    fn fix(text: &str, from: usize, to: usize, new_text: &str) -> Fix {
        let at = |offset: usize| {
            let head = &text[..offset];
            let line = u32::try_from(head.matches('\n').count()).unwrap() + 1;
            Position { line, column: 1, offset: u32::try_from(offset).unwrap() }
        };
        let range = Range { file: "a.yaml".into(), start: at(from), end: at(to) };
        Fix { title: String::new(), safe: true, edits: vec![TextEdit { range, new_text: new_text.into() }] }
    }

    #[test]
    fn lines_are_shown_before_and_after() {
        let text = "one\ntwo\nthree\nfour\n";
        let files = Files::from([("a.yaml".into(), text.into())]);
        let found = hunks(&files, &[fix(text, 0, 3, "1\n1b"), fix(text, 8, 14, ""), fix(text, 14, 18, "4")]);
        let told: Vec<_> = found.iter().map(|it| (it.line, it.old.join("|"), it.new.join("|"))).collect();
        assert_eq!(told, [(1, "one".into(), "1|1b".into()), (3, "three|four".into(), "4".into())]);
    }

    #[test]
    fn a_new_file_is_all_new() {
        let found = hunks(&Files::new(), &[fix("", 0, 0, "kind: Pod\n")]);
        assert_eq!((found[0].old.len(), found[0].new.clone()), (0, vec!["kind: Pod".to_owned()]));
    }
}
