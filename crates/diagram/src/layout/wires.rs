//! The corners of each wire: level where it can be, else up or down in a gap, never under a card.

use podpath_order::{OrdMap, Order};
use podpath_protocol::{Edge, EdgeState};

use super::board::{Board, Seat};
use super::heights::{self, Heights};
use crate::element::round;
use crate::metrics::{Metrics, N_LANES, PILL_DROP, PILL_HEIGHT, Point};
use crate::order::{Link, Stop};

/// From the middle of a card to the socket of a further port.
const PORT_STEP: f64 = 22.0;

/// Wires that share the stretch up or down in a gap: those that leave one card, or those that reach one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trunk {
    Out(usize),
    In(usize),
    /// That of one wire alone, between two lanes that it passes.
    Own(usize),
}

/// A stretch up or down in the gap on the left of column `gap`.
struct Turn {
    gap: usize,
    trunk: Trunk,
    from: f64,
    to: f64,
}

/// A wire before it is known where in the gaps it turns.
struct Plan {
    start: Point,
    turns: Vec<Turn>,
    tail: Vec<Point>,
    /// A disc breaks it, in the middle of the gap.
    is_fixed: bool,
}

/// How far a trunk reaches.
struct Reach {
    low: f64,
    high: f64,
    is_fixed: bool,
}

/// The points of each edge.
pub(super) fn points(board: &Board, edges: &[Edge], links: &[Link], lanes: &[Vec<Stop>]) -> Vec<Vec<Point>> {
    let offsets = offsets(edges, links, board.metrics);
    let ends = links.iter().zip(offsets).map(|(it, offset)| board.frame_of(it.to).middle() + offset);
    let ends: Vec<f64> = ends.collect();
    let heights = heights::heights(board, links, &ends, lanes);
    let plans: Vec<Plan> = links
        .iter()
        .zip(&ends)
        .enumerate()
        .map(|(number, (link, end))| match link.state {
            EdgeState::Redirect => back(board, link),
            _ => forth(board, link, *end, number, &heights),
        })
        .collect();
    let tracks = tracks(board.metrics, &plans);
    plans.into_iter().map(|it| corners(it, &tracks)).collect()
}

/// How far from the middle of its card each wire arrives. The port of the path is the middle, the next lies above it.
fn offsets(edges: &[Edge], links: &[Link], metrics: &Metrics) -> Vec<f64> {
    let mut ports: OrdMap<usize, Vec<&str>> = OrdMap::new();
    let has_port = |it: &Edge| {
        let is_reason = matches!(it.state, EdgeState::Dead | EdgeState::Redirect);
        metrics.is_full && !is_reason && !it.label.is_empty()
    };
    let wires = edges.iter().zip(links).filter(|(edge, _)| has_port(edge));
    let (lit, unlit): (Vec<_>, Vec<_>) = wires.partition(|(edge, _)| edge.state != EdgeState::Off);
    for (edge, link) in lit.into_iter().chain(unlit) {
        let known = ports.entry(link.to).or_default();
        if known.len() < 3 && !known.contains(&edge.label.as_str()) {
            known.push(&edge.label);
        }
    }
    let offset = |(edge, link): (&Edge, &Link)| {
        let known = ports.get(&link.to).filter(|_| has_port(edge));
        match known.map(|it| it.iter().position(|port| *port == edge.label)) {
            None | Some(Some(0)) => 0.0,
            Some(Some(1)) => -PORT_STEP,
            Some(_) => PORT_STEP,
        }
    };
    edges.iter().zip(links).map(offset).collect()
}

