//! What follows from the answers for each region of the page. No routing is decided here; this only sorts what the core said.

use podpath_order::{Gather, OrdMap, OrdSet};
use podpath_protocol::{
    Check, Diagnostic, Fix, Graph, HopKind, Lane, Node, NodeState, Outcome, Position, Range, Ref, Stage, Standing,
    Trace,
};

use crate::editor::{DiagnosticMark, HopMark, Marks};
use crate::outline::document_at;
use crate::words::{self, Words};

/// What a file's row in the tree says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileMark {
    pub(crate) hops: Vec<usize>,
    pub(crate) n_errors: usize,
    pub(crate) n_warnings: usize,
}

/// The lane whose tile a kind has.
pub(crate) fn lane_of_kind(kind: &str) -> &'static str {
    match kind {
        "Ingress" => "balancer",
        "Gateway" | "GatewayClass" | "IngressClass" | "IngressClassParams" | "ListenerSet" => "gateway",
        "Service" | "EndpointSlice" | "ServiceEntry" | "DestinationRule" => "service",
        _ if kind.ends_with("Route") || kind == "VirtualService" => "route",
        _ => "pod",
    }
}

/// The line that holds a byte, from 1; the first one when that is no place in the text.
pub(crate) fn line_at(text: &str, byte: usize) -> usize {
    text.get(..byte).map_or(1, |head| head.bytes().filter(|it| *it == b'\n').count() + 1)
}

/// The begin of a line, from 1; of a line after the last, the end.
pub(crate) fn line_range(path: &str, text: &str, line: u32) -> Range {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1) as usize).map(str::len).sum();
    let at = Position { line, column: 1, offset: u32::try_from(before).unwrap_or(u32::MAX) };
    Range { file: path.into(), start: at, end: at }
}

/// Hops and findings of each file.
pub(crate) fn marks_by_file(check: &Check, trace: Option<&Trace>) -> OrdMap<String, FileMark> {
    let mut marks: OrdMap<String, FileMark> = OrdMap::new();
    for it in &check.diagnostics {
        let mark = marks.entry(it.range.file.to_string()).or_default();
        match it.severity.as_str() {
            "error" => mark.n_errors += 1,
            "warning" => mark.n_warnings += 1,
            _ => {}
        }
    }
    for (number, range, _) in hop_ranges(trace) {
        marks.entry(range.file.to_string()).or_default().hops.push(number);
    }
    marks
}

/// Number, place and failure of each hop that stands in a file.
fn hop_ranges(trace: Option<&Trace>) -> impl Iterator<Item = (usize, &Range, bool)> {
    let hops = trace.map_or(&[][..], |it| &it.hops);
    hops.iter().zip(1..).filter_map(|(hop, number)| hop.range.as_ref().map(|range| (number, range, hop.failed)))
}

