//! Where the cards lie: lanes make the columns, the order makes the rows, and pills push rows down.

use podpath_order::{Gather, OrdMap, OrdSet};
use podpath_protocol::{Edge, EdgeState, Lane, Node};

use crate::metrics::{DISC, Metrics, PILL_DROP, PILL_HEIGHT, column};
use crate::order::Link;

/// How much lower a row is when a pill would cover one of its cards.
const PILL_ROOM: f64 = 28.0;

/// The height of a group, and what lies free between two of them.
const GROUP: f64 = 34.0;
const GROUP_GAP: f64 = 9.0;

/// Between the last row and the bottom of the picture.
const FOOT: f64 = 12.0;

/// Column and row of a card.
#[derive(Clone, Copy, Default)]
pub(super) struct Seat {
    pub(super) column: usize,
    pub(super) row: usize,
}

/// The box of a card.
#[derive(Clone, Copy, Default)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// All cards in their places.
pub(super) struct Board {
    pub(super) metrics: &'static Metrics,
    /// Of the whole picture.
    pub(super) height: f64,
    seats: Vec<Seat>,
    frames: Vec<Frame>,
    tops: Vec<f64>,
    /// Of each row: that of a group where no card is higher.
    heights: Vec<f64>,
}

/// What hangs under a row: its reach from left to right.
struct Hanging {
    row: usize,
    left: f64,
    right: f64,
}

impl Board {
    pub(super) fn new(
        nodes: &[Node],
        edges: &[Edge],
        links: &[Link],
        rows: &[usize],
        metrics: &'static Metrics,
    ) -> Self {
        let seats: Vec<Seat> =
            nodes.iter().zip(rows).map(|(it, row)| Seat { column: column(it.lane), row: *row }).collect();
        let taken: OrdSet<(usize, usize)> = seats.iter().map(|it| (it.row, it.column)).gather();
        let hangings: Vec<Hanging> =
            edges.iter().zip(links).filter_map(|(edge, link)| hanging(edge, link, &seats, metrics)).collect();
        let heights = heights(nodes, rows, metrics);
        let tops = tops(&heights, &pushed(&hangings, &taken, metrics), metrics);
        let mut board = Self { metrics, height: 0.0, seats, frames: Vec::new(), tops, heights };
        board.frames = nodes.iter().zip(&board.seats).map(|(node, seat)| board.frame(node, *seat)).collect();
        board.height = board.height_with(&hangings);
        board
    }

    pub(super) fn frames(&self) -> &[Frame] {
        &self.frames
    }

    pub(super) fn seat(&self, card: usize) -> Seat {
        self.seats.get(card).copied().unwrap_or_default()
    }

    pub(super) fn frame_of(&self, card: usize) -> Frame {
        self.frames.get(card).copied().unwrap_or_default()
    }

    /// The top of a row's cards.
    pub(super) fn top(&self, row: usize) -> f64 {
        self.tops.get(row).copied().unwrap_or(self.metrics.top)
    }

    /// The bottom of a row's cards.
    pub(super) fn bottom(&self, row: usize) -> f64 {
        self.top(row) + self.height_of(row)
    }

    fn height_of(&self, row: usize) -> f64 {
        self.heights.get(row).copied().unwrap_or(self.metrics.card)
    }

    /// Half of what lies free between two rows of which one is this.
    pub(super) fn aisle(&self, upper: usize) -> f64 {
        ((self.top(upper + 1) - self.bottom(upper)) / 2.0).clamp(2.0, (self.metrics.pitch - self.metrics.card) / 2.0)
    }

    /// The bottom of the last row.
    pub(super) fn last_bottom(&self) -> f64 {
        self.bottom(self.tops.len().saturating_sub(1))
    }

    /// The dot of a client lies in the middle of its row.
    fn frame(&self, node: &Node, seat: Seat) -> Frame {
        let band = self.metrics.band(seat.column);
        let is_dot = node.lane == Lane::Client && !self.metrics.is_full;
        let height = if is_dot { band.width } else { card_height(node, self.metrics) };
        let top = self.top(seat.row) + (self.height_of(seat.row) - height) / 2.0;
        Frame { left: band.left, top, width: band.width, height }
    }

