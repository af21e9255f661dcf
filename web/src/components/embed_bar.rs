//! The foot of an embedded playground: its three views, and the one way out.

use std::rc::Rc;

use podpath_protocol::Redaction;
use yew::prelude::*;

use super::icon::icon;
use crate::browser::here;
use crate::hooks::use_address::{redacted, use_address, use_redaction};
use crate::link::Shared;
use crate::state::{Action, Pane, State};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct EmbedBarProps {
    pub(crate) state: Rc<State>,
    pub(crate) on_action: Callback<Action>,
}

#[component]
pub(crate) fn EmbedBar(props: &EmbedBarProps) -> Html {
    let locale = props.state.settings.locale;
    // The link out stands in the history of the browser, so it holds no values of Secrets either.
    let redaction = use_redaction(&props.state.files);
    let address = use_address(redaction.as_deref().map(|it| shared(&props.state, it))).unwrap_or_else(here);
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

fn shared(state: &State, redaction: &Redaction) -> Shared {
    Shared {
        request: state.draft.asked().cloned(),
        open: state.open().map(ToString::to_string),
        ..Shared::of(&state.name, &redacted(&state.files, redaction))
    }
}