/// `4–6`, `2, 3`.
pub(crate) fn span_of(numbers: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &number in numbers {
        match runs.last_mut().filter(|run| number <= run.1 + 1) {
            Some(run) => run.1 = number,
            None => runs.push((number, number)),
        }
    }
    let one =
        |&(first, last): &(usize, usize)| if first == last { first.to_string() } else { format!("{first}–{last}") };
    runs.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What is drawn into the open file.
pub(crate) fn editor_marks(
    check: &Check,
    trace: Option<&Trace>,
    file: &str,
    text: &str,
    caret: usize,
    word: &'static str,
) -> Marks {
    let here = || hop_ranges(trace).filter(|it| *it.1.file == *file);
    let near: OrdSet<usize> = here().map(|it| it.1.start.line as usize).chain([line_at(text, caret)]).gather();
    let hops: Vec<HopMark> =
        here().map(|(number, range, failed)| HopMark { at: range.start.offset as usize, number, failed }).collect();
    let mut lenses = OrdSet::new();
    let here = check.diagnostics.iter().enumerate().filter(|(_, it)| *it.range.file == *file).take(500);
    let diagnostics = here.map(|(index, it)| {
        let line = it.range.start.line as usize;
        DiagnosticMark {
            from: it.range.start.offset as usize,
            to: it.range.end.offset as usize,
            severity: it.severity.clone(),
            message: it.message.clone(),
            help: it.help.clone(),
            fix: it.fix.as_ref().map(|it| it.title.clone()),
            index,
            lens: it.severity == "error" && near.contains(&line) && lenses.insert(line),
        }
    });
    Marks { diagnostics: diagnostics.collect(), word, hops }
}

/// Cards of the objects in the document that holds the caret.
pub(crate) fn lit_cards(graph: &Graph, file: &str, text: &str, caret: usize) -> OrdSet<String> {
    let document = document_at(text, caret);
    let is_here = |range: &Range| *range.file == *file && document.contains(&(range.start.offset as usize));
    graph.nodes.iter().filter(|it| it.range.as_ref().is_some_and(is_here)).map(|it| it.id.clone()).gather()
}

/// The line of the first error that makes a document unreadable.
pub(crate) fn broken_line(check: &Check) -> Option<u32> {
    let is_broken = |it: &&Diagnostic| it.code == "broken-yaml";
    check.diagnostics.iter().find(is_broken).map(|it| it.range.start.line)
}

/// All fixes with one right answer.
pub(crate) fn safe_fixes(check: &Check) -> Vec<Fix> {
    check.diagnostics.iter().filter_map(|it| it.fix.clone()).filter(|it| it.safe).collect()
}

/// Objects that are asked for by name and are not here; Pods are asked for by label.
pub(crate) fn n_ghosts(graph: &Graph) -> usize {
    let is_named = |it: &&Node| !matches!(it.lane, Lane::Workload | Lane::Pod | Lane::Client);
    graph.nodes.iter().filter(is_named).filter(|it| matches!(it.state, NodeState::Ghost | NodeState::Needed)).count()
}

/// Where an untouched workspace is opened: at the reason of a failure, else in the file with most of the path.
pub(crate) fn first_look(trace: &Trace) -> Option<Range> {
    let fails = Ending::of(trace.outcome, trace.status, trace.verdict.stage) == Ending::Bad;
    let ranges: Vec<&Range> = trace.hops.iter().filter_map(|it| it.range.as_ref()).collect();
    let n_hops = |it: &Range| ranges.iter().filter(|other| other.file == it.file).count();
    let most =
        ranges.iter().rev().max_by_key(|it| n_hops(it)).map(|it| Range { start: TOP, end: TOP, ..(**it).clone() });
    trace.verdict.range.clone().filter(|_| fails).or(most)
}

const TOP: Position = Position { line: 1, column: 1, offset: 0 };

/// The card of a hop, by its number.
pub(crate) fn card_of_hop(graph: &Graph, number: usize) -> Option<&Node> {
    graph.nodes.iter().find(|it| it.hop.is_some_and(|hop| hop as usize == number))
}

/// The object of the diagram that a sentence names: the failing one before any other, else a Service, else the last of the path.
pub(crate) fn named(graph: &Graph, name: &str) -> Option<Ref> {
    let nodes = graph.nodes.iter().filter(|it| it.resource.as_ref().is_some_and(|it| it.name == name));
    let best =
        nodes.min_by_key(|it| (it.state != NodeState::Dead, it.lane != Lane::Service, std::cmp::Reverse(it.hop)));
    best.and_then(|it| it.resource.clone())
}

/// The card of an object, and the class of its lane.
pub(crate) fn card_of<'a>(graph: &'a Graph, resource: &Ref) -> Option<&'a Node> {
    graph.nodes.iter().find(|it| it.resource.as_ref() == Some(resource))
}

