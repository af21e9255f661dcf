//! Rules and matches of one VirtualService that Istio's analyzer calls unused.
//!
//! Rule (istio `pkg/config/validation`, the unreachable HTTP, TCP and TLS rules): each object is judged by itself, and
//! by what is written. A rule behind one without `match` is unused; so is a match that is written twice, and a rule of
//! which every match is. Of HTTP, a prefix behind a shorter one that asks for the same is called unused, too, which is
//! a guess where other fields differ. `unreachable-rule` proves what it says, and has the word where both speak.

use podpath_cluster::Found;
use podpath_objects::{HttpMatchRequest, Labels, RouteRule, StreamMatch, StringMatch, TcpRule, VirtualService};
use podpath_order::{OrdMap, OrdSet};
use podpath_source::{Diagnostic, Label, Location, Severity, Span, Spanned, Text};

use crate::rule::say;
use crate::{Check, Context, Lint};

/// IST0130 for a rule, IST0131 for a match.
pub(crate) static INEFFECTIVE: Lint = Lint {
    code: "ineffective-match",
    severity: Severity::Warning,
    aliases: &["IST0130", "IST0131"],
    check: Check::Cluster(check),
};

/// What is said: message and help, each in English and Korean, and Istio's code.
struct Words {
    severity: Severity,
    message: [&'static str; 2],
    help: [&'static str; 2],
    aliases: &'static [&'static str],
}

const AFTER_ALL: Words = Words {
    severity: Severity::Warning,
    message: [
        "`{0}` goes first and has no match, so nothing is left for this rule",
        "앞의 `{0}` 규칙에 match가 없어 모두 가져가므로 이 규칙에는 남는 것이 없습니다",
    ],
    help: ["put the rule without match last", "match가 없는 규칙을 맨 뒤에 두세요"],
    aliases: &["IST0130"],
};

const ALL_REPEATED: Words = Words {
    severity: Severity::Warning,
    message: [
        "every match of this rule is written before, last in `{0}`",
        "이 규칙의 match가 모두 앞에 이미 있습니다. 마지막 것은 `{0}` 규칙에 있습니다",
    ],
    help: [
        "the first of equal matches takes what fits: remove this rule, or change its matches",
        "같은 match는 앞의 것이 가져갑니다. 이 규칙을 지우거나 match를 바꾸세요",
    ],
    aliases: &["IST0130"],
};

const REPEATED: Words = Words {
    severity: Severity::Warning,
    message: ["this match is written before, in `{0}`", "같은 match가 앞의 `{0}` 규칙에 이미 있습니다"],
    help: [
        "the first of equal matches takes what fits: remove this one, or change it",
        "같은 match는 앞의 것이 가져갑니다. 이 match를 지우거나 바꾸세요",
    ],
    aliases: &["IST0131"],
};

/// Fewer fields are compared than decide about a request, so this teaches and no more.
const COVERED: Words = Words {
    severity: Severity::Info,
    message: [
        "`{0}` goes first with the shorter prefix `{1}`, so Istio calls this match unused",
        "앞의 `{0}` 조건이 더 짧은 prefix `{1}` 값이라서 Istio는 이 match를 쓰이지 않는 것으로 봅니다",
    ],
    help: [
        "Istio looks at prefix, port, method (GET unless told), authority, headers and query alone; put the longer prefix first",
        "Istio는 prefix, 포트, method(없으면 GET), authority, 헤더, 쿼리만 비교합니다. 긴 prefix를 앞에 두세요",
    ],
    aliases: &["IST0131"],
};

/// Of the shorter prefixes before one match no more are told: each is one more reason for the same.
const MAX_SHORTER: usize = 8;

/// With no more of the matches of a shorter prefix is one match compared, so that many of them cost no more than many others.
const MAX_COMPARED: usize = 256;

/// A sentence of Istio's: its words, and the numbers that stand in it. Names are given by their numbers, since they may be
/// long, and stand in a sentence for each match.
type Sentence = (&'static str, [usize; 3]);

/// An entry of `http`, `tcp` or `tls`.
struct Listed {
    /// `http[0]`
    path: String,
    /// The number of the name by which Istio's messages call it.
    name: usize,
    span: Span,
    /// What a match asks for, as one text, and its place.
    matches: Vec<(String, Span)>,
}

impl Listed {
    /// Where `unreachable-rule` speaks of the whole rule.
    fn place(&self) -> Span {
        self.matches.first().map_or(self.span, |it| it.1)
    }
}

fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    context.each::<VirtualService>(found, &|owner, found| {
        let service = owner.object;
        let mut judge = Judge { owner, told: OrdSet::new(), found };
        let mut names = Names::default();
        let http: Vec<_> = service.http.iter().enumerate().map(|(nth, it)| http_rule(nth, it, &mut names)).collect();
        let counted = judge.rules(&http);
        judge.prefixes(&counted);
        for (list, rules) in [("tcp", &service.tcp), ("tls", &service.tls)] {
            let rules = rules.iter().enumerate().map(|(nth, it)| stream_rule(list, nth, it, &mut names));
            let rules: Vec<_> = rules.collect();
            judge.rules(&rules);
        }
    });
}

/// The names of the rules of one VirtualService, numbered.
#[derive(Default)]
struct Names(OrdMap<String, usize>);

impl Names {
    fn number(&mut self, name: String) -> usize {
        let next = self.0.len();
        *self.0.entry(name).or_insert(next)
    }
}

/// The rules of one VirtualService.
struct Judge<'a, 'b> {
    owner: Found<'a, VirtualService>,
    /// Istio says the same sentence of an object once, also where a `tcp` and a `tls` rule have the same number.
    told: OrdSet<Sentence>,
    found: &'b mut Vec<Diagnostic>,
}

impl Judge<'_, '_> {
    /// Rules behind one that has no match, and repeated matches; the numbers of rule and match of those that are left.
    fn rules(&mut self, rules: &[Listed]) -> Vec<(usize, usize)> {
        let mut known: OrdMap<&str, (&Listed, Span)> = OrdMap::new();
        let mut open: Option<&Listed> = None;
        let mut counted = Vec::new();
        for (nth, rule) in rules.iter().enumerate() {
            if let Some(open) = open {
                let words = if rule.matches.is_empty() { "not last" } else { "after" };
                self.tell(&AFTER_ALL, rule.place(), &[open.path.as_str()], open.span, Some((words, [rule.name, 0, 0])));
            }
            if rule.matches.is_empty() {
                open = Some(rule);
            }
            if open.is_some() {
                continue;
            }
            let (mut n_repeated, mut last) = (0, None);
            for (at, (key, span)) in rule.matches.iter().enumerate() {
                if let Some((first, place)) = known.get(key.as_str()).copied() {
                    let sentence = ("match", [rule.name, at, first.name]);
                    self.tell(&REPEATED, *span, &[first.path.as_str()], place, Some(sentence));
                    n_repeated += 1;
                    last = Some((first, place));
                } else {
                    known.insert(key, (rule, *span));
                    counted.push((nth, at));
                }
            }
            if let Some((first, place)) = last.filter(|_| n_repeated == rule.matches.len()) {
                let sentence = ("rule", [rule.name, 0, 0]);
                self.tell(&ALL_REPEATED, rule.place(), &[first.path.as_str()], place, Some(sentence));
            }
        }
        counted
    }

