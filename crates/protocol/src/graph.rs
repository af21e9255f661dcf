//! The diagram: cards in fixed lanes, and the wires between them.

use podpath_order::OrdMap;
use serde::{Deserialize, Serialize};

use crate::{Range, Ref};

/// Result of `graph`. Positions and sizes are in CSS pixels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    /// The cards.
    pub nodes: Vec<Node>,
    /// Namespaces that are folded away whole: `view.more` shows some of them.
    #[serde(default)]
    pub hidden: u32,
    /// The wires.
    pub edges: Vec<Edge>,
    /// Of the whole picture.
    pub width: f64,
    /// Of the whole picture.
    pub height: f64,
    /// The picture as one text with its own colours.
    pub svg: String,
    /// The same as Mermaid's flow chart.
    pub mermaid: String,
}

/// A card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Stable while the object keeps its name.
    pub id: String,
    /// The column.
    pub lane: Lane,
    /// The object; null for the client and for objects that are not here.
    pub resource: Option<Ref>,
    /// The kind as the card says it: `ALB · Ingress`, `Pod ×2`.
    pub kind: String,
    /// The name.
    pub title: String,
    /// The third line: ports, host, or why it lost.
    pub subtitle: String,
    /// Where the object stands.
    pub range: Option<Range>,
    /// The worst finding about it.
    pub problem: Option<Problem>,
    /// How it is drawn.
    pub state: NodeState,
    /// The number of the hop, from 1.
    pub hop: Option<u32>,
    /// Many cards that are drawn as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// The row: 0 is that of the path, those above it are less.
    #[serde(default)]
    pub row: i32,
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// Cards of one namespace and lane, or of one Service among those, behind one card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// How many.
    pub count: u32,
    /// They are drawn too, and this card folds them again.
    pub open: bool,
}

/// What of a graph is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct View {
    /// Over 60 cards, draws groups for what is beside the path.
    pub fold: bool,
    /// Ids of the groups that are open.
    pub open: Vec<String>,
    /// How often more namespaces were asked for.
    pub more: u32,
    /// The file whose objects stay in view.
    pub file: Option<String>,
    /// Only a part of the graph.
    pub focus: Option<Focus>,
    /// Rows of the picture before, by id: these cards keep theirs.
    pub rows: OrdMap<String, i32>,
}

/// The part of a graph that is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Focus {
    /// The cards that the request comes to.
    Path,
    /// Those of a namespace, and the path.
    Namespace(String),
    /// An object, all that leads to it, and all that it leads to.
    Object(Ref),
}

/// A wire from the right edge of one card to the left edge of another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Edge {
    /// Id of the card on the left.
    pub from: String,
    /// Id of the card on the right.
    pub to: String,
    /// A port, or the reason of a dead end.
    pub label: String,
    /// The share of the traffic, where it is split.
    pub weight: Option<(u64, u64)>,
    /// The request goes here.
    pub on_path: bool,
    /// How it is drawn.
    pub state: EdgeState,
    /// The policies on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shield: Option<Shield>,
    /// Corners, from socket to socket.
    pub points: Vec<(f64, f64)>,
}

/// Policies that select what stands at an end of a wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shield {
    /// How many.
    pub n: u32,
    /// They let the request through.
    pub allows: bool,
}

/// The columns. `workload` shares the column of `pod`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lane {
    /// Who calls.
    Client,
    /// ALB, NLB.
    LoadBalancer,
    /// Istio Gateway, Gateway API Gateway, nginx.
    Gateway,
    /// VirtualService, HTTPRoute, Ingress of a gateway.
    Route,
    /// Service.
    Service,
    /// Deployment and its kin.
    Workload,
    /// Pod.
    Pod,
}

/// The worst finding about an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Problem {
    /// Very likely not meant.
    Warning,
    /// Refused, or traffic fails.
    Error,
}

/// How a card is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeState {
    /// Not on the way.
    Off,
    /// On the way.
    On,
    /// On the way, and the request dies here.
    Dead,
    /// Considered, not chosen: the subtitle says why.
    Lost,
    /// Missing, and nothing asks for it now.
    Ghost,
    /// Missing, and the request needs it.
    Needed,
}

/// How a wire is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EdgeState {
    /// Not on the way.
    Off,
    /// Lit.
    On,
    /// Lit up to the cross in its middle.
    Dead,
    /// Back to the client, dotted.
    Redirect,
    /// Nobody can tell.
    Unknown,
    /// A copy goes here, whose answer nobody reads.
    Mirror,
}
