//! What two items of a lane cost in either order, while the lanes beside it stay as they are.

use super::lanes::Lanes;
use super::net::Net;

/// Longer lists are merged instead of compared pair by pair.
const SHORT: usize = 12;

/// The places that the wires of each item of a lane lead to, on both sides, each list sorted.
#[derive(Default)]
pub(super) struct Beside([Ends; 2]);

#[derive(Default)]
struct Ends {
    /// Of each item, where its list begins and that of the one before ends.
    ends: Vec<usize>,
    places: Vec<i32>,
}

impl Ends {
    fn of(&self, slot: usize) -> &[i32] {
        match self.ends.get(slot..slot + 2) {
            Some([from, until]) => self.places.get(*from..*until).unwrap_or_default(),
            _ => &[],
        }
    }
}

impl Beside {
    /// Of the lane with this number. Its items go by their slots, which are their places now.
    pub(super) fn fill(&mut self, net: &Net, lanes: &Lanes, lane: usize) {
        let [left, right] = &net.near;
        let [on_left, on_right] = &mut self.0;
        let before = lane.checked_sub(1).map(|it| lanes.of(it)).unwrap_or_default();
        for (ends, near, back, other) in [(on_left, left, right, before), (on_right, right, left, lanes.of(lane + 1))] {
            ends.ends.clear();
            ends.ends.push(0);
            let mut sum = 0;
            // Each end stands where its list begins, until the list is filled.
            for item in lanes.of(lane) {
                ends.ends.push(sum);
                sum += near.of_item(*item).len();
            }
            ends.places.clear();
            ends.places.resize(sum, 0);
            for (item, place) in other.iter().zip(0..) {
                for own in back.of_item(*item) {
                    let slot = lanes.places.get(*own).copied().unwrap_or_default();
                    let Some(next) = ends.ends.get_mut(slot + 1) else { continue };
                    if let Some(it) = ends.places.get_mut(*next) {
                        *it = place;
                    }
                    *next += 1;
                }
            }
        }
    }

    /// How many more wires cross when the item of slot `a` lies above that of slot `b`.
    pub(super) fn excess(&self, a: usize, b: usize) -> i64 {
        self.0.iter().map(|it| excess(it.of(a), it.of(b))).sum()
    }
}

/// Pairs of which the first lies below the second, less those where it lies above; both lists are sorted.
fn excess(upper: &[i32], lower: &[i32]) -> i64 {
    if upper.len() * lower.len() > SHORT {
        return inversions(upper, lower) - inversions(lower, upper);
    }
    let against = |a: &i32| lower.iter().map(|b| i64::from(a > b) - i64::from(a < b)).sum::<i64>();
    upper.iter().map(against).sum()
}

/// Pairs of which the first lies below the second.
fn inversions(upper: &[i32], lower: &[i32]) -> i64 {
    let (mut n_less, mut sum) = (0, 0);
    let mut rest = lower.iter().peekable();
    for row in upper {
        while rest.next_if(|it| *it < row).is_some() {
            n_less += 1;
        }
        sum += n_less;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_counting_agree() {
        let lists: [&[i32]; 5] = [&[], &[3], &[1, 1, 4], &[0, 2, 4, 6, 8], &[5, 5, 5, 7]];
        for a in lists {
            for b in lists {
                let merged = inversions(a, b) - inversions(b, a);
                assert_eq!(excess(a, b), merged, "{a:?} {b:?}");
                let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
                assert_eq!(merged, pairs.map(|(a, b)| i64::from(a > b) - i64::from(a < b)).sum::<i64>());
            }
        }
    }
}
