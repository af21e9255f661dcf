//! Wires, and what lies on them: sockets, ports, shares, discs and reasons.

use std::fmt::Write;

use podpath_order::{OrdMap, OrdSet, Order};
use podpath_protocol::{Edge, EdgeState, Graph, Shield};

use crate::element::{Element, Px, circle, icon, path, rect, text};
use crate::metrics::{DISC, Metrics, PILL_DROP, PILL_HEIGHT, Point, middle};
use crate::share::{percent, share};

/// The radius of a wire's corners.
const RADIUS: f64 = 8.0;

/// Where a wire meets its card.
pub(super) struct Socket {
    at: Point,
    glow: Glow,
}

/// The colour of a socket, the strongest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Glow {
    Off,
    Missed,
    On,
}

impl Socket {
    pub(super) fn draw(&self) -> Element {
        let class = match self.glow {
            Glow::Off => "socket off",
            Glow::Missed => "socket err",
            Glow::On => "socket on",
        };
        circle(self.at, 3.5).with("class", class)
    }
}

/// The sockets of each card; where wires share one, the strongest colours it.
pub(super) fn sockets(graph: &Graph) -> OrdMap<&str, Vec<Socket>> {
    let mut glows: OrdMap<(&str, u64, u64), Glow> = OrdMap::new();
    for edge in &graph.edges {
        let (out, into) = glow(edge.state);
        let ends = [(&edge.from, edge.points.first(), Some(out)), (&edge.to, edge.points.last(), into)];
        for (id, point, glow) in ends {
            let (Some((x, y)), Some(glow)) = (point, glow) else { continue };
            let strongest = glows.entry((id.as_str(), x.to_bits(), y.to_bits())).or_insert(glow);
            *strongest = glow.max(*strongest);
        }
    }
    let mut sockets: OrdMap<&str, Vec<Socket>> = OrdMap::new();
    for ((id, x, y), glow) in glows {
        let socket = Socket { at: (f64::from_bits(x), f64::from_bits(y)), glow };
        sockets.entry(id).or_default().push(socket);
    }
    sockets
}

/// Where a wire leaves and where it arrives; what goes back arrives without a socket.
fn glow(state: EdgeState) -> (Glow, Option<Glow>) {
    match state {
        EdgeState::Off => (Glow::Off, Some(Glow::Off)),
        EdgeState::On => (Glow::On, Some(Glow::On)),
        EdgeState::Dead => (Glow::On, Some(Glow::Missed)),
        EdgeState::Unknown | EdgeState::Mirror => (Glow::On, Some(Glow::Off)),
        EdgeState::Redirect => (Glow::On, None),
    }
}

/// The wires themselves, the lit ones last.
pub(super) fn under(graph: &Graph, metrics: &Metrics) -> Vec<Element> {
    by_light(graph).into_iter().flat_map(|edge| lines(edge, metrics)).collect()
}

/// Discs, reasons, shares and ports; where two words would lie on each other, those of the lit wire stay.
pub(super) fn over(graph: &Graph, metrics: &Metrics) -> Vec<Element> {
    let edges = by_light(graph);
    let mut places = OrdSet::new();
    let is_first = |it: &Label| places.insert((it.at.0.to_bits(), it.at.1.to_bits()));
    let labels: Vec<Label> = edges.iter().rev().filter_map(|edge| label(edge, metrics)).filter(is_first).collect();
    let breaks = edges.iter().flat_map(|edge| breaks(edge, metrics));
    labels.into_iter().map(Label::draw).chain(breaks).collect()
}

fn by_light(graph: &Graph) -> Vec<&Edge> {
    let mut edges: Vec<&Edge> = graph.edges.iter().filter(|it| it.points.len() >= 2).collect();
    edges.order_by_key(|it| match it.state {
        EdgeState::Off => 0,
        EdgeState::Redirect | EdgeState::Unknown | EdgeState::Mirror => 1,
        EdgeState::Dead => 2,
        EdgeState::On => 3,
    });
    edges
}

