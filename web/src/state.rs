//! What a person has put in and where they are looking. Everything else on the page follows from it.
//!
//! Invariant: nothing of the browser is known here.

pub(crate) mod files;
pub(crate) mod tabs;
pub(crate) mod undo;

use std::rc::Rc;

use podpath_protocol::{Call, Fix, From, Locale, Range};
use yew::Reducible;

use crate::draft::Draft;
use files::{Files, Text, repaired, splice};
use tabs::Tabs;
use undo::{Deed, Undo};

/// The whole state of the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
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
    /// Id of the card that was picked.
    pub(crate) selected: Option<Text>,
    pub(crate) draft: Rc<Draft>,
    pub(crate) settings: Settings,
    pub(crate) pane: Pane,
    pub(crate) popover: Option<Popover>,
    /// The newest last.
    pub(crate) undo: Rc<Vec<Undo>>,
    /// The newest step is offered.
    pub(crate) offered: bool,
    /// The example is as it was opened.
    pub(crate) untouched: bool,
}

/// A place to go to; the number makes the same place a new wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) range: Range,
    pub(crate) number: u32,
}

/// What outlives a workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) locale: Locale,
    pub(crate) theme: Theme,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    #[default]
    System,
    Light,
    Dark,
    Contrast,
}

/// The view of the phone shell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pane {
    #[default]
    Path,
    Yaml,
    Problems,
    More,
}

/// What is folded out over the page; one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Popover {
    Workspace,
    Examples,
    Presets,
    Headers,
    Shortcuts,
}

/// A change of the editor, in bytes of the text before the whole list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) insert: String,
}

/// A workspace from somewhere else: storage, an example.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Opening {
    pub(crate) name: Text,
    pub(crate) files: Files,
    pub(crate) open: Option<Text>,
    pub(crate) request: Option<Call>,
    pub(crate) is_example: bool,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    Edit { file: Text, changes: Vec<Change> },
    Fix { fixes: Vec<Fix>, basis: Rc<Files> },
    Add { files: Files },
    NewFile,
    Rename { from: Text, to: Text },
    Delete(Text),
    Open(Opening),
    NameWorkspace(Text),
    Undo,
    DismissUndo,
    Look(Text),
    Keep(Text),
    Close(Text),
    Caret(usize),
    Leave,
    Goto(Range),
    Select { card: Option<Text>, range: Option<Range> },
    Url(String),
    Paste(String),
    Method(String),
    Headers(Vec<(String, String)>),
    From(Option<From>),
    Ask(Call),
    Locale(Locale),
    Theme(Theme),
    Pane(Pane),
    Toggle(Popover),
    Dismiss,
}

