//! The row of each card: the path on one line, the others above and below it with few crossings.
//!
//! Sugiyama's method in fixed lanes: sweeps by the mean row of the neighbours, then each card sifted to its best place. Invariant: integers only and ties in source order, so the same graph always gives the same rows.

mod crossings;
mod keep;
mod line;
mod sift;

use std::collections::{BTreeMap, BTreeSet};

use podpath_order::{Gather, Order as _};
use podpath_protocol::{EdgeState, Node};

use crate::metrics::{N_LANES, column};
use crossings::{Span, crossings};

/// An edge by the numbers of its cards.
pub(crate) struct Link {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// The share of the traffic, in millionths.
    pub(crate) share: u64,
    pub(crate) state: EdgeState,
}

/// Pictures of more cards are ordered with less care: they are folded before anybody looks for crossings in them.
const MANY: usize = 400;

/// A lane is sifted no more often than this for each sweep.
const N_SIFTS: usize = 6;

/// Means are compared in this fraction of a row.
const FINE: i64 = 1 << 20;

/// The row of each card: 0 is that of the path, those above it are less. Cards of a picture before keep their rows.
pub(crate) fn rows(nodes: &[Node], links: &[Link], kept: &BTreeMap<String, i32>) -> Vec<i32> {
    let net = Net::new(nodes, links);
    if !kept.is_empty() {
        return keep::rows(nodes, &net, kept);
    }
    let mut best: Option<((u64, u64), Vec<i32>)> = None;
    for number in 0..n_starts(nodes.len()) {
        let mut order = Order::start(&net, number / 2);
        let first = if number % 2 == 0 { Side::Left } else { Side::Right };
        let sides = [first, first.other()].into_iter().cycle();
        for side in std::iter::once(None).chain(sides.map(Some)).take(1 + 2 * rounds(nodes.len())) {
            if let Some(side) = side {
                order.sweep(&net, side);
            }
            if side.is_some() || number > 1 {
                order.sift(&net);
            }
            let cost = order.cost(&net);
            if best.as_ref().is_none_or(|it| cost < it.0) {
                best = Some((cost, order.rows.clone()));
            }
        }
        // Most pictures have no crossing at all, and are done here.
        if best.as_ref().is_some_and(|it| it.0.0 == 0) {
            break;
        }
    }
    best.map(|it| it.1).unwrap_or_default()
}

/// Sweeps find the nearest good order, so they begin from several.
fn n_starts(n_cards: usize) -> u32 {
    match n_cards {
        ..=80 => 24,
        81..=MANY => 8,
        _ => 1,
    }
}

/// There and back so many times.
fn rounds(n_cards: usize) -> usize {
    match n_cards {
        ..=MANY => 4,
        _ => 1,
    }
}

/// The rows counted from the top, without those that no card uses.
pub(crate) fn ranks(rows: &[i32]) -> Vec<usize> {
    let used: BTreeSet<i32> = rows.iter().copied().gather();
    let ranks: BTreeMap<i32, usize> = used.into_iter().zip(0..).gather();
    rows.iter().map(|it| ranks.get(it).copied().unwrap_or_default()).collect()
}

/// Whose rows a sweep looks at.
#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// What stays the same while rows are tried.
struct Net {
    /// The cards of each lane that are not on the line, in source order, the lit ones between both halves.
    stacks: Vec<Stack>,
    /// Cards that the request reaches.
    is_lit: Vec<bool>,
    spans: Vec<Span>,
    left: Vec<Vec<usize>>,
    right: Vec<Vec<usize>>,
    /// 1 when the row in the middle belongs to the path, else 0.
    line: i32,
    /// The cards on that row.
    on_line: BTreeSet<usize>,
}

/// The cards of a lane from top to bottom, without the one on the line.
#[derive(Clone)]
struct Stack {
    cards: Vec<usize>,
    n_above: usize,
}

impl Net {
    fn new(nodes: &[Node], links: &[Link]) -> Self {
        let line = line::line(nodes, links);
        let spans: Vec<Span> = links.iter().filter_map(|it| span(nodes, it)).collect();
        let mut left: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
        let mut right = left.clone();
        for span in &spans {
            if let (Some(before), Some(after)) = (left.get_mut(span.right), right.get_mut(span.left)) {
                before.push(span.left);
                after.push(span.right);
            }
        }
        let is_lit: Vec<bool> = nodes.iter().map(line::is_lit).collect();
        let free = |lane: usize, lit: bool| {
            let cards = nodes.iter().zip(&is_lit).enumerate();
            let cards = cards.filter(|(idx, (node, _))| column(node.lane) == lane && !line.contains(idx));
            cards.filter(|(_, (_, is_lit))| **is_lit == lit).map(|(idx, _)| idx).collect::<Vec<_>>()
        };
        let stacks = (0..N_LANES).map(|lane| stack(&free(lane, false), &free(lane, true))).collect();
        Self { stacks, is_lit, spans, left, right, line: i32::from(!line.is_empty()), on_line: line }
    }