    /// Every pair of an earlier prefix and a longer one that asks for the same.
    fn prefixes(&mut self, counted: &[(usize, usize)]) {
        let owner = self.owner;
        let mut known: OrdMap<&str, Vec<Asked<'_>>> = OrdMap::new();
        let mut lengths: OrdSet<usize> = OrdSet::new();
        for (nth, at) in counted.iter().copied() {
            let found = owner.object.http.get(nth).and_then(|it| it.matches.get(at));
            let Some(asked) = found.and_then(|it| Asked::read(format!("http[{nth}].match[{at}]"), it)) else {
                continue;
            };
            let ends = lengths.iter().take_while(|it| **it < asked.prefix.len());
            let shorter = ends.filter_map(|end| known.get(asked.prefix.get(..*end)?)).flatten();
            for first in shorter.take(MAX_COMPARED).filter(|it| it.covers(&asked)).take(MAX_SHORTER) {
                self.tell(&COVERED, asked.span, &[first.path.as_str(), first.prefix], first.span, None);
            }
            lengths.insert(asked.prefix.len());
            known.entry(asked.prefix).or_default().push(asked);
        }
    }

    /// One finding, and the place that goes first. No sentence is one that cannot be told twice.
    fn tell(&mut self, words: &Words, place: Span, values: &[&str], first: Span, sentence: Option<Sentence>) {
        let is_new = sentence.is_none_or(|it| self.told.insert(it));
        let aliases: &[&str] = if is_new { words.aliases } else { &[] };
        let text = Text::new("this goes first", "앞에 있는 것");
        self.found.push(Diagnostic {
            severity: words.severity,
            aliases,
            help: Some(say(words.help, values)),
            related: vec![Label { location: self.owner.at(first), text }],
            ..INEFFECTIVE.found(self.owner.at(place), say(words.message, values))
        });
    }
}

fn http_rule(nth: usize, rule: &RouteRule, names: &mut Names) -> Listed {
    let place = |it: &HttpMatchRequest| it.uri.as_ref().map_or(it.span, |uri| uri.span);
    Listed {
        path: format!("http[{nth}]"),
        name: names.number(rule.name.as_ref().map_or_else(|| format!("#{nth}"), |it| format!("{it:?}"))),
        span: rule.span,
        matches: rule.matches.iter().map(|it| (http_key(it), place(it))).collect(),
    }
}

fn stream_rule(list: &str, nth: usize, rule: &TcpRule, names: &mut Names) -> Listed {
    Listed {
        path: format!("{list}[{nth}]"),
        name: names.number(format!("#{nth}")),
        span: rule.span,
        matches: rule.matches.iter().map(|it| (stream_key(it), it.span)).collect(),
    }
}

/// All that a match asks for; its own `name` does not count.
fn http_key(found: &HttpMatchRequest) -> String {
    let one = |it: &Option<Spanned<StringMatch>>| format!("{:?}", it.as_ref().map(|it| &it.value));
    let named = |list: &[(String, Spanned<StringMatch>)]| {
        format!("{:?}", podpath_order::map(list.iter().map(|(name, it)| (name, &it.value))))
    };
    [
        one(&found.uri),
        one(&found.scheme),
        one(&found.method),
        one(&found.authority),
        named(&found.headers),
        named(&found.without_headers),
        named(&found.query),
        port(found.port.as_ref()),
        texts(&found.gateways),
        labels(&found.source_labels),
        format!("{:?}", found.source_namespace.as_ref().map(|it| &it.value)),
        format!("{:?}", (found.ignores_uri_case, &found.stat_prefix)),
    ]
    .join(" ")
}

fn stream_key(found: &StreamMatch) -> String {
    [
        texts(&found.sni_hosts),
        texts(&found.subnets),
        port(found.port.as_ref()),
        texts(&found.gateways),
        labels(&found.source_labels),
        format!("{:?}", (&found.source_namespace, &found.source_subnet)),
    ]
    .join(" ")
}

fn port(port: Option<&Spanned<u16>>) -> String {
    format!("{:?}", port.map(|it| it.value))
}

fn texts(list: &[Spanned<String>]) -> String {
    format!("{:?}", list.iter().map(|it| it.value.as_str()).collect::<Vec<_>>())
}

fn labels(labels: &Labels) -> String {
    format!("{:?}", podpath_order::map(labels.iter()))
}

/// A match with a prefix, and what Istio compares beside it.
struct Asked<'a> {
    /// `http[0].match[1]`
    path: String,
    prefix: &'a str,
    span: Span,
    port: Option<u16>,
    /// Method, which is GET unless told, and authority.
    texts: [String; 2],
    /// Headers, query parameters and missing headers.
    maps: [OrdMap<&'a str, String>; 3],
}

impl<'a> Asked<'a> {
    fn read(path: String, found: &'a HttpMatchRequest) -> Option<Self> {
        let uri = found.uri.as_ref()?;
        let StringMatch::Prefix(prefix) = &uri.value else { return None };
        let one = |it: &Option<Spanned<StringMatch>>| it.as_ref().map_or_else(String::new, |it| plain(&it.value));
        let named = |list: &'a [(String, Spanned<StringMatch>)]| {
            podpath_order::map(list.iter().map(|(name, it)| (name.as_str(), plain(&it.value))))
        };
        let method = Some(one(&found.method)).filter(|it| !it.is_empty());
        (!prefix.is_empty()).then(|| Self {
            path,
            prefix,
            span: uri.span,
            port: found.port.as_ref().map(|it| it.value),
            texts: [method.unwrap_or_else(|| "exact GET".into()), one(&found.authority)],
            maps: [named(&found.headers), named(&found.query), named(&found.without_headers)],
        })
    }

