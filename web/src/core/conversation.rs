//! The order of the talk: the workspace first, then check, trace and graph of it, then what can wait.
//!
//! Invariant: at most one question is under way, and the newest one is next; answers to a question that is not the newest are dropped.

use std::rc::Rc;

use podpath_order::{Gather, OrdMap};
use podpath_protocol::{
    Answer, Check, CheckParams, Edit, Graph, GraphParams, Node, Presets, Revision, SuggestParams, Suggestions,
    TraceParams, Traces, View, WorkspaceParams,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Answers, Heard, Question};
use crate::shared::Shared;
use crate::state::files::{Files, changed};

/// What one message to the worker was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic {
    Workspace,
    Check,
    Trace,
    Graph,
    Suggest,
    Presets,
    /// A question beside the conversation, by its number.
    Aside(u64),
}

/// Answers to the question under way, as far as they came.
#[derive(Debug, Default)]
struct Parts {
    check: Option<Check>,
    /// Of no request there is no trace.
    trace: Option<Traces>,
    graph: Option<Graph>,
}

/// One worker's side of the talk.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    is_ready: bool,
    /// What the worker holds.
    held: Rc<Files>,
    revision: Option<u64>,
    wanted: Option<Rc<Question>>,
    current: Option<Rc<Question>>,
    waiting: OrdMap<u64, Topic>,
    parts: Parts,
    next_id: u64,
    last: Option<Answers>,
    /// What waits until the newest question is answered: number, method, params.
    asides: Vec<(u64, &'static str, Value)>,
}

