//! What a path does: forward to a Service, or an action of an annotation (`enhanced_backend_builder.go`, `model_build_actions.go`).

use podpath_cluster::Found;
use podpath_objects::{IngressBackend, PortRef, Service};

use super::Build;
use super::annotation::{Note, unreadable_json};
use super::auth;
use super::condition;
use super::group::Member;
use super::json::Json;
use super::model::{Action, Condition, Fixed, Forward, Missing, Redirect, Target, Transform};
use crate::gateways::origin;
use crate::table::{Frozen, Origin};

/// What a backend was built to.
pub(super) struct Built {
    pub(super) conditions: Vec<Condition>,
    pub(super) transforms: Vec<Transform>,
    action: Wanted,
    auth: Option<auth::Config>,
}

/// An action before its target groups are made.
enum Wanted {
    Plain(Action),
    Forward(Vec<Wish>, Option<(Option<bool>, Option<i64>)>),
}

/// A target group before it is made.
struct Wish {
    service: Option<String>,
    /// The port beside the name of the Service.
    port: Option<PortRef>,
    arn: Option<String>,
    name: Option<String>,
    weight: Option<i64>,
    origin: Origin,
}

/// Reads everything that a backend says, whatever the protocol of the listener.
pub(super) fn build(
    build: &Build<'_>,
    member: &Member<'_>,
    backend: &IngressBackend,
    place: &str,
) -> Result<Built, Frozen> {
    let ingress = &member.ingress;
    let here = |span| origin(ingress, span, format!("{place}.backend"));
    let Some(service) = &backend.service else {
        return Err(Frozen { message: "missing required \"service\" field".into(), origin: here(backend.span) });
    };
    let conditions = condition::read(member, &service.value)?;
    let transforms = condition::transforms(member, &service.value)?;
    let port = backend.port.as_ref().map(|it| it.value.clone());
    let action = if port == Some(PortRef::Name("use-annotation".into())) {
        annotated(member, &service.value)?
    } else {
        let port = port.unwrap_or(PortRef::Name("0".into()));
        let wish = Wish {
            service: Some(service.value.clone()),
            port: Some(port),
            arn: None,
            name: None,
            weight: None,
            origin: here(service.span),
        };
        Wanted::Forward(vec![wish], None)
    };
    let action = with_services(build, member, action)?;
    let notes = match &action {
        Wanted::Forward(wishes, _) if wishes.len() == 1 => {
            let found = wishes.first().and_then(|it| service_of(build, member, it.service.as_ref()?));
            found.map_or_else(|| member.notes(), |it| member.notes().under(&it))
        }
        _ => member.notes(),
    };
    let auth = auth::read(&notes, &member.notes())?;
    Ok(Built { conditions, transforms, action, auth })
}

fn service_of<'a>(build: &Build<'a>, member: &Member<'_>, name: &str) -> Option<Found<'a, Service>> {
    build.cluster.find::<Service>(member.ingress.namespace(), name)
}

/// A single Service that is missing becomes an answer 503; one of several is an error.
fn with_services(build: &Build<'_>, member: &Member<'_>, action: Wanted) -> Result<Wanted, Frozen> {
    let Wanted::Forward(wishes, _) = &action else { return Ok(action) };
    let is_missing = |it: &&Wish| it.service.as_ref().is_some_and(|name| service_of(build, member, name).is_none());
    match wishes.iter().find(is_missing) {
        None => Ok(action),
        Some(wish) if wishes.len() == 1 => {
            let mut fixed = tolerated("Backend service does not exist", "service-not-found");
            let missing = |name: &String| Missing {
                origin: wish.origin.clone(),
                namespace: member.ingress.namespace().to_owned(),
                name: name.clone(),
                port: wish.port.clone(),
            };
            fixed.missing = wish.service.as_ref().map(missing).map(Box::new);
            Ok(Wanted::Plain(Action::Fixed(fixed)))
        }
        Some(wish) => {
            let name = wish.service.as_deref().unwrap_or_default();
            Err(Frozen { message: format!("Service \"{name}\" not found"), origin: wish.origin.clone() })
        }
    }
}

fn tolerated(body: &str, reason: &'static str) -> Fixed {
    Fixed { status: 503, content_type: Some("text/plain".into()), body: Some(body.into()), reason, missing: None }
}

/// The action of `actions.<name>`; a missing one is answered 503.
fn annotated(member: &Member<'_>, name: &str) -> Result<Wanted, Frozen> {
    let Some((note, json)) = member.notes().json(&format!("actions.{name}"))? else {
        return Ok(Wanted::Plain(Action::Fixed(tolerated("Backend action does not exist", "action-not-found"))));
    };
    let decoded = decode(&json, &note).map_err(|why| unreadable_json(&note, &why))?;
    decoded.map_err(|why| note.error(why))
}

