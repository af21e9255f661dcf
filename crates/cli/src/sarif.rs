//! Findings as SARIF 2.1.0, which code hosts show beside the lines.

use podpath_protocol::{Check, Diagnostic};
use serde_json::{Value, json};

/// A log with one run.
pub(crate) fn log(found: &Check) -> Value {
    let mut codes: Vec<_> = found.diagnostics.iter().map(|it| it.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<_> = codes.iter().map(|code| json!({ "id": code })).collect();
    let results: Vec<_> = found.diagnostics.iter().map(result).collect();
    json!({
        "version": "2.1.0",
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [{ "tool": { "driver": { "name": "podpath", "rules": rules } }, "results": results }],
    })
}

fn result(diagnostic: &Diagnostic) -> Value {
    let level = if diagnostic.severity == "info" { "note" } else { diagnostic.severity.as_str() };
    let range = &diagnostic.range;
    json!({
        "ruleId": diagnostic.code,
        "level": level,
        "message": { "text": diagnostic.message },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": range.file },
            "region": {
                "startLine": range.start.line,
                "startColumn": range.start.column,
                "endLine": range.end.line,
                "endColumn": range.end.column,
            },
        } }],
    })
}
