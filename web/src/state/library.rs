//! The workspaces that this browser keeps, as far as the page shows them.

use serde::Deserialize;

use super::files::Text;

/// A kept workspace.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Listed {
    pub(crate) id: String,
    /// Empty: untitled.
    pub(crate) name: String,
    /// Milliseconds since 1970.
    pub(crate) changed: f64,
}

/// What a workspace held before a change.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Version {
    pub(crate) key: u32,
    /// When the change began, in milliseconds since 1970.
    pub(crate) at: f64,
    /// `typed`, or the name of a deed.
    pub(crate) deed: String,
    /// The files that the change touched.
    pub(crate) paths: Vec<String>,
}

/// What a person wants of the kept workspaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Read the list anew.
    List,
    Open(Text),
    /// A copy of the open one, under a name of its own.
    Duplicate,
    Delete(Text),
    /// Take a deletion back.
    Revive(Text),
    /// Read the versions of the open one.
    History,
    /// Bring a version back, as a change like any other.
    Restore(u32),
}
