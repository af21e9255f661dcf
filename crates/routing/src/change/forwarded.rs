//! What ingress-nginx tells a backend about the client.

use super::change_headers;
use crate::real_ip::RealIp;
use crate::request::Request;
use crate::table::HeaderChange;

/// Headers of ingress-nginx that say where the client wanted to, and how.
const TOLD: [&str; 5] = ["X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto", "X-Forwarded-Scheme", "X-Scheme"];

/// What ingress-nginx tells about the client: what it saw itself, or, where it trusts them, what the headers of the request
/// say; the first host of `X-Forwarded-Host` is the Host then (`lua_ingress.lua`, `rewrite`; `nginx.tmpl`). Others get these
/// headers too, but only what a client sent itself becomes another text, so nothing is told of the rest.
pub(super) fn tell_client(is_trusted: bool, real_ip: Option<&RealIp>, request: &mut Request) {
    let has = |name: &&str| request.header(name).is_some();
    let said = |name: &str| request.header(name).filter(|_| is_trusted);
    let (sends_client, sends_rest) = (request.header("x-forwarded-for"), TOLD.iter().any(has));
    let host = said("x-forwarded-host").map(|it| it.split(',').next().unwrap_or_default().trim().to_owned());
    let mut change = HeaderChange::default();
    if sends_rest || sends_client.is_some() {
        let authority = host.clone().unwrap_or_else(|| request.authority.clone());
        let port = said("x-forwarded-port").unwrap_or_else(|| request.port.to_string());
        let scheme = said("x-forwarded-proto").unwrap_or_else(|| request.scheme.url().to_owned());
        let values = [authority, port, scheme.clone(), scheme.clone(), scheme];
        change.set.extend(TOLD.iter().map(|it| (*it).to_owned()).zip(values));
    }
    let client = real_ip.map_or_else(|| request.source_ip.clone(), |it| it.client(request));
    for name in ["X-Forwarded-For", "X-Real-IP"].iter().filter(|it| has(it)) {
        match &client {
            Some(client) => change.set.push(((*name).to_owned(), client.clone())),
            None => change.remove.push((*name).to_owned()),
        }
    }
    change.set.extend(sends_client.map(|it| ("X-Original-Forwarded-For".to_owned(), it)));
    change_headers(&change, &mut request.headers, &mut request.authority);
    if let Some(host) = host {
        request.set_authority(&host);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(is_trusted: bool, sent: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let headers = sent.iter().map(owned).collect();
        let mut request = Request { port: 80, source_ip: Some("203.0.113.9".into()), headers, ..Request::default() };
        request.set_authority("shop.example.kr");
        tell_client(is_trusted, None, &mut request);
        let lower = |(name, value): (String, String)| (name.to_ascii_lowercase(), value);
        (request.authority, request.headers.into_iter().map(lower).collect())
    }

    fn has(headers: &[(String, String)], name: &str, value: &str) -> bool {
        headers.iter().any(|(it, found)| it == name && found == value)
    }

    #[test]
    fn what_a_client_says_of_itself_is_replaced() {
        let sent =
            [("x-forwarded-host", "www.example.kr"), ("x-forwarded-proto", "https"), ("x-forwarded-for", "192.0.2.4")];
        let (host, headers) = told(false, &sent);
        assert_eq!(host, "shop.example.kr");
        assert!(has(&headers, "x-forwarded-host", "shop.example.kr"), "{headers:?}");
        assert!(has(&headers, "x-forwarded-proto", "http"), "{headers:?}");
        assert!(has(&headers, "x-forwarded-scheme", "http"), "{headers:?}");
        assert!(has(&headers, "x-forwarded-port", "80"), "{headers:?}");
        assert!(has(&headers, "x-forwarded-for", "203.0.113.9"), "{headers:?}");
        assert!(has(&headers, "x-original-forwarded-for", "192.0.2.4"), "{headers:?}");
    }

    #[test]
    fn what_a_trusted_client_says_is_passed_on() {
        let (host, headers) =
            told(true, &[("x-forwarded-host", "www.example.kr, inner"), ("x-forwarded-proto", "https")]);
        assert_eq!(host, "www.example.kr");
        assert!(has(&headers, "x-forwarded-host", "www.example.kr"), "{headers:?}");
        assert!(has(&headers, "x-forwarded-proto", "https"), "{headers:?}");
        assert!(has(&headers, "x-scheme", "https"), "{headers:?}");
        assert!(has(&headers, "x-forwarded-port", "80"), "{headers:?}");
    }

    #[test]
    fn nothing_is_told_of_who_says_nothing() {
        assert_eq!(told(true, &[("accept", "*/*")]).1, [("accept".to_owned(), "*/*".to_owned())]);
    }
}
