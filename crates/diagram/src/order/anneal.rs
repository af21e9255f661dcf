//! Annealing: neighbours of a lane change places when fewer wires cross then, and while it is hot also when more do.
//!
//! Kirkpatrick, Gelatt and Vecchi, "Optimization by simulated annealing" (1983). Invariant: the numbers that stand for
//! chance are the same in every run, and the work is bounded by the number of cards and wires.

use super::beside::Beside;
use super::lanes::Lanes;
use super::net::Net;
use crate::metrics::N_LANES;

/// Visits of an item or a wire for a small picture, and for a large one.
const WORK: usize = 95_000;
const MOST_WORK: usize = 500_000;

/// A pass goes once over all pairs. A small picture has so many at most, a large one so few, the largest the fewest.
const N_PASSES: [usize; 3] = [1_500, 200, 30];

/// How hot a run is at first: how many crossings more are often accepted.
#[derive(Clone, Copy)]
pub(super) enum Heat {
    /// Three, for a new start: what there was is molten.
    Hot,
    /// One, for what is good already.
    Warm,
}

impl Heat {
    /// In 256ths of a crossing, and the logarithm of how much more that is than the fifth of one at last, in 65,536ths.
    fn of(self) -> (i64, i64) {
        match self {
            Self::Hot => (768, 177_475),
            Self::Warm => (256, 105_476),
        }
    }
}

/// An order is straightened so often at most.
const N_STRAIGHT: usize = 12;

/// A run of fewer passes leads nowhere.
const LEAST_OF_RUN: usize = 40;
const MOST_RUNS: usize = 12;

/// How many runs, and the passes of each.
pub(super) fn runs(net: &Net) -> (usize, usize) {
    let n_passes = n_passes(net);
    let n_runs = (n_passes / LEAST_OF_RUN).clamp(1, MOST_RUNS);
    (n_runs, n_passes / n_runs)
}

/// How many passes there are for all runs together.
fn n_passes(net: &Net) -> usize {
    let [most, few, least] = N_PASSES;
    let size = (net.n_items + net.spans.len()).max(1);
    (WORK / size).clamp((MOST_WORK / size).clamp(least, few), most)
}

/// An order and its crossings.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) lanes: Lanes,
    pub(super) n_crossings: i64,
}

impl Found {
    pub(super) fn new(net: &Net, lanes: Lanes) -> Self {
        let n_crossings = i64::try_from(lanes.crossings(net)).unwrap_or(i64::MAX);
        Self { lanes, n_crossings }
    }
}

pub(super) struct Annealing<'a> {
    net: &'a Net,
    beside: Beside,
    random: Random,
    /// Places of the lane at work.
    slots: Vec<usize>,
    /// Items of lower numbers are cards that stay, each where it lies among the others.
    n_fixed: usize,
}

impl<'a> Annealing<'a> {
    pub(super) fn new(net: &'a Net) -> Self {
        Self { net, beside: Beside::default(), random: Random(1), slots: Vec::new(), n_fixed: 0 }
    }

    /// Of the places of wires, among cards that stay.
    pub(super) fn of_wires(net: &'a Net) -> Self {
        Self { n_fixed: net.n_cards, ..Self::new(net) }
    }

    /// Begins with an order and keeps the best on the way in `best`.
    pub(super) fn run(&mut self, begin: Found, best: &mut Found, heat: Heat, n_passes: usize) {
        let mut found = begin;
        let (mut heat, cooling) = heat.of();
        let step = cooling / i64::try_from(n_passes.max(1)).unwrap_or(i64::MAX);
        let kept = (1 << 16) - step + step * step / (1 << 17);
        let mut fine = heat << 16;
        let mut random = std::mem::replace(&mut self.random, Random(0));
        for pass in 0..n_passes {
            for lane in 0..N_LANES {
                let mut is_taken = |_, _, gain: i64| gain >= 0 || -gain << 16 <= heat * random.exponential();
                found.n_crossings -= self.pass(&mut found.lanes, lane, pass, &mut is_taken).0;
            }
            if found.n_crossings < best.n_crossings {
                best.clone_from(&found);
            }
            fine = (fine >> 16) * kept;
            heat = fine >> 16;
        }
        self.random = random;
    }

    /// Neighbours change places while fewer wires cross then.
    pub(super) fn quench(&mut self, lanes: &mut Lanes) {
        self.until_still(lanes, |_, _, _| Vec::new());
    }

    /// Where it costs nothing, what leads higher goes above what leads lower.
    pub(super) fn straighten(&mut self, lanes: &mut Lanes) {
        self.until_still(lanes, Lanes::wishes);
    }

    /// Passes over all lanes until nothing moves; ties are settled by where the items of a lane wish to lie.
    fn until_still(&mut self, lanes: &mut Lanes, wishes: fn(&Lanes, &Net, usize) -> Vec<Option<i64>>) {
        let net = self.net;
        for pass in 0..N_STRAIGHT {
            let mut has_moved = false;
            for lane in 0..N_LANES {
                let wishes = wishes(lanes, net, lane);
                let wish = |slot: usize| wishes.get(slot).copied().flatten();
                let is_tie_better = |a: usize, b: usize| wish(a).zip(wish(b)).is_some_and(|(a, b)| a > b);
                let mut is_taken = |a: usize, b: usize, gain: i64| gain > 0 || (gain == 0 && is_tie_better(a, b));
                has_moved |= self.pass(lanes, lane, pass, &mut is_taken).1;
            }
            if !has_moved {
                break;
            }
        }
    }

