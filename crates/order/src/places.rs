//! The order of things that are kept elsewhere by number: one compiled search for all types.

use std::cmp::Ordering;

/// The most numbers of a run; a longer one is cut in two, so that an insertion moves a bounded number of them.
const LONGEST: usize = 512;

/// Numbers in order, in runs. No run is empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    runs: Vec<Vec<u32>>,
}

/// A place among numbers in order.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    run: usize,
    at: usize,
}

impl Places {
    /// Where the number stands that compares as equal, or else where it would; O(log n).
    pub(crate) fn find(&self, compare: &dyn Fn(u32) -> Ordering) -> Result<(Place, u32), Place> {
        // The run whose first number is the last one that is not greater.
        let begins = |run: &Vec<u32>| run.first().is_some_and(|it| compare(*it).is_le());
        let run = self.runs.partition_point(begins).saturating_sub(1);
        let numbers = self.runs.get(run).map(Vec::as_slice).unwrap_or_default();
        match numbers.binary_search_by(|it| compare(*it)) {
            Ok(at) => Ok((Place { run, at }, numbers.get(at).copied().unwrap_or_default())),
            Err(at) => Err(Place { run, at }),
        }
    }

    /// Puts a number at a place.
    pub(crate) fn insert(&mut self, place: Place, number: u32) {
        let Some(run) = self.runs.get_mut(place.run) else { return self.runs.push(vec![number]) };
        run.insert(place.at.min(run.len()), number);
        if run.len() > LONGEST {
            // What grows at its end keeps full runs.
            let half = if place.at == LONGEST { LONGEST } else { LONGEST / 2 };
            let rest = run.split_off(half);
            self.runs.insert(place.run + 1, rest);
        }
    }

    /// Takes the number away that stands at a place.
    pub(crate) fn remove(&mut self, place: Place) {
        let Some(run) = self.runs.get_mut(place.run).filter(|it| place.at < it.len()) else { return };
        run.remove(place.at);
        if run.is_empty() {
            self.runs.remove(place.run);
        }
    }

    /// Gives the thing at a place another number.
    pub(crate) fn renumber(&mut self, place: Place, number: u32) {
        if let Some(it) = self.runs.get_mut(place.run).and_then(|it| it.get_mut(place.at)) {
            *it = number;
        }
    }

    /// The numbers from a place on.
    pub(crate) fn from(&self, place: Place) -> Walk<'_> {
        let mut runs = self.runs.get(place.run..).unwrap_or_default().iter();
        let first = runs.next().and_then(|it| it.get(place.at..)).unwrap_or_default();
        Walk { front: first.iter(), runs, back: [].iter() }
    }

    /// Where each number stands, counted from 0.
    pub(crate) fn ranks(&self) -> Vec<usize> {
        let mut ranks = vec![0; self.runs.iter().map(Vec::len).sum()];
        for (rank, number) in self.from(Place::default()).enumerate() {
            if let Some(it) = ranks.get_mut(number as usize) {
                *it = rank;
            }
        }
        ranks
    }

    /// True where the things stand in order by their numbers, as most do that came in order.
    pub(crate) fn is_counted(&self) -> bool {
        self.from(Place::default()).enumerate().all(|(rank, number)| rank == number as usize)
    }

    /// As many things, which stand in order by their numbers.
    pub(crate) fn counted(length: usize) -> Self {
        let numbers: Vec<u32> = (0..u32::try_from(length).unwrap_or(u32::MAX)).collect();
        Self { runs: numbers.chunks(LONGEST).map(<[u32]>::to_vec).collect() }
    }
}

/// Numbers in order, from both ends.
#[derive(Clone, Debug)]
pub(crate) struct Walk<'a> {
    front: std::slice::Iter<'a, u32>,
    runs: std::slice::Iter<'a, Vec<u32>>,
    back: std::slice::Iter<'a, u32>,
}

impl Iterator for Walk<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        loop {
            if let Some(number) = self.front.next() {
                return Some(*number);
            }
            match self.runs.next() {
                Some(run) => self.front = run.iter(),
                None => return self.back.next().copied(),
            }
        }
    }
}

impl DoubleEndedIterator for Walk<'_> {
    fn next_back(&mut self) -> Option<u32> {
        loop {
            if let Some(number) = self.back.next_back() {
                return Some(*number);
            }
            match self.runs.next_back() {
                Some(run) => self.back = run.iter(),
                None => return self.front.next_back().copied(),
            }
        }
    }
}
