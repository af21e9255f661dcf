//! IngressClassParams of the AWS Load Balancer Controller: what it sets beats the annotations of the Ingresses.

use podpath_source::Spanned;
use podpath_yaml::{Node, Value};

use crate::meta::{Meta, Selector};
use crate::reader::Reader;

/// An IngressClassParams.
#[derive(Clone, Debug, PartialEq)]
pub struct IngressClassParams {
    /// `spec.group.name`
    pub group: Option<Spanned<String>>,
    /// `spec.scheme`
    pub scheme: Option<Spanned<String>>,
    /// `spec.certificateArn`
    pub certificates: Vec<Spanned<String>>,
    /// `spec.sslRedirectPort`; one that is no number switches the redirect off.
    pub ssl_redirect_port: Option<Spanned<String>>,
    /// `spec.targetType`
    pub target_type: Option<Spanned<String>>,
    /// `spec.loadBalancerName`
    pub load_balancer_name: Option<Spanned<String>>,
    /// `spec.ipAddressType`
    pub address_type: Option<Spanned<String>>,
    /// `spec.sslPolicy`
    pub ssl_policy: Option<Spanned<String>>,
    /// `spec.inboundCIDRs`
    pub inbound_cidrs: Vec<Spanned<String>>,
    /// `spec.prefixListsIDs`, or the older `spec.PrefixListsIDs`.
    pub prefix_lists: Vec<Spanned<String>>,
    /// `spec.subnets`, written as one text.
    pub subnets: Option<String>,
    /// Keys and values of `spec.tags`.
    pub tags: Vec<(String, String)>,
    /// Keys and values of `spec.loadBalancerAttributes`.
    pub attributes: Vec<(String, String)>,
    /// `spec.wafv2AclArn`
    pub web_acl: Option<Spanned<String>>,
    /// There is a `spec.minimumLoadBalancerCapacity`.
    pub has_capacity: bool,
    /// There is a `spec.ipamConfiguration.ipv4IPAMPoolId`.
    pub has_address_pool: bool,
    /// Keys of `spec.listeners[].listenerAttributes`, each behind its listener as `HTTP-80`.
    pub listener_attributes: Vec<(String, String)>,
    /// `spec.namespaceSelector`
    pub namespace_selector: Option<Selector>,
}

impl IngressClassParams {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let redirect = spec.get("sslRedirectPort");
        let (lists, older) = (spec.get("prefixListsIDs").texts(), spec.get("PrefixListsIDs").texts());
        Self {
            group: spec.get("group").get("name").text(),
            scheme: spec.get("scheme").text(),
            certificates: spec.get("certificateArn").texts(),
            ssl_redirect_port: redirect.scalar().map(|it| Spanned::new(it, redirect.span())),
            target_type: spec.get("targetType").text(),
            load_balancer_name: spec.get("loadBalancerName").text().filter(|it| !it.value.is_empty()),
            address_type: spec.get("ipAddressType").text(),
            ssl_policy: spec.get("sslPolicy").text().filter(|it| !it.value.is_empty()),
            inbound_cidrs: spec.get("inboundCIDRs").texts(),
            prefix_lists: if lists.is_empty() { older } else { lists },
            subnets: spec.get("subnets").node().map(|it| format!("{:?}", plain(it))),
            tags: pairs(spec.get("tags")),
            attributes: pairs(spec.get("loadBalancerAttributes")),
            web_acl: spec.get("wafv2AclArn").text().filter(|it| !it.value.is_empty()),
            has_capacity: spec.get("minimumLoadBalancerCapacity").exists(),
            has_address_pool: spec.get("ipamConfiguration").get("ipv4IPAMPoolId").exists(),
            listener_attributes: spec.get("listeners").items().flat_map(listener_attributes).collect(),
            namespace_selector: spec.get("namespaceSelector").selector(),
        }
    }
}

/// The listener with each key of its attributes.
fn listener_attributes(listener: Reader<'_>) -> Vec<(String, String)> {
    let part = |key: &str| listener.get(key).scalar().unwrap_or_default();
    let name = format!("{}-{}", part("protocol"), part("port"));
    pairs(listener.get("listenerAttributes")).into_iter().map(|(key, _)| (name.clone(), key)).collect()
}

/// A list of `key` and `value`.
fn pairs(reader: Reader<'_>) -> Vec<(String, String)> {
    let pair = |it: Reader<'_>| Some((it.get("key").text()?.value, it.get("value").scalar().unwrap_or_default()));
    reader.items().filter_map(pair).collect()
}

/// All texts of a tree with the keys before them: equal trees give equal lists.
fn plain(node: &Node) -> Vec<String> {
    match &node.value {
        Value::List(items) => items.iter().flat_map(plain).collect(),
        Value::Map(map) => {
            let of =
                |key: &str, value: &Node| plain(value).into_iter().map(|it| format!("{key}.{it}")).collect::<Vec<_>>();
            map.entries.iter().flat_map(|it| of(&it.key.text, &it.value)).collect()
        }
        _ => Reader::new(node).scalar().into_iter().collect(),
    }
}
