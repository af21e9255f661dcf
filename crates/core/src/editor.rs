//! What an editor asks about one place: what a name means, who uses an object, and what may be typed.
//!
//! Invariant: documents are read again for it, so that nothing is kept for questions that are asked seldom.

mod complete;
mod flow;
mod links;
mod say;
mod site;

use podpath_cluster::ResourceId;
use podpath_protocol::{Definition, Hover, Locale, Mention, References};
use podpath_source::{DocumentId, Location, Span};
use podpath_yaml::Node;

use crate::analysis::{Analysis, Placed};
use crate::place::range;
use links::{Leaf, Link};

pub(crate) use complete::complete;

/// A place in a document.
pub(crate) struct Place<'a> {
    analysis: &'a Analysis,
    document: DocumentId,
    placed: &'a Placed,
    /// From the start of the document.
    at: u32,
}

/// More users than this are not looked for.
const MOST_USERS: usize = 500;

impl<'a> Place<'a> {
    /// The place in the document that holds it; a file that has none is asked in vain.
    pub(crate) fn find(analysis: &'a Analysis, file: &str, offset: usize) -> Option<Self> {
        let of_file = analysis.documents().filter(|(_, it)| *it.path == *file);
        let (document, placed) = of_file.filter(|(_, it)| it.offset <= offset).last()?;
        let at = offset - placed.offset;
        placed.document.text.is_char_boundary(at).then_some(())?;
        Some(Self { analysis, document, placed, at: u32::try_from(at).ok()? })
    }

    fn range(&self, span: Span) -> Option<podpath_protocol::Range> {
        range(self.analysis, Location { document: self.document, span })
    }

    /// The link under the place, with what it means.
    fn link(&self) -> Option<(Span, Vec<Goal>)> {
        let yaml = podpath_yaml::parse(&self.placed.document.text);
        let root = yaml.root.as_ref()?;
        let object = podpath_objects::nodes(root).into_iter().find(|it| it.span.touches(self.at))?;
        let mut found = None;
        links::leaves(object, &mut |leaf| {
            if leaf.span.touches(self.at) {
                found = goals(self.analysis, self.document, object, leaf).map(|goals| (leaf.span, goals));
            }
        });
        found
    }

    /// The object that holds the place.
    fn object(&self) -> Option<ResourceId> {
        let holds =
            |it: &podpath_cluster::Entry| it.document == self.document && it.resource.meta.span.touches(self.at);
        self.analysis.cluster.entries().find(|it| holds(it.1)).map(|it| it.0)
    }
}

/// An object, and the place in it that a link means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Goal {
    id: ResourceId,
    span: Span,
}

/// What a leaf means; `None` when it is no link.
fn goals(analysis: &Analysis, document: DocumentId, object: &Node, leaf: &Leaf<'_>) -> Option<Vec<Goal>> {
    let link = Link::of(object, leaf)?;
    let is_it = |it: &podpath_cluster::Entry| it.document == document && it.resource.meta.span == object.span;
    let (_, here) = analysis.cluster.entries().find(|it| is_it(it.1))?;
    let namespace = if here.namespace.is_empty() { &analysis.cluster.settings.namespace } else { &here.namespace };
    Some(link.resolve(&analysis.cluster, namespace, leaf))
}

/// What the name at the place means.
pub(crate) fn definition(place: &Place<'_>) -> Definition {
    let Some((span, goals)) = place.link() else { return Definition::default() };
    let targets = goals.iter().filter_map(|it| mention(place.analysis, it.id, it.span)).collect();
    Definition { origin: place.range(span), targets }
}

/// Who names the object that is named at the place, or the one that holds it.
pub(crate) fn references(place: &Place<'_>) -> References {
    let named = place.link().and_then(|(_, goals)| goals.first().map(|it| it.id));
    let Some(id) = named.or_else(|| place.object()) else { return References::default() };
    References { resource: place.analysis.reference(id), references: users(place.analysis, id) }
}

/// What the name, the object or the field at the place is.
pub(crate) fn hover(place: &Place<'_>, locale: Locale) -> Hover {
    let named = place.link().and_then(|(span, goals)| Some((span, goals.first()?.id)));
    let own = || {
        let id = place.object()?;
        let span = place.analysis.cluster.entry(id)?.resource.meta.name_span();
        span.touches(place.at).then_some((span, id))
    };
    match named.or_else(own) {
        Some((span, id)) => Hover {
            range: place.range(span),
            title: say::title(place.analysis, id),
            text: say::summary(place.analysis, id, locale),
            used_by: users(place.analysis, id),
        },
        None => say::field(place, locale).unwrap_or_default(),
    }
}

/// An object and a place in its document.
pub(crate) fn mention(analysis: &Analysis, id: ResourceId, span: Span) -> Option<Mention> {
    let document = analysis.cluster.entry(id)?.document;
    Some(Mention { resource: analysis.reference(id)?, range: range(analysis, Location { document, span })? })
}

/// Every place that names the object. Documents that do not hold its name are not read.
fn users(analysis: &Analysis, id: ResourceId) -> Vec<Mention> {
    let words = links::words_for(&analysis.cluster, id);
    let mut found = Vec::new();
    for (document, placed) in analysis.documents() {
        let text = &placed.document.text;
        if found.len() >= MOST_USERS || !words.iter().any(|it| text.contains(it.as_str())) {
            continue;
        }
        let yaml = podpath_yaml::parse(text);
        for object in yaml.root.iter().flat_map(podpath_objects::nodes) {
            let who = placed.resources().find(|(_, it)| it.meta.span == object.span).map(|it| it.0);
            if let Some(who) = who.filter(|it| *it != id) {
                users_in(analysis, (document, who, object), id, &mut found);
            }
        }
    }
    found
}

/// The places of one object, by its document, number and tree, that name another one.
fn users_in(
    analysis: &Analysis,
    (document, who, object): (DocumentId, ResourceId, &Node),
    id: ResourceId,
    found: &mut Vec<Mention>,
) {
    let mut last = None;
    links::leaves(object, &mut |leaf| {
        let is_named = goals(analysis, document, object, leaf).is_some_and(|it| it.iter().any(|it| it.id == id));
        // A selector of two labels is one place.
        if is_named && last != Some(leaf.path.to_owned()) {
            last = Some(leaf.path.to_owned());
            found.extend(mention(analysis, who, leaf.span));
        }
    });
}
