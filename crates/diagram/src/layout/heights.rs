//! How high a wire over several lanes runs through each of them: between the same cards as its order says.
//!
//! Invariant: wires that lie in one aisle keep their order; those that leave or reach one card may lie on each other.

use podpath_protocol::EdgeState;

use super::board::Board;
use crate::metrics::N_LANES;
use crate::order::{Link, Stop};

/// Between two wires in one aisle.
const STEP: f64 = 3.0;

/// Of each link, its height in each lane that it passes.
pub(super) struct Heights(Vec<[Option<f64>; N_LANES]>);

impl Heights {
    pub(super) fn get(&self, link: usize, lane: usize) -> Option<f64> {
        self.0.get(link)?.get(lane).copied().flatten()
    }

    fn set(&mut self, link: usize, lane: usize, height: f64) {
        if let Some(it) = self.0.get_mut(link).and_then(|it| it.get_mut(lane)) {
            *it = Some(height);
        }
    }
}

/// The heights of all wires that pass lanes, `ends` being those at which they arrive.
pub(super) fn heights(board: &Board, links: &[Link], ends: &[f64], lanes: &[Vec<Stop>]) -> Heights {
    let heights = Heights(vec![[None; N_LANES]; links.len()]);
    let mut passages = Passages { board, links, ends, heights };
    for (lane, stops) in lanes.iter().enumerate() {
        let mut waiting = Vec::new();
        let mut upper = None;
        for stop in stops {
            match stop {
                Stop::Wire(link) => waiting.push(*link),
                Stop::Card(card) => {
                    let frame = board.frame_of(*card);
                    passages.share(&Aisle::between(board, upper, Some(frame.top)), lane, &waiting);
                    waiting.clear();
                    upper = Some(frame.bottom());
                }
            }
        }
        passages.share(&Aisle::between(board, upper, None), lane, &waiting);
    }
    passages.heights
}

struct Passages<'a> {
    board: &'a Board,
    links: &'a [Link],
    ends: &'a [f64],
    heights: Heights,
}

impl Passages<'_> {
    /// Lays these wires into an aisle of a lane.
    fn share(&mut self, aisle: &Aisle, lane: usize, wires: &[usize]) {
        let mut passing: Vec<Passing> = wires.iter().filter_map(|it| self.passing(aisle, lane, *it)).collect();
        aisle.spread(&mut passing, self.links);
        for it in &passing {
            self.heights.set(it.link, lane, it.height);
        }
    }

    /// Where a wire would lie if it were alone: level with its end, else as high as in the lane before.
    fn passing(&self, aisle: &Aisle, lane: usize, link: usize) -> Option<Passing> {
        let (it, end) = (self.links.get(link)?, *self.ends.get(link)?);
        let before = lane.checked_sub(1).and_then(|lane| self.heights.get(link, lane));
        let before = before.unwrap_or_else(|| self.board.frame_of(it.from).middle());
        let wish = [end, before].into_iter().find(|it| aisle.low <= *it && *it <= aisle.high);
        let is_fixed = wish.is_some() && it.state != EdgeState::Off;
        Some(Passing { link, height: wish.unwrap_or(end.max(aisle.low).min(aisle.high)), is_fixed })
    }
}

/// A wire in an aisle.
struct Passing {
    link: usize,
    height: f64,
    /// The path, which keeps its height.
    is_fixed: bool,
}

/// What lies free between two cards of a lane.
struct Aisle {
    low: f64,
    high: f64,
    /// How far it may be left when there are many wires.
    margin: f64,
}

impl Aisle {
    fn between(board: &Board, upper: Option<f64>, lower: Option<f64>) -> Self {
        let margin = (board.metrics.pitch - board.metrics.card) / 2.0;
        let top = upper.unwrap_or(board.metrics.top - 2.0 * margin);
        let bottom = lower.unwrap_or(board.last_bottom() + 2.0 * margin);
        let margin = margin.min((bottom - top) / 2.0).max(0.0);
        Self { low: top + margin, high: bottom - margin, margin }
    }

    /// Lets those that would lie on each other or in the wrong order give way.
    fn spread(&self, passing: &mut [Passing], links: &[Link]) {
        let ends = |it: &Passing| links.get(it.link).map(|it| (it.from, it.to));
        let is_apart = |pair: &[Passing]| match pair {
            [a, b] => ends(a).zip(ends(b)).is_some_and(|(a, b)| a.0 != b.0 && a.1 != b.1),
            _ => false,
        };
        let apart: Vec<bool> = passing.windows(2).map(is_apart).collect();
        let n_apart = apart.iter().filter(|it| **it).count();
        let n_apart = u32::try_from(n_apart).map_or(f64::MAX, f64::from);
        let step = STEP.min((self.high - self.low + self.margin) / n_apart.max(1.0));
        let more = ((step * n_apart - (self.high - self.low)) / 2.0).max(0.0);
        let room = |is_apart: bool| if is_apart { step } else { 0.0 };
        let mut least = self.low - more;
        for (it, is_apart) in passing.iter_mut().zip(apart.iter().chain([&false])) {
            it.height = if it.is_fixed { it.height } else { it.height.max(least) };
            least = it.height + room(*is_apart);
        }
        let mut most = self.high + more;
        for (it, is_apart) in passing.iter_mut().rev().zip(apart.iter().rev().chain([&false])) {
            it.height = if it.is_fixed { it.height } else { it.height.min(most) };
            most = it.height - room(*is_apart);
        }
    }
}

#[cfg(test)]
mod tests {
    use podpath_order::OrdMap;

    use podpath_protocol::{Graph, Size};

    use crate::{fixture, layout};

    fn laid(text: &str) -> Graph {
        let mut graph = fixture::graph(text);
        layout(&mut graph, Size::Wide, &OrdMap::new());
        graph
    }

    /// The heights of the level stretches of a wire.
    fn levels(graph: &Graph, from: &str, to: &str) -> Vec<String> {
        let edge = graph.edges.iter().find(|it| it.from == from && it.to == to).unwrap();
        let level = edge.points.windows(2).filter(|it| it[0].0.to_bits() != it[1].0.to_bits());
        level.map(|it| it[0].1.to_string()).collect()
    }

    #[test]
    fn wires_in_one_aisle_lie_beside_each_other_in_their_order() {
        let text = "route a\nroute b\nservice x\nservice y\npod p\npod q\na > x\nb > y\nx > p\ny > q\n";
        let graph = laid(&format!("{text}a > q\nb > p"));
        assert_eq!(levels(&graph, "a", "q"), ["77", "121.5", "163"]);
        assert_eq!(levels(&graph, "b", "p"), ["163", "118.5", "77"]);
    }

    #[test]
    fn a_path_over_lanes_without_its_cards_is_straight() {
        let graph = laid("client c on 1\ngateway g on 2\nroute r\nservice s on 3\nc > g on\ng > r\nr > s\ng > s on");
        assert_eq!(levels(&graph, "c", "g").len(), 1);
        assert_eq!(levels(&graph, "g", "s").len(), 1);
    }
}
