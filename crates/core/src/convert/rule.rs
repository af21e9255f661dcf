//! A rule of a table as a rule of an HTTPRoute; the error says which part the Gateway API has no words for.

use podpath_routing::{
    Action, Backend, Condition, Filter, Gate, HeaderChange, PathChange, PathMatch, Redirect, RedirectPort, Rule,
    Target, TextMatch,
};
use podpath_source::Text;
use serde_json::{Map, Value, json};

use crate::analysis::Analysis;

type Converting<T> = Result<T, Text>;

fn no_words(en: &str, ko: &str) -> Text {
    Text::new(format!("the Gateway API has no words for {en}"), format!("Gateway API로는 {ko} 쓸 수 없습니다"))
}

/// Matches, filters and backends.
pub(super) fn convert(analysis: &Analysis, rule: &Rule) -> Converting<Value> {
    let mut made = Map::new();
    let (path, replaced) = path_and_rewrite(rule)?;
    made.insert("matches".into(), json!([matching(rule, path)?]));
    let mut filters = Vec::new();
    for filter in &rule.filters {
        filters.extend(filter_of(analysis, filter)?);
    }
    filters.extend(rewrite(rule, replaced));
    match &rule.action {
        Action::Forward(backends) => {
            let refs: Converting<Vec<Value>> = backends.iter().map(|it| backend(analysis, it)).collect();
            made.insert("backendRefs".into(), json!(refs?));
        }
        Action::Redirect(redirect) => filters = vec![redirection(redirect)?],
        Action::Respond(response) => {
            let status = response.status;
            return Err(no_words(&format!("an answer of its own, {status}"), &format!("직접 하는 {status} 응답을")));
        }
        Action::Unsupported(field) => {
            return Err(Text::new(
                format!("what `{field}` does is not modelled"),
                format!("`{field}`가 하는 일은 아직 다루지 않습니다"),
            ));
        }
    }
    if !filters.is_empty() {
        made.insert("filters".into(), json!(filters));
    }
    Ok(Value::Object(made))
}

fn matching(rule: &Rule, path: Option<Value>) -> Converting<Value> {
    let mut made = Map::new();
    made.extend(path.map(|it| ("path".to_owned(), it)));
    let (mut headers, mut query) = (Vec::new(), Vec::new());
    for matcher in &rule.matchers {
        match &matcher.condition {
            Condition::Host(_) | Condition::Path(_) => {}
            Condition::Method(TextMatch::Exact(method)) => drop(made.insert("method".into(), json!(method))),
            Condition::Header(name, text) => headers.push(named(name, text)?),
            Condition::Query(name, text) => query.push(named(name, text)?),
            _ => return Err(no_words("this condition", "이 조건을")),
        }
    }
    if !headers.is_empty() {
        made.insert("headers".into(), json!(headers));
    }
    if !query.is_empty() {
        made.insert("queryParams".into(), json!(query));
    }
    Ok(Value::Object(made))
}

fn named(name: &str, text: &TextMatch) -> Converting<Value> {
    match text {
        TextMatch::Exact(value) => Ok(json!({ "name": name, "value": value })),
        TextMatch::Regex(pattern) | TextMatch::AnyRegex(pattern) => {
            Ok(json!({ "name": name, "type": "RegularExpression", "value": pattern.source }))
        }
        TextMatch::Made(pattern) => {
            Ok(json!({ "name": name, "type": "RegularExpression", "value": pattern.expression() }))
        }
        TextMatch::Prefix(_) | TextMatch::Present | TextMatch::AnyGlob(_) => {
            Err(no_words("this condition on a header", "이 헤더 조건을"))
        }
    }
}

/// What takes the place of the prefix that matched.
type Replaced = Option<String>;

