//! The six lanes while there is nothing in them.

use podpath_protocol::Locale;
use yew::prelude::*;

use crate::words::{self, Words};

/// Lane, its word, its width.
const LANES: [(&str, Words, u32); 6] = [
    ("client", words::CLIENT, 80),
    ("balancer", words::LOAD_BALANCER, 132),
    ("gateway", words::GATEWAY, 138),
    ("route", words::ROUTE, 150),
    ("service", words::SERVICE, 148),
    ("pod", words::POD, 144),
];
const GAP: u32 = 36;
const BLEED: u32 = 6;
const TOP: u32 = 42;
const CARD: u32 = 70;

/// Drawn dashed.
pub(crate) fn bones(locale: Locale) -> Html {
    let height = TOP + CARD + 14;
    let width = LANES.iter().map(|it| it.2).sum::<u32>() + 5 * GAP + 2 * BLEED;
    let lefts = LANES.iter().scan(BLEED, |x, it| {
        let left = *x;
        *x += it.2 + GAP;
        Some(left)
    });
    let lane = |(x, &(name, word, w)): (u32, &(&'static str, Words, u32))| {
        let (middle, y) = (x + w / 2, TOP + CARD / 2);
        let rx = if name == "client" { CARD / 2 } else { 9 };
        html! {
            <>
                <rect class="lane" x={(x - BLEED).to_string()} y="0" width={(w + 2 * BLEED).to_string()} height={height.to_string()} rx="10" />
                <text class="lane-title" x={middle.to_string()} y="25" text-anchor="middle">{ word.text(locale) }</text>
                <rect class="bone" x={x.to_string()} y={TOP.to_string()} width={w.to_string()} height={CARD.to_string()} rx={rx.to_string()} />
                <use class={classes!("bone-icon", name)} href={format!("#i-{name}")} x={(middle - 12).to_string()} y={(y - 12).to_string()} width="24" height="24" />
                if x > BLEED {
                    <path class="bone" d={format!("M{} {y}H{x}", x - GAP)} />
                }
            </>
        }
    };
    html! { <svg class="graph bones" viewBox={format!("0 0 {width} {height}")} aria-hidden="true">{ for lefts.zip(&LANES).map(lane) }</svg> }
}
