//! Questions to the core, by its protocol.

use std::collections::BTreeMap;

use podpath_core::Engine;
use podpath_protocol::{Call, Check, From, Graph, ObjectCard, PodCaller, Ref, Statuses, Trace, Traces};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Text of files by their paths.
pub type Files = BTreeMap<String, String>;

/// Asks a fresh engine; the error is the protocol's.
pub fn ask<T: DeserializeOwned>(method: &str, params: &Value) -> Result<T, String> {
    let request = json!({ "id": 1, "method": method, "params": params });
    let answer: Value =
        serde_json::from_str(&Engine::new().handle(&request.to_string())).map_err(|it| it.to_string())?;
    if let Some(error) = answer.get("error") {
        return Err(error.to_string());
    }
    serde_json::from_value(answer.get("result").cloned().unwrap_or_default()).map_err(|it| it.to_string())
}

/// The findings about some files.
pub fn check(files: &Files) -> Result<Check, String> {
    ask("check", &json!({ "files": files }))
}

/// What controllers write into statuses.
pub fn status(files: &Files) -> Result<Statuses, String> {
    ask("status", &json!({ "files": files }))
}

/// The way of a request through some files.
pub fn trace(files: &Files, call: &Call) -> Result<Trace, String> {
    trace_with(files, call, &json!({}))
}

/// The way of a request when one controller plays every Ingress.
pub fn trace_as(files: &Files, call: &Call, controller: &str) -> Result<Trace, String> {
    trace_with(files, call, &json!({ "ingressController": controller }))
}

fn trace_with(files: &Files, call: &Call, options: &Value) -> Result<Trace, String> {
    let traces: Traces = ask("trace", &json!({ "files": files, "options": options, "requests": [call] }))?;
    traces.traces.into_iter().next().ok_or_else(|| "no trace".into())
}

/// The diagram, with the way of a request where there is one.
pub fn graph(files: &Files, call: Option<&Call>) -> Result<Graph, String> {
    ask("graph", &json!({ "files": files, "trace": call }))
}

/// The card of an object, named as `apps/v1 Deployment shop/web`; a cluster-scoped one as `/name`.
pub fn object(files: &Files, name: &str) -> Result<ObjectCard, String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let [api_version, kind, name] = words.as_slice() else { return Err(format!("`{name}` names no object")) };
    let (namespace, name) = name.split_once('/').unwrap_or(("", name));
    let resource = Ref {
        api_version: (*api_version).to_owned(),
        kind: (*kind).to_owned(),
        namespace: Some(namespace.to_owned()).filter(|it| !it.is_empty()),
        name: name.to_owned(),
    };
    ask("object", &json!({ "files": files, "resource": resource }))
}

/// What an editor asks about a place, written `a.yaml:5:9`: file, line and column.
pub fn at<T: DeserializeOwned>(method: &str, files: &Files, place: &str) -> Result<T, String> {
    let mut parts = place.trim().rsplitn(3, ':');
    let mut number = || parts.next().and_then(|it| it.parse::<usize>().ok()).ok_or(format!("`{place}` is no place"));
    let (column, line) = (number()?, number()?);
    let file = parts.next().ok_or(format!("`{place}` names no file"))?;
    let text = files.get(file).ok_or(format!("there is no file `{file}`"))?;
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let offset =
        text.get(start..).unwrap_or_default().char_indices().nth(column - 1).map_or(text.len(), |it| start + it.0);
    ask(method, &json!({ "files": files, "file": file, "offset": offset }))
}

/// A request as it is written in tests and examples: `GET https://host/path`, then lines of headers, `from: ...` and `claims: {...}`.
pub fn call(text: &str) -> Result<Call, String> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().ok_or("an empty request")?;
    let (method, url) = first.split_once(' ').unwrap_or(("GET", first));
    let (scheme, rest) = url.split_once("://").ok_or_else(|| format!("`{url}` has no scheme"))?;
    let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let mut call = Call {
        method: Some(method.to_owned()),
        scheme: Some(scheme.to_owned()),
        host: host.to_owned(),
        path: Some(path.to_owned()),
        ..Call::default()
    };
    for line in lines {
        let (name, value) = line.split_once(": ").ok_or_else(|| format!("`{line}` is no header"))?;
        match name {
            "from" => call.from = Some(entry(value)?),
            "source" => call.source_ip = Some(value.to_owned()),
            "sni" => call.sni = Some(value.to_owned()),
            "claims" => call.claims = Some(serde_json::from_str(value).map_err(|error| format!("`{line}`: {error}"))?),
            "client certificate" => call.client_certificate = value == "yes",
            _ => call.headers.push((name.to_owned(), value.to_owned())),
        }
    }
    Ok(call)
}

/// `sidecar shop/web`, `pod shop/web`, both with more labels as in `pod shop/web tier=front`, `Ingress shop/edge`,
/// `Service shop/edge`, `Gateway shop/edge 80`, `IstioGateway shop/edge 80`, `pods istio-system istio=ingressgateway 8080`.
fn entry(text: &str) -> Result<From, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (kind, name) = match words.as_slice() {
        [kind, name, ..] => (*kind, *name),
        _ => return Err(format!("`from: {text}` is not known")),
    };
    let (namespace, name) = name.split_once('/').unwrap_or((name, ""));
    let port = words.last().and_then(|it| it.parse().ok());
    let reference = |api_version: &str, kind: &str| Ref {
        api_version: api_version.into(),
        kind: kind.into(),
        namespace: Some(namespace.into()),
        name: name.into(),
    };
    let labels = |pairs: &[&str]| -> BTreeMap<String, String> {
        let pairs = pairs.iter().filter_map(|it| it.split_once('='));
        pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    };
    Ok(match kind {
        "sidecar" | "pod" => {
            let mut labels = labels(words.get(2..).unwrap_or_default());
            labels.insert("app".to_owned(), name.to_owned());
            let sidecar = Some(kind == "sidecar");
            let pod = PodCaller {
                namespace: namespace.into(),
                labels: labels.into_iter().collect(),
                sidecar,
                ..PodCaller::default()
            };
            From { pod: Some(pod), ..From::default() }
        }
        "pods" => {
            let labels = labels(words.get(2..).unwrap_or_default());
            let workload =
                podpath_protocol::WorkloadCaller { namespace: namespace.into(), labels: labels.into_iter().collect() };
            From { workload: Some(workload), port, ..From::default() }
        }
        "Service" => From { load_balancer: Some(reference("v1", kind)), ..From::default() },
        "Ingress" => From { load_balancer: Some(reference("networking.k8s.io/v1", "Ingress")), ..From::default() },
        "Gateway" | "ListenerSet" => {
            From { gateway: Some(reference("gateway.networking.k8s.io/v1", kind)), port, ..From::default() }
        }
        "IstioGateway" => {
            From { gateway: Some(reference("networking.istio.io/v1", "Gateway")), port, ..From::default() }
        }
        _ => return Err(format!("`from: {text}` is not known")),
    })
}
