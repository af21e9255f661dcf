//! The ports of a group: `listen-ports` of its members, merged (`model_build_listener.go`).

use podpath_cluster::ResourceId;
use podpath_order::{OrdMap, OrdSet};
use podpath_source::Spanned;

use super::annotation::Annotations;
use super::group::Member;
use super::json::{self, Json};
use crate::gateways::whole;
use crate::table::{Frozen, Origin};

/// A port of the load balancer.
pub(super) struct Open<'a> {
    pub(super) is_https: bool,
    pub(super) origin: Origin,
    /// ARNs, the default one first.
    pub(super) certificates: Vec<String>,
    /// Rules live only on the ports of their own Ingress.
    pub(super) members: Vec<ResourceId>,
    first: &'a Member<'a>,
    cidrs: Option<(String, OrdSet<String>)>,
    prefix_lists: Option<(String, OrdSet<String>)>,
    ssl_policy: Option<(String, String)>,
    mutual: Option<(String, Mutual)>,
}

impl Open<'_> {
    /// The ranges of clients that are let in; none where they are not all that counts.
    pub(super) fn sources(&self) -> Vec<String> {
        match (&self.cidrs, &self.prefix_lists) {
            (Some((_, ranges)), None) => ranges.iter().cloned().collect(),
            _ => vec![],
        }
    }
}

/// What one member wants of a port.
struct Wish {
    is_https: bool,
    origin: Origin,
    certificates: Vec<String>,
    cidrs: OrdSet<String>,
    prefix_lists: OrdSet<String>,
    ssl_policy: Option<String>,
    mutual: Option<Mutual>,
}

/// Mode, trust store, and whether expired certificates pass. Without the annotation there is no store, with it there is one,
/// be it empty.
type Mutual = (String, Option<String>, Option<bool>);

/// By number.
pub(super) type Ports<'a> = OrdMap<u16, Open<'a>>;

/// The ports of all members; what must be one for a port and differs is an error of the group.
pub(super) fn merge<'a>(members: &'a [Member<'a>]) -> Result<Ports<'a>, Frozen> {
    let mut wishes: OrdMap<u16, Vec<(&Member<'_>, Wish)>> = OrdMap::new();
    for member in members {
        for (number, wish) in wishes_of(member).map_err(|it| member.wrap(it))? {
            wishes.entry(number).or_default().push((member, wish));
        }
    }
    let mut ports = Ports::new();
    for (number, wishes) in wishes {
        let mut open: Option<Open<'_>> = None;
        for (member, wish) in wishes {
            let open = open.get_or_insert_with(|| Open {
                is_https: wish.is_https,
                origin: wish.origin.clone(),
                certificates: vec![],
                members: vec![],
                first: member,
                cidrs: None,
                prefix_lists: None,
                ssl_policy: None,
                mutual: None,
            });
            let origin = wish.origin.clone();
            let message = |why| format!("failed to merge listenPort config for port: {number}: {why}");
            join(open, member, wish).map_err(|why| Frozen { message: message(why), origin })?;
        }
        ports.extend(open.map(|it| (number, it)));
    }
    Ok(ports)
}

fn join(open: &mut Open<'_>, member: &Member<'_>, wish: Wish) -> Result<(), String> {
    let name = member.name();
    if open.is_https != wish.is_https {
        let before = open.first.name();
        let (was, is) = (protocol(open.is_https), protocol(wish.is_https));
        return Err(format!("conflicting protocol, {before}: {was} | {name}: {is}"));
    }
    let told = |it: OrdSet<String>| Some(it).filter(|it| !it.is_empty());
    agree(&mut open.cidrs, &name, told(wish.cidrs), "inbound-cidrs", |it| {
        let (new, old): (Vec<_>, Vec<_>) = it.iter().cloned().partition(|it| it.contains(':'));
        format!("{}, {}", list(&old), list(&new))
    })?;
    agree(&mut open.prefix_lists, &name, told(wish.prefix_lists), "inbound-prefix-lists", |it| {
        list(&it.iter().cloned().collect::<Vec<_>>())
    })?;
    agree(&mut open.ssl_policy, &name, wish.ssl_policy, "sslPolicy", String::clone)?;
    agree(&mut open.mutual, &name, wish.mutual, "mTLS Attributes", printed)?;
    // "The first certificate of the first member that has any is the default one; the rest are SNI, without doubles", among
    // which the default one may stand again.
    let mut given = wish.certificates.into_iter();
    if open.certificates.is_empty() {
        open.certificates.extend(given.next());
    }
    for certificate in given {
        if open.certificates.iter().skip(1).all(|it| *it != certificate) {
            open.certificates.push(certificate);
        }
    }
    open.members.push(member.ingress.id);
    Ok(())
}

/// What a member tells first holds for the port; something else is a conflict. Who tells nothing follows.
fn agree<T: PartialEq>(
    known: &mut Option<(String, T)>,
    name: &str,
    told: Option<T>,
    what: &str,
    print: fn(&T) -> String,
) -> Result<(), String> {
    let Some(found) = told else { return Ok(()) };
    match known {
        Some((first, known)) if *known != found => {
            Err(format!("conflicting {what}, {first}: {} | {name}: {}", print(known), print(&found)))
        }
        Some(_) => Ok(()),
        None => {
            *known = Some((name.to_owned(), found));
            Ok(())
        }
    }
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.join(" "))
}

/// As Go prints it: what is told is an address, which is another one each time.
fn printed((mode, store, expiry): &Mutual) -> String {
    let address = |is_told: bool| if is_told { "0x..." } else { "<nil>" };
    format!("&{{{mode} {} {}}}", address(store.is_some()), address(expiry.is_some()))
}

fn protocol(is_https: bool) -> &'static str {
    if is_https { "HTTPS" } else { "HTTP" }
}

