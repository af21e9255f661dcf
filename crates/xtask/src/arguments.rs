//! The words of the command line, taken one by one; what nobody took is an error.

use std::str::FromStr;

use crate::process::Outcome;

pub(crate) struct Arguments(Vec<String>);

impl Arguments {
    pub(crate) fn from_env() -> Self {
        Self(std::env::args().skip(1).map(|word| if word == "--help" { "help".to_owned() } else { word }).collect())
    }

    /// Takes `--name`.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let found = self.0.iter().position(|word| word == name);
        found.map(|at| self.0.remove(at)).is_some()
    }

    /// Takes `--name VALUE`.
    pub(crate) fn value<T: FromStr>(&mut self, name: &str) -> Outcome<Option<T>> {
        let Some(at) = self.0.iter().position(|word| word == name) else { return Ok(None) };
        self.0.remove(at);
        let value = (at < self.0.len()).then(|| self.0.remove(at));
        value.and_then(|text| text.parse().ok()).map(Some).ok_or_else(|| format!("`{name}` needs a fitting value"))
    }

    /// Takes the next word that is not a flag.
    pub(crate) fn word(&mut self) -> Option<String> {
        let found = self.0.iter().position(|word| !word.starts_with("--"));
        found.map(|at| self.0.remove(at))
    }

    /// Nothing may be left.
    pub(crate) fn end(&self) -> Outcome {
        match self.0.first() {
            None => Ok(()),
            Some(word) => Err(format!("`{word}` means nothing here; `cargo xtask help` lists the commands")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(text: &str) -> Arguments {
        Arguments(text.split_whitespace().map(str::to_owned).collect())
    }

    #[test]
    fn flags_values_and_words_may_stand_in_any_order() {
        let mut it = arguments("serve --watch --port 9000");
        assert_eq!(it.value("--port"), Ok(Some(9000_u16)));
        assert_eq!(it.word().as_deref(), Some("serve"));
        assert!(it.flag("--watch"));
        assert_eq!(it.end(), Ok(()));
    }

    #[test]
    fn what_nobody_took_is_an_error() {
        assert!(arguments("--wach").end().is_err());
        assert!(arguments("--port").value::<u16>("--port").is_err());
        assert!(arguments("--port many").value::<u16>("--port").is_err());
    }
}
