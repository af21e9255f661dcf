//! Another page holds this one in a frame: what it may say, and what it is told. The contract stands in ARCHITECTURE.md.
//!
//! Invariant: only the page that the address names is heard; what has another form is refused whole, and the refusal is told.

use std::rc::Rc;

use podpath_order::{Gather, OrdMap};
use podpath_protocol::{Call, Hop, Locale, Outcome, Trace, Verdict};
use serde::{Deserialize, Serialize};
use yew::Reducible;

use crate::draft::Draft;
use crate::state::files::Files;
use crate::state::{Action, Opening, Settings, State, Theme, Whence};

/// The version of the contract.
pub(crate) const VERSION: u32 = 1;

const MOST_BYTES: usize = 8 << 20;
const MOST_FILES: usize = 2_000;
const LONGEST_NAME: usize = 512;
const LONGEST_REQUEST: usize = 16 << 10;

/// A frame, and who made it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Embed {
    /// The origin of the page around it; without one nobody is heard.
    pub(crate) origin: Option<String>,
    /// What the address says already.
    pub(crate) settings: EmbedSettings,
}

/// What the page around a frame wishes; `None` leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct EmbedSettings {
    pub(crate) files: Option<Files>,
    /// `GET https://host/path`, a URL, a curl command.
    pub(crate) request: Option<String>,
    pub(crate) locale: Option<Locale>,
    pub(crate) theme: Option<Theme>,
    pub(crate) read_only: Option<bool>,
}

/// What a message asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wish {
    /// The first one, which brings the port for all others.
    Connect(EmbedSettings),
    /// From now on this is so.
    Set(EmbedSettings),
}

/// What the page around a frame is told, as JSON.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum Told<'a> {
    /// Posted to the page around, before a port is there: this frame listens.
    Hello { podpath: u32 },
    /// The settings of `connect` are in place.
    Ready { podpath: u32 },
    /// How the request ends, whenever that changed.
    Verdict(Said<'a>),
    /// The files or the request are others than the page around gave.
    Change { files: OrdMap<&'a str, &'a str>, request: Option<String> },
    /// A person follows the link out of the frame.
    Open { url: &'a str },
    /// A message was not taken.
    Refused { reason: &'a str },
}

/// How a request ends.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Said<'a> {
    outcome: Outcome,
    status: Option<u16>,
    reason: Option<&'a str>,
    #[serde(flatten)]
    verdict: &'a Verdict,
    hops: &'a [Hop],
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
enum Message {
    Connect {
        podpath: u32,
        #[serde(default)]
        settings: Wanted,
    },
    Set {
        settings: Wanted,
    },
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    files: Option<OrdMap<String, String>>,
    request: Option<String>,
    language: Option<Locale>,
    theme: Option<Theme>,
    read_only: Option<bool>,
}

impl Embed {
    /// Reads what stands after `#`, as pairs. Unknown names are left to others; a value of the wrong form counts as missing.
    pub(crate) fn of(value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        value("embed")?;
        let word = |name: &str| value(name).map(serde_json::Value::String);
        let settings = EmbedSettings {
            files: None,
            request: value("request").filter(|it| it.len() <= LONGEST_REQUEST),
            locale: word("language").and_then(|it| crate::json::of(it).ok()),
            theme: word("theme").and_then(|it| crate::json::of(it).ok()),
            read_only: value("read-only").map(|it| it != "false"),
        };
        Some(Self { origin: value("origin").filter(|it| !it.is_empty()), settings })
    }

    /// The state to begin with: nothing when the page around is about to say what, else what `first` opens.
    pub(crate) fn first_state(&self, settings: &Settings, first: impl FnOnce() -> Opening) -> State {
        let read_only = self.settings.read_only.unwrap_or_default();
        let settings = self.settings.over(settings).into();
        let state = Rc::new(State { settings, ..State::default() });
        let opening = if self.origin.is_some() { Opening::default() } else { first() };
        let request = self.settings.request.as_deref().and_then(call_of).or(opening.request);
        (*state.reduce(Action::Open(Opening { request, read_only, ..opening }))).clone()
    }

    /// Whether a message comes from the page that made this frame. Pages without an origin call themselves `null`.
    pub(crate) fn trusts(&self, origin: &str) -> bool {
        self.origin.as_deref() == Some(origin)
    }
}

impl EmbedSettings {
    /// The files as a workspace, when there are new ones; what is not said stays as it is.
    pub(crate) fn opening(&self, state: &State) -> Option<Opening> {
        let asked = || state.draft.asked().cloned();
        let request = self.request.as_deref().map_or_else(asked, call_of);
        let read_only = self.read_only.unwrap_or(state.read_only);
        Some(Opening { files: self.files.clone()?, request, read_only, whence: Whence::Around, ..Opening::default() })
    }

    /// The settings of the page with these over them.
    pub(crate) fn over(&self, settings: &Settings) -> Settings {
        let (locale, theme) = (self.locale.unwrap_or(settings.locale), self.theme.unwrap_or(settings.theme));
        Settings { locale, theme, ..settings.clone() }
    }
}

/// Reads a message; the error is for the author of the page around.
pub(crate) fn read(text: &str) -> Result<Wish, String> {
    if text.len() > MOST_BYTES {
        return Err(format!("a message has {} bytes, {MOST_BYTES} allowed", text.len()));
    }
    match crate::json::read(text).map_err(|error| error.to_string())? {
        Message::Connect { podpath: VERSION, settings } => Ok(Wish::Connect(settings.checked()?)),
        Message::Connect { podpath, .. } => {
            Err(format!("version {podpath} of the contract; this page speaks {VERSION}"))
        }
        Message::Set { settings } => Ok(Wish::Set(settings.checked()?)),
    }
}

/// The text of a message.
pub(crate) fn text_of(told: &Told<'_>) -> String {
    serde_json::to_string(told).unwrap_or_default()
}

/// What the page around hears of other files or another request.
pub(crate) fn changed(files: &Files, request: Option<String>) -> Told<'_> {
    Told::Change { files: files.iter().map(|(name, text)| (&**name, &**text)).gather(), request }
}

/// What the page around hears of a trace.
pub(crate) fn said(trace: &Trace) -> Said<'_> {
    let Trace { outcome, status, reason, verdict, hops, .. } = trace;
    Said { outcome: *outcome, status: *status, reason: reason.as_deref(), verdict, hops }
}

