//! The examples that come with the page: their cards and the first one are part of it, the files of the others are
//! fetched when a person picks one.

use podpath_order::{Gather, OrdMap};
use podpath_protocol::{From, Locale, Outcome, Stage};
use serde::Deserialize;

use crate::browser::own_file;
use crate::draft::Draft;
use crate::state::Opening;
use crate::words::{self, Words};

include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// `cargo xtask build` makes it: slugs, then paths, then texts.
const FILES: &str = "examples.json";

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

/// What an example is about; broken ones stand beside those that work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Theme {
    Alb,
    Istio,
    GatewayApi,
    Nginx,
    Services,
    Policies,
}

impl Theme {
    pub(crate) fn words(self) -> Words {
        match self {
            Self::Alb => words::ABOUT_ALB,
            Self::Istio => words::ABOUT_ISTIO,
            Self::GatewayApi => words::ABOUT_GATEWAY_API,
            Self::Nginx => words::ABOUT_NGINX,
            Self::Services => words::ABOUT_SERVICES,
            Self::Policies => words::ABOUT_POLICIES,
        }
    }
}

/// One example of the index.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Example {
    /// The name of its folder.
    pub(crate) slug: String,
    pub(crate) theme: Theme,
    /// An empty workspace offers it first.
    #[serde(default)]
    pub(crate) start: bool,
    pub(crate) title: Both,
    /// What it is about, in one sentence.
    pub(crate) question: Both,
    /// `GET https://host/path`.
    pub(crate) request: String,
    #[serde(default)]
    pub(crate) headers: Vec<(String, String)>,
    /// Where the request enters; the internet when nothing is said.
    #[serde(default)]
    pub(crate) from: Option<From>,
    /// How the request ends.
    pub(crate) outcome: Outcome,
    /// The status that a proxy gives.
    #[serde(default)]
    pub(crate) status: Option<u16>,
    /// The first of the three verdicts that fails.
    #[serde(default)]
    pub(crate) stage: Option<Stage>,
    /// The kinds in it.
    pub(crate) kinds: Vec<String>,
}

impl Example {
    /// The example as a workspace; nothing when its files cannot be fetched.
    pub(crate) async fn fetched(&self) -> Option<Opening> {
        self.opening_of(&own_file(FILES).await?)
    }

    fn opening_of(&self, all: &str) -> Option<Opening> {
        let mut all: OrdMap<String, OrdMap<String, String>> = crate::json::read(all).ok()?;
        Some(self.opening(all.remove(&self.slug)?))
    }

    fn opening(&self, files: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> Opening {
        let draft = Draft::default().with_pasted(&self.request);
        let draft = draft.with_headers(self.headers.clone()).with_from(self.from.clone());
        Opening {
            id: "".into(),
            name: self.slug.as_str().into(),
            files: files.into_iter().map(|(path, text)| (path.as_ref().into(), text.as_ref().into())).gather(),
            open: None,
            request: draft.asked().cloned(),
            is_example: true,
            ..Opening::default()
        }
    }
}

/// All examples, in the order of the index.
pub(crate) fn all() -> Vec<Example> {
    crate::json::read(INDEX).unwrap_or_default()
}

/// What a first visit shows.
pub(crate) fn first() -> Opening {
    all().first().map(|it| it.opening(FIRST.iter().copied())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_read_whole() {
        let examples: Vec<Example> = serde_json::from_str(INDEX).unwrap();
        assert!(examples.len() >= 18, "{} examples", examples.len());
        for example in &examples {
            assert!(example.opening([("a.yaml", "")]).request.is_some(), "{} has no request", example.slug);
        }
    }

    #[test]
    fn examples_of_a_theme_stand_together() {
        let examples = all();
        let mut themes: Vec<Theme> = Vec::new();
        for group in examples.chunk_by(|a, b| a.theme == b.theme) {
            let theme = group.first().unwrap().theme;
            assert!(!themes.contains(&theme), "{theme:?} stands in two places");
            themes.push(theme);
        }
    }

    #[test]
    fn the_first_example_is_part_of_the_page() {
        let opening = first();
        assert_eq!(&*opening.name, "areyouhere");
        assert!(opening.files.len() > 1 && opening.request.is_some());
    }

    #[test]
    fn an_example_is_found_among_the_fetched_files() {
        let example = all().remove(1);
        let opening = example.opening_of(&format!("{{\"{}\":{{\"a.yaml\":\"kind: Pod\"}}}}", example.slug)).unwrap();
        assert_eq!(opening.files.get("a.yaml").map(|it| &**it), Some("kind: Pod"));
        assert_eq!(example.opening_of("{}"), None);
        assert_eq!(example.opening_of("<html>"), None);
    }

    #[test]
    fn headers_and_entry_come_with_the_request() {
        let examples = all();
        let with = |slug: &str| examples.iter().find(|it| it.slug == slug).unwrap().opening([("a.yaml", "")]);
        assert_eq!(with("webtoon-testers").request.unwrap().headers.len(), 1);
        assert!(with("warehouse").request.unwrap().from.unwrap().pod.is_some());
    }
}
