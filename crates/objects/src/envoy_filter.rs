//! Istio's EnvoyFilter: what each of its patches may change, as far as that can be told.

use podpath_source::Spanned;

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
    /// `spec.priority` is told and not 0.
    pub has_priority: bool,
    /// `spec.configPatches`, up to the first without `patch`.
    pub patches: Vec<Patch>,
}

/// An entry of `spec.configPatches`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// `applyTo`
    pub apply_to: String,
    /// `patch.operation`
    pub operation: Spanned<String>,
    /// The name of what it puts there, or of the filter that it looks for.
    pub name: String,
    /// `match.proxy.proxyVersion` is told.
    pub has_version: bool,
    /// The keys of `typed_per_filter_config`: the names of the filters that it configures for a route.
    pub configures: Vec<Spanned<String>>,
}

/// What a patch changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatchEffect {
    /// Nothing that an answer shows: how many proxies are trusted, a script that does nothing.
    Nothing,
    /// The route of this name: the `name` of a rule of a VirtualService.
    Route {
        /// Its name.
        name: String,
        /// Only the configuration of filters with these names changes; empty when anything may.
        filters: Vec<String>,
    },
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
            has_priority: spec.get("priority").int().is_some_and(|it| it.value != 0),
            patches: spec.get("configPatches").items().map_while(Patch::read).collect(),
        }
    }
}

impl Patch {
    fn read(reader: Reader<'_>) -> Option<Self> {
        let patch = Reader::new(reader.get("patch").node()?);
        let text = |it: Reader<'_>| it.text().map_or_else(String::new, |it| it.value);
        let value = patch.get("value");
        let own = text(value.get("name"));
        let matched = value.exists().then(|| reader.get("match").get("listener").get("filterChain").get("filter"));
        let named = || matched.map_or_else(String::new, |it| text(it.get("name")));
        let unnamed = || Spanned::new(String::new(), patch.span());
        Some(Self {
            apply_to: text(reader.get("applyTo")),
            operation: patch.get("operation").text().unwrap_or_else(unnamed),
            name: if own.is_empty() { named() } else { own },
            has_version: !text(reader.get("match").get("proxy").get("proxyVersion")).is_empty(),
            configures: per_filter(value),
        })
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
            _ if only_hops(value) => Self::Nothing,
            _ if script.is_some_and(|it| is_idle(&it)) => Self::Nothing,
            Some(name) => Self::Route { name: name.value, filters: only_filters(reader.get("patch")) },
            None => Self::Anything,
        }
    }
}

/// The keys under which a route holds configuration of filters.
const PER_FILTER: [&str; 2] = ["typed_per_filter_config", "typedPerFilterConfig"];

fn per_filter(route: Reader<'_>) -> Vec<Spanned<String>> {
    let keys = PER_FILTER.into_iter().flat_map(|key| route.get(key).fields().map(|(it, _)| it));
    keys.map(|it| Spanned::new(it.value.to_owned(), it.span)).collect()
}

/// The filters that a patch of a route configures, when it changes nothing else but the name of the route.
fn only_filters(patch: Reader<'_>) -> Vec<String> {
    let value = patch.get("value");
    let merges = patch.get("operation").text().is_some_and(|it| it.value == "MERGE");
    let is_known = |key: &str| key == "name" || PER_FILTER.contains(&key);
    if !merges || !value.fields().all(|(key, _)| is_known(key.value)) {
        return vec![];
    }
    per_filter(value).into_iter().map(|it| it.value).collect()
}

/// What a connection manager may be told without a change of the way that requests take: whom it believes about the
/// address of the client.
const ABOUT_CLIENTS: [&str; 5] =
    ["@type", "xff_num_trusted_hops", "use_remote_address", "skip_xff_append", "server_header_transformation"];

fn only_hops(value: Reader<'_>) -> bool {
    let config = value.get("typed_config");
    // Istio says `normalize_path: true` itself.
    let is_default = |key: &str, value: Reader<'_>| key == "normalize_path" && value.is_true();
    config.get("xff_num_trusted_hops").exists()
        && config.fields().all(|(key, value)| ABOUT_CLIENTS.contains(&key.value) || is_default(key.value, value))
        && value.fields().all(|(key, _)| matches!(key.value, "name" | "typed_config"))
}

/// Lua that only declares functions without a body.
fn is_idle(script: &str) -> bool {
    let mut code = String::new();
    for line in script.lines() {
        code.push_str(line.split("--").next().unwrap_or_default());
        code.push(' ');
    }
    let mut rest = code.trim();
    while let Some((head, body)) = rest.strip_prefix("function ").and_then(|it| it.split_once(')')) {
        let is_head = head.split_once('(').is_some_and(|(name, _)| !name.contains(char::is_whitespace));
        let after = body.trim_start().strip_prefix("end").filter(|it| it.is_empty() || it.starts_with([' ', ';']));
        let Some(after) = after.filter(|_| is_head) else { return false };
        rest = after.trim_start_matches([' ', ';']);
    }
    rest.is_empty()
}