/// The call that a request of the page around stands for.
pub(crate) fn call_of(request: &str) -> Option<Call> {
    Draft::default().with_pasted(request).asked().cloned()
}

/// A request as the page around writes it.
pub(crate) fn request_of(draft: &Draft) -> Option<String> {
    draft.asked().map(|call| format!("{} {}", call.method.as_deref().unwrap_or("GET"), draft.url))
}

impl Wanted {
    fn checked(self) -> Result<EmbedSettings, String> {
        let files = self.files.map(checked_files).transpose()?;
        if let Some(request) = self.request.as_ref().filter(|it| it.len() > LONGEST_REQUEST) {
            return Err(format!("the request has {} bytes, {LONGEST_REQUEST} allowed", request.len()));
        }
        Ok(EmbedSettings {
            files,
            request: self.request,
            locale: self.language,
            theme: self.theme,
            read_only: self.read_only,
        })
    }
}

fn checked_files(files: OrdMap<String, String>) -> Result<Files, String> {
    if files.len() > MOST_FILES {
        return Err(format!("{} files, {MOST_FILES} allowed", files.len()));
    }
    let is_name = |name: &str| !name.is_empty() && name.len() <= LONGEST_NAME && !name.chars().any(char::is_control);
    if let Some(name) = files.keys().find(|it| !is_name(it)) {
        return Err(format!("{:?} is no name of a file", name.chars().take(40).collect::<String>()));
    }
    Ok(files.into_iter().map(|(name, text)| (name.into(), text.into())).gather())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Option<Embed> {
        Embed::of(|name| pairs.iter().find(|it| it.0 == name).map(|it| it.1.to_owned()))
    }

    #[test]
    fn the_address_says_who_and_how() {
        assert_eq!(of(&[("origin", "https://docs.example.com")]), None, "no frame");
        let embed = of(&[
            ("embed", "1"),
            ("origin", "https://a.example"),
            ("language", "ko"),
            ("theme", "dark"),
            ("read-only", ""),
        ]);
        let settings = EmbedSettings {
            locale: Some(Locale::Ko),
            theme: Some(Theme::Dark),
            read_only: Some(true),
            ..EmbedSettings::default()
        };
        assert_eq!(embed, Some(Embed { origin: Some("https://a.example".into()), settings }));
        assert_eq!(of(&[("embed", ""), ("language", "tlh"), ("theme", "<b>")]), Some(Embed::default()));
    }

    #[test]
    fn only_the_named_origin_is_heard() {
        let embed = of(&[("embed", "1"), ("origin", "https://a.example")]).unwrap();
        assert!(embed.trusts("https://a.example"));
        assert!(!embed.trusts("https://a.example.evil") && !embed.trusts("null") && !embed.trusts(""));
        assert!(!of(&[("embed", "1"), ("origin", "")]).unwrap().trusts(""), "nobody is heard without an origin");
    }

    #[test]
    fn a_message_of_another_form_is_refused_whole() {
        let files = Files::from([("a.yaml".into(), "kind: Pod".into())]);
        let wish = read(r#"{"type":"set","settings":{"files":{"a.yaml":"kind: Pod"},"readOnly":false}}"#);
        let wanted = EmbedSettings { files: Some(files), read_only: Some(false), ..EmbedSettings::default() };
        assert_eq!(wish, Ok(Wish::Set(wanted)));
        for text in [
            "",
            "null",
            "[[[[",
            r#"{"type":"run","script":"alert(1)"}"#,
            r#"{"type":"connect","podpath":2}"#,
            r#"{"type":"set","settings":{"files":{"a.yaml":1}}}"#,
            r#"{"type":"set","settings":{"html":"<b>"}}"#,
            r#"{"type":"set","settings":{"files":{"a\u0000.yaml":""}}}"#,
            r#"{"type":"set","settings":{"files":{"":""}}}"#,
            r#"{"type":"set","settings":{"theme":"url(x)"}}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        let deep = "[".repeat(200_000);
        assert!(read(&deep).is_err());
        let long = format!(r#"{{"type":"set","settings":{{"request":"{}"}}}}"#, "a".repeat(LONGEST_REQUEST + 1));
        assert!(read(&long).is_err());
        assert!(read(&" ".repeat(MOST_BYTES + 1)).is_err());
    }
}
