//! Service.

use std::net::IpAddr;

use podpath_source::{Span, Spanned};
use podpath_yaml::Node;

use crate::meta::{Labels, Meta};
use crate::reader::{PortRef, Reader};

/// A Service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// `ClusterIP` unless told.
    pub service_type: String,
    /// None when there is no selector; an empty one counts as none.
    pub selector: Option<Labels>,
    /// `spec.ports`
    pub ports: Vec<ServicePort>,
    /// `None` is a headless Service.
    pub cluster_ips: Vec<String>,
    /// `spec.externalIPs`, and `status.loadBalancer.ingress[].ip` but for those of `ipMode: Proxy`.
    pub outer_ips: Vec<String>,
    /// Of type ExternalName.
    pub external_name: Option<Spanned<String>>,
    /// Pods count before they are ready.
    pub publishes_not_ready: bool,
    /// What kube-proxy does with connections.
    pub traffic: Traffic,
    /// `spec.loadBalancerClass`
    pub load_balancer_class: Option<Spanned<String>>,
    /// `spec.healthCheckNodePort`
    pub health_check_node_port: Option<u16>,
    /// `spec.allocateLoadBalancerNodePorts` is not false.
    pub allocates_node_ports: bool,
    /// `spec.ipFamilies`
    pub ip_families: Vec<String>,
    /// `spec.loadBalancerSourceRanges`
    pub source_ranges: Vec<Spanned<String>>,
    /// Where `spec.ports` stands.
    pub ports_span: Span,
}

/// What kube-proxy does with the connections of a Service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// `spec.sessionAffinity` is `ClientIP`.
    pub has_affinity: bool,
    /// `spec.externalTrafficPolicy` is `Local`.
    pub is_external_local: bool,
    /// `spec.internalTrafficPolicy` is `Local`.
    pub is_internal_local: bool,
}

/// An entry of `spec.ports`.
#[derive(Clone, Debug, PartialEq)]
pub struct ServicePort {
    /// `name`
    pub name: Option<Spanned<String>>,
    /// `port`
    pub port: Spanned<u16>,
    /// `targetPort`; the port itself unless told.
    pub target_port: Spanned<PortRef>,
    /// `TCP` unless told.
    pub protocol: String,
    /// `nodePort`
    pub node_port: Option<Spanned<u16>>,
    /// `appProtocol`
    pub app_protocol: Option<Spanned<String>>,
    /// The whole entry.
    pub span: Span,
}

