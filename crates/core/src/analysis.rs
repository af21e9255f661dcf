//! Everything that is derived from a workspace at one revision: the cluster, and the tables when they are asked for.

use std::cell::OnceCell;
use std::sync::Arc;

use podpath_cluster::{Cluster, ResourceId, Settings};
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
        let files = workspace.files.iter();
        let places: Vec<_> = files
            .flat_map(|(path, file)| {
                file.documents.iter().map(move |(offset, document)| Placed {
                    path: Arc::clone(path),
                    file: Arc::clone(file),
                    offset: *offset,
                    document: Arc::clone(document),
                })
            })
            .collect();
        let documents = (0..).map(DocumentId).zip(&places);
        let resources =
            documents.flat_map(|(id, placed)| placed.document.resources.iter().map(move |it| (id, Arc::clone(it))));
        let cluster = Cluster::new(resources, settings(options));
        Self { places, cluster, tables: OnceCell::new(), findings: OnceCell::new() }
    }

    /// The route tables, made at the first question.
    pub(crate) fn tables(&self) -> &Tables {
        self.tables.get_or_init(|| Tables::new(&self.cluster))
    }

    /// Every finding, in the order of documents, then between objects; made at the first question.
    pub(crate) fn findings(&self) -> &[Diagnostic] {
        self.findings.get_or_init(|| {
            let own = self.documents().flat_map(|(id, placed)| placed.document.findings(id));
            let mut all: Vec<_> = own.collect();
            all.extend(podpath_lints::check(&podpath_lints::Context { cluster: &self.cluster }));
            all
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
