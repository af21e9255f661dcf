//! `missing-field`: an object without `apiVersion`, `kind` or name, which no API server takes.

use podpath_source::{Diagnostic, Edit, Fix, Severity, Span, Text};
use podpath_yaml::{Map, Node};

use crate::{Check, DocumentContext, Lint};

pub(crate) static LINT: Lint =
    Lint { code: "missing-field", severity: Severity::Error, aliases: &[], check: Check::Document(check) };

/// Groups whose documents no cluster stores, or which need no name.
const NO_OBJECTS: &[&str] = &[
    "audit.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "builtin",
    "cli.kyverno.io",
    "client.authentication.k8s.io",
    "eksctl.io",
    "install.istio.io",
    "kind.x-k8s.io",
    "kubeadm.k8s.io",
    "minikube.sigs.k8s.io",
    "skaffold",
];

/// Kinds that stand in one group only, with its version of today.
const API_VERSIONS: &[(&str, &[&str])] = &[
    ("v1", &["ConfigMap", "Namespace", "PersistentVolumeClaim", "Pod", "Secret", "Service", "ServiceAccount"]),
    ("apps/v1", &["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    ("autoscaling/v2", &["HorizontalPodAutoscaler"]),
    ("batch/v1", &["CronJob", "Job"]),
    ("gateway.networking.k8s.io/v1", &["GRPCRoute", "GatewayClass", "HTTPRoute", "ReferenceGrant"]),
    ("networking.istio.io/v1", &["DestinationRule", "ServiceEntry", "VirtualService"]),
    ("networking.k8s.io/v1", &["Ingress", "IngressClass", "NetworkPolicy"]),
    ("policy/v1", &["PodDisruptionBudget"]),
];

/// Lists may hold lists, as `objects` reads them.
const MAX_LIST_DEPTH: usize = 4;

fn check(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    // A line that could not be read may hold what seems to be missing.
    if context.yaml.problems.iter().any(|it| it.kind.is_unreadable()) {
        return;
    }
    if let Some(root) = &context.yaml.root {
        check_node(context, root, 0, found);
    }
}

fn check_node(context: &DocumentContext<'_>, node: &Node, depth: usize, found: &mut Vec<Diagnostic>) {
    let Some(map) = node.as_map() else { return };
    let is_list = text(map, "kind").is_some_and(|kind| kind.ends_with("List"));
    if let Some(items) = map.get("items").and_then(Node::as_list).filter(|_| is_list && depth < MAX_LIST_DEPTH) {
        for item in items {
            check_node(context, item, depth + 1, found);
        }
        return;
    }
    if looks_like_object(map) {
        check_object(context, node, map, found);
    }
}

fn check_object(context: &DocumentContext<'_>, node: &Node, map: &Map, found: &mut Vec<Diagnostic>) {
    if !is_given(map.get("apiVersion")) {
        found.push(without_api_version(context, node, map));
    }
    if !is_given(map.get("kind")) {
        found.push(without_kind(context, map));
    }
    let metadata = map.get("metadata");
    let name = |key: &str| is_given(metadata.and_then(|it| it.get(key)));
    if !name("name") && !name("generateName") {
        found.push(without_name(context, map));
    }
}

/// Charts, kustomizations and values of tools have some of these fields, too, but are no objects.
fn looks_like_object(map: &Map) -> bool {
    let has = |key: &str| map.entry(key).is_some();
    let is_chart = has("apiVersion") && !has("kind") && !has("metadata") && has("name");
    let body = ["kind", "metadata", "spec", "data"].into_iter().filter(|key| has(key)).count();
    !is_chart && !is_tool(text(map, "apiVersion").unwrap_or_default()) && (has("apiVersion") || body >= 2)
}

fn is_tool(api_version: &str) -> bool {
    let group = api_version.split('/').next().unwrap_or_default();
    group.split_once('.').is_some_and(|(_, rest)| rest == "config.k8s.io" || rest == "config.k8s.io.internal")
        || NO_OBJECTS.contains(&group)
}

fn text<'a>(map: &'a Map, key: &str) -> Option<&'a str> {
    map.get(key).and_then(Node::as_text).filter(|it| !it.is_empty())
}

fn is_given(node: Option<&Node>) -> bool {
    node.is_some_and(|it| !it.is_null() && it.as_text() != Some(""))
}

/// The first of these fields, as the place of what is not there.
fn place(map: &Map, keys: &[&str]) -> Span {
    let found = keys.iter().find_map(|key| map.entry(key)).or_else(|| map.entries.first());
    found.map(|it| it.key.span).unwrap_or_default()
}

fn without_api_version(context: &DocumentContext<'_>, node: &Node, map: &Map) -> Diagnostic {
    let kind = text(map, "kind").unwrap_or_default();
    let location = context.at(place(map, &["apiVersion", "kind", "metadata"]));
    let message = Text::new("`apiVersion` is missing", "`apiVersion` 필드가 없습니다");
    let known = API_VERSIONS.iter().find(|(_, kinds)| kinds.contains(&kind)).map(|(version, _)| *version);
    let help = known.map_or_else(
        || {
            Text::new(
                "it says to which API the kind belongs, such as `apps/v1`",
                "이 종류가 속한 API를 적습니다. 예: `apps/v1`",
            )
        },
        |version| Text::new(format!("a {kind} is `{version}`"), format!("{kind} 오브젝트의 값은 `{version}`입니다")),
    );
    let fix = known.filter(|_| map.entry("apiVersion").is_none() && begins_line(context, node));
    let fix = fix.map(|version| Fix {
        title: Text::new(format!("Add `apiVersion: {version}`"), format!("`apiVersion: {version}` 추가")),
        safe: true,
        edits: vec![Edit::Replace {
            location: context.at(Span { start: node.span.start, end: node.span.start }),
            text: format!("apiVersion: {version}\n"),
        }],
    });
    Diagnostic { path: Some("apiVersion".into()), help: Some(help), fix, ..LINT.found(location, message) }
}

/// True when a line put before the map becomes part of it.
fn begins_line(context: &DocumentContext<'_>, node: &Node) -> bool {
    let (before, after) = context.text.split_at_checked(node.span.start as usize).unwrap_or_default();
    (before.is_empty() || before.ends_with('\n')) && !after.starts_with(['{', ' '])
}

fn without_kind(context: &DocumentContext<'_>, map: &Map) -> Diagnostic {
    let location = context.at(place(map, &["kind", "apiVersion", "metadata"]));
    let message = Text::new("`kind` is missing", "`kind` 필드가 없습니다");
    let help = Text::new("it says what the object is, such as `Service`", "오브젝트의 종류를 적습니다. 예: `Service`");
    Diagnostic { path: Some("kind".into()), help: Some(help), ..LINT.found(location, message) }
}

fn without_name(context: &DocumentContext<'_>, map: &Map) -> Diagnostic {
    let location = context.at(place(map, &["metadata", "kind"]));
    let message = Text::new("`metadata.name` is missing", "`metadata.name` 필드가 없습니다");
    let help = Text::new(
        "nothing can refer to an object without name",
        "이름이 없으면 아무도 이 오브젝트를 가리킬 수 없습니다",
    );
    Diagnostic { path: Some("metadata.name".into()), help: Some(help), ..LINT.found(location, message) }
}
