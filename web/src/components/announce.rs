//! Says the outcome to those who listen: once, a moment after the last key, and only when it is another one.

use gloo::timers::callback::Timeout;
use podpath_protocol::{Locale, Trace};
use yew::prelude::*;

use crate::rich::plain;
use crate::shared::Shared;
use crate::view::split_status;
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct AnnounceProps {
    pub(crate) trace: Option<Shared<Trace>>,
    pub(crate) locale: Locale,
}

const CALM_MS: u32 = 600;

#[component]
pub(crate) fn Announce(props: &AnnounceProps) -> Html {
    let said = use_state_eq(String::new);
    let sentence = props.trace.as_ref().map(|it| sentence(it, props.locale)).unwrap_or_default();
    {
        let said = said.setter();
        use_effect_with(sentence, move |sentence| {
            let sentence = sentence.clone();
            let timer = Timeout::new(CALM_MS, move || said.set(sentence));
            move || drop(timer)
        });
    }
    html! { <p class="sr" role="status" aria-live="polite">{ (*said).clone() }</p> }
}

/// "503. Service areyouhere-server has no endpoints. Hop 5 of 6."
fn sentence(trace: &Trace, locale: Locale) -> String {
    let failed = trace.hops.iter().position(|it| it.failed);
    let hop = failed.map(|at| words::HOP_OF.with(locale, &[&(at + 1), &trace.hops.len()])).unwrap_or_default();
    let (status, title) = split_status(&trace.verdict.title, trace.status);
    let status = status.map(|it| format!("{it}. ")).unwrap_or_default();
    format!("{status}{}. {hop}", plain(title)).trim_end().to_owned()
}
