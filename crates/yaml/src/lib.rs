//! YAML text to a located tree, read as kubectl reads it.
//!
//! Invariants: `yaml` knows no Kubernetes; any text gives a tree and a list of problems, never a panic; what was
//! readable stays, however broken the rest is; aliases cannot make more nodes than [`MAX_NODES`].

mod block;
mod build;
mod event;
mod node;
mod scalar;
mod split;

use podpath_order::Order;
use podpath_source::Span;

pub use node::{Entry, Key, Map, Node, Value, Whole};
pub use split::split;

/// The most nodes that one document may have, aliases opened.
pub const MAX_NODES: usize = 1_000_000;

/// One document: the tree that could be read, and what could not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The root; none when the document holds nothing but white space and comments.
    pub root: Option<Node>,
    /// What is wrong with the text, in source order.
    pub problems: Vec<Problem>,
}

/// Something wrong with the text of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What.
    pub kind: ProblemKind,
    /// The smallest place.
    pub span: Span,
}

/// What can be wrong with the text of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The text is no YAML from here on; the parser's own words.
    Syntax(String),
    /// Something other than white space or a comment stands after `---`.
    Separator,
    /// The key stands twice in one map; the first place.
    DuplicateKey {
        /// The key as text.
        key: String,
        /// Where it stands first.
        first: Span,
    },
    /// A null or a collection as key.
    KeyNotText,
    /// An alias without anchor.
    UnknownAnchor(String),
    /// `<<` with something that is no map.
    MergeNotMap,
    /// An escape that kubectl refuses, such as `\/`.
    Escape(String),
    /// Aliases make more than [`MAX_NODES`] nodes.
    TooManyNodes,
}

impl ProblemKind {
    /// True when an API server would never see the document, because its text cannot be read.
    pub fn is_unreadable(&self) -> bool {
        !matches!(self, Self::DuplicateKey { .. })
    }
}

/// Reads the text of one document (see [`split()`]); spans are relative to `text`.
///
/// Where the text breaks, the line in question is left out and reading goes on, a few times: half-typed text is the
/// normal case.
pub fn parse(text: &str) -> Document {
    let mut document = build::build(text);
    let mut patched: Option<String> = None;
    for _ in 0..MAX_REPAIRS {
        let Some(broken) = document.broken else { break };
        let source = patched.as_deref().unwrap_or(text);
        let Some((text, repaired)) = repair(source, broken as usize) else { break };
        let problems = std::mem::take(&mut document.document.problems);
        document = repaired;
        // Later breaks are consequences of the first one.
        let fresh = |it: &Problem| !matches!(it.kind, ProblemKind::Syntax(_)) && !problems.contains(it);
        let fresh: Vec<_> = document.document.problems.drain(..).filter(fresh).collect();
        document.document.problems = problems.into_iter().chain(fresh).collect();
        patched = Some(text);
    }
    let mut document = document.document;
    split::check_separator(text, &mut document.problems);
    document.problems.order_by_key(|problem| problem.span);
    document
}

/// How many lines are left out before the rest of a document is given up.
const MAX_REPAIRS: usize = 4;

/// Leaves out the line at `broken`, or the one before it: whichever lets reading get further.
fn repair(text: &str, broken: usize) -> Option<(String, build::Built)> {
    let line = line_at(text, broken);
    let before = text.get(..line.start).and_then(|head| {
        let end = head.trim_end().len();
        (end > 0).then(|| line_at(text, end - 1))
    });
    let reach = |built: &build::Built| built.broken.map_or(usize::MAX, |at| at as usize);
    let mut best: Option<(String, build::Built)> = None;
    for candidate in [Some(line), before].into_iter().flatten() {
        let Some(found) = text.get(candidate.clone()) else { continue };
        if found.trim().is_empty() || found.starts_with("---") {
            continue;
        }
        let blank: String = " ".repeat(found.len());
        let mut patched = text.to_owned();
        patched.replace_range(candidate, &blank);
        let built = build::build(&patched);
        let further = best.as_ref().is_none_or(|(_, it)| reach(&built) > reach(it));
        if reach(&built) > broken && further {
            best = Some((patched, built));
        }
    }
    best
}

/// The bytes of the line that holds `at`, without its end.
fn line_at(text: &str, at: usize) -> std::ops::Range<usize> {
    let at = at.min(text.len());
    let bytes = text.as_bytes();
    let start = bytes.iter().take(at).rposition(|byte| *byte == b'\n').map_or(0, |idx| idx + 1);
    let end = bytes.iter().skip(at).position(|byte| *byte == b'\n').map_or(text.len(), |idx| at + idx);
    start..end.max(start)
}

#[cfg(test)]
mod tests;
