//! Objects to a cluster: look-up by kind, namespace, name and label; Services to endpoints; workloads to Pods.
//!
//! Invariants: iteration is in source order; what a pass looks at is noted, so that nothing is made again without need; of two objects with one name the later one counts, as with `kubectl apply`;
//! missing objects are normal and are told as `None`, never made up.

mod change;
mod derived;
mod each;
mod endpoint;
mod memo;
mod placement;
mod pod;
mod settings;

use std::cell::Cell;
use std::sync::Arc;

use podpath_objects::{Kind, Object, Resource};
use podpath_order::{OrdSet, Order};
use podpath_source::{DocumentId, Location, Span};

pub use change::{Change, Replacement};
pub use derived::{Derived, Reads};
pub use each::Each;
pub use endpoint::{Endpoint, NoEndpoints, endpoints, selected_endpoints, service_pods};
pub use memo::Memo;
pub use placement::{Misfit, Schedule, misfit, schedule};
pub use pod::{PodSource, PodState, is_of_one_pod, pod_name};
pub use settings::{IngressController, Settings, unix_seconds, version};

/// The number of an object in its cluster, in source order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId(pub u32);

/// An object and where it comes from.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The document that holds it.
    pub document: DocumentId,
    /// The object.
    pub resource: Arc<Resource>,
    /// Its namespace, the default filled in; empty for cluster-scoped kinds.
    pub namespace: String,
}

/// An object of a known kind.
#[derive(Debug)]
pub struct Found<'a, T> {
    /// Its number.
    pub id: ResourceId,
    /// The object with its metadata.
    pub entry: &'a Entry,
    /// The kind's own part.
    pub object: &'a T,
}

impl<T> Clone for Found<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Found<'_, T> {}

impl<'a, T> Found<'a, T> {
    /// The name, or "".
    pub fn name(&self) -> &'a str {
        self.entry.resource.meta.name()
    }

    /// The namespace; empty for cluster-scoped kinds.
    pub fn namespace(&self) -> &'a str {
        &self.entry.namespace
    }

    /// A place in the object.
    pub fn at(&self, span: Span) -> Location {
        self.entry.at(span)
    }
}

impl Entry {
    /// A place in the object.
    pub fn at(&self, span: Span) -> Location {
        Location { document: self.document, span }
    }

    /// The name, or "".
    pub fn name(&self) -> &str {
        self.resource.meta.name()
    }
}

/// Everything that a workspace holds, indexed.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// By number; the place of an object that went stays empty, so that the others keep their numbers.
    entries: Vec<Option<Entry>>,
    /// Everything with a name, by type, namespace and name.
    named: Vec<ResourceId>,
    /// What counts, of each type, by namespace and name.
    by_name: Vec<Vec<ResourceId>>,
    /// What counts, of each type, in source order.
    by_tag: Vec<Vec<ResourceId>>,
    /// Labels of what has Pods, by namespace, key and value: the object, and the number of the label.
    by_label: Vec<(ResourceId, u32)>,
    /// Objects that a later one with the same name replaces.
    replaced: Vec<(ResourceId, ResourceId)>,
    /// That are declared or have an object.
    namespaces: OrdSet<String>,
    /// What the running pass looked at.
    reads: Cell<Reads>,
    /// What the cluster is set to.
    pub settings: Settings,
}

impl Cluster {
    /// Indexes objects in O(n log n). `resources` are in source order.
    pub fn new(resources: impl IntoIterator<Item = (DocumentId, Arc<Resource>)>, settings: Settings) -> Self {
        let entries: Vec<_> = resources
            .into_iter()
            .map(|(document, resource)| {
                let namespace = settings.namespace_of(&resource.meta);
                Some(Entry { document, resource, namespace })
            })
            .collect();
        let mut cluster = Self { entries, settings, ..Self::default() };
        cluster.named = cluster.numbers().filter(|id| cluster.is_named(*id)).collect();
        let mut named = std::mem::take(&mut cluster.named);
        named.order_by(|a, b| cluster.name_key(*a).cmp(&cluster.name_key(*b)).then(a.cmp(b)));
        cluster.named = named;
        cluster.settle_names();
        cluster.by_label = pod::index_labels(&cluster);
        cluster
    }

    fn is_named(&self, id: ResourceId) -> bool {
        self.slot(id).is_some_and(|it| !it.resource.meta.name().is_empty())
    }

    /// Of everything that has a name, what counts.
    fn settle_names(&mut self) {
        let mut kept: Vec<ResourceId> = Vec::with_capacity(self.named.len());
        let mut replaced = Vec::new();
        for id in self.named.iter().copied() {
            match kept.last_mut() {
                Some(last) if self.name_key(*last) == self.name_key(id) => {
                    replaced.push((std::mem::replace(last, id), id));
                }
                _ => kept.push(id),
            }
        }
        let mut by_name = vec![Vec::new(); Object::N_TAGS];
        for id in kept {
            if let Some(list) = self.slot(id).and_then(|it| by_name.get_mut(it.resource.object.tag())) {
                list.push(id);
            }
        }
        let mut by_tag = by_name.clone();
        for ids in &mut by_tag {
            ids.order();
        }
        (self.by_name, self.by_tag, self.replaced) = (by_name, by_tag, replaced);
        let declared = self.by_tag.get(podpath_objects::Namespace::TAG).into_iter().flatten();
        let declared = declared.filter_map(|id| Some(self.slot(*id)?.resource.meta.name()));
        let used = self.entries.iter().flatten().map(|it| it.namespace.as_str());
        let mut namespaces = OrdSet::new();
        for name in used.chain(declared).filter(|it| !it.is_empty()) {
            if !namespaces.contains(name) {
                namespaces.insert(name.to_owned());
            }
        }
        self.namespaces = namespaces;
    }

