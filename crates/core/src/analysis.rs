//! Everything that is derived from a workspace at one revision: the cluster, and the tables when they are asked for.

use std::cell::{OnceCell, RefCell};
use std::ops::Range;
use std::sync::Arc;

use podpath_cluster::{Cluster, Derived, IngressController, Replacement, ResourceId, Settings};
use podpath_lints::Lint;
use podpath_objects::Resource;
use podpath_protocol::{Options, Ref, Shared};
use podpath_routing::Tables;
use podpath_source::{Diagnostic, DocumentId};

use crate::document::Document;
use crate::workspace::{File, Workspace};

/// A workspace, analysed.
#[derive(Debug)]
pub(crate) struct Analysis {
    places: Vec<Placed>,
    pub(crate) cluster: Cluster,
    tables: OnceCell<Tables>,
    /// Findings between objects, of each lint that looks for such.
    between: OnceCell<Vec<Findings>>,
    findings: OnceCell<Vec<Diagnostic>>,
    /// Names that answers have written, by the number of the object.
    names: RefCell<Vec<Option<Shared<Ref>>>>,
}

/// What one lint found between objects, and at which of them.
type Findings = Derived<(Vec<Diagnostic>, podpath_lints::Known)>;

/// A document and its place.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) path: Arc<str>,
    pub(crate) file: Arc<File>,
    pub(crate) offset: usize,
    pub(crate) document: Arc<Document>,
    /// The numbers of its objects. There may be more than it has objects now: those that went keep their number.
    numbers: Range<u32>,
}

impl Placed {
    /// Its objects with their numbers.
    pub(crate) fn resources(&self) -> impl Iterator<Item = (ResourceId, &Arc<Resource>)> {
        self.numbers.clone().map(ResourceId).zip(&self.document.resources)
    }
}

impl Analysis {
    /// Indexes the objects of all documents, in the order of paths and places.
    pub(crate) fn new(workspace: &Workspace, options: &Options) -> Self {
        Self::of(numbered(places(workspace)), settings(options))
    }

    /// The same workspace with other settings.
    pub(crate) fn played(&self, settings: Settings) -> Self {
        Self::of(self.places.clone(), settings)
    }

    /// The same workspace with more files.
    pub(crate) fn beside(&self, files: &podpath_order::OrdMap<String, String>) -> Self {
        let more = places(&Workspace::of(files.clone()));
        let all = self.places.iter().cloned().chain(more).collect();
        Self::of(numbered(all), self.cluster.settings.clone())
    }

    fn of(places: Vec<Placed>, settings: Settings) -> Self {
        let cluster = Cluster::new(resources(&places), settings);
        let (tables, between) = (OnceCell::new(), OnceCell::new());
        Self { places, cluster, tables, between, findings: OnceCell::new(), names: RefCell::default() }
    }

    /// The analysis of the next revision with the same options. Objects keep their numbers as long as no document comes or
    /// goes, and what read nothing that changed is kept.
    pub(crate) fn next(self, workspace: &Workspace) -> Self {
        let Self { mut places, mut cluster, tables, between, names, .. } = self;
        let Some(changed) = renew(&mut places, workspace) else {
            return Self::of(numbered(self::places(workspace)), cluster.settings);
        };
        let change = cluster.change(changed);
        let tables = tables.into_inner().map(|it| it.next(&cluster, &change));
        let tables = tables.map_or_else(OnceCell::new, OnceCell::from);
        let made = || tables.get_or_init(|| Tables::new(&cluster));
        let next = |(lint, known): (&Lint, Findings)| {
            known.next(&cluster, &change, |it, (_, known)| lint.find(it, made(), known.after(&change)))
        };
        let between = between.into_inner().map(|it| podpath_lints::between().zip(it).map(next).collect::<Vec<_>>());
        let between = between.map_or_else(OnceCell::new, OnceCell::from);
        for (id, _) in &change.objects {
            if let Some(name) = names.borrow_mut().get_mut(id.0 as usize) {
                *name = None;
            }
        }
        Self { places, cluster, tables, between, findings: OnceCell::new(), names }
    }

    /// The route tables, made at the first question.
    pub(crate) fn tables(&self) -> &Tables {
        self.tables.get_or_init(|| Tables::new(&self.cluster))
    }

