//! The request as it is being written: a call, and the text of its URL. Pasted URLs, curl commands and Host lines are taken apart.

use podpath_protocol::{Call, From};

/// What stands in the request bar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    /// As typed.
    pub(crate) url: String,
    /// As asked; its host is empty while there is nothing to ask.
    pub(crate) call: Call,
}

/// The methods on offer.
pub(crate) const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

const SCHEMES: [&str; 7] = ["http", "https", "grpc", "grpcs", "tls", "tcp", "udp"];

impl Draft {
    /// The request bar that says this call.
    pub(crate) fn of(call: Call) -> Self {
        Self { url: url_of(&call), call: Call { id: None, ..call } }
    }

    /// The call to ask, if there is one.
    pub(crate) fn asked(&self) -> Option<&Call> {
        (!self.call.host.is_empty()).then_some(&self.call)
    }

    /// The same request at another URL.
    pub(crate) fn with_url(self, url: &str) -> Self {
        let parts = parts_of(url.trim());
        let call = Call { scheme: parts.scheme, host: parts.host, port: parts.port, path: parts.path, ..self.call };
        Self { url: url.into(), call }
    }

    pub(crate) fn with_method(self, method: &str) -> Self {
        Self { call: Call { method: Some(method.into()), ..self.call }, ..self }
    }

    pub(crate) fn with_headers(self, headers: Vec<(String, String)>) -> Self {
        Self { call: Call { headers, ..self.call }, ..self }
    }

    /// With the headers, address, name, certificate and claims of another call.
    pub(crate) fn carrying(self, call: Call) -> Self {
        let Call { sni, source_ip, client_certificate, claims, .. } = call;
        Self { call: Call { sni, source_ip, client_certificate, claims, ..self.call }, ..self }
    }

    /// How much the request carries beside its URL.
    pub(crate) fn n_carried(&self) -> usize {
        let Call { headers, sni, source_ip, client_certificate, claims, .. } = &self.call;
        let others = [sni.is_some(), source_ip.is_some(), *client_certificate, claims.is_some()];
        headers.len() + others.into_iter().filter(|it| *it).count()
    }

    pub(crate) fn with_from(self, from: Option<From>) -> Self {
        Self { call: Call { from, ..self.call }, ..self }
    }

    /// A pasted text: a curl command, the head of a request, `GET https://...`, or a URL.
    pub(crate) fn with_pasted(self, text: &str) -> Self {
        let text = text.trim();
        if text.starts_with("curl ") {
            return self.with_curl(text);
        }
        let first = text.lines().next().unwrap_or_default();
        match first.split_once(' ').filter(|(word, _)| METHODS.contains(word)) {
            Some((method, rest)) => self.with_method(method).with_head(rest, text),
            None => self.with_url(first),
        }
    }

    fn with_head(self, rest: &str, text: &str) -> Self {
        let target = rest.split(' ').next().unwrap_or_default();
        let lines = text.lines().skip(1).filter_map(|line| line.split_once(':'));
        let (mut headers, mut host) = (Vec::new(), None);
        for (name, value) in lines.map(|(name, value)| (name.trim(), value.trim())) {
            if name.eq_ignore_ascii_case("host") {
                host = Some(value);
            } else {
                headers.push((name.to_ascii_lowercase(), value.to_owned()));
            }
        }
        let url = host.map_or_else(|| target.to_owned(), |host| format!("https://{host}{target}"));
        self.with_headers(headers).with_url(&url)
    }

    fn with_curl(self, text: &str) -> Self {
        let words = shell_words(text);
        let mut words = words.iter().skip(1);
        let (mut method, mut headers, mut url) = ("GET", Vec::new(), "");
        while let Some(word) = words.next() {
            match word.as_str() {
                "-X" | "--request" => method = words.next().map_or(method, String::as_str),
                "-I" | "--head" => method = "HEAD",
                "-H" | "--header" => {
                    let header = words.next().and_then(|it| it.split_once(':'));
                    headers.extend(
                        header.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned())),
                    );
                }
                "-d" | "--data" | "--data-raw" => {
                    words.next();
                    method = if method == "GET" { "POST" } else { method };
                }
                "-o" | "-u" | "-b" | "-A" | "-e" | "--resolve" | "--connect-to" | "--cacert" | "--max-time" | "-m" => {
                    words.next();
                }
                other if !other.starts_with('-') => url = other,
                _ => {}
            }
        }
        let host = headers.iter().position(|(name, _)| name == "host").map(|at| headers.remove(at).1);
        let draft = self.with_method(method).with_headers(headers).with_url(url);
        match host {
            Some(host) => Draft::of(Call { host, ..draft.call }),
            None => draft,
        }
    }
}

