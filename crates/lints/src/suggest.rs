//! "Did you mean": the near name, and the edit that puts it in place.

use podpath_cluster::Cluster;
use podpath_objects::Kind;
use podpath_order::OrdMap;
use podpath_source::{Edit, Fix, Location, Text, nearest};

/// The known name that was probably meant. Typing errors leave the first or the last letter alone, so only such names
/// are measured.
pub(crate) fn near<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest(written, known.into_iter().filter(|name| begin_or_end_alike(written, name)))
}

fn begin_or_end_alike(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    left.first() == right.first() || left.last() == right.last()
}

/// True when one name can only be the other one mistyped: `sever` for `server`, but not `v1` for `v2` or `a` for `b`.
pub(crate) fn is_typo(written: &str, meant: &str) -> bool {
    let words = |text: &str| text.split(|it: char| !it.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
    let (written, meant) = (words(written), words(meant));
    written.len() == meant.len()
        && written.iter().zip(&meant).all(|(left, right)| left == right || mistyped(left, right))
}

fn mistyped(left: &str, right: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    left.len() >= 4 && right.len() >= 4 && digits(left) == digits(right)
}

/// The question.
pub(crate) fn did_you_mean(name: &str) -> Text {
    Text::new(format!("did you mean `{name}`?"), format!("혹시 `{name}`인가요?"))
}

/// A fix that writes a text in place of another one.
pub(crate) fn use_text(location: Location, text: &str, safe: bool) -> Fix {
    use_raw(location, text, scalar(text), safe)
}

/// A fix that writes a number in place of another value.
pub(crate) fn use_number(location: Location, number: u16, safe: bool) -> Fix {
    let text = number.to_string();
    use_raw(location, &text, text.clone(), safe)
}

fn use_raw(location: Location, shown: &str, text: String, safe: bool) -> Fix {
    let title = Text::new(format!("Use `{shown}`"), format!("`{shown}` 쓰기"));
    Fix { title, safe, edits: vec![Edit::Replace { location, text }] }
}

/// A text as YAML: in quotes when it would be read as something else.
fn scalar(text: &str) -> String {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let begins_well = text.chars().next().is_some_and(char::is_alphabetic);
    let is_simple = text.chars().all(|it| it.is_alphanumeric() || "-_./".contains(it));
    if begins_well && is_simple && !WORDS.contains(&text.to_ascii_lowercase().as_str()) {
        return text.to_owned();
    }
    format!("\"{text}\"")
}

/// The namespaces that hold an object of this kind, by its name.
pub(crate) fn namespaces_by_name<T: Kind>(cluster: &Cluster) -> OrdMap<&str, Vec<&str>> {
    let mut index: OrdMap<&str, Vec<&str>> = OrdMap::new();
    for found in cluster.all::<T>() {
        index.entry(found.name()).or_default().push(found.namespace());
    }
    index
}

/// Names in backticks, as many as a line bears.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 3;
    let mut names = names.into_iter();
    let shown: Vec<_> = names.by_ref().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = if names.next().is_some() { ", ..." } else { "" };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_is_told_from_another_name() {
        for (written, meant, expected) in [
            ("areyouhere-sever", "areyouhere-server", true),
            ("menu-v1", "menu-v2", false),
            ("web-a", "web-b", false),
            ("htttp", "http", true),
            ("api01", "api02", false),
            ("areyouhere.exmaple.kr", "areyouhere.example.kr", true),
        ] {
            assert_eq!(is_typo(written, meant), expected, "{written} {meant}");
        }
    }

    #[test]
    fn texts_that_mean_something_else_are_quoted() {
        for (text, expected) in [("menu", "menu"), ("true", "\"true\""), ("8080", "\"8080\""), ("*.kr", "\"*.kr\"")] {
            assert_eq!(scalar(text), expected);
        }
    }
}
