//! A lint with its sentences as data: most findings say one sentence, each time with other names in it.

use podpath_source::{Diagnostic, Location, Text};

use crate::Lint;

/// A lint that always says the same; `{0}`, `{1}` ... stand for values. English, then Korean.
pub(crate) struct Rule {
    pub(crate) lint: Lint,
    /// What is wrong.
    pub(crate) message: [&'static str; 2],
    /// Why, and what to do.
    pub(crate) help: [&'static str; 2],
}

impl Rule {
    /// A finding of it.
    pub(crate) fn found(&self, location: Location, values: &[&str]) -> Diagnostic {
        let help = say(self.help, values);
        Diagnostic { help: Some(help), ..self.lint.found(location, say(self.message, values)) }
    }
}

/// A text in both languages with its values in place.
pub(crate) fn say(words: [&str; 2], values: &[&str]) -> Text {
    let [en, ko] = words;
    Text::new(fill(en, values), fill(ko, values))
}

fn fill(words: &str, values: &[&str]) -> String {
    let mut text = String::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{') {
        let number = after.bytes().next().map_or(0, |it| usize::from(it.wrapping_sub(b'0')));
        text.push_str(before);
        text.push_str(values.get(number).copied().unwrap_or_default());
        rest = after.get(2..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn values_stand_where_their_number_is() {
        assert_eq!(fill("`{1}` before {0}, and `{1}`", &["a", "b"]), "`b` before a, and `b`");
        assert_eq!(fill("nothing {7} here", &[]), "nothing  here");
        assert_eq!(fill("열린 {", &[]), "열린 ");
    }
}
