//! The files over the editor: kept tabs, at most one preview, and the open one.

use super::files::{Files, Text};

/// Paths of open files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tabs {
    /// In order of opening.
    pub(crate) paths: Vec<Text>,
    /// The tab that the next look at another file takes over.
    pub(crate) preview: Option<Text>,
    /// The one in the editor.
    pub(crate) open: Option<Text>,
}

impl Tabs {
    /// A look at a file: it takes the place of the last one that was only looked at.
    pub(crate) fn looked_at(&self, path: &Text) -> Self {
        if self.paths.contains(path) {
            return Self { open: Some(path.clone()), ..self.clone() };
        }
        let mut paths = self.paths.clone();
        paths.retain(|it| Some(it) != self.preview.as_ref());
        paths.push(path.clone());
        Self { paths, preview: Some(path.clone()), open: Some(path.clone()) }
    }

    /// The same, and it stays.
    pub(crate) fn kept(&self, path: &Text) -> Self {
        let tabs = self.looked_at(path);
        Self { preview: tabs.preview.clone().filter(|it| it != path), ..tabs }
    }

    pub(crate) fn closed(&self, path: &Text) -> Self {
        let at = self.paths.iter().position(|it| it == path).unwrap_or_default();
        let paths: Vec<Text> = self.paths.iter().filter(|it| *it != path).cloned().collect();
        let next = paths.get(at).or_else(|| paths.last()).cloned();
        let open = if self.open.as_ref() == Some(path) { next } else { self.open.clone() };
        Self { paths, preview: self.preview.clone().filter(|it| it != path), open }
    }

    /// Without files that are gone; the first file when none is left.
    pub(crate) fn among(&self, files: &Files) -> Self {
        let gone: Vec<&Text> = self.paths.iter().filter(|it| !files.contains_key(*it)).collect();
        let tabs = gone.into_iter().fold(self.clone(), |tabs, path| tabs.closed(path));
        match (&tabs.open, files.keys().next()) {
            (None, Some(first)) => tabs.looked_at(first),
            _ => tabs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> Text {
        name.into()
    }

    #[test]
    fn a_look_takes_the_place_of_the_last_look() {
        let tabs = Tabs::default().kept(&path("a")).looked_at(&path("b")).looked_at(&path("c"));
        assert_eq!(tabs.paths, [path("a"), path("c")]);
    }

    #[test]
    fn closing_the_open_tab_opens_its_neighbour() {
        let tabs = Tabs::default().kept(&path("a")).kept(&path("b")).closed(&path("b"));
        assert_eq!(tabs.open, Some(path("a")));
    }

    #[test]
    fn files_that_are_gone_have_no_tab() {
        let tabs = Tabs::default().kept(&path("a")).among(&Files::from([(path("z"), path(""))]));
        assert_eq!((tabs.paths, tabs.open), (vec![path("z")], Some(path("z"))));
    }
}
