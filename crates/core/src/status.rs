//! The method `status`: what a conforming Gateway API controller would write, and the same for an object's card.

use podpath_cluster::ResourceId;
use podpath_objects::ParentRef;
use podpath_protocol::{
    Condition, ControllerStatus, ListenerStatus, Locale, ObjectStatus, ParentName, ParentStatus, RouteKind, Statuses,
};
use podpath_routing::gateways::gateway_api as routing;

use crate::analysis::Analysis;
use crate::place::{range, say};

/// The group of the kinds of routes.
const GROUP: &str = "gateway.networking.k8s.io";

/// The statuses of all objects that a controller is played for.
pub(crate) fn statuses(analysis: &Analysis, locale: Locale) -> Statuses {
    let found = analysis.tables().statuses(&analysis.cluster);
    let objects = found.iter().filter_map(|it| {
        let resource = analysis.reference(it.resource)?;
        Some(ObjectStatus { resource, status: Writing { analysis, locale }.status(it) })
    });
    Statuses { objects: objects.collect() }
}

/// The status of one object; None when no controller writes one.
pub(crate) fn of(analysis: &Analysis, id: ResourceId, locale: Locale) -> Option<ControllerStatus> {
    let found = analysis.tables().statuses(&analysis.cluster);
    let written = found.iter().find(|it| it.resource == id).map(|it| Writing { analysis, locale }.status(it));
    written.filter(|it| *it != ControllerStatus::default())
}

struct Writing<'a> {
    analysis: &'a Analysis,
    locale: Locale,
}

impl Writing<'_> {
    fn status(&self, found: &routing::Status) -> ControllerStatus {
        ControllerStatus {
            conditions: self.conditions(&found.conditions),
            attached_listener_sets: count(found.listener_sets),
            listeners: found.listeners.iter().map(|it| self.listener(it)).collect(),
            parents: found.parents.iter().map(|it| self.parent(it)).collect(),
        }
    }

    fn conditions(&self, found: &[routing::StatusCondition]) -> Vec<Condition> {
        let conditions = found.iter().map(|it| Condition {
            kind: it.kind.to_owned(),
            status: it.status.to_owned(),
            reason: it.reason.to_owned(),
            message: say(&it.text, self.locale),
            range: it.location.and_then(|it| range(self.analysis, it)),
        });
        conditions.collect()
    }

    fn listener(&self, found: &routing::ListenerStatus) -> ListenerStatus {
        let kind = |kind: &&str| RouteKind { group: GROUP.to_owned(), kind: (*kind).to_owned() };
        ListenerStatus {
            name: found.name.clone(),
            attached_routes: count(found.attached_routes),
            supported_kinds: found.supported_kinds.iter().map(kind).collect(),
            conditions: self.conditions(&found.conditions),
        }
    }

    fn parent(&self, found: &routing::ParentStatus) -> ParentStatus {
        ParentStatus {
            parent_ref: parent_name(&found.parent, &found.namespace),
            controller_name: found.controller.clone(),
            conditions: self.conditions(&found.conditions),
        }
    }
}

fn parent_name(parent: &ParentRef, namespace: &str) -> ParentName {
    ParentName {
        group: parent.group.clone(),
        kind: parent.kind.clone(),
        namespace: namespace.to_owned(),
        name: parent.name.value.clone(),
        section_name: parent.section.as_ref().map(|it| it.value.clone()),
        port: parent.port.as_ref().map(|it| it.value),
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
