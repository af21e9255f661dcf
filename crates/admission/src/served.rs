//! Whether any server has the kind of a document.
//!
//! Groups of CustomResourceDefinitions hold a dot and no capitals, and may be anybody's: such a group is judged only when
//! its kinds stand in the table.

use podpath_yaml::Node;

use crate::{Field, Refusal, Sort};

/// A line is an API version and its kinds.
const TEXT: &str = include_str!("served.txt");

/// What a server answers that has no such kind. A document that says neither kind nor API version is no object.
pub(crate) fn check(root: &Node) -> Option<Refusal> {
    let root = Field::root(root);
    let (version, kind) = (root.get("apiVersion"), root.get("kind"));
    let (version_text, kind_text) = (word(&version)?, word(&kind)?);
    match (version_text.is_empty(), kind_text.is_empty()) {
        (true, true) => return None,
        (false, false) => {}
        (is_versionless, _) => {
            let missing = if is_versionless { version } else { kind };
            return Some(missing.refuse(Sort::NoMatch, "apiVersion or kind is not set".into()));
        }
    }
    // Clients open lists.
    if kind_text.ends_with("List") {
        return None;
    }
    let at = match kinds(&version_text) {
        Some(served) if served.split(' ').any(|it| it == kind_text) => return None,
        Some(_) => kind,
        None if !is_known(group(&version_text)) => return None,
        None => version,
    };
    let words = format!("no matches for kind \"{kind_text}\" in version \"{version_text}\"");
    Some(at.refuse(Sort::NoMatch, words))
}

/// A text or a number, which is read as one; anything else is for other rules.
fn word(field: &Field<'_>) -> Option<String> {
    let number = field.number().map(|it| it.to_string());
    let text = field.node.map_or(Some(""), Node::as_text);
    number.or_else(|| text.map(str::to_owned))
}

fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    TEXT.lines().filter(|it| !it.starts_with('#')).filter_map(|it| it.split_once(' '))
}

fn kinds(version: &str) -> Option<&'static str> {
    lines().find(|it| it.0 == version).map(|it| it.1)
}

fn group(version: &str) -> &str {
    version.split_once('/').map_or("", |it| it.0)
}

/// True when all kinds of a group stand in the table, or no server can have it.
fn is_known(name: &str) -> bool {
    let is_custom = name.contains('.') && !name.contains(|it: char| it.is_ascii_uppercase());
    !is_custom || lines().any(|it| group(it.0) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Option<String> {
        check(podpath_yaml::parse(text).root.as_ref()?).map(|it| it.detail)
    }

    #[test]
    fn only_what_no_server_has_is_refused() {
        let none = |kind: &str, version: &str| Some(format!("no matches for kind \"{kind}\" in version \"{version}\""));
        assert_eq!(answer("{apiVersion: apps/v1, kind: Deployment}"), None);
        assert_eq!(answer("{apiVersion: apps/v1beta1, kind: Deployment}"), none("Deployment", "apps/v1beta1"));
        assert_eq!(answer("{apiVersion: v1, kind: service}"), none("service", "v1"));
        assert_eq!(answer("{apiVersion: 1, kind: ConfigMap}"), none("ConfigMap", "1"));
        assert_eq!(answer("{apiVersion: networking/v1, kind: Ingress}"), none("Ingress", "networking/v1"));
        assert_eq!(answer("{apiVersion: serving.knative.dev/v1, kind: Service}"), None);
        assert_eq!(answer("{apiVersion: apps/v1}").as_deref(), Some("apiVersion or kind is not set"));
        assert_eq!(answer("{a: 1}"), None);
    }
}
