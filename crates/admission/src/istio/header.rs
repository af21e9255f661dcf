//! Names and values of headers.
//!
//! Source: `ValidateHTTPHeader*`, `header_value_validator.go`.

use super::Review;
use crate::Field;
use crate::metadata::quoted;

/// What RFC 7230 lets stand in a name.
fn is_token(text: &str) -> bool {
    text.chars().all(|it| it.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(it))
}

fn named(name: &str, is_valid: bool) -> Option<String> {
    if name.is_empty() {
        return Some("header name cannot be empty".to_owned());
    }
    (!is_valid).then(|| format!("header name {name} is not a valid header name"))
}

/// Why a name of a match is none; claims of a token and pseudo headers may be matched.
pub(super) fn matched(name: &str) -> Option<String> {
    let is_pseudo = matches!(name, ":method" | ":scheme" | ":authority" | ":path" | ":status");
    named(name, is_claim(name) || is_pseudo || is_token(name))
}

/// Why a name of a CORS policy is none.
pub(super) fn shared(name: &str) -> Option<String> {
    named(name, is_token(name))
}

/// Why a name of a probe, or one that a claim is written to, is none.
pub(super) fn strict(name: &str) -> Option<String> {
    named(name, name.chars().all(|it| it.is_ascii_alphanumeric() || it == '-'))
}

/// `@request.auth.claims.sub` or `@request.auth.claims[sub]`.
pub(super) fn is_claim(name: &str) -> bool {
    const PREFIX: &str = "@request.auth.claims";
    let Some(rest) = name.get(PREFIX.len()..).filter(|_| name.to_ascii_lowercase().starts_with(PREFIX)) else {
        return false;
    };
    let is_dotted = rest.starts_with('.') && rest.len() > 1;
    is_dotted || rest.starts_with('[') && rest.ends_with(']') && rest.len() > 2
}

/// True for the name that stands for the host.
pub(super) fn is_authority(name: &str) -> bool {
    name.eq_ignore_ascii_case(":authority") || name.eq_ignore_ascii_case("host")
}

/// Refuses the operations of one `headers` on request and response.
pub(super) fn operations(review: &mut Review, headers: &Field<'_>) {
    let (request, response) = (headers.get("request"), headers.get("response"));
    for (operation, holder, is_request) in
        [("add", &request, true), ("set", &request, true), ("add", &response, false), ("set", &response, false)]
    {
        for (name, it) in holder.get(operation).values() {
            review.must(&it, if is_request { written(name) } else { touched(name) });
            review.must(&it, value(it.text()));
        }
    }
    for holder in [&request, &response] {
        for it in holder.get("remove").items() {
            review.must(&it, touched(it.text()));
        }
    }
}

/// A header that a request gets.
fn written(name: &str) -> Option<String> {
    if name.is_empty() {
        return named(name, true);
    }
    (name.starts_with(':') && !is_authority(name)).then(|| pseudo(name))
}

/// A header that goes, or that an answer gets.
fn touched(name: &str) -> Option<String> {
    if name.eq_ignore_ascii_case("host") {
        return Some(format!("invalid header {}: cannot set Host header", quoted(name)));
    }
    if name.is_empty() {
        return named(name, true);
    }
    name.starts_with(':').then(|| pseudo(name))
}

fn pseudo(name: &str) -> String {
    format!("invalid header {}: header cannot have \":\" prefix", quoted(name))
}

/// Where a value stands: between variables, in one, in its arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Literal,
    Name,
    Arguments,
    Text,
    TextDue,
    Delimiter,
    ArgumentsEnd,
    End,
}

/// Why a value is none: `%NAME%` and `%NAME(...)%` are variables, `%%` is a percent sign.
fn value(text: &str) -> Option<String> {
    if text.chars().any(|it| it.is_ascii_control() && it != '\t') {
        return Some(format!("header value configuration {text} is invalid"));
    }
    let why = variables(text)?;
    Some(format!("header value configuration: invalid header configuration. {why}"))
}

fn variables(text: &str) -> Option<String> {
    let mut state = State::Literal;
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        state = match (state, byte) {
            (State::Literal, b'%') => match bytes.peek() {
                None => return Some("Un-escaped %".to_owned()),
                Some(b'%') => {
                    bytes.next();
                    State::Literal
                }
                Some(_) => State::Name,
            },
            (State::Name | State::End, b'%') => State::Literal,
            (State::Name, b'(') => State::Arguments,
            (State::Arguments, b'[') | (State::Delimiter, b',') => State::TextDue,
            (State::Arguments, it) if it != b' ' => State::Text,
            (State::Delimiter, b']') => State::ArgumentsEnd,
            (State::TextDue, b'"') => State::Text,
            (State::Text, b'\\') if bytes.next().is_none() => {
                return Some("Un-terminated backslash in JSON string".to_owned());
            }
            (State::Text | State::ArgumentsEnd, b')') => State::End,
            (State::Text, b'"') => State::Delimiter,
            (State::Literal | State::Name | State::Text, _) | (_, b' ') => state,
            (State::Delimiter, _) => return Some("Expecting ',', ']', or whitespace".to_owned()),
            (State::TextDue, _) => return Some("Expecting '\"'".to_owned()),
            (State::ArgumentsEnd, _) => {
                return Some("Expecting ')' or whitespace after '{}', but found '{}'".to_owned());
            }
            (State::Arguments | State::End, _) => return Some("Expecting '%' or whitespace after".to_owned()),
        };
    }
    (state != State::Literal).then(|| format!("Un-terminated variable expression '{text}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_end() {
        for good in ["", "a", "100%%", "%HOSTNAME%", "a %REQ(x-a)% b", "%DYNAMIC_METADATA([\"a\", \"b\"])%"] {
            assert_eq!(value(good), None, "{good}");
        }
        for bad in ["100%", "abc%123", "%START_TIME%%", "%REQ(x-a%", "%REQ(x)a%"] {
            assert!(value(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn claims_are_named_with_dots_or_brackets() {
        for (name, expected) in [
            ("@request.auth.claims.sub", true),
            ("@request.auth.claims[a][b]", true),
            ("@request.auth.claims", false),
            ("x", false),
        ] {
            assert_eq!(is_claim(name), expected, "{name}");
        }
    }
}
