//! Conditions of a rule: those of `conditions.<name>`, the host and the path (`model_build_listener_rules.go`).

use podpath_objects::{IngressPath, IngressRule};
use podpath_source::Location;

use super::annotation::unreadable_json;
use super::group::Member;
use super::json::Json;
use super::model::{Condition, ConditionValue, Field, Transform};
use crate::table::Frozen;

/// Reads `conditions.<name>`, and refuses what the controller refuses.
pub(super) fn read(member: &Member<'_>, backend: &str) -> Result<Vec<Condition>, Frozen> {
    let Some((note, json)) = member.notes().json(&format!("conditions.{backend}"))? else { return Ok(vec![]) };
    let items = match &json {
        Json::List(items) => items.as_slice(),
        Json::Null => &[],
        _ => {
            return Err(unreadable_json(&note, "json: cannot unmarshal into Go value of type []ingress.RuleCondition"));
        }
    };
    // The whole annotation is decoded before anything in it is judged.
    let read = |it: &Json| decode(it, note.origin.location).map_err(|why| unreadable_json(&note, &why));
    let decoded = items.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut conditions = Vec::new();
    for judged in decoded {
        conditions.extend(judged.map_err(|why| note.error(why))?);
    }
    Ok(conditions)
}

/// The condition, or what is wrong with it; an unknown field is passed over.
type Judged = Result<Option<Condition>, String>;

/// What a condition may look at, by its name, and the key of its settings.
const FIELDS: [(&str, &str, Field); 6] = [
    ("host-header", "hostHeaderConfig", Field::Host),
    ("path-pattern", "pathPatternConfig", Field::Path),
    ("http-header", "httpHeaderConfig", Field::Header(String::new())),
    ("http-request-method", "httpRequestMethodConfig", Field::Method),
    ("query-string", "queryStringConfig", Field::Query),
    ("source-ip", "sourceIPConfig", Field::Source),
];

/// Go reads the settings of all fields, also of those that the condition has no use for.
fn decode(json: &Json, location: Location) -> Result<Judged, String> {
    json.object("ingress.RuleCondition")?;
    let wanted = json.text("field")?.unwrap_or_default();
    let mut found = None;
    for (name, key, field) in FIELDS {
        let settings = match json.map(key)? {
            Some(it) => Some(settings(it, field)?),
            None => None,
        };
        if name == wanted {
            found = Some((key, settings));
        }
    }
    Ok(match found {
        None => Ok(None),
        Some((key, None)) => Err(format!("missing {key}")),
        Some((key, Some(settings))) => {
            judge(settings, location).map(Some).map_err(|why| format!("invalid {key}: {why}"))
        }
    })
}

/// A field with the name of its header, its globs and its regular expressions.
type Settings = (Field, Vec<ConditionValue>, Vec<ConditionValue>);

fn takes_regex(field: &Field) -> bool {
    matches!(field, Field::Host | Field::Path | Field::Header(_))
}

fn settings(json: &Json, field: Field) -> Result<Settings, String> {
    let plain = |value: String| ConditionValue { key: None, value };
    let values = if field == Field::Query {
        let pair =
            |it: &Json| Ok(ConditionValue { key: it.text("key")?, value: it.text("value")?.unwrap_or_default() });
        json.maps("values")?.iter().map(pair).collect::<Result<Vec<_>, String>>()?
    } else {
        json.texts("values")?.into_iter().map(plain).collect()
    };
    let regexes = if takes_regex(&field) { json.texts("regexValues")? } else { vec![] };
    let field = match field {
        Field::Header(_) => Field::Header(json.text("httpHeaderName")?.unwrap_or_default()),
        other => other,
    };
    Ok((field, values, regexes.into_iter().map(plain).collect()))
}

fn judge((field, values, regexes): Settings, location: Location) -> Result<Condition, &'static str> {
    match (values.is_empty(), regexes.is_empty()) {
        (true, true) if takes_regex(&field) => Err("values or regexValues must be specified"),
        (true, true) if field == Field::Query => Err("Values cannot be empty"),
        (true, true) => Err("values cannot be empty"),
        (false, false) => Err("precisely one of values and regexValues can be specified"),
        _ if field == Field::Query && values.iter().any(|it| it.value.is_empty()) => Err("value cannot be empty"),
        (is_regex, _) => Ok(Condition { field, values: if is_regex { regexes } else { values }, is_regex, location }),
    }
}

/// All conditions of a path: those of the annotation, then one for hosts, then one for paths.
pub(super) fn of_path(
    member: &Member<'_>,
    rule: &IngressRule,
    path: &IngressPath,
    given: Vec<Condition>,
) -> Result<Vec<Condition>, Frozen> {
    let at = |span| member.ingress.at(span);
    let mut hosts = Vec::new();
    if let Some(host) = &rule.host {
        hosts.push(condition(Field::Host, vec![host.value.clone()], false, at(host.span)));
    }
    let mut paths = Vec::new();
    if let Some(written) = path.path.as_ref().filter(|it| !it.value.is_empty()) {
        let (values, is_regex) = patterns(member, path, &written.value)?;
        paths.push(condition(Field::Path, values, is_regex, at(written.span)));
    }
    let mut conditions = Vec::new();
    for found in given {
        match found.field {
            Field::Host => hosts.push(found),
            Field::Path => paths.push(found),
            _ => conditions.push(found),
        }
    }
    let span = path.path.as_ref().map_or(path.span, |it| it.span);
    let error = |message| Frozen { message, origin: crate::gateways::origin(&member.ingress, span, "spec.rules") };
    conditions.extend(merged(hosts, "host").map_err(error)?);
    conditions.extend(merged(paths, "path").map_err(error)?);
    if conditions.is_empty() {
        conditions.push(condition(Field::Path, vec!["/*".into()], false, at(path.span)));
    }
    Ok(conditions)
}

