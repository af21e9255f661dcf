//! The index takes the difference: what an edit leaves alone keeps its number and its place.

use std::sync::Arc;

use podpath_objects::Resource;
use podpath_source::DocumentId;

use crate::pod::{index_labels, label_key, labels_of};
use crate::{Cluster, Entry, Reads, ResourceId};

/// What an edit changed.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The types of what came, went or changed, and whether names did.
    pub kinds: Reads,
    /// The numbers at which something else stands now, in order, with what stood there before.
    pub objects: Vec<(ResourceId, Option<Arc<Resource>>)>,
}

/// What stands at a number now; nothing when the object went.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// The number.
    pub id: ResourceId,
    /// The document that holds it.
    pub document: DocumentId,
    /// The object.
    pub resource: Option<Arc<Resource>>,
}

impl Cluster {
    /// Puts objects in the place of others, in the order of their numbers, and says what changed. O(n) at most, O(log n) for
    /// what keeps name and labels.
    pub fn change(&mut self, replacements: impl IntoIterator<Item = Replacement>) -> Change {
        let mut change = Change::default();
        for replacement in replacements {
            let before = self.slot(replacement.id).map(|it| Arc::clone(&it.resource));
            change.objects.push((replacement.id, before));
            change.kinds = change.kinds.and(self.replace(replacement));
        }
        if change.kinds.meets(Reads::NAMES) {
            self.settle_names();
            if change.kinds.meets(Reads::pods()) {
                self.by_label = index_labels(self);
            }
        }
        change
    }

    fn replace(&mut self, replacement: Replacement) -> Reads {
        let Replacement { id, document, resource } = replacement;
        let entry = resource.map(|resource| {
            let namespace = self.settings.namespace_of(&resource.meta);
            Entry { document, resource, namespace }
        });
        let kinds = [self.slot(id), entry.as_ref()].into_iter().flatten().map(|it| Reads::object(&it.resource));
        let changed = kinds.fold(Reads::default(), Reads::and);
        let before = self.slot(id).cloned();
        if is_same_name(before.as_ref(), entry.as_ref()) {
            self.relabel(id, entry);
            return changed;
        }
        self.unname(id);
        self.put(id, entry);
        self.name(id);
        changed.and(Reads::NAMES)
    }

    fn put(&mut self, id: ResourceId, entry: Option<Entry>) {
        if let Some(slot) = self.entries.get_mut(id.0 as usize) {
            *slot = entry;
        }
    }

    /// The place of a name in the index; of one that is not there, where it would stand.
    fn place(&self, id: ResourceId) -> usize {
        let key = (self.name_key(id), id);
        self.named.partition_point(|it| (self.name_key(*it), *it) < key)
    }

    fn unname(&mut self, id: ResourceId) {
        let place = self.place(id);
        if self.named.get(place) == Some(&id) {
            self.named.remove(place);
        }
    }

    fn name(&mut self, id: ResourceId) {
        if self.is_named(id) {
            let place = self.place(id);
            self.named.insert(place, id);
        }
    }

    /// An object that keeps its name: only its labels may have to move. One that does not count has none in the index.
    fn relabel(&mut self, id: ResourceId, entry: Option<Entry>) {
        let counts = self.is_named(id) && !self.replaced.iter().any(|(old, _)| *old == id);
        if counts {
            self.by_label.retain(|(it, _)| *it != id);
        }
        self.put(id, entry);
        if !counts {
            return;
        }
        for label in labels_of(self, id) {
            let key = (label_key(self, label), label);
            let place = self.by_label.partition_point(|it| (label_key(self, *it), *it) < key);
            self.by_label.insert(place, label);
        }
    }
}

/// Both are the same object of a cluster, at the same place or at none.
fn is_same_name(before: Option<&Entry>, after: Option<&Entry>) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return before.is_none() && after.is_none() };
    let (old, new) = (&before.resource.meta, &after.resource.meta);
    before.resource.object.tag() == after.resource.object.tag()
        && before.namespace == after.namespace
        && (old.name(), &old.kind.value, old.group()) == (new.name(), &new.kind.value, new.group())
}
