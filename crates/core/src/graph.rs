//! The method `graph`: the objects of a workspace as cards in lanes, the wires between them, and the lit path.

mod build;
mod light;

use podpath_protocol::{Call, Graph, Locale, Size};

use crate::analysis::Analysis;
use crate::trace;

/// How a picture is drawn.
pub(crate) struct Drawing {
    pub(crate) size: Size,
    /// With SVG and Mermaid.
    pub(crate) texts: bool,
    pub(crate) locale: Locale,
}

/// The picture of a workspace, with the way of a call lit. The error is a sentence about the call.
pub(crate) fn graph(analysis: &Analysis, call: Option<&Call>, drawing: &Drawing) -> Result<Graph, String> {
    let Drawing { size, texts, locale } = *drawing;
    let trace = call.map(|call| trace::follow(analysis, call)).transpose()?;
    let mut graph = build::build(analysis, call, locale);
    if let (Some(trace), Some(call)) = (trace, call) {
        light::light(analysis, &mut graph, &trace, call, locale);
    }
    podpath_diagram::layout(&mut graph, size);
    if texts {
        graph.svg = podpath_diagram::svg(&graph, size, locale);
        graph.mermaid = podpath_diagram::mermaid(&graph);
    }
    Ok(graph)
}