impl Conversation {
    /// Something was asked that has no answer yet.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.is_ready || !self.waiting.is_empty()
    }

    /// Puts a question; gives the messages to post.
    pub(crate) fn want(&mut self, question: Rc<Question>) -> Vec<String> {
        self.wanted = Some(question);
        if self.is_ready && self.waiting.is_empty() { self.begin() } else { Vec::new() }
    }

    /// Puts a question beside the conversation, about the newest text; gives the messages to post.
    pub(crate) fn ask_aside(&mut self, number: u64, method: &'static str, params: Value) -> Vec<String> {
        self.asides.push((number, method, params));
        self.post_asides()
    }

    fn post_asides(&mut self) -> Vec<String> {
        let (true, None, Some(question)) = (self.waiting.is_empty(), &self.wanted, self.current.clone()) else {
            return Vec::new();
        };
        let Some(revision) = self.revision.filter(|_| self.is_ready) else { return Vec::new() };
        let asides = std::mem::take(&mut self.asides);
        let post = |(number, method, mut params): (u64, &'static str, Value)| {
            if let Some(fields) = params.as_object_mut() {
                let options = serde_json::to_value(question.settings.options()).unwrap_or_default();
                fields.extend([("workspace".to_owned(), revision.into()), ("options".to_owned(), options)]);
            }
            self.message(Topic::Aside(number), method, &params)
        };
        asides.into_iter().map(post).collect()
    }

    /// A new worker, which knows nothing: the newest question is put to it again.
    pub(crate) fn restarted(self) -> Self {
        Self { wanted: self.wanted.or(self.current), next_id: self.next_id, last: self.last, ..Self::default() }
    }

    /// Takes a message of the worker; gives what it said and the messages to post.
    pub(crate) fn hear(&mut self, text: &str) -> (Option<Heard>, Vec<String>) {
        if text == "ready" {
            self.is_ready = true;
            return (None, self.begin());
        }
        let Ok(answer) = crate::json::read::<Answer>(text) else { return (None, Vec::new()) };
        let Some(topic) = answer.id.as_u64().and_then(|id| self.waiting.remove(&id)) else { return (None, Vec::new()) };
        let heard = match (topic, answer.error) {
            (Topic::Aside(number), error) => {
                Some(Heard::Aside { number, result: answer.result.filter(|_| error.is_none()) })
            }
            (_, error) => {
                let heard = self.take(topic, answer.result.unwrap_or_default());
                error.map(|it| Heard::Failed(it.message)).or(heard)
            }
        };
        let mut posts = if self.waiting.is_empty() { self.go_on(topic) } else { Vec::new() };
        posts.extend(self.post_asides());
        (heard, posts)
    }

    /// What follows when everything asked is answered.
    fn go_on(&mut self, topic: Topic) -> Vec<String> {
        match (&self.wanted, self.current.clone()) {
            (Some(_), _) => self.begin(),
            (None, Some(question)) if topic == Topic::Workspace => self.ask(&question),
            (None, Some(question)) if !matches!(topic, Topic::Suggest | Topic::Presets | Topic::Aside(_)) => {
                self.ask_later(&question)
            }
            _ => Vec::new(),
        }
    }

    fn begin(&mut self) -> Vec<String> {
        let Some(question) = self.wanted.take() else { return Vec::new() };
        self.current = Some(question.clone());
        self.parts = Parts::default();
        if self.revision.is_some() && Rc::ptr_eq(&self.held, &question.files) {
            return self.ask(&question);
        }
        let params = difference(&self.held, &question.files, self.revision.is_none());
        self.held = question.files.clone();
        vec![self.message(Topic::Workspace, "workspace", &params)]
    }

    fn ask(&mut self, question: &Question) -> Vec<String> {
        let (workspace, options) = (self.revision, question.settings.options());
        let mut posts = Vec::new();
        match &question.call {
            Some(call) => {
                let params = TraceParams {
                    workspace,
                    options: options.clone(),
                    requests: vec![call.clone()],
                    ..TraceParams::default()
                };
                posts.push(self.message(Topic::Trace, "trace", &params));
            }
            None => self.parts.trace = Some(Traces::default()),
        }
        let params = GraphParams {
            workspace,
            options: options.clone(),
            trace: question.call.clone(),
            size: question.size,
            view: self.view(question),
            texts: false,
            files: None,
        };
        posts.push(self.message(Topic::Graph, "graph", &params));
        posts.push(self.message(Topic::Check, "check", &CheckParams { workspace, options, files: None }));
        posts
    }

    /// What is drawn. While only the text changes, cards keep the rows of the picture before.
    fn view(&self, question: &Question) -> View {
        let is_same = |it: &&Answers| {
            let old = &it.question;
            let unfiled = |view: &View| View { file: None, ..view.clone() };
            old.call == question.call && old.size == question.size && unfiled(&old.view) == unfiled(&question.view)
        };
        let kept = self.last.as_ref().filter(is_same).filter(|it| shares(&it.question.files, &question.files));
        let rows = kept.map(|it| it.graph.nodes.iter().map(|it| (it.id.clone(), it.row)).gather());
        View { rows: rows.unwrap_or_default(), ..question.view.clone() }
    }

    fn ask_later(&mut self, question: &Question) -> Vec<String> {
        let params = SuggestParams { workspace: self.revision, options: question.settings.options(), files: None };
        let mut posts = vec![self.message(Topic::Suggest, "suggest", &params)];
        // Presets are put where this workspace refers to them.
        posts.push(self.message(Topic::Presets, "presets", &params));
        posts
    }

    fn message(&mut self, topic: Topic, method: &str, params: &impl Serialize) -> String {
        self.next_id += 1;
        self.waiting.insert(self.next_id, topic);
        let params = serde_json::to_value(params).unwrap_or_default();
        serde_json::json!({ "id": self.next_id, "method": method, "params": params }).to_string()
    }

    fn take(&mut self, topic: Topic, result: Value) -> Option<Heard> {
        match topic {
            Topic::Workspace => self.revision = read::<Revision>(result).map(|it| it.revision),
            Topic::Check => self.parts.check = Some(read(result).unwrap_or_default()),
            Topic::Trace => self.parts.trace = Some(read(result).unwrap_or_default()),
            Topic::Graph => self.parts.graph = Some(read(result).unwrap_or_default()),
            Topic::Suggest if self.wanted.is_none() => {
                let about = self.current.as_ref()?.files.clone();
                let Suggestions { suggestions } = read(result).unwrap_or_default();
                return Some(Heard::Suggestions { about, suggestions });
            }
            Topic::Presets => return read::<Presets>(result).map(|it| Heard::Presets(it.presets)),
            Topic::Suggest | Topic::Aside(_) => {}
        }
        self.complete().map(Heard::Answers)
    }

    /// All three parts, when the last of them is there and nothing newer is wanted.
    fn complete(&mut self) -> Option<Answers> {
        let (Parts { check: Some(_), trace: Some(_), graph: Some(_) }, None) = (&self.parts, &self.wanted) else {
            return None;
        };
        let parts = std::mem::take(&mut self.parts);
        let last = self.last.as_ref();
        let graph = parts.graph?;
        let answers = Answers {
            picture: Shared::or_same(drawn(&graph), last.map(|it| &it.picture)),
            question: self.current.clone()?,
            check: Shared::or_same(parts.check?, last.map(|it| &it.check)),
            trace: parts
                .trace?
                .traces
                .into_iter()
                .next()
                .map(|it| Shared::or_same(it, last.and_then(|it| it.trace.as_ref()))),
            graph: Shared::or_same(graph, last.map(|it| &it.graph)),
        };
        self.last = Some(answers.clone());
        Some(answers)
    }
}