fn wishes_of(member: &Member<'_>) -> Result<Vec<(u16, Wish)>, Frozen> {
    let notes = member.notes();
    let params = member.params.map(|it| it.object);
    let certificates = listed(params.map(|it| it.certificates.as_slice()), &notes, "certificate-arn");
    let by_class = params.and_then(|it| it.ssl_policy.as_ref()).map(|it| it.value.clone());
    let ssl_policy = by_class.or_else(|| notes.get("ssl-policy").map(|it| it.value.to_owned()));
    let cidrs = cidrs(member)?;
    let mutual = mutual(member)?;
    let prefix_lists = listed(params.map(|it| it.prefix_lists.as_slice()), &notes, "security-group-prefix-lists");
    let prefix_lists: OrdSet<_> = prefix_lists.into_iter().collect();
    let place = member.place("listen-ports");
    // `create-acm-cert` is a wish that the controller's gate EnableCertificateManagement must allow; it is off unless switched on.
    let ports = listen_ports(member, !certificates.is_empty())?;
    let wish = |(number, is_https): (u16, bool)| {
        let secure = |it: &Vec<String>| if is_https { it.clone() } else { vec![] };
        (
            number,
            Wish {
                is_https,
                origin: place.clone(),
                certificates: secure(&certificates),
                cidrs: cidrs.clone(),
                prefix_lists: prefix_lists.clone(),
                ssl_policy: ssl_policy.clone().filter(|_| is_https),
                mutual: mutual.get(&number).cloned().filter(|_| is_https),
            },
        )
    };
    Ok(ports.into_iter().map(wish).collect())
}

/// What the class lists, else the annotation.
fn listed(by_class: Option<&[Spanned<String>]>, notes: &Annotations<'_>, suffix: &str) -> Vec<String> {
    match by_class {
        Some(given) if !given.is_empty() => given.iter().map(|it| it.value.clone()).collect(),
        _ => notes.texts(suffix).unwrap_or_default(),
    }
}

fn cidrs(member: &Member<'_>) -> Result<OrdSet<String>, Frozen> {
    let by_class = member.params.map(|it| it.object.inbound_cidrs.as_slice()).unwrap_or_default();
    if let Some(bad) = by_class.iter().find(|it| !is_cidr(&it.value)) {
        let message = format!(
            "invalid CIDR in IngressClassParams InboundCIDR {}: invalid CIDR address: {}",
            bad.value, bad.value
        );
        return Err(Frozen { message, origin: whole(&member.ingress) });
    }
    if !by_class.is_empty() {
        return Ok(by_class.iter().map(|it| it.value.clone()).collect());
    }
    let Some(note) = member.notes().get("inbound-cidrs") else { return Ok(OrdSet::new()) };
    let cidrs = super::annotation::texts(note.value);
    match cidrs.iter().find(|it| !is_cidr(it)) {
        Some(bad) => Err(note.error(format!(
            "invalid inbound-cidrs settings on Ingress: {}: invalid CIDR address: {bad}",
            member.name()
        ))),
        None => Ok(cidrs.into_iter().collect()),
    }
}

/// An address and the length of its prefix.
pub(super) fn is_cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let (Ok(address), Ok(length)) = (address.parse::<std::net::IpAddr>(), length.parse::<u8>()) else { return false };
    // Rust reads a sign, Go does not.
    !text.contains('+') && length <= if address.is_ipv4() { 32 } else { 128 }
}