impl Service {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let selector = spec.get("selector").labels();
        let ips = spec.get("clusterIP").text().into_iter().chain(spec.get("clusterIPs").texts());
        let mut cluster_ips: Vec<_> = ips.map(|it| it.value).filter(|it| !it.is_empty()).collect();
        cluster_ips.dedup();
        let ingress = reader.get("status").get("loadBalancer").get("ingress");
        let is_ours = |it: &Reader<'_>| it.get("ipMode").text().is_none_or(|it| it.value != "Proxy");
        let of_balancer = ingress.items().filter(is_ours).filter_map(|it| it.get("ip").text());
        let outer_ips = spec.get("externalIPs").texts().into_iter().chain(of_balancer).map(|it| it.value).collect();
        let is = |key: &str, value: &str| spec.get(key).text().is_some_and(|it| it.value == value);
        Self {
            service_type: spec.get("type").text().map_or_else(|| "ClusterIP".into(), |it| it.value),
            selector: (!selector.is_empty()).then_some(selector),
            ports: spec.get("ports").items().filter_map(ServicePort::read).collect(),
            cluster_ips,
            outer_ips,
            external_name: spec.get("externalName").text(),
            publishes_not_ready: spec.get("publishNotReadyAddresses").is_true(),
            traffic: Traffic {
                has_affinity: is("sessionAffinity", "ClientIP"),
                is_external_local: is("externalTrafficPolicy", "Local"),
                is_internal_local: is("internalTrafficPolicy", "Local"),
            },
            load_balancer_class: spec.get("loadBalancerClass").text(),
            health_check_node_port: spec.get("healthCheckNodePort").port().map(|it| it.value),
            allocates_node_ports: spec.get("allocateLoadBalancerNodePorts").node().and_then(Node::as_bool)
                != Some(false),
            ip_families: spec.get("ipFamilies").texts().into_iter().map(|it| it.value).collect(),
            source_ranges: spec.get("loadBalancerSourceRanges").texts(),
            ports_span: spec.key_span("ports"),
        }
    }

    /// True for `clusterIP: None`.
    pub fn is_headless(&self) -> bool {
        self.cluster_ips.iter().any(|ip| ip == "None")
    }

    /// `spec.ipFamilies` holds `IPv6`.
    pub fn has_ipv6(&self) -> bool {
        self.ip_families.iter().any(|it| it == "IPv6")
    }

    /// It is served in this family, `IPv4` or `IPv6`: by `ipFamilies`, else by the families of its addresses; where neither
    /// is written, the cluster decides.
    pub fn may_have_family(&self, family: &str) -> bool {
        let mut of_addresses = self.cluster_ips.iter().filter_map(|it| ip_family(it)).peekable();
        if self.ip_families.is_empty() {
            return of_addresses.peek().is_none() || of_addresses.any(|it| it == family);
        }
        self.ip_families.iter().any(|it| it == family)
    }

    /// The entry that every node opens this port for, for connections of a protocol.
    pub fn by_node_port(&self, protocol: &str, number: u16) -> Option<&ServicePort> {
        let is_open = matches!(self.service_type.as_str(), "NodePort" | "LoadBalancer");
        let opens = |it: &ServicePort| it.node_port.as_ref().is_some_and(|it| it.value == number);
        self.ports.iter().find(|it| is_open && it.protocol == protocol && opens(it))
    }

    /// The first entry for a port number, whatever its protocol.
    pub fn port(&self, number: u16) -> Option<&ServicePort> {
        self.port_by(&PortRef::Number(number))
    }

    /// The first entry for a port by number or name, whatever its protocol.
    pub fn port_by(&self, port: &PortRef) -> Option<&ServicePort> {
        self.ports.iter().find(|it| it.is(port))
    }

    /// The entry for connections of a protocol (`TCP`, `UDP`) to a port: kube-proxy keeps its rules by address, port and
    /// protocol, so an entry of another protocol is another port (`pkg/proxy`, `ServicePortName`).
    pub fn port_over(&self, protocol: &str, port: &PortRef) -> Option<&ServicePort> {
        self.ports.iter().find(|it| it.protocol == protocol && it.is(port))
    }
}

/// `IPv4` or `IPv6`; none of what is no address.
pub fn ip_family(address: &str) -> Option<&'static str> {
    let address: IpAddr = address.parse().ok()?;
    Some(if address.is_ipv6() { "IPv6" } else { "IPv4" })
}

impl ServicePort {
    /// It has this number, or this name; one without a name has the empty one.
    fn is(&self, port: &PortRef) -> bool {
        match port {
            PortRef::Number(number) => self.port.value == *number,
            PortRef::Name(name) => self.name.as_ref().map_or("", |it| it.value.as_str()) == name,
        }
    }

    fn read(reader: Reader<'_>) -> Option<Self> {
        let port = reader.get("port").port()?;
        let same = || port.clone().map(PortRef::Number);
        let is_told = |it: &Spanned<PortRef>| !matches!(&it.value, PortRef::Name(name) if name.is_empty());
        Some(Self {
            name: reader.get("name").text(),
            // 0 and the empty text are the port as well (`core/v1` defaults.go).
            target_port: reader.get("targetPort").port_ref().filter(is_told).unwrap_or_else(same),
            protocol: reader.get("protocol").text().map_or_else(|| "TCP".into(), |it| it.value),
            node_port: reader.get("nodePort").port(),
            app_protocol: reader.get("appProtocol").text(),
            span: reader.span(),
            port,
        })
    }
}
