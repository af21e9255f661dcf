//! The conformance suites of `../shared`, held at the committed floors.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::arguments::Arguments;
use crate::limits::{self, Floor};
use crate::place;
use crate::process::{Outcome, cargo, command as child, run, run_lines};

/// One line of the score.
#[derive(Debug, PartialEq, Eq)]
struct Score {
    suite: String,
    holds: Floor,
}

pub(crate) fn command(arguments: &mut Arguments) -> Outcome {
    let update = arguments.flag("--update");
    let suite = arguments.word();
    arguments.end()?;
    run(&mut cargo("build --release --package podpath --quiet"))?;
    let floors = limits::floors()?;
    let scores = score(suite.as_deref())?;
    if update {
        return limits::write_floors(&raised(floors, &scores));
    }
    against(&floors, &scores)
}

/// Every suite that has a floor, by the program that is built already.
pub(crate) fn check() -> Outcome {
    if !script().is_file() {
        println!("  not run: ../shared/conformance is not here");
        return Ok(());
    }
    let floors = limits::floors()?;
    let mut scores = Vec::new();
    for suite in floors.keys() {
        scores.extend(score(Some(suite))?);
    }
    against(&floors, &scores)
}

fn script() -> PathBuf {
    place::root().join("../shared/conformance/score.py")
}

fn score(suite: Option<&str>) -> Outcome<Vec<Score>> {
    if place::program(&["python3"]).is_none() {
        return Err("the conformance score needs python3".into());
    }
    if !script().is_file() {
        return Err("../shared/conformance is not here: put the shared folder beside the checkout".into());
    }
    let mut command = child("python3", [script()]);
    command.arg("--bin").arg(place::target().join("release/podpath"));
    if let Some(suite) = suite {
        command.args(["--suite", suite]);
    }
    let mut scores = Vec::new();
    let succeeded = run_lines(&mut command, |line| {
        scores.extend(parse(line));
        true
    })?;
    if succeeded { Ok(scores) } else { Err("the conformance score broke off".into()) }
}

/// `gateway-api: cases 3/4 checks 10/12 (unsupported 1)`; the line `all` only adds up the others.
fn parse(line: &str) -> Option<Score> {
    let (suite, rest) = line.split_once(": cases ")?;
    let (cases, rest) = rest.split_once(" checks ")?;
    let count = |text: &str| text.split_once('/').and_then(|(holds, _)| holds.parse().ok());
    let holds = Floor { cases: count(cases)?, checks: count(rest)? };
    (suite != "all").then(|| Score { suite: suite.to_owned(), holds })
}

fn against(floors: &BTreeMap<String, Floor>, scores: &[Score]) -> Outcome {
    let below = floors.iter().filter_map(|(suite, floor)| {
        let holds = scores.iter().find(|it| it.suite == *suite)?.holds;
        let fell = holds.cases < floor.cases || holds.checks < floor.checks;
        fell.then(|| format!("{suite} fell from {} cases, {} checks", floor.cases, floor.checks))
    });
    let below: Vec<String> = below.collect();
    if below.is_empty() { Ok(()) } else { Err(below.join("; ")) }
}

/// Floors only rise; a suite where nothing holds yet gets none.
fn raised(mut floors: BTreeMap<String, Floor>, scores: &[Score]) -> BTreeMap<String, Floor> {
    for score in scores.iter().filter(|it| it.holds.checks > 0) {
        let floor = floors.entry(score.suite.clone()).or_default();
        floor.cases = floor.cases.max(score.holds.cases);
        floor.checks = floor.checks.max(score.holds.checks);
    }
    floors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floors(cases: u64, checks: u64) -> BTreeMap<String, Floor> {
        [("nlb-model".to_owned(), Floor { cases, checks })].into()
    }

    #[test]
    fn a_line_of_the_score_reads() {
        let line = "nlb-model: cases 3/4 checks 10/12 (unsupported 1) messages 1/2 crashed or too slow 1";
        let holds = Floor { cases: 3, checks: 10 };
        assert_eq!(parse(line), Some(Score { suite: "nlb-model".into(), holds }));
        assert_eq!(parse("all: cases 3/4 checks 10/12 (unsupported 1)"), None);
        assert_eq!(parse("LOST nlb-model a: the process ended"), None);
    }

    #[test]
    fn floors_rise_and_never_fall() {
        let scores = [Score { suite: "nlb-model".into(), holds: Floor { cases: 3, checks: 10 } }];
        assert_eq!(raised(floors(2, 12), &scores), floors(3, 12));
        assert!(against(&floors(3, 10), &scores).is_ok());
        assert!(against(&floors(4, 10), &scores).is_err());
        assert!(against(&floors(3, 11), &scores).is_err());
    }
}
