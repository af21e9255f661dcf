//! Runs tests and tells what differs.

use std::path::Path;

use podpath_protocol::{Call, Check, Diagnostic};

use serde_json::json;

use crate::ask::{self, Files};
use crate::markdown::{Block, Case, cases};
use crate::show;

/// What came out of a text of tests.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How many expectations were looked at.
    pub n_checked: usize,
    /// What differs, a sentence each.
    pub failures: Vec<String>,
    /// Lines of the expected blocks as they should be: first line, number of lines, text.
    updates: Vec<(usize, usize, String)>,
}

/// Runs the tests of a file; with `UPDATE=1` its expected blocks are written anew.
pub fn run_file(path: &Path) -> Result<Outcome, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let outcome = run_text(&text)?;
    if std::env::var_os("UPDATE").is_some() && !outcome.updates.is_empty() {
        std::fs::write(path, updated(&text, &outcome.updates)).map_err(|error| error.to_string())?;
    }
    Ok(outcome)
}

/// Runs the tests of a text.
pub fn run_text(text: &str) -> Result<Outcome, String> {
    let mut outcome = Outcome::default();
    for case in cases(text) {
        run_case(&case, &mut outcome).map_err(|error| format!("{}: {error}", case.title))?;
    }
    Ok(outcome)
}

fn run_case(case: &Case, outcome: &mut Outcome) -> Result<(), String> {
    let mut files = Files::new();
    let mut expected: Vec<(String, usize, &str, String)> = Vec::new();
    for block in case.blocks.iter().filter(|it| matches!(it.language.as_str(), "yaml" | "json")) {
        let file = block.attribute("file").unwrap_or("a.yaml");
        let (text, expectations) = without_expectations(&block.text);
        expected.extend(expectations.into_iter().map(|(line, severity, part)| (file.to_owned(), line, severity, part)));
        files.insert(file.to_owned(), text);
    }
    let mut request: Option<Call> = None;
    let mut place: Option<&String> = None;
    let mut has_expected_block = false;
    for block in &case.blocks {
        match block.language.as_str() {
            "request" => request = Some(ask::call(&block.text)?),
            "trace" => {
                let call = request.as_ref().ok_or("a trace without a request")?;
                let trace = match block.attribute("controller") {
                    Some(controller) => ask::trace_as(&files, call, controller)?,
                    None => ask::trace(&files, call)?,
                };
                compare(case, block, show::trace(&trace), outcome);
                has_expected_block = true;
            }
            "headers" => {
                let call = request.as_ref().ok_or("headers without a request")?;
                compare(case, block, show::headers(&ask::trace(&files, call)?), outcome);
                has_expected_block = true;
            }
            "graph" => {
                compare(case, block, show::graph(&ask::graph(&files, request.as_ref())?), outcome);
                has_expected_block = true;
            }
            "status" => {
                compare(case, block, show::status(&ask::status(&files)?, &block.info), outcome);
                has_expected_block = true;
            }
            "object" => {
                compare(case, block, show::object(&ask::object(&files, &block.info)?), outcome);
                has_expected_block = true;
            }
            "pod" => {
                compare(case, block, show::pod(&ask::object(&files, &block.info)?), outcome);
                has_expected_block = true;
            }
            "balancer" => {
                compare(case, block, show::balancer(&ask::object(&files, &block.info)?), outcome);
                has_expected_block = true;
            }
            "admission" => {
                compare(case, block, show::admission(&ask::ask("admit", &json!({ "files": files }))?), outcome);
                has_expected_block = true;
            }
            "load-balancers" => {
                let found = ask::ask("loadBalancers", &json!({ "files": files }))?;
                compare(case, block, show::load_balancers(&found), outcome);
            }
            "workloads" => {
                compare(case, block, show::workloads(&ask::ask("workloads", &json!({ "files": files }))?), outcome);
                has_expected_block = true;
            }
            "diagnostics" => {
                compare(case, block, show::diagnostics(&ask::check(&files)?), outcome);
                has_expected_block = true;
            }
            "place" => place = Some(&block.text),
            method @ ("complete" | "hover" | "definition" | "references") => {
                let place = place.ok_or("a question without a place")?;
                compare(case, block, show::place(method, &files, place)?, outcome);
                has_expected_block = true;
            }
            _ => {}
        }
    }
    if !files.is_empty() && (!expected.is_empty() || !has_expected_block) {
        check_lines(case, &ask::check(&files)?, &expected, outcome);
    }
    Ok(())
}

fn compare(case: &Case, block: &Block, found: String, outcome: &mut Outcome) {
    outcome.n_checked += 1;
    if found != block.text {
        let (title, line) = (&case.title, block.line);
        outcome.failures.push(format!("{title} (line {line})\n--- expected\n{}--- found\n{found}", block.text));
        outcome.updates.push((block.line, block.text.lines().count(), found));
    }
}

/// Every finding must be expected on its line, and every expectation must be met.
fn check_lines(case: &Case, check: &Check, expected: &[(String, usize, &str, String)], outcome: &mut Outcome) {
    outcome.n_checked += expected.len().max(1);
    let meets = |it: &Diagnostic, (file, line, severity, part): &(String, usize, &str, String)| {
        let (code, message) = part.split_once(' ').unwrap_or((part, ""));
        let here = *it.range.file == **file && it.range.start.line as usize == *line;
        here && it.severity == *severity && it.code == code && it.message.contains(message)
    };
    for want in expected.iter().filter(|want| !check.diagnostics.iter().any(|it| meets(it, want))) {
        outcome.failures.push(format!("{}: nothing found for {want:?}", case.title));
    }
    for found in check.diagnostics.iter().filter(|it| !expected.iter().any(|want| meets(it, want))) {
        let (line, code) = (found.range.start.line, &found.code);
        outcome.failures.push(format!("{}: not expected on line {line}: {code}: {}", case.title, found.message));
    }
}

/// Takes `# error[code] "message"` out of YAML; gives line (from 1), severity, and code with message.
fn without_expectations(text: &str) -> (String, Vec<(usize, &'static str, String)>) {
    let mut expectations = Vec::new();
    let mut clean = String::new();
    for (line, number) in text.lines().zip(1..) {
        let found = ["error", "warning", "info"].into_iter().find_map(|severity| {
            let at = line.find(&format!("# {severity}["))?;
            let rest = line.get(at + severity.len() + 3..)?;
            let (code, rest) = rest.split_once(']')?;
            Some((at, severity, format!("{code} {}", rest.trim().trim_matches('"'))))
        });
        let kept = found.as_ref().map_or(line, |(at, ..)| line.get(..*at).unwrap_or_default());
        clean.push_str(kept.trim_end());
        clean.push('\n');
        expectations.extend(found.map(|(_, severity, part)| (number, severity, part)));
    }
    (clean, expectations)
}

fn updated(text: &str, updates: &[(usize, usize, String)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (line, length, found) in updates.iter().rev() {
        lines.splice(*line..(*line + *length).min(lines.len()), found.lines().map(str::to_owned));
    }
    lines.join("\n") + "\n"
}
