//! What the parts of a pass made, one part for an object or a few: a key then costs the part that it changes.
//!
//! Invariant: a part is made of the objects that are told with it and of what it looks up in the cluster while it is made;
//! whatever else it takes from outside is told as `beside`.

use std::sync::Arc;

use podpath_objects::Resource;
use podpath_order::OrdMap;

use crate::{Change, Cluster, Reads, ResourceId};

/// The values of the parts of a pass, each kept as long as its objects and everything that it read stay as they are.
#[derive(Clone, Debug)]
pub struct Memo<K, T> {
    parts: OrdMap<K, Part<T>>,
}

#[derive(Clone, Debug)]
struct Part<T> {
    made_of: Vec<(ResourceId, Arc<Resource>)>,
    reads: Reads,
    value: T,
    /// Somebody asked since the last change.
    is_asked: bool,
}

impl<K, T> Default for Memo<K, T> {
    fn default() -> Self {
        Self { parts: OrdMap::new() }
    }
}

impl<K: Ord, T> Memo<K, T> {
    /// Forgets what read something that changed, and what nobody asked for in the pass before.
    #[must_use]
    pub fn after(mut self, change: &Change) -> Self {
        self.parts.retain(|_, part| std::mem::take(&mut part.is_asked) && !part.reads.meets(change.kinds));
        self
    }

    /// The value of a part, made anew when one of its objects is another one; what it read counts as read by the pass.
    pub fn part(
        &mut self,
        cluster: &Cluster,
        key: K,
        made_of: &[ResourceId],
        beside: Reads,
        make: impl FnOnce() -> T,
    ) -> &T {
        let make = || {
            let (value, reads) = cluster.apart(make);
            let reads = reads.and(beside);
            let objects = made_of.iter().filter_map(|id| Some((*id, Arc::clone(&cluster.slot(*id)?.resource))));
            Part { made_of: objects.collect(), reads, value, is_asked: true }
        };
        let part = self.parts.entry(key).or_renew(|known| known.is_made_of(cluster, made_of), make);
        part.is_asked = true;
        cluster.note(part.reads);
        &part.value
    }
}

impl<T> Part<T> {
    fn is_made_of(&self, cluster: &Cluster, objects: &[ResourceId]) -> bool {
        let is_same = |(id, known): &(ResourceId, Arc<Resource>), now: &ResourceId| {
            id == now && cluster.slot(*now).is_some_and(|it| Arc::ptr_eq(&it.resource, known))
        };
        self.made_of.len() == objects.len() && self.made_of.iter().zip(objects).all(|(known, now)| is_same(known, now))
    }
}
