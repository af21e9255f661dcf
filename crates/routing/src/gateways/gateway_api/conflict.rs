//! Listeners that cannot stand beside one another.
//!
//! Source: gateway-api `apis/v1/gateway_types.go`, "Distinct Listeners": HTTP, HTTPS and TLS listeners are told apart by
//! port and hostname, TCP and UDP ones by port. Between a Gateway and its ListenerSets the first in order wins; inside
//! one object "no picking one conflicting Listener as the winner": all of them are refused. Controllers of AWS judge listener
//! by listener (`listener_utils.go`, `validateListenerList`).

use podpath_order::{OrdMap, OrdSet};

use super::facts::{ListenerFacts, Problem};
use super::words;
use crate::pattern::HostPattern;
use crate::table::Protocol;

/// Protocols that can share a port, told apart by hostname.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Http,
    /// HTTPS and TLS, told apart by server name.
    Tls,
    Tcp,
    /// Ports of UDP are others than those of TCP.
    Udp,
}

type Key = (u16, Family, HostPattern);

/// The listeners of some objects.
#[derive(Default)]
struct Taken {
    /// How many there are, and how many of them are HTTPS.
    names: OrdMap<Key, (usize, usize)>,
    families: OrdMap<u16, OrdSet<Family>>,
}

/// Marks the listeners that lose; groups are in the order in which they win.
pub(super) fn settle(groups: &mut [Vec<ListenerFacts>]) {
    let mut before = Taken::default();
    for group in groups {
        for listener in group.iter_mut() {
            let reason = before.rival(listener, 0);
            refuse(listener, reason);
        }
        let mut within = Taken::default();
        for listener in group.iter() {
            within.add(listener);
        }
        for listener in group.iter_mut() {
            let reason = within.rival(listener, 1);
            refuse(listener, reason);
        }
        for listener in group.iter() {
            before.add(listener);
        }
    }
}

/// The listener that comes first stays. "One protocol for a port", but TCP and UDP go together; a host that is written
/// stands once on a port, and counts although the listener that names it loses its port.
pub(super) fn settle_in_order(groups: &mut [Vec<ListenerFacts>]) {
    let mut protocols: OrdMap<u16, &'static str> = OrdMap::new();
    let mut hosts: OrdSet<(u16, String)> = OrdSet::new();
    for listener in groups.iter_mut().flatten() {
        let takes_part = listener.is_conflicted || listener.shut().is_none();
        let (true, Some(port), Some(protocol)) = (takes_part, listener.port, spoken(listener)) else { continue };
        let first = *protocols.entry(port).or_insert(protocol);
        let shares = first == protocol || matches!((first, protocol), ("TCP", "UDP") | ("UDP", "TCP"));
        let is_new = listener.hostname == HostPattern::Any || hosts.insert((port, listener.hostname.to_string()));
        let reason = if is_new { (!shares).then_some("ProtocolConflict") } else { Some("HostnameConflict") };
        refuse(listener, reason);
    }
}

/// The protocol as it is written.
fn spoken(listener: &ListenerFacts) -> Option<&'static str> {
    Some(match listener.protocol? {
        Protocol::Http => "HTTP",
        Protocol::Https => "HTTPS",
        Protocol::TlsPassthrough | Protocol::TlsTerminate => "TLS",
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
    })
}

fn refuse(listener: &mut ListenerFacts, reason: Option<&'static str>) {
    if let Some(reason) = reason {
        let (text, location) = (words::conflict(reason, listener.port.unwrap_or_default()), listener.location);
        listener.refused = Some(Problem { reason, text, location });
        listener.is_conflicted = true;
    }
}

/// None for a listener that takes no part.
fn key(listener: &ListenerFacts) -> Option<Key> {
    let family = match listener.protocol? {
        Protocol::Http => Family::Http,
        Protocol::Https | Protocol::TlsPassthrough | Protocol::TlsTerminate => Family::Tls,
        Protocol::Tcp => Family::Tcp,
        Protocol::Udp => Family::Udp,
    };
    let takes_part = listener.refused.is_none();
    takes_part.then(|| Some((listener.port?, family, listener.hostname.clone())))?
}

fn is_https(listener: &ListenerFacts) -> bool {
    listener.protocol == Some(Protocol::Https)
}

impl Taken {
    fn add(&mut self, listener: &ListenerFacts) {
        let Some(key) = key(listener) else { return };
        self.families.entry(key.0).or_default().insert(key.1);
        let (all, https) = self.names.entry(key).or_default();
        *all += 1;
        *https += usize::from(is_https(listener));
    }

    /// Why a listener cannot stand beside these, of which `own` are itself.
    fn rival(&self, listener: &ListenerFacts, own: usize) -> Option<&'static str> {
        let key = key(listener)?;
        let is_other = |it: &Family| *it != key.1 && *it != Family::Udp && key.1 != Family::Udp;
        if self.families.get(&key.0).is_some_and(|it| it.iter().any(is_other)) {
            return Some("ProtocolConflict");
        }
        let (all, https) = self.names.get(&key).copied().unwrap_or_default();
        if all <= own {
            return None;
        }
        let same = if is_https(listener) { https == all } else { https == 0 };
        Some(if same { "HostnameConflict" } else { "ProtocolConflict" })
    }
}
