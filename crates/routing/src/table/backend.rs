//! Where a rule sends what it takes, and what is known of it before anything is sent.

use std::sync::Arc;

use podpath_cluster::ResourceId;
use podpath_objects::Labels;
use podpath_source::{Location, Text};

use super::{Filter, Origin};

/// Where a share of the traffic goes.
#[derive(Clone, Debug)]
pub struct Backend {
    /// Where it stands.
    pub origin: Origin,
    /// Who.
    pub target: Target,
    /// Port of the Service.
    pub port: Option<u16>,
    /// Name and labels of a subset.
    pub subset: Option<(String, Labels)>,
    /// Share, over the sum of all.
    pub weight: u64,
    /// What is done for this backend alone.
    pub filters: Vec<Filter>,
    /// Why its share fails.
    pub fault: Option<Fault>,
    /// TLS is spoken to it.
    pub tls: Option<BegunTls>,
    /// How a load balancer asks its targets whether they are well.
    pub check: Option<Arc<HealthCheck>>,
    /// The load balancer lets it see the address of the client.
    pub keeps_client: bool,
}

impl Backend {
    /// One that gets everything, as it is.
    pub fn plain(origin: Origin, target: Target, port: Option<u16>) -> Self {
        Self {
            origin,
            target,
            port,
            subset: None,
            weight: 1,
            filters: vec![],
            fault: None,
            tls: None,
            check: None,
            keeps_client: false,
        }
    }
}

/// How a load balancer asks its targets whether they are well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealthCheck {
    /// `HTTP`, `HTTPS`, `TCP`
    pub protocol: String,
    /// None is the port of the traffic.
    pub port: Option<u16>,
    /// Of HTTP, with its query.
    pub path: Option<String>,
    /// What HTTP must answer: `200`, `200-299`, `200,302`.
    pub codes: Option<String>,
    /// gRPC is asked, whose codes are others.
    pub is_grpc: bool,
    /// The targets are nodes, not Pods.
    pub is_node: bool,
    /// Somebody wrote it; else it is the controller's default.
    pub is_written: bool,
    /// Where it is written; of no meaning where it is not.
    pub location: Location,
}

/// TLS that a proxy begins towards a backend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BegunTls {
    /// The server name that it sends.
    pub name: ServerName,
    /// The DestinationRule that asks for it, the place of its mode, and the mode; none where another kind of object does.
    pub by: Option<(ResourceId, Location, String)>,
}

/// The server name of TLS that a proxy begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServerName {
    /// It sends none.
    #[default]
    None,
    /// The host of the request, where that is a name.
    OfRequest,
    /// This one.
    Fixed(String),
}

/// Who gets a share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A Service.
    Service(ResourceId),
    /// A Service that is not here: namespace and name.
    Missing(String, String),
    /// A host that is no Service.
    Host(String),
    /// Another load balancer, by one of its objects.
    Balancer(ResourceId),
}

/// Why a share fails, and how the proxy answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable kebab-case code.
    pub reason: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Option<String>,
    /// The same in a sentence.
    pub text: Text,
    /// The smallest place that is wrong.
    pub location: Location,
}
