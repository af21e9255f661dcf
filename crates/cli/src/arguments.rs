//! What is written on the command line.

use lexopt::ValueExt as _;
use lexopt::prelude::{Long, Short, Value};
use podpath_protocol::{Call, From, Locale, Options, PodCaller, Ref};

/// The help.
pub(crate) const USAGE: &str = "\
podpath follows a request through Kubernetes manifests: will it reach my Pod, and if not, why?

podpath trace PATH... 'GET https://shop.example.kr/api' [-H 'x-canary: true'] [--from WHERE]
podpath check PATH... [--format text|json|sarif]
podpath convert PATH...    Ingresses as Gateways and HTTPRoutes, and what is different then
podpath status PATH... [--format text|json]
podpath graph PATH... ['GET https://...'] [--format mermaid|svg|json]
podpath admit PATH...      what an API server says to creating each document
podpath alb PATH...        the load balancers of AWS: listeners and numbered rules
podpath workloads PATH...  what makes Pods: names, Services, policies, identity, needs, Nodes
podpath presets
podpath rpc          one JSON request a line on standard input, one answer a line

PATH is a file, a folder (every .yaml, .yml and .json below it) or -

  --preset NAME      add the pieces of a platform: alb-istio, nginx-gateway-fabric, ingress-nginx
  --from WHERE       internet (default), pod:NAMESPACE[/APP], sidecar:NAMESPACE[/APP],
                     loadBalancer:KIND/NAMESPACE/NAME or gateway:KIND/NAMESPACE/NAME
  --namespace NAME   for objects that name none
  --locale en|ko     language of texts
  --format FORMAT    text unless told
";

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Check,
    Trace,
    Convert,
    Graph,
    Workloads,
    Alb,
    Admit,
    Status,
    Presets,
    Rpc,
    Help,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
    Sarif,
    Svg,
    Mermaid,
}

/// What was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Arguments {
    pub(crate) command: Command,
    pub(crate) paths: Vec<String>,
    pub(crate) call: Option<Call>,
    pub(crate) presets: Vec<String>,
    pub(crate) format: Format,
    namespace: Option<String>,
    pub(crate) locale: Locale,
}

impl Arguments {
    /// The options of the protocol.
    pub(crate) fn options(&self) -> Options {
        let default = Options::default();
        let namespace = self.namespace.clone().unwrap_or(default.namespace);
        Options { namespace, locale: self.locale, ..Options::default() }
    }
}

/// Reads the command line; the error is one sentence.
pub(crate) fn parse() -> Result<Arguments, String> {
    read(lexopt::Parser::from_env()).map_err(|error| format!("{error}; see podpath --help"))
}

fn read(mut parser: lexopt::Parser) -> Result<Arguments, lexopt::Error> {
    let mut words: Vec<String> = Vec::new();
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut from = None;
    let mut arguments = Arguments {
        command: Command::Help,
        paths: vec![],
        call: None,
        presets: vec![],
        format: Format::Text,
        namespace: None,
        locale: Locale::En,
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(arguments),
            Long("preset") => arguments.presets.push(parser.value()?.string()?),
            Long("namespace") | Short('n') => arguments.namespace = Some(parser.value()?.string()?),
            Long("from") => from = Some(entry(&parser.value()?.string()?)?),
            Short('H') | Long("header") => headers.push(header(&parser.value()?.string()?)?),
            Long("format") => arguments.format = format(&parser.value()?.string()?)?,
            Long("locale") => arguments.locale = locale(&parser.value()?.string()?)?,
            Value(word) => words.push(word.string()?),
            other => return Err(other.unexpected()),
        }
    }
    let mut words = words.into_iter();
    let Some(command) = words.next() else { return Ok(arguments) };
    arguments.command = self::command(&command)?;
    for word in words {
        if word.contains("://") {
            arguments.call = Some(call(&word)?);
        } else {
            arguments.paths.push(word);
        }
    }
    if let Some(call) = &mut arguments.call {
        call.headers = headers;
        call.from = from;
    }
    Ok(arguments)
}

fn command(word: &str) -> Result<Command, lexopt::Error> {
    Ok(match word {
        "check" => Command::Check,
        "trace" => Command::Trace,
        "convert" => Command::Convert,
        "graph" => Command::Graph,
        "admit" => Command::Admit,
        "alb" => Command::Alb,
        "workloads" => Command::Workloads,
        "status" => Command::Status,
        "presets" => Command::Presets,
        "rpc" => Command::Rpc,
        "help" => Command::Help,
        _ => return Err(format!("unknown command `{word}`").into()),
    })
}

