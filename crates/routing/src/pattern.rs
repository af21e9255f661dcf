//! Patterns of hosts, paths and texts.

use regex_lite::Regex;

/// Which hosts are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostPattern {
    /// Every one.
    #[default]
    Any,
    /// This one.
    Exact(String),
    /// What ends with this suffix, such as `.example.kr`, with something before it.
    Suffix(String),
    /// One label and this suffix: what the Ingress specification means by `*.`.
    OneLabel(String),
    /// `*` is any text, `?` one character, without case: what an ALB means, and nginx by a `*` at the end.
    Glob(String),
    /// A regular expression, than which only every host is less specific: an alias of ingress-nginx.
    Regex(Pattern),
}

impl HostPattern {
    /// Empty and `*` are every host; `*.x` is any depth.
    pub fn parse(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        match text.strip_prefix('*') {
            Some("") => Self::Any,
            Some(suffix) => Self::Suffix(suffix.to_owned()),
            None if text.is_empty() => Self::Any,
            None => Self::Exact(text),
        }
    }

    /// True when the host, in lower case and without port, is meant.
    pub fn matches(&self, host: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(name) => name == host,
            Self::Suffix(suffix) => host.len() > suffix.len() && host.ends_with(suffix.as_str()),
            Self::OneLabel(suffix) => {
                host.strip_suffix(suffix.as_str()).is_some_and(|label| !label.is_empty() && !label.contains('.'))
            }
            Self::Glob(pattern) => glob(pattern, host),
            Self::Regex(pattern) => pattern.matches(host),
        }
    }

    /// The more specific pattern sorts last: exact before wildcard, longer before shorter. Of wildcards in the order of nginx:
    /// "the longest name that starts with an asterisk, the longest that ends with one, the first regular expression"
    /// (nginx.org, "Server names").
    pub fn specificity(&self) -> (u8, usize) {
        match self {
            Self::Any => (0, 0),
            // Of hosts with one label each only one can match. nginx reads them as regular expressions.
            Self::Regex(_) | Self::OneLabel(_) => (1, 0),
            Self::Glob(pattern) => (2, pattern.len()),
            Self::Suffix(suffix) => (3, suffix.len()),
            Self::Exact(name) => (4, name.len()),
        }
    }

    /// The hosts that both mean, when one of the two holds the other.
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        let covers = |wide: &Self, narrow: &Self| match (wide, narrow) {
            (Self::Any, _) => true,
            (_, Self::Exact(name)) => wide.matches(name),
            (Self::Suffix(wide), Self::Suffix(narrow)) => narrow.ends_with(wide.as_str()),
            _ => wide == narrow,
        };
        if covers(self, other) { Some(other.clone()) } else { covers(other, self).then(|| self.clone()) }
    }
}

impl std::fmt::Display for HostPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Exact(text) | Self::Glob(text) => f.write_str(text),
            Self::Regex(pattern) => f.write_str(&pattern.source),
            Self::Suffix(suffix) | Self::OneLabel(suffix) => write!(f, "*{suffix}"),
        }
    }
}

/// `*` is any text, `?` one character; linear in the text for each `*`.
pub fn glob(pattern: &str, text: &str) -> bool {
    fits(pattern.as_bytes(), text.as_bytes(), false)
}

/// The same, but `\*` and `\?` stand for the letters themselves: what an ALB means in queries, and nowhere else
/// (`QueryStringConditionConfig`).
pub(crate) fn glob_with_escapes(pattern: &str, text: &str) -> bool {
    fits(pattern.as_bytes(), text.as_bytes(), true)
}

/// What stands at a place of a glob.
enum Part {
    Any,
    One,
    Letter(u8),
}

impl Part {
    fn is(&self, letter: u8) -> bool {
        match self {
            Self::Any | Self::One => true,
            Self::Letter(own) => *own == letter,
        }
    }
}