/// The class of the lane that an object would stand in.
pub(crate) fn lane_class(node: Option<&Node>, kind: &str) -> &'static str {
    match (node.map(|it| it.lane), kind) {
        (Some(Lane::LoadBalancer), _) => "balancer",
        (Some(Lane::Gateway), _) | (None, "Gateway" | "GatewayClass" | "IngressClass") => "gateway",
        (Some(Lane::Route), _) | (None, "VirtualService" | "HTTPRoute" | "Ingress") => "route",
        (Some(Lane::Service), _) | (None, "Service" | "DestinationRule" | "EndpointSlice") => "service",
        (Some(Lane::Pod | Lane::Workload), _)
        | (None, "Pod" | "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "CronJob") => "pod",
        _ => "object",
    }
}

/// How an end looks: the class of its colour, and its glyph's icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Good,
    Bad,
    Elsewhere,
    Unknown,
}

impl Ending {
    pub(crate) fn of(outcome: Outcome, status: Option<u16>, stage: Option<Stage>) -> Self {
        match outcome {
            Outcome::Unsupported => Self::Unknown,
            _ if stage.is_some() || status.is_some_and(|it| it >= 400) => Self::Bad,
            Outcome::Delivered => Self::Good,
            Outcome::Redirected | Outcome::Answered | Outcome::Passthrough => Self::Elsewhere,
            Outcome::Refused => Self::Bad,
        }
    }

    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Bad => "err",
            Self::Elsewhere => "move",
            Self::Unknown => "unknown",
        }
    }

    pub(crate) fn icon(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Bad => "error",
            Self::Elsewhere => "redirect",
            Self::Unknown => "question",
        }
    }
}

/// The tile of a kind of hop, and its word where there is no object.
pub(crate) fn hop_face(kind: HopKind) -> (&'static str, Words) {
    match kind {
        HopKind::Client => ("client", words::CLIENT),
        HopKind::LoadBalancer => ("balancer", words::LOAD_BALANCER),
        HopKind::Listener | HopKind::Gateway => ("gateway", words::GATEWAY),
        HopKind::Route => ("route", words::ROUTE),
        HopKind::Service => ("service", words::SERVICE),
        HopKind::Endpoint => ("pod", words::POD),
        HopKind::Policy => ("policy", words::POLICY),
    }
}

/// Candidates of a hop that did not get the request.
pub(crate) fn losers(hop: &podpath_protocol::Hop) -> Vec<&podpath_protocol::Candidate> {
    hop.candidates.iter().filter(|it| it.verdict != Standing::Chosen).collect()
}

/// The hop that is folded out at first: the failing one, else the one with most losers.
pub(crate) fn first_open(trace: &Trace) -> Option<usize> {
    let failed = trace.hops.iter().position(|it| it.failed);
    let most = trace.hops.iter().enumerate().rev().max_by_key(|(_, it)| losers(it).len());
    failed.or(most.filter(|(_, it)| !losers(it).is_empty()).map(|(at, _)| at))
}

/// The status stands apart when the sentence begins with it.
pub(crate) fn split_status(title: &str, status: Option<u16>) -> (Option<u16>, &str) {
    let rest = status.and_then(|it| title.strip_prefix(&it.to_string())).map(str::trim_start);
    rest.map_or((None, title), |rest| (status, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_hops_are_said_short() {
        assert_eq!(span_of(&[4, 5, 6]), "4–6");
        assert_eq!(span_of(&[2, 3, 6]), "2–3, 6");
        assert_eq!(span_of(&[]), "");
    }

    #[test]
    fn an_end_has_a_colour() {
        assert_eq!(Ending::of(Outcome::Delivered, None, None), Ending::Good);
        assert_eq!(Ending::of(Outcome::Delivered, Some(503), Some(Stage::Traffic)), Ending::Bad);
        assert_eq!(Ending::of(Outcome::Redirected, Some(301), None), Ending::Elsewhere);
        assert_eq!(Ending::of(Outcome::Answered, Some(404), None), Ending::Bad);
    }
}
