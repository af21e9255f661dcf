//! One hop: number, what stands there, why, the losers, the place.

mod lost;

use podpath_protocol::{Hop, HopKind, Locale, Range, Ref, Trace};
use web_sys::HtmlElement;
use yew::prelude::*;

use super::icon::{icon, tile};
use crate::rich::{place, rich};
use crate::shared::Shared;
use crate::view::{hop_face, losers};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct HopRowProps {
    pub(crate) trace: Shared<Trace>,
    /// Which of its hops, from 0.
    pub(crate) at: usize,
    /// The kind as the card says it.
    pub(crate) kind: Option<AttrValue>,
    pub(crate) locale: Locale,
    pub(crate) is_open: bool,
    /// The hop at which the request died.
    pub(crate) failed: Option<usize>,
    pub(crate) is_selected: bool,
    /// No row follows the last hop.
    pub(crate) is_last: bool,
    pub(crate) on_fold: Callback<(usize, bool)>,
    pub(crate) on_hop: Callback<usize>,
    pub(crate) on_goto: Callback<Range>,
    /// Opens the card of an object.
    pub(crate) on_open: Callback<Ref>,
}

#[component]
pub(crate) fn HopRow(props: &HopRowProps) -> Html {
    let row = use_node_ref();
    let is_long = use_state_eq(|| false);
    use_scroll(row.clone(), props.is_selected);
    let Some(hop) = props.trace.hops.get(props.at) else { return Html::default() };
    let (at, locale) = (props.at, props.locale);
    let losers = losers(hop);
    let policies = policies_after(&props.trace, at);
    let state = match (props.failed.is_some_and(|it| at > it), hop.failed) {
        (true, _) => "none",
        (_, true) => "dead",
        _ => "on",
    };
    let is_last = props.is_last && at + 1 + policies.len() == props.trace.hops.len();
    let class = classes!(
        "hop",
        state,
        (at == 0).then_some("first"),
        is_last.then_some("last"),
        props.is_selected.then_some("sel")
    );
    if losers.is_empty() && policies.is_empty() && hop.notes.is_empty() {
        let on_pick = props.on_hop.reform(move |_: MouseEvent| at + 1);
        return html! { <li {class} ref={row} data-hop={(at + 1).to_string()}><div class="row" onclick={on_pick}>{ summary(hop, props, Html::default()) }</div></li> };
    }
    let onclick = {
        let (on_fold, on_hop, is_open) = (props.on_fold.clone(), props.on_hop.clone(), props.is_open);
        Callback::from(move |_: MouseEvent| {
            on_fold.emit((at, !is_open));
            on_hop.emit(at + 1);
        })
    };
    // The button is for the keyboard: its click reaches the row, which is the larger target for a pointer.
    let is_open = props.is_open.to_string();
    let count = html! {
        <>
            if !losers.is_empty() {
                <button class={classes!("cnt", hop.failed.then_some("err"))} aria-expanded={is_open.clone()}>{ words::NOT_CHOSEN.with(locale, &[&losers.len()]) }{ icon("chevron") }</button>
            }
            if !hop.notes.is_empty() {
                <button class="pol noted" aria-expanded={is_open.clone()}>{ icon("warning") }{ words::counted(locale, hop.notes.len(), words::ONE_HOP_NOTE, words::HOP_NOTES) }</button>
            }
            if !policies.is_empty() {
                <button class="pol" aria-expanded={is_open}>{ icon("policy") }{ words::counted(locale, policies.len(), words::ONE_POLICY, words::POLICIES) }</button>
            }
        </>
    };
    let on_all = {
        let is_long = is_long.setter();
        Callback::from(move |_: MouseEvent| is_long.set(true))
    };
    html! {
        <li {class} ref={row} data-hop={(at + 1).to_string()}>
            <div class="row" {onclick}>{ summary(hop, props, count) }</div>
            <ul class="lost" hidden={!props.is_open}>{ for hop.notes.iter().map(|it| lost::note(it, props)) }{ lost::lost(&losers, *is_long, &on_all, props) }{ for policies.iter().map(|it| lost::policy(it, props)) }</ul>
        </li>
    }
}

#[hook]
fn use_scroll(row: NodeRef, is_selected: bool) {
    use_effect_with(is_selected, move |is_selected| {
        if let Some(row) = row.cast::<HtmlElement>().filter(|_| *is_selected) {
            crate::browser::show(&row);
        }
    });
}

fn summary(hop: &Hop, props: &HopRowProps, count: Html) -> Html {
    let (lane, word) = hop_face(hop.kind);
    let kind = props
        .kind
        .clone()
        .filter(|it| !it.is_empty())
        .or_else(|| hop.resource.as_ref().map(|it| it.kind.clone().into()));
    let kind = if hop.kind == HopKind::Client { None } else { kind };
    html! {
        <>
            <span class="rail"><b>{ props.at + 1 }</b>{ tile(lane) }</span>
            <span class="who"><em>{ kind.unwrap_or_else(|| word.text(props.locale).into()) }</em><strong title={hop.title.clone()}>{ name(hop, props) }</strong></span>
            <span class="why">{ rich(&hop.detail) }</span>
            <span class="wn">{ count }</span>
            { at_button(hop.range.as_ref(), props) }
        </>
    }
}

/// The name of an object opens its card.
fn name(hop: &Hop, props: &HopRowProps) -> Html {
    let Some(resource) = hop.resource.clone() else { return rich(&hop.title) };
    let on_open = props.on_open.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        event.prevent_default();
        on_open.emit(resource.clone());
    });
    html! { <button class="name-btn" {onclick}>{ rich(&hop.title) }</button> }
}

/// The policies that were asked right after a hop: they have no row of their own.
fn policies_after(trace: &Trace, at: usize) -> Vec<&Hop> {
    trace.hops.iter().skip(at + 1).take_while(|it| it.kind == HopKind::Policy && !it.failed).collect()
}

fn at_button(range: Option<&Range>, props: &HopRowProps) -> Html {
    let Some(range) = range.cloned() else { return html! { <span class="at" /> } };
    let (label, text) = (words::GO_TO.with(props.locale, &[&place(&range)]), place(&range));
    let on_goto = props.on_goto.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        on_goto.emit(range.clone());
    });
    html! { <button class="at" aria-label={label} {onclick}><bdi>{ text }</bdi></button> }
}
