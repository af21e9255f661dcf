//! The method `graph`: the objects of a workspace as cards in lanes, the wires between them, and the lit path.

mod build;
mod focus;
mod fold;
mod light;

use podpath_protocol::{Call, Graph, Locale, Size, View};

use crate::analysis::Analysis;
use crate::trace;

/// How a picture is drawn.
pub(crate) struct Drawing<'a> {
    pub(crate) size: Size,
    pub(crate) view: &'a View,
    /// With SVG and Mermaid.
    pub(crate) texts: bool,
    pub(crate) locale: Locale,
}

/// The picture of a workspace, with the way of a call lit. The error is a sentence about the call.
pub(crate) fn graph(analysis: &Analysis, call: Option<&Call>, drawing: &Drawing<'_>) -> Result<Graph, String> {
    let Drawing { size, texts, locale, view } = *drawing;
    let trace = call.map(|call| trace::follow(analysis, call)).transpose()?;
    let mut graph = build::build(analysis, call, locale);
    if let (Some(trace), Some(call)) = (trace, call) {
        light::light(analysis, &mut graph, &trace, call, locale);
    }
    if let Some(focus) = &view.focus {
        focus::focus(&mut graph, focus);
    }
    fold::fold(&mut graph, view);
    podpath_diagram::layout(&mut graph, size, &view.rows);
    if texts {
        graph.svg = podpath_diagram::svg(&graph, size, locale);
        graph.mermaid = podpath_diagram::mermaid(&graph);
    }
    Ok(graph)
}
