//! The row of each card: the path on one line, the others above and below it with few crossings.
//!
//! Sugiyama's method in fixed lanes: sweeps by the mean row of the neighbours from several starts, and where wires still
//! cross, annealing. Invariant: integers only and ties in source order, so the same graph always gives the same rows.

mod anneal;
mod beside;
mod keep;
mod lanes;
mod line;
mod net;
mod passages;
mod starts;

use podpath_order::{Gather, OrdMap, OrdSet, Order as _};
use podpath_protocol::{EdgeState, Node};

use anneal::{Annealing, Found, Heat};
use lanes::{Lanes, Side};
use net::Net;
pub(crate) use passages::{Stop, passages};

/// An edge by the numbers of its cards.
pub(crate) struct Link {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// The share of the traffic, in millionths.
    pub(crate) share: u64,
    pub(crate) state: EdgeState,
}

/// Each start is swept there and back so many times.
const N_ROUNDS: usize = 4;

/// The row of each card: 0 is that of the path, those above it are less. Cards of a picture before keep their rows.
pub(crate) fn rows(nodes: &[Node], links: &[Link], kept: &OrdMap<String, i32>) -> Vec<i32> {
    if !kept.is_empty() {
        return keep::rows(nodes, links, kept);
    }
    let net = Net::new(nodes, links);
    let mut all: Vec<Swept> = Vec::new();
    for number in 0..n_starts(&net) {
        let swept = swept(&net, number);
        // Most pictures have no crossing at all, and are done here.
        if swept.cost.0 == 0 {
            return swept.lanes.rows(&net);
        }
        all.push(swept);
    }
    all.order_by_key(|it| it.cost);
    annealed(&net, all).rows(&net)
}

/// Sweeps find the nearest good order, so they begin from several: half of the runs of annealing go on from one each.
fn n_starts(net: &Net) -> u32 {
    let (n_runs, _) = anneal::runs(net);
    u32::try_from(n_runs.div_ceil(2)).map_or(3, |it| it.max(3))
}

/// An order and its cost.
struct Swept {
    lanes: Lanes,
    cost: (u64, u64),
}

/// The best of a start and its sweeps.
fn swept(net: &Net, number: u32) -> Swept {
    let mut lanes = starts::start(net, number);
    let mut best = Swept { lanes: lanes.clone(), cost: lanes.cost(net) };
    let mut side = if number.is_multiple_of(2) { Side::Left } else { Side::Right };
    for _ in 0..2 * N_ROUNDS {
        lanes.sweep(net, side);
        let cost = lanes.cost(net);
        if cost < best.cost {
            best = Swept { lanes: lanes.clone(), cost };
        }
        side = side.other();
    }
    best
}

/// The best order that annealing finds, the best starts first.
fn annealed(net: &Net, all: Vec<Swept>) -> Lanes {
    let mut starts = all.into_iter().map(|it| Found::new(net, it.lanes));
    let Some(mut best) = starts.next() else { return starts::start(net, 0) };
    let mut annealing = Annealing::new(net);
    let (n_runs, n_passes) = anneal::runs(net);
    let (mut begin, mut heat) = (best.clone(), Heat::Hot);
    for _ in 0..n_runs {
        annealing.run(begin, &mut best, heat, n_passes);
        if best.n_crossings == 0 {
            break;
        }
        (begin, heat) = starts.next().map_or_else(|| (best.clone(), Heat::Warm), |it| (it, Heat::Hot));
    }
    annealing.straighten(&mut best.lanes);
    best.lanes
}

/// The rows counted from the top, without those that no card uses.
pub(crate) fn ranks(rows: &[i32]) -> Vec<usize> {
    let used: OrdSet<i32> = rows.iter().copied().gather();
    let ranks: OrdMap<i32, usize> = used.into_iter().zip(0..).gather();
    rows.iter().map(|it| ranks.get(it).copied().unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::column;
    use crate::{fixture, layout};

    #[track_caller]
    fn check(text: &str, expected: [&str; 2]) {
        assert_eq!(picture(text), expected);
    }

    /// One text for each row, the cards of a row by lane.
    fn picture(text: &str) -> Vec<String> {
        let mut graph = fixture::graph(text);
        let links = layout::links(&graph.nodes, &mut graph.edges);
        let rows = ranks(&rows(&graph.nodes, &links, &OrdMap::new()));
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
