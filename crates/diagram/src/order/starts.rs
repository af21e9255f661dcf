//! Orders to begin with.

use podpath_order::Order as _;

use super::anneal::Random;
use super::lanes::{Lanes, Side};
use super::net::Net;

/// The order of the source at first, then that of a walk along the wires from the left and from the right, then mixed
/// ones, the same for the same number.
pub(super) fn start(net: &Net, number: u32) -> Lanes {
    let mut lanes = net.lanes.clone();
    let numbers = match number {
        0 => return Lanes::new(net, lanes),
        1 => walk(net, Side::Left),
        2 => walk(net, Side::Right),
        _ => {
            let mut random = Random(u64::from(number));
            (0..net.n_items).map(|_| random.draw()).collect()
        }
    };
    for lane in &mut lanes {
        lane.order_by_key(|it| numbers.get(*it).copied());
    }
    Lanes::new(net, lanes)
}

/// When each item is come to on the way along its wires, deep before wide, from the lanes on one side.
fn walk(net: &Net, side: Side) -> Vec<u64> {
    let [left, right] = &net.near;
    let (back, on) = if side == Side::Left { (left, right) } else { (right, left) };
    let mut numbers = vec![None; net.n_items];
    let lanes = net.lanes.iter();
    let lanes: Vec<&Vec<usize>> = if side == Side::Left { lanes.rev().collect() } else { lanes.collect() };
    // A stack, the first on top, so that no depth of wires is too deep.
    let mut waiting: Vec<usize> = lanes.into_iter().flat_map(|it| it.iter().rev()).copied().collect();
    let mut next = 0;
    while let Some(item) = waiting.pop() {
        let Some(number) = numbers.get_mut(item).filter(|it| it.is_none()) else { continue };
        *number = Some(next);
        next += 1;
        waiting.extend(back.of_item(item).iter().rev());
        waiting.extend(on.of_item(item).iter().rev());
    }
    numbers.into_iter().map(Option::unwrap_or_default).collect()
}
