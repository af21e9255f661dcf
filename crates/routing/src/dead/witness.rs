//! Requests that fulfil the conditions of a rule.

use super::cover::Part;
use crate::matcher::Condition;
use crate::pattern::{HostPattern, PathMatch, Pattern, TextMatch};
use crate::request::{Request, Scheme};
use crate::table::{Listener, Protocol, Rule};

/// What stands for any text: the first that nobody else asks for is the best witness.
const ANY: [&str; 3] = ["any", "other", "x7"];

/// What an expression is tried with, when it is no plain text itself.
const SAMPLES: [&str; 8] = ["any", "a", "1", "true", "GET", "POST", "a1", "/"];

/// What a client of a listener speaks.
pub(super) fn scheme(listener: &Listener) -> Scheme {
    match listener.protocol {
        Protocol::Http => Scheme::Http,
        Protocol::Https => Scheme::Https,
        Protocol::TlsPassthrough | Protocol::TlsTerminate => Scheme::Tls,
        Protocol::Tcp => Scheme::Tcp,
        Protocol::Udp => Scheme::Udp,
    }
}

/// Requests of a part of a rule, the most telling first. Whether they fulfil the conditions is for the caller to see:
/// an expression may ask for what is not thought of here.
pub(super) fn requests(listener: &Listener, rule: &Rule, part: &Part) -> Vec<Request> {
    let hosts = hosts(&part.host, listener);
    let paths = part.path.as_ref().map_or_else(|| vec!["/".to_owned()], paths);
    let mut requests = Vec::new();
    for host in &hosts {
        for path in &paths {
            let mut request = Request {
                scheme: scheme(listener),
                method: "GET".into(),
                port: listener.port,
                path: path.clone(),
                ..Request::default()
            };
            request.set_authority(host);
            if fulfil(&mut request, rule, &part.host).is_some() {
                requests.push(request);
            }
        }
    }
    requests
}

fn fulfil(request: &mut Request, rule: &Rule, host: &HostPattern) -> Option<()> {
    let mut query = Vec::new();
    let (mut service, mut method) = ("any.Service".to_owned(), "Call".to_owned());
    for matcher in &rule.matchers {
        match &matcher.condition {
            Condition::Method(text) => request.method = sample(text)?,
            Condition::Authority(text) => authorize(request, text, host)?,
            Condition::Header(name, text) if !name.starts_with(':') => {
                request.headers.push((name.clone(), sample(text)?));
            }
            Condition::Grpc => (request.scheme, request.method) = (request.scheme.with_grpc(), "POST".into()),
            Condition::GrpcService(text) => service = sample(text)?,
            Condition::GrpcMethod(text) => method = sample(text)?,
            Condition::Query(name, text) => query.push(format!("{}={}", encode(name), encode(&sample(text)?))),
            Condition::AnyQuery(wanted) => {
                let (name, value) = wanted.first()?;
                let value = encode(&unescaped(value));
                query.push(format!("{}={value}", encode(name.as_deref().unwrap_or("any"))));
            }
            _ => {}
        }
    }
    if request.is_grpc() {
        request.path = format!("/{service}/{method}");
    }
    request.query = (!query.is_empty()).then(|| query.join("&"));
    Some(())
}

/// A rule that asks for a Host keeps its virtual host: another one has rules of its own.
fn authorize(request: &mut Request, text: &TextMatch, host: &HostPattern) -> Option<()> {
    if text.matches(Some(request.authority.as_str())) {
        return Some(());
    }
    let wanted = sample(text)?;
    let below = match host {
        HostPattern::Suffix(suffix) | HostPattern::OneLabel(suffix) => wanted.trim_end_matches('.').to_owned() + suffix,
        _ => String::new(),
    };
    let fits = |it: &String| {
        request.set_authority(it);
        text.matches(Some(it.as_str())) && host.matches(&request.host)
    };
    [wanted, below].iter().any(fits).then_some(())
}

