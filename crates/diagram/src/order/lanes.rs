//! One order of all items, lane by lane, and how good it is.

use podpath_order::Order as _;

use super::net::Net;
use crate::metrics::N_LANES;

/// Means are compared in this fraction of a row.
const FINE: i64 = 1 << 20;

/// Whose places a sweep looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

impl Side {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// An order from top to bottom.
#[derive(Clone)]
pub(super) struct Lanes {
    pub(super) items: Vec<Vec<usize>>,
    /// The place of each item in its lane.
    pub(super) places: Vec<usize>,
}

impl Lanes {
    pub(super) fn new(net: &Net, items: Vec<Vec<usize>>) -> Self {
        let mut lanes = Self { items, places: vec![0; net.n_items] };
        (0..N_LANES).for_each(|lane| lanes.settle(lane));
        lanes
    }

    pub(super) fn of(&self, lane: usize) -> &[usize] {
        self.items.get(lane).map(Vec::as_slice).unwrap_or_default()
    }

    fn place(&self, item: usize) -> usize {
        self.places.get(item).copied().unwrap_or_default()
    }

    /// Puts the items of a lane in this order.
    pub(super) fn set(&mut self, lane: usize, order: impl Iterator<Item = usize>) {
        if let Some(it) = self.items.get_mut(lane) {
            it.clear();
            it.extend(order);
        }
        self.settle(lane);
    }

    fn settle(&mut self, lane: usize) {
        for (place, item) in self.items.get(lane).into_iter().flatten().enumerate() {
            if let Some(it) = self.places.get_mut(*item) {
                *it = place;
            }
        }
    }

    /// Twice the place that counts as row 0 of a lane: that of the line, else the middle.
    fn middle(&self, net: &Net, lane: usize) -> i64 {
        let pivot = net.pivots.get(lane).copied().flatten();
        let doubled = pivot.map_or(self.of(lane).len().saturating_sub(1), |it| 2 * self.place(it));
        i64::try_from(doubled).unwrap_or(i64::MAX)
    }

    /// Sorts each lane by the mean row of the neighbours on one side. A tie with the line keeps its side.
    pub(super) fn sweep(&mut self, net: &Net, side: Side) {
        for step in 1..N_LANES {
            match side {
                Side::Left => self.arrange(net, step, step - 1, side),
                Side::Right => self.arrange(net, N_LANES - 1 - step, N_LANES - step, side),
            }
        }
    }

    fn arrange(&mut self, net: &Net, lane: usize, beside: usize, side: Side) {
        let [left, right] = &net.near;
        let near = if side == Side::Left { left } else { right };
        let (own, other) = (self.middle(net, lane), self.middle(net, beside));
        let pivot = net.pivots.get(lane).copied().flatten();
        let key = |(item, place): (&usize, i64)| {
            let here = (2 * place - own) * FINE;
            let ends = near.of_item(*item);
            let sum: usize = ends.iter().map(|it| self.place(*it)).sum();
            let mean = match (i64::try_from(ends.len()), i64::try_from(sum)) {
                (Ok(n_ends @ 1..), Ok(sum)) => 2 * sum * FINE / n_ends - other * FINE,
                _ => here,
            };
            let is_lit = net.is_lit.get(*item).copied().unwrap_or_default();
            match pivot {
                Some(pivot) if pivot == *item => (1, 0, false, 0, *item),
                Some(_) if mean < 0 || (mean == 0 && here < 0) => (0, mean, is_lit, place, *item),
                Some(_) => (2, mean, !is_lit, place, *item),
                None => (0, mean, is_lit, place, *item),
            }
        };
        let mut keys: Vec<(u8, i64, bool, i64, usize)> = self.of(lane).iter().zip(0..).map(key).collect();
        keys.order();
        self.set(lane, keys.into_iter().map(|it| it.4));
    }

