//! The examples as cards: how it ends, what it asks, which kinds are in it.

use podpath_protocol::Locale;
use yew::prelude::*;

use crate::examples::Example;
use crate::rich::rich;
use crate::shared::Shared;
use crate::view::Ending;

#[derive(Properties, PartialEq)]
pub(crate) struct GalleryProps {
    pub(crate) examples: Shared<Vec<Example>>,
    pub(crate) locale: Locale,
    pub(crate) on_pick: Callback<Example>,
}

#[component]
pub(crate) fn Gallery(props: &GalleryProps) -> Html {
    let card = |example: &Example| {
        let onclick = props.on_pick.reform({
            let example = example.clone();
            move |_: MouseEvent| example.clone()
        });
        html! {
            <li key={example.slug.clone()}>
                <button {onclick} data-example={example.slug.clone()}>
                    <span class="g-i"><i class={classes!("st", Ending::of(example.outcome, example.status, None).class())} /></span>
                    <b>{ example.title.text(props.locale).to_owned() }</b>
                    <span>{ rich(example.question.text(props.locale)) }<small>{ example.kinds.join(" · ") }</small></span>
                </button>
            </li>
        }
    };
    html! { <ul class="cards">{ for props.examples.iter().map(card) }</ul> }
}
