//! Why a regular expression is none of RE2, as Go says it.
//!
//! Only what RE2 certainly refuses is refused: brackets and parentheses that stay open, groups that look around, a
//! repetition of nothing or of a repetition, back references, and a backslash at the end.

/// The longest one that Istio takes in a match; a longer one elsewhere is not looked at, since brackets that stay open cost
/// its square.
const LONGEST: usize = 1024;

/// Why Istio refuses it; `place` names it in the answer.
pub(super) fn complaint(pattern: &str, place: &str) -> Option<String> {
    if pattern.len() > LONGEST {
        return Some(format!("\"{place}\": regex is too large, max length allowed is {LONGEST}"));
    }
    let why = refused(pattern)?;
    Some(format!(
        "\"{place}\": error parsing regexp: {why}; Istio uses RE2 style regex-based match \
         (https://github.com/google/re2/wiki/Syntax)"
    ))
}

/// What stands before the current character.
#[derive(Clone, Copy)]
enum Before<'a> {
    Nothing,
    Item,
    /// `a*`, with the pattern from its sign on: a `?` makes it lazy, anything else repeats a repetition.
    Repeated(&'a str),
    Lazy(&'a str),
}

/// Go's words for what is wrong with it.
pub(super) fn refused(pattern: &str) -> Option<String> {
    if pattern.len() > LONGEST {
        return None;
    }
    let mut rest = pattern;
    let mut depth = 0_usize;
    let mut before = Before::Nothing;
    while let Some(c) = rest.chars().next() {
        if let Some(why) = wrong(c, rest, before) {
            return Some(why);
        }
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        (before, rest) = match c {
            '\\' => (Before::Item, skip(after)),
            '[' => match class_end(after) {
                Some(end) => (Before::Item, after.get(end..).unwrap_or_default()),
                None => return Some(format!("missing closing ]: `{rest}`")),
            },
            '(' => {
                depth += 1;
                (Before::Nothing, group(after))
            }
            ')' if depth == 0 => return Some(format!("unexpected ): `{pattern}`")),
            ')' => {
                depth -= 1;
                (Before::Item, after)
            }
            '|' => (Before::Nothing, after),
            '*' | '+' | '?' => (repeated(rest, before), after),
            _ => (Before::Item, after),
        };
    }
    (depth > 0).then(|| format!("missing closing ): `{pattern}`"))
}

/// What is wrong at this character alone.
fn wrong(c: char, rest: &str, before: Before<'_>) -> Option<String> {
    let after = rest.get(c.len_utf8()..).unwrap_or_default();
    match (c, before) {
        ('\\', _) => escaped(after).err(),
        ('(', _) => {
            let looks = ["?=", "?!", "?<=", "?<!", "?>"].into_iter().find(|it| after.starts_with(it))?;
            Some(format!("invalid or unsupported Perl syntax: `({looks}`"))
        }
        ('*' | '+' | '?', Before::Nothing) => {
            Some(format!("missing argument to repetition operator: `{}`", operators(rest, after)))
        }
        ('*' | '+', Before::Repeated(first)) | ('*' | '+' | '?', Before::Lazy(first)) => {
            Some(format!("invalid nested repetition operator: `{}`", operators(first, after)))
        }
        _ => None,
    }
}

/// The signs of repetition from `first` to `after`, with the `?` that makes the last one lazy.
fn operators<'a>(first: &'a str, after: &str) -> &'a str {
    let after = after.strip_prefix('?').unwrap_or(after);
    first.strip_suffix(after).unwrap_or(first)
}

fn repeated<'a>(rest: &'a str, before: Before<'a>) -> Before<'a> {
    match before {
        Before::Repeated(first) if rest.starts_with('?') => Before::Lazy(first),
        _ => Before::Repeated(rest),
    }
}

/// What stands behind a backslash: letters and digits mean something or are refused.
fn escaped(after: &str) -> Result<(), String> {
    const KNOWN: &str = "AabBCdDfnpPQErsStvwWxz01234567";
    match after.chars().next() {
        None => Err("trailing backslash at end of expression: ``".to_owned()),
        // `\1` to `\7` are octal when another octal digit follows, and else refer back.
        Some(c @ '1'..='7')
            if !after.get(1..).unwrap_or_default().starts_with(['0', '1', '2', '3', '4', '5', '6', '7']) =>
        {
            Err(format!("invalid escape sequence: `\\{c}`"))
        }
        Some(c) if c.is_ascii_alphanumeric() && !KNOWN.contains(c) => Err(format!("invalid escape sequence: `\\{c}`")),
        Some(_) => Ok(()),
    }
}

/// The rest behind an escaped character; `\Q` takes everything up to `\E`.
fn skip(after: &str) -> &str {
    if let Some(literal) = after.strip_prefix('Q') {
        return literal.split_once("\\E").map_or("", |it| it.1);
    }
    let length = after.chars().next().map_or(0, char::len_utf8);
    after.get(length..).unwrap_or_default()
}

/// The rest behind the flags or the name of a group.
fn group(after: &str) -> &str {
    let Some(flags) = after.strip_prefix('?') else { return after };
    let end = flags.find([':', ')', '>']);
    match end.map(|it| (it, flags.get(it..).unwrap_or_default())) {
        // `(?i)` closes itself.
        Some((_, rest)) if rest.starts_with(')') => rest,
        Some((_, rest)) => rest.get(1..).unwrap_or_default(),
        None => flags,
    }
}

/// Where a class of characters ends, behind its bracket; a bracket that comes first is one of its characters.
fn class_end(after: &str) -> Option<usize> {
    let start = usize::from(after.starts_with('^'));
    let mut at = start;
    while let Some(rest) = after.get(at..) {
        let c = rest.chars().next()?;
        if c == ']' && at > start {
            return Some(at + 1);
        }
        let named = rest.strip_prefix("[:").and_then(|it| it.find(":]"));
        at += match (c, named) {
            ('\\', _) => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            (_, Some(length)) => length + 4,
            _ => c.len_utf8(),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::refused;

    #[test]
    fn what_re2_takes_is_taken() {
        for good in [
            "",
            "a|b",
            "(a|b)*",
            "/api/v[0-9]+/.*",
            "(?i)x",
            "(?P<id>\\d+)",
            "(?:a)?",
            "[]a]",
            "[^]]",
            "a*?",
            "\\.",
            "[[:alpha:]]+",
            "\\Q(\\E",
            "^$",
            "a{2,3}",
            "\\pL",
        ] {
            assert_eq!(refused(good), None, "{good}");
        }
    }

    #[test]
    fn what_re2_refuses_is_named() {
        for (bad, words) in [
            ("/a(", "missing closing ): `/a(`"),
            ("(?!b)", "invalid or unsupported Perl syntax: `(?!`"),
            ("?", "missing argument to repetition operator: `?`"),
            ("*", "missing argument to repetition operator: `*`"),
            ("[", "missing closing ]: `[`"),
            ("a)", "unexpected ): `a)`"),
            ("a**b", "invalid nested repetition operator: `**`"),
            ("a*+", "invalid nested repetition operator: `*+`"),
            ("a???", "invalid nested repetition operator: `???`"),
            ("a+*?b", "invalid nested repetition operator: `+*?`"),
            ("\\1", "invalid escape sequence: `\\1`"),
            ("a\\", "trailing backslash at end of expression: ``"),
        ] {
            assert_eq!(refused(bad).as_deref(), Some(words), "{bad}");
        }
    }
}
