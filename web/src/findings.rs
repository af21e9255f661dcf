//! Which of the findings a key means: the next one, or the fixes at the caret.

use podpath_protocol::{Diagnostic, Fix, Range};

use crate::view::line_at;

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Next,
    Last,
}

/// The finding to go to from a place.
///
/// Errors first, then warnings, then notes, each in the order of the text: the key is pressed to find what stops the
/// request, and notes outnumber that. So does VS Code (`problems.sortOrder`: by severity, unless it is told otherwise).
/// Nothing is left out, unlike where the key stays among the worst: Neovim took that back, since an error that one cannot
/// mend then hides everything else. Who stands at no finding goes to the nearest of the worst.
pub(crate) fn step<'a>(all: &'a [Diagnostic], file: &str, caret: usize, way: Way) -> Option<&'a Range> {
    let places = places(all);
    let first = places.first()?;
    let worst = rank(first);
    let from_here = |it: &Diagnostic| (*it.range.file).cmp(file).then((it.range.start.offset as usize).cmp(&caret));
    let n = places.len();
    let n_worst = places.iter().filter(|it| rank(it) == worst).count();
    let found = match (places.iter().position(|it| from_here(it).is_eq()), way) {
        (Some(at), Way::Next) => (at + 1) % n,
        (Some(at), Way::Last) => (at + n - 1) % n,
        (None, Way::Next) => places.iter().take(n_worst).position(|it| from_here(it).is_gt()).unwrap_or_default(),
        (None, Way::Last) => places.iter().take(n_worst).rposition(|it| from_here(it).is_lt()).unwrap_or(n_worst - 1),
    };
    places.get(found).map(|it| &it.range)
}

/// One finding for each place, the worst that stands there; the worst of all first, and each kind as it came: by file and place.
fn places(all: &[Diagnostic]) -> Vec<&Diagnostic> {
    let is_same =
        |a: &Diagnostic, b: &Diagnostic| (&a.range.file, a.range.start.offset) == (&b.range.file, b.range.start.offset);
    let worst: Vec<&Diagnostic> = all.chunk_by(is_same).filter_map(|it| it.iter().min_by_key(|it| rank(it))).collect();
    (0..=2).flat_map(|wanted| worst.iter().copied().filter(move |it| rank(it) == wanted)).collect()
}

fn rank(diagnostic: &Diagnostic) -> usize {
    ["error", "warning"].iter().position(|it| *it == diagnostic.severity).unwrap_or(2)
}

/// The fixes on the line of the caret: those of findings that the caret touches before the others, each once.
pub(crate) fn fixes_at(all: &[Diagnostic], file: &str, text: &str, caret: usize) -> Vec<Fix> {
    let line = line_at(text, caret);
    let is_here = |it: &&Diagnostic| {
        let lines = it.range.start.line as usize..=it.range.end.line as usize;
        *it.range.file == *file && lines.contains(&line) && it.fix.is_some()
    };
    let touches = |it: &&Diagnostic| (it.range.start.offset as usize..=it.range.end.offset as usize).contains(&caret);
    let here = || all.iter().filter(is_here);
    let mut fixes: Vec<Fix> = Vec::new();
    for fix in here().filter(touches).chain(here().filter(|it| !touches(it))).filter_map(|it| it.fix.as_ref()) {
        if !fixes.iter().any(|it| it.edits == fix.edits) {
            fixes.push(fix.clone());
        }
    }
    fixes
}

#[cfg(test)]
mod tests {
    use podpath_protocol::{Position, TextEdit};

    use super::*;

    fn found(severity: &str, file: &str, from: u32, to: u32) -> Diagnostic {
        let at = |offset| Position { line: 1, column: offset + 1, offset };
        let range = Range { file: file.into(), start: at(from), end: at(to) };
        let edits = vec![TextEdit { range: range.clone(), new_text: format!("{from}") }];
        Diagnostic {
            code: String::new(),
            severity: severity.into(),
            message: String::new(),
            range,
            resource: None,
            path: None,
            related: vec![],
            help: None,
            fix: Some(Fix { title: format!("{severity} {from}"), safe: true, edits }),
            aliases: vec![],
            url: None,
            request: None,
        }
    }

    fn all() -> Vec<Diagnostic> {
        vec![
            found("info", "a", 1, 2),
            found("error", "a", 20, 25),
            found("info", "a", 20, 25),
            found("warning", "a", 30, 31),
            found("error", "b", 5, 9),
        ]
    }

    #[track_caller]
    fn assert_way(way: Way, wanted: &[(&str, u32)]) {
        let all = all();
        let (mut file, mut caret) = ("a".to_owned(), 10);
        for it in wanted {
            let range = step(&all, &file, caret, way).unwrap();
            assert_eq!((range.file.as_ref(), range.start.offset), *it);
            (file, caret) = (range.file.to_string(), range.start.offset as usize);
        }
    }

    #[test]
    fn errors_come_first_and_nothing_is_left_out() {
        assert_way(Way::Next, &[("a", 20), ("b", 5), ("a", 30), ("a", 1), ("a", 20)]);
        assert_way(Way::Last, &[("b", 5), ("a", 20), ("a", 1), ("a", 30), ("b", 5)]);
        assert_eq!(step(&[], "a", 0, Way::Next), None);
    }

    #[test]
    fn fixes_under_the_caret_come_first() {
        let titles = |caret| fixes_at(&all(), "a", "", caret).into_iter().map(|it| it.title).collect::<Vec<_>>();
        assert_eq!(titles(21).first().map(String::as_str), Some("error 20"), "the text is one line");
        assert_eq!(titles(30).first().map(String::as_str), Some("warning 30"));
        assert_eq!(titles(21).len(), 3, "the same edits are one fix");
    }
}
