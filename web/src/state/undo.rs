//! What can be taken back: one step for each change that the editor's own history does not know.

use std::rc::Rc;

use podpath_order::{Gather, OrdMap};

use super::files::{Files, Text, changed};
use crate::draft::Draft;

/// A change in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// So many fixes were applied.
    Fixed(usize),
    /// So many files were taken away.
    Deleted(usize),
    /// A file got another path.
    Renamed,
    /// So many files came in.
    Added(usize),
    /// Another workspace took the place of this one.
    Replaced,
    /// A version came back.
    Restored,
    /// A kept workspace was deleted.
    Removed { id: Text, name: Text },
}

impl Deed {
    /// As the history of the workspace writes it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Fixed(_) => "fixed",
            Self::Deleted(_) => "deleted",
            Self::Renamed => "renamed",
            Self::Added(_) => "added",
            Self::Replaced => "replaced",
            Self::Restored => "restored",
            Self::Removed { .. } => "removed",
        }
    }
}

/// What a workspace was, beside its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replaced {
    pub(crate) id: Text,
    pub(crate) name: Text,
    pub(crate) draft: Rc<Draft>,
}

/// One step back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Undo {
    pub(crate) deed: Deed,
    /// What each touched path held before; `None`: it was not there.
    pub(crate) before: OrdMap<Text, Option<Text>>,
    /// The workspace that was replaced.
    pub(crate) replaced: Option<Replaced>,
}

impl Undo {
    /// The step from `new` back to `old`.
    pub(crate) fn between(deed: Deed, old: &Files, new: &Files) -> Self {
        let before = changed(old, new).into_iter().map(|path| (path.clone(), old.get(&path).cloned())).gather();
        Self { deed, before, replaced: None }
    }

    /// The files before the change.
    pub(crate) fn restored(&self, files: &Files) -> Files {
        let mut files = files.clone();
        for (path, text) in &self.before {
            match text {
                Some(text) => files.insert(path.clone(), text.clone()),
                None => files.remove(path),
            };
        }
        files
    }
}
