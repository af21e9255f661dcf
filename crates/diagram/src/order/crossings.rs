//! How many wires cross, gap by gap.

use crate::metrics::N_LANES;
use podpath_order::Order;

/// A wire by the cards at its ends and their columns; `first` is less than `last`.
pub(super) struct Span {
    pub(super) left: usize,
    pub(super) right: usize,
    pub(super) first: usize,
    pub(super) last: usize,
}

/// Crossings of all wires. A wire over several lanes changes its row in its first gap.
pub(super) fn crossings(spans: &[Span], rows: &[i32]) -> u64 {
    let row = |card: usize| rows.get(card).copied().unwrap_or_default();
    let in_gap = |gap: usize| {
        let wires = spans.iter().filter(move |it| it.first < gap && gap <= it.last);
        wires.map(move |it| (if it.first + 1 == gap { row(it.left) } else { row(it.right) }, row(it.right)))
    };
    (1..N_LANES).map(|gap| inversions(&mut in_gap(gap).collect::<Vec<_>>())).sum()
}

/// Pairs of wires whose order on the right is not that on the left, by a Fenwick tree over the rows on the right.
fn inversions(wires: &mut [(i32, i32)]) -> u64 {
    wires.order();
    let rights = || wires.iter().map(|it| it.1);
    let (Some(top), Some(bottom)) = (rights().min(), rights().max()) else { return 0 };
    let place = |right: i32| usize::try_from(right.abs_diff(top)).unwrap_or_default() + 1;
    let mut tree = vec![0_u64; place(bottom) + 1];
    let mut n_inversions = 0;
    for (right, n_seen) in rights().zip(0_u64..) {
        n_inversions += n_seen - sum(&tree, place(right));
        add(&mut tree, place(right));
    }
    n_inversions
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

    #[test]
    fn crossings_of_small_known_graphs() {
        let complete: Vec<(i32, i32)> = (0..3).flat_map(|left| (0..3).map(move |right| (left, right))).collect();
        for (mut wires, expected) in [
            (vec![], 0),
            (vec![(0, 0), (1, 1)], 0),
            (vec![(0, 1), (1, 0)], 1),
            (vec![(-1, 1), (0, 0), (1, -1)], 3),
            (vec![(0, 0), (0, 1), (1, 1)], 0),
            (complete, 9),
        ] {
            assert_eq!(inversions(&mut wires), expected, "{wires:?}");
        }
    }

    #[test]
    fn a_wire_over_several_lanes_crosses_in_its_first_gap() {
        let spans = [Span { left: 0, right: 1, first: 1, last: 3 }, Span { left: 2, right: 3, first: 1, last: 2 }];
        assert_eq!(crossings(&spans, &[0, 1, 1, 0]), 1);
        assert_eq!(crossings(&spans, &[0, 0, 1, 1]), 0);
    }
}
