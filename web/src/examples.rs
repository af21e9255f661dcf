//! The examples that come with the page.

use podpath_protocol::{Locale, Outcome};
use serde::Deserialize;

use crate::draft::Draft;
use crate::state::Opening;

include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Both {
    pub(crate) en: String,
    pub(crate) ko: String,
}

impl Both {
    pub(crate) fn text(&self, locale: Locale) -> &str {
        match locale {
            Locale::En => &self.en,
            Locale::Ko => &self.ko,
        }
    }
}

/// One example of the index.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Example {
    /// The name of its folder.
    pub(crate) slug: String,
    pub(crate) title: Both,
    /// What it is about, in one sentence.
    pub(crate) question: Both,
    /// `GET https://host/path`.
    pub(crate) request: String,
    /// How the request ends.
    pub(crate) outcome: Outcome,
    /// The status that a proxy gives.
    pub(crate) status: Option<u16>,
    /// The kinds in it.
    #[serde(default)]
    pub(crate) kinds: Vec<String>,
}

impl Example {
    /// The example as a workspace.
    pub(crate) fn opening(&self) -> Opening {
        let files = EXAMPLES.iter().find(|it| it.0 == self.slug).map_or(&[][..], |it| it.1);
        let draft = Draft::default().with_pasted(&self.request);
        Opening {
            name: self.slug.as_str().into(),
            files: files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect(),
            open: None,
            request: draft.asked().cloned(),
            is_example: true,
            read_only: false,
        }
    }
}

/// All examples, in the order of the index.
pub(crate) fn all() -> Vec<Example> {
    serde_json::from_str(INDEX).unwrap_or_default()
}

/// What a first visit shows.
pub(crate) fn first() -> Opening {
    all().first().map(Example::opening).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_and_the_folders_agree() {
        let examples: Vec<Example> = serde_json::from_str(INDEX).unwrap();
        for example in &examples {
            let opening = example.opening();
            assert!(!opening.files.is_empty(), "{} has no files", example.slug);
            assert!(opening.request.is_some(), "{} has no request", example.slug);
        }
        let missing: Vec<_> =
            EXAMPLES.iter().filter(|it| !examples.iter().any(|example| example.slug == it.0)).map(|it| it.0).collect();
        assert_eq!(missing, Vec::<&str>::new(), "folders that the index does not name");
    }
}