    /// The mean row of the neighbours on one side; its own row for a card without.
    fn mean(&self, card: usize, rows: &[i32], side: Side) -> i64 {
        let near = match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        };
        let near = rows_of(near, card, rows);
        let sum: i64 = near.iter().map(|row| i64::from(*row)).sum();
        match i64::try_from(near.len()) {
            Ok(n_near) if n_near > 0 => sum.saturating_mul(FINE) / n_near,
            _ => i64::from(row(rows, card)) * FINE,
        }
    }
}

/// A wire from left to right; none inside one lane and none back to the client.
fn span(nodes: &[Node], link: &Link) -> Option<Span> {
    let (from, to) = (column(nodes.get(link.from)?.lane), column(nodes.get(link.to)?.lane));
    let is_back = link.state == EdgeState::Redirect || from == to;
    let span = if from < to {
        Span { left: link.from, right: link.to, first: from, last: to }
    } else {
        Span { left: link.to, right: link.from, first: to, last: from }
    };
    (!is_back).then_some(span)
}

/// The first half above, the rest below, lit cards right under the line.
fn stack(unlit: &[usize], lit: &[usize]) -> Stack {
    let (above, below) = unlit.split_at(unlit.len() / 2);
    Stack { cards: [above, lit, below].concat(), n_above: above.len() }
}

fn row(rows: &[i32], card: usize) -> i32 {
    rows.get(card).copied().unwrap_or_default()
}

/// The rows of a card's neighbours, sorted.
fn rows_of(near: &[Vec<usize>], card: usize, rows: &[i32]) -> Vec<i32> {
    let mut found: Vec<i32> = near.get(card).into_iter().flatten().map(|it| row(rows, *it)).collect();
    found.order();
    found
}

/// One order of all cards; rows count from the line, downwards.
struct Order {
    stacks: Vec<Stack>,
    rows: Vec<i32>,
}

impl Order {
    /// The order of the source at first, then that turned round, then mixed ones, the same for the same number.
    fn start(net: &Net, number: u32) -> Self {
        let mut rows = vec![0; net.is_lit.len()];
        let mut stacks = net.stacks.clone();
        for stack in &mut stacks {
            match number {
                0 => {}
                1 => {
                    stack.cards.reverse();
                    stack.n_above = stack.cards.len() - stack.n_above;
                }
                _ => stack.cards.order_by_key(|it| mixed(*it, number)),
            }
            settle(stack, net, &mut rows);
        }
        Self { stacks, rows }
    }

    fn sweep(&mut self, net: &Net, side: Side) {
        let Self { stacks, rows } = self;
        let mut visit = |stack: &mut Stack| {
            arrange(stack, net, rows, side);
            settle(stack, net, rows);
        };
        match side {
            Side::Left => stacks.iter_mut().for_each(&mut visit),
            Side::Right => stacks.iter_mut().rev().for_each(&mut visit),
        }
    }

    /// Moves each card of a lane to where its wires cross fewest others, while that helps; never across the line.
    fn sift(&mut self, net: &Net) {
        let n_sifts = if self.rows.len() > MANY { 1 } else { N_SIFTS };
        for _ in 0..n_sifts {
            let Self { stacks, rows } = self;
            let mut has_moved = false;
            for stack in stacks.iter_mut() {
                let near = sift::Near::of(&stack.cards, [&net.left, &net.right], rows);
                let split = if net.line == 1 { stack.n_above } else { 0 };
                let (above, below) = stack.cards.split_at_mut(split);
                has_moved |= sift::sift(above, &near) | sift::sift(below, &near);
                settle(stack, net, rows);
            }
            if !has_moved {
                break;
            }
        }
    }

    /// Crossings first, then how far the wires go up and down.
    fn cost(&self, net: &Net) -> (u64, u64) {
        let heights = net.spans.iter().map(|it| row(&self.rows, it.left).abs_diff(row(&self.rows, it.right)));
        (crossings(&net.spans, &self.rows), heights.map(u64::from).sum())
    }
}