fn lines(edge: &Edge, metrics: &Metrics) -> Vec<Element> {
    let whole = rounded(&edge.points);
    let is_thin = share(edge) < 500_000;
    match edge.state {
        EdgeState::Off => vec![path("edge off", whole)],
        EdgeState::On if is_thin => vec![path("halo", whole.as_str()), path("edge on thin", whole.as_str())],
        EdgeState::On => vec![path("halo", whole.as_str()), path("edge on", whole.as_str())],
        EdgeState::Dead => broken(edge, "edge miss", metrics),
        EdgeState::Redirect => broken(edge, "edge redirect", metrics),
        EdgeState::Mirror => vec![path("edge mirror", whole)],
        EdgeState::Unknown => broken(edge, "edge unknown", metrics),
    }
}

/// Lit up to its disc, different after it.
fn broken(edge: &Edge, class: &'static str, metrics: &Metrics) -> Vec<Element> {
    let Some(((x, y), rest)) = edge.points.split_first() else { return Vec::new() };
    let cut = metrics.cut(*x);
    let lit = format!("M{} {}H{}", Px(*x), Px(*y), Px(cut - 6.0));
    vec![path("halo", lit.as_str()), path("edge on", lit.as_str()), path(class, rounded(&after((cut, *y), rest)))]
}

/// The points of a wire behind its disc.
fn after(disc: Point, rest: &[Point]) -> Vec<Point> {
    let turns = rest.first().is_some_and(|it| (it.0 - disc.0).abs() < 0.5);
    let down = rest.get(1).map_or(0.0, |it| (it.1 - disc.1).signum() * RADIUS);
    let behind = if turns { (disc.0, disc.1 + down) } else { (disc.0 + RADIUS, disc.1) };
    std::iter::once(behind).chain(rest.iter().copied().skip(usize::from(turns))).collect()
}

/// A line through these points with round corners.
fn rounded(points: &[Point]) -> String {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return String::new() };
    let mut data = format!("M{} {}", Px(first.0), Px(first.1));
    for (idx, window) in points.windows(3).enumerate() {
        let [before, at, next] = window else { continue };
        let whole_before = if idx == 0 { 1.0 } else { 0.5 };
        let whole_after = if idx + 3 == points.len() { 1.0 } else { 0.5 };
        let radius = RADIUS.min(distance(*before, *at) * whole_before).min(distance(*at, *next) * whole_after);
        let (enter, leave) = (toward(*at, *before, radius), toward(*at, *next, radius));
        let _ = write!(data, "L{} {}", Px(enter.0), Px(enter.1));
        let _ = write!(data, "Q{} {} {} {}", Px(at.0), Px(at.1), Px(leave.0), Px(leave.1));
    }
    let _ = write!(data, "L{} {}", Px(last.0), Px(last.1));
    data
}

/// Along the axes.
fn distance(from: Point, to: Point) -> f64 {
    (to.0 - from.0).abs() + (to.1 - from.1).abs()
}

fn toward(from: Point, to: Point, length: f64) -> Point {
    let part = length / distance(from, to).max(1.0);
    (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part)
}

/// A few letters at a socket.
struct Label {
    class: &'static str,
    at: Point,
    words: String,
}

impl Label {
    fn draw(self) -> Element {
        text(self.class, self.at, self.words).with("text-anchor", "end")
    }
}

/// The share where the traffic is split, else the port.
fn label(edge: &Edge, metrics: &Metrics) -> Option<Label> {
    let (first, last) = (edge.points.first()?, edge.points.last()?);
    let is_lit = match edge.state {
        EdgeState::Off => false,
        EdgeState::On | EdgeState::Unknown | EdgeState::Mirror => true,
        EdgeState::Dead | EdgeState::Redirect => return None,
    };
    if let Some(share) = percent(edge) {
        let down = if last.1 > first.1 + 1.0 { 16.0 } else { -7.0 };
        let class = if is_lit { "weight" } else { "weight off" };
        return Some(Label { class, at: (last.0 - 5.0, last.1 + down), words: share });
    }
    // The shield stands where the port would.
    if edge.shield.is_some() {
        return None;
    }
    let class = if is_lit { "port on" } else { "port off" };
    let words = middle(&edge.label, 10.5, metrics.gap + 4.0);
    (metrics.is_full && !words.is_empty()).then_some(Label { class, at: (last.0 - 6.0, last.1 - 7.0), words })
}

