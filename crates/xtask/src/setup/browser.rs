//! A real Chromium for the browser tests.

use std::env;
use std::path::PathBuf;

use super::apt;
use crate::place;
use crate::process::Outcome;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The browser that CHROMIUM names, or PATH holds, or Debian has. The Korean fonts come with it: screenshots show both languages.
pub(crate) fn chromium() -> Outcome<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM").filter(|it| !it.is_empty()).map(PathBuf::from) {
        let missing = format!("CHROMIUM names {}, which is no file", named.display());
        return if named.is_file() { Ok(named) } else { Err(missing) };
    }
    if let Some(found) = place::program(&NAMES) {
        return Ok(found);
    }
    let what_for = "the browser tests need Chromium (or name one in the variable CHROMIUM)";
    apt::install(&["chromium", "fonts-noto-cjk"], what_for)?;
    place::program(&NAMES).ok_or_else(|| "apt-get installed chromium, but PATH does not hold it".into())
}
