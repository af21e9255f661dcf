//! Settings of the load balancer that all members of a group share (`model_build_load_balancer.go`).

use podpath_objects::IngressClassParams;
use podpath_order::{OrdMap, Order};
use podpath_source::Spanned;

use podpath_cluster::Cluster;

use super::annotation::texts;
use super::group::{Group, Member};
use super::port::Ports;
use crate::gateways::whole;
use crate::table::{Frozen, Origin};

/// What was settled.
pub(super) struct Settled {
    pub(super) name: Option<String>,
    pub(super) scheme: String,
    pub(super) address_type: String,
}

/// Values by key, with the member that says each first.
type Merged<'a> = OrdMap<String, (String, &'a Member<'a>)>;

type Given<'a> = fn(&'a IngressClassParams) -> Option<&'a Spanned<String>>;

/// In the order in which the controller looks, the first fault counts.
pub(super) fn settle(cluster: &Cluster, group: &Group<'_>) -> Result<Settled, Frozen> {
    let scheme = scheme(cluster, group)?;
    let address_type = address_type(group)?;
    subnets(group)?;
    security_groups(group)?;
    exclusive_text(group, "customer-owned-ipv4-pool", "CustomerOwnedIPv4Pool")?;
    address_pool(group)?;
    attributes(group)?;
    capacity(group)?;
    merged_pairs(group, "tags", |it| &it.tags, "tag")?;
    let name = name(group)?;
    Ok(Settled { name, scheme, address_type })
}

/// What members say about a setting, by value; members that say nothing follow those that do.
pub(super) fn said<'a>(group: &'a Group<'a>, suffix: &str, given: Given<'a>) -> OrdMap<String, Origin> {
    let mut found = OrdMap::new();
    for member in &group.members {
        let by_class =
            member.params.and_then(|it| given(it.object)).map(|it| (it.value.clone(), whole(&member.ingress)));
        let by_note = || member.notes().get(suffix).map(|it| (it.value.to_owned(), it.origin));
        if let Some((value, origin)) = by_class.or_else(by_note) {
            found.entry(value).or_insert(origin);
        }
    }
    found
}

/// The last place of those that differ.
fn last<K>(found: OrdMap<K, Origin>) -> Origin {
    found.into_values().next_back().unwrap_or_default()
}

/// How Go prints a set of texts.
fn set(found: &OrdMap<String, Origin>) -> String {
    let items: Vec<_> = found.keys().map(|it| format!("{it}:{{}}")).collect();
    format!("map[{}]", items.join(" "))
}

fn list(found: &OrdMap<String, Origin>) -> String {
    format!("[{}]", found.keys().cloned().collect::<Vec<_>>().join(" "))
}

/// The scheme that the group would have, whatever is wrong with it.
pub(super) fn likely_scheme(cluster: &Cluster, group: &Group<'_>) -> String {
    let found = said(group, "scheme", |it| it.scheme.as_ref());
    if found.contains_key("internet-facing") { "internet-facing".into() } else { cluster.settings.alb_scheme.clone() }
}

fn scheme(cluster: &Cluster, group: &Group<'_>) -> Result<String, Frozen> {
    let told = one_scheme(said(group, "scheme", |it| it.scheme.as_ref()))?;
    Ok(told.unwrap_or_else(|| cluster.settings.alb_scheme.clone()))
}

/// The scheme that was told, when all tell the same and it is one.
pub(super) fn one_scheme(found: OrdMap<String, Origin>) -> Result<Option<String>, Frozen> {
    if found.len() > 1 {
        return Err(Frozen { message: format!("conflicting scheme: {}", set(&found)), origin: last(found) });
    }
    match found.into_iter().next() {
        None => Ok(None),
        Some((scheme, _)) if matches!(scheme.as_str(), "internal" | "internet-facing") => Ok(Some(scheme)),
        Some((scheme, origin)) => Err(Frozen { message: format!("unknown scheme: {scheme}"), origin }),
    }
}

fn address_type(group: &Group<'_>) -> Result<String, Frozen> {
    let found = said(group, "ip-address-type", |it| it.address_type.as_ref());
    if found.len() > 1 {
        return Err(Frozen { message: format!("conflicting IPAddressType: {}", list(&found)), origin: last(found) });
    }
    match found.into_iter().next() {
        None => Ok("ipv4".into()),
        Some((it, _)) if matches!(it.as_str(), "ipv4" | "dualstack" | "dualstack-without-public-ipv4") => Ok(it),
        Some((it, origin)) => Err(Frozen { message: format!("unknown IPAddressType: {it}"), origin }),
    }
}