    /// Goes over the pairs of a lane, down and up by turns, and swaps those that are taken by their slots and their
    /// gain; gives back how many crossings are gone, and whether something moved.
    fn pass(
        &mut self,
        lanes: &mut Lanes,
        lane: usize,
        number: usize,
        is_taken: &mut dyn FnMut(usize, usize, i64) -> bool,
    ) -> (i64, bool) {
        let n_items = lanes.of(lane).len();
        let n_fixed = self.n_fixed;
        let is_fixed = |slot: usize| lanes.of(lane).get(slot).is_some_and(|it| *it < n_fixed);
        if n_items < 2 || (0..n_items).all(is_fixed) {
            return (0, false);
        }
        self.beside.fill(self.net, lanes, lane);
        self.slots.clear();
        self.slots.extend(0..n_items);
        let (mut gone, mut has_moved) = (0, false);
        for step in 1..n_items {
            let at = if number.is_multiple_of(2) { step } else { n_items - step };
            let Some([a, b]) = self.slots.get_mut(at - 1..=at) else { continue };
            if is_fixed(*a) && is_fixed(*b) {
                continue;
            }
            let gain = self.beside.excess(*a, *b);
            if is_taken(*a, *b, gain) {
                std::mem::swap(a, b);
                gone += gain;
                has_moved = true;
            }
        }
        if has_moved {
            let old = lanes.of(lane).to_vec();
            lanes.set(lane, self.slots.iter().map(|it| old.get(*it).copied().unwrap_or_default()));
        }
        (gone, has_moved)
    }
}

/// Splitmix64: numbers without a pattern, the same in every run.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let folded = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let folded = (folded ^ (folded >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        folded ^ (folded >> 31)
    }

    /// How often a coin falls on the same side, with a fraction, in 256ths.
    fn exponential(&mut self) -> i64 {
        let bits = self.draw() | 1;
        let whole = bits.leading_zeros();
        let fraction = bits.wrapping_shl(whole).wrapping_shl(1) >> 56;
        (i64::from(whole) << 8) + 256 - i64::try_from(fraction).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, layout};

    /// So many routes with two Services each, without any pattern.
    fn net(n_routes: u64) -> Net {
        let mut random = Random(5);
        let mut any = || random.draw() % n_routes;
        let chain = |it: u64| {
            let cards = format!("gateway g{it}\nroute r{it}\nservice s{it}\n");
            cards + &format!("g{} > r{it}\nr{it} > s{}\nr{it} > s{}\ng{it} > s{}\n", any(), any(), any(), any())
        };
        let text: String = (0..n_routes).map(chain).collect();
        let mut graph = fixture::graph(&text);
        let links = layout::links(&graph.nodes, &mut graph.edges);
        Net::new(&graph.nodes, &links)
    }

    #[test]
    fn the_count_that_is_kept_is_that_of_the_order() {
        let net = net(12);
        let begin = Found::new(&net, Lanes::new(&net, net.lanes.clone()));
        let mut best = begin.clone();
        Annealing::new(&net).run(begin.clone(), &mut best, Heat::Hot, 200);
        assert_eq!(Found::new(&net, best.lanes.clone()).n_crossings, best.n_crossings);
        assert!(best.n_crossings < begin.n_crossings / 2, "{} of {}", best.n_crossings, begin.n_crossings);
        let before = best.lanes.crossings(&net);
        Annealing::new(&net).straighten(&mut best.lanes);
        assert!(best.lanes.crossings(&net) <= before);
    }

    #[test]
    fn among_cards_that_stay_only_wires_move() {
        let net = net(12);
        let begin = Found::new(&net, Lanes::new(&net, net.lanes.clone()));
        let mut best = begin.clone();
        Annealing::of_wires(&net).run(begin.clone(), &mut best, Heat::Hot, 50);
        assert!(best.n_crossings < begin.n_crossings);
        let cards = |lanes: &Lanes| -> Vec<usize> {
            lanes.items.iter().flatten().copied().filter(|it| *it < net.n_cards).collect()
        };
        assert_eq!(cards(&best.lanes), cards(&begin.lanes));
    }

    #[test]
    fn the_work_is_bounded() {
        for n_routes in [1, 10, 100, 1000] {
            let net = net(n_routes);
            let (n_runs, n_passes) = runs(&net);
            let [most, _, least] = N_PASSES;
            assert!((1..=MOST_RUNS).contains(&n_runs));
            let n_visits = n_runs * n_passes * (net.n_items + net.spans.len());
            assert!(n_runs * n_passes <= most && (n_visits <= MOST_WORK || n_passes <= least), "{n_routes}");
        }
    }
}