    fn height_with(&self, hangings: &[Hanging]) -> f64 {
        let pills = hangings.iter().map(|it| self.bottom(it.row) + PILL_DROP + PILL_HEIGHT + PILL_DROP);
        pills.fold(self.last_bottom() + FOOT, f64::max)
    }
}

impl Frame {
    pub(super) fn right(self) -> f64 {
        self.left + self.width
    }

    pub(super) fn bottom(self) -> f64 {
        self.top + self.height
    }

    /// The middle of its left edge, as all wires see it.
    pub(super) fn middle(self) -> f64 {
        self.top + self.height / 2.0
    }

    pub(super) fn centre(self) -> f64 {
        self.left + self.width / 2.0
    }
}

/// The pill of a dead end, or the wire of a redirect on its way back.
fn hanging(edge: &Edge, link: &Link, seats: &[Seat], metrics: &Metrics) -> Option<Hanging> {
    let (from, to) = (*seats.get(link.from)?, *seats.get(link.to)?);
    let right_of = |seat: Seat| metrics.band(seat.column).left + metrics.band(seat.column).width;
    match edge.state {
        EdgeState::Dead => {
            let pill = metrics.pill(right_of(from), &edge.label)?;
            Some(Hanging { row: from.row, left: pill.left, right: pill.left + pill.width })
        }
        EdgeState::Redirect => {
            let (source, target) = if from.column < to.column { (to, from) } else { (from, to) };
            let band = metrics.band(target.column);
            let right = metrics.cut(right_of(source)) + DISC;
            Some(Hanging { row: source.row, left: band.left + band.width / 2.0, right })
        }
        EdgeState::Off | EdgeState::On | EdgeState::Unknown | EdgeState::Mirror => None,
    }
}

/// The rows with a card that would be covered by what hangs from the row above.
fn pushed(hangings: &[Hanging], taken: &OrdSet<(usize, usize)>, metrics: &Metrics) -> OrdMap<usize, f64> {
    let bands = metrics.bands();
    let covers = |it: &&Hanging| {
        let below = taken.starting_at(&(it.row + 1, 0)).take_while(|at| at.0 == it.row + 1);
        let mut below = below.filter_map(|(_, column)| bands.get(*column));
        below.any(|band| it.left < band.left + band.width && band.left < it.right)
    };
    hangings.iter().filter(covers).map(|it| (it.row + 1, PILL_ROOM)).gather()
}

/// A group is as high as its one line.
fn card_height(node: &Node, metrics: &Metrics) -> f64 {
    if node.group.is_some() { GROUP } else { metrics.card }
}

/// The highest card of each row.
fn heights(nodes: &[Node], rows: &[usize], metrics: &Metrics) -> Vec<f64> {
    let n_rows = rows.iter().max().map_or(1, |it| it + 1);
    let mut heights = vec![GROUP; n_rows];
    if nodes.is_empty() {
        heights = vec![metrics.card];
    }
    for (node, row) in nodes.iter().zip(rows) {
        if let Some(height) = heights.get_mut(*row) {
            *height = f64::max(*height, card_height(node, metrics));
        }
    }
    heights
}

/// The top of each row; a pushed row takes those below it along. Rows of groups lie closer.
fn tops(heights: &[f64], pushed: &OrdMap<usize, f64>, metrics: &Metrics) -> Vec<f64> {
    let gap = metrics.pitch - metrics.card;
    let mut next = metrics.top;
    let mut before = metrics.card;
    let top = |(row, height): (usize, &f64)| {
        let is_close = row > 0 && before <= GROUP && *height <= GROUP;
        let top = next - if is_close { gap - GROUP_GAP } else { 0.0 } + pushed.get(&row).copied().unwrap_or_default();
        (next, before) = (top + height + gap, *height);
        top
    };
    heights.iter().enumerate().map(top).collect()
}