fn name(group: &Group<'_>) -> Result<Option<String>, Frozen> {
    let found = said(group, "load-balancer-name", |it| it.load_balancer_name.as_ref());
    if found.len() > 1 {
        return Err(Frozen {
            message: format!("conflicting load balancer name: {}", set(&found)),
            origin: last(found),
        });
    }
    match found.into_iter().next() {
        Some((name, origin)) if name.len() > 32 => {
            Err(Frozen { message: "load balancer name cannot be longer than 32 characters".into(), origin })
        }
        Some((name, _)) => Ok(Some(name)),
        None => Ok(None),
    }
}

/// Compared in whatever order; those of class parameters as they are. Both kinds in one group are a conflict before any other.
fn subnets(group: &Group<'_>) -> Result<(), Frozen> {
    let suffix = "subnets";
    let (classed, others): (Vec<_>, Vec<_>) = group.members.iter().partition(|it| subnets_of_class(it).is_some());
    let Some(last) = classed.last() else {
        return same_items(group, suffix, "subnets");
    };
    let error = |message: &str| Err(Frozen { message: message.to_owned(), origin: whole(&last.ingress) });
    if others.iter().any(|it| it.notes().get(suffix).is_some()) {
        return error("conflicting subnet specifications: IngressClassParams versus annotation");
    }
    if classed.iter().any(|it| subnets_of_class(it) != subnets_of_class(last)) {
        return error("conflicting IngressClassParams subnet specifications");
    }
    Ok(())
}

fn subnets_of_class<'a>(member: &Member<'a>) -> Option<&'a str> {
    member.params.and_then(|it| it.object.subnets.as_deref())
}

/// Compared as lists: another order is a conflict. Only beside groups that are named the controller asks whether it may write
/// their rules; otherwise it makes the group itself.
fn security_groups(group: &Group<'_>) -> Result<(), Frozen> {
    let suffix = "security-groups";
    same_lists(group, suffix, "securityGroups", |a, b| a == b)?;
    if group.members.iter().any(|it| it.notes().texts(suffix).is_some_and(|it| !it.is_empty())) {
        let message = "conflicting manage backend security group rules settings";
        same_bools(group, "manage-backend-security-group-rules", message)?;
    }
    Ok(())
}

/// All members that say something say the same.
fn same_bools(group: &Group<'_>, suffix: &str, message: &str) -> Result<(), Frozen> {
    let mut found: OrdMap<bool, Origin> = OrdMap::new();
    for member in &group.members {
        let notes = member.notes();
        if let (Some(enabled), Some(note)) = (notes.bool(suffix)?, notes.get(suffix)) {
            found.entry(enabled).or_insert(note.origin);
        }
    }
    if found.len() > 1 {
        return Err(Frozen { message: message.to_owned(), origin: last(found) });
    }
    Ok(())
}

/// The first list of a group counts; another one beside it is a conflict.
pub(super) fn same_lists(
    group: &Group<'_>,
    suffix: &str,
    what: &str,
    is_same: fn(&[String], &[String]) -> bool,
) -> Result<(), Frozen> {
    let mut known: Option<Vec<String>> = None;
    for note in group.members.iter().filter_map(|it| it.notes().get(suffix)) {
        let found = texts(note.value);
        if let Some(known) = known.as_ref().filter(|it| !is_same(it, &found)) {
            return Err(note.error(format!("conflicting {what}: [{}] | [{}]", known.join(" "), found.join(" "))));
        }
        known = known.or(Some(found));
    }
    Ok(())
}

/// The same of lists whose order does not count, but how often an item stands does (`equality.IgnoreStringSliceOrder`).
pub(super) fn same_items(group: &Group<'_>, suffix: &str, what: &str) -> Result<(), Frozen> {
    same_lists(group, suffix, what, |a, b| {
        let (mut a, mut b) = (a.to_vec(), b.to_vec());
        a.order();
        b.order();
        a == b
    })
}

