//! The foot of an embedded playground: its three views, and the one way out.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::icon::icon;
use crate::browser::{deflate, here};
use crate::link::{Shared, link};
use crate::state::{Action, Pane, State};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct EmbedBarProps {
    pub(crate) state: Rc<State>,
    pub(crate) on_action: Callback<Action>,
}

/// The link out is made so long after a change.
const CALM_MS: u32 = 300;

#[component]
pub(crate) fn EmbedBar(props: &EmbedBarProps) -> Html {
    let locale = props.state.settings.locale;
    let address = use_address(&props.state);
    let tab = |pane: Pane, text: &'static str| {
        let is_on = props.state.pane == pane;
        let onclick = props.on_action.reform(move |_: MouseEvent| Action::Pane(pane));
        html! { <button class={classes!(is_on.then_some("on"))} aria-pressed={is_on.to_string()} {onclick}>{ text }</button> }
    };
    html! {
        <footer class="embed-bar">
            <span class="seg2" role="group" aria-label={words::VIEWS.text(locale)}>
                { tab(Pane::Path, words::PATH.text(locale)) }
                { tab(Pane::Yaml, "YAML") }
                { tab(Pane::Why, words::WHY_SHORT.text(locale)) }
            </span>
            <span class="grow" />
            <a class="link" href={address} target="_blank" rel="noopener" data-embed-open="">{ words::OPEN_IN_PODPATH.text(locale) }{ icon("external") }</a>
        </footer>
    }
}

/// A page of its own with the same files and request.
#[hook]
fn use_address(state: &Rc<State>) -> String {
    let address = use_state_eq(here);
    let setter = address.setter();
    let key = (Rc::as_ptr(&state.files) as usize, state.draft.clone());
    let newest = use_mut_ref(|| state.clone());
    *newest.borrow_mut() = state.clone();
    use_effect_with(key, move |_| {
        let timer = Timeout::new(CALM_MS, move || {
            let text = shared(&newest.borrow()).text();
            spawn_local(async move {
                if let Some(packed) = deflate::pack(text.as_bytes()).await {
                    setter.set(format!("{}#{}", here(), link(&packed)));
                }
            });
        });
        move || drop(timer)
    });
    (*address).clone()
}

fn shared(state: &State) -> Shared {
    Shared {
        name: state.name.to_string(),
        files: state.files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect(),
        request: state.draft.asked().cloned(),
        open: state.open().map(ToString::to_string),
        read_only: false,
    }
}