/// Most files of the one are files of the other: an edit, not another workspace.
fn shares(a: &Files, b: &Files) -> bool {
    let n_shared = a.keys().filter(|it| b.contains_key(*it)).count();
    2 * n_shared >= a.len().max(b.len())
}

/// What the picture is made of, and nothing else.
fn drawn(graph: &Graph) -> Graph {
    let nodes = graph.nodes.iter().cloned().map(|it| Node { range: None, ..it }).collect();
    Graph {
        nodes,
        edges: graph.edges.clone(),
        width: graph.width,
        height: graph.height,
        hidden: graph.hidden,
        ..Graph::default()
    }
}

fn read<T: DeserializeOwned>(value: Value) -> Option<T> {
    crate::json::of(value).ok()
}

/// What makes `old` into `new`: one edit where one file changed, else whole files.
fn difference(old: &Files, new: &Files, reset: bool) -> WorkspaceParams {
    let mut params = WorkspaceParams { reset, ..WorkspaceParams::default() };
    let paths = if reset { new.keys().cloned().gather() } else { changed(old, new) };
    let is_one = paths.len() == 1 && !reset;
    for path in paths {
        match (old.get(&path).filter(|_| is_one), new.get(&path)) {
            (Some(old), Some(new)) => params.edit.push(edit(&path, old, new)),
            (None, Some(new)) => drop(params.open.insert(path.to_string(), new.to_string())),
            (_, None) => params.close.push(path.to_string()),
        }
    }
    params
}

/// Long texts are compared a block at a time.
const BLOCK: usize = 4096;

/// How many bytes of whole blocks are the same.
fn n_same<'a>(old: impl Iterator<Item = &'a [u8]>, new: impl Iterator<Item = &'a [u8]>) -> usize {
    old.zip(new).take_while(|(a, b)| a == b).count() * BLOCK
}

/// The smallest edit between two texts, at letters' edges.
fn edit(path: &str, old: &str, new: &str) -> Edit {
    let same = n_same(old.as_bytes().chunks(BLOCK), new.as_bytes().chunks(BLOCK)).min(old.len()).min(new.len());
    let rest = old.bytes().skip(same).zip(new.bytes().skip(same));
    let same = same + rest.take_while(|(a, b)| a == b).count();
    let start = (0..=same).rev().find(|it| old.is_char_boundary(*it) && new.is_char_boundary(*it)).unwrap_or_default();
    let most = old.len().min(new.len()) - start;
    let same = n_same(old.as_bytes().rchunks(BLOCK), new.as_bytes().rchunks(BLOCK)).min(most);
    let rest = old.bytes().rev().skip(same).zip(new.bytes().rev().skip(same));
    let same = same + rest.take(most - same).take_while(|(a, b)| a == b).count();
    let fits = |it: &usize| old.is_char_boundary(old.len() - it) && new.is_char_boundary(new.len() - it);
    let tail = (0..=same).rev().find(fits).unwrap_or_default();
    let new_text = new.get(start..new.len() - tail).unwrap_or_default().into();
    Edit { file: path.into(), start, end: old.len() - tail, new_text }
}

#[cfg(test)]
mod tests;
