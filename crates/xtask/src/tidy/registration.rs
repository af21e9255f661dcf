//! Nothing lies about unregistered: every file has its `mod` line, every lint and gateway its line in `ALL`, every lint its pages.

use super::Source;

pub(super) fn check(sources: &[Source]) -> Vec<String> {
    let rust = sources.iter().filter(|it| it.is(&["rs"]));
    rust.flat_map(|it| [module(sources, it), listed(sources, it)].into_iter().flatten().chain(pages(sources, it)))
        .collect()
}

/// `src/a/b.rs` needs `mod b;` in `src/a.rs`, and `src/b.rs` in `lib.rs` or `main.rs`; rustc does not miss a file.
fn module(sources: &[Source], source: &Source) -> Option<String> {
    let (folder, name) = inside_src(source)?;
    let is_root = folder.ends_with("/src") && matches!(name, "lib" | "main") || folder.ends_with("/src/bin");
    let parents = parents(folder);
    let line = format!("mod {name};");
    let holds = |path: &String| sources.iter().any(|it| it.path == *path && it.text.contains(&line));
    let missing = !is_root && !parents.iter().any(holds);
    missing.then(|| format!("{}: nothing says `{line}` (looked in {})", source.path, parents.join(", ")))
}

/// A `LINT` or a `GATEWAY` that no `ALL` holds would never run.
fn listed(sources: &[Source], source: &Source) -> Option<String> {
    let (folder, name) = inside_src(source)?;
    let kind = match folder {
        "crates/lints/src" => "LINT",
        "crates/routing/src/gateways" => "GATEWAY",
        _ => return None,
    };
    let entry = format!("{name}::{kind}");
    let holds = |path: &String| sources.iter().any(|it| it.path == *path && it.text.contains(&entry));
    let declares = source.text.contains(&format!("static {kind}:"));
    let missing = declares && !parents(folder).iter().any(holds);
    missing.then(|| format!("{}: `ALL` does not hold `{entry}`", source.path))
}

/// A lint has a page in each language, under its code.
fn pages(sources: &[Source], source: &Source) -> Vec<String> {
    let Some(("crates/lints/src", name)) = inside_src(source) else { return Vec::new() };
    if !source.text.contains("static LINT:") {
        return Vec::new();
    }
    let wanted = ["ko", "en"].map(|language| format!("static/lints/{}.{language}.md", name.replace('_', "-")));
    let missing = wanted.into_iter().filter(|path| !sources.iter().any(|it| it.path == *path));
    missing.map(|path| format!("{}: lacks its page {path}", source.path)).collect()
}

/// Folder and name of a file that is a module of a package.
fn inside_src(source: &Source) -> Option<(&str, &str)> {
    let (folder, file) = source.path.rsplit_once('/')?;
    let package = folder.split("/src").next()?;
    let is_module = package == "web" || package.strip_prefix("crates/").is_some_and(|it| !it.contains('/'));
    (is_module && folder.len() > package.len()).then_some((folder, file.strip_suffix(".rs")?))
}

fn parents(folder: &str) -> Vec<String> {
    if folder.ends_with("/src") {
        vec![format!("{folder}/lib.rs"), format!("{folder}/main.rs")]
    } else {
        vec![format!("{folder}.rs")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture;

    #[test]
    fn a_lint_that_nothing_knows_is_found_in_every_way() {
        let lint = ("crates/lints/src/dangling_backend.rs", "//! A.\npub static LINT: Lint = Lint {};\n");
        let findings = check(&fixture(&[lint, ("crates/lints/src/lib.rs", "//! All.\n")])).join("\n");
        assert!(findings.contains("nothing says `mod dangling_backend;`"), "{findings}");
        assert!(findings.contains("`ALL` does not hold `dangling_backend::LINT`"), "{findings}");
        assert!(findings.contains("static/lints/dangling-backend.ko.md"), "{findings}");
        assert!(findings.contains("static/lints/dangling-backend.en.md"), "{findings}");
    }

    #[test]
    fn a_registered_lint_and_plain_modules_pass() {
        let files = [
            ("crates/lints/src/lib.rs", "//! All.\nmod a_b;\nmod help;\npub static ALL: X = [&a_b::LINT];\n"),
            ("crates/lints/src/a_b.rs", "//! A.\npub static LINT: Lint = Lint {};\n"),
            ("crates/lints/src/help.rs", "//! Helps.\nmod more;\n"),
            ("crates/lints/src/help/more.rs", "//! Helps more.\n"),
            ("static/lints/a-b.ko.md", ""),
            ("static/lints/a-b.en.md", ""),
            ("crates/wasm/src/bin/worker.rs", "//! A root of its own.\n"),
            ("tests/src/lib.rs", "//! Not ours to judge.\n"),
        ];
        assert_eq!(check(&fixture(&files)), Vec::<String>::new());
    }
}
