//! One request, three controllers: what the specification, ingress-nginx and the ALB make of the Ingress on the path.

use podpath_protocol::{Call, Comparison, IngressController, Locale, Played, Ref};
use yew::prelude::*;

use super::icon::icon;
use crate::core::asker::Asker;
use crate::rich::rich;
use crate::view::Ending;
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct RivalsProps {
    /// The Ingress on the path.
    pub(crate) resource: Ref,
    pub(crate) call: Call,
    /// Changes with every answer: what is open is asked again.
    pub(crate) about: usize,
    pub(crate) locale: Locale,
}

#[component]
pub(crate) fn Rivals(props: &RivalsProps) -> Html {
    let is_open = use_state_eq(|| false);
    let known = use_answers(props, *is_open);
    let locale = props.locale;
    let onclick = {
        let is_open = is_open.clone();
        Callback::from(move |_: MouseEvent| is_open.set(!*is_open))
    };
    let agree = known.as_ref().map(agrees);
    html! {
        <div class="rivals">
            <button class="r-fold" aria-expanded={is_open.to_string()} {onclick}>
                { icon("chevron") }{ words::RIVALS.text(locale) }
                if let (true, Some(agree)) = (*is_open, agree) {
                    <span class="dim">{ if agree { words::RIVALS_AGREE } else { words::RIVALS_DIFFER }.text(locale) }</span>
                }
            </button>
            if let (true, Some(known)) = (*is_open, &known) {
                <dl>{ for known.answers.iter().map(|it| answer(it, locale)) }</dl>
            }
        </div>
    }
}

/// Asks when it is open, again after each answer of the page.
#[hook]
fn use_answers(props: &RivalsProps, is_open: bool) -> Option<Comparison> {
    let known = use_state_eq(|| None::<Comparison>);
    let asker = use_context::<Asker>();
    let newest = use_mut_ref(|| 0_u32);
    let setter = known.setter();
    let key = (props.resource.clone(), props.call.clone(), props.about, is_open);
    use_effect_with(key, move |(resource, call, _, is_open)| {
        let Some(asker) = asker.filter(|_| *is_open) else { return };
        *newest.borrow_mut() += 1;
        let mine = *newest.borrow();
        let on_answer = Callback::from(move |it: Option<Comparison>| {
            if *newest.borrow() == mine {
                setter.set(it);
            }
        });
        asker.ask("compare", serde_json::json!({ "resource": resource, "request": call }), on_answer);
    });
    (*known).clone()
}

/// All end the same, at the same Services.
fn agrees(found: &Comparison) -> bool {
    let end = |it: &Played| {
        let backends: Vec<_> = it.trace.backends.iter().map(|it| (it.service.clone(), it.port, it.weight)).collect();
        (it.trace.outcome, it.trace.status, it.trace.location.clone(), backends)
    };
    found.answers.windows(2).all(|pair| matches!(pair, [a, b] if end(a) == end(b)))
}

fn answer(it: &Played, locale: Locale) -> Html {
    let name = match it.controller {
        IngressController::Spec => words::SPECIFICATION.text(locale),
        IngressController::Nginx => "ingress-nginx",
        IngressController::Alb => "AWS ALB",
    };
    let ending = Ending::of(it.trace.outcome, it.trace.status, it.trace.verdict.stage);
    let to = it.trace.location.as_ref().map(|it| format!(" {it}"));
    html! {
        <>
            <dt>{ name }</dt>
            <dd class={ending.class()}>{ icon(ending.icon()) }<span>{ rich(&it.trace.verdict.title) }{ to.unwrap_or_default() }</span></dd>
        </>
    }
}
