//! Istio's Telemetry and WasmPlugin: what proxies report, and what is loaded into them.

use podpath_source::{Span, Spanned};

use crate::mesh_policy::PolicyScope;
use crate::meta::Meta;
use crate::reader::Reader;

/// A Telemetry.
#[derive(Clone, Debug, PartialEq)]
pub struct Telemetry {
    /// Which Pods.
    pub scope: PolicyScope,
    /// `spec.tracing[].providers[].name`
    pub tracers: Vec<Spanned<String>>,
    /// An entry of `spec.accessLogging` names a provider.
    pub has_loggers: bool,
    /// The first entry of `spec.accessLogging` that is not disabled and names no provider.
    pub unprovided: Option<Span>,
}

impl Telemetry {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let logs = || spec.get("accessLogging").items();
        let unprovided = |it: &Reader<'_>| !it.get("disabled").is_true() && providers(*it).is_empty();
        Self {
            scope: PolicyScope::read(spec),
            tracers: spec.get("tracing").items().flat_map(providers).collect(),
            has_loggers: logs().any(|it| !providers(it).is_empty()),
            unprovided: logs().find(unprovided).map(Reader::span),
        }
    }
}

fn providers(reader: Reader<'_>) -> Vec<Spanned<String>> {
    reader.get("providers").items().filter_map(|it| it.get("name").text()).collect()
}

/// A WasmPlugin.
#[derive(Clone, Debug, PartialEq)]
pub struct WasmPlugin {
    /// Which Pods.
    pub scope: PolicyScope,
}

impl WasmPlugin {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        Self { scope: PolicyScope::read(reader.get("spec")) }
    }
}
