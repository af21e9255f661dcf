//! What one document alone decides: its tree, its objects, its own findings. Memoised by its text.

use std::sync::{Arc, OnceLock};

use podpath_objects::Resource;
use podpath_source::{Diagnostic, DocumentId, Edit, Location};

use crate::object::{Mention, of_document};

/// A document and everything that depends on its text alone. Places are relative to the document.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) text: String,
    pub(crate) resources: Vec<Arc<Resource>>,
    /// Findings; their locations carry a document number that has no meaning yet.
    findings: Vec<Diagnostic>,
    /// Who its objects name, in their order; found at the first question about an object.
    mentions: OnceLock<Vec<Vec<Mention>>>,
}

impl Document {
    /// The same document after an edit; objects that the edit left as they are stay the ones that others derived from.
    pub(crate) fn edited(text: &str, is_manifest: bool, before: Option<&Self>) -> Self {
        let mut document = Self::new(text, is_manifest);
        let known = before.map(|it| it.resources.as_slice()).unwrap_or_default();
        for (resource, old) in document.resources.iter_mut().zip(known) {
            if *resource == *old {
                *resource = Arc::clone(old);
            }
        }
        document
    }

    /// Reads a document. `is_manifest` is false for charts' values and the like, which hold no objects.
    pub(crate) fn new(text: &str, is_manifest: bool) -> Self {
        if !is_manifest {
            return Self { text: text.to_owned(), resources: vec![], findings: vec![], mentions: OnceLock::new() };
        }
        let yaml = podpath_yaml::parse(text);
        let resources = yaml.root.as_ref().map(podpath_objects::read).unwrap_or_default();
        Self {
            text: text.to_owned(),
            resources: resources.into_iter().map(Arc::new).collect(),
            findings: podpath_lints::check_document(DocumentId::default(), text, &yaml),
            mentions: OnceLock::new(),
        }
    }

    /// The places of each object that lead to others.
    pub(crate) fn mentions(&self) -> &[Vec<Mention>] {
        self.mentions.get_or_init(|| of_document(&self.text))
    }

    /// The findings, at the place where the document stands now.
    pub(crate) fn findings(&self, id: DocumentId) -> impl Iterator<Item = Diagnostic> {
        self.findings.iter().map(move |finding| moved(finding.clone(), id))
    }
}

fn moved(mut finding: Diagnostic, id: DocumentId) -> Diagnostic {
    let here = |location: &mut Location| location.document = id;
    here(&mut finding.location);
    finding.related.iter_mut().for_each(|label| here(&mut label.location));
    for edit in finding.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
        match edit {
            Edit::Replace { location, .. } | Edit::Remove { item: location } => here(location),
            Edit::Move { item, before } => {
                here(item);
                here(before);
            }
            Edit::Append { .. } => {}
        }
    }
    finding
}
