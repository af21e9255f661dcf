//! A swipe over the hops goes to the next or the one before.

use std::cell::Cell;
use std::rc::Rc;

use yew::prelude::*;

/// A shorter way is a tap.
const LEAST: f64 = 48.0;

/// Handlers for the list: where a finger came down, and where it went up.
#[hook]
pub(super) fn use_swipe(
    now: usize,
    n_hops: usize,
    on_hop: &Callback<usize>,
) -> (Callback<TouchEvent>, Callback<TouchEvent>) {
    let start = use_memo((), |()| Rc::new(Cell::new((0.0, 0.0))));
    let (from, on_hop) = ((*start).clone(), on_hop.clone());
    let down = {
        let from = from.clone();
        Callback::from(move |event: TouchEvent| from.set(place(&event)))
    };
    let up = Callback::from(move |event: TouchEvent| {
        if let Some(hop) = next(from.get(), place(&event), now, n_hops) {
            on_hop.emit(hop);
        }
    });
    (down, up)
}

fn place(event: &TouchEvent) -> (f64, f64) {
    let finger = event.changed_touches().get(0);
    finger.map(|it| (f64::from(it.client_x()), f64::from(it.client_y()))).unwrap_or_default()
}

/// The hop that a swipe leads to; a way up or down is a scroll.
fn next(from: (f64, f64), to: (f64, f64), now: usize, n_hops: usize) -> Option<usize> {
    let (across, down) = (to.0 - from.0, to.1 - from.1);
    if across.abs() < LEAST || across.abs() < 2.0 * down.abs() {
        return None;
    }
    let hop = if across < 0.0 { now + 1 } else { now.saturating_sub(1).max(1) };
    Some(hop).filter(|it| *it <= n_hops)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swipe_to_the_left_is_the_next_hop() {
        assert_eq!(next((100.0, 0.0), (20.0, 10.0), 2, 6), Some(3));
        assert_eq!(next((20.0, 0.0), (100.0, 10.0), 2, 6), Some(1));
        assert_eq!(next((100.0, 0.0), (20.0, 90.0), 2, 6), None);
        assert_eq!(next((100.0, 0.0), (20.0, 0.0), 6, 6), None);
    }
}
