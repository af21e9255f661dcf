//! `actions.PROTOCOL-PORT` of a Service: shares of its connections for other Services (`pkg/service`, `ForwardActionConfig`).

use podpath_objects::PortRef;

use crate::gateways::alb::action::service_port;
use crate::gateways::alb::annotation::{Annotations, unreadable_json};
use crate::gateways::alb::json::Json;
use crate::table::{Frozen, Origin};

/// What the annotation says.
pub(super) struct Weighted {
    /// The share of the Service that owns the load balancer.
    pub(super) base: Option<i64>,
    /// Of an NLB only `enabled` is taken.
    pub(super) stickiness: Option<(Option<bool>, Option<i64>)>,
    pub(super) wishes: Vec<Wish>,
    pub(super) origin: Origin,
}

/// A target group beside that of the Service itself: one that is made elsewhere, or of another Service.
pub(super) struct Wish {
    pub(super) arn: Option<String>,
    pub(super) service: Option<String>,
    pub(super) port: Option<PortRef>,
    /// What a TLS listener takes goes on without TLS.
    pub(super) decrypts: bool,
    pub(super) weight: Option<i64>,
}

/// Reads all of it, and refuses what the controller refuses, before any target group is built.
pub(super) fn read(notes: &Annotations<'_>, protocol: &str, port: u16) -> Result<Option<Weighted>, Frozen> {
    let Some((note, json)) = notes.json(&format!("actions.{protocol}-{port}"))? else { return Ok(None) };
    let (kind, config) = decode(&json, &note.origin).map_err(|why| unreadable_json(&note, &why))?;
    if kind != "forward" {
        return Err(note.error(format!("unknown action type: {kind}")));
    }
    let Some(weighted) = config else { return Err(note.error("missing ForwardConfig".into())) };
    judge(&weighted.wishes).map_err(|why| note.error(format!("invalid ForwardConfig: {why}")))?;
    Ok(Some(weighted))
}

fn decode(json: &Json, origin: &Origin) -> Result<(String, Option<Weighted>), String> {
    json.object("service.Action")?;
    let kind = json.text("type")?.unwrap_or_default();
    let Some(config) = json.map("forwardConfig")? else { return Ok((kind, None)) };
    let stickiness = match config.map("targetGroupStickinessConfig")? {
        Some(it) => Some((it.bool("enabled")?, None)),
        None => None,
    };
    let wishes = config.maps("targetGroups")?.iter().map(wish).collect::<Result<Vec<_>, _>>()?;
    let base = config.int("baseServiceWeight")?;
    Ok((kind, Some(Weighted { base, stickiness, wishes, origin: origin.clone() })))
}

fn wish(json: &Json) -> Result<Wish, String> {
    Ok(Wish {
        arn: json.text("targetGroupARN")?,
        service: json.text("serviceName")?,
        port: service_port(json)?,
        decrypts: json.bool("decrypt")?.unwrap_or(false),
        weight: json.int("weight")?,
    })
}

/// Each by itself, then all together; the share of the Service itself is not looked at.
fn judge(wishes: &[Wish]) -> Result<(), String> {
    for wish in wishes {
        let why = match wish {
            it if it.arn.is_some() == it.service.is_some() => {
                "precisely one of targetGroupARN and serviceName can be specified"
            }
            it if it.service.is_some() && it.port.is_none() => "missing servicePort",
            it if it.weight.is_some_and(|it| !(0..=999).contains(&it)) => {
                "target group weight must be between 0 and 999"
            }
            _ => continue,
        };
        return Err(format!("invalid TargetGroupTuple: {why}"));
    }
    if wishes.len() > 1 && wishes.iter().any(|it| it.weight.is_none()) {
        return Err("weight must be set when routing to multiple target groups".into());
    }
    Ok(())
}
