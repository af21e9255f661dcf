//! What the object card says, fact by fact; facts that nothing is known about are left out.

use podpath_protocol::{EndpointList, Locale, ObjectCard, PodLine, PortLine, Range, Ref, Reference};
use yew::prelude::*;

use super::{CardProps, pod, written};
use crate::components::icon::icon;
use crate::rich::{place, rich};
use crate::words::{self, Words};

/// More fields than this are in the whole YAML only.
const N_FIELDS: usize = 6;
/// References before the rest is folded.
const N_REFERENCES: usize = 6;

pub(super) fn facts(card: &ObjectCard, props: &CardProps) -> Html {
    let (locale, on_open) = (props.locale, &props.on_open);
    html! {
        <dl>
            { fact(words::WHAT_IT_IS, locale, rich(&card.summary)) }
            { fact(words::STORED, locale, stored(card, locale)) }
            if !card.ports.is_empty() {
                { fact(words::PORTS, locale, html! { <>{ for card.ports.iter().map(port) }</> }) }
            }
            if let Some(list) = &card.endpoints {
                { fact(words::ENDPOINTS, locale, endpoints(list, locale)) }
            }
            if let Some(facts) = &card.pod {
                { pod::facts(facts, props) }
            }
            if !card.conditions.is_empty() {
                { fact(words::CONDITIONS, locale, html! { <>{ for card.conditions.iter().map(written::condition) }</> }) }
            }
            if let Some(status) = card.status.as_ref().filter(|it| !written::is_empty(it)) {
                { fact(words::WRITTEN, locale, written::written(status, locale)) }
            }
            if !card.used_by.is_empty() {
                { fact(words::USED_BY, locale, references(&card.used_by, locale, on_open)) }
            }
            if !card.uses.is_empty() {
                { fact(words::USES, locale, references(&card.uses, locale, on_open)) }
            }
        </dl>
    }
}

pub(super) fn fact(word: Words, locale: Locale, value: Html) -> Html {
    html! { <><dt>{ word.text(locale) }</dt><dd>{ value }</dd></> }
}

/// The scalars of the spec, and the whole YAML folded under them; defaults stand in dashed frames.
fn stored(card: &ObjectCard, locale: Locale) -> Html {
    let mark = |is_default: bool| is_default.then(|| words::DEFAULT_MARK.text(locale));
    let field = |it: &podpath_protocol::StoredField| {
        html! { <code class={classes!(it.is_default.then_some("def"))} title={mark(it.is_default)}>{ format!("{}: {}", it.name, it.value) }</code> }
    };
    let line = |it: &podpath_protocol::StoredLine| {
        html! { <span class={classes!(it.is_default.then_some("def"))}>{ format!("{}\n", it.text) }</span> }
    };
    html! {
        <>
            <span class="oc-fields">{ for card.fields.iter().take(N_FIELDS).map(field) }</span>
            <details class="oc-yaml"><summary>{ icon("chevron") }{ words::STORED_WHOLE.with(locale, &[&card.stored.len()]) }</summary><pre>{ for card.stored.iter().map(line) }</pre></details>
        </>
    }
}

fn port(it: &PortLine) -> Html {
    let target = it.target.as_ref().map(|it| format!(" → {it}")).unwrap_or_default();
    html! {
        <span class="oc-row">
            if let Some(name) = &it.name {
                <code>{ name.clone() }</code>
            }
            { format!("{}{target} ", it.port) }<span class="dim">{ it.protocol.clone() }</span>
        </span>
    }
}

fn endpoints(list: &EndpointList, locale: Locale) -> Html {
    let all = list.ready == list.total && list.total > 0;
    let pod = |it: &PodLine| {
        let port = it.port.map(|it| format!(":{it}")).unwrap_or_default();
        html! {
            <span class="oc-row mono">{ format!("{}{port}", it.name) }
                if !it.ready {
                    <span class="dim">{ " " }{ words::NOT_READY.text(locale) }</span>
                }
            </span>
        }
    };
    let n_more = (list.total as usize).saturating_sub(list.pods.len());
    html! {
        <>
            <span class={classes!("oc-state", if all { "ok" } else { "err" })}>{ icon(if all { "ok" } else { "error" }) }{ words::N_READY.with(locale, &[&list.ready, &list.total]) }</span>
            { for list.pods.iter().map(pod) }
            if n_more > 0 {
                <span class="oc-row dim">{ words::MORE_HERE.with(locale, &[&n_more]) }</span>
            }
        </>
    }
}

fn references(list: &[Reference], locale: Locale, on_open: &Callback<Ref>) -> Html {
    let (first, rest) = list.split_at(list.len().min(N_REFERENCES));
    let row = |it: &Reference| reference(it, locale, on_open);
    html! {
        <>
            { for first.iter().map(row) }
            if !rest.is_empty() {
                <details class="oc-rest"><summary>{ icon("chevron") }{ words::MORE_HERE.with(locale, &[&rest.len()]) }</summary>{ for rest.iter().map(row) }</details>
            }
        </>
    }
}

/// A sentence with its place, which leads there.
pub(super) fn line(range: Option<&Range>, text: Html, on_goto: &Callback<Range>) -> Html {
    let Some(range) = range.cloned() else { return html! { <span class="oc-row">{ text }</span> } };
    let at = place(&range);
    let onclick = on_goto.reform(move |_: MouseEvent| range.clone());
    html! { <button class="oc-line" {onclick}><span>{ text }</span><span class="oc-at"><bdi>{ at }</bdi></span></button> }
}

/// A name that is here opens its card.
pub(super) fn reference(it: &Reference, locale: Locale, on_open: &Callback<Ref>) -> Html {
    let name = format!("{} {}", it.resource.kind, it.resource.name);
    if !it.found {
        return html! { <span class="oc-row">{ name }<span class="dim">{ " · " }{ words::NOT_HERE.text(locale) }</span></span> };
    }
    let onclick = {
        let resource = it.resource.clone();
        on_open.reform(move |_: MouseEvent| resource.clone())
    };
    html! { <button class="oc-ref" {onclick}>{ name }</button> }
}
