//! Icons out of the sprite, and the tile of each kind: shape tells the kind, the hue only repeats it.

use yew::prelude::*;

/// An icon of the sprite, coloured like the text around it.
pub(crate) fn icon(name: &str) -> Html {
    html! { <svg class="i" aria-hidden="true"><use href={format!("#i-{name}")} /></svg> }
}

/// The tile of a lane, 20 by 20.
pub(crate) fn tile(lane: &'static str) -> Html {
    let (x, y) = (if lane == "balancer" { "2.6" } else { "4" }, if lane == "gateway" { "5" } else { "4" });
    html! {
        <svg class={classes!("kt", lane)} viewBox="-1 -1 22 22" aria-hidden="true">
            { shape(lane) }
            <use class="tile-icon" href={format!("#i-{}", if lane == "object" { "file" } else { lane })} {x} {y} width="12" height="12" />
        </svg>
    }
}

fn shape(lane: &str) -> Html {
    match lane {
        "client" => html! { <circle class="tile" cx="10" cy="10" r="10" /> },
        "balancer" => html! { <path class="tile" d="M2 0h10.5L20 10l-7.5 10H2a2 2 0 0 1-2-2V2a2 2 0 0 1 2-2z" /> },
        "gateway" => html! { <path class="tile" d="M0 20V10a10 10 0 0 1 20 0v10z" /> },
        "route" => {
            html! { <rect class="tile" x="2.6" y="2.6" width="14.8" height="14.8" rx="2.8" transform="rotate(45 10 10)" /> }
        }
        "service" => html! { <rect class="tile" width="20" height="20" rx="5.5" /> },
        _ => html! { <path class="tile" d="M10-.5 19.1 4.8v10.4L10 20.5.9 15.2V4.8z" /> },
    }
}
