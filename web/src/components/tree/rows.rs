//! The rows of the tree, and what keys do among them. Nothing of the browser is known here.

use podpath_order::{OrdSet, Order};

use crate::rich::file_name;
use crate::state::files::{Files, Text};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Row {
    Folder { path: String, is_shut: bool },
    File { path: Text },
}

impl Row {
    /// What stands in it.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Folder { path, .. } => path,
            Self::File { path } => file_name(path),
        }
    }

    /// The folder that a thing dropped here goes to; empty is the root.
    pub(super) fn folder(&self) -> &str {
        match self {
            Self::Folder { path, .. } => path,
            Self::File { path } => folder_of(path).unwrap_or_default(),
        }
    }
}

fn folder_of(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|it| it.0)
}

/// Folders by their whole path, each with its files; shut ones alone.
pub(super) fn rows(files: &Files, shut: &OrdSet<String>) -> Vec<Row> {
    let mut paths: Vec<&Text> = files.keys().collect();
    // The files of a folder stand together, before those of the folders in it.
    paths.order_by(|a, b| folder_of(a).cmp(&folder_of(b)).then(a.cmp(b)));
    let mut rows = Vec::new();
    let mut last = None;
    for path in paths {
        let folder = folder_of(path);
        if folder != last {
            last = folder;
            rows.extend(folder.map(|it| Row::Folder { path: it.to_owned(), is_shut: shut.contains(it) }));
        }
        if folder.is_none_or(|it| !shut.contains(it)) {
            rows.push(Row::File { path: path.clone() });
        }
    }
    rows
}

/// Where a file goes that is dropped on a folder; `None` when it is there.
pub(super) fn moved(path: &str, folder: &str) -> Option<Text> {
    let name = file_name(path);
    let to = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    (to != path).then(|| to.into())
}

/// The next row from `at` on, around the end, whose name begins with what is typed.
pub(super) fn found(rows: &[Row], at: usize, typed: &str) -> Option<usize> {
    let typed = typed.to_lowercase();
    // A longer word may still be that of this row; a first letter asks for the next one.
    let first = if typed.chars().count() > 1 { at } else { at + 1 };
    let order = (0..rows.len()).map(|it| (first + it) % rows.len());
    order.into_iter().find(|it| rows.get(*it).is_some_and(|row| row.name().to_lowercase().starts_with(&typed)))
}

/// The rows to draw, of those that are there: what is in view and a few more.
pub(super) fn window(n_rows: usize, height: f64, top: f64, view: f64) -> std::ops::Range<usize> {
    const MARGIN: f64 = 12.0;
    if n_rows <= super::N_PLAIN || height <= 0.0 {
        return 0..n_rows;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clipped to the rows")]
    let row = |at: f64| (at.max(0.0) as usize).min(n_rows);
    row(top / height - MARGIN)..row((top + view) / height + MARGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(rows: &[Row]) -> Vec<&str> {
        rows.iter().map(Row::name).collect()
    }

    fn files(paths: &[&str]) -> Files {
        paths.iter().map(|it| ((*it).into(), "".into())).collect()
    }

    #[test]
    fn files_stand_below_their_folder() {
        let files = files(&["a/b/c.yaml", "a/z.yaml", "a.yaml", "a-b/x.yaml"]);
        assert_eq!(names(&rows(&files, &OrdSet::new())), ["a.yaml", "a", "z.yaml", "a-b", "x.yaml", "a/b", "c.yaml"]);
        assert_eq!(names(&rows(&files, &["a".to_owned()].into())), ["a.yaml", "a", "a-b", "x.yaml", "a/b", "c.yaml"]);
    }

    #[test]
    fn a_move_keeps_the_name() {
        assert_eq!(moved("a/b.yaml", "c").as_deref(), Some("c/b.yaml"));
        assert_eq!(moved("a/b.yaml", "").as_deref(), Some("b.yaml"));
        assert_eq!(moved("a/b.yaml", "a"), None);
    }

    #[test]
    fn letters_lead_to_names() {
        let all = rows(&files(&["aa.yaml", "ab.yaml", "b.yaml"]), &OrdSet::new());
        assert_eq!(found(&all, 0, "a"), Some(1));
        assert_eq!(found(&all, 1, "A"), Some(0));
        assert_eq!(found(&all, 1, "ab"), Some(1));
        assert_eq!(found(&all, 0, "x"), None);
        assert_eq!(found(&[], 0, "x"), None);
    }

    #[test]
    fn only_what_is_in_view_is_drawn() {
        assert_eq!(window(200, 24.0, 0.0, 240.0), 0..200);
        assert_eq!(window(5_000, 24.0, 2_400.0, 240.0), 88..122);
        assert_eq!(window(5_000, 24.0, 119_760.0, 240.0), 4_978..5_000);
    }
}
