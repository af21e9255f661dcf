//! Answers as text for a terminal.

use std::fmt::Write as _;

use podpath_protocol::{
    Admission, Candidate, Check, Condition, Conversion, Diagnostic, Hop, Locale, Range, Ref, Standing, Statuses, Trace,
    Workloads,
};
use serde_json::Value;

/// More losers than this are counted, not listed.
const MAX_LOSERS: usize = 8;

/// Findings with the line that each is about.
pub(crate) fn check(found: &Check, params: &Value) -> String {
    let mut text = String::new();
    for diagnostic in &found.diagnostics {
        let file = params.pointer("/files").and_then(|it| it.get(&*diagnostic.range.file)).and_then(Value::as_str);
        finding(&mut text, diagnostic, file.unwrap_or_default());
    }
    let count = |severity: &str| found.diagnostics.iter().filter(|it| it.severity == severity).count();
    let counted = [("error", "error"), ("warning", "warning"), ("info", "note")].map(|(severity, name)| {
        let n_found = count(severity);
        format!("{n_found} {name}{}", if n_found == 1 { "" } else { "s" })
    });
    _ = writeln!(text, "{}", counted.join(", "));
    text
}

/// Each document that is refused, with the server's words.
pub(crate) fn admission(found: &Admission) -> String {
    let mut text = String::new();
    for it in found.documents.iter().filter(|it| !it.accepted) {
        let name = it.resource.as_ref().map_or(String::new(), |it| format!(" {}/{}", it.kind, it.name));
        _ = writeln!(text, "{} document {}{name} is refused", it.file, it.index + 1);
        for error in &it.errors {
            let at = error.range.as_ref().map_or(String::new(), |it| format!("{} ", place(it)));
            _ = writeln!(text, "  {at}{}: {}", error.field, error.detail);
        }
    }
    let n_refused = found.documents.iter().filter(|it| !it.accepted).count();
    _ = writeln!(text, "{n_refused} of {} documents refused", found.documents.len());
    text
}

/// Each workload with what belongs to it, a line a fact.
pub(crate) fn workloads(found: &Workloads) -> String {
    let mut text = String::new();
    let names = |list: &[Ref]| list.iter().map(|it| format!("{}/{}", it.kind, it.name)).collect::<Vec<_>>().join(", ");
    for it in &found.workloads {
        let Ref { kind, namespace, name, .. } = &it.workload;
        _ = writeln!(text, "{kind} {}/{name}", namespace.as_deref().unwrap_or_default());
        let labels: Vec<_> = it.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let nodes = it.schedulable.nodes.as_ref().map(|it| format!(": {}", it.join(", "))).unwrap_or_default();
        let (sidecar, mtls, policies) = (&it.sidecar, &it.mtls, &it.policies);
        let revision = sidecar.revision.as_ref().map(|it| format!(" by revision {it}")).unwrap_or_default();
        let injected = if sidecar.injected { "yes" } else { "no" };
        let modes: Vec<_> = mtls.ports.iter().map(|(port, mode)| format!(", {port} {mode}")).collect();
        let modes = modes.concat();
        let why = mtls.why.first().map_or("", |it| it.detail.as_str());
        let lines = [
            ("pods", it.pods.join(", ")),
            ("labels", labels.join(", ")),
            ("services", names(&it.services)),
            ("sidecar", format!("{injected}{revision}: {}{}", sidecar.detail, spot(sidecar.range.as_ref()))),
            ("mTLS", format!("{}{modes}: {why}", mtls.mode)),
            ("denied by", names(&policies.deny)),
            ("allowed by", names(&policies.allow)),
            ("audited by", names(&policies.audit)),
            ("decided outside by", names(&policies.custom)),
            ("other policies", names(&policies.other)),
            ("network policies", names(&it.network_policies)),
            ("service account", it.service_account.name.clone()),
            ("IAM role", it.iam_role.clone().unwrap_or_default()),
            ("uses", names(&it.uses)),
            ("nodes", format!("{}{nodes}", it.schedulable.reason)),
        ];
        for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
            _ = writeln!(text, "  {name}: {value}");
        }
    }
    text
}

fn spot(range: Option<&Range>) -> String {
    range.map(|it| format!(" ({})", place(it))).unwrap_or_default()
}

/// The new files as one stream of documents.
pub(crate) fn conversion(found: &Conversion) -> String {
    found.files.values().map(String::as_str).collect::<Vec<_>>().join("---\n")
}

