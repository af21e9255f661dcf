//! NetworkPolicy.

use podpath_source::{Span, Spanned};

use crate::meta::{Meta, Selector};
use crate::reader::{PortRef, Reader};

/// A NetworkPolicy, with the API server's defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkPolicy {
    /// `spec.podSelector`
    pub selector: Selector,
    /// It isolates the Pods for what comes in.
    pub is_ingress: bool,
    /// It isolates the Pods for what goes out.
    pub is_egress: bool,
    /// What may come in.
    pub ingress: Vec<PolicyRule>,
    /// What may go out.
    pub egress: Vec<PolicyRule>,
}

/// An entry of `ingress` or `egress`: one of the peers and one of the ports must fit.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyRule {
    /// `from` or `to`; empty or missing is everybody.
    pub peers: Vec<PolicyPeer>,
    /// `ports`; empty or missing is every port.
    pub ports: Vec<PolicyPort>,
    /// The whole rule.
    pub span: Span,
}

/// Who is at the other end.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyPeer {
    /// `podSelector`: Pods of the policy's own namespace, or of those of `namespaces`.
    pub pods: Option<Selector>,
    /// `namespaceSelector`
    pub namespaces: Option<Selector>,
    /// `ipBlock`
    pub block: Option<IpBlock>,
    /// The whole entry.
    pub span: Span,
}

/// Addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpBlock {
    /// `cidr`
    pub cidr: Spanned<String>,
    /// `except`: addresses of the block that do not fit.
    pub except: Vec<String>,
}

/// An entry of `ports`; it means ports of the Pod that is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyPort {
    /// `TCP` unless told.
    pub protocol: String,
    /// By number, or by the name that the Pod gives it; missing is every port.
    pub port: Option<Spanned<PortRef>>,
    /// `endPort`: the last one of a range that begins with the number.
    pub end: Option<u16>,
}

impl NetworkPolicy {
    /// "If this field is not specified, it will default based on the existence of ingress or egress rules": every policy
    /// is one of ingress, and one of egress when it has a rule for it (`networking/v1` types.go, defaults.go).
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let types = spec.get("policyTypes").texts();
        let egress = spec.get("egress").list(|it| PolicyRule::read(it, "to"));
        let is = |name: &str| types.iter().any(|it| it.value == name);
        Self {
            selector: spec.get("podSelector").selector().unwrap_or_default(),
            is_ingress: types.is_empty() || is("Ingress"),
            is_egress: is("Egress") || types.is_empty() && !egress.is_empty(),
            ingress: spec.get("ingress").list(|it| PolicyRule::read(it, "from")),
            egress,
        }
    }
}

impl PolicyRule {
    fn read(reader: Reader<'_>, peers: &str) -> Self {
        let port = |it: Reader<'_>| PolicyPort {
            protocol: it.get("protocol").text().map_or_else(|| "TCP".into(), |it| it.value),
            port: it.get("port").port_ref(),
            end: it.get("endPort").port().map(|it| it.value),
        };
        Self {
            peers: reader.get(peers).list(PolicyPeer::read),
            ports: reader.get("ports").list(port),
            span: reader.span(),
        }
    }
}

impl PolicyPeer {
    fn read(reader: Reader<'_>) -> Self {
        let block = reader.get("ipBlock");
        let block =
            |cidr| IpBlock { cidr, except: block.get("except").texts().into_iter().map(|it| it.value).collect() };
        Self {
            pods: reader.get("podSelector").selector(),
            namespaces: reader.get("namespaceSelector").selector(),
            block: reader.get("ipBlock").get("cidr").text().map(block),
            span: reader.span(),
        }
    }
}