/// The path of a rule. A rewrite of what stands behind a prefix, which ingress-nginx writes as `/x(/|$)(.*)` and `/$2`,
/// is a prefix and its replacement.
fn path_and_rewrite(rule: &Rule) -> Converting<(Option<Value>, Replaced)> {
    let path = rule.matchers.iter().find_map(|it| match &it.condition {
        Condition::Path(path) => Some(path),
        _ => None,
    });
    let captures = rule.filters.iter().find_map(|it| match it {
        Filter::Path(PathChange::Captures(_, to)) => Some(to.as_str()),
        _ => None,
    });
    let typed = |kind: &str, value: &str| json!({ "type": kind, "value": value });
    match (path, captures) {
        (None, None) => Ok((None, None)),
        (Some(PathMatch::Exact(path)), None) => Ok((Some(typed("Exact", path)), None)),
        (Some(PathMatch::Elements(path)), None) => Ok((Some(typed("PathPrefix", path)), None)),
        (Some(PathMatch::Regex(pattern)), Some(to)) => {
            let prefix = pattern.source.strip_suffix("(/|$)(.*)").filter(|it| is_literal(it));
            let new = to.strip_suffix("$2").filter(|it| is_literal(it));
            if let (Some(prefix), Some(new)) = (prefix, new) {
                return Ok((Some(typed("PathPrefix", prefix)), Some(new.to_owned())));
            }
            if is_literal(to) {
                return Ok((Some(expression(&pattern.source)), None));
            }
            Err(no_words("a rewrite with groups of an expression", "정규식 그룹을 쓰는 재작성을"))
        }
        (Some(PathMatch::Regex(pattern)), None) => {
            let prefix = pattern.source.strip_suffix("(/|$)(.*)").filter(|it| is_literal(it));
            Ok((Some(prefix.map_or_else(|| expression(&pattern.source), |it| typed("PathPrefix", it))), None))
        }
        _ => Err(no_words("this path", "이 경로 조건을")),
    }
}

/// nginx looks without case from the start of the path, and lets anything follow.
fn expression(source: &str) -> Value {
    json!({ "type": "RegularExpression", "value": format!("(?i){source}.*") })
}

fn is_literal(text: &str) -> bool {
    !text.contains(['(', ')', '[', ']', '{', '}', '*', '+', '?', '|', '^', '$', '\\'])
}

/// The one filter that rewrites, whatever it rewrites.
fn rewrite(rule: &Rule, replaced: Replaced) -> Option<Value> {
    let mut made = Map::new();
    if let Some(prefix) = replaced {
        made.insert("path".into(), json!({ "type": "ReplacePrefixMatch", "replacePrefixMatch": prefix }));
    }
    for filter in &rule.filters {
        match filter {
            Filter::Host(host) => drop(made.insert("hostname".into(), json!(host))),
            Filter::Path(PathChange::Elements(prefix)) => {
                made.insert("path".into(), json!({ "type": "ReplacePrefixMatch", "replacePrefixMatch": prefix }));
            }
            Filter::Path(PathChange::Full(path)) => {
                made.insert("path".into(), json!({ "type": "ReplaceFullPath", "replaceFullPath": path }));
            }
            Filter::Path(PathChange::Captures(_, to)) if is_literal(to) && !made.contains_key("path") => {
                made.insert("path".into(), json!({ "type": "ReplaceFullPath", "replaceFullPath": to }));
            }
            _ => {}
        }
    }
    (!made.is_empty()).then(|| json!({ "type": "URLRewrite", "urlRewrite": made }))
}

/// Filters that are no rewrites.
fn filter_of(analysis: &Analysis, filter: &Filter) -> Converting<Option<Value>> {
    Ok(match filter {
        Filter::RequestHeaders(change) => {
            Some(json!({ "type": "RequestHeaderModifier", "requestHeaderModifier": headers(change) }))
        }
        Filter::ResponseHeaders(change) => {
            Some(json!({ "type": "ResponseHeaderModifier", "responseHeaderModifier": headers(change) }))
        }
        Filter::Mirror { target, port, fraction } => {
            let mut to = reference(analysis, target)?;
            to.extend(port.map(|it| ("port".to_owned(), json!(it))));
            let mut mirror = json!({ "backendRef": to });
            if let Some(map) = mirror.as_object_mut().filter(|_| fraction.0 != fraction.1) {
                map.insert("fraction".into(), json!({ "numerator": fraction.0, "denominator": fraction.1 }));
            }
            Some(json!({ "type": "RequestMirror", "requestMirror": mirror }))
        }
        Filter::Cors(cors) if !cors.matches.is_empty() => return Err(no_words("this corsPolicy", "이 corsPolicy를")),
        Filter::AllowOrigin => return Err(no_words("these origins of CORS", "이 CORS 출처를")),
        Filter::Abort { .. } | Filter::Delay { .. } => return Err(no_words("faults", "장애 주입을")),
        Filter::Gate(Gate::Session(_) | Gate::Token { .. }) => return Err(no_words("sign-in", "로그인을")),
        Filter::Cors(cors) => Some(json!({ "type": "CORS", "cors": {
            "allowOrigins": cors.origins, "allowMethods": cors.methods, "allowHeaders": cors.headers,
            "exposeHeaders": cors.exposed, "allowCredentials": cors.credentials, "maxAge": cors.max_age
        } })),
        // Which protocol a backend speaks its Service tells (`appProtocol`).
        Filter::Gate(Gate::Spoken { .. })
        | Filter::Host(_)
        | Filter::Forwarded { .. }
        | Filter::Hsts(_)
        | Filter::Path(PathChange::Elements(_) | PathChange::Full(_) | PathChange::Captures(..)) => None,
        Filter::Path(PathChange::Prefix(_) | PathChange::Regex(..)) | Filter::Rewrite { .. } => {
            return Err(no_words("this rewrite", "이 재작성을"));
        }
        Filter::Unsupported(field) => {
            return Err(Text::new(
                format!("what `{field}` does is not modelled"),
                format!("`{field}`가 하는 일은 아직 다루지 않습니다"),
            ));
        }
    })
}

