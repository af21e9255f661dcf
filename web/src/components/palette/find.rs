//! Finding by a few letters: what a query asks for, and how well a name fits.

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Query<'a> {
    /// Resources, files and commands.
    Everything(&'a str),
    /// `>`: only commands.
    Commands(&'a str),
    /// `@`: only resources of the open file.
    Here(&'a str),
    /// `%`: the text of all files.
    Text(&'a str),
    /// `:27`: a line of the open file.
    Line(u32),
}

impl<'a> Query<'a> {
    /// Reads what was typed.
    pub(crate) fn of(text: &'a str) -> Self {
        let text = text.trim_start();
        let rest = text.get(1..).unwrap_or_default().trim();
        match text.as_bytes().first() {
            Some(b'>') => Self::Commands(rest),
            Some(b'@') => Self::Here(rest),
            Some(b'%') => Self::Text(rest),
            Some(b':') if rest.parse::<u32>().is_ok_and(|it| it > 0) => Self::Line(rest.parse().unwrap_or(1)),
            _ => Self::Everything(text.trim_end()),
        }
    }
}

/// Every line that holds the text, small letters standing for capital ones too: its number from 1, the byte of the text, the line.
pub(crate) fn lines_with<'a>(text: &'a str, wanted: &str) -> impl Iterator<Item = (u32, usize, &'a str)> {
    let (low, wanted) = (text.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    let (mut at, mut line) = (0, 1);
    std::iter::from_fn(move || {
        let found = at + low.get(at..)?.find(&wanted).filter(|_| !wanted.is_empty())?;
        line += u32::try_from(text.get(at..found)?.matches('\n').count()).ok()?;
        let start = text.get(..found)?.rfind('\n').map_or(0, |it| it + 1);
        let end = text.get(found..)?.find('\n').map_or(text.len(), |it| found + it);
        // On with the line break, so that it is counted and the line is not found again.
        at = end;
        Some((line, found, text.get(start..end)?))
    })
}

/// Short names of kinds, as `kubectl api-resources` prints them.
const SHORT: [(&str, &[&str]); 19] = [
    ("ConfigMap", &["cm"]),
    ("DaemonSet", &["ds"]),
    ("Deployment", &["deploy"]),
    ("DestinationRule", &["dr"]),
    ("Gateway", &["gw", "gtw"]),
    ("GatewayClass", &["gc"]),
    ("HTTPRoute", &["route"]),
    ("Ingress", &["ing"]),
    ("Namespace", &["ns"]),
    ("NetworkPolicy", &["netpol"]),
    ("PeerAuthentication", &["pa"]),
    ("AuthorizationPolicy", &["ap"]),
    ("Pod", &["po"]),
    ("ReferenceGrant", &["refgrant"]),
    ("ReplicaSet", &["rs"]),
    ("Service", &["svc"]),
    ("ServiceAccount", &["sa"]),
    ("StatefulSet", &["sts"]),
    ("VirtualService", &["vs"]),
];

/// The short names of a kind.
pub(crate) fn short_names(kind: &str) -> &'static [&'static str] {
    SHORT.iter().find(|it| it.0 == kind).map_or(&[], |it| it.1)
}

/// How well the words of a query fit some fields, 0 best; `None` when a word fits none. The first field counts most.
pub(crate) fn score(query: &str, fields: &[&str]) -> Option<usize> {
    let word = |word: &str| {
        let fits = fields.iter().enumerate().filter_map(|(at, field)| Some(at + fit(word, field)?));
        fits.min()
    };
    query.split_whitespace().map(|it| word(&it.to_lowercase())).sum()
}

fn fit(word: &str, field: &str) -> Option<usize> {
    let field = field.to_lowercase();
    match field.find(word) {
        _ if field == word => Some(0),
        Some(0) => Some(4),
        Some(at) if field.get(..at).is_some_and(|it| it.ends_with(['-', '/', '.', ' '])) => Some(8),
        Some(_) => Some(16),
        None => holds_letters(&field, word).then_some(64),
    }
}

/// All letters of the word, in their order.
fn holds_letters(field: &str, word: &str) -> bool {
    let mut letters = field.chars();
    word.chars().all(|it| letters.any(|letter| letter == it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_letter_says_what_is_searched() {
        assert_eq!(Query::of("> theme"), Query::Commands("theme"));
        assert_eq!(Query::of("@web"), Query::Here("web"));
        assert_eq!(Query::of(":27"), Query::Line(27));
        assert_eq!(Query::of("%name: a "), Query::Text("name: a"));
        assert_eq!(Query::of(":0"), Query::Everything(":0"));
        assert_eq!(Query::of(" svc are "), Query::Everything("svc are"));
    }

    #[test]
    fn every_word_must_fit_and_the_closest_comes_first() {
        let service = ["areyouhere-server", "Service", "svc"];
        assert!(score("svc are", &service).is_some());
        assert!(score("deploy are", &service).is_none());
        assert!(score("server", &["server"]) < score("server", &["areyouhere-server"]));
        assert!(score("server", &["areyouhere-server"]) < score("arsv", &["areyouhere-server"]));
    }

    #[test]
    fn lines_are_found_once_each_with_their_place() {
        let found = |wanted| lines_with("a: B b\n\nc: d\nb: 값", wanted).collect::<Vec<_>>();
        assert_eq!(found("b"), [(1, 3, "a: B b"), (4, 13, "b: 값")]);
        assert_eq!(found("값"), [(4, 16, "b: 값")]);
        assert_eq!(found(""), []);
    }

    #[test]
    fn letters_of_any_script_are_compared() {
        assert_eq!(score("테마", &["테마 바꾸기"]), Some(4));
        assert_eq!(Query::of("값"), Query::Everything("값"));
    }
}
