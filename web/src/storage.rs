//! What this browser keeps: the workspace and the settings. Every refusal of the browser is a `None`.

use std::rc::Rc;

use podpath_protocol::{Call, Locale};
use serde::{Deserialize, Serialize};

use crate::state::files::Text;
use crate::state::{Opening, Settings, State};

const WORKSPACE: &str = "podpath.workspace";
const SETTINGS: &str = "podpath.settings";
const COACH: &str = "podpath.coach";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct SavedWorkspace {
    version: u32,
    name: String,
    files: std::collections::BTreeMap<String, String>,
    open: Option<String>,
    request: Option<Call>,
    #[serde(default)]
    untouched: bool,
}

/// The workspace of the last visit.
pub(crate) fn workspace() -> Option<Opening> {
    let saved: SavedWorkspace = serde_json::from_str(&read(WORKSPACE)?).ok()?;
    Some(Opening {
        name: saved.name.into(),
        files: saved.files.into_iter().map(|(path, text)| (path.into(), text.into())).collect(),
        open: saved.open.map(Text::from),
        request: saved.request,
        is_example: saved.untouched,
        read_only: false,
    })
    .filter(|_| saved.version == VERSION)
}

/// The settings of the last visit; the browser's own language at first.
pub(crate) fn settings() -> Settings {
    let saved = read(SETTINGS).and_then(|it| serde_json::from_str::<Settings>(&it).ok());
    saved.map_or_else(|| Settings { locale: browser_locale(), ..Settings::default() }, Settings::tamed)
}

/// Keeps the workspace; `None` when the browser refuses, or has no room for it.
pub(crate) fn save_workspace(state: &State) -> Option<()> {
    let saved = SavedWorkspace {
        version: VERSION,
        name: state.name.to_string(),
        files: state.files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect(),
        open: state.open().map(ToString::to_string),
        request: state.draft.asked().cloned(),
        untouched: state.untouched,
    };
    write(WORKSPACE, &serde_json::to_string(&saved).ok()?)
}

/// Keeps the settings.
pub(crate) fn save_settings(settings: &Settings) -> Option<()> {
    write(SETTINGS, &serde_json::to_string(settings).ok()?)
}

/// True on a first visit, where the browser keeps that it was one.
pub(crate) fn wants_coach() -> bool {
    store().is_some() && read(COACH).is_none()
}

/// The first steps were seen.
pub(crate) fn end_coach() -> Option<()> {
    write(COACH, "seen")
}

/// The size that a person gave a region.
pub(crate) fn size(property: &str) -> Option<f64> {
    read(&format!("podpath.size{property}"))?.parse().ok()
}

/// Keeps the size of a region, or forgets it.
pub(crate) fn save_size(property: &str, pixels: Option<f64>) -> Option<()> {
    let key = format!("podpath.size{property}");
    match pixels {
        Some(pixels) => write(&key, &pixels.to_string()),
        None => store()?.remove_item(&key).ok(),
    }
}

/// The state to begin with: the last visit, else what `first` opens.
pub(crate) fn first_state(first: impl FnOnce() -> Opening) -> Rc<State> {
    use yew::Reducible;
    let state = Rc::new(State { settings: settings().into(), ..State::default() });
    state.reduce(crate::state::Action::Open(workspace().unwrap_or_else(first)))
}

fn browser_locale() -> Locale {
    let language = web_sys::window().and_then(|it| it.navigator().language());
    if language.is_some_and(|it| it.starts_with("ko")) { Locale::Ko } else { Locale::En }
}

/// A frame in another page shares nothing with what a person keeps here.
fn store() -> Option<web_sys::Storage> {
    if crate::hooks::use_embed::embed().is_some() {
        return None;
    }
    web_sys::window()?.local_storage().ok()?
}

fn read(key: &str) -> Option<String> {
    store()?.get_item(key).ok()?
}

fn write(key: &str, value: &str) -> Option<()> {
    store()?.set_item(key, value).ok()
}
