//! The diagram: a graph in fixed lanes to boxes, to SVG elements, to SVG text and to Mermaid.
//!
//! Invariant: every arrow here is pure and total, any graph gives a picture, and the same graph gives the same bytes.

mod draw;
mod element;
#[cfg(test)]
mod fixture;
mod layout;
mod mermaid;
mod metrics;
mod order;
mod share;
mod svg;

pub use draw::draw;
pub use element::{Content, Element};
pub use layout::layout;
pub use mermaid::mermaid;
pub use svg::svg;
