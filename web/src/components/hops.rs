//! Why this path: the hops in order, each with its reason and, folded, why each other candidate was not chosen.

use std::collections::BTreeMap;

use podpath_protocol::{Graph, Locale, Range, Trace};
use yew::prelude::*;

use super::hop::HopRow;
use super::icon::icon;
use crate::shared::Shared;
use crate::view::{card_of_hop, first_open, losers, markdown};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct HopsProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) graph: Shared<Graph>,
    pub(crate) url: AttrValue,
    pub(crate) locale: Locale,
    /// Card that was picked.
    pub(crate) selected: Option<AttrValue>,
    /// The number of a hop.
    pub(crate) on_hop: Callback<usize>,
    pub(crate) on_goto: Callback<Range>,
}

#[component]
pub(crate) fn Hops(props: &HopsProps) -> Html {
    let folds = use_state_eq(BTreeMap::<usize, bool>::new);
    let is_copied = use_state_eq(|| false);
    let (trace, locale) = (&props.trace, props.locale);
    let first = first_open(trace);
    let is_open = |at: usize| folds.get(&at).copied().unwrap_or(first == Some(at));
    let foldable: Vec<usize> =
        trace.hops.iter().enumerate().filter(|(_, it)| !losers(it).is_empty()).map(|(at, _)| at).collect();
    let all_open = foldable.iter().all(|it| is_open(*it));
    let on_all = {
        let (folds, foldable) = (folds.setter(), foldable.clone());
        Callback::from(move |_: MouseEvent| folds.set(foldable.iter().map(|it| (*it, !all_open)).collect()))
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
        let (text, is_copied) = (markdown(trace, &props.url), is_copied.setter());
        Callback::from(move |_: MouseEvent| {
            let is_copied = is_copied.clone();
            crate::browser::copy(&text, move || {
                is_copied.set(true);
                gloo::timers::callback::Timeout::new(2_000, move || is_copied.set(false)).forget();
            });
        })
    };
    let failed = trace.hops.iter().position(|it| it.failed);
    let row = |(at, _): (usize, &podpath_protocol::Hop)| {
        let card = card_of_hop(&props.graph, at + 1);
        html! {
            <HopRow key={at} trace={trace.clone()} {at} kind={card.map(|it| AttrValue::from(it.kind.clone()))} {locale} is_open={is_open(at)} is_after={failed.is_some_and(|it| at > it)}
                is_selected={card.is_some_and(|it| Some(it.id.as_str()) == props.selected.as_deref())} on_fold={on_fold.clone()} on_hop={props.on_hop.clone()} on_goto={props.on_goto.clone()} />
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
            <ol>{ for trace.hops.iter().enumerate().map(row) }</ol>
        </section>
    }
}