/// With the number of its bytes.
fn part(pattern: &[u8], at: usize, escapes: bool) -> Option<(Part, usize)> {
    Some(match (*pattern.get(at)?, pattern.get(at + 1).copied()) {
        (b'\\', Some(letter @ (b'*' | b'?'))) if escapes => (Part::Letter(letter), 2),
        (b'*', _) => (Part::Any, 1),
        (b'?', _) => (Part::One, 1),
        (letter, _) => (Part::Letter(letter), 1),
    })
}

fn fits(pattern: &[u8], text: &[u8], escapes: bool) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = text.get(t) {
        match part(pattern, p, escapes) {
            Some((Part::Any, length)) => {
                star = Some((p + length, t));
                p += length;
            }
            Some((found, length)) if found.is(*letter) => {
                p += length;
                t += 1;
            }
            _ => {
                let Some((after, from)) = star else { return false };
                star = Some((after, from + 1));
                p = after;
                t = from + 1;
            }
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

/// A regular expression over a whole text, and the text that it was written as.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As written.
    pub source: String,
    regex: Option<Regex>,
}

/// Longer texts are not matched: nobody routes by them, and matching must stay bounded.
const MAX_MATCHED_TEXT: usize = 16 * 1024;

impl Pattern {
    /// A pattern that cannot be read matches nothing.
    pub fn new(source: &str) -> Self {
        Self::made_of(source, &format!("^(?:{source})$"))
    }

    /// What nginx makes of `~* "^SOURCE"`: without case, from the start, with anything behind it.
    pub fn from_start(source: &str) -> Self {
        Self::made_of(source, &format!("(?i)^{source}"))
    }

    /// Fits anywhere in a text, as nginx's own patterns do.
    pub fn anywhere(source: &str) -> Self {
        Self::made_of(source, source)
    }

    /// Fits anywhere in a text, and is told as what it was made of.
    pub fn made_of(source: &str, expression: &str) -> Self {
        let regex = regex_lite::RegexBuilder::new(expression).size_limit(1 << 20).nest_limit(50).build();
        Self { source: source.to_owned(), regex: regex.ok() }
    }

    /// What is looked for, as an expression.
    pub fn expression(&self) -> &str {
        self.regex.as_ref().map_or(self.source.as_str(), Regex::as_str)
    }

    /// The groups of the first match, the whole match first; a group that took no part is empty.
    pub fn groups<'a>(&self, text: &'a str) -> Option<Vec<&'a str>> {
        let captures = self.regex.as_ref().filter(|_| text.len() <= MAX_MATCHED_TEXT)?.captures(text)?;
        Some(captures.iter().map(|it| it.map_or("", |it| it.as_str())).collect())
    }

    /// The text with its first match replaced; the function gets the groups. None when nothing matches.
    pub fn replace_first(&self, text: &str, with: impl Fn(&[&str]) -> String) -> Option<String> {
        let captures = self.regex.as_ref().filter(|_| text.len() <= MAX_MATCHED_TEXT)?.captures(text)?;
        let groups: Vec<_> = captures.iter().map(|it| it.map_or("", |it| it.as_str())).collect();
        let found = captures.get(0)?;
        let (before, after) = (text.get(..found.start())?, text.get(found.end()..)?);
        Some(format!("{before}{}{after}", with(&groups)))
    }

    /// False when it cannot be read.
    pub fn is_valid(&self) -> bool {
        self.regex.is_some()
    }

    /// True when the whole text fits.
    pub fn matches(&self, text: &str) -> bool {
        text.len() <= MAX_MATCHED_TEXT && self.regex.as_ref().is_some_and(|it| it.is_match(text))
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

impl PartialOrd for Pattern {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pattern {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.source.cmp(&other.source)
    }
}

/// Which texts are meant: values of headers, methods, query parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum TextMatch {
    /// This one.
    Exact(String),
    /// What begins with this.
    Prefix(String),
    /// The whole text fits.
    Regex(Pattern),
    /// Any text, as long as there is one.
    Present,
    /// One of these globs, without case: what an ALB means.
    AnyGlob(Vec<String>),
    /// An expression as an ALB looks for it: in each of several headers of one name.
    AnyRegex(Pattern),
    /// An expression that a controller makes of what is written, and which is told as that.
    Made(Pattern),
}

