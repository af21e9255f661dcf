//! Neutral route tables, the one engine that follows a request through them, and the gateways that are lowered to them.
//!
//! Invariants: matching, precedence and tracing exist once; precedence is data; every decision carries its reason and its
//! place, the losers too; what is not modelled is told as unsupported with the name of the field.

mod change;
mod choose;
mod cors;
mod dead;
pub mod gateways;
mod ladder;
mod matcher;
mod pattern;
mod range;
mod real_ip;
mod request;
mod table;
mod tables;
mod trace;

pub use change::change_headers;
pub use choose::{Choice, Considered, NoListener, Obstacle, Standing, choose_listener, choose_rule};
pub use dead::{DeadRule, Unsent, witnesses};
pub use ladder::{Criterion, prefer};
pub use matcher::{Condition, Matcher, Mismatch, SourceMatch};
pub use pattern::{HostPattern, PathMatch, Pattern, TextMatch, glob};
pub use range::in_range;
pub use real_ip::RealIp;
pub use request::{Claim, Request, Scheme, split_port};
pub use table::{
    Access, Action, Backend, Cors, Fault, Filter, Frozen, Gate, HeaderChange, HealthCheck, Listener, Origin,
    PathChange, Protocol, Rank, Redirect, RedirectPort, Rejected, Response, Rule, Table, Target, TokenClaim,
    VirtualHost,
};
pub use tables::{GatewayPods, Tables};
pub use trace::health::Health;
pub use trace::mesh;
pub use trace::{
    Caller, CallerTls, Candidate, Entry, Hop, HopKind, Mirror, Note, Outcome, Stage, Trace, TracedBackend, Upstream,
    Verdict, Verdicted, lowest_terms, trace,
};
