//! What a person has put in and where they are looking. Everything else on the page follows from it.
//!
//! Invariant: nothing of the browser is known here.

mod changes;
pub(crate) mod files;
pub(crate) mod hunk;
pub(crate) mod intake;
pub(crate) mod library;
pub(crate) mod settings;
pub(crate) mod sight;
pub(crate) mod tabs;
pub(crate) mod undo;

use std::rc::Rc;

use podpath_protocol::{Call, Fix, From, Range};
use yew::Reducible;

use crate::draft::Draft;
use files::{Files, Text};
use intake::Refusal;
use library::{Listed, Version, Wish};
pub(crate) use settings::{Settings, Theme};
use tabs::Tabs;
use undo::Undo;

/// The whole state of the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    /// Under which storage keeps the workspace.
    pub(crate) id: Text,
    /// What storage held when the workspace was opened; `None`: nothing that is known.
    pub(crate) stored: Option<Rc<Files>>,
    /// The workspace that another tab has, while the page says that this one is a copy of it.
    pub(crate) copy_of: Option<Text>,
    /// The workspaces that storage keeps, the newest first.
    pub(crate) workspaces: Rc<[Listed]>,
    /// What this one held before its last changes, while they are looked at.
    pub(crate) versions: Rc<[Version]>,
    /// Name of the workspace; empty: untitled.
    pub(crate) name: Text,
    pub(crate) files: Rc<Files>,
    /// Counts texts that did not come out of the editor, so that it knows when to look.
    pub(crate) written: u32,
    pub(crate) tabs: Rc<Tabs>,
    /// Byte of the open file.
    pub(crate) caret: usize,
    /// Where the editor was sent last.
    pub(crate) target: Option<Rc<Target>>,
    /// What the editor was last given to choose from.
    pub(crate) choice: Option<Rc<Choice>>,
    /// Id of the card that was picked.
    pub(crate) selected: Option<Text>,
    pub(crate) draft: Rc<Draft>,
    /// What of the diagram is drawn.
    pub(crate) sight: Rc<sight::Sight>,
    pub(crate) settings: Rc<Settings>,
    pub(crate) pane: Pane,
    pub(crate) popover: Option<Popover>,
    /// What was not opened the last time.
    pub(crate) refused: Rc<[Refusal]>,
    /// The newest last.
    pub(crate) undo: Rc<[Undo]>,
    /// The newest step is offered.
    pub(crate) offered: bool,
    /// The example is as it was opened.
    pub(crate) untouched: bool,
    /// Files can be looked at and not changed.
    pub(crate) read_only: bool,
    /// What went wrong on the way in, until it is dismissed.
    pub(crate) refusal: Option<Text>,
}

/// A place to go to; the number makes the same place a new wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) range: Range,
    pub(crate) number: u32,
}

/// Fixes at the caret, of which one is wanted; the number makes the same fixes a new wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) fixes: Vec<Fix>,
    /// The texts that they speak of.
    pub(crate) basis: Rc<Files>,
    /// Byte of the open file.
    pub(crate) at: usize,
    pub(crate) number: u32,
}

/// The view of the phone shell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pane {
    #[default]
    Path,
    Yaml,
    Problems,
    /// Only in a frame: the hops.
    Why,
    More,
}

/// What is folded out over the page; one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Popover {
    Workspace,
    Examples,
    Presets,
    History,
    Headers,
    Shortcuts,
    Settings,
    Palette,
    /// The palette, for the text of all files.
    Find,
    Share,
}

/// A change of the editor, in bytes of the text before the whole list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) insert: String,
}

/// Where a workspace comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Whence {
    /// An example, a link, nothing.
    #[default]
    Elsewhere,
    /// Storage holds it as it is.
    Storage,
    /// The page around put it here: the view is the reader's, and the change is not theirs to take back.
    Around,
}

/// A workspace from somewhere else: storage, an example.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Opening {
    /// Empty: a new one.
    pub(crate) id: Text,
    pub(crate) whence: Whence,
    pub(crate) name: Text,
    pub(crate) files: Files,
    pub(crate) open: Option<Text>,
    pub(crate) request: Option<Call>,
    pub(crate) is_example: bool,
    pub(crate) read_only: bool,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    Edit {
        file: Text,
        changes: Vec<Change>,
    },
    Fix {
        fixes: Vec<Fix>,
        basis: Rc<Files>,
    },
    /// The editor shows the fixes, and one is chosen.
    Offer {
        fixes: Vec<Fix>,
        basis: Rc<Files>,
    },
    Add {
        files: Files,
    },
    /// Files from outside: beside the others, or instead of an example that nobody touched.
    Take(intake::Intake),
    DismissRefused,
    NewFile,
    Rename {
        from: Text,
        to: Text,
    },
    Delete(Text),
    Open(Opening),
    NameWorkspace(Text),
    /// Performed by `use_saving`, which has the storage.
    Library(Wish),
    Listed(Rc<[Listed]>),
    Versions(Rc<[Version]>),
    /// The files of a version.
    Restore(Files),
    /// Another tab has the workspace: this one goes on as a copy.
    Fork {
        from: Text,
        to: Text,
    },
    DismissCopy,
    /// A kept workspace was deleted.
    Removed {
        id: Text,
        name: Text,
    },
    Undo,
    DismissUndo,
    Look(Text),
    Keep(Text),
    Close(Text),
    Caret(usize),
    Leave,
    Goto(Range),
    Select {
        card: Option<Text>,
        range: Option<Range>,
    },
    Sight(sight::Look),
    Url(String),
    Paste(String),
    Method(String),
    Headers(Vec<(String, String)>),
    /// What else the request carries.
    Carry(Call),
    From(Option<From>),
    Ask(Call),
    Settle(Settings),
    ReadOnly(bool),
    /// Something could not be opened; the reason, for people.
    Refuse(Text),
    DismissRefusal,
    Pane(Pane),
    Toggle(Popover),
    Dismiss,
}

