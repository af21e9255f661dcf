//! Sorting and ordered collections in little code.
//!
//! The sort of the standard library is compiled anew for every type, 5 KB of WebAssembly each; so are its ordered
//! collections. Here positions are sorted, by one compiled sort for all types, and so are the collections.

mod json;
mod map;
mod places;
mod set;

use std::cmp::Ordering;

pub use map::{Entry, Iter, OrdMap};
pub use set::OrdSet;

/// Stable sorting of a slice, O(n log n).
pub trait Order {
    /// What it holds.
    type Item;

    /// Sorts by a comparison.
    fn order_by(&mut self, compare: impl Fn(&Self::Item, &Self::Item) -> Ordering);

    /// Sorts by a key, which is asked once of each item.
    fn order_by_key<K: Ord>(&mut self, key: impl Fn(&Self::Item) -> K);

    /// Sorts by the items' own order.
    fn order(&mut self)
    where
        Self::Item: Ord,
    {
        self.order_by(Ord::cmp);
    }
}

impl<T> Order for [T] {
    type Item = T;

    fn order_by(&mut self, compare: impl Fn(&T, &T) -> Ordering) {
        let places = {
            let items = &*self;
            places(items.len(), &|a, b| match (items.get(a), items.get(b)) {
                (Some(a), Some(b)) => compare(a, b),
                _ => Ordering::Equal,
            })
        };
        arrange(places, &mut |a, b| self.swap(a, b));
    }

    fn order_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        let keys: Vec<K> = self.iter().map(key).collect();
        let places = places(keys.len(), &|a, b| keys.get(a).cmp(&keys.get(b)));
        arrange(places, &mut |a, b| self.swap(a, b));
    }
}

/// Where each item goes.
fn places(length: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_by(|a, b| compare(*a, *b));
    let mut places = vec![0; length];
    for (place, from) in order.into_iter().enumerate() {
        if let Some(it) = places.get_mut(from) {
            *it = place;
        }
    }
    places
}

/// Swaps until each item is at its place: at most one swap for each.
fn arrange(mut places: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for at in 0..places.len() {
        while let Some(place) = places.get(at).copied().filter(|it| *it != at) {
            swap(at, place);
            places.swap(at, place);
        }
    }
}

/// Collecting into what is ordered.
pub trait Gather: Iterator + Sized {
    /// Like `collect`, one item after the other.
    fn gather<C: Default + Extend<Self::Item>>(self) -> C {
        let mut gathered = C::default();
        gathered.extend(self);
        gathered
    }
}

impl<I: Iterator> Gather for I {}

/// A map of a few pairs.
pub fn map<K: Ord, V>(pairs: impl IntoIterator<Item = (K, V)>) -> OrdMap<K, V> {
    pairs.into_iter().gather()
}

/// A set of a few items.
pub fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> OrdSet<T> {
    items.into_iter().gather()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Numbers that stand for chance.
    fn numbers() -> impl FnMut(u32) -> u32 {
        let mut number = 1_u32;
        move |below| {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (number >> 8) % below
        }
    }

    #[test]
    fn a_map_is_what_the_standard_library_s_is() {
        let mut next = numbers();
        for size in [1, 3, 40, 700, 5_000] {
            let (mut map, mut expected) = (OrdMap::new(), BTreeMap::new());
            for step in 0..size * 3 {
                let key = next(size);
                match next(5) {
                    0 => assert_eq!(map.remove(&key), expected.remove(&key)),
                    1 => *map.entry(key).or_default() += step,
                    _ => assert_eq!(map.insert(key, step), expected.insert(key, step)),
                }
                if let Some(it) = map.get(&key) {
                    expected.insert(key, *it);
                }
                assert_eq!(map.len(), expected.len());
            }
            map.retain(|key, value| (*key + *value) % 3 > 0);
            expected.retain(|key, value| (*key + *value) % 3 > 0);
            assert!(map.iter().eq(&expected), "{size}");
            assert!(map.iter().rev().eq(expected.iter().rev()), "{size}");
            let from = next(size);
            assert!(map.starting_at(&from).eq(expected.range(from..)), "{size}");
            for (ours, its) in map.values_mut().zip(expected.values_mut()) {
                *ours += 1;
                *its += 1;
            }
            assert!(map.into_iter().eq(expected), "{size}");
        }
    }

    #[test]
    fn equal_keys_keep_their_order() {
        let mut items = [(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        items.order_by_key(|it| it.0);
        assert_eq!(items, [(0, 'd'), (1, 'b'), (1, 'e'), (2, 'a'), (2, 'c')]);
    }

    #[test]
    fn it_sorts_as_the_standard_library_does() {
        let mut next = numbers();
        for length in 0..200 {
            let mut items: Vec<u32> = (0..length).map(|_| next(64)).collect();
            let mut expected = items.clone();
            expected.sort_unstable();
            items.order();
            assert_eq!(items, expected);
        }
    }

    #[test]
    fn of_equal_keys_the_last_value_stays() {
        assert_eq!(map([(1, 'a'), (2, 'b'), (1, 'c')]).into_iter().collect::<Vec<_>>(), [(1, 'c'), (2, 'b')]);
    }
}
