//! The picture as a tree of SVG elements, for whoever renders it, and the numbers in it.

use std::fmt;

use crate::metrics::Point;

/// An element of the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// `g`, `path`, ...
    pub tag: &'static str,
    /// Names and values, in the order of writing; values are not escaped.
    pub attributes: Vec<(&'static str, String)>,
    /// What stands inside.
    pub children: Vec<Content>,
}

/// What stands inside an element.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Another element.
    Element(Element),
    /// Text, not escaped.
    Text(String),
}

impl Element {
    pub(crate) fn new(tag: &'static str) -> Self {
        Self { tag, attributes: Vec::new(), children: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    pub(crate) fn px(self, name: &'static str, value: f64) -> Self {
        self.with(name, Px(value).to_string())
    }

    pub(crate) fn containing(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children.into_iter().map(Content::Element));
        self
    }

    pub(crate) fn saying(mut self, text: impl Into<String>) -> Self {
        self.children.push(Content::Text(text.into()));
        self
    }
}

pub(crate) fn text(class: &'static str, at: Point, words: impl Into<String>) -> Element {
    Element::new("text").with("class", class).px("x", at.0).px("y", at.1).saying(words)
}

pub(crate) fn circle(centre: Point, radius: f64) -> Element {
    Element::new("circle").px("cx", centre.0).px("cy", centre.1).px("r", radius)
}

/// A rectangle from its left top corner, its width and height, and the radius of its corners.
pub(crate) fn rect(corner: Point, size: Point, radius: f64) -> Element {
    let sides = Element::new("rect").px("x", corner.0).px("y", corner.1).px("width", size.0).px("height", size.1);
    sides.px("rx", radius)
}

pub(crate) fn path(class: impl Into<String>, data: impl Into<String>) -> Element {
    Element::new("path").with("class", class).with("d", data)
}

/// A square icon from its left top corner.
pub(crate) fn icon(name: &str, corner: Point, side: f64) -> Element {
    let place = Element::new("use").with("href", format!("#i-{name}")).px("x", corner.0).px("y", corner.1);
    place.px("width", side).px("height", side)
}

/// A number of the picture as text.
pub(crate) struct Px(pub(crate) f64);

impl fmt::Display for Px {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", round(self.0))
    }
}

/// At most one decimal, never `-0`, never infinite.
pub(crate) fn round(value: f64) -> f64 {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded.is_finite() && rounded.abs() > 0.05 { rounded } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_at_most_one_decimal_and_no_negative_zero() {
        for (value, expected) in [
            (12.0, "12"),
            (0.25 + 0.05, "0.3"),
            (-0.04, "0"),
            (-0.0, "0"),
            (-1.25, "-1.3"),
            (1e6 + 0.16, "1000000.2"),
            (f64::NAN, "0"),
            (f64::INFINITY, "0"),
        ] {
            assert_eq!(Px(value).to_string(), expected);
        }
    }

    #[test]
    fn elements_keep_the_order_of_their_parts() {
        let element = Element::new("g").with("class", "card").containing([circle((1.0, 2.0), 3.5)]).saying("a");
        assert_eq!(element.attributes, [("class", "card".to_owned())]);
        let [Content::Element(circle), Content::Text(words)] = element.children.as_slice() else { panic!("two parts") };
        assert_eq!((circle.tag, words.as_str()), ("circle", "a"));
    }
}
