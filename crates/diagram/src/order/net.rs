//! What is put in order: the cards of each lane, and the places where wires over several lanes run through it.
//!
//! Invariant: every wire here joins two neighbouring lanes.

use podpath_order::OrdSet;
use podpath_protocol::{EdgeState, Node};

use super::{Link, line};
use crate::metrics::{N_LANES, column};

/// What stays the same while orders are tried. Items are the cards by their numbers, then the places of wires.
pub(super) struct Net {
    /// The items of each lane, in source order: the first half of the cards, those that the request reaches, the rest.
    pub(super) lanes: Vec<Vec<usize>>,
    /// The neighbours on the left, and those on the right.
    pub(super) near: [Near; 2],
    /// What lies on the line of the path in each lane; nothing where there is no path.
    pub(super) pivots: [Option<usize>; N_LANES],
    pub(super) n_cards: usize,
    pub(super) n_items: usize,
    /// Whether the request reaches a card.
    pub(super) is_lit: Vec<bool>,
    /// The link of each item, for places of wires.
    pub(super) links: Vec<Option<usize>>,
    /// The cards at the ends of each wire.
    pub(super) spans: Vec<(usize, usize)>,
}

/// The neighbours of all items on one side, one list after the other.
pub(super) struct Near {
    ends: Vec<usize>,
    items: Vec<usize>,
}

impl Near {
    /// Of so many items, by pairs of an item and its neighbour.
    pub(super) fn of(n_items: usize, pairs: impl Iterator<Item = (usize, usize)> + Clone) -> Self {
        let mut ends = vec![0; n_items + 1];
        for (item, _) in pairs.clone() {
            if let Some(it) = ends.get_mut(item + 1) {
                *it += 1;
            }
        }
        let mut sum = 0;
        for it in &mut ends {
            sum += *it;
            *it = sum;
        }
        let mut next = ends.clone();
        let mut items = vec![0; sum];
        for (item, other) in pairs {
            let Some(at) = next.get_mut(item) else { continue };
            if let Some(it) = items.get_mut(*at) {
                *it = other;
            }
            *at += 1;
        }
        Self { ends, items }
    }

    pub(super) fn of_item(&self, item: usize) -> &[usize] {
        match self.ends.get(item..item + 2) {
            Some([from, until]) => self.items.get(*from..*until).unwrap_or_default(),
            _ => &[],
        }
    }
}

impl Net {
    /// With the path on a line of its own.
    pub(super) fn new(nodes: &[Node], links: &[Link]) -> Self {
        Self::with_line(nodes, links, &line::line(nodes, links))
    }

    /// Where the cards have their places already, so that the path is like all else.
    pub(super) fn without_line(nodes: &[Node], links: &[Link]) -> Self {
        Self::with_line(nodes, links, &OrdSet::new())
    }

    fn with_line(nodes: &[Node], links: &[Link], on_line: &OrdSet<usize>) -> Self {
        let is_lit: Vec<bool> = nodes.iter().map(line::is_lit).collect();
        let lanes = lanes(nodes, &is_lit, on_line);
        let mut building = Building { lanes, links: vec![None; nodes.len()], wires: Vec::new() };
        let pivots = building.pivots(nodes, on_line);
        let spans = links.iter().enumerate().filter_map(|(idx, it)| Some((idx, span(nodes, it)?)));
        let spans: Vec<(usize, Span)> = spans.collect();
        for (link, span) in &spans {
            let is_line = on_line.contains(&span.left) && on_line.contains(&span.right);
            building.wire(*link, span, if is_line { pivots } else { [None; N_LANES] });
        }
        let Building { lanes, links, wires } = building;
        let n_items = links.len();
        let left = Near::of(n_items, wires.iter().map(|it| (it.1, it.0)));
        let right = Near::of(n_items, wires.iter().copied());
        let spans = spans.iter().map(|(_, it)| (it.left, it.right)).collect();
        Self { lanes, near: [left, right], pivots, n_cards: nodes.len(), n_items, is_lit, links, spans }
    }
}

/// A wire by the cards at its ends and their columns; `first` is less than `last`.
struct Span {
    left: usize,
    right: usize,
    first: usize,
    last: usize,
}

/// The cards on the left and on the right of a wire, as far as it counts.
pub(super) fn ends(nodes: &[Node], link: &Link) -> Option<(usize, usize)> {
    span(nodes, link).map(|it| (it.left, it.right))
}

/// A wire from left to right; none inside one lane and none back to the client.
fn span(nodes: &[Node], link: &Link) -> Option<Span> {
    let (from, to) = (column(nodes.get(link.from)?.lane), column(nodes.get(link.to)?.lane));
    let is_back = link.state == EdgeState::Redirect || from == to;
    let span = if from < to {
        Span { left: link.from, right: link.to, first: from, last: to }
    } else {
        Span { left: link.to, right: link.from, first: to, last: from }
    };
    (!is_back).then_some(span)
}

/// The cards of each lane: half of those beside the path above it.
fn lanes(nodes: &[Node], is_lit: &[bool], on_line: &OrdSet<usize>) -> Vec<Vec<usize>> {
    let mut lanes = vec![<[Vec<usize>; 3]>::default(); N_LANES];
    for (idx, (node, is_lit)) in nodes.iter().zip(is_lit).enumerate() {
        let Some([line, lit, unlit]) = lanes.get_mut(column(node.lane)) else { continue };
        let group = if on_line.contains(&idx) {
            line
        } else if *is_lit {
            lit
        } else {
            unlit
        };
        group.push(idx);
    }
    let stacked = |[line, lit, unlit]: [Vec<usize>; 3]| {
        let (above, below) = unlit.split_at(unlit.len() / 2);
        [above, &line, &lit, below].concat()
    };
    lanes.into_iter().map(stacked).collect()
}

struct Building {
    lanes: Vec<Vec<usize>>,
    links: Vec<Option<usize>>,
    wires: Vec<(usize, usize)>,
}

impl Building {
    fn item(&mut self, link: Option<usize>) -> usize {
        self.links.push(link);
        self.links.len() - 1
    }

    /// Where a path passes a lane without a card, it has a place of its own in the middle.
    fn pivots(&mut self, nodes: &[Node], on_line: &OrdSet<usize>) -> [Option<usize>; N_LANES] {
        let mut pivots = [None; N_LANES];
        for card in on_line {
            if let Some(it) = nodes.get(*card).and_then(|it| pivots.get_mut(column(it.lane))) {
                *it = Some(*card);
            }
        }
        for (lane, it) in pivots.iter_mut().enumerate().filter(|(_, it)| it.is_none() && !on_line.is_empty()) {
            let place = self.item(None);
            *it = Some(place);
            if let Some(lane) = self.lanes.get_mut(lane) {
                lane.insert(lane.len() / 2, place);
            }
        }
        pivots
    }

    /// Breaks a wire at each lane that it passes; that of the path keeps to the line.
    fn wire(&mut self, link: usize, span: &Span, pivots: [Option<usize>; N_LANES]) {
        let mut before = span.left;
        for lane in span.first + 1..span.last {
            let known = pivots.get(lane).copied().flatten();
            let place = known.unwrap_or_else(|| self.item(Some(link)));
            if let Some(lane) = self.lanes.get_mut(lane).filter(|_| known.is_none()) {
                lane.push(place);
            }
            self.wires.push((before, place));
            before = place;
        }
        self.wires.push((before, span.right));
    }
}