pub(super) fn condition(field: Field, values: Vec<String>, is_regex: bool, location: Location) -> Condition {
    let values = values.into_iter().map(|value| ConditionValue { key: None, value }).collect();
    Condition { field, values, is_regex, location }
}

/// One condition of several, which may not mix globs and regular expressions.
fn merged(found: Vec<Condition>, name: &str) -> Result<Option<Condition>, String> {
    if found.iter().any(|it| it.is_regex) && found.iter().any(|it| !it.is_regex) {
        let list = |is_regex| {
            let of = found.iter().filter(|it| it.is_regex == is_regex).flat_map(|it| &it.values);
            of.map(|it| it.value.as_str()).collect::<Vec<_>>().join(" ")
        };
        return Err(format!(
            "{name} condition must specify exactly one of Values and RegexValues, got both Values [{}] and RegexValues [{}]",
            list(false),
            list(true)
        ));
    }
    Ok(found.into_iter().reduce(|mut all, more| {
        all.values.extend(more.values);
        all
    }))
}

/// A path as the controller writes it into the rule's path-pattern condition; true for regular expressions.
fn patterns(member: &Member<'_>, entry: &IngressPath, path: &str) -> Result<(Vec<String>, bool), Frozen> {
    let span = entry.path.as_ref().map_or(entry.span, |it| it.span);
    let error = |message| Frozen { message, origin: crate::gateways::origin(&member.ingress, span, "spec.rules") };
    let has_wildcard = path.contains(['*', '?']);
    match entry.path_type.as_ref().map_or("ImplementationSpecific", |it| it.value.as_str()) {
        "Prefix" if path == "/" => Ok((vec!["/*".into()], false)),
        "Prefix" if has_wildcard => Err(error(format!("prefix path shouldn't contain wildcards: {path}"))),
        "Exact" if has_wildcard => Err(error(format!("exact path shouldn't contain wildcards: {path}"))),
        "Prefix" => {
            let trimmed = path.strip_suffix('/').unwrap_or(path);
            Ok((vec![trimmed.to_owned(), format!("{trimmed}/*")], false))
        }
        "ImplementationSpecific" if member.notes().bool("use-regex-path-match")?.unwrap_or(false) => {
            let mut chars = path.chars();
            chars.next();
            Ok((vec![chars.as_str().to_owned()], true))
        }
        _ => Ok((vec![path.to_owned()], false)),
    }
}

/// Reads `transforms.<name>`.
pub(super) fn transforms(member: &Member<'_>, backend: &str) -> Result<Vec<Transform>, Frozen> {
    let Some((note, json)) = member.notes().json(&format!("transforms.{backend}"))? else { return Ok(vec![]) };
    let items = match &json {
        Json::List(items) => items.as_slice(),
        Json::Null => &[],
        _ => return Err(unreadable_json(&note, "json: cannot unmarshal into Go value of type []ingress.Transform")),
    };
    // As for conditions: all is decoded, then judged.
    let decoded =
        items.iter().map(transform).collect::<Result<Vec<_>, _>>().map_err(|why| unreadable_json(&note, &why))?;
    decoded.into_iter().map(|it| it.map_err(|why| note.error(why))).collect()
}

/// The outer error is that of decoding, the inner one that of judging.
fn transform(json: &Json) -> Result<Result<Transform, String>, String> {
    json.object("ingress.Transform")?;
    let kind = json.text("type")?.unwrap_or_default();
    let of_host = json.map("hostHeaderRewriteConfig")?.map(rewrites).transpose()?;
    let of_url = json.map("urlRewriteConfig")?.map(rewrites).transpose()?;
    let (key, is_host, found) = match kind.as_str() {
        "host-header-rewrite" => ("hostHeaderRewriteConfig", true, of_host),
        "url-rewrite" => ("urlRewriteConfig", false, of_url),
        other => return Ok(Err(format!("unknown transform type: {other}"))),
    };
    Ok(match found {
        None => Err(format!("missing {key}")),
        Some(rewrites) if rewrites.is_empty() => Err(format!("{key}.rewrites cannot be empty")),
        Some(rewrites) => Ok(Transform { is_host, rewrites }),
    })
}

/// Patterns and replacements.
fn rewrites(json: &Json) -> Result<Vec<(String, String)>, String> {
    let one = |it: &Json| Ok((it.text("regex")?.unwrap_or_default(), it.text("replace")?.unwrap_or_default()));
    json.maps("rewrites")?.iter().map(one).collect()
}