impl TextMatch {
    /// True when this text is meant; None is a missing one.
    pub fn matches(&self, text: Option<&str>) -> bool {
        let Some(text) = text else { return false };
        match self {
            Self::Exact(value) => value == text,
            Self::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Self::Regex(pattern) | Self::AnyRegex(pattern) | Self::Made(pattern) => pattern.matches(text),
            Self::Present => true,
            Self::AnyGlob(globs) => globs.iter().any(|it| glob(&it.to_ascii_lowercase(), &text.to_ascii_lowercase())),
        }
    }
}

impl TextMatch {
    /// Characters of the text as it is written.
    pub fn length(&self) -> usize {
        match self {
            Self::Exact(text) | Self::Prefix(text) => text.len(),
            Self::Regex(pattern) | Self::AnyRegex(pattern) | Self::Made(pattern) => pattern.source.len(),
            Self::Present | Self::AnyGlob(_) => 0,
        }
    }
}

impl std::fmt::Display for TextMatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(value) => f.write_str(value),
            Self::Prefix(prefix) => write!(f, "{prefix}*"),
            Self::Regex(pattern) | Self::AnyRegex(pattern) => write!(f, "/{}/", pattern.source),
            Self::Made(pattern) => f.write_str(&pattern.source),
            Self::Present => f.write_str("*"),
            Self::AnyGlob(globs) => f.write_str(&globs.join(" | ")),
        }
    }
}

/// Which paths are meant; the query does not count.
#[derive(Clone, Debug, PartialEq)]
pub enum PathMatch {
    /// Byte by byte.
    Exact(String),
    /// Whole path elements: `/v2` is `/v2`, `/v2/` and `/v2/x`, not `/v2x`.
    Elements(String),
    /// Plain text at the start: `/v2` is also `/v2x`.
    Prefix(String),
    /// The whole path fits.
    Regex(Pattern),
    /// One of these globs, with case: what an ALB means.
    AnyGlob(Vec<String>),
    /// As the one inside, without case.
    IgnoreCase(Box<PathMatch>),
}

impl PathMatch {
    /// True when this path is meant.
    pub fn matches(&self, path: &str) -> bool {
        match self {
            Self::Exact(value) => value == path,
            Self::Elements(prefix) => {
                let prefix = prefix.trim_end_matches('/');
                path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            Self::Prefix(prefix) => path.starts_with(prefix.as_str()),
            Self::Regex(pattern) => pattern.matches(path),
            Self::AnyGlob(globs) => globs.iter().any(|it| glob(it, path)),
            Self::IgnoreCase(inner) => inner.lower().matches(&path.to_lowercase()),
        }
    }

    fn lower(&self) -> Self {
        match self {
            Self::Exact(value) => Self::Exact(value.to_lowercase()),
            Self::Elements(value) => Self::Elements(value.to_lowercase()),
            Self::Prefix(value) => Self::Prefix(value.to_lowercase()),
            other => other.clone(),
        }
    }

    /// True when every path is meant.
    pub fn is_everything(&self) -> bool {
        match self {
            Self::Elements(prefix) => prefix.trim_end_matches('/').is_empty(),
            Self::Prefix(prefix) => matches!(prefix.as_str(), "" | "/"),
            Self::Regex(pattern) => pattern.source == ".*",
            Self::AnyGlob(globs) => globs.iter().any(|it| it == "/*" || it == "*"),
            Self::Exact(_) => false,
            Self::IgnoreCase(inner) => inner.is_everything(),
        }
    }

    /// The length of the written value, in bytes.
    pub fn length(&self) -> usize {
        match self {
            Self::Exact(value) | Self::Elements(value) | Self::Prefix(value) => value.len(),
            Self::Regex(pattern) => pattern.source.len(),
            Self::AnyGlob(globs) => globs.iter().map(String::len).max().unwrap_or(0),
            Self::IgnoreCase(inner) => inner.length(),
        }
    }
}

impl std::fmt::Display for PathMatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(value) | Self::Elements(value) => f.write_str(value),
            Self::Prefix(value) => write!(f, "{value}*"),
            Self::Regex(pattern) => f.write_str(&pattern.source),
            Self::AnyGlob(globs) => f.write_str(&globs.join(" | ")),
            Self::IgnoreCase(inner) => inner.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_of_elements_and_of_text_differ() {
        let elements = PathMatch::Elements("/v2".into());
        let text = PathMatch::Prefix("/v2".into());
        for (path, by_element, by_text) in [
            ("/v2", true, true),
            ("/v2/", true, true),
            ("/v2/x", true, true),
            ("/v2x", false, true),
            ("/", false, false),
        ] {
            assert_eq!((elements.matches(path), text.matches(path)), (by_element, by_text), "{path}");
        }
        assert!(PathMatch::Elements("/".into()).matches("/anything"));
        assert!(PathMatch::Elements("/v2/".into()).matches("/v2"), "a final slash is ignored");
        assert!(!PathMatch::Prefix("//".into()).is_everything(), "it takes `//x` alone");
    }