/// The pool that addresses come from: the class of the first member beats all annotations, and an empty annotation says nothing
/// (`model_build_ipam.go`).
fn address_pool(group: &Group<'_>) -> Result<(), Frozen> {
    if group.members.first().and_then(|it| it.params).is_some_and(|it| it.object.has_address_pool) {
        return Ok(());
    }
    let mut known: Option<&str> = None;
    for note in group.members.iter().filter_map(|it| it.notes().get("ipam-ipv4-pool-id")) {
        match known {
            _ if note.value.is_empty() => {}
            Some(known) if known != note.value => {
                return Err(note.error(format!("conflicting ipv4 ipam pools {known}: {}", note.value)));
            }
            _ => known = Some(note.value),
        }
    }
    Ok(())
}

fn exclusive_text(group: &Group<'_>, suffix: &str, title: &str) -> Result<(), Frozen> {
    let found = said(group, suffix, |_| None);
    if let Some(origin) = found.get("") {
        let member = group.members.iter().find(|it| Some(it.ingress.id) == origin.resource);
        let name = member.map(Member::name).unwrap_or_default();
        let message = format!("cannot use empty value for {suffix} annotation, ingress: {name}");
        return Err(Frozen { message, origin: origin.clone() });
    }
    if found.len() > 1 {
        return Err(Frozen { message: format!("conflicting {title}: {}", list(&found)), origin: last(found) });
    }
    Ok(())
}

/// Pairs of all members by key, with who says them first; two values of one key are a conflict, unless the class sets that
/// key.
fn merged_pairs<'a>(
    group: &'a Group<'a>,
    suffix: &str,
    by_class: fn(&IngressClassParams) -> &[(String, String)],
    what: &str,
) -> Result<Merged<'a>, Frozen> {
    let mut merged = Merged::new();
    for member in &group.members {
        let given = member.params.map(|it| by_class(it.object)).unwrap_or_default();
        let noted = member.notes().map(suffix)?;
        let noted = noted.iter().filter(|(key, _)| given.iter().all(|(it, _)| it != key));
        for (key, value) in given.iter().chain(noted) {
            match merged.get(key) {
                Some((known, _)) if known != value => {
                    let message = format!("conflicting {what} {key}: {known} | {value}");
                    return Err(Frozen { message, origin: member.place(suffix) });
                }
                Some(_) => {}
                None => {
                    merged.insert(key.clone(), (value.clone(), member));
                }
            }
        }
    }
    Ok(merged)
}

/// `CapacityUnits` is the only key; the class of the first member beats all annotations
/// (`model_build_load_balancer_capacity_reservation.go`).
fn capacity(group: &Group<'_>) -> Result<(), Frozen> {
    let suffix = "minimum-load-balancer-capacity";
    if group.members.first().and_then(|it| it.params).is_some_and(|it| it.object.has_capacity) {
        return Ok(());
    }
    let merged = merged_pairs(group, suffix, |_| &[], "capacity reservation")?;
    match merged.into_iter().find(|(key, _)| key != "CapacityUnits") {
        Some((key, (_, member))) => Err(Frozen { message: wrong_capacity(&key), origin: member.place(suffix) }),
        None => Ok(()),
    }
}

/// What the controller says of any other key.
pub(super) fn wrong_capacity(key: &str) -> String {
    format!("invalid key to set the capacity: {key}, Expected key: CapacityUnits")
}

/// The attributes of the load balancer; only the class of the first member is asked
/// (`buildIngressGroupLoadBalancerAttributes`).
fn attributes(group: &Group<'_>) -> Result<(), Frozen> {
    let params = group.members.first().and_then(|it| it.params);
    let by_class = params.map(|it| it.object.attributes.as_slice()).unwrap_or_default();
    let is_settled = |key: &str| by_class.iter().any(|(it, _)| it == key);
    let members: Vec<_> = group.members.iter().collect();
    settled_pairs(&members, "load-balancer-attributes", &is_settled, &|_, conflict| {
        format!("conflicting load balancer attributes {conflict}")
    })
}