fn headers(change: &HeaderChange) -> Value {
    let list = |pairs: &[(String, String)]| -> Vec<Value> {
        pairs.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
    };
    let mut made = Map::new();
    for (key, pairs) in [("set", &change.set), ("add", &change.add)] {
        if !pairs.is_empty() {
            made.insert(key.into(), json!(list(pairs)));
        }
    }
    if !change.remove.is_empty() {
        made.insert("remove".into(), json!(change.remove));
    }
    Value::Object(made)
}

fn reference(analysis: &Analysis, target: &Target) -> Converting<Map<String, Value>> {
    let name = match target {
        Target::Service(id) => analysis.cluster.entry(*id).map(|it| it.resource.meta.name().to_owned()),
        Target::Missing(_, name) => Some(name.clone()),
        Target::Host(_) | Target::Balancer(_) => None,
    };
    let name = name.ok_or_else(|| no_words("a backend that is no Service", "Service가 아닌 백엔드를"))?;
    Ok(Map::from_iter([("name".to_owned(), json!(name))]))
}

fn backend(analysis: &Analysis, backend: &Backend) -> Converting<Value> {
    let mut made = reference(analysis, &backend.target)?;
    made.extend(backend.port.map(|it| ("port".to_owned(), json!(it))));
    if backend.weight != 1 {
        made.insert("weight".into(), json!(backend.weight));
    }
    Ok(Value::Object(made))
}

/// 301 and 302 are core; the others an implementation may support.
fn redirection(redirect: &Redirect) -> Converting<Value> {
    let mut made = Map::from_iter([("statusCode".to_owned(), json!(redirect.status))]);
    match &redirect.template {
        Some(template) => made.extend(by_template(template)?),
        None => {
            made.extend(redirect.scheme.iter().map(|it| ("scheme".to_owned(), json!(it))));
            made.extend(redirect.host.iter().map(|it| ("hostname".to_owned(), json!(it))));
            if let RedirectPort::Fixed(port) | RedirectPort::FixedOrHost(port) | RedirectPort::Written(port) =
                redirect.port
            {
                made.insert("port".into(), json!(port));
            }
            match &redirect.path {
                Some(PathChange::Full(path)) => drop(made.insert("path".into(), full(path))),
                Some(PathChange::Elements(prefix)) => {
                    made.insert("path".into(), json!({ "type": "ReplacePrefixMatch", "replacePrefixMatch": prefix }));
                }
                Some(_) => return Err(no_words("this redirect", "이 리다이렉트를")),
                None => {}
            }
            if redirect.query.is_some() {
                return Err(no_words("a redirect with a query", "쿼리가 있는 리다이렉트를"));
            }
        }
    }
    Ok(json!({ "type": "RequestRedirect", "requestRedirect": made }))
}

fn full(path: &str) -> Value {
    json!({ "type": "ReplaceFullPath", "replaceFullPath": path })
}

/// A location of nginx: scheme, host and path, each as it came or as it is written.
fn by_template(template: &str) -> Converting<Map<String, Value>> {
    let fail = || no_words("this redirect", "이 리다이렉트를");
    let mut made = Map::new();
    let (scheme, rest) = template.split_once("://").ok_or_else(fail)?;
    if !scheme.starts_with('$') {
        made.insert("scheme".into(), json!(scheme));
    }
    let cut = rest.find('/').or_else(|| rest.get(1..)?.find('$').map(|it| it + 1)).unwrap_or(rest.len());
    let (host, path) = rest.split_at(cut);
    match host {
        "$redirect_host" | "$host" | "$http_host" | "$best_http_host" => {}
        host if !host.contains('$') && !host.is_empty() => {
            let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
            made.insert("hostname".into(), json!(name));
            made.extend(port.and_then(|it| it.parse::<u16>().ok()).map(|it| ("port".to_owned(), json!(it))));
        }
        _ => return Err(fail()),
    }
    match path {
        // nginx leaves a final slash out; a redirect of a Gateway keeps the path as it is.
        "$request_uri" | "$trimmed_uri" => {}
        path if !path.contains(['$', '?']) => {
            made.insert("path".into(), full(if path.is_empty() { "/" } else { path }));
        }
        _ => return Err(fail()),
    }
    Ok(made)
}