    /// Beside the longer prefix the other one asks for the same port, for no other method or authority, and for the same
    /// names of headers and parameters with the same values, or with the start of them.
    fn covers(&self, other: &Self) -> bool {
        let holds = |mine: &OrdMap<&str, String>, theirs: &OrdMap<&str, String>| {
            let starts =
                |(name, value): (&&str, &String)| theirs.get(*name).is_some_and(|it| value.starts_with(it.as_str()));
            mine.len() == theirs.len() && mine.iter().all(starts)
        };
        self.port == other.port
            && self.texts.iter().zip(&other.texts).all(|(mine, theirs)| mine.starts_with(theirs.as_str()))
            && self.maps.iter().zip(&other.maps).all(|(mine, theirs)| holds(mine, theirs))
    }
}

/// A pattern is compared as if nothing was written.
fn plain(found: &StringMatch) -> String {
    match found {
        StringMatch::Exact(text) if !text.is_empty() => format!("exact {text}"),
        StringMatch::Prefix(text) if !text.is_empty() => format!("prefix {text}"),
        _ => String::new(),
    }
}

/// Findings of all lints together: where `proven` shows that no request comes and Istio says it, too, one finding says it
/// and carries both codes. What Istio says more often stays.
pub(crate) fn joined(found: Vec<Diagnostic>, proven: &Lint) -> Vec<Diagnostic> {
    let (of_istio, mut kept): (Vec<_>, Vec<_>) = found.into_iter().partition(|it| it.code == INEFFECTIVE.code);
    let mut places: OrdMap<Location, usize> = OrdMap::new();
    for (at, finding) in kept.iter().enumerate().filter(|_| !of_istio.is_empty()) {
        if finding.code == proven.code {
            places.insert(finding.location, at);
        }
    }
    for finding in of_istio {
        let same = places.get(&finding.location).and_then(|at| kept.get_mut(*at));
        match same.and_then(|it| Some((both(it.aliases, finding.aliases)?, it))) {
            Some((aliases, same)) => same.aliases = aliases,
            None => kept.push(finding),
        }
    }
    kept
}

/// The codes of two findings; none when one of them would be lost.
fn both(own: &'static [&'static str], more: &'static [&'static str]) -> Option<&'static [&'static str]> {
    match (own, more) {
        ([], _) => Some(more),
        (_, []) => Some(own),
        (["IST0130"], ["IST0131"]) | (["IST0131"], ["IST0130"]) => Some(INEFFECTIVE.aliases),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::both;

    #[test]
    fn no_code_is_lost() {
        let none: &[&str] = &[];
        let rule: &[&str] = &["IST0130"];
        let of_match: &[&str] = &["IST0131"];
        let all: &[&str] = &["IST0130", "IST0131"];
        for (own, more, expected) in [
            (none, rule, Some(rule)),
            (rule, none, Some(rule)),
            (rule, of_match, Some(all)),
            (of_match, rule, Some(all)),
            (of_match, of_match, None),
            (all, of_match, None),
        ] {
            assert_eq!(both(own, more), expected, "{own:?} {more:?}");
        }
    }
}