/// The attributes of a listener by all members on its port; the class of the first member settles those that it sets
/// (`buildIngressGroupListenerAttributes`).
pub(super) fn listener_attributes(members: &[&Member<'_>], protocol: &str, port: u16) -> Result<(), Frozen> {
    let listener = format!("{protocol}-{port}");
    let params = members.first().and_then(|it| it.params);
    let by_class = params.map(|it| it.object.listener_attributes.as_slice()).unwrap_or_default();
    let is_settled = |key: &str| by_class.iter().any(|(name, it)| *name == listener && it == key);
    settled_pairs(members, &format!("listener-attributes.{listener}"), &is_settled, &|member, conflict| {
        format!("conflicting listener attributes {conflict} for ingress {}", member.name())
    })
}

/// Two values of one key in the annotations of members are a conflict, unless the class settles that key.
fn settled_pairs(
    members: &[&Member<'_>],
    suffix: &str,
    is_settled: &dyn Fn(&str) -> bool,
    message: &dyn Fn(&Member<'_>, &str) -> String,
) -> Result<(), Frozen> {
    let mut merged: OrdMap<String, String> = OrdMap::new();
    for member in members {
        for (key, value) in member.notes().map(suffix)? {
            let known = merged.insert(key.clone(), value.clone()).filter(|it| *it != value);
            if let Some(known) = known.filter(|_| !is_settled(&key)) {
                let message = message(member, &format!("{key}: {known} | {value}"));
                return Err(Frozen { message, origin: member.place(suffix) });
            }
        }
    }
    Ok(())
}

/// What is tied to the load balancer when all of it is built: web ACLs, of which class and annotation count alike, and the
/// protection against floods (`model_build_load_balancer_addons.go`).
pub(super) fn add_ons(group: &Group<'_>) -> Result<(), Frozen> {
    let (mut arns, mut ids) = (OrdMap::new(), OrdMap::new());
    for member in &group.members {
        let notes = member.notes();
        let by_class = member.params.and_then(|it| it.object.web_acl.as_ref());
        if let Some(arn) = by_class {
            arns.entry(arn.value.clone()).or_insert_with(|| whole(&member.ingress));
        }
        if let Some(note) = notes.get("wafv2-acl-arn").filter(|it| !it.value.is_empty()) {
            arns.entry(note.value.to_owned()).or_insert(note.origin);
        }
        let id = notes.get("waf-acl-id").or_else(|| notes.get("web-acl-id"));
        if let Some(note) = id.filter(|it| !it.value.is_empty()) {
            ids.entry(note.value.to_owned()).or_insert(note.origin);
        }
    }
    for (what, found) in [("WAFv2 WebACL ARNs", arns), ("WAFClassic WebACL IDs", ids)] {
        if found.len() > 1 {
            return Err(Frozen { message: format!("conflicting {what}: {}", list(&found)), origin: last(found) });
        }
    }
    same_bools(group, "shield-advanced-protection", "conflicting enable shield advanced protection")
}

/// The port that HTTP listeners redirect to: `ssl-redirect` of any member holds for the whole group.
pub(super) fn ssl_redirect(group: &Group<'_>, ports: &Ports<'_>) -> Result<Option<(u16, Origin)>, Frozen> {
    let mut found: OrdMap<i64, Origin> = OrdMap::new();
    for member in &group.members {
        if let Some(port) =
            member.params.and_then(|it| it.object.ssl_redirect_port.as_ref()).filter(|it| !it.value.is_empty())
        {
            // A port of the class parameters that is no number switches the redirect off.
            let Ok(port) = super::annotation::int32(&port.value) else { return Ok(None) };
            found.entry(port).or_insert_with(|| whole(&member.ingress));
            continue;
        }
        if let Some(note) = member.notes().get("ssl-redirect") {
            found.entry(note.int32().map_err(|it| member.wrap(it))?).or_insert(note.origin);
        }
    }
    if found.len() > 1 {
        let all = found.keys().map(i64::to_string).collect::<Vec<_>>().join(" ");
        let origin = found.into_values().next_back().unwrap_or_default();
        return Err(Frozen { message: format!("conflicting sslRedirect port: [{all}]"), origin });
    }
    let Some((port, origin)) = found.into_iter().next() else { return Ok(None) };
    let open = u16::try_from(port).ok().and_then(|it| Some((it, ports.get(&it)?)));
    match open {
        None => Err(Frozen { message: format!("listener does not exist for SSLRedirect port: {port}"), origin }),
        Some((_, open)) if !open.is_https => {
            Err(Frozen { message: format!("listener protocol non-SSL for SSLRedirect port: {port}"), origin })
        }
        Some((port, _)) => Ok(Some((port, origin))),
    }
}