fn format(word: &str) -> Result<Format, lexopt::Error> {
    Ok(match word {
        "text" => Format::Text,
        "json" => Format::Json,
        "sarif" => Format::Sarif,
        "svg" => Format::Svg,
        "mermaid" => Format::Mermaid,
        _ => return Err(format!("unknown format `{word}`").into()),
    })
}

fn locale(word: &str) -> Result<Locale, lexopt::Error> {
    match word {
        "en" => Ok(Locale::En),
        "ko" => Ok(Locale::Ko),
        _ => Err(format!("unknown locale `{word}`").into()),
    }
}

fn header(word: &str) -> Result<(String, String), lexopt::Error> {
    let (name, value) = word.split_once(':').ok_or_else(|| format!("header `{word}` has no colon"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// `GET https://shop.example.kr:8443/api?x=1`, the method may be left out.
fn call(word: &str) -> Result<Call, lexopt::Error> {
    let (method, url) = match word.trim().split_once(char::is_whitespace) {
        Some((method, url)) => (Some(method.to_ascii_uppercase()), url.trim()),
        None => (None, word.trim()),
    };
    let (scheme, rest) = url.split_once("://").ok_or_else(|| format!("`{url}` is no URL"))?;
    let (host, path) = match rest.find(['/', '?']) {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    if host.is_empty() {
        return Err(format!("`{url}` has no host").into());
    }
    let path = if path.starts_with('?') { format!("/{path}") } else { path.to_owned() };
    Ok(Call { method, scheme: Some(scheme.to_owned()), host: host.to_owned(), path: Some(path), ..Call::default() })
}

fn entry(word: &str) -> Result<From, lexopt::Error> {
    let unknown = || lexopt::Error::from(format!("--from does not know `{word}`"));
    let (kind, rest) = word.split_once(':').unwrap_or((word, ""));
    Ok(match kind {
        "internet" => From { internet: Some(true), ..From::default() },
        "pod" | "sidecar" => {
            let (namespace, app) = rest.split_once('/').unwrap_or((rest, ""));
            let labels = (!app.is_empty()).then(|| ("app".to_owned(), app.to_owned())).into_iter().collect();
            let sidecar = Some(kind == "sidecar");
            let pod = PodCaller { namespace: namespace.to_owned(), labels, sidecar, ..PodCaller::default() };
            From { pod: Some(pod), ..From::default() }
        }
        "loadBalancer" => From { load_balancer: Some(reference(rest).ok_or_else(unknown)?), ..From::default() },
        "gateway" => From { gateway: Some(reference(rest).ok_or_else(unknown)?), ..From::default() },
        _ => return Err(unknown()),
    })
}

/// `KIND/NAMESPACE/NAME`; `IstioGateway` is Istio's Gateway.
fn reference(text: &str) -> Option<Ref> {
    let mut parts = text.split('/');
    let (kind, namespace, name) = (parts.next()?, parts.next()?, parts.next()?);
    let (api_version, kind) = match kind {
        "Ingress" => ("networking.k8s.io/v1", "Ingress"),
        "Service" => ("v1", "Service"),
        "Gateway" => ("gateway.networking.k8s.io/v1", "Gateway"),
        "IstioGateway" => ("networking.istio.io/v1", "Gateway"),
        _ => return None,
    };
    let (namespace, name) = (Some(namespace.to_owned()), name.to_owned());
    Some(Ref { api_version: api_version.into(), kind: kind.into(), namespace, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Result<Arguments, String> {
        read(lexopt::Parser::from_args(words)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_request_is_told_from_paths_by_its_scheme() {
        let found = of(&["trace", "apps", "GET https://shop.example.kr:8443/api?x=1", "edge", "-H", "a: b"]).unwrap();
        let call = found.call.unwrap();
        assert_eq!(found.paths, ["apps", "edge"]);
        assert_eq!((call.method.as_deref(), call.host.as_str()), (Some("GET"), "shop.example.kr:8443"));
        assert_eq!(call.path.as_deref(), Some("/api?x=1"));
        assert_eq!(call.headers, [("a".to_owned(), "b".to_owned())]);
    }

    #[test]
    fn wrong_words_are_named() {
        assert_eq!(of(&["tarce"]).unwrap_err(), "unknown command `tarce`");
        assert_eq!(of(&["check", "--format", "xml"]).unwrap_err(), "unknown format `xml`");
    }
}
