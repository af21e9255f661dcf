//! The token that runs along the lit path, under the cards, once on load and on Replay; at a fork one for each share.

use podpath_diagram::{Content, Element};
use podpath_protocol::{Edge, EdgeState, Graph};
use wasm_bindgen::JsCast;

/// More shares than this run as these.
const N_TOKENS: usize = 6;
const SECONDS: &str = "1.6s";

/// The picture with a token for each way of the request.
pub(crate) fn with_tokens(mut picture: Element, graph: &Graph) -> Element {
    let tokens = ways(graph).iter().map(|it| Content::Element(token(it))).collect();
    put_under_cards(&mut picture, tokens);
    picture
}

/// Lets the tokens run, unless the reader wants no motion.
pub(crate) fn replay() {
    let window = gloo::utils::window();
    if window.match_media("(prefers-reduced-motion: reduce)").ok().flatten().is_some_and(|it| it.matches()) {
        return;
    }
    let Ok(motions) = gloo::utils::document().query_selector_all(".canvas .motion") else { return };
    for motion in (0..motions.length())
        .filter_map(|at| motions.item(at))
        .filter_map(|it| it.dyn_into::<web_sys::SvgAnimationElement>().ok())
    {
        let _ = motion.begin_element();
    }
}

fn token(way: &str) -> Element {
    let timing =
        || vec![("class", "motion".to_owned()), ("begin", "indefinite".to_owned()), ("dur", SECONDS.to_owned())];
    let ease = [("calcMode", "spline"), ("keyTimes", "0;1"), ("keySplines", ".4 0 .2 1"), ("path", way)];
    let run = timing().into_iter().chain(ease.map(|(name, value)| (name, value.to_owned()))).collect();
    let show = timing().into_iter().chain([("attributeName", "opacity".to_owned()), ("to", "1".to_owned())]).collect();
    let parts = [("animateMotion", run), ("set", show)];
    let children =
        parts.into_iter().map(|(tag, attributes)| Content::Element(Element { tag, attributes, children: Vec::new() }));
    Element {
        tag: "circle",
        attributes: vec![("class", "token".into()), ("r", "5".into())],
        children: children.collect(),
    }
}

/// Puts them before the first card, so that they run below all of them. Gives them back when there is no card.
fn put_under_cards(element: &mut Element, tokens: Vec<Content>) -> Option<Vec<Content>> {
    let is_card =
        |it: &Content| matches!(it, Content::Element(it) if it.attributes.iter().any(|it| it.0 == "data-node"));
    if let Some(at) = element.children.iter().position(is_card) {
        element.children.splice(at..at, tokens);
        return None;
    }
    let mut left = tokens;
    for child in &mut element.children {
        if let Content::Element(child) = child {
            left = put_under_cards(child, left)?;
        }
    }
    Some(left)
}

/// The lit wires from the client to each end, as path data. Every card is entered once, so a ring ends.
fn ways(graph: &Graph) -> Vec<String> {
    let lit: Vec<&Edge> = graph.edges.iter().filter(|it| it.on_path && it.state != EdgeState::Redirect).collect();
    let starts = lit.iter().filter(|edge| !lit.iter().any(|it| it.to == edge.from));
    let mut open: Vec<Vec<&Edge>> = starts.map(|it| vec![*it]).collect();
    let mut ways = Vec::new();
    while let Some(way) = open.pop().filter(|_| ways.len() < N_TOKENS) {
        let here = way.last().map(|it| it.to.as_str()).unwrap_or_default();
        let next: Vec<&Edge> =
            lit.iter().filter(|it| it.from == here && !way.iter().any(|old| old.to == it.to)).copied().collect();
        if next.is_empty() {
            ways.push(data(&way));
        }
        open.extend(next.into_iter().map(|it| way.iter().copied().chain([it]).collect()));
    }
    ways
}

/// A wire with a dead end is gone half.
fn data(way: &[&Edge]) -> String {
    let points = way.iter().flat_map(|edge| match (edge.state, edge.points.first(), edge.points.last()) {
        (EdgeState::Dead, Some(&from), Some(&to)) => vec![from, (f64::midpoint(from.0, to.0), from.1)],
        _ => edge.points.clone(),
    });
    let steps: Vec<String> = points.map(|(x, y)| format!("{x} {y}")).collect();
    format!("M{}", steps.join("L"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: &str, to: &str, x: f64, state: EdgeState) -> Edge {
        Edge {
            from: from.into(),
            to: to.into(),
            label: String::new(),
            weight: None,
            on_path: state != EdgeState::Off,
            state,
            shield: None,
            points: vec![(x, 0.0), (x + 10.0, 0.0)],
        }
    }

    #[test]
    fn a_fork_has_a_way_for_each_share() {
        let edges = vec![
            edge("a", "b", 0.0, EdgeState::On),
            edge("b", "c", 20.0, EdgeState::On),
            edge("b", "d", 20.0, EdgeState::Dead),
            edge("b", "e", 20.0, EdgeState::Off),
        ];
        let ways = ways(&Graph { edges, ..Graph::default() });
        assert_eq!(ways, ["M0 0L10 0L20 0L25 0", "M0 0L10 0L20 0L30 0"]);
    }

    #[test]
    fn tokens_run_below_the_cards() {
        let card = Element { tag: "g", attributes: vec![("data-node", "a".into())], children: Vec::new() };
        let wires = Element { tag: "path", attributes: Vec::new(), children: Vec::new() };
        let picture = Element {
            tag: "svg",
            attributes: Vec::new(),
            children: vec![Content::Element(wires), Content::Element(card)],
        };
        let graph = Graph { edges: vec![edge("a", "b", 0.0, EdgeState::On)], ..Graph::default() };
        let drawn = with_tokens(picture, &graph);
        let tags: Vec<&str> =
            drawn.children.iter().map(|it| if let Content::Element(it) = it { it.tag } else { "" }).collect();
        assert_eq!(tags, ["path", "circle", "g"]);
    }
}
