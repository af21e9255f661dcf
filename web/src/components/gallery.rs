//! The examples as cards, by theme: how it ends, what it asks, which kinds are in it.

use podpath_protocol::Locale;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::icon::icon;
use crate::examples::Example;
use crate::rich::rich;
use crate::shared::Shared;
use crate::state::Opening;
use crate::view::Ending;
use crate::words;

/// What is shown at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of them.
    Whole,
    /// Those to start with; all are folded below.
    Start,
}

#[derive(Properties, PartialEq)]
pub(crate) struct GalleryProps {
    pub(crate) examples: Shared<Vec<Example>>,
    pub(crate) extent: Extent,
    pub(crate) locale: Locale,
    pub(crate) on_open: Callback<Opening>,
}

#[component]
pub(crate) fn Gallery(props: &GalleryProps) -> Html {
    let failed = use_state_eq(|| false);
    let on_pick = use_picking(failed.setter(), props.on_open.clone());
    let locale = props.locale;
    let themes =
        || html! { { for props.examples.chunk_by(|a, b| a.theme == b.theme).map(|it| theme(it, locale, &on_pick)) } };
    html! {
        <>
            if *failed {
                <p class="notice warn g-fail" role="alert">{ icon("warning") }{ words::EXAMPLE_FAILED.text(locale) }</p>
            }
            if props.extent == Extent::Start {
                { cards(props.examples.iter().filter(|it| it.start), locale, &on_pick) }
                <details class="g-more">
                    <summary>{ icon("chevron") }{ words::ALL_EXAMPLES.with(locale, &[&props.examples.len()]) }</summary>
                    { themes() }
                </details>
            } else {
                { themes() }
            }
        </>
    }
}

/// Fetches what was picked; of two picks the newer one is opened, however long each takes.
#[hook]
fn use_picking(failed: UseStateSetter<bool>, on_open: Callback<Opening>) -> Callback<Example> {
    let newest = use_mut_ref(|| 0_u32);
    Callback::from(move |example: Example| {
        let number = *newest.borrow() + 1;
        *newest.borrow_mut() = number;
        let (newest, failed, on_open) = (newest.clone(), failed.clone(), on_open.clone());
        spawn_local(async move {
            let opening = example.fetched().await;
            if *newest.borrow() != number {
                return;
            }
            failed.set(opening.is_none());
            if let Some(opening) = opening {
                on_open.emit(opening);
            }
        });
    })
}

fn theme(group: &[Example], locale: Locale, on_pick: &Callback<Example>) -> Html {
    let Some(first) = group.first() else { return Html::default() };
    html! {
        <>
            <h3 class="g-t">{ first.theme.words().text(locale) }</h3>
            { cards(group.iter(), locale, on_pick) }
        </>
    }
}

fn cards<'a>(examples: impl Iterator<Item = &'a Example>, locale: Locale, on_pick: &Callback<Example>) -> Html {
    html! { <ul class="cards">{ for examples.map(|it| card(it, locale, on_pick)) }</ul> }
}

fn card(example: &Example, locale: Locale, on_pick: &Callback<Example>) -> Html {
    let onclick = on_pick.reform({
        let example = example.clone();
        move |_: MouseEvent| example.clone()
    });
    let ending = Ending::of(example.outcome, example.status, example.stage);
    let fails = match ending {
        Ending::Bad => html! { <span class="sr">{ format!(" ({})", words::FAILS.text(locale)) }</span> },
        _ => Html::default(),
    };
    html! {
        <li key={example.slug.clone()}>
            <button {onclick} data-example={example.slug.clone()}>
                <span class="g-i"><i class={classes!("st", ending.class())} /></span>
                <b>{ example.title.text(locale).to_owned() }{ fails }</b>
                <span>{ rich(example.question.text(locale)) }<small>{ example.kinds.join(" · ") }</small></span>
            </button>
        </li>
    }
}
