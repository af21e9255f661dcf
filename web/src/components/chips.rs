//! Requests worth trying, each already answered: glyph and status before the click.

use podpath_protocol::{Call, Locale, Suggestion};
use yew::prelude::*;

use super::icon::icon;
use crate::draft::Draft;
use crate::shared::Shared;
use crate::state::Action;
use crate::view::Ending;
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct ChipsProps {
    pub(crate) suggestions: Shared<Vec<Suggestion>>,
    pub(crate) draft: std::rc::Rc<Draft>,
    pub(crate) locale: Locale,
    pub(crate) on_action: Callback<Action>,
}

const N_CHIPS: usize = 5;

#[component]
pub(crate) fn Chips(props: &ChipsProps) -> Html {
    let is_long = use_state_eq(|| false);
    if props.suggestions.is_empty() {
        return Html::default();
    }
    let n_shown = if *is_long { props.suggestions.len() } else { N_CHIPS };
    let n_more = props.suggestions.len().saturating_sub(n_shown);
    let on_more = {
        let is_long = is_long.clone();
        Callback::from(move |_: MouseEvent| is_long.set(!*is_long))
    };
    let word = if *is_long {
        words::LESS.text(props.locale).to_owned()
    } else {
        words::MORE_REQUESTS.with(props.locale, &[&n_more])
    };
    html! {
        <div class={classes!("try", is_long.then_some("long"))} role="group" aria-label={words::TRY.text(props.locale)}>
            <span class="try-l">{ words::TRY.text(props.locale) }</span>
            { for props.suggestions.iter().take(n_shown).map(|it| chip(it, &props.draft, &props.on_action)) }
            if props.suggestions.len() > N_CHIPS {
                <button class="chip add" onclick={on_more}>{ icon(if *is_long { "close" } else { "plus" }) }{ word }</button>
            }
        </div>
    }
}

fn chip(suggestion: &Suggestion, draft: &Draft, on_action: &Callback<Action>) -> Html {
    let call = suggestion.request.clone();
    let is_on = Draft::of(call.clone()).call == Call { id: None, ..draft.call.clone() };
    let glyph = Ending::of(suggestion.outcome, suggestion.status, None).class();
    let onclick = on_action.reform(move |_: MouseEvent| Action::Ask(call.clone()));
    html! {
        <button class={classes!("chip", is_on.then_some("on"))} aria-pressed={is_on.to_string()} {onclick}>
            <i class={classes!("st", glyph)} />{ suggestion.title.clone() }
            { suggestion.status.map(|it| html! { <span class="code">{ it }</span> }) }
        </button>
    }
}
