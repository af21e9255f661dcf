//! The method `presets`: the pieces of a platform that people rarely paste, as plain files.

use podpath_objects::Meta;
use podpath_order::{Gather, OrdMap};
use podpath_protocol::{Fix, Locale, Preset, Presets, Ref, TextEdit};
use podpath_routing::{Action, Target};
use podpath_source::Text;

use crate::analysis::Analysis;
use crate::check;
use crate::place::say;

/// A platform as the build embedded it.
struct Embedded {
    name: &'static str,
    en: &'static str,
    ko: &'static str,
    files: &'static [(&'static str, &'static str)],
}

include!(concat!(env!("OUT_DIR"), "/presets.rs"));

/// All platforms. With a workspace, a Service that a load balancer there misses is put into the namespace where it is
/// missed, and what is there already is left out.
pub(crate) fn presets(analysis: Option<&Analysis>, locale: Locale) -> Presets {
    let missing = analysis.map(missing_services).unwrap_or_default();
    let preset = |it: &Embedded| Preset {
        name: it.name.to_owned(),
        title: say(&it.title(), locale),
        files: it.fitted(analysis, &missing),
    };
    Presets { presets: PRESETS.iter().map(preset).collect() }
}

/// The repair of a Service that is missing: the platform that has it, else a Service to fill in.
pub(crate) fn add_service(analysis: &Analysis, namespace: &str, name: &str, port: Option<u16>, locale: Locale) -> Fix {
    let missing = [(namespace.to_owned(), name.to_owned())];
    let has = |it: &&Embedded| it.files.iter().any(|(_, text)| services(text).any(|meta| meta.name() == name));
    let (title, files) = match PRESETS.iter().find(has) {
        Some(preset) => {
            let title = Text::new(format!("Add preset: {}", preset.en), format!("프리셋 추가: {}", preset.ko));
            (title, preset.fitted(Some(analysis), &missing))
        }
        None => {
            let title = Text::new(format!("Add Service `{name}`"), format!("`{name}` Service 추가"));
            let text = skeleton(namespace, name, port.unwrap_or(80));
            (title, podpath_order::map([(format!("added/{namespace}/{name}.yaml"), text)]))
        }
    };
    let edits =
        files.into_iter().map(|(path, text)| TextEdit { range: check::end_of(analysis, &path), new_text: text });
    Fix { title: say(&title, locale), safe: false, edits: edits.collect() }
}

fn skeleton(namespace: &str, name: &str, port: u16) -> String {
    format!(
        "apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: {namespace}
spec:
  selector:
    app: {name}
  ports:
  - port: {port}
"
    )
}

/// Namespace and name of each Service that a load balancer's rule sends to and that is not here.
fn missing_services(analysis: &Analysis) -> Vec<(String, String)> {
    let listeners = analysis.tables().load_balancers().iter().flat_map(|it| &it.listeners);
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

impl Embedded {
    fn title(&self) -> Text {
        Text::new(self.en, self.ko)
    }

    /// The files without what the workspace has; files of which nothing is left are left out.
    fn fitted(&self, analysis: Option<&Analysis>, missing: &[(String, String)]) -> OrdMap<String, String> {
        let files = self.files.iter().map(|(path, text)| {
            let text = moved(text, missing);
            let fresh = podpath_yaml::split(&text).into_iter().filter_map(|range| text.get(range));
            let fresh = fresh.filter(|document| !analysis.is_some_and(|it| is_there(it, document)));
            ((*path).to_owned(), fresh.collect::<String>().trim_start_matches("---\n").to_owned())
        });
        files.filter(|(_, text)| !text.trim().is_empty()).gather()
    }
}

fn metas(text: &str) -> impl Iterator<Item = Meta> {
    let roots = podpath_yaml::split(text).into_iter().filter_map(|range| podpath_yaml::parse(text.get(range)?).root);
    roots.flat_map(|root| podpath_objects::read(&root)).map(|it| it.meta)
}

fn services(text: &str) -> impl Iterator<Item = Meta> {
    metas(text).filter(|it| it.kind.value == "Service")
}

fn is_there(analysis: &Analysis, document: &str) -> bool {
    metas(document).any(|meta| {
        let reference = Ref {
            api_version: meta.api_version.value.clone(),
            kind: meta.kind.value.clone(),
            namespace: meta.namespace.as_ref().map(|it| it.value.clone()),
            name: meta.name().to_owned(),
        };
        analysis.resolve(&reference).is_some()
    })
}

/// A file of a preset whose Service is missed in another namespace is moved there as a whole.
fn moved(text: &str, missing: &[(String, String)]) -> String {
    let found = services(text).find_map(|meta| {
        let (to, _) = missing.iter().find(|(_, name)| name == meta.name())?;
        Some((meta.namespace.as_ref()?.value.clone(), to))
    });
    match found {
        Some((from, to)) => text.replace(&format!("namespace: {from}"), &format!("namespace: {to}")),
        None => text.to_owned(),
    }
}
