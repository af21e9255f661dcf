//! `cargo xtask new lint CODE`: the files of a new lint, and the two lines that register it.

use crate::arguments::Arguments;
use crate::place;
use crate::process::{Outcome, read, write};

const RULE: &str = include_str!("new_lint/rule.txt");
const PAGES: [(&str, &str); 2] =
    [("en", include_str!("new_lint/page.en.txt")), ("ko", include_str!("new_lint/page.ko.txt"))];

pub(crate) fn command(arguments: &mut Arguments) -> Outcome {
    let (what, code) = (arguments.word(), arguments.word());
    arguments.end()?;
    let (Some("lint"), Some(code)) = (what.as_deref(), code) else {
        return Err("say `cargo xtask new lint CODE`".into());
    };
    if !is_code(&code) {
        return Err(format!("`{code}` is no code: lower case words joined by `-` that name the defect"));
    }
    let (lints, name) = (place::root().join("crates/lints/src"), code.replace('-', "_"));
    let rule = lints.join(format!("{name}.rs"));
    if rule.is_file() {
        return Err(format!("{} is there already", rule.display()));
    }
    let lib = read(&lints.join("lib.rs"))?;
    let registered = registered(&lib, &name);
    write(&rule, &RULE.replace("CODE", &code))?;
    for (language, page) in PAGES {
        let file = place::root().join(format!("static/lints/{code}.{language}.md"));
        write(&file, &page.replace("CODE", &code))?;
    }
    println!("wrote crates/lints/src/{name}.rs and static/lints/{code}.{{en,ko}}.md");
    let Some(text) = registered else {
        println!("add `mod {name};` and `&{name}::LINT` to `ALL` in crates/lints/src/lib.rs");
        return Ok(());
    };
    write(&lints.join("lib.rs"), &text)
}

fn is_code(text: &str) -> bool {
    text.split('-')
        .all(|word| !word.is_empty() && word.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit()))
}

/// `lib.rs` with the `mod` line at its place in the alphabet and the line of `ALL`; none when it has not that form.
fn registered(lib: &str, name: &str) -> Option<String> {
    let mut lines: Vec<String> = lib.lines().map(str::to_owned).collect();
    let module = format!("mod {name};");
    let mods: Vec<usize> =
        (0..lines.len()).filter(|at| lines.get(*at).is_some_and(|it| it.starts_with("mod "))).collect();
    let after = mods.iter().find(|at| lines.get(**at).is_some_and(|it| *it > module));
    let place = after.copied().or_else(|| mods.last().map(|at| at + 1))?;
    lines.insert(place, module);
    let all = lines.iter().position(|it| it.contains(" ALL: "))?;
    let end = all + lines.get(all..)?.iter().position(|it| it.trim_start().starts_with(']'))?;
    lines.insert(end, format!("    &{name}::LINT,"));
    Some(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lines_find_their_place() {
        let lib = "//! Lints.\n\nmod alpha;\nmod gamma;\n\npub static ALL: &[&Lint] = &[\n    &alpha::LINT,\n    &gamma::LINT,\n];\n";
        let text = registered(lib, "beta").unwrap();
        assert!(text.contains("mod alpha;\nmod beta;\nmod gamma;\n"), "{text}");
        assert!(text.contains("    &gamma::LINT,\n    &beta::LINT,\n];\n"), "{text}");
        assert_eq!(registered("//! Nothing.\n", "beta"), None);
    }

    #[test]
    fn codes_are_kebab_case() {
        assert!(is_code("dangling-backend"));
        assert!(["Dangling", "dangling_backend", "-x", ""].iter().all(|text| !is_code(text)));
    }
}
