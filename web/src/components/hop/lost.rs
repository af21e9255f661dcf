//! Under a hop: what else there is to know, why each other candidate was not chosen, and the policies that were asked.

use podpath_protocol::{Candidate, Hop, Note};
use yew::prelude::*;

use super::{HopRowProps, at_button};
use crate::components::icon::icon;
use crate::rich::rich;
use crate::words;

/// Losers that have a row of their own.
const N_LOSERS: usize = 5;

/// All of them when they are few or asked for; else five, and the rest by reason.
pub(super) fn lost(losers: &[&Candidate], is_long: bool, on_all: &Callback<MouseEvent>, props: &HopRowProps) -> Html {
    let n_rows = if is_long || losers.len() <= N_LOSERS { losers.len() } else { N_LOSERS };
    let (shown, rest) = losers.split_at(n_rows);
    let mut reasons: Vec<(&str, &str, usize)> = Vec::new();
    for loser in rest {
        match reasons.iter_mut().find(|it| it.0 == loser.reason) {
            Some(it) => it.2 += 1,
            None => reasons.push((&loser.reason, &loser.detail, 1)),
        }
    }
    let group = |(reason, detail, n): &(&str, &str, usize)| {
        let together = words::reason_of_many(reason).map_or_else(|| rich(detail), |it| rich(it.text(props.locale)));
        let others = words::counted(props.locale, *n, words::OTHER, words::OTHERS);
        html! { <li class="rest">{ icon("block") }<b>{ others }</b><span>{ together }</span><button class="at" onclick={on_all.clone()}>{ words::LIST.text(props.locale) }</button></li> }
    };
    html! { <>{ for shown.iter().map(|it| loser(it, props)) }{ for reasons.iter().map(group) }</> }
}

/// A policy that let the request through.
pub(super) fn policy(hop: &Hop, props: &HopRowProps) -> Html {
    html! { <li class="passed">{ icon("policy") }<b title={hop.title.clone()}>{ rich(&hop.title) }</b><span>{ rich(&hop.detail) }</span>{ at_button(hop.range.as_ref(), props) }</li> }
}

/// What else there is to know about a hop.
pub(super) fn note(note: &Note, props: &HopRowProps) -> Html {
    html! { <li class="noted">{ icon("warning") }<span>{ rich(&note.detail) }</span>{ at_button(note.range.as_ref(), props) }</li> }
}

fn loser(candidate: &Candidate, props: &HopRowProps) -> Html {
    let name = candidate.resource.as_ref().map_or(candidate.path.as_str(), |it| it.name.as_str()).to_owned();
    let whole = format!("{name} {}", candidate.path);
    // Rules of the chosen object itself are told apart by their place in it.
    let is_own = props.trace.hops.get(props.at).is_some_and(|it| it.resource.as_ref() == candidate.resource.as_deref());
    let shown = if is_own && !candidate.path.is_empty() { candidate.path.clone() } else { name };
    html! { <li>{ icon("block") }<b title={whole}>{ shown }</b><span>{ rich(&candidate.detail) }</span>{ at_button(candidate.range.as_ref(), props) }</li> }
}
