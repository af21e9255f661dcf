//! The committed limits of `limits.toml`: sizes that must not grow, conformance that must not fall.

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::{Table, Value};

use crate::place;
use crate::process::{Outcome, read, write};

const FLOORS: &str = "[conformance]\n";

/// Bytes of the first load, and of single files in brotli.
pub(crate) struct Sizes {
    pub(crate) total: [u64; 3],
    pub(crate) later: Vec<String>,
    pub(crate) files: BTreeMap<String, u64>,
}

/// How much of one conformance suite holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Floor {
    pub(crate) cases: u64,
    pub(crate) checks: u64,
}

pub(crate) fn sizes() -> Outcome<Sizes> {
    let all = table()?;
    let size = all.get("size").and_then(Value::as_table).cloned().unwrap_or_default();
    let bytes = |name| size.get(name).and_then(number).ok_or_else(|| format!("limits.toml lacks size.{name}"));
    let later = size.get("later").and_then(Value::as_array).into_iter().flatten();
    let files = size.get("files").and_then(Value::as_table).into_iter().flatten();
    Ok(Sizes {
        total: [bytes("raw")?, bytes("gzip")?, bytes("brotli")?],
        later: later.filter_map(Value::as_str).map(str::to_owned).collect(),
        files: files.filter_map(|(name, value)| Some((name.clone(), number(value)?))).collect(),
    })
}

pub(crate) fn floors() -> Outcome<BTreeMap<String, Floor>> {
    let all = table()?;
    let suites = all.get("conformance").and_then(Value::as_table).into_iter().flatten();
    let floor =
        |value: &Value| Some(Floor { cases: number(value.get("cases")?)?, checks: number(value.get("checks")?)? });
    Ok(suites.filter_map(|(suite, value)| Some((suite.clone(), floor(value)?))).collect())
}

pub(crate) fn write_floors(floors: &BTreeMap<String, Floor>) -> Outcome {
    write(&file(), &with_floors(&read(&file())?, floors))
}

/// The floors are the last part of the file, so that all before it stays as people wrote it.
fn with_floors(text: &str, floors: &BTreeMap<String, Floor>) -> String {
    let kept = text.split_once(FLOORS).map_or(text, |(before, _)| before);
    let lines =
        floors.iter().map(|(suite, it)| format!("{suite} = {{ cases = {}, checks = {} }}\n", it.cases, it.checks));
    format!("{kept}{FLOORS}{}", lines.collect::<String>())
}

fn table() -> Outcome<Table> {
    read(&file())?.parse().map_err(|error| format!("cannot read limits.toml: {error}"))
}

fn file() -> PathBuf {
    place::root().join("crates/xtask/limits.toml")
}

fn number(value: &Value) -> Option<u64> {
    value.as_integer().and_then(|it| u64::try_from(it).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_floors_leave_the_rest_alone() {
        let text = "# Why.\n[size]\nraw = 1\n\n[conformance]\nold = { cases = 1, checks = 1 }\n";
        let floors = [("gateway-api".to_owned(), Floor { cases: 2, checks: 3 })].into();
        let wanted = "# Why.\n[size]\nraw = 1\n\n[conformance]\ngateway-api = { cases = 2, checks = 3 }\n";
        assert_eq!(with_floors(text, &floors), wanted);
    }

    #[test]
    fn the_committed_file_reads() {
        assert!(sizes().is_ok_and(|it| it.total.iter().all(|bytes| *bytes > 0)));
        assert!(floors().is_ok());
        assert!(read(&file()).is_ok_and(|text| text.matches(FLOORS).count() == 1), "the floors are the last part");
    }
}