/// From the right edge of one card to the left edge of another.
fn forth(board: &Board, link: &Link, end: f64, number: usize, heights: &Heights) -> Plan {
    let (from, to) = (board.seat(link.from), board.seat(link.to));
    let start = (board.frame_of(link.from).right(), board.frame_of(link.from).middle());
    let mut turns = Vec::new();
    let mut height = start.1;
    let mut turn = |gap: usize, trunk: Trunk, to: f64| {
        if (height - to).abs() >= 0.5 {
            turns.push(Turn { gap, trunk, from: height, to });
            height = to;
        }
    };
    let first = from.column + 1;
    if to.column < first {
        let aisle = aisle(board, from, to);
        turn(first, Trunk::Out(link.from), aisle);
        turn(to.column, Trunk::In(link.to), end);
    }
    for lane in first..to.column {
        let trunk = if lane == first { Trunk::Out(link.from) } else { Trunk::Own(number) };
        turn(lane, trunk, heights.get(number, lane).unwrap_or(end));
    }
    // A wire to the next lane belongs to those that leave its card.
    let last = if first == to.column { Trunk::Out(link.from) } else { Trunk::In(link.to) };
    turn(to.column, last, end);
    let is_fixed = !matches!(link.state, EdgeState::Off | EdgeState::On);
    Plan { start, turns, tail: vec![(board.frame_of(link.to).left, end)], is_fixed }
}

/// Between two rows, next to that of the target, on the side of the source.
fn aisle(board: &Board, from: Seat, to: Seat) -> f64 {
    if from.row < to.row {
        board.top(to.row) - board.aisle(to.row.saturating_sub(1))
    } else {
        board.bottom(to.row) + board.aisle(to.row)
    }
}

/// Down, back under the row, and into the bottom of the card on the left.
fn back(board: &Board, link: &Link) -> Plan {
    let is_back = board.seat(link.to).column <= board.seat(link.from).column;
    let (source, target) = if is_back { (link.from, link.to) } else { (link.to, link.from) };
    let start = (board.frame_of(source).right(), board.frame_of(source).middle());
    let seat = board.seat(source);
    let low = board.bottom(seat.row) + PILL_DROP + PILL_HEIGHT / 2.0;
    let frame = board.frame_of(target);
    let end = if low < frame.middle() { frame.top } else { frame.bottom() };
    let down = Turn { gap: seat.column + 1, trunk: Trunk::Out(source), from: start.1, to: low };
    Plan { start, turns: vec![down], tail: vec![(frame.centre(), low), (frame.centre(), end)], is_fixed: true }
}

/// Where each trunk runs up or down, so that those of one gap do not lie on each other.
fn tracks(metrics: &Metrics, plans: &[Plan]) -> OrdMap<(usize, Trunk), f64> {
    let trunks = trunks(plans);
    let mut tracks = OrdMap::new();
    for gap in 0..=N_LANES {
        let slots = metrics.slots(gap);
        let mut used = vec![f64::MIN; slots.len()];
        let mut here: Vec<_> = trunks.iter().filter(|((at, _), _)| *at == gap).collect();
        here.order_by(|a, b| a.1.low.total_cmp(&b.1.low));
        for (key, reach) in here {
            let slot = if reach.is_fixed { 0 } else { free_slot(&used, reach.low) };
            if let Some(until) = used.get_mut(slot) {
                *until = f64::max(*until, reach.high);
            }
            tracks.insert(*key, metrics.gap_middle(gap) + slots.get(slot).copied().unwrap_or_default());
        }
    }
    tracks
}

/// The first slot that nothing uses at this height, else the one that is free again first.
fn free_slot(used: &[f64], low: f64) -> usize {
    let free = used.iter().position(|it| *it < low);
    let least = || used.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).map(|(idx, _)| idx);
    free.or_else(least).unwrap_or_default()
}

fn trunks(plans: &[Plan]) -> OrdMap<(usize, Trunk), Reach> {
    let mut trunks = OrdMap::new();
    for plan in plans {
        for turn in &plan.turns {
            let fresh = Reach { low: f64::MAX, high: f64::MIN, is_fixed: false };
            let reach: &mut Reach = trunks.entry((turn.gap, turn.trunk)).or_insert(fresh);
            reach.low = reach.low.min(turn.from).min(turn.to);
            reach.high = reach.high.max(turn.from).max(turn.to);
            reach.is_fixed |= plan.is_fixed;
        }
    }
    trunks
}

fn corners(plan: Plan, tracks: &OrdMap<(usize, Trunk), f64>) -> Vec<Point> {
    let mut points = vec![plan.start];
    for turn in &plan.turns {
        let x = tracks.get(&(turn.gap, turn.trunk)).copied().unwrap_or(plan.start.0);
        points.extend([(x, turn.from), (x, turn.to)]);
    }
    points.extend(plan.tail);
    points.into_iter().map(|(x, y)| (round(x), round(y))).collect()
}
