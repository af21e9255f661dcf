//! Precedence as data: the criteria of each implementation, in the order in which they decide.

use std::cmp::Ordering;

use podpath_source::Text;

use crate::matcher::Condition;
use crate::pattern::{HostPattern, PathMatch};
use crate::request::Request;
use crate::table::Rule;

/// What can decide between two rules that both match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// The host that matches is more specific: exact before wildcard, then longer.
    Hostname,
    /// An exact path goes before every other one.
    ExactPath,
    /// The longer path goes first.
    PathLength,
    /// The same, but nginx asks regular expressions in their order, whatever became of their length.
    PrefixLength,
    /// The longer name of a gRPC service goes first.
    GrpcService,
    /// The longer name of a gRPC method goes first.
    GrpcMethod,
    /// A rule that asks for a method goes first.
    Method,
    /// More headers go first.
    Headers,
    /// More query parameters go first.
    Query,
    /// The older object goes first.
    Oldest,
    /// `namespace/name` in alphabetical order.
    Name,
    /// The earlier one in the list goes first.
    ListOrder,
}

impl Criterion {
    /// Stable kebab-case name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hostname => "hostname",
            Self::ExactPath => "exact-path",
            Self::PathLength | Self::PrefixLength => "longest-path",
            Self::GrpcService => "longest-service",
            Self::GrpcMethod => "longest-method",
            Self::Method => "method",
            Self::Headers => "more-headers",
            Self::Query => "more-query-parameters",
            Self::Oldest => "oldest",
            Self::Name => "name",
            Self::ListOrder => "list-order",
        }
    }

    /// Why the one goes before the other.
    pub fn text(self) -> Text {
        let (en, ko) = match self {
            Self::Hostname => ("the more specific host goes first", "더 구체적인 호스트가 먼저입니다"),
            Self::ExactPath => ("an exact path goes before a prefix", "정확히 일치하는 경로가 접두사보다 먼저입니다"),
            Self::PathLength | Self::PrefixLength => ("the longer path goes first", "더 긴 경로가 먼저입니다"),
            Self::GrpcService => ("the longer gRPC service goes first", "더 긴 gRPC 서비스가 먼저입니다"),
            Self::GrpcMethod => ("the longer gRPC method goes first", "더 긴 gRPC 메서드가 먼저입니다"),
            Self::Method => ("a match on the method goes first", "메서드 조건이 있는 규칙이 먼저입니다"),
            Self::Headers => ("more header matches go first", "헤더 조건이 더 많은 규칙이 먼저입니다"),
            Self::Query => ("more query matches go first", "쿼리 조건이 더 많은 규칙이 먼저입니다"),
            Self::Oldest => ("the older object goes first", "먼저 만들어진 오브젝트가 먼저입니다"),
            Self::Name => {
                ("namespace/name in alphabetical order decides", "네임스페이스/이름의 알파벳 순서로 정해집니다")
            }
            Self::ListOrder => ("the earlier rule goes first", "앞에 있는 규칙이 먼저입니다"),
        };
        Text::new(en, ko)
    }

    /// Less when `a` goes first.
    fn compare(self, a: &Rule, b: &Rule, request: &Request) -> Ordering {
        match self {
            Self::Hostname => hostname(b, request).cmp(&hostname(a, request)),
            Self::ExactPath => is_exact(b).cmp(&is_exact(a)),
            Self::PathLength => path_length(b).cmp(&path_length(a)),
            Self::PrefixLength => prefix_length(a, b),
            Self::GrpcService => grpc_service(b).cmp(&grpc_service(a)),
            Self::GrpcMethod => grpc_method(b).cmp(&grpc_method(a)),
            Self::Method => count(b, is_method).min(1).cmp(&count(a, is_method).min(1)),
            Self::Headers => count(b, is_header).cmp(&count(a, is_header)),
            Self::Query => count(b, is_query).cmp(&count(a, is_query)),
            Self::Oldest => age(a).cmp(&age(b)),
            Self::Name => a.rank.name.cmp(&b.rank.name),
            Self::ListOrder => a.rank.order.cmp(&b.rank.order),
        }
    }
}

/// Which of two matching rules goes first, and what decided. Equal rules: the first, by list order.
pub fn prefer(ladder: &[Criterion], a: &Rule, b: &Rule, request: &Request) -> (Ordering, Criterion) {
    let decided = ladder.iter().map(|criterion| (criterion.compare(a, b, request), *criterion));
    decided.into_iter().find(|(order, _)| order.is_ne()).unwrap_or((Ordering::Less, Criterion::ListOrder))
}

fn hostname(rule: &Rule, request: &Request) -> (u8, usize) {
    let ranked = rule.rank.hosts.iter().filter(|(host, _)| host.matches(&request.host));
    if let Some(best) = ranked.map(|(_, specificity)| *specificity).max() {
        return best;
    }
    let hosts = rule.matchers.iter().filter_map(|it| match &it.condition {
        Condition::Host(patterns) => Some(patterns),
        _ => None,
    });
    let matching = hosts.flatten().filter(|it| it.matches(&request.host));
    matching.map(HostPattern::specificity).max().unwrap_or((0, 0))
}

fn path(rule: &Rule) -> Option<&PathMatch> {
    rule.matchers.iter().find_map(|it| match &it.condition {
        Condition::Path(path) => Some(path),
        _ => None,
    })
}

fn is_exact(rule: &Rule) -> bool {
    matches!(path(rule), Some(PathMatch::Exact(_)))
}

fn path_length(rule: &Rule) -> usize {
    path(rule).map_or(0, |path| match path {
        PathMatch::Elements(prefix) => prefix.trim_end_matches('/').len(),
        other => other.length(),
    })
}

/// Of two regular expressions the order decides; it is told as that of their length where both agree.
fn prefix_length(a: &Rule, b: &Rule) -> Ordering {
    let by_length = path_length(b).cmp(&path_length(a));
    let is_regex = |it: &Rule| matches!(path(it), Some(PathMatch::Regex(_)));
    let agrees = by_length == a.rank.order.cmp(&b.rank.order);
    if agrees || !(is_regex(a) && is_regex(b)) { by_length } else { Ordering::Equal }
}

/// Characters of the service that a rule asks for.
fn grpc_service(rule: &Rule) -> usize {
    let texts = rule.matchers.iter().filter_map(|it| match &it.condition {
        Condition::GrpcService(text) => Some(text.length()),
        _ => None,
    });
    texts.max().unwrap_or(0)
}

/// Characters of the gRPC method that a rule asks for.
fn grpc_method(rule: &Rule) -> usize {
    let texts = rule.matchers.iter().filter_map(|it| match &it.condition {
        Condition::GrpcMethod(text) => Some(text.length()),
        _ => None,
    });
    texts.max().unwrap_or(0)
}

/// A missing timestamp counts as created just now.
fn age(rule: &Rule) -> (bool, &str) {
    (rule.rank.created.is_none(), rule.rank.created.as_deref().unwrap_or_default())
}

fn count(rule: &Rule, is: fn(&Condition) -> bool) -> usize {
    rule.matchers.iter().filter(|it| is(&it.condition)).count()
}

fn is_method(condition: &Condition) -> bool {
    matches!(condition, Condition::Method(_))
}

fn is_header(condition: &Condition) -> bool {
    matches!(condition, Condition::Header(..) | Condition::WithoutHeader(..))
}

fn is_query(condition: &Condition) -> bool {
    matches!(condition, Condition::Query(..))
}
