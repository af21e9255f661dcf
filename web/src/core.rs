//! The talk with the core: what is asked, what comes back. Nothing of the browser is known here.

pub(crate) mod asker;
pub(crate) mod conversation;

use std::rc::Rc;

use podpath_protocol::{Call, Check, Graph, Preset, Size, Suggestion, Trace, View};
use serde_json::Value;

use crate::shared::Shared;
use crate::state::Settings;
use crate::state::files::Files;

/// What the page wants to know.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Question {
    pub(crate) files: Rc<Files>,
    pub(crate) call: Option<Call>,
    /// Language and cluster.
    pub(crate) settings: Rc<Settings>,
    pub(crate) size: Size,
    /// What of the diagram is drawn; rows are added by the conversation.
    pub(crate) view: View,
}

/// What the core said about one question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answers {
    pub(crate) question: Rc<Question>,
    pub(crate) check: Shared<Check>,
    pub(crate) trace: Option<Shared<Trace>>,
    pub(crate) graph: Shared<Graph>,
    /// The graph without its places in the texts: most keys leave it as it is.
    pub(crate) picture: Shared<Graph>,
}

/// One thing that came out of the core.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heard {
    Answers(Answers),
    Suggestions {
        about: Rc<Files>,
        suggestions: Vec<Suggestion>,
    },
    Presets(Vec<Preset>),
    /// The answer to an aside, by its number; `None` when the core refused it.
    Aside {
        number: u64,
        result: Option<Value>,
    },
    /// A request that the core could not answer.
    Failed(String),
}
