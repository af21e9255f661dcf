//! One hop: number, what stands there, why, the losers, the place.

use podpath_protocol::{Candidate, Hop, HopKind, Locale, Range, Trace};
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
    /// The request did not come this far.
    pub(crate) is_after: bool,
    pub(crate) is_selected: bool,
    pub(crate) on_fold: Callback<(usize, bool)>,
    pub(crate) on_hop: Callback<usize>,
    pub(crate) on_goto: Callback<Range>,
}

/// From here on losers with the same reason share a row.
const N_LOSERS: usize = 5;

#[component]
pub(crate) fn HopRow(props: &HopRowProps) -> Html {
    let row = use_node_ref();
    let is_long = use_state_eq(|| false);
    use_scroll(row.clone(), props.is_selected);
    let Some(hop) = props.trace.hops.get(props.at) else { return Html::default() };
    let (at, locale) = (props.at, props.locale);
    let losers = losers(hop);
    let state = match (props.is_after, hop.failed) {
        (true, _) => "none",
        (_, true) => "dead",
        _ => "on",
    };
    let is_last = at + 1 == props.trace.hops.len();
    let class = classes!(
        "hop",
        state,
        (at == 0).then_some("first"),
        is_last.then_some("last"),
        props.is_selected.then_some("sel")
    );
    if losers.is_empty() {
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
    let count = html! { <button class={classes!("cnt", hop.failed.then_some("err"))} aria-expanded={props.is_open.to_string()}>{ words::NOT_CHOSEN.with(locale, &[&losers.len()]) }{ icon("chevron") }</button> };
    let on_all = {
        let is_long = is_long.setter();
        Callback::from(move |_: MouseEvent| is_long.set(true))
    };
    html! {
        <li {class} ref={row} data-hop={(at + 1).to_string()}>
            <div class="row" {onclick}>{ summary(hop, props, count) }</div>
            <ul class="lost" hidden={!props.is_open}>{ lost(&losers, *is_long, &on_all, props) }</ul>
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
            <span class="who"><em>{ kind.unwrap_or_else(|| word.text(props.locale).into()) }</em><strong title={hop.title.clone()}>{ rich(&hop.title) }</strong></span>
            <span class="why">{ rich(&hop.detail) }</span>
            <span class="wn">{ count }</span>
            { at_button(hop.range.as_ref(), props) }
        </>
    }
}

fn at_button(range: Option<&Range>, props: &HopRowProps) -> Html {
    let Some(range) = range.cloned() else { return html! { <span class="at" /> } };
    let (label, text) = (words::GO_TO.with(props.locale, &[&place(&range)]), place(&range));
    let on_goto = props.on_goto.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        on_goto.emit(range.clone());
    });
    html! { <button class="at" aria-label={label} {onclick}>{ text }</button> }
}

/// All of them when they are few or asked for; else five, and the rest by reason.
fn lost(losers: &[&Candidate], is_long: bool, on_all: &Callback<MouseEvent>, props: &HopRowProps) -> Html {
    let n_rows = if is_long || losers.len() <= N_LOSERS + 1 { losers.len() } else { N_LOSERS };
    let (shown, rest) = losers.split_at(n_rows);
    let mut reasons: Vec<(&str, &str, usize)> = Vec::new();
    for loser in rest {
        match reasons.iter_mut().find(|it| it.0 == loser.reason) {
            Some(it) => it.2 += 1,
            None => reasons.push((&loser.reason, &loser.detail, 1)),
        }
    }
    let group = |(_, detail, n): &(&str, &str, usize)| {
        html! { <li>{ icon("block") }<b>{ words::OTHERS.with(props.locale, &[n]) }</b><span>{ rich(detail) }</span><button class="at" onclick={on_all.clone()}>{ words::LIST.text(props.locale) }</button></li> }
    };
    html! { <>{ for shown.iter().map(|it| loser(it, props)) }{ for reasons.iter().map(group) }</> }
}

fn loser(candidate: &Candidate, props: &HopRowProps) -> Html {
    let name = candidate.resource.as_ref().map_or(candidate.path.as_str(), |it| it.name.as_str()).to_owned();
    let whole = format!("{name} {}", candidate.path);
    // Rules of the chosen object itself are told apart by their place in it.
    let is_own = props.trace.hops.get(props.at).is_some_and(|it| it.resource == candidate.resource);
    let shown = if is_own && !candidate.path.is_empty() { candidate.path.clone() } else { name };
    html! { <li>{ icon("block") }<b title={whole}>{ shown }</b><span>{ rich(&candidate.detail) }</span>{ at_button(candidate.range.as_ref(), props) }</li> }
}