/// A number without meaning that depends on a card and the number of a start alone.
fn mixed(card: usize, number: u32) -> u64 {
    let seed = (card as u64).wrapping_add(u64::from(number) << 32);
    let folded = (seed ^ (seed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (folded ^ (folded >> 32)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 16
}

/// Sorts a lane by the mean row of its neighbours. A tie with the line keeps its side, a lit card lies nearest to it.
fn arrange(stack: &mut Stack, net: &Net, rows: &[i32], side: Side) {
    let key = |card: &usize| {
        let mean = net.mean(*card, rows, side);
        let is_below = net.line == 1 && (mean > 0 || (mean == 0 && row(rows, *card) > 0));
        let is_lit = net.is_lit.get(*card).copied().unwrap_or_default();
        (is_below, mean, is_lit != is_below, *card)
    };
    let mut keys: Vec<(bool, i64, bool, usize)> = stack.cards.iter().map(key).collect();
    keys.order();
    stack.n_above = if net.line == 1 { keys.partition_point(|it| !it.0) } else { keys.len() / 2 };
    stack.cards = keys.into_iter().map(|it| it.3).collect();
}

/// Gives the cards of a lane their rows: without holes, next to the line.
fn settle(stack: &Stack, net: &Net, rows: &mut [i32]) {
    let n_above = i32::try_from(stack.n_above).unwrap_or(i32::MAX);
    for (card, at) in stack.cards.iter().zip(-n_above..) {
        if let Some(row) = rows.get_mut(*card) {
            *row = if at < 0 { at } else { at + net.line };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, layout};

    #[track_caller]
    fn check(text: &str, expected: [&str; 2]) {
        assert_eq!(picture(text), expected);
    }

    /// One text for each row, the cards of a row by lane.
    fn picture(text: &str) -> Vec<String> {
        let mut graph = fixture::graph(text);
        let links = layout::links(&graph.nodes, &mut graph.edges);
        let rows = ranks(&rows(&graph.nodes, &links, &BTreeMap::new()));
        let n_rows = rows.iter().max().map_or(0, |it| it + 1);
        let cell = |at: usize, lane: usize| {
            let mut cards = graph.nodes.iter().zip(&rows);
            let card = cards.find(|(node, row)| **row == at && column(node.lane) == lane);
            card.map_or(".", |(node, _)| node.id.as_str())
        };
        (0..n_rows).map(|at| [0, 1, 2, 3, 4, 5].map(|lane| cell(at, lane)).join(" ")).collect()
    }

    #[test]
    fn the_path_is_a_row_and_each_chain_beside_it_too() {
        let expected = [". . . web-vs web-svc web-pod", "client alb gw vs svc pod", ". ialb igw old-vs . ."];
        assert_eq!(picture(fixture::DELIVERED), expected);
    }

    #[test]
    fn the_heaviest_share_of_a_fork_stays_on_the_line() {
        let text = "
            client client on 1
            gateway gw on 2
            route vs on 3
            service canary on 4
            service stable on 4
            pod canary-pod on 5
            pod stable-pod on 5
            client > gw on
            gw > vs on
            vs > canary on 80 10/100
            vs > stable on 80 90/100
            canary > canary-pod on
            stable > stable-pod on
        ";
        check(text, ["client . gw vs stable stable-pod", ". . . . canary canary-pod"]);
    }

    #[test]
    fn without_a_request_wires_are_untangled() {
        let text = "
            route a
            route b
            service x
            service y
            a > y
            b > x
        ";
        check(text, [". . . a y .", ". . . b x ."]);
    }

    #[test]
    fn what_is_needed_and_missing_lies_on_the_line() {
        let text = "
            service svc dead 1
            pod real
            pod ghost needed
            svc > ghost dead no such Pod
        ";
        check(text, [". . . . svc ghost", ". . . . . real"]);
    }

    #[test]
    fn a_workload_shares_the_lane_of_pods() {
        check("workload a\npod b\na > b", [". . . . . a", ". . . . . b"]);
    }

    #[test]
    fn adding_a_chain_moves_no_other() {
        let more = format!("{}\nroute new-vs\nservice new-svc\nigw > new-vs\nnew-vs > new-svc", fixture::DELIVERED);
        let expected = [
            ". . . web-vs web-svc web-pod",
            "client alb gw vs svc pod",
            ". ialb igw old-vs new-svc .",
            ". . . new-vs . .",
        ];
        assert_eq!(picture(&more), expected);
    }
}
