//! The tables of ingress gateways: what all Gateways that select the same Pods make together.
//!
//! Whoever types changes the rules of one VirtualService: then its virtual hosts are made anew, and all others stay.

use std::sync::Arc;

use podpath_cluster::{Change, Cluster, Derived, Each, Found, Reads, ResourceId};
use podpath_objects::{Labels, VirtualService};

use super::bound::{self, Bound};
use super::frame::{Frame, Frames};
use super::hosts::KnownHosts;
use super::listeners;
use crate::table::Table;
use crate::tables::GatewayPods;

/// The tables of ingress gateways.
#[derive(Clone, Debug, Default)]
pub struct Lowered {
    /// One for each set of gateway Pods, and one for each Gateway that no Pod of the workspace serves.
    pub tables: Vec<(GatewayPods, Table)>,
    known: Known,
}

/// What the tables were made of.
#[derive(Clone, Debug, Default)]
struct Known {
    frames: Option<Derived<Frames>>,
    /// Of each VirtualService.
    bound: Each<Vec<Arc<Bound>>>,
    /// The same in source order, as the tables have them.
    made: Vec<Arc<Bound>>,
    hosts: KnownHosts,
    /// What was read beside the frames and what is bound.
    rest: Reads,
}

/// The tables of all ingress gateways. `before` are those before a change: where nothing but the rules of some virtual hosts
/// changed, the others stay.
pub fn lower(cluster: &Cluster, before: Lowered, change: &Change) -> Lowered {
    let Lowered { mut tables, mut known } = before;
    let (frames, same_frames) = match known.frames.take() {
        Some(frames) if frames.is_true_after(change) => (frames, true),
        before => {
            let now = Derived::new(cluster, Frames::new);
            let is_same = before.is_some_and(|it| it.value == now.value);
            (now, is_same)
        }
    };
    let all = frames.read(cluster);
    let make = |service: Found<'_, VirtualService>| bound::bound(cluster, all, &service);
    // What a frame is made of is no matter as long as it is the same one.
    let mut each = if same_frames { known.bound.after(change) } else { Each::default() };
    let bound: Vec<&Arc<Bound>> = each.of(cluster, Reads::default(), &make).flatten().collect();
    let stays = same_frames && !known.rest.meets(change.kinds);
    if let Some(edited) = edited(&known.made, &bound).filter(|_| stays) {
        cluster.note(known.rest);
        for (at, bound) in edited {
            let places = all.all.get(bound.at.0).zip(tables.get_mut(bound.at.0)).zip(known.made.get_mut(at));
            if let Some(((frame, (_, table)), made)) = places {
                put_rules((frame.id, table), &mut known.hosts, made, bound);
            }
        }
    } else {
        let (made, reads) = cluster.apart(|| lower_frames(cluster, all, &bound, &mut known.hosts));
        cluster.note(reads);
        // VirtualServices are read here as they are bound.
        (tables, known.rest) = (made, reads.without::<VirtualService>());
        known.made = bound.into_iter().cloned().collect();
    }
    Lowered { tables, known: Known { frames: Some(frames), bound: each, ..known } }
}

/// What is bound in another way than before, each with its number; none where more differs than rules.
fn edited<'a>(before: &[Arc<Bound>], now: &[&'a Arc<Bound>]) -> Option<Vec<(usize, &'a Arc<Bound>)>> {
    let pairs = before.iter().zip(now).enumerate();
    let changed = pairs.filter(|(_, (before, now))| !Arc::ptr_eq(before, now));
    let edited = changed.map(|(at, (before, now))| now.has_shape_of(before).then_some((at, *now)));
    if before.len() == now.len() { edited.collect() } else { None }
}

/// Puts the rules of what is bound in the place of those before. Those of one server may hold at the hosts of another one.
fn put_rules(
    (pods, table): (ResourceId, &mut Table),
    known: &mut KnownHosts,
    made: &mut Arc<Bound>,
    bound: &Arc<Bound>,
) {
    for pattern in bound.servers.iter().flat_map(|it| &it.hosts) {
        for (old, new) in made.servers.iter().zip(&bound.servers) {
            for listener in &mut table.listeners {
                let door = (pods, listener.port, listener.origin.location);
                let Some((before, now)) = known.replace(door, pattern, (&old.rules, &new.rules)) else { continue };
                if let Some(place) = listener.hosts.iter_mut().find(|it| Arc::ptr_eq(it, &before)) {
                    *place = now;
                }
            }
        }
    }
    *made = Arc::clone(bound);
}

/// The table of the Pods of a namespace that carry these labels, whether they are here or not.
pub fn lower_labels(cluster: &Cluster, namespace: &str, labels: &Labels) -> Table {
    let frame = Frame::of_labels(cluster, namespace, labels);
    let frames = Frames::of(cluster, vec![frame.clone()]);
    let bound: Vec<_> = cluster.all::<VirtualService>().flat_map(|it| bound::bound(cluster, &frames, &it)).collect();
    let bound: Vec<_> = bound.iter().map(AsRef::as_ref).collect();
    listeners::table(cluster, &frame, &bound, &mut KnownHosts::default())
}

fn lower_frames(
    cluster: &Cluster,
    frames: &Frames,
    bound: &[&Arc<Bound>],
    known: &mut KnownHosts,
) -> Vec<(GatewayPods, Table)> {
    known.begin();
    let mut tables = Vec::new();
    for (number, frame) in frames.all.iter().enumerate() {
        let own: Vec<&Bound> = bound.iter().map(AsRef::as_ref).filter(|it| it.at.0 == number).collect();
        tables.push((frame.served_by.clone(), listeners::table(cluster, frame, &own, known)));
    }
    known.end();
    tables
}
