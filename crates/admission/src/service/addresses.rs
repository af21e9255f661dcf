//! The addresses of a Service: inside of the cluster with their families, from outside, and the name that stands for others.

use std::net::IpAddr;

use podpath_order::OrdSet;

use super::written;
use crate::metadata::quoted;
use crate::{Field, Refusal, name};

const IP: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

/// What a Service without addresses of its own must not have, `externalName` and `externalIPs`.
pub(super) fn check(spec: &Field<'_>, kind: &str) -> Vec<Refusal> {
    let mut found = Vec::new();
    if kind == "ExternalName" {
        let (address, all) = (spec.get("clusterIP"), spec.get("clusterIPs"));
        let given = if address.is_empty() { all } else { address.told_at("spec.clusterIPs") };
        found.extend((!given.is_empty()).then(|| given.forbidden("may not be set for ExternalName services")));
        let external = spec.get("externalName");
        let host = external.text().strip_suffix('.').unwrap_or(external.text());
        if host.is_empty() {
            found.push(external.required());
        } else {
            found.extend(name::subdomain(host).map(|why| external.invalid(&quoted(external.text()), &why)));
        }
    }
    let others = spec.get("externalIPs").items();
    let bad = |it: &Field<'_>| {
        let why = address_of(it.text()).map_or(Some(IP), unfit)?;
        Some(it.invalid(&quoted(it.text()), why))
    };
    found.extend(others.iter().filter_map(bad));
    found
}

/// `ipFamilies` and `ipFamilyPolicy`, then the addresses (`ValidateServiceClusterIPsRelatedFields`).
pub(super) fn families(spec: &Field<'_>, kind: &str) -> Vec<Refusal> {
    let (families, policy) = (spec.get("ipFamilies"), spec.get("ipFamilyPolicy"));
    let mut found = Vec::new();
    if kind == "ExternalName" {
        let fields = [(!families.is_empty(), families), (policy.exists(), policy)];
        let told = fields.into_iter().filter(|(is_told, _)| *is_told);
        found.extend(told.map(|(_, it)| it.forbidden("may not be set for ExternalName services")));
        return found;
    }
    let mut seen = OrdSet::new();
    for it in families.items() {
        found.extend(it.one_of(&["IPv4", "IPv6"]));
        found.extend((!seen.insert(it.text())).then(|| it.duplicate(&quoted(it.text()))));
    }
    found.extend(written(&policy, &["PreferDualStack", "RequireDualStack", "SingleStack"]));
    if policy.text() == "SingleStack" {
        let fields = [("clusterIPs", spec.get("clusterIPs").len()), ("ipFamilies", families.len())];
        found.extend(fields.into_iter().filter(|(_, len)| *len > 1).map(|(key, _)| {
            let why = format!("must be RequireDualStack or PreferDualStack when multiple '{key}' are specified");
            policy.invalid("\"SingleStack\"", &why)
        }));
    }
    found.extend(cluster_addresses(spec, kind, &families));
    found
}

/// `clusterIP` is the first of `clusterIPs`, which the server writes where it is the only one: each by itself, then both
/// together, then beside the families. One that cannot be read ends it.
fn cluster_addresses(spec: &Field<'_>, kind: &str, families: &Field<'_>) -> Vec<Refusal> {
    let (first, all) = (spec.get("clusterIP"), spec.get("clusterIPs"));
    let value: Vec<_> = all.texts().into_iter().map(quoted).collect();
    let refuse = |why: &str| all.invalid(&format!("[{}]", value.join(",")), why);
    let mut found = Vec::new();
    let items = match all.texts().first() {
        None if first.is_empty() => return found,
        None => vec![first.told_at("spec.clusterIPs[0]")],
        Some(_) if first.is_empty() => {
            found.push(refuse("must be empty when `clusterIP` is not specified"));
            all.items()
        }
        Some(it) => {
            found.extend((*it != first.text()).then(|| refuse("first value must match `clusterIP`")));
            all.items()
        }
    };
    let is_headless = items.first().is_some_and(|it| it.text() == "None");
    if is_headless && items.len() > 1 {
        found.push(refuse("'None' must be the first and only value"));
    } else if is_headless && matches!(kind, "LoadBalancer" | "NodePort") {
        let why = format!("may not be set to 'None' for {kind} services");
        found.extend(items.first().map(|it| it.invalid("\"None\"", &why)));
    }
    let rest: Vec<_> = items.iter().skip(usize::from(is_headless)).collect();
    let bad = |it: &&&Field<'_>| address_of(it.text()).is_none();
    found.extend(rest.iter().filter(bad).map(|it| it.invalid(&quoted(it.text()), IP)));
    if items.len() > 2 {
        found.push(refuse("may only hold up to 2 values"));
    }
    let addresses: Vec<_> = rest.iter().filter_map(|it| address_of(it.text())).collect();
    if is_headless || addresses.len() < items.len() {
        return found;
    }
    let sixes = addresses.iter().filter(|it| it.is_ipv6()).count();
    if addresses.len() > 1 && (sixes == 0 || sixes == addresses.len()) {
        found.push(refuse("may specify no more than one IP for each IP family"));
    }
    for (n, ((item, address), family)) in items.iter().zip(&addresses).zip(families.texts()).enumerate() {
        let is_other = if address.is_ipv6() { family == "IPv4" } else { family == "IPv6" };
        let why = format!("expected an {family} value as indicated by `ipFamilies[{n}]`");
        found.extend(is_other.then(|| item.invalid(&quoted(item.text()), &why)));
    }
    found
}

/// An address; leading zeros are let through, as they always were in these fields.
pub(super) fn address_of(text: &str) -> Option<IpAddr> {
    let bare = |it: &str| if it.len() > 1 { it.trim_start_matches('0').to_owned() } else { it.to_owned() };
    let parts: Vec<_> = text.split('.').map(bare).map(|it| if it.is_empty() { "0".into() } else { it }).collect();
    text.parse().ok().or_else(|| parts.join(".").parse().ok())
}

/// Why an external address is none that traffic can come to.
fn unfit(address: IpAddr) -> Option<&'static str> {
    let is_link_local = match address {
        IpAddr::V4(it) => it.is_link_local(),
        IpAddr::V6(it) => it.segments().first().is_some_and(|it| it & 0xffc0 == 0xfe80),
    };
    if address.is_unspecified() {
        return Some(if address.is_ipv4() {
            "may not be unspecified (0.0.0.0)"
        } else {
            "may not be unspecified (::)"
        });
    }
    if address.is_loopback() {
        return Some("may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    is_link_local.then_some("may not be in the link-local range (169.254.0.0/16, fe80::/10)")
}
