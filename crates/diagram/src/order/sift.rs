//! Sifting: a card is taken out of its lane and put back where its wires cross fewest others.
//!
//! Matuszewski, Schoenfeld and Molitor, "Using sifting for k-layer straightline crossing minimization" (1999).

use std::collections::BTreeMap;

use podpath_order::Order;

/// The rows that the wires of each card of a lane lead to, on both sides, sorted.
pub(super) struct Near(BTreeMap<usize, [Vec<i32>; 2]>);

impl Near {
    pub(super) fn of(cards: &[usize], sides: [&[Vec<usize>]; 2], rows: &[i32]) -> Self {
        let sorted = |card: usize| {
            sides.map(|side| {
                let mut found: Vec<i32> =
                    side.get(card).into_iter().flatten().map(|it| super::row(rows, *it)).collect();
                found.order();
                found
            })
        };
        Self(cards.iter().map(|it| (*it, sorted(*it))).collect())
    }
}

/// How many more wires cross when `a` lies above `b` than the other way round.
fn excess(a: &[Vec<i32>; 2], b: &[Vec<i32>; 2]) -> i64 {
    a.iter().zip(b).map(|(a, b)| inversions(a, b) - inversions(b, a)).sum()
}

/// Pairs of which the first lies below the second; both lists are sorted.
fn inversions(upper: &[i32], lower: &[i32]) -> i64 {
    let mut n_less = 0_usize;
    let mut sum = 0_usize;
    for row in upper {
        while lower.get(n_less).is_some_and(|it| it < row) {
            n_less += 1;
        }
        sum += n_less;
    }
    i64::try_from(sum).unwrap_or(i64::MAX)
}

/// Sifts each card of a stretch of a lane; says whether one moved.
pub(super) fn sift(cards: &mut [usize], near: &Near) -> bool {
    let mut has_moved = false;
    let mut order: Vec<usize> = cards.to_vec();
    order.order();
    for card in order {
        let Some(from) = cards.iter().position(|it| *it == card) else { continue };
        let to = best(cards, from, near);
        if from < to {
            if let Some(stretch) = cards.get_mut(from..=to) {
                stretch.rotate_left(1);
            }
        } else if let Some(stretch) = cards.get_mut(to..=from) {
            stretch.rotate_right(1);
        }
        has_moved |= from != to;
    }
    has_moved
}

/// The place with the fewest crossings; of equal ones the nearest.
fn best(cards: &[usize], from: usize, near: &Near) -> usize {
    let Some(own) = cards.get(from).and_then(|it| near.0.get(it)) else { return from };
    let (mut to, mut least) = (from, 0);
    let others = |it: &usize| near.0.get(it);
    let mut sum = 0;
    for (at, other) in cards.iter().enumerate().skip(from + 1) {
        let Some(other) = others(other) else { continue };
        sum += excess(other, own);
        if sum < least {
            (to, least) = (at, sum);
        }
    }
    sum = 0;
    for (at, other) in cards.iter().enumerate().take(from).rev() {
        let Some(other) = others(other) else { continue };
        sum += excess(own, other);
        if sum < least {
            (to, least) = (at, sum);
        }
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_goes_where_its_wires_cross_nothing() {
        let right = vec![vec![4], vec![3], vec![5], vec![]];
        let left = vec![Vec::new(); 4];
        let rows = [0, 1, 2, 0, 1, 2];
        let mut cards = [2, 0, 1];
        let near = Near::of(&cards, [&left, &right], &rows);
        assert!(sift(&mut cards, &near));
        assert_eq!(cards, [1, 0, 2]);
        assert!(!sift(&mut cards, &near));
    }
}