fn finding(text: &mut String, diagnostic: &Diagnostic, file: &str) {
    let Diagnostic { severity, code, message, range, .. } = diagnostic;
    _ = writeln!(text, "{severity}[{code}]: {message}");
    _ = writeln!(text, "  --> {}", place(range));
    let line = file.lines().nth(range.start.line.saturating_sub(1) as usize).unwrap_or_default();
    if !line.trim().is_empty() {
        let same_line = range.end.line == range.start.line;
        let length = if same_line { range.end.column.saturating_sub(range.start.column).max(1) } else { 1 };
        let before: String = line.chars().take(range.start.column.saturating_sub(1) as usize).collect();
        let marked: String = line.chars().skip(before.chars().count()).take(length as usize).collect();
        let number = range.start.line.to_string();
        let margin = " ".repeat(number.len());
        _ = writeln!(text, "{number} | {line}");
        _ = writeln!(text, "{margin} | {}{}", " ".repeat(width(&before)), "^".repeat(width(&marked).max(1)));
    }
    for related in &diagnostic.related {
        _ = writeln!(text, "  = {}: {}", place(&related.range), related.message);
    }
    if let Some(help) = &diagnostic.help {
        _ = writeln!(text, "  = help: {help}");
    }
    if let Some(fix) = &diagnostic.fix {
        _ = writeln!(text, "  = fix: {}", fix.title);
    }
    text.push('\n');
}

/// Columns in a terminal: Hangul and other wide letters take two.
fn width(text: &str) -> usize {
    let is_wide = |c: char| matches!(u32::from(c), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF);
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// What controllers write, object by object.
pub(crate) fn status(found: &Statuses) -> String {
    let mut text = String::new();
    for object in &found.objects {
        let status = &object.status;
        _ = writeln!(text, "{}", full_name(&object.resource));
        conditions(&mut text, "  ", &status.conditions);
        if status.attached_listener_sets > 0 {
            _ = writeln!(text, "  attachedListenerSets {}", status.attached_listener_sets);
        }
        for listener in &status.listeners {
            let kinds: Vec<_> = listener.supported_kinds.iter().map(|it| it.kind.as_str()).collect();
            let (name, kinds) = (&listener.name, kinds.join(", "));
            _ = writeln!(
                text,
                "  listener {name}: attachedRoutes {}, supportedKinds {kinds}",
                listener.attached_routes
            );
            conditions(&mut text, "    ", &listener.conditions);
        }
        for parent in &status.parents {
            let it = &parent.parent_ref;
            let section = it.section_name.as_ref().map_or(String::new(), |it| format!("/{it}"));
            _ = writeln!(text, "  parent {} {}/{}{section}", it.kind, it.namespace, it.name);
            conditions(&mut text, "    ", &parent.conditions);
        }
    }
    text
}

fn conditions(text: &mut String, indent: &str, conditions: &[Condition]) {
    for it in conditions {
        _ = writeln!(text, "{indent}{} {} {}: {}", it.kind, it.status, it.reason, it.message);
    }
}

/// A way, hop by hop; `plain` is the same request without TLS.
pub(crate) fn trace(trace: &Trace, plain: Option<&Trace>, locale: Locale) -> String {
    let (fix_word, plain_word) = match locale {
        Locale::En => ("fix", "the same over plain HTTP (port 80)"),
        Locale::Ko => ("고치기", "같은 요청을 HTTP(80 포트)로 보내면"),
    };
    let mut text = String::new();
    _ = writeln!(text, "{}", trace.verdict.title);
    if !trace.verdict.detail.is_empty() {
        _ = writeln!(text, "  {}", trace.verdict.detail);
    }
    if let Some(range) = &trace.verdict.range {
        _ = writeln!(text, "  {}", place(range));
    }
    if let Some(fix) = &trace.verdict.fix {
        _ = writeln!(text, "  {fix_word}: {}", fix.title);
    }
    text.push('\n');
    for (hop, number) in trace.hops.iter().zip(1..) {
        step(&mut text, hop, number);
    }
    if let Some(plain) = plain {
        _ = writeln!(text, "\n{plain_word}: {}", plain.verdict.title);
    }
    text
}

fn step(text: &mut String, hop: &Hop, number: u32) {
    let name = hop.resource.as_ref().map_or_else(|| hop.title.clone(), full_name);
    let mark = if hop.failed { " x" } else { "" };
    _ = writeln!(text, "{number}{mark} {name}: {}", hop.detail);
    if let Some(range) = &hop.range {
        _ = writeln!(text, "    {}", place(range));
    }
    for note in &hop.notes {
        _ = writeln!(text, "    ! {}", note.detail);
    }
    let losers: Vec<_> = hop.candidates.iter().filter(|it| it.verdict != Standing::Chosen).collect();
    for loser in losers.iter().take(MAX_LOSERS) {
        candidate(text, loser);
    }
    if losers.len() > MAX_LOSERS {
        _ = writeln!(text, "    - {} others", losers.len() - MAX_LOSERS);
    }
}

fn candidate(text: &mut String, candidate: &Candidate) {
    let name = candidate.resource.as_deref().map_or(String::new(), full_name);
    let path = if candidate.path.is_empty() { String::new() } else { format!(" {}", candidate.path) };
    _ = writeln!(text, "    - {name}{path}: {}", candidate.detail);
}

fn full_name(reference: &Ref) -> String {
    match &reference.namespace {
        Some(namespace) => format!("{} {namespace}/{}", reference.kind, reference.name),
        None => format!("{} {}", reference.kind, reference.name),
    }
}

fn place(range: &Range) -> String {
    format!("{}:{}:{}", range.file, range.start.line, range.start.column)
}
