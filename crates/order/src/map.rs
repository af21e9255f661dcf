//! An ordered map in little code.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;

use crate::arrange;
use crate::places::{Place, Places, Walk};

/// A map in the order of its keys, with the interface of the standard library's `BTreeMap` as far as it is used.
///
/// That one is compiled anew for every pair of types, some 6 KB of WebAssembly each, a sixth of the whole. Here the pairs
/// stand in the order in which they came, and one compiled search keeps the order of their numbers. Look-ups and insertions
/// take O(log n).
#[derive(Clone)]
pub struct OrdMap<K, V> {
    pairs: Vec<(K, V)>,
    places: Places,
}

impl<K, V> OrdMap<K, V> {
    /// Nothing.
    pub fn new() -> Self {
        Self { pairs: Vec::new(), places: Places::default() }
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The pairs in order.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { pairs: &self.pairs, walk: self.places.from(Place::default()) }
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + Clone {
        self.iter().map(|it| it.0)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + Clone {
        self.iter().map(|it| it.1)
    }

    /// The pairs in order, to change the values.
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        self.settle();
        IterMut(self.pairs.iter_mut())
    }

    /// The values in the order of their keys, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.iter_mut().map(|it| it.1)
    }

    /// The values in the order of their keys.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> {
        self.into_iter().map(|it| it.1)
    }

    /// Keeps the pairs of which this is true.
    pub fn retain(&mut self, mut keeps: impl FnMut(&K, &mut V) -> bool) {
        self.settle();
        let before = self.pairs.len();
        self.pairs.retain_mut(|(key, value)| keeps(key, value));
        if self.pairs.len() < before {
            self.places = Places::counted(self.pairs.len());
        }
    }

    /// Brings the pairs themselves into order.
    fn settle(&mut self) {
        if self.places.is_counted() {
            return;
        }
        let pairs = &mut self.pairs;
        arrange(self.places.ranks(), &mut |a, b| pairs.swap(a, b));
        self.places = Places::counted(self.pairs.len());
    }
}

impl<K: Ord, V> OrdMap<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<(Place, u32), Place>
    where
        K: Borrow<Q>,
    {
        self.places.find(&|number| {
            self.pairs.get(number as usize).map_or(Ordering::Equal, |(known, _)| known.borrow().cmp(key))
        })
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let (_, number) = self.find(key).ok()?;
        self.pairs.get(number as usize).map(|it| &it.1)
    }

    /// The value of a key, to change it.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (_, number) = self.find(key).ok()?;
        self.pairs.get_mut(number as usize).map(|it| &mut it.1)
    }

    /// True where the key is there.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Gives a key a value, and returns the one that it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok((_, number)) => {
                let known = self.pairs.get_mut(number as usize)?;
                Some(std::mem::replace(&mut known.1, value))
            }
            Err(place) => {
                self.push(place, (key, value));
                None
            }
        }
    }

    fn push(&mut self, place: Place, pair: (K, V)) -> u32 {
        let number = u32::try_from(self.pairs.len()).unwrap_or(u32::MAX);
        self.places.insert(place, number);
        self.pairs.push(pair);
        number
    }

    /// Takes a key away, and returns its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (place, number) = self.find(key).ok()?;
        // The last pair takes the number of the one that goes.
        let last = self.pairs.last().and_then(|it| self.find(it.0.borrow()).ok());
        if let Some((last, _)) = last {
            self.places.renumber(last, number);
        }
        self.places.remove(place);
        Some(self.pairs.swap_remove(number as usize).1)
    }

    /// The place of a key, to look at its value or to give it one.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        match self.find(&key) {
            Ok((_, number)) => Entry { map: self, found: Ok(number), key },
            Err(place) => Entry { map: self, found: Err(place), key },
        }
    }

    /// The pairs from a key on, in order.
    pub fn starting_at<Q: Ord + ?Sized>(&self, key: &Q) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let start = self.find(key).map_or_else(|place| place, |it| it.0);
        Iter { pairs: &self.pairs, walk: self.places.from(start) }
    }
}

/// The place of a key in a map.
pub struct Entry<'a, K, V> {
    map: &'a mut OrdMap<K, V>,
    found: Result<u32, Place>,
    key: K,
}

impl<'a, K: Ord, V> Entry<'a, K, V> {
    /// The value, or else this one.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// The value, or else its type's own.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// The value, or else one that is made now.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        let Self { map, found, key } = self;
        let number = match found {
            Ok(number) => number,
            Err(place) => map.push(place, (key, make())),
        };
        map.value(number)
    }

    /// The value if this is true of it, or else one that is made now.
    pub fn or_renew(self, is_fresh: impl FnOnce(&V) -> bool, make: impl FnOnce() -> V) -> &'a mut V {
        let Self { map, found, key } = self;
        let number = match found {
            Ok(number) => {
                if !is_fresh(map.value(number)) {
                    *map.value(number) = make();
                }
                number
            }
            Err(place) => map.push(place, (key, make())),
        };
        map.value(number)
    }
}

impl<K, V> OrdMap<K, V> {
    #[expect(clippy::indexing_slicing, reason = "numbers are given out for pairs that stand there")]
    fn value(&mut self, number: u32) -> &mut V {
        &mut self.pairs[number as usize].1
    }
}

/// Pairs in order.
pub struct Iter<'a, K, V> {
    pairs: &'a [(K, V)],
    walk: Walk<'a>,
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self { pairs: self.pairs, walk: self.walk.clone() }
    }
}

impl<'a, K, V> Iter<'a, K, V> {
    fn pair(&self, number: u32) -> Option<(&'a K, &'a V)> {
        self.pairs.get(number as usize).map(|(key, value)| (key, value))
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        let number = self.walk.next()?;
        self.pair(number)
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let number = self.walk.next_back()?;
        self.pair(number)
    }
}

/// Pairs in order, to change the values.
pub struct IterMut<'a, K, V>(std::slice::IterMut<'a, (K, V)>);

impl<'a, K, V> Iterator for IterMut<'a, K, V> {
    type Item = (&'a K, &'a mut V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (&*key, value))
    }
}

impl<'a, K, V> IntoIterator for &'a OrdMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<'a, K, V> IntoIterator for &'a mut OrdMap<K, V> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    fn into_iter(self) -> IterMut<'a, K, V> {
        self.iter_mut()
    }
}

impl<K, V> IntoIterator for OrdMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(mut self) -> Self::IntoIter {
        self.settle();
        self.pairs.into_iter()
    }
}

impl<K: Ord, V> Extend<(K, V)> for OrdMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        for (key, value) in pairs {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for OrdMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut map = Self::new();
        map.extend(pairs);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for OrdMap<K, V> {
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<K, V> Default for OrdMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for OrdMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for OrdMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

impl<K: Eq, V: Eq> Eq for OrdMap<K, V> {}

impl<K: Ord, V: Ord> Ord for OrdMap<K, V> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other)
    }
}

impl<K: PartialOrd, V: PartialOrd> PartialOrd for OrdMap<K, V> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.iter().partial_cmp(other)
    }
}
