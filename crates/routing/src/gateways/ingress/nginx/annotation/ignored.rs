//! Values that the controller does not take and passes by: the key counts as missing, the rest of the Ingress is played.
//!
//! Source: the tests of `internal/ingress/annotations` (`rewrite`, `canary`, `cors`; `parser/validators.go`), whose failure
//! these parsers turn into the default.

use podpath_source::Text;

use super::{Cors, Keys};
use crate::pattern::Pattern;

/// Paths, and what groups have captured.
const CAPTURES: &str = "/?[-._~a-zA-Z0-9/:$]*";
const BASIC: &str = "[-._~a-zA-Z0-9/:]*";

/// What a value must be as a whole.
const TESTS: &[(&str, &str)] = &[
    ("rewrite-target", CAPTURES),
    ("app-root", CAPTURES),
    ("canary-by-header", BASIC),
    ("canary-by-header-value", BASIC),
    ("canary-by-header-pattern", r"[-._~a-zA-Z0-9/:^$\[\](){}*+?|&=\\]*"),
    ("canary-by-cookie", BASIC),
    ("cors-allow-origin", r"(?:(?:(?:https?://)?(?:\*\.)?[A-Za-z0-9.-]*(?::[0-9]+)?,?)+|\*)?"),
    ("cors-allow-headers", "[-_A-Za-z0-9, ]*"),
    ("cors-allow-methods", r"(?:[A-Za-z]+,?\s?)+"),
    ("cors-expose-headers", r"(?:(?:[-_A-Za-z0-9]+|\*),?\s?)+"),
    ("cors-max-age", "[-+]?[0-9]+"),
    ("custom-headers", BASIC),
];

/// Keys whose test sees spaces; of others they are taken away before.
const WITH_SPACES: &[&str] = &["rewrite-target", "app-root", "canary-by-header-pattern", "cors-max-age"];

/// One origin of the list.
const ORIGIN: &str = r"https?://(?:\*\.)?[A-Za-z0-9.-]*(?::[0-9]+)?";

/// The keys whose value its test does not take.
pub(super) fn failing(keys: &Keys<'_>) -> Vec<&'static str> {
    let fails = |(key, test): &&(&'static str, &str)| {
        keys.written(key).is_some_and(|it| {
            let seen = if WITH_SPACES.contains(key) { it.to_owned() } else { it.replace(' ', "") };
            !Pattern::new(test).matches(&seen)
        })
    };
    TESTS.iter().filter(fails).map(|(key, _)| *key).collect()
}

/// The keys that count as missing, and origins that do, with the words for people.
pub(super) fn ignored(keys: &Keys<'_>) -> Vec<(&'static str, Text)> {
    let whole = |key: &&'static str| {
        let text = Text::new(
            format!("ingress-nginx does not take this value of `{key}`, so the annotation counts as missing"),
            format!("ingress-nginx가 `{key}`의 이 값을 받지 않아 annotation이 없는 것으로 다룹니다"),
        );
        (*key, text)
    };
    let origin = |it: &str| {
        let text = Text::new(
            format!("`{it}` of `cors-allow-origin` is no origin, so ingress-nginx skips it"),
            format!("`cors-allow-origin`의 `{it}` 값은 출처가 아니어서 ingress-nginx가 건너뜁니다"),
        );
        ("cors-allow-origin", text)
    };
    let mut found: Vec<_> = keys.ignored.iter().map(whole).collect();
    if keys.flag("enable-cors") == Some(true) && keys.taken("cors-allow-origin").is_some() {
        let list = keys.list("cors-allow-origin");
        let (before_any, test) = (list.into_iter().take_while(|it| *it != "*"), Pattern::new(ORIGIN));
        found.extend(before_any.filter(|it| !test.matches(it)).map(origin));
    }
    found
}

/// What `enable-cors` adds; nothing where a list holds no origin.
pub(super) fn cors(keys: &Keys<'_>) -> Option<Cors> {
    keys.flag("enable-cors").filter(|it| *it)?;
    let origins = match keys.taken("cors-allow-origin").map(|_| keys.list("cors-allow-origin")) {
        None => vec!["*"],
        Some(list) if list.contains(&"*") => vec!["*"],
        Some(list) => {
            let test = Pattern::new(ORIGIN);
            list.into_iter().filter(|it| test.matches(it)).collect()
        }
    };
    if origins.is_empty() {
        return None;
    }
    let or = |key: &str, default: &str| keys.taken(key).unwrap_or(default).to_owned();
    let mut headers = Vec::new();
    if keys.flag("cors-allow-credentials").unwrap_or(true) {
        headers.push(("Access-Control-Allow-Credentials".to_owned(), "true".to_owned()));
    }
    headers.push((
        "Access-Control-Allow-Methods".to_owned(),
        or("cors-allow-methods", "GET, PUT, POST, DELETE, PATCH, OPTIONS"),
    ));
    let names =
        "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization";
    headers.push(("Access-Control-Allow-Headers".to_owned(), or("cors-allow-headers", names)));
    let exposed = keys.taken("cors-expose-headers");
    headers.extend(exposed.map(|it| ("Access-Control-Expose-Headers".to_owned(), it.to_owned())));
    headers.push(("Access-Control-Max-Age".to_owned(), or("cors-max-age", "1728000")));
    Some(Cors { origins: origins.into_iter().map(str::to_owned).collect(), headers })
}