struct Parts {
    scheme: Option<String>,
    host: String,
    port: Option<u16>,
    path: Option<String>,
}

/// Without a scheme a URL is read as `http`, as curl does.
fn parts_of(url: &str) -> Parts {
    let (scheme, rest) = url
        .split_once("://")
        .filter(|(it, _)| SCHEMES.contains(it))
        .map_or((None, url), |(it, rest)| (Some(it.to_owned()), rest));
    let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(at);
    let authority = authority.rsplit_once('@').map_or(authority, |(_, it)| it);
    let path = path.split('#').next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port.parse().ok()),
        _ => (authority, None),
    };
    let path = match path {
        "" => None,
        it if it.starts_with('?') => Some(format!("/{it}")),
        it => Some(it.to_owned()),
    };
    Parts { scheme, host: host.to_owned(), port, path }
}

/// The three parts of a URL that are shown apart: scheme, host, rest.
pub(crate) fn shown_parts(url: &str) -> (&str, &str, &str) {
    let (scheme, rest) = url.find("://").map_or(("", url), |at| url.split_at(at + 3));
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    (scheme, host, path)
}

/// The call as a URL.
pub(crate) fn url_of(call: &Call) -> String {
    if call.host.is_empty() {
        return String::new();
    }
    let scheme = call.scheme.as_deref().unwrap_or("http");
    let port = call.port.map(|it| format!(":{it}")).unwrap_or_default();
    format!("{scheme}://{}{port}{}", call.host, call.path.as_deref().unwrap_or("/"))
}

fn shell_words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, quote) {
            (it, Some(open)) if it == open => quote = None,
            ('\'' | '"', None) => (quote, any) = (Some(letter), true),
            ('\\', None | Some('"')) => word.extend(letters.next().filter(|it| *it != '\n')),
            (it, None) if it.is_whitespace() => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            (it, _) => word.push(it),
        }
    }
    words.extend((any || !word.is_empty()).then_some(word));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        let call = Draft::default().with_url("https://shop.example.kr:8443/api?x=1#top").call;
        let got = (call.scheme.as_deref(), call.host.as_str(), call.port, call.path.as_deref());
        assert_eq!(got, (Some("https"), "shop.example.kr", Some(8443), Some("/api?x=1")));
    }

    #[test]
    fn brackets_of_ipv6_stay() {
        let call = Draft::default().with_url("http://[2001:db8::1]/x").call;
        assert_eq!((call.host.as_str(), call.port), ("[2001:db8::1]", None));
    }

    #[test]
    fn a_curl_command_is_taken_apart() {
        let draft = Draft::default().with_pasted(
            "curl -sS -X POST 'https://a.example/x y' \\\n -H 'X-Canary: true' -H \"Host: b.example\" -d '{}'",
        );
        assert_eq!(draft.url, "https://b.example/x y");
        assert_eq!(draft.call.method.as_deref(), Some("POST"));
        assert_eq!(draft.call.headers, [("x-canary".to_owned(), "true".to_owned())]);
    }

    #[test]
    fn the_head_of_a_request_is_taken_apart() {
        let draft = Draft::default().with_pasted("GET /api HTTP/1.1\nHost: shop.example.kr\nAccept: */*");
        assert_eq!(draft.url, "https://shop.example.kr/api");
    }

    #[test]
    fn a_call_is_said_as_a_url_and_read_back() {
        let draft = Draft::default().with_url("https://shop.example.kr/api");
        assert_eq!(Draft::of(draft.call.clone()), draft);
    }
}
