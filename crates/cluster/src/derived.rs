//! What a pass over a cluster made, and which objects it looked at: it stays true until one of those changes.

use podpath_objects::{Kind, Object, Pod, Resource, Workload};

use crate::{Change, Cluster};

/// Types of objects, and the names of all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads(u64);

impl Reads {
    /// Everything.
    const ALL: Self = Self(u64::MAX);
    /// Which objects there are, whatever they hold.
    pub(crate) const NAMES: Self = Self(1 << 63);

    pub(crate) fn of<T: Kind>() -> Self {
        Self(1 << T::TAG)
    }

    /// What has Pods.
    pub(crate) fn pods() -> Self {
        Self::of::<Pod>().and(Self::of::<Workload>())
    }

    pub(crate) fn object(resource: &Resource) -> Self {
        const { assert!(Object::N_TAGS < 63, "a bit for each type, and one for the names") }
        Self(1 << resource.object.tag())
    }

    /// What is in one of the two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Without a type of objects.
    #[must_use]
    pub fn without<T: Kind>(self) -> Self {
        Self(self.0 & !Self::of::<T>().0)
    }

    /// Something is in both.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The value of a pass, with what the pass read.
#[derive(Clone, Debug)]
pub struct Derived<T> {
    /// What it made.
    pub value: T,
    reads: Reads,
}

impl<T> Derived<T> {
    /// Runs a pass.
    pub fn new(cluster: &Cluster, pass: impl FnOnce(&Cluster) -> T) -> Self {
        let (value, reads) = cluster.apart(|| pass(cluster));
        cluster.note(reads);
        Self { value, reads }
    }

    /// The value, for a pass that looks at it: what it was made of counts as read.
    pub fn read(&self, cluster: &Cluster) -> &T {
        cluster.note(self.reads);
        &self.value
    }

    /// What the pass looked at.
    pub fn reads(&self) -> Reads {
        self.reads
    }

    /// The pass read nothing that changed.
    pub fn is_true_after(&self, change: &Change) -> bool {
        !self.reads.meets(change.kinds)
    }

    /// The same for the cluster after a change: the pass is run again, on the value before, only when it read what changed.
    #[must_use]
    pub fn next(self, cluster: &Cluster, change: &Change, pass: impl FnOnce(&Cluster, T) -> T) -> Self {
        if self.is_true_after(change) { self } else { Self::new(cluster, |it| pass(it, self.value)) }
    }
}

impl Cluster {
    /// What the running pass looked at so far.
    pub fn reads(&self) -> Reads {
        self.reads.get()
    }

    /// Runs a part of a pass; what it looks at is told, and not noted for the pass.
    pub fn apart<T>(&self, part: impl FnOnce() -> T) -> (T, Reads) {
        let outer = self.reads.take();
        let value = part();
        (value, self.reads.replace(outer))
    }

    /// Notes that the running pass looked at something.
    pub fn note(&self, reads: Reads) {
        self.reads.set(self.reads.get().and(reads));
    }

    /// Notes that the running pass looked at all objects.
    pub(crate) fn note_all(&self) {
        self.note(Reads::ALL);
    }
}
