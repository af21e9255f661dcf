//! What this browser keeps: workspaces in `library`, the settings here. Every refusal of the browser is a `None`.

pub(crate) mod library;

use std::rc::Rc;

use podpath_protocol::Locale;

use crate::browser::window;
use crate::state::{Opening, Settings, State};

const SETTINGS: &str = "podpath.settings";
const COACH: &str = "podpath.coach";

/// The settings of the last visit; the browser's own language at first.
pub(crate) fn settings() -> Settings {
    let saved = read(SETTINGS).and_then(|it| crate::json::read::<Settings>(&it).ok());
    saved.map_or_else(|| Settings { locale: browser_locale(), ..Settings::default() }, Settings::tamed)
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

/// The state to begin with: the last visit, else what `first` opens. The store may still be reading.
pub(crate) fn first_state(first: impl FnOnce() -> Opening) -> Rc<State> {
    use yew::Reducible;
    let state = Rc::new(State { settings: settings().into(), ..State::default() });
    let last = library::first().ok().flatten();
    state.reduce(crate::state::Action::Open(last.unwrap_or_else(|| Opening { id: library::fresh(), ..first() })))
}

fn browser_locale() -> Locale {
    let language = window().and_then(|it| it.navigator().language());
    if language.is_some_and(|it| it.starts_with("ko")) { Locale::Ko } else { Locale::En }
}

/// A frame in another page shares nothing with what a person keeps here.
fn store() -> Option<web_sys::Storage> {
    if crate::hooks::use_embed::embed().is_some() {
        return None;
    }
    window()?.local_storage().ok()?
}

fn read(key: &str) -> Option<String> {
    store()?.get_item(key).ok()?
}

fn write(key: &str, value: &str) -> Option<()> {
    store()?.set_item(key, value).ok()
}
