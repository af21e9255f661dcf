//! The picture as one text that stands alone: its own colours, its own icons.
//!
//! Invariant: it is well-formed XML whatever the titles say.

mod icons;

use std::fmt::Write;

use podpath_order::OrdSet;
use podpath_protocol::{Graph, Locale, Size};

use crate::draw::draw;
use crate::element::{Content, Element};
use icons::ICONS;

/// Light, and dark where the reader prefers that; only plain colours, so that every viewer knows them.
const STYLE: &str = include_str!("svg/picture.css");

/// The picture of a graph that has its places, as the text of an SVG file.
pub fn svg(graph: &Graph, size: Size, locale: Locale) -> String {
    let picture = draw(graph, size, locale);
    let mut text = "<svg xmlns=\"http://www.w3.org/2000/svg\"".to_owned();
    attributes(&picture, &mut text);
    let _ = write!(text, "><style>{STYLE}</style>");
    symbols(&picture, &mut text);
    children(&picture, &mut text);
    text.push_str("</svg>\n");
    text
}

fn symbols(picture: &Element, text: &mut String) {
    let mut used = OrdSet::new();
    references(picture, &mut used);
    text.push_str("<defs>");
    for (name, shapes) in ICONS.iter().filter(|(name, _)| used.contains(format!("#i-{name}").as_str())) {
        let _ = write!(text, "<symbol id=\"i-{name}\" viewBox=\"0 0 16 16\">{shapes}</symbol>");
    }
    text.push_str("</defs>");
}

/// Everything that `use` elements ask for.
fn references<'a>(element: &'a Element, used: &mut OrdSet<&'a str>) {
    used.extend(element.attributes.iter().filter(|it| it.0 == "href").map(|it| it.1.as_str()));
    for child in &element.children {
        if let Content::Element(child) = child {
            references(child, used);
        }
    }
}

fn children(element: &Element, text: &mut String) {
    for child in &element.children {
        match child {
            Content::Text(words) => escape(words, text),
            Content::Element(child) => whole(child, text),
        }
    }
}

fn whole(element: &Element, text: &mut String) {
    let tag = element.tag;
    let _ = write!(text, "<{tag}");
    attributes(element, text);
    if element.children.is_empty() {
        text.push_str("/>");
    } else {
        text.push('>');
        children(element, text);
        let _ = write!(text, "</{tag}>");
    }
}

fn attributes(element: &Element, text: &mut String) {
    for (name, value) in &element.attributes {
        let _ = write!(text, " {name}=\"");
        escape(value, text);
        text.push('"');
    }
}

/// XML knows no control characters, however they are written: they are dropped.
fn escape(words: &str, text: &mut String) {
    let is_dropped = |it: char| it.is_control() || matches!(it, '\u{FFFE}' | '\u{FFFF}');
    let is_special = |it: char| matches!(it, '&' | '<' | '>' | '"' | '\'') || is_dropped(it);
    // Most words are plain and are taken over whole.
    for part in words.split_inclusive(is_special) {
        let letter = part.chars().next_back().filter(|it| is_special(*it));
        text.push_str(letter.and_then(|it| part.strip_suffix(it)).unwrap_or(part));
        text.push_str(match letter {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            Some('"') => "&quot;",
            Some('\'') => "&#39;",
            _ => "",
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, layout};

    /// The picture without its style.
    fn body(graph: &mut Graph) -> String {
        layout(graph, Size::Wide, &podpath_order::OrdMap::new());
        let text = svg(graph, Size::Wide, Locale::En);
        text.split_once("</style>").map(|(_, body)| body.to_owned()).unwrap()
    }

    #[test]
    fn it_stands_alone() {
        let mut graph = fixture::graph(fixture::DELIVERED);
        let body = body(&mut graph);
        let text = svg(&graph, Size::Wide, Locale::En);
        assert!(
            text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph wide\" viewBox=\"0 0 984 296\"")
        );
        assert!(body.contains("<symbol id=\"i-pod\"") && !body.contains("i-ghost"));
        for part in body.split("href=\"#").skip(1) {
            let name = part.split('"').next().unwrap_or_default();
            assert!(body.contains(&format!("<symbol id=\"{name}\"")), "{name}");
        }
    }

    #[test]
    fn every_icon_that_can_be_drawn_is_known() {
        let lanes = ["client", "load-balancer", "gateway", "route", "service", "workload", "pod"];
        let states = ["on", "lost", "needed"];
        let cards = lanes.iter().flat_map(|lane| states.map(|state| format!("{lane} {lane}-{state} {state}")));
        let wires = "\nroute-on > client-on redirect 301\nroute-on > service-needed dead no\n";
        let mut graph = fixture::graph(&(cards.collect::<Vec<_>>().join("\n") + wires));
        for (node, problem) in graph
            .nodes
            .iter_mut()
            .zip([podpath_protocol::Problem::Error, podpath_protocol::Problem::Warning].into_iter().cycle())
        {
            node.subtitle = "why".to_owned();
            node.problem = Some(problem);
        }
        let group = podpath_protocol::Group { count: 2, open: false };
        graph.nodes.extend(
            fixture::graph("route many")
                .nodes
                .into_iter()
                .map(|it| podpath_protocol::Node { group: Some(group), ..it }),
        );
        let body = body(&mut graph);
        for (name, _) in ICONS {
            assert!(body.contains(&format!("href=\"#i-{name}\"")), "{name} is never drawn");
        }
        for part in body.split("href=\"#").skip(1) {
            let name = part.split('"').next().unwrap_or_default();
            assert!(body.contains(&format!("<symbol id=\"{name}\"")), "{name} is unknown");
        }
    }

    #[test]
    fn hostile_titles_are_escaped() {
        let mut graph = fixture::graph("pod a");
        for node in &mut graph.nodes {
            node.id = "\"><script>".to_owned();
            node.title = "<b>&'\u{0}\u{8}\n".to_owned();
        }
        let body = body(&mut graph);
        assert!(body.contains("data-node=\"&quot;&gt;&lt;script&gt;\""));
        assert!(body.contains(">&lt;b&gt;&amp;&#39;</text>"));
        assert!(!body.contains("<script") && !body.contains('\u{0}') && !body.contains("<b>"));
    }

    #[test]
    fn the_style_is_plain_text_of_xml() {
        assert!(!STYLE.contains(['<', '&']));
    }

    #[test]
    fn the_same_graph_gives_the_same_bytes() {
        let text = || body(&mut fixture::graph(fixture::DELIVERED));
        assert_eq!(text(), text());
    }
}
