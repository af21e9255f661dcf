//! Random bytes through the core: the targets of `tests/fuzz`, by cargo-fuzz.

use std::fs;

use crate::arguments::Arguments;
use crate::process::{Outcome, command as child, run};
use crate::{inputs, place, setup};

pub(crate) fn command(arguments: &mut Arguments) -> Outcome {
    let seconds = match arguments.word() {
        None => 60,
        Some(word) => word.parse::<u32>().map_err(|_| format!("`{word}` is no number of seconds"))?,
    };
    arguments.end()?;
    let targets = targets();
    if targets.is_empty() {
        return Err("there is no target in tests/fuzz/fuzz_targets".into());
    }
    let path = place::path_with(&[setup::cargo_fuzz()?.folder()])?;
    for target in targets {
        // What it finds on the way is kept outside the checkout's own files, for the next run.
        let corpus = place::target().join("fuzz/corpus").join(&target);
        fs::create_dir_all(&corpus).map_err(|error| format!("cannot make {}: {error}", corpus.display()))?;
        let mut fuzz = child("cargo", ["fuzz", "run", "--fuzz-dir", "tests/fuzz", &target]);
        fuzz.arg(&corpus);
        let seeds = place::root().join("tests/fuzz/seeds").join(&target);
        if seeds.is_dir() {
            fuzz.arg(seeds);
        }
        // Texts of any length from the start: a minute is too short to grow them, or to look up the names of functions.
        fuzz.args(["--", "-len_control=0", "-max_len=1024", "-print_funcs=0"]);
        fuzz.arg(format!("-max_total_time={seconds}"));
        fuzz.env("CARGO_TARGET_DIR", place::target().join("fuzz"));
        // The sanitizer is an unstable option, and a nightly for it alone is not worth its download.
        run(fuzz.env("PATH", &path).env("RUSTC_BOOTSTRAP", "1"))?;
    }
    Ok(())
}

fn targets() -> Vec<String> {
    let files = inputs::files(&place::root().join("tests/fuzz/fuzz_targets"));
    let names = files.iter().filter_map(|file| file.file_stem()).map(|name| name.to_string_lossy().into_owned());
    names.collect()
}
