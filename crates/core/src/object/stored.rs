//! What the API server keeps of an object: what is written, and the defaults that it fills in.
//!
//! Defaults are those of `pkg/apis/*/v1/defaults.go` of Kubernetes and of the Gateway API's `+kubebuilder:default` marks,
//! as data: kind, path and value. What only a cluster can know (addresses, uid, times) is left out.

use podpath_order::{OrdSet, Order};
use podpath_protocol::{StoredField, StoredLine};
use podpath_yaml::{Node, Value};
use serde_json::{Map, Value as Json, json};

/// An object with its defaults, and the paths of those.
pub(super) struct Stored {
    root: Json,
    defaults: OrdSet<String>,
}

/// The kinds whose defaults a row is about, the map that holds the field (`[]` is each item), the field, its value.
type Row = (&'static [&'static str], &'static str, &'static str, &'static str);

const WORKLOADS: &[&str] = &["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController"];
const SCALED: &[&str] = &["Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"];

const ROWS: &[Row] = &[
    (&["Service"], "spec", "type", r#""ClusterIP""#),
    (&["Service"], "spec", "sessionAffinity", r#""None""#),
    (&["Service"], "spec", "internalTrafficPolicy", r#""Cluster""#),
    (&["Service"], "spec.ports[]", "protocol", r#""TCP""#),
    (SCALED, "spec", "replicas", "1"),
    (&["Deployment", "StatefulSet", "DaemonSet"], "spec", "revisionHistoryLimit", "10"),
    (&["Deployment"], "spec", "progressDeadlineSeconds", "600"),
    (
        &["Deployment"],
        "spec",
        "strategy",
        r#"{"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}"#,
    ),
    (&["StatefulSet"], "spec", "podManagementPolicy", r#""OrderedReady""#),
    (&["StatefulSet"], "spec", "updateStrategy", r#"{"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}"#),
    (
        &["DaemonSet"],
        "spec",
        "updateStrategy",
        r#"{"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}"#,
    ),
    (&["Gateway"], "spec.listeners[]", "allowedRoutes", r#"{"namespaces": {"from": "Same"}}"#),
    (ROUTES, "spec.parentRefs[]", "group", r#""gateway.networking.k8s.io""#),
    (ROUTES, "spec.parentRefs[]", "kind", r#""Gateway""#),
    (&["HTTPRoute"], "spec.rules[]", "matches", r#"[{"path": {"type": "PathPrefix", "value": "/"}}]"#),
    (&["HTTPRoute"], "spec.rules[].matches[]", "path", r#"{"type": "PathPrefix", "value": "/"}"#),
    (ROUTES, "spec.rules[].backendRefs[]", "group", r#""""#),
    (ROUTES, "spec.rules[].backendRefs[]", "kind", r#""Service""#),
    (ROUTES, "spec.rules[].backendRefs[]", "weight", "1"),
];

/// Kinds of routes of the Gateway API.
const ROUTES: &[&str] = &["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"];

/// Rows for the spec of Pods: of a Pod below `spec`, of a workload below `spec.template.spec`.
const POD_ROWS: &[(&str, &str, &str)] = &[
    ("", "restartPolicy", r#""Always""#),
    ("", "dnsPolicy", r#""ClusterFirst""#),
    ("", "schedulerName", r#""default-scheduler""#),
    ("", "securityContext", "{}"),
    ("", "terminationGracePeriodSeconds", "30"),
    (".containers[]", "resources", "{}"),
    (".containers[]", "terminationMessagePath", r#""/dev/termination-log""#),
    (".containers[]", "terminationMessagePolicy", r#""File""#),
    (".containers[].ports[]", "protocol", r#""TCP""#),
    (".containers[].readinessProbe.httpGet", "scheme", r#""HTTP""#),
    (".containers[].livenessProbe.httpGet", "scheme", r#""HTTP""#),
    (".containers[].readinessProbe", "periodSeconds", "10"),
    (".containers[].readinessProbe", "timeoutSeconds", "1"),
    (".containers[].readinessProbe", "successThreshold", "1"),
    (".containers[].readinessProbe", "failureThreshold", "3"),
    (".containers[].livenessProbe", "periodSeconds", "10"),
    (".containers[].livenessProbe", "timeoutSeconds", "1"),
    (".containers[].livenessProbe", "successThreshold", "1"),
    (".containers[].livenessProbe", "failureThreshold", "3"),
];

/// What is kept of an object. `namespace` is empty for kinds without one.
pub(super) fn stored(node: &Node, kind: &str, namespace: &str) -> Stored {
    let mut stored = Stored { root: json(node), defaults: OrdSet::new() };
    if !namespace.is_empty() {
        stored.fill("metadata", "namespace", &json!(namespace));
    }
    let is_external = stored.root.pointer("/spec/type").is_some_and(|it| it == "ExternalName");
    for (kinds, holder, field, value) in ROWS {
        let fits = kinds.contains(&kind) && !(is_external && *field == "internalTrafficPolicy");
        if let Some(value) = serde_json::from_str(value).ok().filter(|_| fits) {
            stored.fill(holder, field, &value);
        }
    }
    let pods = if kind == "Pod" { Some("spec") } else { WORKLOADS.contains(&kind).then_some("spec.template.spec") };
    if let Some(pods) = pods {
        stored.fill_pods(pods, kind);
    }
    if kind == "Service" {
        stored.each("spec.ports[]", &mut |port, path, defaults| {
            let Some(number) = port.get("port").cloned().filter(|_| !port.contains_key("targetPort")) else { return };
            port.insert("targetPort".into(), number);
            defaults.insert(format!("{path}.targetPort"));
        });
    }
    stored
}

impl Stored {
    fn fill_pods(&mut self, pods: &str, kind: &str) {
        for (holder, field, value) in POD_ROWS {
            // A Job says itself whether its Pods start again.
            let fits = !(kind == "Job" && *field == "restartPolicy");
            if let Some(value) = serde_json::from_str(value).ok().filter(|_| fits) {
                self.fill(&format!("{pods}{holder}"), field, &value);
            }
        }
        self.each(&format!("{pods}.containers[]"), &mut |container, path, defaults| {
            let image = container.get("image").and_then(Json::as_str).unwrap_or_default();
            let name = image.rsplit('/').next().unwrap_or_default();
            let is_latest = !name.contains('@') && name.split_once(':').is_none_or(|(_, tag)| tag == "latest");
            let policy = if is_latest { "Always" } else { "IfNotPresent" };
            if !image.is_empty() && !container.contains_key("imagePullPolicy") {
                container.insert("imagePullPolicy".into(), json!(policy));
                defaults.insert(format!("{path}.imagePullPolicy"));
            }
        });
    }

    fn fill(&mut self, holder: &str, field: &str, value: &Json) {
        self.each(holder, &mut |map, path, defaults| {
            if !map.contains_key(field) {
                map.insert(field.to_owned(), value.clone());
                defaults.insert(format!("{path}.{field}"));
            }
        });
    }

    /// Visits each map at a path; `[]` goes into every item of a list.
    fn each(&mut self, holder: &str, visit: &mut impl FnMut(&mut Map<String, Json>, &str, &mut OrdSet<String>)) {
        let steps: Vec<&str> = holder.split('.').collect();
        descend(&mut self.root, &steps, "", &mut self.defaults, visit);
    }

    /// The scalars right below `spec`.
    pub(super) fn fields(&self) -> Vec<StoredField> {
        let spec = self.root.get("spec").and_then(Json::as_object);
        let scalars = spec.into_iter().flatten().filter(|(_, it)| !it.is_object() && !it.is_array());
        let field = |(name, value): (&String, &Json)| StoredField {
            name: name.clone(),
            value: scalar(value),
            is_default: self.defaults.contains(&format!(".spec.{name}")),
        };
        scalars.map(field).collect()
    }

    /// The object as YAML, keys sorted as `kubectl get -o yaml` shows them.
    pub(super) fn lines(&self) -> Vec<StoredLine> {
        block(&self.root, 0, "", &self.defaults, false)
    }
}

fn descend(
    value: &mut Json,
    steps: &[&str],
    path: &str,
    defaults: &mut OrdSet<String>,
    visit: &mut impl FnMut(&mut Map<String, Json>, &str, &mut OrdSet<String>),
) {
    let Some((step, rest)) = steps.split_first() else {
        if let Some(map) = value.as_object_mut() {
            visit(map, path, defaults);
        }
        return;
    };
    let name = step.trim_end_matches("[]");
    let Some(inner) = value.get_mut(name) else { return };
    let path = format!("{path}.{name}");
    match inner.as_array_mut().filter(|_| step.ends_with("[]")) {
        Some(items) => {
            for (item, number) in items.iter_mut().zip(0_usize..) {
                descend(item, rest, &format!("{path}.{number}"), defaults, visit);
            }
        }
        None => descend(inner, rest, &path, defaults, visit),
    }
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(it) => json!(it),
        Value::Int(it) => i64::try_from(it.get()).map_or_else(|_| json!(it.to_string()), |it| json!(it)),
        Value::Float(it) => json!(it),
        Value::Text(it) => json!(it),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(map) => {
            let entries = map.entries.iter().filter(|it| !it.value.is_null());
            entries.map(|it| (it.key.text.clone(), json(&it.value))).collect()
        }
    }
}

/// The lines of a value that stands on its own lines.
fn block(value: &Json, indent: usize, path: &str, defaults: &OrdSet<String>, is_default: bool) -> Vec<StoredLine> {
    let pad = "  ".repeat(indent);
    let line = |text: String, is_default: bool| StoredLine { text, is_default };
    match value {
        Json::Object(map) if !map.is_empty() => {
            let field = |(key, value): (&String, &Json)| {
                let path = format!("{path}.{key}");
                let is_default = is_default || defaults.contains(&path);
                let key = quoted(key);
                if is_scalar(value) {
                    return vec![line(format!("{pad}{key}: {}", scalar_text(value)), is_default)];
                }
                // Lists stand as far left as their key, as kubectl writes them.
                let inner = block(value, indent + usize::from(value.is_object()), &path, defaults, is_default);
                std::iter::once(line(format!("{pad}{key}:"), is_default)).chain(inner).collect()
            };
            let mut fields: Vec<_> = map.iter().collect();
            fields.order_by_key(|(key, _)| rank(key));
            fields.into_iter().flat_map(field).collect()
        }
        Json::Array(items) if !items.is_empty() => {
            let item = |(item, number): (&Json, usize)| {
                let mut lines = block(item, indent + 1, &format!("{path}.{number}"), defaults, is_default);
                if let Some(first) = lines.first_mut() {
                    first.text = format!("{pad}- {}", first.text.trim_start());
                }
                lines
            };
            items.iter().zip(0..).flat_map(item).collect()
        }
        _ => vec![line(format!("{pad}{}", scalar_text(value)), is_default)],
    }
}

/// What people write first; the rest is in the order of the alphabet.
fn rank(key: &str) -> usize {
    const FIRST: &[&str] = &["name", "type", "parentRefs", "hostnames", "matches", "filters", "port", "protocol"];
    FIRST.iter().position(|it| *it == key).unwrap_or(FIRST.len())
}

/// A document of YAML.
pub(crate) fn yaml(value: &Json) -> String {
    let lines = block(value, 0, "", &OrdSet::new(), false);
    lines.into_iter().map(|it| it.text + "\n").collect()
}

fn is_scalar(value: &Json) -> bool {
    match value {
        Json::Object(map) => map.is_empty(),
        Json::Array(items) => items.is_empty(),
        _ => true,
    }
}

fn scalar(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn scalar_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), quoted)
}

/// A text that YAML reads as this text: plain where nothing in it means anything, else in JSON's quotes.
fn quoted(text: &str) -> String {
    let is_plain =
        |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.' | '/' | '$' | '(' | ')' | '+' | ' ');
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let starts = text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '/' || it == '_' || it == '$');
    let is_word = words.contains(&text.to_ascii_lowercase().as_str());
    let plain = starts && text.chars().all(is_plain) && !is_word && !text.ends_with(' ');
    if plain { text.to_owned() } else { json!(text).to_string() }
}
