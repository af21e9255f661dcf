//! Istio's WorkloadEntry: an address that is no Pod, with the labels by which Services and ServiceEntries select it.

use podpath_source::{Spanned, boolean};

use crate::meta::{Labels, Meta};
use crate::reader::Reader;

/// A WorkloadEntry, or an entry of `endpoints` of a ServiceEntry, which has the same form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkloadEntry {
    /// `address`: an address of IP, a name, or a socket.
    pub address: Option<Spanned<String>>,
    /// `labels`; of a WorkloadEntry those of its metadata, too.
    pub labels: Labels,
    /// `ports`: a number by the name of the port of a Service or ServiceEntry.
    pub ports: Vec<(String, u16)>,
    /// It takes traffic, as far as its status says.
    pub is_healthy: bool,
}

/// With it, nothing is healthy before the status says so (istio `pilot/pkg/model/status`).
const HEALTH_CHECKS: &str = "proxy.istio.io/health-checks-enabled";

impl WorkloadEntry {
    /// Labels of the metadata go before those of `spec` (istio `serviceregistry/serviceentry`, `ConvertWorkloadEntry`).
    pub(crate) fn read(meta: &Meta, reader: Reader<'_>) -> Self {
        let mut found = Self::listed(reader.get("spec"));
        found.labels.entries.retain(|(key, _)| meta.labels.get(&key.value).is_none());
        found.labels.entries.extend(meta.labels.entries.iter().cloned());
        let is_told = |it: Reader<'_>, key: &str, value: &str| it.get(key).text().is_some_and(|it| it.value == value);
        let mut conditions = reader.get("status").get("conditions").items();
        let is_checked = meta.annotation(HEALTH_CHECKS).and_then(boolean) == Some(true);
        found.is_healthy =
            !is_checked || conditions.any(|it| is_told(it, "type", "Healthy") && is_told(it, "status", "True"));
        found
    }

    /// An entry of `endpoints`.
    pub(crate) fn listed(reader: Reader<'_>) -> Self {
        let port = |(name, it): (Spanned<&str>, Reader<'_>)| Some((name.value.to_owned(), it.port()?.value));
        Self {
            address: reader.get("address").text().filter(|it| !it.value.is_empty()),
            labels: reader.get("labels").labels(),
            ports: reader.get("ports").fields().filter_map(port).collect(),
            is_healthy: true,
        }
    }

    /// The number of a port by its name.
    pub fn port(&self, name: &str) -> Option<u16> {
        self.ports.iter().find(|(it, _)| it == name).map(|(_, number)| *number)
    }
}
