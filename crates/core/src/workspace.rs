//! The files of a workspace, cut into documents; an edited document alone is parsed again.

use std::sync::Arc;

use podpath_order::OrdMap;
use podpath_protocol::{Edit, WorkspaceParams};
use podpath_source::LineIndex;

use crate::document::Document;

/// Files by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workspace {
    pub(crate) revision: u64,
    pub(crate) files: OrdMap<Arc<str>, Arc<File>>,
    /// The folders that hold a `Chart.yaml`.
    charts: Vec<String>,
}

/// A file, its lines and its documents.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) text: String,
    pub(crate) lines: LineIndex,
    /// Each with the byte offset at which it begins.
    pub(crate) documents: Vec<(usize, Arc<Document>)>,
    pub(crate) is_manifest: bool,
}

impl File {
    /// Cuts and reads a file; documents that `before` holds with the same text are taken from there.
    fn new(text: String, is_manifest: bool, before: Option<&File>) -> Self {
        let pieces = podpath_yaml::split(&text);
        let known = before.filter(|it| it.is_manifest == is_manifest).map(|it| it.documents.as_slice());
        let known = known.unwrap_or_default();
        let n_pieces = pieces.len();
        let documents = pieces.into_iter().enumerate().map(|(idx, range)| {
            let start = range.start;
            let piece = text.get(range).unwrap_or_default();
            // An edit leaves the documents before it where they are, counted from the front, and those after it where
            // they are, counted from the back.
            let from_back = (known.len() + idx).checked_sub(n_pieces);
            let candidates = [Some(idx), from_back].into_iter().flatten().filter_map(|at| known.get(at));
            let same = candidates.map(|(_, document)| document).find(|it| it.text == piece);
            let edited = || {
                let before = known.get(idx).filter(|_| known.len() == n_pieces).map(|(_, document)| document.as_ref());
                Arc::new(Document::edited(piece, is_manifest, before))
            };
            (start, same.cloned().unwrap_or_else(edited))
        });
        let documents = documents.collect();
        let lines = LineIndex::new(&text);
        Self { text, lines, documents, is_manifest }
    }
}

impl Workspace {
    /// A workspace of these files.
    pub(crate) fn of(files: OrdMap<String, String>) -> Self {
        let mut workspace = Self::default();
        workspace.put(files, &[]);
        workspace
    }

    /// Applies a change and counts the revision up; one that does not fit changes nothing.
    pub(crate) fn change(&mut self, params: WorkspaceParams) -> Result<u64, String> {
        let WorkspaceParams { open, edit, close, reset } = params;
        let mut texts = open;
        for it in edit {
            let known = || self.files.get(it.file.as_str()).filter(|_| !reset).map(|it| it.text.clone());
            // An edit of a file that is not there makes it.
            let text = texts.entry(it.file.clone()).or_insert_with(|| known().unwrap_or_default());
            apply(&it, text)?;
        }
        if reset {
            (self.files, self.charts) = (OrdMap::new(), vec![]);
        }
        self.put(texts, &close);
        self.revision += 1;
        Ok(self.revision)
    }

    /// Files come or get other texts, and others go.
    fn put(&mut self, mut texts: OrdMap<String, String>, close: &[String]) {
        for path in close {
            texts.remove(path);
            self.files.remove(path.as_str());
        }
        if !close.is_empty() || !texts.keys().all(|it| self.files.contains_key(it.as_str())) {
            let paths = self.files.keys().map(AsRef::as_ref).chain(texts.keys().map(String::as_str));
            self.charts = paths.filter_map(chart_of).collect();
            self.read_again_where_charts_changed();
        }
        for (path, text) in texts {
            let before = self.files.get(path.as_str()).map(AsRef::as_ref);
            let file = File::new(text, is_manifest(&path, &self.charts), before);
            self.files.insert(path.into(), Arc::new(file));
        }
    }

    fn read_again_where_charts_changed(&mut self) {
        for (path, file) in &mut self.files {
            let now = is_manifest(path, &self.charts);
            if now != file.is_manifest {
                *file = Arc::new(File::new(file.text.clone(), now, None));
            }
        }
    }
}

fn apply(edit: &Edit, text: &mut String) -> Result<(), String> {
    let range = edit.start..edit.end;
    if range.start > range.end || text.get(range.clone()).is_none() {
        return Err(format!("edit {}..{} does not fit the text of `{}`", edit.start, edit.end, edit.file));
    }
    text.replace_range(range, &edit.new_text);
    Ok(())
}

fn chart_of(path: &str) -> Option<String> {
    let folder = path.strip_suffix("Chart.yaml")?;
    (folder.is_empty() || folder.ends_with('/')).then(|| folder.to_owned())
}

/// YAML and JSON files hold manifests, but those below a chart's `templates/` are text to render, its values and
/// `Chart.yaml` are no objects, and kustomizations are none either.
fn is_manifest(path: &str, charts: &[String]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_yaml = [".yaml", ".yml", ".json"].iter().any(|it| name.to_ascii_lowercase().ends_with(it));
    let is_other = matches!(name, "Chart.yaml" | "kustomization.yaml" | "kustomization.yml" | "Kustomization");
    let of_chart = charts.iter().filter_map(|chart| path.strip_prefix(chart.as_str())).any(|rest| {
        let is_values = !rest.contains('/') && rest.starts_with("values");
        rest.starts_with("templates/") || rest.starts_with("charts/") || is_values
    });
    is_yaml && !is_other && !of_chart
}
