//! The trace as a Markdown report: verdict, path, losers, and the lines of YAML that decided.

use podpath_protocol::{Candidate, Hop, Locale, Range, Trace};

use crate::rich::place;
use crate::state::files::Files;
use crate::view::losers;
use crate::words;

/// Lines of one place that are quoted.
const N_LINES: usize = 12;

/// The report of one trace; places are quoted from the files.
pub(crate) fn report(trace: &Trace, url: &str, files: &Files, locale: Locale) -> String {
    let verdict = &trace.verdict;
    let mut parts = vec![format!("## {}", verdict.title)];
    parts.extend(Some(verdict.detail.clone()).filter(|it| !it.is_empty()));
    parts.push(format!("{} `{}`", words::REQUEST.text(locale), url.replace('`', "")));
    parts.push(format!("### {}", words::PATH.text(locale)));
    parts.push((1..).zip(&trace.hops).map(|(number, hop)| step(number, hop)).collect::<Vec<_>>().join("\n"));
    parts.extend(table(trace, locale));
    parts.extend(lines(trace, files, locale));
    parts.join("\n\n") + "\n"
}

fn step(number: usize, hop: &Hop) -> String {
    let at = hop.range.as_ref().map(|it| format!(" ({})", place(it))).unwrap_or_default();
    let kind = hop.resource.as_ref().map(|it| format!("{} ", it.kind)).unwrap_or_default();
    let mark = if hop.failed { " ✗" } else { "" };
    let number = format!("{number}. ");
    let step = format!("{number}{kind}**{}**{mark}: {}{at}", hop.title.replace('*', "\\*"), hop.detail);
    // A list inside an item stands below the item's text, however long its number is.
    let inset = " ".repeat(number.len());
    let notes = hop.notes.iter().map(|it| format!("\n{inset}- {}", it.detail));
    std::iter::once(step).chain(notes).collect()
}

/// The candidates that lost, one a row.
fn table(trace: &Trace, locale: Locale) -> Option<String> {
    let rows =
        (1_usize..).zip(&trace.hops).flat_map(|(number, hop)| losers(hop).into_iter().map(move |it| (number, it)));
    let rows: Vec<String> = rows.map(|(number, it)| row(number, it)).collect();
    if rows.is_empty() {
        return None;
    }
    let heads = [words::REPORT_HOP, words::REPORT_CANDIDATE, words::REPORT_REASON, words::REPORT_PLACE]
        .map(|it| it.text(locale));
    let head = format!("| {} |\n| ---: | --- | --- | --- |", heads.join(" | "));
    Some(format!("### {}\n\n{head}\n{}", words::REPORT_LOSERS.text(locale), rows.join("\n")))
}

fn row(number: usize, it: &Candidate) -> String {
    let name = it.resource.as_ref().map_or_else(String::new, |it| it.name.clone());
    let path = if it.path.is_empty() { String::new() } else { format!("`{}`", it.path) };
    let at = it.range.as_ref().map(place).unwrap_or_default();
    let cells = [number.to_string(), format!("{name} {path}"), it.detail.clone(), at];
    format!("| {} |", cells.map(|it| it.trim().replace('|', "\\|").replace('\n', " ")).join(" | "))
}

/// The places of the path, quoted.
fn lines(trace: &Trace, files: &Files, locale: Locale) -> Option<String> {
    let hops = trace.hops.iter().filter_map(|it| it.range.as_ref());
    let mut ranges: Vec<&Range> = Vec::new();
    for range in trace.verdict.range.iter().chain(hops) {
        if !ranges.contains(&range) {
            ranges.push(range);
        }
    }
    let quote = |range: &&Range| {
        let text = files.get(range.file.as_ref())?;
        let first = range.start.line.saturating_sub(1) as usize;
        let n_lines = (range.end.line.saturating_sub(range.start.line) as usize + 1).min(N_LINES);
        let quoted: Vec<&str> = text.lines().skip(first).take(n_lines).collect();
        // A fence longer than any in the text, so that the text cannot end it.
        let fence = if quoted.iter().any(|it| it.contains("```")) { "`````" } else { "```" };
        Some(format!(
            "`{}:{}`\n\n{fence}yaml\n{}\n{fence}",
            range.file.replace('`', ""),
            range.start.line,
            quoted.join("\n")
        ))
    };
    let quotes: Vec<String> = ranges.iter().filter_map(quote).collect();
    (!quotes.is_empty()).then(|| format!("### {}\n\n{}", words::REPORT_LINES.text(locale), quotes.join("\n\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_the_path_the_losers_and_the_lines() {
        let text = r#"{"id": null, "outcome": "answered", "status": 404, "grpcStatus": null, "reason": "no-route", "location": null, "body": null,
            "backends": [], "upstream": null, "response": null, "mirrors": [],
            "verdict": {"title": "404 No rule", "detail": "", "stage": "traffic", "range": null, "fix": null},
            "hops": [{"kind": "route", "resource": null, "title": "web", "detail": "no path fits", "decidedBy": null, "rule": null, "failed": true,
                "range": {"file": "a.yaml", "start": {"line": 2, "column": 1, "offset": 5}, "end": {"line": 2, "column": 4, "offset": 8}},
                "candidates": [{"resource": null, "range": null, "path": "http[0]", "verdict": "lost", "reason": "path-mismatch", "detail": "a | b"}]}]}"#;
        let trace: Trace = serde_json::from_str(text).unwrap();
        let files: Files = [("a.yaml".into(), "one\ntwo\nthree".into())].into_iter().collect();
        let report = report(&trace, "http://a/", &files, Locale::En);
        for part in [
            "## 404 No rule",
            "1. **web** ✗: no path fits (a.yaml:2)",
            "| 1 | `http[0]` | a \\| b |  |",
            "`a.yaml:2`\n\n```yaml\ntwo\n```",
        ] {
            assert!(report.contains(part), "{part}\n{report}");
        }
    }
}
