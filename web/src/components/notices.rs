//! Thin bars: the worker was started again, the path is older than the text, objects are missing, something can be taken back.

use podpath_protocol::Locale;
use yew::prelude::*;

use super::icon::icon;
use crate::hooks::use_core::Health;
use crate::state::files::Text;
use crate::state::undo::Deed;
use crate::state::{self, Action};
use crate::words::{self, counted};

#[derive(Properties, PartialEq)]
pub(crate) struct NoticesProps {
    pub(crate) health: Health,
    /// The line of the typing error that the path is older than.
    pub(crate) half_typed: Option<u32>,
    pub(crate) n_ghosts: usize,
    pub(crate) has_presets: bool,
    /// Why something was not opened.
    pub(crate) refusal: Option<Text>,
    /// Files can only be looked at.
    pub(crate) read_only: bool,
    pub(crate) locale: Locale,
    pub(crate) on_copy: Callback<MouseEvent>,
    pub(crate) on_action: Callback<Action>,
}

#[component]
pub(crate) fn Notices(props: &NoticesProps) -> Html {
    let locale = props.locale;
    let on_preset = props.on_action.reform(|_: MouseEvent| Action::Toggle(state::Popover::Presets));
    let on_dismiss = props.on_action.reform(|_: MouseEvent| Action::DismissRefusal);
    let on_copy = props.on_action.reform(|_: MouseEvent| Action::ReadOnly(false));
    let is_refused = props.health == Health::Refused;
    let worker = if is_refused { words::WORKER_REFUSED } else { words::WORKER };
    html! {
        <>
            if let Some(refusal) = &props.refusal {
                <div class="notice warn" role="alert">{ icon("warning") }<span>{ refusal.to_string() }</span>
                    <button class="icon-btn s" aria-label={words::CLOSE.text(locale)} onclick={on_dismiss}>{ icon("close") }</button></div>
            }
            if props.read_only {
                <div class="notice">{ icon("lock") }<span>{ words::READ_ONLY_NOW.text(locale) }</span>
                    <button class="link" onclick={on_copy}>{ words::EDIT_A_COPY.text(locale) }</button></div>
            }
            if props.health != Health::Fine {
                <div class="notice warn" role="alert">
                    { icon("warning") }<span>{ worker.text(locale) }</span>
                    if props.health == Health::Stuck || is_refused {
                        <button class="link" onclick={props.on_copy.clone()}>{ icon("copy") }{ words::COPY_EVERYTHING.text(locale) }</button>
                    }
                </div>
            }
            if let Some(line) = props.half_typed {
                <div class="notice warn">{ icon("warning") }<span>{ words::HALF_TYPED.with(locale, &[&line]) }</span></div>
            }
            if props.n_ghosts > 0 && props.has_presets {
                <div class="notice ghosts">
                    { icon("ghost") }<span>{ counted(locale, props.n_ghosts, words::GHOST, words::GHOSTS) }</span>
                    <button class="link" onclick={on_preset}>{ icon("plus") }{ words::ADD_PRESET.text(locale) }</button>
                </div>
            }
        </>
    }
}

/// What was done, and the way back.
pub(crate) fn undo_bar(deed: &Deed, locale: Locale, on_action: &Callback<Action>) -> Html {
    let text = match *deed {
        Deed::Fixed(n) => counted(locale, n, words::APPLIED_FIX, words::APPLIED_FIXES),
        Deed::Deleted(n) => counted(locale, n, words::DELETED_FILE, words::DELETED_FILES),
        Deed::Added(n) => counted(locale, n, words::ADDED_FILE, words::ADDED_FILES),
        Deed::Renamed => words::RENAMED.text(locale).to_owned(),
        Deed::Replaced => words::REPLACED.text(locale).to_owned(),
        Deed::Restored => words::RESTORED.text(locale).to_owned(),
        Deed::Removed { ref name, .. } => {
            let name = if name.is_empty() { words::UNTITLED.text(locale) } else { name };
            words::REMOVED_WORKSPACE.with(locale, &[&name])
        }
    };
    html! {
        <div class="undo-bar" role="status">
            <span>{ text }</span>
            <button class="link" onclick={on_action.reform(|_: MouseEvent| Action::Undo)}>{ words::UNDO.text(locale) }</button>
            <button class="icon-btn s" aria-label={words::CLOSE.text(locale)} onclick={on_action.reform(|_: MouseEvent| Action::DismissUndo)}>{ icon("close") }</button>
        </div>
    }
}
