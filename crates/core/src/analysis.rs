//! Everything that is derived from a workspace at one revision: the cluster, and the tables when they are asked for.

use std::cell::OnceCell;
use std::sync::Arc;

use podpath_cluster::{Cluster, ResourceId, Settings};
use podpath_objects::Resource;
use podpath_protocol::{Options, Ref};
use podpath_routing::Tables;
use podpath_source::{Diagnostic, DocumentId};

use crate::document::Document;
use crate::workspace::{File, Workspace};

/// A workspace, analysed.
#[derive(Debug)]
pub(crate) struct Analysis {
    /// Where each document stands: path of the file, the file, offset.
    places: Vec<Placed>,
    pub(crate) cluster: Cluster,
    tables: OnceCell<Tables>,
    /// Findings between objects.
    between: OnceCell<Vec<Diagnostic>>,
    findings: OnceCell<Vec<Diagnostic>>,
}

/// A document and its place.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) path: Arc<str>,
    pub(crate) file: Arc<File>,
    pub(crate) offset: usize,
    pub(crate) document: Arc<Document>,
}

impl Analysis {
    /// Indexes the objects of all documents, in the order of paths and places.
    pub(crate) fn new(workspace: &Workspace, options: &Options) -> Self {
        let places = places(workspace);
        let cluster = Cluster::new(resources(&places), settings(options));
        Self::of(places, cluster)
    }

    fn of(places: Vec<Placed>, cluster: Cluster) -> Self {
        Self { places, cluster, tables: OnceCell::new(), between: OnceCell::new(), findings: OnceCell::new() }
    }

    /// The analysis of the next revision with the same options. What the change left alone is kept: everything when no
    /// object changed, the route tables when only objects changed that no table reads.
    pub(crate) fn next(self, workspace: &Workspace) -> Self {
        let places = places(workspace);
        let Self { places: old, cluster, tables, between, .. } = self;
        match Change::between(&old, &places) {
            Change::Nothing => Self { places, cluster, tables, between, findings: OnceCell::new() },
            change => {
                let next = Cluster::new(resources(&places), cluster.settings.clone());
                let keeps = change.leaves_tables(&cluster, &next);
                let analysis = Self::of(places, next);
                if keeps { Self { tables, ..analysis } } else { analysis }
            }
        }
    }

    /// The route tables, made at the first question.
    pub(crate) fn tables(&self) -> &Tables {
        self.tables.get_or_init(|| Tables::new(&self.cluster))
    }

    /// Every finding, in the order of documents, then between objects; made at the first question.
    pub(crate) fn findings(&self) -> &[Diagnostic] {
        self.findings.get_or_init(|| {
            let own = self.documents().flat_map(|(id, placed)| placed.document.findings(id));
            let check = || podpath_lints::check(&podpath_lints::Context { cluster: &self.cluster });
            let between = self.between.get_or_init(check);
            own.chain(between.iter().cloned()).collect()
        })
    }

    /// The documents with their numbers.
    pub(crate) fn documents(&self) -> impl Iterator<Item = (DocumentId, &Placed)> {
        (0..).map(DocumentId).zip(&self.places)
    }

    /// A document by its number.
    pub(crate) fn placed(&self, id: DocumentId) -> Option<&Placed> {
        self.places.get(id.0 as usize)
    }

    /// The name of an object, as the protocol writes it.
    pub(crate) fn reference(&self, id: ResourceId) -> Option<Ref> {
        let entry = self.cluster.entry(id)?;
        let meta = &entry.resource.meta;
        Some(Ref {
            api_version: meta.api_version.value.clone(),
            kind: meta.kind.value.clone(),
            namespace: Some(entry.namespace.clone()).filter(|it| !it.is_empty()),
            name: meta.name().to_owned(),
        })
    }

