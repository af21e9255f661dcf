//! The picture of a graph whose cards have their places: lanes, wires, cards, and what lies over them.

mod card;
mod tile;
mod wire;

use podpath_protocol::{Graph, Locale, Size};

use crate::element::{Element, Px, rect, text};
use crate::metrics::{Band, FACES, Face, Metrics};

/// The picture as SVG elements. The look comes from the classes, the icons from `#i-` symbols of the page.
pub fn draw(graph: &Graph, size: Size, locale: Locale) -> Element {
    let metrics = Metrics::of(size);
    let sockets = wire::sockets(graph);
    let cards = graph.nodes.iter().map(|node| {
        let sockets = sockets.get(node.id.as_str()).into_iter().flatten();
        card::card(node, metrics, sockets.map(wire::Socket::draw))
    });
    root(graph, metrics, locale)
        .containing(lanes(graph.height, metrics, locale))
        .containing([Element::new("g").containing(wire::under(graph, metrics))])
        .containing(cards)
        .containing([Element::new("g").containing(wire::over(graph, metrics))])
}

fn root(graph: &Graph, metrics: &Metrics, locale: Locale) -> Element {
    let n_cards = graph.nodes.len();
    let label = match locale {
        Locale::En => format!("Diagram, {n_cards} objects"),
        Locale::Ko => format!("다이어그램, 객체 {n_cards}개"),
    };
    Element::new("svg")
        .with("class", format!("graph {}", metrics.name))
        .with("viewBox", format!("0 0 {} {}", Px(graph.width), Px(graph.height)))
        .px("width", graph.width)
        .px("height", graph.height)
        .with("role", "group")
        .with("aria-label", label)
}

/// The bands of the lanes; a client that is a dot has none.
fn lanes(height: f64, metrics: &Metrics, locale: Locale) -> Vec<Element> {
    let faces = FACES.iter().zip(metrics.bands()).filter(|(face, _)| metrics.is_full || face.class != "client");
    let lane = |(face, band): (&Face, Band)| {
        let size = (band.width + 2.0 * metrics.bleed, height);
        let title = (band.left + band.width / 2.0, metrics.pick(25.0, 21.0));
        [
            rect((band.left - metrics.bleed, 0.0), size, 10.0).with("class", "lane"),
            text("lane-title", title, face.title(locale)).with("text-anchor", "middle"),
        ]
    };
    faces.flat_map(lane).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Content;
    use crate::{fixture, layout};

    fn drawn(text: &str, size: Size) -> Element {
        let mut graph = fixture::graph(text);
        layout(&mut graph, size, &podpath_order::OrdMap::new());
        draw(&graph, size, Locale::En)
    }

    fn attribute<'a>(element: &'a Element, name: &str) -> &'a str {
        element.attributes.iter().find(|it| it.0 == name).map_or("", |it| it.1.as_str())
    }

    /// Tag and class of each element, in the order of drawing.
    fn classes(element: &Element) -> Vec<String> {
        let own = format!("{} {}", element.tag, attribute(element, "class"));
        let inner = element.children.iter().flat_map(|it| match it {
            Content::Element(it) => classes(it),
            Content::Text(_) => Vec::new(),
        });
        std::iter::once(own).chain(inner).collect()
    }

    fn said(element: &Element) -> Vec<String> {
        let words = element.children.iter().flat_map(|it| match it {
            Content::Element(it) => said(it),
            Content::Text(it) => vec![it.clone()],
        });
        words.collect()
    }

    #[test]
    fn lanes_have_titles_in_the_language_of_the_reader() {
        assert_eq!(said(&drawn("", Size::Wide)), ["Client", "Load balancer", "Gateway", "Route", "Service", "Pod"]);
        let korean = draw(&fixture::graph(""), Size::Compact, Locale::Ko);
        assert_eq!(said(&korean), ["로드 밸런서", "게이트웨이", "라우트", "Service", "Pod"]);
    }

    #[test]
    fn a_delivered_request_is_lit_from_socket_to_socket() {
        let classes = classes(&drawn(fixture::DELIVERED, Size::Wide));
        let count = |class: &str| classes.iter().filter(|it| *it == class).count();
        assert_eq!((count("path halo"), count("path edge on"), count("path edge off")), (5, 5, 5));
        assert_eq!((count("circle socket on"), count("g card pod on"), count("g hopno")), (10, 1, 5));
    }

    #[test]
    fn a_dead_end_has_a_disc_and_its_reason() {
        let picture = drawn("service svc dead 1\npod ghost needed\nsvc > ghost dead no such Pod", Size::Snug);
        let classes = classes(&picture);
        for class in ["path edge miss", "g deadend", "path leader", "g reason", "g card pod ghost needed"] {
            assert!(classes.iter().any(|it| it == class), "{class}");
        }
        assert!(said(&picture).contains(&"no such Pod".to_owned()));
    }

    #[test]
    fn redirects_and_unknown_ends_have_their_discs() {
        let text = "client c on\ngateway gw on\nroute r\nc > gw on\ngw > c redirect 301\ngw > r unknown";
        let classes = classes(&drawn(text, Size::Wide));
        for class in
            ["g disc redirect", "path edge redirect", "g reason redirect", "g disc unknown", "path edge unknown"]
        {
            assert!(classes.iter().any(|it| it == class), "{class}");
        }
    }

    #[test]
    fn a_split_shows_its_shares() {
        let text = "route r on\nservice a on\nservice b on\nr > a on 80 9/10\nr > b on 80 1/10";
        let picture = drawn(text, Size::Wide);
        let said = said(&picture);
        assert!(
            said.contains(&"90%".to_owned()) && said.contains(&"10%".to_owned()) && !said.contains(&"80".to_owned())
        );
        assert!(classes(&picture).contains(&"path edge on thin".to_owned()));
    }

    #[test]
    fn a_graph_without_places_is_drawn_too() {
        let graph = fixture::graph(fixture::DELIVERED);
        assert!(classes(&draw(&graph, Size::Compact, Locale::Ko)).len() > 12);
    }
}
