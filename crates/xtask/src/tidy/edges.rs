//! Which crate may use which: the arrow of ARCHITECTURE.md. A new edge is a decision, so it stands here first.

use toml::{Table, Value};

use super::Source;

const EDGES: [(&str, &[&str]); 17] = [
    ("crates/order", &[]),
    ("crates/source", &["order"]),
    ("crates/yaml", &["order", "source"]),
    ("crates/schema", &["order", "source", "yaml"]),
    ("crates/admission", &["order", "source", "yaml", "schema"]),
    ("crates/objects", &["order", "source", "yaml"]),
    ("crates/cluster", &["order", "source", "objects"]),
    ("crates/routing", &["order", "source", "yaml", "objects", "cluster"]),
    ("crates/lints", &["order", "source", "yaml", "schema", "admission", "objects", "cluster", "routing"]),
    ("crates/diagram", &["order", "protocol"]),
    ("crates/protocol", &["order"]),
    (
        "crates/core",
        &[
            "order",
            "source",
            "yaml",
            "schema",
            "admission",
            "objects",
            "cluster",
            "routing",
            "lints",
            "diagram",
            "protocol",
        ],
    ),
    ("crates/wasm", &["core"]),
    ("crates/cli", &["core", "order", "protocol"]),
    ("crates/xtask", &[]),
    ("web", &["order", "protocol", "diagram"]),
    ("tests", &["core", "protocol"]),
];

pub(super) fn check(sources: &[Source]) -> Vec<String> {
    sources
        .iter()
        .filter_map(|it| Some((it.path.strip_suffix("/Cargo.toml")?, it)))
        .flat_map(|(at, it)| package(at, it))
        .collect()
}

fn package(folder: &str, source: &Source) -> Vec<String> {
    if !matches!(folder, "web" | "tests") && folder.split('/').count() != 2 || folder == "tests/fuzz" {
        return Vec::new();
    }
    let Some((_, allowed)) = EDGES.iter().find(|(package, _)| *package == folder) else {
        return vec![format!("{}: the table of crate edges does not know {folder}", source.path)];
    };
    let refused = used(&source.text).into_iter().filter(|name| !allowed.contains(&&**name));
    refused.map(|name| format!("{}: {folder} may not use podpath-{name}", source.path)).collect()
}

/// The crates of this repository that a manifest names, whichever kind of dependency.
fn used(manifest: &str) -> Vec<String> {
    let manifest: Table = manifest.parse().unwrap_or_default();
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flatten();
    let everywhere = targets.filter_map(|(_, target)| target.as_table()).chain([&manifest]);
    let tables = everywhere.flat_map(|it| kinds.iter().filter_map(|kind| it.get(*kind)?.as_table()));
    tables.flat_map(Table::keys).filter_map(|name| name.strip_prefix("podpath-")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture;

    #[test]
    fn an_edge_against_the_arrow_is_found() {
        let manifest =
            "[dependencies]\npodpath-source.workspace = true\n[dev-dependencies]\npodpath-core.workspace = true\n";
        let findings = check(&fixture(&[("crates/yaml/Cargo.toml", manifest)]));
        assert_eq!(findings, ["crates/yaml/Cargo.toml: crates/yaml may not use podpath-core"]);
    }

    #[test]
    fn an_edge_for_one_target_counts() {
        let manifest = "[target.'cfg(unix)'.dependencies]\npodpath-core.workspace = true\n";
        assert_eq!(check(&fixture(&[("web/Cargo.toml", manifest)])).len(), 1);
        assert_eq!(check(&fixture(&[("crates/wasm/Cargo.toml", manifest)])).len(), 0);
    }
}
