//! How large `dist/` is, raw, gzip and brotli, against the committed budget.

use crate::arguments::Arguments;
use crate::limits::{self, Sizes};
use crate::process::{Outcome, command as child, quiet};
use crate::{place, setup, site};

struct Measured {
    /// Below `dist/`, without the hash.
    name: String,
    bytes: [u64; 3],
}

pub(crate) fn command(arguments: &mut Arguments) -> Outcome {
    arguments.end()?;
    site::build(site::Profile::Release)?;
    check()
}

/// Prints the table; an error when a limit is exceeded.
pub(crate) fn check() -> Outcome {
    let limits = limits::sizes()?;
    let measured = measure()?;
    println!("{:>10} {:>10} {:>10}  file", "raw", "gzip", "brotli");
    for file in &measured {
        print_row(file.bytes, &file.name);
    }
    let (later, first): (Vec<_>, Vec<_>) = measured.iter().partition(|file| is_later(&limits, &file.name));
    print_row(sum(&later), "on demand");
    print_row(sum(&first), "first load");
    print_row(limits.total, "limit of the first load");
    let exceeded = exceeded(&limits, &measured, sum(&first));
    if exceeded.is_empty() { Ok(()) } else { Err(exceeded.join("; ")) }
}

fn measure() -> Outcome<Vec<Measured>> {
    setup::node()?;
    let script = place::root().join("crates/xtask/src/size.mjs");
    let mut node = child("node", [script]);
    let text = quiet(node.args(site::dist_files()))?;
    Ok(text.lines().filter_map(measured).collect())
}

fn measured(line: &str) -> Option<Measured> {
    let mut words = line.splitn(4, ' ');
    let mut bytes = || words.next().and_then(|it| it.parse().ok());
    let bytes = [bytes()?, bytes()?, bytes()?];
    let dist = place::dist();
    let path = words.next()?;
    let name = path.strip_prefix(&*dist.to_string_lossy())?.trim_start_matches('/');
    Some(Measured { name: without_hash(name), bytes })
}

/// `podpath-web-1a2b3c4d5e6f7a8b_bg.wasm` is `podpath-web_bg.wasm` in every build.
fn without_hash(name: &str) -> String {
    let is_hash = |part: &str| part.len() >= 12 && part.chars().all(|it| it.is_ascii_hexdigit());
    let mut kept = String::new();
    for part in name.split_inclusive(['-', '_', '.', '/']) {
        let word = part.trim_end_matches(['-', '_', '.', '/']);
        if is_hash(word) && kept.ends_with('-') {
            kept.pop();
            kept.push_str(part.strip_prefix(word).unwrap_or_default());
        } else {
            kept.push_str(part);
        }
    }
    kept
}

fn exceeded(limits: &Sizes, measured: &[Measured], first: [u64; 3]) -> Vec<String> {
    let kinds = ["raw", "gzip", "brotli"].into_iter().zip(first).zip(limits.total);
    let totals = kinds.filter(|((_, bytes), limit)| bytes > limit);
    let totals =
        totals.map(|((kind, bytes), limit)| format!("the first load has {bytes} bytes {kind}, {limit} allowed"));
    let files = measured.iter().filter_map(|file| {
        let (limit, [_, _, brotli]) = (limits.files.get(&file.name)?, file.bytes);
        (brotli > *limit).then(|| format!("{} has {brotli} bytes brotli, {limit} allowed", file.name))
    });
    totals.chain(files).collect()
}

fn is_later(limits: &Sizes, name: &str) -> bool {
    limits.later.iter().any(|folder| name.starts_with(folder))
}

fn sum(files: &[&Measured]) -> [u64; 3] {
    files.iter().fold([0; 3], |[raw, gzip, brotli], it| {
        let [r, g, b] = it.bytes;
        [raw + r, gzip + g, brotli + b]
    })
}

fn print_row([raw, gzip, brotli]: [u64; 3], name: &str) {
    println!("{raw:>10} {gzip:>10} {brotli:>10}  {name}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_hash_only() {
        assert_eq!(without_hash("podpath-web-1a2b3c4d5e6f7a8b_bg.wasm"), "podpath-web_bg.wasm");
        assert_eq!(without_hash("style-0123456789abcdef.css"), "style.css");
        assert_eq!(without_hash("lints/dangling-backend.ko.md"), "lints/dangling-backend.ko.md");
        assert_eq!(without_hash("worker_bg.wasm"), "worker_bg.wasm");
    }

    #[test]
    fn a_file_over_its_limit_is_named() {
        let limits = Sizes { total: [9, 9, 9], later: Vec::new(), files: [("a.js".to_owned(), 2)].into() };
        let measured = [Measured { name: "a.js".into(), bytes: [5, 4, 3] }];
        assert_eq!(exceeded(&limits, &measured, [5, 4, 3]), ["a.js has 3 bytes brotli, 2 allowed"]);
        assert_eq!(exceeded(&limits, &[], [10, 4, 3]), ["the first load has 10 bytes raw, 9 allowed"]);
    }
}
