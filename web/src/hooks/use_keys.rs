//! The keyboard: single keys work only outside of text fields, the browser's own are left alone.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

use crate::commands::Region;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Url,
    Hop(usize),
    NextHop,
    LastHop,
    NextProblem,
    LastProblem,
    FixHere,
    FixAll,
    Save,
    Undo,
    LeftColumn,
    Replay,
    Shortcuts,
    Palette,
    FindAll,
    Share,
    Settings,
    Examples,
    NewFile,
    NewWorkspace,
    SaveZip,
    Language,
    Theme,
    Go(Region),
    OnlyPath,
    OnlyNamespace,
    OnlyObject,
    Escape,
}

/// The wish behind a key, if it is one of ours.
pub(crate) fn key_of(name: &str, is_ctrl: bool, is_shift: bool, is_typing: bool) -> Option<Key> {
    match (name, is_ctrl) {
        ("Escape", false) => Some(Key::Escape),
        ("F8", false) => Some(if is_shift { Key::LastProblem } else { Key::NextProblem }),
        ("s", true) => Some(Key::Save),
        ("Enter", true) => Some(Key::Replay),
        ("\\", true) => Some(Key::LeftColumn),
        ("k", true) => Some(Key::Palette),
        ("b", true) => Some(Key::Go(Region::Files)),
        (".", true) if !is_shift => Some(Key::FixHere),
        ("." | ">", true) => Some(Key::FixAll),
        _ if is_typing => None,
        ("z", true) => Some(Key::Undo),
        ("/", false) => Some(Key::Url),
        ("[", false) => Some(Key::LastHop),
        ("]", false) => Some(Key::NextHop),
        ("?", false) => Some(Key::Shortcuts),
        ("f", false) => Some(Key::OnlyPath),
        ("n", false) => Some(Key::OnlyNamespace),
        ("o", false) => Some(Key::OnlyObject),
        (digit, false) => digit.parse().ok().filter(|it| (1..=9).contains(it)).map(Key::Hop),
        _ => None,
    }
}

pub(super) fn is_typing(event: &web_sys::Event) -> bool {
    let Some(element) = event.composed_path().get(0).dyn_into::<HtmlElement>().ok() else { return false };
    element.is_content_editable() || matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

/// The second key after `g`: where to go.
fn region_of(name: &str) -> Option<Key> {
    match name {
        "r" => Some(Key::Url),
        "d" => Some(Key::Go(Region::Diagram)),
        "h" => Some(Key::Go(Region::Hops)),
        "e" => Some(Key::Go(Region::Editor)),
        "f" => Some(Key::Go(Region::Files)),
        "p" => Some(Key::Go(Region::Problems)),
        _ => None,
    }
}

/// Calls back for each of our keys; the callback says whether the key was used. Single keys can be switched off.
#[hook]
pub(crate) fn use_keys(on_key: Callback<Key, bool>, single_keys: bool) {
    let after_g = use_mut_ref(|| false);
    use_effect_with((on_key, single_keys), move |(on_key, single_keys)| {
        let (on_key, single_keys) = (on_key.clone(), *single_keys);
        let window = gloo::utils::window();
        let options = EventListenerOptions { phase: gloo::events::EventListenerPhase::Bubble, passive: false };
        let listener = EventListener::new_with_options(&window, "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            if event.default_prevented() || event.is_composing() {
                return;
            }
            if event.alt_key() {
                if event.key() == "F3" && on_key.emit(Key::FindAll) {
                    event.prevent_default();
                }
                return;
            }
            let (name, is_ctrl) = (event.key(), event.ctrl_key() || event.meta_key());
            let is_text = is_typing(event) || !single_keys;
            let was_g = std::mem::replace(&mut *after_g.borrow_mut(), name == "g" && !is_ctrl && !is_text);
            let second = region_of(&name).filter(|_| was_g && !is_ctrl && !is_text);
            let key = second.or_else(|| key_of(&name, is_ctrl, event.shift_key(), is_text));
            if key.is_some_and(|it| on_key.emit(it)) {
                event.prevent_default();
            }
        });
        move || drop(listener)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_keys_are_text_in_a_text_field() {
        assert_eq!(key_of("/", false, false, false), Some(Key::Url));
        assert_eq!(key_of("/", false, false, true), None);
        assert_eq!(key_of("4", false, false, false), Some(Key::Hop(4)));
        assert_eq!(key_of("z", true, false, true), None, "the editor has its own history");
    }

    #[test]
    fn keys_of_the_browser_are_left_alone() {
        for name in ["l", "p", "t", "w", "r"] {
            assert_eq!(key_of(name, true, false, false), None);
        }
    }
}
