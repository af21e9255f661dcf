//! The phone's diagram: one tile for each hop, the line between them, and the dead end. A tap goes to the hop.

use podpath_protocol::{Hop, HopKind, Locale, Trace};
use yew::prelude::*;

use super::icon::{icon, tile};
use crate::shared::Shared;
use crate::view::hop_face;
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct StripProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) locale: Locale,
    /// The number of a hop.
    pub(crate) on_hop: Callback<usize>,
}

#[component]
pub(crate) fn Strip(props: &StripProps) -> Html {
    let hops = &props.trace.hops;
    let failed = hops.iter().position(|it| it.failed);
    let tiles = hops.iter().enumerate().filter(|(_, hop)| hop.kind != HopKind::Policy);
    let is_cut =
        failed.is_some_and(|it| hops.get(it).is_some_and(|it| it.kind != HopKind::Endpoint) && it + 1 == hops.len());
    html! {
        <ol class="strip" aria-label={words::HOPS.text(props.locale)}>
            { for tiles.map(|(at, hop)| step(at, hop, failed, props)) }
            if is_cut {
                <li class="off"><i class="x">{ icon("close") }</i>{ tile("pod") }<span>{ "Pod" }</span></li>
            }
        </ol>
    }
}

fn step(at: usize, hop: &Hop, failed: Option<usize>, props: &StripProps) -> Html {
    let (lane, word) = hop_face(hop.kind);
    let word = if hop.kind == HopKind::LoadBalancer { words::BALANCER } else { word };
    let is_after = failed.is_some_and(|it| at > it);
    let class = classes!(if is_after { "off" } else { "on" }, hop.failed.then_some("dead"));
    let onclick = props.on_hop.reform(move |_: MouseEvent| at + 1);
    html! {
        <li {class} key={at}>
            if is_after && failed.is_some_and(|it| at == it + 1) {
                <i class="x">{ icon("close") }</i>
            }
            <button {onclick}>{ tile(lane) }<span>{ word.text(props.locale) }</span></button>
        </li>
    }
}