    #[test]
    fn wildcard_hosts_of_three_systems() {
        for (pattern, host, expected) in [
            (HostPattern::parse("*.example.kr"), "a.b.example.kr", true),
            (HostPattern::parse("*.example.kr"), "example.kr", false),
            (HostPattern::OneLabel(".example.kr".into()), "a.b.example.kr", false),
            (HostPattern::OneLabel(".example.kr".into()), "a.example.kr", true),
            (HostPattern::Glob("*.example.??".into()), "a.b.example.kr", true),
        ] {
            assert_eq!(pattern.matches(host), expected, "{pattern} {host}");
        }
    }

    #[test]
    fn wildcards_sort_as_nginx_asks_them() {
        let sorted = [
            HostPattern::Any,
            HostPattern::Regex(Pattern::anywhere("kr$")),
            HostPattern::Glob("shop.example.*".into()),
            HostPattern::parse("*.kr"),
            HostPattern::parse("*.example.kr"),
            HostPattern::parse("a.kr"),
        ];
        for pair in sorted.windows(2) {
            let [wide, narrow] = pair else { continue };
            assert!(wide.specificity() < narrow.specificity(), "{wide} {narrow}");
        }
    }

    #[test]
    fn intersection_is_the_narrower_of_two() {
        let host = HostPattern::parse;
        for (a, b, expected) in [
            ("", "a.example.kr", Some("a.example.kr")),
            ("*.example.kr", "a.example.kr", Some("a.example.kr")),
            ("*.a.example.kr", "*.example.kr", Some("*.a.example.kr")),
            ("*.example.kr", "example.kr", None),
            ("a.kr", "b.kr", None),
        ] {
            assert_eq!(host(a).intersect(&host(b)).map(|it| it.to_string()).as_deref(), expected, "{a} {b}");
        }
    }

    #[test]
    fn globs_match_any_text_and_single_characters() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("/a*b?", "/axxbz", true),
            ("/a*b?", "/ab", false),
            ("/*/x", "/a/b/x", true),
            ("", "a", false),
        ] {
            assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn escaped_letters_stand_for_themselves() {
        for (pattern, text, expected) in [
            (r"5\*", "5*", true),
            (r"5\*", "5x", false),
            (r"\?*", "?a", true),
            (r"\?*", "a", false),
            (r"a\b", r"a\b", true),
            (r"a\", r"a\", true),
            (r"*\*", "a*b*", true),
        ] {
            assert_eq!(glob_with_escapes(pattern, text), expected, "{pattern} {text}");
        }
        assert!(glob(r"5\*", r"5\x"), "elsewhere a backslash is a letter");
    }
}
