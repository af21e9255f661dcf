//! What the palette offers for a query, the best first, in groups.

use podpath_order::Order;
use podpath_protocol::{Locale, Position, Range, Resources};

use super::find::{Query, lines_with, score, short_names};
use crate::commands::{COMMANDS, Command};
use crate::state::files::{Files, Text};

/// Rows of a group; more are only found by more letters.
const N_ROWS: usize = 8;
/// Lines with a text; more are only found by more letters.
const N_LINES: usize = 100;

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    /// An object by kind, name and namespace.
    Resource { kind: String, name: String, namespace: String, range: Range },
    /// A file.
    File(Text),
    /// A line that holds a text.
    Found { line: String, range: Range },
    /// Something to do.
    Command(&'static Command),
    /// A line of the open file, from 1.
    Line(u32),
}

/// What is searched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shelf<'a> {
    pub(crate) resources: &'a Resources,
    pub(crate) files: &'a Files,
    /// The open file.
    pub(crate) open: Option<&'a Text>,
    /// What was picked before, the newest first.
    pub(crate) recent: &'a [String],
}

impl Item {
    /// Tells it from all others.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Resource { range, .. } => format!("r {} {}", range.file, range.start.offset),
            Self::Found { range, .. } => format!("t {} {}", range.file, range.start.offset),
            Self::File(path) => format!("f {path}"),
            Self::Command(command) => format!("c {}", command.words.text(Locale::En)),
            Self::Line(line) => format!("l {line}"),
        }
    }

    /// How well it fits, 0 best.
    fn score(&self, query: &str) -> Option<usize> {
        match self {
            Self::Resource { kind, name, namespace, range } => {
                let mut fields = vec![name.as_str(), kind, namespace, &range.file];
                fields.extend(short_names(kind));
                score(query, &fields)
            }
            Self::File(path) => score(query, &[crate::rich::file_name(path), path]),
            // A command is known by its name in either language.
            Self::Command(it) => score(query, &[it.words.text(Locale::En), it.words.text(Locale::Ko)]),
            Self::Line(_) | Self::Found { .. } => Some(0),
        }
    }
}

/// The groups that have rows: resources, files, commands.
pub(crate) fn groups(text: &str, shelf: Shelf<'_>) -> Vec<Vec<Item>> {
    let groups = match Query::of(text) {
        Query::Line(line) => vec![vec![Item::Line(line)]],
        Query::Text(wanted) => vec![lines(shelf, wanted)],
        Query::Commands(query) => vec![best(commands(), query, shelf.recent, usize::MAX)],
        Query::Here(query) => {
            let here = resources(shelf).filter(|it| match it {
                Item::Resource { range, .. } => shelf.open.is_some_and(|open| *range.file == **open),
                _ => false,
            });
            vec![best(here, query, shelf.recent, usize::MAX)]
        }
        Query::Everything(query) => vec![
            best(resources(shelf), query, shelf.recent, N_ROWS),
            best(shelf.files.keys().cloned().map(Item::File), query, shelf.recent, N_ROWS),
            best(commands(), query, shelf.recent, N_ROWS),
        ],
    };
    groups.into_iter().filter(|it| !it.is_empty()).collect()
}

fn lines(shelf: Shelf<'_>, wanted: &str) -> Vec<Item> {
    let in_file = |(path, text): (&Text, &Text)| {
        let row = |(line, found, whole): (u32, usize, &str)| {
            let at = |byte: usize| Position { line, column: 1, offset: u32::try_from(byte).unwrap_or(u32::MAX) };
            let range = Range { file: (&**path).into(), start: at(found), end: at(found + wanted.len()) };
            Item::Found { line: whole.trim().to_owned(), range }
        };
        lines_with(text, wanted).map(row).take(N_LINES).collect::<Vec<_>>()
    };
    shelf.files.iter().flat_map(in_file).take(N_LINES).collect()
}

fn commands() -> impl Iterator<Item = Item> {
    COMMANDS.iter().map(Item::Command)
}

fn resources(shelf: Shelf<'_>) -> impl Iterator<Item = Item> {
    shelf.resources.resources.iter().map(|it| Item::Resource {
        kind: it.resource.kind.clone(),
        name: it.resource.name.clone(),
        namespace: it.resource.namespace.clone().unwrap_or_default(),
        range: it.range.clone(),
    })
}

fn best(items: impl Iterator<Item = Item>, query: &str, recent: &[String], n_rows: usize) -> Vec<Item> {
    let rank = |item: Item| {
        let score = item.score(query)?;
        let key = item.key();
        let age = recent.iter().position(|it| *it == key).unwrap_or(usize::MAX);
        Some(((score, age), item))
    };
    let mut ranked: Vec<_> = items.filter_map(rank).collect();
    ranked.order_by_key(|it| it.0);
    ranked.into_iter().take(n_rows).map(|it| it.1).collect()
}

#[cfg(test)]
mod tests {
    use podpath_protocol::{Mention, Position, Ref};

    use super::*;

    fn resource(kind: &str, name: &str, file: &str) -> Mention {
        let at = Position { line: 1, column: 1, offset: 0 };
        let resource = Ref { api_version: "v1".into(), kind: kind.into(), namespace: None, name: name.into() };
        Mention { resource, range: Range { file: file.into(), start: at, end: at } }
    }

    fn names(text: &str, recent: &[String]) -> Vec<String> {
        let resources = vec![resource("Service", "web", "a.yaml"), resource("Deployment", "web", "b.yaml")];
        let files = Files::from([("a.yaml".into(), "kind: A\n".into()), ("b.yaml".into(), "b\nKind: B\n".into())]);
        let (resources, open) = (Resources { resources }, Text::from("a.yaml"));
        let shelf = Shelf { resources: &resources, files: &files, open: Some(&open), recent };
        groups(text, shelf).concat().iter().map(Item::key).collect()
    }

    #[test]
    fn resources_come_before_files_and_commands() {
        assert_eq!(names("svc", &[])[..1], ["r a.yaml 0"]);
        assert_eq!(names("b.yaml", &[])[..2], ["r b.yaml 0", "f b.yaml"]);
    }

    #[test]
    fn the_sign_at_the_front_narrows() {
        assert_eq!(names("@", &[]), ["r a.yaml 0"]);
        assert_eq!(names(":12", &[]), ["l 12"]);
        assert_eq!(names("%kind", &[]), ["t a.yaml 0", "t b.yaml 2"]);
        assert!(names(">", &[]).iter().all(|it| it.starts_with("c ")));
        assert_eq!(names("> 되돌리기", &[]), names("> undo", &[]));
    }

    #[test]
    fn what_was_picked_last_comes_first_among_equals() {
        assert_eq!(names("web", &[])[0], "r a.yaml 0");
        assert_eq!(names("web", &["r b.yaml 0".into()])[0], "r b.yaml 0");
    }
}