    /// Where the neighbours of each item of a lane lie on average; 0 for the line, nothing for what has no wires.
    pub(super) fn wishes(&self, net: &Net, lane: usize) -> Vec<Option<i64>> {
        let pivot = net.pivots.get(lane).copied().flatten();
        let [left, right] = &net.near;
        let before = lane.checked_sub(1).map_or(0, |it| self.middle(net, it));
        let after = self.middle(net, lane + 1);
        let wish = |item: &usize| {
            if Some(*item) == pivot {
                return Some(0);
            }
            let (mut sum, mut n_ends) = (0, 0);
            for (ends, middle) in [(left.of_item(*item), before), (right.of_item(*item), after)] {
                for end in ends {
                    sum += 2 * i64::try_from(self.place(*end)).unwrap_or(i64::MAX) - middle;
                    n_ends += 1;
                }
            }
            (n_ends > 0).then(|| sum * FINE / n_ends)
        };
        self.of(lane).iter().map(wish).collect()
    }

    /// Crossings first, then how far the wires go up and down.
    pub(super) fn cost(&self, net: &Net) -> (u64, u64) {
        let rows = self.rows(net);
        let row = |card: usize| rows.get(card).copied().unwrap_or_default();
        let heights = net.spans.iter().map(|it| u64::from(row(it.0).abs_diff(row(it.1))));
        (self.crossings(net), heights.sum())
    }

    /// Pairs of wires whose order on the right is not that on the left, by a Fenwick tree over the places on the right.
    pub(super) fn crossings(&self, net: &Net) -> u64 {
        let [_, right] = &net.near;
        let mut n_crossings = 0;
        for gap in 1..N_LANES {
            let mut tree = vec![0_u64; self.of(gap).len() + 1];
            let mut n_seen = 0;
            for item in self.of(gap - 1) {
                let ends = right.of_item(*item);
                n_crossings += ends.iter().map(|it| n_seen - sum(&tree, self.place(*it) + 1)).sum::<u64>();
                for end in ends {
                    add(&mut tree, self.place(*end) + 1);
                    n_seen += 1;
                }
            }
        }
        n_crossings
    }

    /// The rows of the cards: from the line, else from the middle of their lane.
    pub(super) fn rows(&self, net: &Net) -> Vec<i32> {
        let mut rows = vec![0; net.n_cards];
        for (items, pivot) in self.items.iter().zip(net.pivots) {
            let cards = || items.iter().filter(|it| **it < net.n_cards || Some(**it) == pivot);
            let line = cards().position(|it| Some(*it) == pivot).unwrap_or(cards().count() / 2);
            let first = i32::try_from(line).map_or(i32::MIN, |it| -it);
            for (card, row) in cards().zip(first..) {
                if let Some(it) = rows.get_mut(*card) {
                    *it = row;
                }
            }
        }
        rows
    }
}

/// How many lie at this place or before.
fn sum(tree: &[u64], mut place: usize) -> u64 {
    let mut total = 0;
    while place > 0 {
        total += tree.get(place).copied().unwrap_or_default();
        place &= place - 1;
    }
    total
}

fn add(tree: &mut [u64], mut place: usize) {
    while let Some(count) = tree.get_mut(place) {
        *count += 1;
        place += place & place.wrapping_neg();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, layout};

    fn crossings(text: &str) -> u64 {
        let mut graph = fixture::graph(text);
        let links = layout::links(&graph.nodes, &mut graph.edges);
        let net = Net::new(&graph.nodes, &links);
        Lanes::new(&net, net.lanes.clone()).crossings(&net)
    }

    #[test]
    fn crossings_of_small_known_graphs() {
        let cards = "route a\nroute b\nroute c\nservice x\nservice y\nservice z\n";
        let complete = "a > x\na > y\na > z\nb > x\nb > y\nb > z\nc > x\nc > y\nc > z";
        for (wires, expected) in [
            ("", 0),
            ("a > x\nb > y", 0),
            ("a > y\nb > x", 1),
            ("a > z\nb > y\nc > x", 3),
            ("a > x\na > y\nb > y", 0),
            (complete, 9),
        ] {
            assert_eq!(crossings(&format!("{cards}{wires}")), expected, "{wires}");
        }
    }

    #[test]
    fn a_wire_over_several_lanes_has_a_place_in_each() {
        let text = "gateway g\nroute a\nservice x\npod p\npod q\na > x\nx > p\ng > q\n";
        assert_eq!(crossings(text), 0);
        assert_eq!(crossings(&format!("{text}gateway h\nh > a")), 1);
    }
}