    fn name_key(&self, id: ResourceId) -> (usize, &str, &str, &str, &str) {
        let Some(entry) = self.slot(id) else { return Default::default() };
        let meta = &entry.resource.meta;
        // Kinds that are not modelled are told apart by group and kind; of those that are, one type has one group.
        let group = if matches!(entry.resource.object, Object::Unknown(_)) { meta.group() } else { "" };
        (entry.resource.object.tag(), &entry.namespace, meta.name(), &meta.kind.value, group)
    }

    fn numbers(&self) -> impl Iterator<Item = ResourceId> + use<> {
        (0..u32::try_from(self.entries.len()).unwrap_or(u32::MAX)).map(ResourceId)
    }

    fn slot(&self, id: ResourceId) -> Option<&Entry> {
        self.entries.get(id.0 as usize)?.as_ref()
    }

    /// Every object in source order, also those that another one replaces and those without a name.
    pub fn entries(&self) -> impl Iterator<Item = (ResourceId, &Entry)> {
        self.note_all();
        self.numbers().filter_map(|id| Some((id, self.slot(id)?)))
    }

    /// An object by its number.
    pub fn entry(&self, id: ResourceId) -> Option<&Entry> {
        let entry = self.slot(id)?;
        self.note(Reads::object(&entry.resource));
        Some(entry)
    }

    /// The namespaces that are declared or have an object.
    pub fn namespaces(&self) -> &OrdSet<String> {
        self.note(Reads::NAMES);
        &self.namespaces
    }

    /// Objects that a later one replaces: the earlier one first.
    pub fn replaced(&self) -> &[(ResourceId, ResourceId)] {
        self.note(Reads::NAMES);
        &self.replaced
    }

    /// An object of a type by its number.
    pub fn get<T: Kind>(&self, id: ResourceId) -> Option<Found<'_, T>> {
        self.note(Reads::of::<T>());
        let entry = self.slot(id)?;
        Some(Found { id, entry, object: T::of(&entry.resource.object)? })
    }

    /// All objects of a type that count, in source order.
    pub fn all<T: Kind>(&self) -> impl Iterator<Item = Found<'_, T>> {
        self.ids::<T>().iter().filter_map(|id| self.get(*id))
    }

    /// True where there is an object of a type that counts.
    pub fn has<T: Kind>(&self) -> bool {
        // An object that comes or goes takes its name with it.
        self.note(Reads::NAMES);
        self.by_tag.get(T::TAG).is_some_and(|it| !it.is_empty())
    }

    /// Their numbers.
    fn ids<T: Kind>(&self) -> &[ResourceId] {
        self.note(Reads::of::<T>());
        self.by_tag.get(T::TAG).map(Vec::as_slice).unwrap_or_default()
    }

    /// The object with this name; of a cluster-scoped kind the namespace is "".
    pub fn find<T: Kind>(&self, namespace: &str, name: &str) -> Option<Found<'_, T>> {
        let id = self.starting_at::<T>(namespace, name).first()?;
        let found = self.get::<T>(*id)?;
        (found.namespace() == namespace && found.name() == name).then_some(found)
    }

    /// All objects of a type in a namespace, by name.
    pub fn in_namespace<T: Kind>(&self, namespace: &str) -> impl Iterator<Item = Found<'_, T>> {
        let rest = self.starting_at::<T>(namespace, "");
        let length = rest.partition_point(|id| self.slot(*id).is_some_and(|it| it.namespace == namespace));
        rest.iter().take(length).filter_map(|id| self.get(*id))
    }

    /// The objects of a type from this name on, by namespace and name.
    fn starting_at<T: Kind>(&self, namespace: &str, name: &str) -> &[ResourceId] {
        self.note(Reads::of::<T>());
        let all = self.by_name.get(T::TAG).map(Vec::as_slice).unwrap_or_default();
        let goes_before =
            |id: &ResourceId| self.slot(*id).is_some_and(|it| (it.namespace.as_str(), it.name()) < (namespace, name));
        all.get(all.partition_point(goes_before)..).unwrap_or_default()
    }

    /// The labels of a namespace, `kubernetes.io/metadata.name` included.
    pub fn namespace_labels(&self, name: &str) -> podpath_objects::Labels {
        let found = self.find::<podpath_objects::Namespace>("", name);
        let mut labels = found.map(|it| it.entry.resource.meta.labels.clone()).unwrap_or_default();
        labels.entries.retain(|(key, _)| key.value != "kubernetes.io/metadata.name");
        let own: podpath_objects::Labels = [("kubernetes.io/metadata.name", name)].into_iter().collect();
        labels.entries.extend(own.entries);
        labels
    }
}