fn hosts(pattern: &HostPattern, listener: &Listener) -> Vec<String> {
    let with = |any: &str| match pattern {
        HostPattern::Exact(name) => name.clone(),
        HostPattern::Suffix(suffix) | HostPattern::OneLabel(suffix) => format!("{any}{suffix}"),
        HostPattern::Glob(pattern) => pattern.replace('*', any).replace('?', "x"),
        HostPattern::Regex(pattern) => literal(pattern).unwrap_or_default(),
        HostPattern::Any => match listener.hostnames.first().or(listener.served.first()) {
            Some(HostPattern::Exact(name)) => name.clone(),
            Some(HostPattern::Suffix(suffix) | HostPattern::OneLabel(suffix)) => format!("{any}{suffix}"),
            _ => format!("{any}.example"),
        },
    };
    distinct(ANY.map(with))
}

fn paths(pattern: &PathMatch) -> Vec<String> {
    let below = |prefix: &str| {
        let prefix = prefix.trim_end_matches('/');
        let own = if prefix.is_empty() { "/".to_owned() } else { prefix.to_owned() };
        distinct([own].into_iter().chain(ANY.map(|any| format!("{prefix}/{any}"))))
    };
    match pattern {
        PathMatch::Exact(path) => vec![path.clone()],
        PathMatch::Elements(prefix) => below(prefix),
        PathMatch::Prefix(prefix) => {
            let rooted = |text: String| if text.starts_with('/') { text } else { format!("/{text}") };
            distinct([prefix.clone()].into_iter().chain(ANY.map(|any| format!("{prefix}{any}"))).map(rooted))
        }
        PathMatch::AnyGlob(globs) => {
            let glob = globs.first().map_or("/", String::as_str);
            distinct(ANY.map(|any| glob.replace('*', any).replace('?', "x")))
        }
        PathMatch::Regex(pattern) => {
            let rooted = literals(pattern).find(|it| it.starts_with('/'));
            rooted.or_else(|| literal(pattern)).into_iter().collect()
        }
        PathMatch::IgnoreCase(inner) => paths(inner),
    }
}

/// A text that a glob of a query takes: `*` and `?` are any letter, `\*` and `\?` the letters themselves.
fn unescaped(glob: &str) -> String {
    let mut text = String::new();
    let mut letters = glob.chars().peekable();
    while let Some(letter) = letters.next() {
        text.push(match letter {
            '\\' => letters.next_if(|it| matches!(it, '*' | '?')).unwrap_or('\\'),
            '*' | '?' => 'x',
            other => other,
        });
    }
    text
}

/// A text that fits.
fn sample(text: &TextMatch) -> Option<String> {
    match text {
        TextMatch::Exact(value) | TextMatch::Prefix(value) => Some(value.clone()),
        TextMatch::Present => ANY.first().map(|it| (*it).to_owned()),
        TextMatch::AnyGlob(globs) => globs.first().map(|it| it.replace('*', "any").replace('?', "x")),
        TextMatch::Regex(pattern) | TextMatch::AnyRegex(pattern) | TextMatch::Made(pattern) => literal(pattern),
    }
}

/// A text that an expression takes.
fn literal(pattern: &Pattern) -> Option<String> {
    literals(pattern).next()
}

/// Texts that an expression takes: itself, its alternatives, or what stands before its first special letter.
fn literals(pattern: &Pattern) -> impl Iterator<Item = String> {
    let bare = pattern.source.trim_start_matches('^').trim_end_matches('$').replace("\\.", ".").replace("\\/", "/");
    let inner = bare.trim_start_matches('(').trim_end_matches(')');
    let start = bare.split(['(', '[', '.', '*', '+', '?', '\\', '|', '{']).next().unwrap_or_default();
    let mut tried = vec![bare.clone(), inner.to_owned()];
    tried.extend(inner.split('|').map(str::to_owned));
    tried.push(start.to_owned());
    tried.extend(SAMPLES.iter().flat_map(|it| [format!("{start}{it}"), format!("{start}/{it}"), (*it).to_owned()]));
    tried.into_iter().filter(move |it| pattern.matches(it))
}

/// Letters that a query may hold as they are.
fn encode(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let letter = |byte: u8| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(letter).collect()
}

fn distinct(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        if !found.contains(&text) {
            found.push(text);
        }
    }
    found
}
