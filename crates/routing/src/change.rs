//! What filters and redirects do to a request.

mod forwarded;

use std::fmt::Write as _;

use self::forwarded::tell_client;
use crate::matcher::Condition;
use crate::pattern::{PathMatch, Pattern};
use crate::request::{Request, normalized, split_port};
use crate::table::{Filter, HeaderChange, PathChange, Redirect, RedirectPort, Rule};

/// Applies the filters that change the request, in order.
pub(crate) fn apply_filters(filters: &[Filter], rule: &Rule, request: &mut Request) {
    for filter in filters {
        match filter {
            Filter::RequestHeaders(change) => change_headers(change, &mut request.headers, &mut request.authority),
            Filter::Host(host) => request.set_authority(host),
            Filter::Forwarded { is_trusted, real_ip } => tell_client(*is_trusted, real_ip.as_deref(), request),
            Filter::Path(PathChange::Captures(pattern, to)) => capture(pattern, to, request),
            Filter::Rewrite { is_host: true, pattern, to } => {
                if let Some(host) = pattern.replace_first(&request.authority, |groups| fill_groups(to, groups)) {
                    request.set_authority(&host);
                }
            }
            Filter::Rewrite { pattern, to, .. } => rewrite_url(pattern, to, request),
            Filter::Path(change) => request.path = change_path(change, rule, &request.path),
            Filter::ResponseHeaders(_)
            | Filter::Hsts(_)
            | Filter::Mirror { .. }
            | Filter::Cors(_)
            | Filter::AllowOrigin
            | Filter::Abort { .. }
            | Filter::Delay { .. }
            | Filter::Gate(_)
            | Filter::Unsupported(_) => {}
        }
    }
}

/// `remove` deletes, then `set` replaces or creates, then `add` appends or creates; names without case.
///
/// Envoy removes first, so that one name may be removed and given anew (`source/common/router/header_parser.cc`,
/// `evaluateHeaders`); what is added comes after the values that are there.
pub fn change_headers(change: &HeaderChange, headers: &mut Vec<(String, String)>, authority: &mut String) {
    let is_host = |name: &str| name.eq_ignore_ascii_case("host") || name == ":authority";
    headers.retain(|(it, _)| !change.remove.iter().any(|name| it.eq_ignore_ascii_case(name)));
    for (name, value) in &change.set {
        if is_host(name) {
            value.clone_into(authority);
            continue;
        }
        headers.retain(|(it, _)| !it.eq_ignore_ascii_case(name));
        headers.push((name.clone(), value.clone()));
    }
    for (name, value) in &change.add {
        match headers.iter_mut().rfind(|(it, _)| it.eq_ignore_ascii_case(name)) {
            Some((_, existing)) => *existing = format!("{existing},{value}"),
            None => headers.push((name.clone(), value.clone())),
        }
    }
}

/// The path after a change.
fn change_path(change: &PathChange, rule: &Rule, path: &str) -> String {
    match change {
        PathChange::Full(to) => to.clone(),
        PathChange::Elements(to) => replace_elements(matched_prefix(rule).unwrap_or("/"), to, path),
        PathChange::Prefix(to) => match matched_prefix(rule) {
            Some(prefix) => format!("{to}{}", path.get(prefix.len()..).unwrap_or_default()),
            None => to.clone(),
        },
        PathChange::Regex(pattern, to) => replace_regex(pattern, to, path),
        PathChange::Captures(pattern, to) => {
            pattern.groups(path).map_or_else(|| path.to_owned(), |it| fill_groups(to, &it))
        }
    }
}

/// nginx' `rewrite`: "If a replacement string includes the new request arguments, the previous request arguments are
/// appended after them"; not so when it ends with `?`. It sees the normalized path, and what it makes is escaped anew.
fn capture(pattern: &Pattern, to: &str, request: &mut Request) {
    let Some(seen) = normalized(&request.path) else { return };
    let Some(groups) = pattern.groups(&seen) else { return };
    let filled = fill_groups(to, &groups);
    match filled.split_once('?') {
        None => request.path = escape(&filled),
        Some((path, query)) => {
            let kept = if query.is_empty() || query.ends_with('?') { None } else { request.query.take() };
            let query = query.trim_end_matches('?');
            let joined = kept.map_or_else(|| query.to_owned(), |kept| format!("{query}&{kept}"));
            request.query = Some(joined).filter(|it| !it.is_empty());
            request.path = escape(path);
        }
    }
}

