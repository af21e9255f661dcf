//! The name of the workspace, and what can be done with the whole of it.

use podpath_protocol::Locale;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::icon::icon;
use super::popover::Popover;
use super::workspaces::Workspaces;
use crate::state::files::Text;
use crate::state::{self, Action, Opening};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct WorkspaceMenuProps {
    pub(crate) name: Text,
    pub(crate) locale: Locale,
    pub(crate) is_open: bool,
    pub(crate) on_zip: Callback<()>,
    pub(crate) on_action: Callback<Action>,
}

#[component]
pub(crate) fn WorkspaceMenu(props: &WorkspaceMenuProps) -> Html {
    let locale = props.locale;
    let shown = if props.name.is_empty() { words::UNTITLED.text(locale).to_owned() } else { props.name.to_string() };
    let on_toggle = props.on_action.reform(|_: MouseEvent| Action::Toggle(state::Popover::Workspace));
    let on_new = props.on_action.reform(|_: MouseEvent| Action::Open(Opening::default()));
    let on_name = props.on_action.reform(|event: InputEvent| {
        Action::NameWorkspace(event.target_unchecked_into::<HtmlInputElement>().value().into())
    });
    let on_submit = props.on_action.reform(|event: SubmitEvent| {
        event.prevent_default();
        Action::Dismiss
    });
    html! {
        <span class="anchor ws-anchor">
            <button class="ws" aria-expanded={props.is_open.to_string()} onclick={on_toggle}><span class="ws-name" title={shown.clone()}>{ crate::rich::middle(&shown, 24) }</span>{ icon("chevron") }</button>
            if props.is_open {
                <Popover label={words::WORKSPACE.text(locale)} on_close={props.on_action.reform(|()| Action::Dismiss)}>
                    <form class="pop-form" onsubmit={on_submit}>
                        <label>{ words::NAME.text(locale) }<input class="field" value={props.name.to_string()} oninput={on_name} spellcheck="false" /></label>
                    </form>
                    <button class="menu-item" onclick={on_new}>{ icon("plus") }{ words::NEW_WORKSPACE.text(locale) }</button>
                    <button class="kept-item" onclick={props.on_zip.reform(|_: MouseEvent| ())}>{ icon("download") }{ words::SAVE_ZIP.text(locale) }</button>
                    <Workspaces {locale} on_action={props.on_action.clone()} />
                </Popover>
            }
        </span>
    }
}