/// The disc that breaks a wire, and its reason.
fn breaks(edge: &Edge, metrics: &Metrics) -> Vec<Element> {
    let Some((x, y)) = edge.points.first() else { return Vec::new() };
    let disc = (metrics.cut(*x), *y);
    let shield = edge.shield.map(|it| policies(it, disc));
    match edge.state {
        EdgeState::Off | EdgeState::On | EdgeState::Mirror => shield.into_iter().collect(),
        EdgeState::Unknown => {
            let mark = Element::new("text").px("x", disc.0).px("y", disc.1 + 4.5).with("text-anchor", "middle");
            vec![Element::new("g").with("class", "disc unknown").containing([circle(disc, DISC), mark.saying("?")])]
        }
        EdgeState::Dead => {
            let (left, top) = (Px(disc.0 - 3.2), Px(disc.1 - 3.2));
            let cross = Element::new("path").with("d", format!("M{left} {top}l6.4 6.4m0-6.4-6.4 6.4"));
            let cross = || Element::new("g").with("class", "deadend").containing([circle(disc, DISC), cross]);
            std::iter::once(shield.unwrap_or_else(cross)).chain(reason(edge, "reason", metrics)).collect()
        }
        EdgeState::Redirect => {
            let turn = icon("redirect", (disc.0 - 6.0, disc.1 - 6.0), 12.0);
            let disc = Element::new("g").with("class", "disc redirect").containing([circle(disc, DISC), turn]);
            std::iter::once(disc).chain(reason(edge, "reason redirect", metrics)).collect()
        }
    }
}

/// The shield of the policies on a wire; from two on their number stands beside it.
fn policies(shield: Shield, disc: Point) -> Element {
    let class = if shield.allows { "shield pass" } else { "shield deny" };
    let mark = icon("policy", (disc.0 - 6.0, disc.1 - 6.0), 12.0);
    let count = Element::new("text").px("x", disc.0 + DISC + 2.0).px("y", disc.1 - 6.0).saying(shield.n.to_string());
    let count = (shield.n > 1).then_some(count);
    Element::new("g").with("class", class).containing([circle(disc, DISC), mark].into_iter().chain(count))
}

/// A leader down to the pill under the card on the left; a redirect's wire is its own leader.
fn reason(edge: &Edge, class: &'static str, metrics: &Metrics) -> Vec<Element> {
    let Some((x, y)) = edge.points.first() else { return Vec::new() };
    let Some(pill) = metrics.pill(*x, &edge.label) else { return Vec::new() };
    let top = y + metrics.card / 2.0 + PILL_DROP;
    let shape = rect((pill.left, top), (pill.width, PILL_HEIGHT), PILL_HEIGHT / 2.0);
    let words = Element::new("text").px("x", pill.left + pill.width / 2.0).px("y", top + 15.0);
    let words = words.with("text-anchor", "middle").saying(pill.words);
    let pill = Element::new("g").with("class", class).containing([shape, words]);
    let leader = format!("M{} {}V{}", Px(metrics.cut(*x)), Px(y + DISC + 1.0), Px(top));
    let leader = (edge.state == EdgeState::Dead).then(|| path("leader", leader));
    leader.into_iter().chain([pill]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wires_are_straight_or_have_round_corners() {
        assert_eq!(rounded(&[(0.0, 10.0), (36.0, 10.0)]), "M0 10L36 10");
        let step = [(0.0, 0.0), (18.0, 0.0), (18.0, 100.0), (36.0, 100.0)];
        assert_eq!(rounded(&step), "M0 0L10 0Q18 0 18 8L18 92Q18 100 26 100L36 100");
        assert_eq!(rounded(&[]), "");
    }

    #[test]
    fn the_part_behind_a_disc_goes_on_or_turns_there() {
        assert_eq!(rounded(&after((18.0, 5.0), &[(36.0, 5.0)])), "M26 5L36 5");
        assert_eq!(rounded(&after((18.0, 0.0), &[(18.0, 0.0), (18.0, 50.0)])), "M18 8L18 50");
    }
}
