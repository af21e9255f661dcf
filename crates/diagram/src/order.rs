//! The row of each card: the path on one line, the others above and below it with few crossings.
//!
//! Sugiyama's method in fixed lanes: sweeps by the mean row of the neighbours, then swaps of cards that lie next to
//! each other. Invariant: integers only and ties in source order, so the same graph always gives the same rows.

mod crossings;
mod line;

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

/// There and back so many times; the best order of all is kept.
const ROUNDS: usize = 3;

/// Means are compared in this fraction of a row.
const FINE: i64 = 1 << 20;

/// The row of each card; 0 is the top row in use.
pub(crate) fn rows(nodes: &[Node], links: &[Link]) -> Vec<usize> {
    let net = Net::new(nodes, links);
    let mut order = Order::start(&net);
    let mut best = (order.cost(&net), order.rows.clone());
    for side in [Side::Left, Side::Right].into_iter().cycle().take(2 * ROUNDS) {
        order.sweep(&net, side);
        order.transpose(&net);
        let cost = order.cost(&net);
        if cost < best.0 {
            best = (cost, order.rows.clone());
        }
    }
    let top = best.1.iter().min().copied().unwrap_or_default();
    best.1.into_iter().map(|row| usize::try_from(row - top).unwrap_or_default()).collect()
}

/// Whose rows a sweep looks at.
#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
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
        Self { stacks, is_lit, spans, left, right, line: i32::from(!line.is_empty()) }
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

    /// Crossings between the wires of two cards of one lane.
    fn between(&self, upper: usize, lower: usize, rows: &[i32]) -> usize {
        let sides = [&self.left, &self.right].into_iter();
        let crossed = sides.map(|near| {
            let below = rows_of(near, lower, rows);
            rows_of(near, upper, rows).iter().map(|row| below.partition_point(|it| it < row)).sum::<usize>()
        });
        crossed.sum()
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
    found.sort_unstable();
    found
}

/// One order of all cards; rows count from the line, downwards.
struct Order {
    stacks: Vec<Stack>,
    rows: Vec<i32>,
}

impl Order {
    fn start(net: &Net) -> Self {
        let mut rows = vec![0; net.is_lit.len()];
        for stack in &net.stacks {
            settle(stack, net, &mut rows);
        }
        Self { stacks: net.stacks.clone(), rows }
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

    /// Swaps neighbours in a lane where that lowers the crossings; never across the line.
    fn transpose(&mut self, net: &Net) {
        let Self { stacks, rows } = self;
        for stack in stacks {
            for at in 1..stack.cards.len() {
                let (Some(upper), Some(lower)) = (stack.cards.get(at - 1), stack.cards.get(at)) else { continue };
                let (upper, lower) = (*upper, *lower);
                let is_line = net.line == 1 && at == stack.n_above;
                if !is_line && net.between(lower, upper, rows) < net.between(upper, lower, rows) {
                    stack.cards.swap(at - 1, at);
                    rows.swap(upper, lower);
                }
            }
        }
    }

    /// Crossings first, then how far the wires go up and down.
    fn cost(&self, net: &Net) -> (u64, u64) {
        let heights = net.spans.iter().map(|it| row(&self.rows, it.left).abs_diff(row(&self.rows, it.right)));
        (crossings(&net.spans, &self.rows), heights.map(u64::from).sum())
    }
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
    keys.sort_unstable();
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
        let rows = rows(&graph.nodes, &links);
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
