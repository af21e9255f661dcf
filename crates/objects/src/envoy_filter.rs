//! Istio's EnvoyFilter: what each of its patches may change, as far as that can be told.

use crate::meta::{Labels, Meta};
use crate::reader::Reader;

/// An EnvoyFilter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvoyFilter {
    /// `spec.workloadSelector.labels`; none is every Pod of its namespace.
    pub labels: Labels,
    /// `xff_num_trusted_hops` of a patch of the HTTP connection manager.
    pub trusted_hops: Option<i64>,
    /// What its patches change.
    pub effects: Vec<PatchEffect>,
}

/// What a patch changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatchEffect {
    /// Nothing that an answer shows: how many proxies are trusted, a script that does nothing.
    Nothing,
    /// The route of this name: the `name` of a rule of a VirtualService.
    Route(String),
    /// Anything.
    Anything,
}

impl EnvoyFilter {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let hops = |it: Reader<'_>| it.get("patch").get("value").get("typed_config").get("xff_num_trusted_hops").int();
        Self {
            labels: spec.get("workloadSelector").get("labels").labels(),
            trusted_hops: spec.get("configPatches").items().find_map(hops).map(|it| it.value),
            effects: spec.get("configPatches").list(PatchEffect::read),
        }
    }
}

impl PatchEffect {
    /// Source: istio.io/docs/reference/config/networking/envoy-filter: a patch of `HTTP_ROUTE` holds for the routes that its
    /// match names.
    fn read(reader: Reader<'_>) -> Self {
        let value = reader.get("patch").get("value");
        let config = value.get("typed_config");
        let scripts = [config.get("inlineCode"), config.get("inline_code")];
        let script = scripts.into_iter().find_map(Reader::text).map(|it| it.value);
        let route = reader.get("match").get("routeConfiguration").get("vhost").get("route").get("name").text();
        let is_route = reader.get("applyTo").text().is_some_and(|it| it.value == "HTTP_ROUTE");
        match route.filter(|_| is_route) {
            _ if config.get("xff_num_trusted_hops").exists() => Self::Nothing,
            _ if script.is_some_and(|it| is_idle(&it)) => Self::Nothing,
            Some(name) => Self::Route(name.value),
            None => Self::Anything,
        }
    }
}

/// Lua that only declares functions without a body.
fn is_idle(script: &str) -> bool {
    let lines = script.lines().map(|it| it.split("--").next().unwrap_or_default().trim());
    lines.filter(|it| !it.is_empty()).all(|it| it == "end" || it.starts_with("function ") && it.ends_with(')'))
}
