//! Answers as short text that a test can hold on to.

use std::fmt::Write as _;

use podpath_protocol::{Backend, Check, Hop, Outcome, Ref, Standing, Trace};

/// A way: the end, the backends, each hop and each loser with its reason.
pub(crate) fn trace(trace: &Trace) -> String {
    let mut text = String::new();
    let status = trace.status.map_or(String::new(), |status| format!(" {status}"));
    let outcome = match trace.outcome {
        Outcome::Delivered => "delivered",
        Outcome::Redirected => "redirected",
        Outcome::Answered => "answered",
        Outcome::Refused => "refused",
        Outcome::Passthrough => "passthrough",
        Outcome::Unsupported => "unsupported",
    };
    _ = writeln!(text, "{outcome}{status} {}", trace.reason.as_deref().unwrap_or_default());
    if let Some(location) = &trace.location {
        _ = writeln!(text, "location {location}");
    }
    trace.backends.iter().for_each(|it| backend(&mut text, it));
    if let Some(upstream) = trace.upstream.as_ref().filter(|_| trace.outcome == Outcome::Delivered) {
        _ = writeln!(text, "upstream {} {}{}", upstream.method, upstream.host, upstream.path);
    }
    for mirror in &trace.mirrors {
        let (part, whole) = mirror.fraction;
        _ = writeln!(text, "mirror {}/{} to {}", part, whole, name(&mirror.service));
    }
    trace.hops.iter().skip(1).for_each(|it| hop(&mut text, it));
    text
}

fn backend(text: &mut String, backend: &Backend) {
    let (part, whole) = backend.weight;
    let who = backend.service.as_ref().map_or_else(|| backend.host.clone().unwrap_or_default(), name);
    let port = backend.port.map_or(String::new(), |port| format!(":{port}"));
    let subset = backend.subset.as_ref().map_or(String::new(), |subset| format!(" subset {subset}"));
    let fault = backend.reason.as_ref().map_or(String::new(), |reason| format!(" fails: {reason}"));
    _ = write!(text, "{part}/{whole} {who}{port}{subset}{fault}");
    for endpoint in &backend.endpoints {
        let who = endpoint.workload.as_ref().map_or_else(|| endpoint.address.clone().unwrap_or_default(), name);
        let ready = if endpoint.ready { "" } else { " not ready" };
        _ = write!(text, " -> {who}:{} x{}{ready}", endpoint.port, endpoint.replicas);
    }
    text.push('\n');
}

fn hop(text: &mut String, hop: &Hop) {
    let who = hop.resource.as_ref().map_or_else(|| hop.title.clone(), name);
    let by = hop.decided_by.as_ref().map_or(String::new(), |by| format!(" by {by}"));
    let failed = if hop.failed { " (fails)" } else { "" };
    _ = writeln!(text, "{who}: {}{by}{failed}", hop.detail);
    for candidate in hop.candidates.iter().filter(|it| it.verdict != Standing::Chosen) {
        let who = candidate.resource.as_ref().map_or(String::new(), name);
        _ = writeln!(text, "  not {who} {}: {}", candidate.path, candidate.reason);
    }
}

fn name(reference: &Ref) -> String {
    format!("{}/{}", reference.kind, reference.name)
}

/// Findings, a line each.
pub(crate) fn diagnostics(check: &Check) -> String {
    let mut text = String::new();
    for it in &check.diagnostics {
        let (start, end) = (it.range.start, it.range.end);
        let place = format!("{}:{}:{}-{}", it.range.file, start.line, start.column, end.column);
        _ = writeln!(text, "{place} {}[{}] {}", it.severity, it.code, it.message);
    }
    text
}