/// As nginx writes a path that it changed (`ngx_escape_uri`).
fn escape(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_graphic() && !b"#%?".contains(&byte) {
            text.push(char::from(byte));
        } else {
            _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// The URL is path and query.
fn rewrite_url(pattern: &Pattern, to: &str, request: &mut Request) {
    let Some(url) = pattern.replace_first(&request.target(), |groups| fill_groups(to, groups)) else { return };
    let (path, query) = url.split_once('?').map_or((url.as_str(), None), |(path, query)| (path, Some(query)));
    path.clone_into(&mut request.path);
    request.query = query.map(str::to_owned);
}

/// `$1` to `$9` by the groups of a match; a group that the pattern has not is empty.
fn fill_groups(to: &str, groups: &[&str]) -> String {
    let mut text = String::with_capacity(to.len());
    let mut rest = to.chars().peekable();
    while let Some(c) = rest.next() {
        match rest.peek().and_then(|it| it.to_digit(10)).filter(|_| c == '$') {
            Some(group) => {
                rest.next();
                text += groups.get(group as usize).unwrap_or(&"");
            }
            None => text.push(c),
        }
    }
    text
}

/// Variables of nginx that a location may name, and what they are worth.
fn variable(name: &str, request: &Request) -> Option<String> {
    let without_port = split_port(&request.authority).0;
    Some(match name {
        "scheme" | "pass_access_scheme" => request.scheme.url().to_owned(),
        "host" => without_port.strip_suffix('.').unwrap_or(without_port).to_ascii_lowercase(),
        "http_host" | "best_http_host" => request.authority.clone(),
        "redirect_host" => without_port.to_owned(),
        "forwarded_host" => {
            let told = request.header("x-forwarded-host");
            let first = told.as_deref().and_then(|it| it.split([',', ':']).next());
            first.unwrap_or(without_port).to_owned()
        }
        "request_uri" => request.target(),
        "trimmed_uri" => {
            let target = request.target();
            target.strip_suffix('/').map(str::to_owned).unwrap_or(target)
        }
        "uri" | "document_uri" => normalized(&request.path)?,
        "port" => request.port.to_string(),
        "path_without_slash" => request.path.strip_prefix('/').unwrap_or(&request.path).to_owned(),
        "args" | "query_string" => request.query.clone().unwrap_or_default(),
        "is_args" => if request.query.is_some() { "?" } else { "" }.to_owned(),
        _ => return None,
    })
}

/// A location with variables, filled in; the name of a variable that is not known is the error.
pub(crate) fn fill_variables(template: &str, request: &Request) -> Result<String, String> {
    let mut parts = template.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let inner = part.strip_prefix('{').and_then(|it| it.split_once('}'));
        let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(part.len());
        let (name, rest) = inner.unwrap_or_else(|| part.split_at(end));
        text += &variable(name, request).ok_or_else(|| name.to_owned())?;
        text += rest;
    }
    Ok(text)
}

/// The prefix that a rule matches by; None for exact paths and patterns.
fn matched_prefix(rule: &Rule) -> Option<&str> {
    let path = rule.matchers.iter().find_map(|it| match &it.condition {
        Condition::Path(PathMatch::IgnoreCase(inner)) => Some(inner.as_ref()),
        Condition::Path(path) => Some(path),
        _ => None,
    });
    match path {
        Some(PathMatch::Elements(prefix) | PathMatch::Prefix(prefix)) => Some(prefix),
        None => Some("/"),
        Some(_) => None,
    }
}

/// Gateway API: `/foo/bar`, prefix `/foo(/)`, replacement `/xyz(/)` is `/xyz/bar`; `/foo` is `/xyz`; `/foo/` is `/xyz/`.
fn replace_elements(prefix: &str, to: &str, path: &str) -> String {
    let rest = path.get(prefix.trim_end_matches('/').len()..).unwrap_or_default();
    let joined = format!("{}{rest}", to.trim_end_matches('/'));
    if joined.is_empty() { "/".into() } else { joined }
}

/// Every match is replaced; `\1` stands for a group.
fn replace_regex(pattern: &str, to: &str, path: &str) -> String {
    let Ok(regex) = regex_lite::RegexBuilder::new(pattern).size_limit(1 << 20).nest_limit(50).build() else {
        return path.to_owned();
    };
    regex
        .replace_all(path, |found: &regex_lite::Captures<'_>| {
            let mut text = String::new();
            let mut rest = to.chars();
            while let Some(c) = rest.next() {
                let digit = if c == '\\' { rest.clone().next().and_then(|it| it.to_digit(10)) } else { None };
                match digit {
                    Some(group) => {
                        rest.next();
                        text += found.get(group as usize).map_or("", |it| it.as_str());
                    }
                    None => text.push(c),
                }
            }
            text
        })
        .into_owned()
}

