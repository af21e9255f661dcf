//! Set-up, build, tests, checks and figures of this repository: `cargo xtask`.
#![expect(clippy::print_stdout, reason = "a command line speaks on standard output")]

mod arguments;
mod bench;
mod ci;
mod conformance;
mod examples;
mod first;
mod fuzz;
mod inputs;
mod limits;
mod new_lint;
mod place;
mod process;
mod products;
mod serve;
mod setup;
mod site;
mod size;
mod steps;
mod test;
mod tidy;
mod totals;

use std::process::ExitCode;

use arguments::Arguments;
use process::Outcome;

const USAGE: &str = "\
cargo xtask serve [--port 8080] [--watch] [--debug] [--no-build]   the playground on this machine
cargo xtask build [--debug]              dist/: the static site, for any host and path prefix
cargo xtask test [--native | --browser] [WORDS]   every test, or one half, or those whose name holds WORDS
cargo xtask ci [--after-test]            all that must hold before a change lands; with the flag,
                                         the result that `test` noted for the very same tree counts
cargo xtask tidy                         the rules that no compiler knows
cargo xtask size                         dist/ raw, gzip and brotli, against crates/xtask/limits.toml
cargo xtask conformance [SUITE] [--update]   ../shared/conformance; --update raises the floors
cargo xtask bench                        the figures: native, WebAssembly, sizes
cargo xtask fuzz [SECONDS]               random bytes through the core (default 60 s a target)
cargo xtask new lint CODE                the files and lines of a new lint
Every command installs what it needs and is missing; a second run reuses it.";

fn main() -> ExitCode {
    match run(&mut Arguments::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("error: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &mut Arguments) -> Outcome {
    match arguments.word().as_deref() {
        Some("serve") => serve::serve(arguments),
        Some("build") => site::command_line(arguments),
        Some("test") => test::command(arguments),
        Some("ci") => ci::command(arguments),
        Some("tidy") => tidy::command(arguments),
        Some("size") => size::command(arguments),
        Some("conformance") => conformance::command(arguments),
        Some("bench") => bench::command(arguments),
        Some("fuzz") => fuzz::command(arguments),
        Some("new") => new_lint::command(arguments),
        Some("help") | None => {
            println!("{USAGE}");
            Ok(())
        }
        Some(other) => Err(format!("there is no command `{other}`; `cargo xtask help` lists them")),
    }
}
