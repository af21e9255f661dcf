//! The forms of names, with the API server's words for those that are none.
//!
//! Source: `apimachinery/pkg/util/validation/validation.go`.

const LABEL: &str = "must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SERVICE: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const QUALIFIED: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// Letters and digits at both ends, and only these characters between.
fn is_framed(text: &str, is_end: fn(char) -> bool, between: &str) -> bool {
    let ends = text.chars().next().is_some_and(is_end) && text.chars().next_back().is_some_and(is_end);
    ends && text.chars().all(|it| is_end(it) || between.contains(it))
}

fn is_lower(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

fn is_any(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// Up to 63 letters of both cases and digits, and only these characters between.
pub(crate) fn is_short(text: &str, between: &str) -> bool {
    text.len() <= 63 && is_framed(text, is_any, between)
}

/// A label of DNS (RFC 1123).
pub(crate) fn label(text: &str) -> Option<String> {
    if text.len() > 63 {
        return Some("must be no more than 63 characters".into());
    }
    (!is_framed(text, is_lower, "-")).then(|| format!("a lowercase RFC 1123 label {LABEL}"))
}

/// The name of a Service (RFC 1035).
pub(crate) fn service(text: &str) -> Option<String> {
    if text.len() > 63 {
        return Some("must be no more than 63 characters".into());
    }
    let begins = text.starts_with(|it: char| it.is_ascii_lowercase());
    (!begins || !is_framed(text, is_lower, "-")).then(|| SERVICE.to_owned())
}

/// A name of DNS with dots.
pub(crate) fn subdomain(text: &str) -> Option<String> {
    let is_valid = text.len() <= 253 && text.split('.').all(|it| is_framed(it, is_lower, "-"));
    (!is_valid).then(|| SUBDOMAIN.to_owned())
}

/// A qualified name, the key of a label: a name, behind a name of DNS and a slash or not.
pub(crate) fn qualified(text: &str) -> Option<String> {
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    if name.contains('/') {
        let example = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
        return Some(format!("a qualified name {QUALIFIED} {example}"));
    }
    if prefix == Some("") {
        return Some("prefix part must be non-empty".into());
    }
    if let Some(why) = prefix.and_then(subdomain) {
        return Some(format!("prefix part {why}"));
    }
    match name.len() {
        0 => Some("name part must be non-empty".into()),
        64.. => Some("name part must be no more than 63 bytes".into()),
        _ => (!is_framed(name, is_any, "-_.")).then(|| format!("name part {QUALIFIED}")),
    }
}

/// The value of a label.
pub(crate) fn label_value(text: &str) -> Option<String> {
    if text.len() > 63 {
        return Some("must be no more than 63 bytes".into());
    }
    (!text.is_empty() && !is_framed(text, is_any, "-_.")).then(|| LABEL_VALUE.to_owned())
}

/// The name of a port of a container, which a `targetPort` may be.
pub(crate) fn port_name(text: &str) -> Option<&'static str> {
    if text.len() > 15 {
        return Some("must be no more than 15 characters");
    }
    if !text.chars().all(|it| is_lower(it) || it == '-') {
        return Some("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    }
    if !text.contains(|it: char| it.is_ascii_lowercase()) {
        return Some("must contain at least one letter (a-z)");
    }
    if text.contains("--") {
        return Some("must not contain consecutive hyphens");
    }
    (text.starts_with('-') || text.ends_with('-')).then_some("must not begin or end with a hyphen")
}
