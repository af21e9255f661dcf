//! The method `presets`: the pieces of a platform that people rarely paste, as plain files.

use podpath_protocol::{Locale, Preset, Presets};
use podpath_routing::{Action, Target};

use crate::analysis::Analysis;

/// A platform as the build embedded it.
struct Embedded {
    name: &'static str,
    en: &'static str,
    ko: &'static str,
    files: &'static [(&'static str, &'static str)],
}

include!(concat!(env!("OUT_DIR"), "/presets.rs"));

/// All platforms. With a workspace, a Service that an Ingress there misses is put into the namespace where it is missed.
pub(crate) fn presets(analysis: Option<&Analysis>, locale: Locale) -> Presets {
    let missing = analysis.map(missing_services).unwrap_or_default();
    let preset = |it: &Embedded| Preset {
        name: it.name.to_owned(),
        title: match locale {
            Locale::En => it.en.to_owned(),
            Locale::Ko => it.ko.to_owned(),
        },
        files: it.files.iter().map(|(path, text)| ((*path).to_owned(), fitted(text, &missing))).collect(),
    };
    Presets { presets: PRESETS.iter().map(preset).collect() }
}

/// Namespace and name of each Service that a load balancer's rule sends to and that is not here.
fn missing_services(analysis: &Analysis) -> Vec<(String, String)> {
    let listeners = analysis.tables().load_balancers.iter().flat_map(|it| &it.listeners);
    let rules = listeners.flat_map(|it| it.hosts.iter().flat_map(|host| &host.rules).chain(&it.fallback));
    let backends = rules.filter_map(|rule| match &rule.action {
        Action::Forward(backends) => Some(backends),
        _ => None,
    });
    let missing = backends.flatten().filter_map(|it| match &it.target {
        Target::Missing(namespace, name) => Some((namespace.clone(), name.clone())),
        _ => None,
    });
    missing.collect()
}

/// A file of a preset whose Service is missed in another namespace is moved there as a whole.
fn fitted(text: &str, missing: &[(String, String)]) -> String {
    let resources =
        podpath_yaml::split(text).into_iter().filter_map(|range| podpath_yaml::parse(text.get(range)?).root);
    let resources: Vec<_> = resources.flat_map(|root| podpath_objects::read(&root)).collect();
    let services = resources.iter().map(|it| &it.meta).filter(|it| it.kind.value == "Service");
    let moved = services.into_iter().find_map(|meta| {
        let (to, _) = missing.iter().find(|(_, name)| name == meta.name())?;
        Some((meta.namespace.as_ref()?.value.clone(), to))
    });
    match moved {
        Some((from, to)) => text.replace(&format!("namespace: {from}"), &format!("namespace: {to}")),
        None => text.to_owned(),
    }
}