/// The location of a redirect, whole.
pub(crate) fn location(redirect: &Redirect, rule: &Rule, request: &Request) -> String {
    if let Some(template) = &redirect.template {
        return fill_variables(template, request).unwrap_or_else(|_| template.clone());
    }
    let scheme = redirect.scheme.clone().unwrap_or_else(|| request.scheme.url().to_owned());
    let (sent_host, sent_port) = split_port(&request.authority);
    let host = redirect.host.clone().unwrap_or_else(|| sent_host.to_owned());
    let (host, own_port) = split_port(&host);
    let path = redirect.path.as_ref().map_or_else(|| request.path.clone(), |it| change_path(it, rule, &request.path));
    let default = default_port(&scheme);
    let port = match redirect.port {
        RedirectPort::Written(port) => Some(port),
        RedirectPort::AsListener => Some(request.port),
        RedirectPort::Fixed(port) => Some(port).filter(|port| *port != default),
        RedirectPort::SchemeOrListener if redirect.scheme.is_some() => None,
        RedirectPort::SchemeOrListener => Some(request.port).filter(|port| *port != default),
        RedirectPort::FixedOrHost(port) if port != default => Some(port),
        RedirectPort::FixedOrHost(_) | RedirectPort::OfHost if redirect.host.is_some() => own_port,
        RedirectPort::FixedOrHost(_) | RedirectPort::OfHost => {
            let scheme_changes = redirect.scheme.as_deref().is_some_and(|it| it != request.scheme.url());
            sent_port.filter(|port| !(scheme_changes && matches!(port, 80 | 443)))
        }
    };
    let port = port.map(|it| format!(":{it}")).unwrap_or_default();
    // "The path_redirect query string, if any, takes precedence over the request's query string" (Envoy).
    let has_own = path.contains('?') && matches!(redirect.path, Some(PathChange::Full(_)));
    let query = redirect.query.clone().or_else(|| request.query.clone().filter(|_| !has_own));
    let query = query.filter(|it| !it.is_empty()).map(|it| format!("?{it}")).unwrap_or_default();
    format!("{scheme}://{host}{port}{path}{query}")
}

fn default_port(scheme: &str) -> u16 {
    if scheme == "https" { 443 } else { 80 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_replaced_by_elements() {
        for (prefix, to, path, expected) in [
            ("/foo", "/xyz", "/foo/bar", "/xyz/bar"),
            ("/foo/", "/xyz/", "/foo/bar", "/xyz/bar"),
            ("/foo", "/xyz", "/foo", "/xyz"),
            ("/foo", "/xyz", "/foo/", "/xyz/"),
            ("/foo", "", "/foo/bar", "/bar"),
            ("/foo", "/", "/foo", "/"),
        ] {
            assert_eq!(replace_elements(prefix, to, path), expected, "{prefix} {to} {path}");
        }
    }

    #[test]
    fn every_match_of_a_pattern_is_replaced() {
        assert_eq!(replace_regex("^/service/([^/]+)(/.*)$", "\\2/instance/\\1", "/service/foo/v1"), "/v1/instance/foo");
        assert_eq!(replace_regex("one", "two", "/xxx/one/yyy/one/zzz"), "/xxx/two/yyy/two/zzz");
    }

    #[test]
    fn headers_are_removed_then_set_then_appended_to_the_last() {
        let pairs =
            |it: &[(&str, &str)]| it.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
        let change = HeaderChange {
            set: pairs(&[("by", "gateway")]),
            add: pairs(&[("x", "z"), ("new", "1")]),
            remove: vec!["By".into(), "New".into(), "gone".into()],
        };
        let mut headers = pairs(&[("X", "1"), ("By", "client"), ("X", "2"), ("new", "0"), ("Gone", "1")]);
        change_headers(&change, &mut headers, &mut String::new());
        assert_eq!(headers, pairs(&[("X", "1"), ("X", "2,z"), ("by", "gateway"), ("new", "1")]));
    }
}
