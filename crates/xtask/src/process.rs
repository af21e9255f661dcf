//! Children: started, shown, and turned into one sentence when they fail.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::place;

/// What went wrong is one sentence for the person at the terminal.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// A command that starts in the checkout.
pub(crate) fn command<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: I) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(place::root());
    command
}

/// `cargo` and its words.
pub(crate) fn cargo(words: &str) -> Command {
    command("cargo", words.split_whitespace())
}

/// Runs it with its output on the terminal.
pub(crate) fn run(command: &mut Command) -> Outcome {
    println!("  $ {}", shown(command));
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() { Ok(()) } else { Err(failed(command)) }
}

/// Runs it silently; its output stands in the error when it fails.
pub(crate) fn quiet(command: &mut Command) -> Outcome<String> {
    let output = command.output().map_err(|error| not_started(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}: {}", failed(command), said.trim().lines().last().unwrap_or("it said nothing")))
}

/// Runs it, lets `read` see each line and say whether the terminal shows it; true when it succeeded.
pub(crate) fn run_lines(command: &mut Command, mut read: impl FnMut(&str) -> bool) -> Outcome<bool> {
    println!("  $ {}", shown(command));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| not_started(command, &error))?;
    let lines = child.stdout.take().map(|out| BufReader::new(out).split(b'\n'));
    for line in lines.into_iter().flatten() {
        let line = line.map_err(|error| format!("{}: {error}", failed(command)))?;
        let text = String::from_utf8_lossy(&line);
        if read(&text) {
            println!("{text}");
        }
    }
    Ok(child.wait().map_err(|error| not_started(command, &error))?.success())
}

pub(crate) fn read(file: &Path) -> Outcome<String> {
    fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))
}

/// Writes a file and the folders it stands in.
pub(crate) fn write(file: &Path, text: &str) -> Outcome {
    let made = file.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fs::write(file, text)).map_err(|error| format!("cannot write {}: {error}", file.display()))
}

fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let arguments = command.get_args().map(|it| it.to_string_lossy().into_owned());
    std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" ")
}

fn failed(command: &Command) -> String {
    format!("`{}` failed", shown(command))
}

fn not_started(command: &Command, error: &io::Error) -> String {
    format!("`{}` could not be started: {error}", shown(command))
}
