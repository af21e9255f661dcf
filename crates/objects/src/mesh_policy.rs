//! Istio's security policies: AuthorizationPolicy, PeerAuthentication, RequestAuthentication.

use podpath_source::{Span, Spanned, boolean};

use crate::meta::{Labels, Meta, Selector};
use crate::reader::Reader;

/// Which Pods a policy is for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyScope {
    /// `spec.selector`; none is every Pod of the namespace, in the root namespace of the mesh of all.
    pub selector: Option<Selector>,
    /// Kind and name of each of `spec.targetRefs`.
    pub targets: Vec<(String, Spanned<String>)>,
}

/// An AuthorizationPolicy.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthorizationPolicy {
    /// Which Pods.
    pub scope: PolicyScope,
    /// `ALLOW` unless told.
    pub action: Spanned<String>,
    /// `spec.provider.name`, whom `CUSTOM` asks.
    pub provider: Option<Spanned<String>>,
    /// `spec.rules`
    pub rules: Vec<AuthorizationRule>,
    /// The annotation `istio.io/dry-run`.
    pub is_dry_run: bool,
}

/// An entry of `spec.rules`: one of `from`, one of `to` and all of `when` must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthorizationRule {
    /// `from[].source`
    pub from: Vec<Vec<Term>>,
    /// `to[].operation`
    pub to: Vec<Vec<Term>>,
    /// `when`; each entry as one or two terms, the second of `notValues`.
    pub when: Vec<Term>,
    /// The whole rule.
    pub span: Span,
}

/// A field with its values: one of the values must hold, or none of them where the field says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// `principals`, `paths`, `request.headers[x]`; without `not`.
    pub key: String,
    /// The values.
    pub values: Vec<String>,
    /// The field is a `not` one.
    pub negated: bool,
    /// Where the values stand.
    pub span: Span,
}

/// A PeerAuthentication.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerAuthentication {
    /// Which Pods.
    pub scope: PolicyScope,
    /// `spec.mtls.mode`
    pub mode: Option<Spanned<String>>,
    /// `spec.portLevelMtls`: port of the Pod, and its mode.
    pub ports: Vec<(u16, Spanned<String>)>,
}

/// A RequestAuthentication.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestAuthentication {
    /// Which Pods.
    pub scope: PolicyScope,
    /// `spec.jwtRules`
    pub rules: Vec<JwtRule>,
}

/// An entry of `spec.jwtRules`.
#[derive(Clone, Debug, PartialEq)]
pub struct JwtRule {
    /// `issuer`
    pub issuer: Spanned<String>,
    /// `audiences`; empty takes every one.
    pub audiences: Vec<Spanned<String>>,
    /// Where a token is looked for: `fromHeaders`, `fromParams` and `fromCookies`.
    pub places: Vec<TokenPlace>,
    /// `outputClaimToHeaders`: header and claim.
    pub outputs: Vec<(String, String)>,
    /// `outputPayloadToHeader`
    pub payload_header: Option<String>,
    /// `forwardOriginalToken`; else the token goes no further.
    pub forwards: bool,
    /// `spaceDelimitedClaims`
    pub split_claims: Vec<String>,
    /// The whole rule.
    pub span: Span,
}

/// A place of a request that may hold a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenPlace {
    /// A header, behind a prefix.
    Header(String, String),
    /// A parameter of the query.
    Param(String),
    /// A cookie.
    Cookie(String),
}

impl PolicyScope {
    pub(crate) fn read(spec: Reader<'_>) -> Self {
        let single = spec.get("targetRef");
        let refs = spec.get("targetRefs").items().chain(single.node().map(Reader::new));
        let target = |it: Reader<'_>| Some((it.get("kind").text()?.value, it.get("name").text()?));
        Self { selector: spec.get("selector").selector(), targets: refs.filter_map(target).collect() }
    }

    /// The labels that it selects by; none selects every Pod.
    pub fn labels(&self) -> Option<&Labels> {
        self.selector.as_ref().map(|it| &it.labels).filter(|it| !it.is_empty())
    }
}

impl AuthorizationPolicy {
    pub(crate) fn read(meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let allow = || Spanned::new("ALLOW".to_owned(), spec.span());
        Self {
            scope: PolicyScope::read(spec),
            action: spec.get("action").text().unwrap_or_else(allow),
            provider: spec.get("provider").get("name").text(),
            rules: spec.get("rules").list(AuthorizationRule::read),
            is_dry_run: meta.annotation("istio.io/dry-run").and_then(boolean) == Some(true),
        }
    }
}

