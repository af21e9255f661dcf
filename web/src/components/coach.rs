//! Three cards for a first visit, each beside what it speaks of. Esc, Skip or the first edit ends them for ever.

use podpath_protocol::Locale;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct CoachProps {
    pub(crate) locale: Locale,
    pub(crate) on_end: Callback<()>,
}

/// What each card points at.
const TARGETS: [&str; 3] = [".hop[data-hop='3']", "#url", ".editor"];

#[component]
pub(crate) fn Coach(props: &CoachProps) -> Html {
    let locale = props.locale;
    let (step, card) = (use_state_eq(|| 0_usize), use_node_ref());
    use_place(&card, *step);
    let n_steps = TARGETS.len();
    let is_last = *step + 1 == n_steps;
    let on_next = {
        let (step, on_end) = (step.clone(), props.on_end.clone());
        Callback::from(move |_: MouseEvent| if is_last { on_end.emit(()) } else { step.set(*step + 1) })
    };
    let (title, says) = words::COACH.get(*step).copied().unwrap_or(words::COACH[0]);
    let dot = |at: usize| html! { <i class={(at == *step).then_some("on")} /> };
    html! {
        <div class="coach" role="dialog" aria-label={words::COACH_LABEL.with(locale, &[&(*step + 1), &n_steps])} ref={card}>
            <b>{ title.text(locale) }</b>
            <p>{ says.text(locale) }</p>
            <div>
                <span class="dots" aria-hidden="true">{ for (0..n_steps).map(dot) }</span><span class="grow" />
                <button class="link" onclick={props.on_end.reform(|_: MouseEvent| ())}>{ words::SKIP_COACH.text(locale) }</button>
                <button class="solid-btn s" onclick={on_next}>{ if is_last { words::DONE } else { words::NEXT }.text(locale) }</button>
            </div>
        </div>
    }
}

/// Beside its target, inside the window. A card takes no focus: the page stays usable beneath it.
#[hook]
fn use_place(card: &NodeRef, step: usize) {
    let card = card.clone();
    use_effect_with(step, move |step| {
        let target = TARGETS.get(*step).and_then(|it| gloo::utils::document().query_selector(it).ok().flatten());
        let card = card.cast::<HtmlElement>();
        if let (Some(target), Some(card)) = (target, card) {
            let (at, own) = (target.get_bounding_client_rect(), card.get_bounding_client_rect());
            let size = |it: Result<wasm_bindgen::JsValue, _>| it.ok().and_then(|it| it.as_f64()).unwrap_or(800.0);
            let window = gloo::utils::window();
            let (width, height) = (size(window.inner_width()), size(window.inner_height()));
            let left = (at.left() + 40.0).min(width - own.width() - 12.0).max(12.0);
            // Below its target, or above it where there is no room.
            let (below, above) = (at.top() + at.height().min(140.0) + 12.0, at.top() - own.height() - 12.0);
            let top = if below + own.height() + 12.0 > height { above } else { below }.max(12.0);
            let style = card.unchecked_ref::<HtmlElement>().style();
            let placed =
                style.set_property("left", &format!("{left}px")).and(style.set_property("top", &format!("{top}px")));
            debug_assert!(placed.is_ok(), "a length is a value of left and top");
        }
    });
}
