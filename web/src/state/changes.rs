//! What actions do to the texts of a workspace, each with its step back.

use std::rc::Rc;

use podpath_protocol::Fix;

use super::files::{self, Files, Text, repaired, splice};
use super::intake::Intake;
use super::tabs::Tabs;
use super::undo::{Deed, Replaced, Undo};
use super::{Change, Opening, Pane, State, Whence};
use crate::draft::Draft;

const N_UNDO: usize = 50;

impl State {
    pub(super) fn edited(self, file: &Text, changes: &[Change]) -> Self {
        let Some(text) = self.files.get(file).cloned() else { return self };
        let text =
            changes.iter().rev().fold(text, |text, it| splice(&text, it.from, it.to, &it.insert).unwrap_or(text));
        let mut files = (*self.files).clone();
        files.insert(file.clone(), text);
        let undo: Vec<Undo> =
            self.undo.iter().filter(|it| it.replaced.is_none() && !it.before.contains_key(file)).cloned().collect();
        let offered = self.offered && undo.len() == self.undo.len();
        let tabs = self.tabs.kept(file).into();
        Self { files: files.into(), undo: undo.into(), offered, tabs, untouched: false, ..self }
    }

    /// Only when the texts are still those that the fixes speak of.
    pub(super) fn fixed(self, fixes: &[Fix], basis: &Rc<Files>) -> Self {
        let same = |path: &str| match (self.files.get(path), basis.get(path)) {
            (Some(now), Some(then)) => Rc::ptr_eq(now, then),
            (now, then) => now.is_none() && then.is_none(),
        };
        let fits = |fix: &&Fix| fix.edits.iter().all(|it| same(&it.range.file));
        let fixes: Vec<Fix> = fixes.iter().filter(fits).cloned().collect();
        let (files, n_fixes) = repaired(&self.files, &fixes);
        if n_fixes == 0 { self } else { self.rewritten(files, Deed::Fixed(n_fixes)) }
    }

    pub(super) fn added(self, new: Files) -> Self {
        let first = new.keys().next().cloned();
        let was_empty = self.files.is_empty();
        let n_files = new.len();
        let mut files = (*self.files).clone();
        files.extend(new);
        let state = self.rewritten(files, Deed::Added(n_files));
        let state = Self { offered: state.offered && !was_empty, ..state };
        match first {
            Some(path) => Self { tabs: state.tabs.looked_at(&path).into(), caret: 0, ..state },
            None => state,
        }
    }

    pub(super) fn with_taken(self, intake: Intake) -> Self {
        // A folder around everything is the name of a new workspace, and stays in one that holds other files.
        let is_new = self.untouched || self.files.is_empty();
        let (intake, root) = if is_new { intake.without_common_root() } else { (intake, Text::default()) };
        let Intake { files, refused, .. } = intake;
        let state = if files.is_empty() {
            self
        } else if self.untouched {
            let id = self.id.clone();
            self.opened(Opening { id, name: root, files, ..Opening::default() })
        } else {
            let name = if self.name.is_empty() { root } else { self.name.clone() };
            Self { name, ..self.added(files) }
        };
        Self { refused: refused.into(), ..state }
    }

    pub(super) fn with_new_file(self) -> Self {
        let path = files::free_path(&self.files, "file.yaml");
        let mut files = (*self.files).clone();
        files.insert(path.clone(), "".into());
        let tabs = self.tabs.kept(&path).into();
        Self {
            files: files.into(),
            written: self.written + 1,
            tabs,
            caret: 0,
            pane: Pane::Yaml,
            untouched: false,
            ..self
        }
    }

    pub(super) fn renamed(self, from: &Text, to: &Text) -> Self {
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

    pub(super) fn without(self, path: &Text) -> Self {
        let mut files = (*self.files).clone();
        files.remove(path);
        self.rewritten(files, Deed::Deleted(1))
    }

    /// The texts are not touched; the step back is for the storage.
    pub(super) fn having_removed(self, id: Text, name: Text) -> Self {
        let step = Undo::between(Deed::Removed { id, name }, &self.files, &self.files);
        Self { undo: self.with_step(step), offered: true, ..self }
    }

    pub(super) fn restored(self, files: Files) -> Self {
        self.rewritten(files, Deed::Restored)
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

    fn with_step(&self, step: Undo) -> Rc<[Undo]> {
        let skip = (self.undo.len() + 1).saturating_sub(N_UNDO);
        self.undo.iter().skip(skip).cloned().chain([step]).collect()
    }

    pub(super) fn opened(self, opening: Opening) -> Self {
        let is_loss = !self.untouched && !self.files.is_empty();
        let mut step = Undo::between(Deed::Replaced, &self.files, &opening.files);
        step.replaced = Some(Replaced { id: self.id.clone(), name: self.name.clone(), draft: self.draft.clone() });
        let undo = if is_loss { self.with_step(step) } else { self.undo.clone() };
        let first = || opening.files.keys().next().map(|it| Tabs::default().looked_at(it)).unwrap_or_default();
        let tabs = opening.open.as_ref().map_or_else(first, |it| Tabs::default().kept(it));
        let files = Rc::new(opening.files);
        Self {
            id: opening.id,
            stored: (opening.whence == Whence::Storage).then(|| files.clone()),
            workspaces: self.workspaces,
            name: opening.name,
            files,
            written: self.written + 1,
            tabs: tabs.into(),
            draft: opening.request.map(Draft::of).unwrap_or_default().into(),
            undo,
            // What storage keeps is not lost by opening something else that it keeps.
            offered: is_loss && opening.whence == Whence::Elsewhere,
            pane: if opening.whence == Whence::Around { self.pane } else { super::Pane::default() },
            untouched: opening.is_example,
            read_only: opening.read_only,
            settings: self.settings.clone(),
            ..Self::default()
        }
    }

    pub(super) fn taken_back(self) -> Self {
        let Some((step, rest)) = self.undo.split_last() else { return self };
        let files = step.restored(&self.files);
        let tabs = self.tabs.among(&files).into();
        let here = Replaced { id: self.id.clone(), name: self.name.clone(), draft: self.draft.clone() };
        let Replaced { id, name, draft } = step.replaced.clone().unwrap_or(here);
        let stored = self.stored.clone().filter(|_| id == self.id);
        Self {
            id,
            stored,
            files: files.into(),
            written: self.written + 1,
            tabs,
            name,
            draft,
            undo: rest.into(),
            offered: false,
            ..self
        }
    }
}