    /// The object that a reference names; versions do not count.
    pub(crate) fn resolve(&self, reference: &Ref) -> Option<ResourceId> {
        let group = podpath_objects::group_of(&reference.api_version, &reference.kind);
        let namespace = reference.namespace.as_deref().unwrap_or(&self.cluster.settings.namespace);
        let fits = |id: &ResourceId| {
            self.cluster.entry(*id).is_some_and(|entry| {
                let meta = &entry.resource.meta;
                let in_namespace = entry.namespace.is_empty() || entry.namespace == namespace;
                meta.kind.value == reference.kind
                    && meta.name() == reference.name
                    && in_namespace
                    && meta.group() == group
            })
        };
        let replaced = self.cluster.replaced();
        self.cluster.ids().filter(|id| !replaced.iter().any(|(old, _)| old == id)).find(fits)
    }
}

/// The documents of all files, in the order of paths and places.
fn places(workspace: &Workspace) -> Vec<Placed> {
    let of_file = |(path, file): (&Arc<str>, &Arc<File>)| {
        let placed = |(offset, document): &(usize, Arc<Document>)| Placed {
            path: Arc::clone(path),
            file: Arc::clone(file),
            offset: *offset,
            document: Arc::clone(document),
        };
        file.documents.iter().map(placed).collect::<Vec<_>>()
    };
    workspace.files.iter().flat_map(of_file).collect()
}

fn resources(places: &[Placed]) -> impl Iterator<Item = (DocumentId, Arc<Resource>)> {
    let documents = (0..).map(DocumentId).zip(places);
    documents.flat_map(|(id, placed)| placed.document.resources.iter().map(move |it| (id, Arc::clone(it))))
}

/// What an edit did to the objects.
enum Change {
    /// Every object stands where it stood.
    Nothing,
    /// These objects are others, at the same numbers.
    Objects(Vec<(Arc<Resource>, Arc<Resource>)>),
    /// Objects came or went, so that numbers moved.
    Numbers,
}

impl Change {
    fn between(old: &[Placed], new: &[Placed]) -> Self {
        let same_numbers = |(a, b): (&Placed, &Placed)| a.document.resources.len() == b.document.resources.len();
        if old.len() != new.len() || !old.iter().zip(new).all(same_numbers) {
            return Self::Numbers;
        }
        let pairs = old.iter().zip(new).flat_map(|(a, b)| a.document.resources.iter().zip(&b.document.resources));
        let changed = pairs.filter(|(a, b)| !Arc::ptr_eq(a, b)).map(|(a, b)| (Arc::clone(a), Arc::clone(b)));
        let changed: Vec<_> = changed.collect();
        if changed.is_empty() { Self::Nothing } else { Self::Objects(changed) }
    }

    /// True when no table reads what changed. A new name may replace another object, so names must stay.
    fn leaves_tables(&self, old: &Cluster, new: &Cluster) -> bool {
        let Self::Objects(changed) = self else { return false };
        changed.iter().all(|(before, after)| {
            let same_name = (before.meta.name(), &before.meta.kind.value, before.meta.group(), namespace(before))
                == (after.meta.name(), &after.meta.kind.value, after.meta.group(), namespace(after));
            same_name && !Tables::read(old, before) && !Tables::read(new, after)
        })
    }
}

fn namespace(resource: &Resource) -> Option<&str> {
    resource.meta.namespace.as_ref().map(|it| it.value.as_str())
}

fn settings(options: &Options) -> Settings {
    let default = Settings::default();
    let flag = |name: &str, default: String| {
        let flags = options.aws_load_balancer_controller.as_ref();
        flags.and_then(|it| it.get(name)?.as_str()).map_or(default, str::to_owned)
    };
    Settings {
        namespace: options.namespace.clone(),
        cluster_domain: options.cluster_domain.clone(),
        mesh_root_namespace: options.mesh_root_namespace.clone(),
        gateway_controllers: options.gateway_controllers.clone(),
        alb_ingress_class: flag("ingressClass", default.alb_ingress_class),
        alb_target_type: flag("defaultTargetType", default.alb_target_type),
        alb_scheme: flag("defaultScheme", default.alb_scheme),
    }
}
