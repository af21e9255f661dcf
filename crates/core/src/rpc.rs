//! Requests of the protocol to answers: the one entry of the worker, the embed and the command line.

use podpath_order::Gather as _;
use podpath_protocol::{
    CompareParams, ConvertParams, Failure, GraphParams, Input, Locale, ObjectParams, Options, PlaceParams,
    PresetsParams, Revision, StatusParams, TraceParams, Traces, WorkspaceParams,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use crate::analysis::Analysis;
use crate::workspace::Workspace;
use crate::{
    admit, check, compare, convert, dead_rules, editor, graph, load_balancers, object, presets, redact, resources,
    status, suggest, trace, workloads,
};

/// The core behind the protocol: it keeps one workspace, and what was derived from it.
#[derive(Debug, Default)]
pub struct Engine {
    workspace: Workspace,
    /// The newest analysis of the kept workspace, with what it was made for.
    kept: Option<(u64, Options, Analysis)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    #[serde(default)]
    id: Value,
    method: String,
    #[serde(default)]
    params: Value,
}

/// An answer as text: the result is written once.
#[derive(Serialize)]
struct Written {
    id: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
}

type Answered = Result<Box<RawValue>, Failure>;

fn failure(code: &str, message: &dyn ToString) -> Failure {
    Failure { code: code.to_owned(), message: message.to_string() }
}

fn bad(message: &dyn ToString) -> Failure {
    failure("bad-request", message)
}

impl Engine {
    /// An empty workspace.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens files without the protocol around them, for benches.
    pub fn open(&mut self, files: impl IntoIterator<Item = (String, String)>) {
        let files = files.into_iter().gather();
        // Opening cannot fail; only edits that do not fit their text do.
        let opened = self.workspace.change(WorkspaceParams { open: files, ..WorkspaceParams::default() });
        debug_assert!(opened.is_ok(), "opening files never fails");
    }

    /// Derives everything from the workspace: diagnostics and route tables. Gives the number of findings.
    pub fn analyse(&mut self) -> usize {
        let analysis = self.analysis(&Options::default());
        analysis.tables();
        analysis.findings().len()
    }

    /// Answers one request; both are a JSON object on one line.
    pub fn handle(&mut self, request: &str) -> String {
        let answer = match serde_json::from_str::<Call>(request) {
            Ok(call) => {
                let answered = self.answer(&call.method, call.params);
                let (result, error) = match answered {
                    Ok(result) => (Some(result), None),
                    Err(failure) => (None, Some(failure)),
                };
                Written { id: call.id, result, error }
            }
            Err(error) => Written { id: Value::Null, result: None, error: Some(bad(&error)) },
        };
        serde_json::to_string(&answer).unwrap_or_else(|_| {
            json!({ "id": null, "error": { "code": "bad-request", "message": "the answer is no JSON" } }).to_string()
        })
    }

    fn answer(&mut self, method: &str, params: Value) -> Answered {
        let params = if params.is_null() { json!({}) } else { params };
        match method {
            "workspace" => {
                let revision = self.workspace.change(read::<WorkspaceParams>(params)?).map_err(|error| bad(&error))?;
                write(Revision { revision })
            }
            "presets" => {
                let asked = read::<PresetsParams>(params)?;
                if asked.files.is_none() && asked.workspace.is_none() {
                    return write(presets::presets(None, asked.options.locale));
                }
                self.with(asked, |analysis, options| write(presets::presets(Some(analysis), options.locale)))
            }
            "check" => {
                self.with(read::<Input>(params)?, |analysis, options| write(check::check(analysis, options.locale)))
            }
            "compare" => {
                let CompareParams { files, workspace, options, resource, request } = read(params)?;
                self.with(Input { files, workspace, options }, |analysis, options| {
                    let compared = compare::compare(analysis, &resource, &request, options.locale);
                    write(compared.map_err(|error| bad(&error))?)
                })
            }
            "convert" => {
                let ConvertParams { files, workspace, options, resources } = read(params)?;
                self.with(Input { files, workspace, options }, |analysis, options| {
                    write(convert::convert(analysis, resources.as_deref(), options.locale))
                })
            }
            "deadRules" => self.with(read::<Input>(params)?, |analysis, options| {
                write(dead_rules::dead_rules(analysis, options.locale))
            }),
            "admit" => self.with(read::<Input>(params)?, |analysis, _| write(admit::admit(analysis))),
            "loadBalancers" => {
                self.with(read::<Input>(params)?, |analysis, _| write(load_balancers::load_balancers(analysis)))
            }
            "workloads" => self.with(read::<Input>(params)?, |analysis, options| {
                write(workloads::workloads(analysis, options.locale))
            }),
            "resources" => self.with(read::<Input>(params)?, |analysis, _| write(resources::resources(analysis))),
            "redact" => self.with(read::<Input>(params)?, |analysis, _| write(redact::redact(analysis))),
            "status" => self.with(read::<StatusParams>(params)?, |analysis, options| {
                write(status::statuses(analysis, options.locale))
            }),
            "suggest" => {
                self.with(read::<Input>(params)?, |analysis, options| write(suggest::suggest(analysis, options.locale)))
            }
            "trace" => {
                let TraceParams { files, workspace, options, requests } = read(params)?;
                self.with(Input { files, workspace, options }, |analysis, options| {
                    let traces = requests.iter().map(|it| trace::trace(analysis, it, options.locale));
                    let traces = Traces { traces: traces.collect::<Result<_, _>>().map_err(|error| bad(&error))? };
                    traces.written().map_err(|error| bad(&error))
                })
            }
            "graph" => {
                let GraphParams { files, workspace, options, trace, size, view, texts } = read(params)?;
                self.with(Input { files, workspace, options }, |analysis, options| {
                    let drawing = graph::Drawing { size, texts, locale: options.locale, view: &view };
                    write(graph::graph(analysis, trace.as_ref(), &drawing).map_err(|error| bad(&error))?)
                })
            }
            "object" => {
                let ObjectParams { files, workspace, options, resource } = read(params)?;
                self.with(Input { files, workspace, options }, |analysis, options| {
                    let card = object::object(analysis, &resource, options.locale);
                    write(card.ok_or_else(|| bad(&"there is no such object"))?)
                })
            }
            "complete" => self.at(params, |place, locale| write(editor::complete(place, locale))),
            "hover" => self.at(params, |place, locale| write(editor::hover(place, locale))),
            "definition" => self.at(params, |place, _| write(editor::definition(place))),
            "references" => self.at(params, |place, _| write(editor::references(place))),
            _ => Err(failure("unknown-method", &format!("unknown method `{method}`"))),
        }
    }

    /// Runs a question about one place.
    fn at(&mut self, params: Value, ask: impl FnOnce(&editor::Place<'_>, Locale) -> Answered) -> Answered {
        let PlaceParams { files, workspace, options, file, offset } = read(params)?;
        self.with(Input { files, workspace, options }, |analysis, options| {
            let place = editor::Place::find(analysis, &file, offset);
            ask(&place.ok_or_else(|| bad(&format!("`{file}` has no place {offset}")))?, options.locale)
        })
    }

    /// Runs a question on the files that came with it, or on the kept workspace.
    fn with(&mut self, input: Input, ask: impl FnOnce(&Analysis, &Options) -> Answered) -> Answered {
        let options = input.options;
        match (input.files, input.workspace) {
            (Some(files), None) => ask(&Analysis::new(&Workspace::of(files), &options), &options),
            (None, Some(revision)) if revision == self.workspace.revision => ask(self.analysis(&options), &options),
            (None, Some(revision)) => {
                let newest = self.workspace.revision;
                Err(failure("stale", &format!("revision {revision} is not the newest, {newest}")))
            }
            _ => Err(bad(&"exactly one of `files` and `workspace` is needed")),
        }
    }

    /// The analysis of the kept workspace; the language of texts does not change it.
    fn analysis(&mut self, options: &Options) -> &Analysis {
        let key = Options { locale: podpath_protocol::Locale::default(), ..options.clone() };
        let revision = self.workspace.revision;
        // What was derived for the last revision serves the next one, as long as the options are the same.
        let analysis = match self.kept.take().filter(|(_, settings, _)| *settings == key) {
            Some((known, _, analysis)) if known == revision => analysis,
            Some((_, _, analysis)) => analysis.next(&self.workspace),
            None => Analysis::new(&self.workspace, &key),
        };
        let (_, _, analysis) = self.kept.insert((revision, key, analysis));
        analysis
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, Failure> {
    serde_json::from_value(params).map_err(|error| bad(&error))
}

fn write<T: Serialize>(result: T) -> Answered {
    to_raw_value(&result).map_err(|error| bad(&error))
}