    /// Every finding, those of documents first, then those between objects; made at the first question.
    pub(crate) fn findings(&self) -> &[Diagnostic] {
        self.findings.get_or_init(|| {
            let own = self.documents().flat_map(|(id, placed)| placed.document.findings(id));
            let tables = self.tables();
            let find =
                |lint: &Lint| Derived::new(&self.cluster, |it| lint.find(it, tables, podpath_lints::Known::default()));
            let between = self.between.get_or_init(|| podpath_lints::between().map(find).collect());
            let found = own.chain(between.iter().flat_map(|it| it.value.0.iter().cloned()));
            podpath_lints::joined(found.collect(), &self.cluster)
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

    /// The same, made once: a trace names hundreds of objects that lost, and the next trace the same ones.
    pub(crate) fn shared_reference(&self, id: ResourceId) -> Option<Shared<Ref>> {
        let mut names = self.names.borrow_mut();
        let at = id.0 as usize;
        if names.len() <= at {
            self.cluster.entry(id)?;
            names.resize(at + 1, None);
        }
        let name = names.get_mut(at)?;
        if name.is_none() {
            *name = self.reference(id).map(Shared::new);
        }
        name.clone()
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
        let counts = |id: &ResourceId| !replaced.iter().any(|(old, _)| old == id);
        self.cluster.entries().map(|(id, _)| id).filter(counts).find(fits)
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
            numbers: 0..0,
        };
        file.documents.iter().map(placed).collect::<Vec<_>>()
    };
    workspace.files.iter().flat_map(of_file).collect()
}

/// Numbers the objects in source order.
fn numbered(mut places: Vec<Placed>) -> Vec<Placed> {
    let mut next = 0;
    for placed in &mut places {
        let n_resources = u32::try_from(placed.document.resources.len()).unwrap_or(u32::MAX);
        placed.numbers = next..next.saturating_add(n_resources);
        next = placed.numbers.end;
    }
    places
}

fn resources(places: &[Placed]) -> impl Iterator<Item = (DocumentId, Arc<Resource>)> {
    let documents = (0..).map(DocumentId).zip(places);
    documents.flat_map(|(id, placed)| placed.document.resources.iter().map(move |it| (id, Arc::clone(it))))
}

/// Puts the new documents at the places of the old ones, with their numbers, and says what stands at other numbers now;
/// `None` when numbers must move, because a document came or went or holds more objects than it ever had.
fn renew(mut places: &mut [Placed], workspace: &Workspace) -> Option<Vec<Replacement>> {
    let mut changed = Vec::new();
    let mut documents = (0..).map(DocumentId);
    for (path, file) in &workspace.files {
        let (own, rest) = places.split_at_mut_checked(file.documents.len())?;
        places = rest;
        let is_same = own.iter().all(|it| Arc::ptr_eq(&it.file, file));
        for ((placed, (offset, document)), id) in own.iter_mut().zip(&file.documents).zip(&mut documents) {
            if is_same {
                continue;
            }
            let numbers = placed.numbers.clone();
            let (path, file, offset, document) = (Arc::clone(path), Arc::clone(file), *offset, Arc::clone(document));
            let before = std::mem::replace(placed, Placed { path, file, offset, document, numbers });
            if placed.document.resources.len() > placed.numbers.len() {
                return None;
            }
            changed.extend(replacements(id, &before, placed));
        }
    }
    places.is_empty().then_some(changed)
}

/// What stands at other numbers than before in a document.
fn replacements(document: DocumentId, before: &Placed, after: &Placed) -> Vec<Replacement> {
    if Arc::ptr_eq(&before.document, &after.document) {
        return vec![];
    }
    let numbers = after.numbers.clone().map(ResourceId).enumerate();
    let replaced = numbers.filter_map(|(place, id)| {
        let (was, is) = (before.document.resources.get(place), after.document.resources.get(place));
        let is_same = was.map(Arc::as_ptr) == is.map(Arc::as_ptr);
        (!is_same).then(|| Replacement { id, document, resource: is.cloned() })
    });
    replaced.collect()
}

fn settings(options: &Options) -> Settings {
    let default = Settings::default();
    let flag = |name: &str, default: String| {
        let flags = options.aws_load_balancer_controller.as_ref();
        flags.and_then(|it| it.get(name)?.as_str()).map_or(default, str::to_owned)
    };
    Settings {
        kubernetes: podpath_cluster::version(&options.kubernetes_version).unwrap_or(default.kubernetes),
        namespace: options.namespace.clone(),
        cluster_domain: options.cluster_domain.clone(),
        mesh_root_namespace: options.mesh_root_namespace.clone(),
        injects_by_default: options
            .injection
            .as_ref()
            .and_then(|it| it.get("enableNamespacesByDefault")?.as_bool())
            .unwrap_or(default.injects_by_default),
        revisions: options
            .injection
            .as_ref()
            .and_then(|it| it.get("revisions")?.as_array())
            .map(|all| all.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect())
            .unwrap_or_default(),
        now: podpath_cluster::unix_seconds(&options.now).unwrap_or(default.now),
        gateway_controllers: options.gateway_controllers.clone(),
        alb_ingress_class: flag("ingressClass", default.alb_ingress_class),
        alb_target_type: flag("defaultTargetType", default.alb_target_type),
        alb_scheme: flag("defaultScheme", default.alb_scheme),
        ingress_controller: options.ingress_controller.map(|it| match it {
            podpath_protocol::IngressController::Spec => IngressController::Spec,
            podpath_protocol::IngressController::Nginx => IngressController::Nginx,
            podpath_protocol::IngressController::Alb => IngressController::Alb,
        }),
        load_balancer_cidrs: options.load_balancer_cidrs.clone(),
    }
}
