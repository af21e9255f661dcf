//! Why this path: the hops in order, each with its reason and, folded, why each other candidate was not chosen.

mod swipe;

use std::rc::Rc;

use podpath_order::{Gather, OrdMap};
use podpath_protocol::{Call, Graph, Hop, HopKind, Locale, Range, Ref, Trace};
use yew::prelude::*;

use super::hop::HopRow;
use super::icon::{icon, tile};
use super::rivals::Rivals;
use crate::report::report;
use crate::shared::Shared;
use crate::state::files::Files;
use crate::view::{card_of_hop, first_open, losers};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct HopsProps {
    pub(crate) trace: Shared<Trace>,
    /// The request that it is about.
    pub(crate) call: Option<Call>,
    pub(crate) graph: Shared<Graph>,
    pub(crate) files: Rc<Files>,
    pub(crate) url: AttrValue,
    pub(crate) locale: Locale,
    /// Card that was picked.
    pub(crate) selected: Option<AttrValue>,
    /// The number of a hop.
    pub(crate) on_hop: Callback<usize>,
    pub(crate) on_goto: Callback<Range>,
    pub(crate) on_open: Callback<Ref>,
}

#[component]
pub(crate) fn Hops(props: &HopsProps) -> Html {
    let folds = use_state_eq(OrdMap::<usize, bool>::new);
    let is_copied = use_state_eq(|| false);
    let (trace, locale) = (&props.trace, props.locale);
    let first = first_open(trace);
    let is_open = |at: usize| folds.get(&at).copied().unwrap_or(first == Some(at));
    let foldable: Vec<usize> =
        trace.hops.iter().enumerate().filter(|(_, it)| !losers(it).is_empty()).map(|(at, _)| at).collect();
    let all_open = foldable.iter().all(|it| is_open(*it));
    let on_all = {
        let (folds, foldable) = (folds.setter(), foldable.clone());
        Callback::from(move |_: MouseEvent| folds.set(foldable.iter().map(|it| (*it, !all_open)).gather()))
    };
    let on_fold = {
        let folds = folds.clone();
        Callback::from(move |(at, open): (usize, bool)| {
            let mut next = (*folds).clone();
            next.insert(at, open);
            folds.set(next);
        })
    };
    let on_copy = {
        let (text, is_copied) = (report(trace, &props.url, &props.files, locale), is_copied.setter());
        Callback::from(move |_: MouseEvent| {
            let is_copied = is_copied.clone();
            crate::browser::copy(&text, move || {
                is_copied.set(true);
                gloo::timers::callback::Timeout::new(2_000, move || is_copied.set(false)).forget();
            });
        })
    };
    let failed = trace.hops.iter().position(|it| it.failed);
    let is_cut = is_cut(trace);
    let now = (1..=trace.hops.len())
        .find(|it| card_of_hop(&props.graph, *it).is_some_and(|it| Some(it.id.as_str()) == props.selected.as_deref()));
    let (ontouchstart, ontouchend) = swipe::use_swipe(now.unwrap_or_default(), trace.hops.len(), &props.on_hop);
    // A policy that lets the request through is folded into the hop before it.
    let rows = trace.hops.iter().enumerate().filter(|(at, it)| *at == 0 || it.kind != HopKind::Policy || it.failed);
    let row = |(at, _): (usize, &Hop)| {
        let card = card_of_hop(&props.graph, at + 1);
        html! {
            <HopRow key={at} trace={trace.clone()} {at} kind={card.map(|it| AttrValue::from(it.kind.clone()))} {locale} is_open={is_open(at)} {failed} is_last={!is_cut}
                is_selected={card.is_some_and(|it| Some(it.id.as_str()) == props.selected.as_deref())} on_fold={on_fold.clone()} on_hop={props.on_hop.clone()} on_goto={props.on_goto.clone()} on_open={props.on_open.clone()} />
        }
    };
    html! {
        <section class="hops" aria-label={words::HOPS.text(locale)}>
            <div class="bar">
                <h2>{ words::WHY.text(locale) }</h2><span class="grow" />
                if !foldable.is_empty() {
                    <button class="link" onclick={on_all}>{ if all_open { words::CLOSE_ALL } else { words::OPEN_ALL }.text(locale) }</button>
                }
                <button class="link" onclick={on_copy}>{ icon(if *is_copied { "ok" } else { "copy" }) }{ if *is_copied { words::COPIED } else { words::COPY_MARKDOWN }.text(locale) }</button>
            </div>
            <ol {ontouchstart} {ontouchend}>
                { for rows.map(row) }
                if is_cut {
                    { not_reached(trace.hops.len() + 1, locale) }
                }
            </ol>
            { rivals(props).unwrap_or_default() }
        </section>
    }
}

/// An Ingress on the path may be played by another controller.
fn rivals(props: &HopsProps) -> Option<Html> {
    let resources = props.trace.hops.iter().filter_map(|it| it.resource.as_ref());
    let resource = resources.into_iter().find(|it| it.kind == "Ingress")?.clone();
    let call = props.call.clone()?;
    let about = Rc::as_ptr(&props.files) as usize;
    Some(html! { <Rivals {resource} {call} {about} locale={props.locale} /> })
}

/// The request died before it came to a Pod, and no hop says so.
fn is_cut(trace: &Trace) -> bool {
    trace.hops.last().is_some_and(|it| it.failed && it.kind != HopKind::Endpoint)
}

fn not_reached(number: usize, locale: Locale) -> Html {
    html! {
        <li class="hop none last">
            <div class="row">
                <span class="rail"><b>{ number }</b>{ tile("pod") }</span>
                <span class="who"><em>{ words::POD.text(locale) }</em><strong>{ words::NOT_REACHED.text(locale) }</strong></span>
                <span class="why" /><span class="wn" /><span class="at" />
            </div>
        </li>
    }
}