/// HTTPS 443 with a certificate, HTTP 80 without, unless told. Of one port named twice the later protocol counts.
fn listen_ports(member: &Member<'_>, prefers_tls: bool) -> Result<OrdMap<u16, bool>, Frozen> {
    let Some(note) = member.notes().get("listen-ports") else {
        return Ok([if prefers_tls { (443, true) } else { (80, false) }].into());
    };
    let unreadable =
        |why: &str| note.error(format!("failed to parse listen-ports configuration: `{}`: {why}", note.value));
    let entries = match json::parse(note.value) {
        Ok(Json::List(entries)) => entries,
        Ok(Json::Null) => vec![],
        Ok(_) => return Err(unreadable("json: cannot unmarshal object into Go value of type []map[string]int64")),
        Err(why) => return Err(unreadable(&why)),
    };
    if entries.is_empty() {
        return Err(note.error(format!("empty listen-ports configuration: `{}`", note.value)));
    }
    let mut ports = OrdMap::new();
    for entry in &entries {
        let pairs = match entry {
            Json::Map(pairs) => pairs.as_slice(),
            // Go reads it as an empty map.
            Json::Null => &[],
            _ => return Err(unreadable("json: cannot unmarshal into Go value of type map[string]int64")),
        };
        for (name, _) in pairs {
            let number = entry.int(name).map_err(|why| unreadable(&why))?.unwrap_or(0);
            let Some(number) = u16::try_from(number).ok().filter(|it| *it > 0) else {
                return Err(note.error(format!("listen port must be within [1, 65535]: {number}")));
            };
            match name.as_str() {
                "HTTP" => ports.insert(number, false),
                "HTTPS" => ports.insert(number, true),
                other => return Err(note.error(format!("listen protocol must be within [HTTP, HTTPS]: {other}"))),
            };
        }
    }
    Ok(ports)
}

/// `mutual-authentication` by port; without the annotation it is off on 443, which is not what `off` says there: the two are a
/// conflict.
fn mutual(member: &Member<'_>) -> Result<OrdMap<u16, Mutual>, Frozen> {
    let Some(note) = member.notes().get("mutual-authentication") else {
        return Ok([(443, ("off".to_owned(), None, None))].into());
    };
    let what = "mutualAuthentication configuration from ingress annotation";
    let unreadable = |why: &str| note.error(format!("failed to parse {what}: `{}`: {why}", note.value));
    let entries = match json::parse(note.value) {
        Ok(Json::List(entries)) => entries,
        Ok(Json::Null) => vec![],
        Ok(_) => {
            return Err(unreadable(
                "json: cannot unmarshal into Go value of type []ingress.MutualAuthenticationConfig",
            ));
        }
        Err(why) => return Err(unreadable(&why)),
    };
    if entries.is_empty() {
        return Err(note.error(format!("empty {what}: `{}`", note.value)));
    }
    let mut ports = OrdMap::new();
    for entry in &entries {
        let read = || -> Result<_, String> {
            entry.object("ingress.MutualAuthenticationConfig")?;
            let store = entry.text("trustStore")?.unwrap_or_default();
            Ok((
                entry.int("port")?.unwrap_or(0),
                entry.text("mode")?.unwrap_or_default(),
                store,
                entry.bool("ignoreClientCertificateExpiry")?,
            ))
        };
        let (port, mode, store, expiry) = read().map_err(|why| unreadable(&why))?;
        let error = |why: String| Err(note.error(why));
        let Some(number) = u16::try_from(port).ok().filter(|it| *it > 0) else {
            return error(format!("listen port must be within [1, 65535]: {port}"));
        };
        match mode.as_str() {
            "" => return error(format!("mutualAuthentication mode cannot be empty for port {port}")),
            "verify" if store.is_empty() => {
                return error(format!(
                    "trustStore is required when mutualAuthentication mode is verify for port {port}"
                ));
            }
            "off" | "passthrough" if !store.is_empty() => {
                return error(format!("Mutual Authentication mode {mode} does not support trustStore for port {port}"));
            }
            "off" | "passthrough" if expiry.is_some() => {
                return error(format!(
                    "Mutual Authentication mode {mode} does not support ignoring client certificate expiry for port {port}"
                ));
            }
            "off" | "passthrough" | "verify" => {}
            _ => {
                return error(format!(
                    "mutualAuthentication mode value must be among [off, passthrough, verify] for port {port} : {mode}"
                ));
            }
        }
        let expiry = expiry.or((mode == "verify").then_some(false));
        ports.insert(number, (mode, Some(store), expiry));
    }
    Ok(ports)
}

impl Open<'_> {
    /// `HTTP` or `HTTPS`.
    pub(super) fn protocol(&self) -> &'static str {
        protocol(self.is_https)
    }

    /// Clients must show a certificate that the load balancer trusts.
    pub(super) fn verifies_clients(&self) -> bool {
        self.mutual.as_ref().is_some_and(|(_, (mode, ..))| mode == "verify")
    }
}