const N_UNDO: usize = 50;

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
        match action {
            Action::Edit { file, changes } => old.edited(&file, &changes),
            Action::Fix { fixes, basis } => old.fixed(&fixes, &basis),
            Action::Add { files } => old.added(files),
            Action::NewFile => old.with_new_file(),
            Action::Rename { from, to } => old.renamed(&from, &to),
            Action::Delete(path) => old.without(&path),
            Action::Open(opening) => old.opened(opening),
            Action::NameWorkspace(name) => Self { name, ..old },
            Action::Undo => old.taken_back(),
            Action::DismissUndo => Self { offered: false, ..old },
            Action::Look(path) => Self { tabs: self.tabs.looked_at(&path).into(), caret: 0, ..old },
            Action::Keep(path) => Self { tabs: self.tabs.kept(&path).into(), ..old },
            Action::Close(path) => Self { tabs: self.tabs.closed(&path).into(), caret: 0, ..old },
            Action::Caret(caret) => Self { caret, ..old },
            Action::Leave => Self { selected: None, ..old },
            Action::Goto(range) => old.sent_to(range),
            Action::Select { card, range } => Self { selected: card, ..range.map_or(old.clone(), |it| old.sent_to(it)) },
            Action::Url(url) => old.with_draft(|it| it.with_url(&url)),
            Action::Paste(text) => old.with_draft(|it| it.with_pasted(&text)),
            Action::Method(method) => old.with_draft(|it| it.with_method(&method)),
            Action::Headers(headers) => old.with_draft(|it| it.with_headers(headers)),
            Action::From(from) => old.with_draft(|it| it.with_from(from)),
            Action::Ask(call) => old.with_draft(|_| Draft::of(call)),
            Action::Locale(locale) => Self { settings: Settings { locale, ..self.settings }, ..old },
            Action::Theme(theme) => Self { settings: Settings { theme, ..self.settings }, ..old },
            Action::Pane(pane) => Self { pane, popover: None, ..old },
            Action::Toggle(it) => Self { popover: Some(it).filter(|_| self.popover != Some(it)), ..old },
            Action::Dismiss => Self { popover: None, ..old },
        }
    }

    fn with_draft(self, change: impl FnOnce(Draft) -> Draft) -> Self {
        Self { draft: change((*self.draft).clone()).into(), selected: None, ..self }
    }

    fn edited(self, file: &Text, changes: &[Change]) -> Self {
        let Some(text) = self.files.get(file).cloned() else { return self };
        let text = changes.iter().rev().fold(text, |text, it| splice(&text, it.from, it.to, &it.insert).unwrap_or(text));
        let mut files = (*self.files).clone();
        files.insert(file.clone(), text);
        let undo: Vec<Undo> = self.undo.iter().filter(|it| it.replaced.is_none() && !it.before.contains_key(file)).cloned().collect();
        let offered = self.offered && undo.len() == self.undo.len();
        let tabs = self.tabs.kept(file).into();
        Self { files: files.into(), undo: undo.into(), offered, tabs, untouched: false, ..self }
    }

    /// Only when the texts are still those that the fixes speak of.
    fn fixed(self, fixes: &[Fix], basis: &Rc<Files>) -> Self {
        let same = |path: &str| match (self.files.get(path), basis.get(path)) {
            (Some(now), Some(then)) => Rc::ptr_eq(now, then),
            (now, then) => now.is_none() && then.is_none(),
        };
        let fits = |fix: &&Fix| fix.edits.iter().all(|it| same(&it.range.file));
        let fixes: Vec<Fix> = fixes.iter().filter(fits).cloned().collect();
        let (files, n_fixes) = repaired(&self.files, &fixes);
        if n_fixes == 0 { self } else { self.rewritten(files, Deed::Fixed(n_fixes)) }
    }

    fn added(self, new: Files) -> Self {
        let first = new.keys().next().cloned();
        let n_files = new.len();
        let mut files = (*self.files).clone();
        files.extend(new);
        let state = self.rewritten(files, Deed::Added(n_files));
        match first {
            Some(path) => Self { tabs: state.tabs.looked_at(&path).into(), caret: 0, ..state },
            None => state,
        }
    }

    fn with_new_file(self) -> Self {
        let path = files::free_path(&self.files, "file.yaml");
        let mut files = (*self.files).clone();
        files.insert(path.clone(), "".into());
        let tabs = self.tabs.kept(&path).into();
        Self { files: files.into(), written: self.written + 1, tabs, caret: 0, pane: Pane::Yaml, untouched: false, ..self }
    }

    fn renamed(self, from: &Text, to: &Text) -> Self {
        let is_free = !to.is_empty() && !self.files.contains_key(to);
        let mut files = (*self.files).clone();
        match files.remove(from).filter(|_| is_free) {
            Some(text) => {
                files.insert(to.clone(), text);
                let state = self.rewritten(files, Deed::Renamed);
                Self { tabs: state.tabs.kept(to).into(), ..state }
            }
            None => self,
        }
    }

    fn without(self, path: &Text) -> Self {
        let mut files = (*self.files).clone();
        files.remove(path);
        self.rewritten(files, Deed::Deleted(1))
    }

    /// New files with a step back; the same state when nothing is different.
    fn rewritten(self, files: Files, deed: Deed) -> Self {
        let step = Undo::between(deed, &self.files, &files);
        if step.before.is_empty() {
            return self;
        }
        let undo = self.with_step(step);
        let tabs = self.tabs.among(&files).into();
        Self { files: files.into(), written: self.written + 1, undo, offered: true, tabs, untouched: false, ..self }
    }

    fn with_step(&self, step: Undo) -> Rc<Vec<Undo>> {
        let skip = (self.undo.len() + 1).saturating_sub(N_UNDO);
        self.undo.iter().skip(skip).cloned().chain([step]).collect::<Vec<_>>().into()
    }

    fn opened(self, opening: Opening) -> Self {
        let is_loss = !self.untouched && !self.files.is_empty();
        let mut step = Undo::between(Deed::Replaced, &self.files, &opening.files);
        step.replaced = Some((self.name.clone(), self.draft.clone()));
        let undo = if is_loss { self.with_step(step) } else { self.undo.clone() };
        let open = opening.open.or_else(|| opening.files.keys().next().cloned());
        let tabs = open.map_or_else(Tabs::default, |it| Tabs::default().kept(&it));
        Self {
            name: opening.name,
            files: opening.files.into(),
            written: self.written + 1,
            tabs: tabs.into(),
            draft: opening.request.map(Draft::of).unwrap_or_default().into(),
            undo,
            offered: is_loss,
            untouched: opening.is_example,
            settings: self.settings,
            ..Self::default()
        }
    }

    fn taken_back(self) -> Self {
        let Some((step, rest)) = self.undo.split_last() else { return self };
        let files = step.restored(&self.files);
        let tabs = self.tabs.among(&files).into();
        let (name, draft) = step.replaced.clone().unwrap_or((self.name.clone(), self.draft.clone()));
        Self { files: files.into(), written: self.written + 1, tabs, name, draft, undo: rest.to_vec().into(), offered: false, ..self }
    }

    fn sent_to(self, range: Range) -> Self {
        let path: Text = range.file.as_str().into();
        if !self.files.contains_key(&path) {
            return self;
        }
        let number = self.target.as_ref().map_or(1, |it| it.number + 1);
        let tabs = self.tabs.looked_at(&path).into();
        Self { tabs, target: Some(Target { range, number }.into()), popover: None, ..self }
    }
}

#[cfg(test)]
mod tests;