impl Action {
    /// It changes files that are open.
    fn is_edit(&self) -> bool {
        use Action::{Add, Delete, Edit, Fix, NewFile, Rename};
        matches!(self, Edit { .. } | Fix { .. } | Add { .. } | NewFile | Rename { .. } | Delete(_))
    }
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let next = self.after(action);
        if next == *self { self } else { next.into() }
    }
}

impl State {
    /// The open file.
    pub(crate) fn open(&self) -> Option<&Text> {
        self.tabs.open.as_ref()
    }

    fn after(&self, action: Action) -> Self {
        let old = self.clone();
        if self.read_only && action.is_edit() {
            // The editor looks again, and finds the old text.
            return Self { written: self.written + 1, ..old };
        }
        match action {
            Action::Edit { file, changes } => old.edited(&file, &changes),
            Action::Fix { fixes, basis } => old.fixed(&fixes, &basis),
            Action::Offer { .. } if self.read_only => old,
            Action::Offer { fixes, basis } => {
                let number = self.choice.as_ref().map_or(1, |it| it.number + 1);
                let choice = Choice { fixes, basis, at: self.caret, number };
                Self { choice: Some(choice.into()), pane: Pane::Yaml, popover: None, ..old }
            }
            Action::Add { files } => old.added(files),
            Action::Take(intake) => old.with_taken(intake),
            Action::DismissRefused => Self { refused: Rc::default(), ..old },
            Action::NewFile => old.with_new_file(),
            Action::Rename { from, to } => old.renamed(&from, &to),
            Action::Delete(path) => old.without(&path),
            Action::Open(opening) => old.opened(opening),
            Action::NameWorkspace(name) => Self { name, ..old },
            Action::Library(Wish::History) => old.toggled(Popover::History),
            Action::Listed(workspaces) => Self { workspaces, ..old },
            Action::Versions(versions) => Self { versions, ..old },
            Action::Restore(files) => Self { popover: None, ..old.restored(files) },
            Action::Fork { from, to } if from == self.id => {
                Self { id: to, stored: None, copy_of: Some(from).filter(|_| !self.untouched), ..old }
            }
            Action::Library(_) | Action::Fork { .. } => old,
            Action::Removed { id, name } => old.having_removed(id, name),
            Action::DismissCopy => Self { copy_of: None, ..old },
            Action::Undo => old.taken_back(),
            Action::DismissUndo => Self { offered: false, ..old },
            Action::Look(path) => Self { tabs: self.tabs.looked_at(&path).into(), caret: 0, ..old },
            Action::Keep(path) => Self { tabs: self.tabs.kept(&path).into(), ..old },
            Action::Close(path) => Self { tabs: self.tabs.closed(&path).into(), caret: 0, ..old },
            Action::Caret(caret) => Self { caret, ..old },
            Action::Leave => Self { selected: None, ..old },
            Action::Goto(range) => old.sent_to(range),
            Action::Select { card, range } => {
                Self { selected: card, ..range.map_or(old.clone(), |it| old.sent_to(it)) }
            }
            Action::Sight(look) => Self { sight: self.sight.after(look).into(), ..old },
            Action::Url(url) => old.with_draft(|it| it.with_url(&url)),
            Action::Paste(text) => old.with_draft(|it| it.with_pasted(&text)),
            Action::Method(method) => old.with_draft(|it| it.with_method(&method)),
            Action::Headers(headers) => old.with_draft(|it| it.with_headers(headers)),
            Action::Carry(call) => old.with_draft(|it| it.carrying(call)),
            Action::From(from) => old.with_draft(|it| it.with_from(from)),
            Action::Ask(call) => old.with_draft(|_| Draft::of(call)),
            Action::ReadOnly(read_only) => Self { read_only, ..old },
            Action::Refuse(reason) => Self { refusal: Some(reason), ..old },
            Action::DismissRefusal => Self { refusal: None, ..old },
            Action::Settle(settings) => Self { settings: settings.into(), ..old },
            Action::Pane(pane) => Self { pane, popover: None, ..old },
            Action::Toggle(it) => old.toggled(it),
            Action::Dismiss => Self { popover: None, ..old },
        }
    }

    fn toggled(self, it: Popover) -> Self {
        Self { popover: Some(it).filter(|_| self.popover != Some(it)), ..self }
    }

    fn with_draft(self, change: impl FnOnce(Draft) -> Draft) -> Self {
        Self { draft: change((*self.draft).clone()).into(), selected: None, ..self }
    }

    fn sent_to(self, range: Range) -> Self {
        let path: Text = range.file.as_ref().into();
        if !self.files.contains_key(&path) {
            return self;
        }
        let number = self.target.as_ref().map_or(1, |it| it.number + 1);
        let tabs = self.tabs.looked_at(&path).into();
        Self { tabs, target: Some(Target { range, number }.into()), ..self }
    }
}

#[cfg(test)]
mod tests;
