//! Conditions of a rule: those of `conditions.<name>`, the host and the path (`model_build_listener_rules.go`).

use podpath_objects::{IngressPath, IngressRule};
use podpath_source::Location;

use super::annotation::{Note, unreadable_json};
use super::group::Member;
use super::json::Json;
use super::model::{Condition, ConditionValue, Field};
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

fn decode(json: &Json, location: Location) -> Result<Judged, String> {
    let field = json.text("field")?.unwrap_or_default();
    let (config, kind) = match field.as_str() {
        "host-header" => ("hostHeaderConfig", Field::Host),
        "path-pattern" => ("pathPatternConfig", Field::Path),
        "http-header" => ("httpHeaderConfig", Field::Header(String::new())),
        "http-request-method" => ("httpRequestMethodConfig", Field::Method),
        "query-string" => ("queryStringConfig", Field::Query),
        "source-ip" => ("sourceIPConfig", Field::Source),
        _ => return Ok(Ok(None)),
    };
    let Some(found) = json.map(config)? else { return Ok(Err(format!("missing {config}"))) };
    let plain = |value: String| ConditionValue { key: None, value };
    let values = if kind == Field::Query {
        let pair =
            |it: &Json| Ok(ConditionValue { key: it.text("key")?, value: it.text("value")?.unwrap_or_default() });
        found.list("values")?.iter().map(pair).collect::<Result<Vec<_>, String>>()?
    } else {
        found.texts("values")?.into_iter().map(plain).collect()
    };
    let takes_regex = matches!(kind, Field::Host | Field::Path | Field::Header(_));
    let regexes: Vec<_> =
        if takes_regex { found.texts("regexValues")? } else { vec![] }.into_iter().map(plain).collect();
    let kind = match kind {
        Field::Header(_) => Field::Header(found.text("httpHeaderName")?.unwrap_or_default()),
        other => other,
    };
    let why = match (values.is_empty(), regexes.is_empty()) {
        (true, true) if takes_regex => "values or regexValues must be specified",
        (true, true) if kind == Field::Query => "Values cannot be empty",
        (true, true) => "values cannot be empty",
        (false, false) => "precisely one of values and regexValues can be specified",
        _ if kind == Field::Query && values.iter().any(|it| it.value.is_empty()) => "value cannot be empty",
        (is_regex, _) => {
            let values = if is_regex { regexes } else { values };
            return Ok(Ok(Some(Condition { field: kind, values, is_regex, location })));
        }
    };
    Ok(Err(format!("invalid {config}: {why}")))
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
pub(super) fn transforms(member: &Member<'_>, backend: &str) -> Result<Vec<super::model::Transform>, Frozen> {
    let Some((note, json)) = member.notes().json(&format!("transforms.{backend}"))? else { return Ok(vec![]) };
    let items = match &json {
        Json::List(items) => items.as_slice(),
        Json::Null => &[],
        _ => return Err(unreadable_json(&note, "json: cannot unmarshal into Go value of type []ingress.Transform")),
    };
    items.iter().map(|it| transform(it, &note)).collect()
}

fn transform(json: &Json, note: &Note<'_>) -> Result<super::model::Transform, Frozen> {
    let unreadable = |why: String| unreadable_json(note, &why);
    let kind = json.text("type").map_err(unreadable)?.unwrap_or_default();
    let key = match kind.as_str() {
        "host-header-rewrite" => "hostHeaderRewriteConfig",
        "url-rewrite" => "urlRewriteConfig",
        other => return Err(note.error(format!("unknown transform type: {other}"))),
    };
    let Some(config) = json.map(key).map_err(unreadable)? else { return Err(note.error(format!("missing {key}"))) };
    let read = |it: &Json| -> Result<_, String> {
        Ok((it.text("regex")?.unwrap_or_default(), it.text("replace")?.unwrap_or_default()))
    };
    let rewrites: Vec<_> = config.list("rewrites").and_then(|it| it.iter().map(read).collect()).map_err(unreadable)?;
    if rewrites.is_empty() {
        return Err(note.error(format!("{key}.rewrites cannot be empty")));
    }
    Ok(super::model::Transform { is_host: kind == "host-header-rewrite", rewrites })
}
