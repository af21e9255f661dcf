//! What a pass made of each object of a type by itself: a key then costs the object that it changes.
//!
//! Invariant: a value is made of its object and of what it looks up in the cluster while it is made; whatever else it takes
//! from outside is told as `beside`.

use podpath_objects::Kind;
use podpath_order::OrdMap;

use crate::{Change, Cluster, Found, Reads, ResourceId};

/// The values of all objects of some types, each kept as long as its object and everything that it read stay as they are.
#[derive(Clone, Debug)]
pub struct Each<T> {
    /// By the number of the type.
    types: OrdMap<usize, Parts<T>>,
}

/// The values of the objects of one type, in source order.
#[derive(Clone, Debug)]
struct Parts<T> {
    list: Vec<Part<T>>,
    /// What any of them read.
    reads: Reads,
    /// Somebody asked since the last change: else nobody tells of changes of what these read.
    is_asked: bool,
}

#[derive(Clone, Debug)]
struct Part<T> {
    id: ResourceId,
    /// None where it must be made anew.
    value: Option<T>,
    reads: Reads,
}

impl<T> Default for Each<T> {
    fn default() -> Self {
        Self { types: OrdMap::new() }
    }
}

impl<T> Default for Parts<T> {
    fn default() -> Self {
        Self { list: Vec::new(), reads: Reads::default(), is_asked: false }
    }
}

impl<T> Each<T> {
    /// Forgets the values of objects that changed, those that read something that changed, and the types that nobody asked for
    /// in the pass before.
    #[must_use]
    pub fn after(mut self, change: &Change) -> Self {
        self.types.retain(|_, parts| std::mem::take(&mut parts.is_asked));
        for parts in self.types.values_mut() {
            parts.forget(change);
        }
        self
    }

    /// The values of all objects of a type that count, in source order; what they read counts as read by the pass.
    pub fn of<'a, K: Kind>(
        &mut self,
        cluster: &'a Cluster,
        beside: Reads,
        make: &dyn Fn(Found<'a, K>) -> T,
    ) -> impl Iterator<Item = &T> {
        let make = |id: ResourceId| {
            let object = cluster.get::<K>(id)?;
            Some(cluster.apart(|| make(object)))
        };
        let parts = self.types.entry(K::TAG).or_default();
        parts.is_asked = true;
        parts.renew(cluster.ids::<K>(), beside, &make);
        cluster.note(parts.reads);
        parts.list.iter().filter_map(|it| it.value.as_ref())
    }
}

impl<T> Parts<T> {
    fn forget(&mut self, change: &Change) {
        if self.reads.meets(change.kinds) {
            for part in self.list.iter_mut().filter(|it| it.reads.meets(change.kinds)) {
                part.value = None;
            }
        }
        for (id, _) in &change.objects {
            let at = self.list.binary_search_by_key(id, |it| it.id).ok();
            if let Some(part) = at.and_then(|it| self.list.get_mut(it)) {
                part.value = None;
            }
        }
    }

    fn renew(&mut self, ids: &[ResourceId], beside: Reads, make: &dyn Fn(ResourceId) -> Option<(T, Reads)>) {
        if !self.list.iter().map(|it| it.id).eq(ids.iter().copied()) {
            self.align(ids);
        }
        self.reads = Reads::default();
        for part in &mut self.list {
            if part.value.is_none()
                && let Some((value, reads)) = make(part.id)
            {
                (part.value, part.reads) = (Some(value), reads.and(beside));
            }
            self.reads = self.reads.and(part.reads);
        }
    }

    /// A place for each of these numbers, which are in order.
    fn align(&mut self, ids: &[ResourceId]) {
        let mut known = std::mem::take(&mut self.list).into_iter().peekable();
        let part = |id: &ResourceId| {
            while known.next_if(|it| it.id < *id).is_some() {}
            let same = known.next_if(|it| it.id == *id);
            same.unwrap_or(Part { id: *id, value: None, reads: Reads::default() })
        };
        self.list = ids.iter().map(part).collect();
    }
}
