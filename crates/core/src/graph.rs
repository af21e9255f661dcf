//! The method `graph`: the objects of a workspace as cards in lanes, the wires between them, and the lit path.

mod build;
mod light;

use podpath_protocol::{Call, Graph, Locale, Size};

use crate::analysis::Analysis;
use crate::trace;

/// The picture of a workspace, with the way of a call lit. The error is a sentence about the call.
pub(crate) fn graph(analysis: &Analysis, call: Option<&Call>, size: Size, locale: Locale) -> Result<Graph, String> {
    let trace = call.map(|call| trace::follow(analysis, call)).transpose()?;
    let mut graph = build::build(analysis, call, locale);
    if let (Some(trace), Some(call)) = (trace, call) {
        light::light(analysis, &mut graph, &trace, call, locale);
    }
    podpath_diagram::layout(&mut graph, size);
    graph.svg = podpath_diagram::svg(&graph, size, locale);
    graph.mermaid = podpath_diagram::mermaid(&graph);
    Ok(graph)
}
