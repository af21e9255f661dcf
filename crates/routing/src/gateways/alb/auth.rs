//! Sign-in and token checks before a rule's action (`auth_config_builder.go`).

use podpath_cluster::Cluster;
use podpath_objects::Secret;

use super::annotation::{Annotations, unreadable_json};
use super::group::Member;
use super::json::Json;
use super::model::{Action, Authenticate, Claim, Jwt};
use crate::table::{Frozen, Origin};

/// What the annotations want; it is read on every listener, and used on HTTPS alone.
pub(super) struct Config {
    kind: Kind,
    cognito: Option<Provider>,
    oidc: Option<Provider>,
    session: Authenticate,
    jwt: Option<Jwt>,
    origin: Origin,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    None,
    Cognito,
    Oidc,
}

/// Of an identity provider: its texts, parameters, and the Secret of OIDC.
struct Provider {
    texts: Vec<String>,
    extra: Vec<(String, String)>,
    secret: String,
}

/// `notes` hold those of the Service over those of the Ingress; tokens are a matter of the Ingress alone.
pub(super) fn read(notes: &Annotations<'_>, own: &Annotations<'_>) -> Result<Option<Config>, Frozen> {
    let note = notes.get("auth-type");
    let kind = match note.as_ref().map_or("none", |it| it.value) {
        "none" => Kind::None,
        "cognito" => Kind::Cognito,
        "oidc" => Kind::Oidc,
        other => {
            let origin = note.map(|it| it.origin).unwrap_or_default();
            return Err(Frozen { message: format!("unknown authType: {other}"), origin });
        }
    };
    let timeout = notes.get("auth-session-timeout").map_or(Ok(604_800), |it| it.int64())?;
    let cognito = provider(notes, "auth-idp-cognito", &["userPoolARN", "userPoolClientID", "userPoolDomain"])?;
    let endpoints = ["issuer", "authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint"];
    let oidc = provider(notes, "auth-idp-oidc", &endpoints)?;
    let session = Authenticate {
        on_unauthenticated: notes.text("auth-on-unauthenticated-request", "authenticate"),
        scope: notes.text("auth-scope", "openid"),
        cookie: notes.text("auth-session-cookie", "AWSELBAuthSessionCookie"),
        timeout,
        ..Authenticate::default()
    };
    let jwt = jwt(own)?;
    let origin = note.map(|it| it.origin).unwrap_or_default();
    let wanted = kind != Kind::None || jwt.is_some();
    Ok(wanted.then_some(Config { kind, cognito, oidc, session, jwt, origin }))
}

fn provider(notes: &Annotations<'_>, suffix: &str, keys: &[&str]) -> Result<Option<Provider>, Frozen> {
    let Some((note, json)) = notes.json(suffix)? else { return Ok(None) };
    let read = || -> Result<Provider, String> {
        if !matches!(json, Json::Map(_) | Json::Null) {
            return Err("json: cannot unmarshal into Go value of type struct".into());
        }
        let texts =
            keys.iter().map(|key| Ok(json.text(key)?.unwrap_or_default())).collect::<Result<Vec<_>, String>>()?;
        let extra = json.text_map("authenticationRequestExtraParams")?;
        Ok(Provider { texts, extra, secret: json.text("secretName")?.unwrap_or_default() })
    };
    read().map(Some).map_err(|why| unreadable_json(&note, &why))
}

fn jwt(notes: &Annotations<'_>) -> Result<Option<Jwt>, Frozen> {
    let Some((note, json)) = notes.json("jwt-validation")? else { return Ok(None) };
    let claim = |it: &Json| -> Result<Claim, String> {
        let text = |key| Ok::<_, String>(it.text(key)?.unwrap_or_default());
        Ok(Claim { format: text("format")?, name: text("name")?, values: it.texts("values")? })
    };
    let read = || -> Result<Jwt, String> {
        if !matches!(json, Json::Map(_) | Json::Null) {
            return Err("json: cannot unmarshal into Go value of type ingress.JwtValidationConfig".into());
        }
        Ok(Jwt {
            jwks: json.text("jwksEndpoint")?.unwrap_or_default(),
            issuer: json.text("issuer")?.unwrap_or_default(),
            claims: json.maps("additionalClaims")?.iter().map(claim).collect::<Result<_, _>>()?,
        })
    };
    let jwt = read().map_err(|why| unreadable_json(&note, &why))?;
    for (value, name) in [(&jwt.jwks, "jwksEndpoint"), (&jwt.issuer, "issuer")] {
        if value.is_empty() {
            return Err(note.error(format!("{name} is a required field for jwt validation")));
        }
    }
    for claim in &jwt.claims {
        let why = match claim.format.as_str() {
            _ if claim.name.is_empty() => "name is a required field for additional claims in jwt validation",
            _ if claim.values.is_empty() => "values is a required field for additional claims in jwt validation",
            "single-string" if claim.values.len() > 1 => "single-string format claims must have exactly one value",
            "single-string" | "string-array" | "space-separated-values" => continue,
            _ => "format must be one of single-string, string-array and space-separated-values",
        };
        return Err(note.error(why.into()));
    }
    Ok(Some(jwt))
}

/// The action on an HTTPS listener.
pub(super) fn actions(cluster: &Cluster, member: &Member<'_>, config: &Config) -> Result<Vec<Action>, Frozen> {
    let error = |message: String| Frozen { message, origin: config.origin.clone() };
    if config.jwt.is_some() && config.kind != Kind::None {
        return Err(error("auth-type and jwt-validation cannot be used together".into()));
    }
    if let Some(jwt) = &config.jwt {
        return Ok(vec![Action::Jwt(jwt.clone())]);
    }
    let (found, name) = match config.kind {
        Kind::None => return Ok(vec![]),
        Kind::Cognito => (&config.cognito, "missing IDPConfigCognito"),
        Kind::Oidc => (&config.oidc, "missing IDPConfigOIDC"),
    };
    let Some(provider) = found else { return Err(error(name.into())) };
    let mut texts = provider.texts.clone();
    if config.kind == Kind::Oidc {
        texts.push(client_of(cluster, member.ingress.namespace(), &provider.secret).map_err(error)?);
    }
    Ok(vec![Action::Authenticate(Authenticate {
        is_oidc: config.kind == Kind::Oidc,
        provider: texts,
        extra: provider.extra.clone(),
        ..config.session.clone()
    })])
}

/// The client of OIDC; its Secret must hold `clientID` (or `clientId`) and `clientSecret`.
pub(super) fn client_of(cluster: &Cluster, namespace: &str, name: &str) -> Result<String, String> {
    let Some(secret) = cluster.find::<Secret>(namespace, name) else {
        return Err(format!("secrets \"{name}\" not found"));
    };
    let id = secret.object.value("clientID").or_else(|| secret.object.value("clientId"));
    let Some(id) = id else { return Err(format!("missing clientID, secret: {namespace}/{name}")) };
    if secret.object.value("clientSecret").is_none() {
        return Err(format!("missing clientSecret, secret: {namespace}/{name}"));
    }
    Ok(id.trim_end().to_owned())
}