/// The outer error is that of decoding, the inner one that of judging.
fn decode(json: &Json, note: &Note<'_>) -> Result<Result<Wanted, String>, String> {
    json.object("ingress.Action")?;
    let kind = json.text("type")?.unwrap_or_default();
    let (arn, name) = (json.text("targetGroupARN")?, json.text("targetGroupName")?);
    let fixed = json.map("fixedResponseConfig")?.map(fixed).transpose()?;
    let redirect = json.map("redirectConfig")?.map(redirect).transpose()?;
    let forward = json.map("forwardConfig")?.map(|it| forward(it, note)).transpose()?;
    Ok(match kind.as_str() {
        "fixed-response" => match fixed {
            None => Err("missing FixedResponseConfig".into()),
            Some((false, _)) => Err("invalid FixedResponseConfig: statusCode is required".into()),
            Some((true, fixed)) => Ok(Wanted::Plain(Action::Fixed(fixed))),
        },
        "redirect" => match redirect {
            None => Err("missing RedirectConfig".into()),
            Some((false, _)) => Err("invalid RedirectConfig: statusCode is required".into()),
            Some((true, redirect)) => Ok(Wanted::Plain(Action::Redirect(redirect))),
        },
        "forward" => match (forward, arn.is_some() || name.is_some()) {
            (None, false) => Err("missing ForwardConfig or TargetGroupARN/TargetGroupName".into()),
            (Some(_), true) => Err("either ForwardConfig or TargetGroupARN/TargetGroupName can be specified".into()),
            (Some((wishes, stickiness)), false) => judge(&wishes).map(|()| Wanted::Forward(wishes, stickiness)),
            (None, true) => {
                let origin = note.origin.clone();
                let wish = Wish { service: None, port: None, arn, name, weight: None, origin };
                Ok(Wanted::Forward(vec![wish], None))
            }
        },
        other => Err(format!("unknown action type: {other}")),
    })
}

fn fixed(json: &Json) -> Result<(bool, Fixed), String> {
    let status = json.text("statusCode")?.unwrap_or_default();
    Ok((
        !status.is_empty(),
        Fixed {
            status: status.parse().unwrap_or(0),
            content_type: json.text("contentType")?,
            body: json.text("messageBody")?,
            reason: "fixed-response",
            missing: None,
        },
    ))
}

fn redirect(json: &Json) -> Result<(bool, Redirect), String> {
    let status = json.text("statusCode")?.unwrap_or_default();
    Ok((
        !status.is_empty(),
        Redirect {
            protocol: json.text("protocol")?,
            host: json.text("host")?,
            port: json.text("port")?,
            path: json.text("path")?,
            query: json.text("query")?,
            status: if status == "HTTP_302" { 302 } else { 301 },
        },
    ))
}

type Shares = (Vec<Wish>, Option<(Option<bool>, Option<i64>)>);

fn forward(json: &Json, note: &Note<'_>) -> Result<Shares, String> {
    let mut wishes = Vec::new();
    for item in json.maps("targetGroups")? {
        let (service, port) = (item.text("serviceName")?, service_port(item)?);
        let (arn, name) = (item.text("targetGroupARN")?, item.text("targetGroupName")?);
        wishes.push(Wish { service, port, arn, name, weight: item.int("weight")?, origin: note.origin.clone() });
    }
    let stickiness = json.map("targetGroupStickinessConfig")?;
    let stickiness =
        stickiness.map(|it| Ok::<_, String>((it.bool("enabled")?, it.int("durationSeconds")?))).transpose()?;
    Ok((wishes, stickiness))
}

/// The port beside the name of a Service, by number or name.
pub(super) fn service_port(item: &Json) -> Result<Option<PortRef>, String> {
    match item.get("servicePort") {
        None => Ok(None),
        Some(Json::Number(text) | Json::Text(text)) => Ok(Some(port_of(text))),
        Some(_) => Err("json: cannot unmarshal into Go struct field servicePort of type intstr.IntOrString".into()),
    }
}

/// "servicePort \"80\" is normalised to 80."
fn port_of(text: &str) -> PortRef {
    text.parse().map_or_else(|_| PortRef::Name(text.to_owned()), PortRef::Number)
}

/// A group that is made elsewhere may be told by ARN and by name.
fn judge(wishes: &[Wish]) -> Result<(), String> {
    for wish in wishes {
        let is_elsewhere = wish.arn.is_some() || wish.name.is_some();
        let why = match (&wish.service, is_elsewhere) {
            (None, false) => "missing serviceName or targetGroupARN/targetGroupName",
            (Some(_), true) => "either serviceName or targetGroupARN/targetGroupName can be specified",
            (Some(_), false) if wish.port.is_none() => "missing servicePort",
            _ => continue,
        };
        return Err(format!("invalid ForwardConfig: invalid TargetGroupTuple: {why}"));
    }
    if wishes.len() > 1 && wishes.iter().any(|it| it.weight.is_none()) {
        return Err("invalid ForwardConfig: weight must be set when route to multiple target groups".into());
    }
    Ok(())
}

/// The actions of a rule on a listener: sign-in and token checks stand before the rest, on HTTPS alone.
pub(super) fn actions(
    build: &mut Build<'_>,
    member: &Member<'_>,
    built: &Built,
    is_https: bool,
) -> Result<Vec<Action>, Frozen> {
    let mut actions = Vec::new();
    if is_https && let Some(config) = &built.auth {
        actions.extend(auth::actions(build.cluster, member, config)?);
    }
    actions.push(match &built.action {
        Wanted::Plain(action) => action.clone(),
        Wanted::Forward(wishes, stickiness) => {
            let mut targets = Vec::new();
            for wish in wishes {
                let service = wish.service.as_deref().and_then(|it| service_of(build, member, it));
                let group = match service.zip(wish.port.as_ref()) {
                    Some((service, port)) => Some(build.target_group(member, &service, port, &wish.origin)?),
                    None => None,
                };
                let (arn, name) = (wish.arn.clone(), wish.name.clone());
                targets.push(Target { origin: wish.origin.clone(), group, arn, name, weight: wish.weight });
            }
            Action::Forward(Forward { targets, stickiness: *stickiness })
        }
    });
    Ok(actions)
}