impl AuthorizationRule {
    fn read(reader: Reader<'_>) -> Self {
        let fields = |list: &str, of: &str| reader.get(list).list(|it| Term::fields(it.get(of)));
        Self {
            from: fields("from", "source"),
            to: fields("to", "operation"),
            when: reader.get("when").items().flat_map(Term::condition).collect(),
            span: reader.span(),
        }
    }
}

impl Term {
    /// The fields of a source or an operation; one without values counts as not there.
    fn fields(reader: Reader<'_>) -> Vec<Self> {
        let read = |(key, values): (Spanned<&str>, Reader<'_>)| {
            let plain = key.value.strip_prefix("not").filter(|it| it.starts_with(char::is_uppercase));
            let name = plain.map_or_else(|| key.value.to_owned(), lower_first);
            Self { key: name, values: scalars(values), negated: plain.is_some(), span: values.span() }
        };
        reader.fields().map(read).filter(|it| !it.values.is_empty()).collect()
    }

    fn condition(reader: Reader<'_>) -> impl Iterator<Item = Self> {
        let key = reader.get("key").text().map_or_else(String::new, |it| it.value);
        let term = |list: &str, negated| {
            let values = reader.get(list);
            Self { key: key.clone(), values: scalars(values), negated, span: values.span() }
        };
        [term("values", false), term("notValues", true)].into_iter().filter(|it| !it.values.is_empty())
    }
}

fn scalars(reader: Reader<'_>) -> Vec<String> {
    reader.items().filter_map(Reader::scalar).collect()
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

impl PeerAuthentication {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let ports = spec.get("portLevelMtls").fields();
        let unset = |it: Reader<'_>| Spanned::new("UNSET".to_owned(), it.span());
        let mode = |it: Reader<'_>| it.get("mode").text().unwrap_or_else(|| unset(it));
        Self {
            scope: PolicyScope::read(spec),
            mode: spec.get("mtls").get("mode").text(),
            ports: ports.filter_map(|(port, it)| Some((port.value.parse().ok()?, mode(it)))).collect(),
        }
    }
}

impl RequestAuthentication {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        Self { scope: PolicyScope::read(spec), rules: spec.get("jwtRules").list(JwtRule::read) }
    }
}

impl JwtRule {
    fn read(reader: Reader<'_>) -> Self {
        let none = || Spanned::new(String::new(), reader.span());
        let text = |it: Reader<'_>, key: &str| it.get(key).text().map(|it| it.value);
        let outputs = reader.get("outputClaimToHeaders").items();
        Self {
            issuer: reader.get("issuer").text().unwrap_or_else(none),
            audiences: reader.get("audiences").texts(),
            places: TokenPlace::read(reader),
            outputs: outputs.filter_map(|it| Some((text(it, "header")?, text(it, "claim")?))).collect(),
            payload_header: text(reader, "outputPayloadToHeader"),
            forwards: reader.get("forwardOriginalToken").is_true(),
            split_claims: reader.get("spaceDelimitedClaims").texts().into_iter().map(|it| it.value).collect(),
            span: reader.span(),
        }
    }
}

impl JwtRule {
    /// The headers that it makes of a right token.
    pub fn made_headers(&self) -> impl Iterator<Item = &str> {
        self.outputs.iter().map(|(header, _)| header.as_str()).chain(self.payload_header.as_deref())
    }
}

impl TokenPlace {
    /// Those of a rule. "If none is told, it is the header `Authorization: Bearer`, and the parameter `access_token`" (Envoy,
    /// `JwtProvider`).
    fn read(rule: Reader<'_>) -> Vec<Self> {
        let header = |it: Reader<'_>| {
            let prefix = it.get("prefix").text().map_or_else(String::new, |it| it.value);
            Some(Self::Header(it.get("name").text()?.value, prefix))
        };
        let mut places: Vec<Self> = rule.get("fromHeaders").items().filter_map(header).collect();
        places.extend(rule.get("fromParams").texts().into_iter().map(|it| Self::Param(it.value)));
        places.extend(rule.get("fromCookies").texts().into_iter().map(|it| Self::Cookie(it.value)));
        if places.is_empty() {
            places.push(Self::Header("authorization".into(), "Bearer ".into()));
            places.push(Self::Param("access_token".into()));
        }
        places
    }
}
