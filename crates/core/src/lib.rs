//! The facade and the protocol: what the worker, the command line and the tests use.
//!
//! Invariants: one request, one answer, never a panic; the same files give the same bytes; memo tables stand here alone,
//! the crates below are pure functions.

mod admit;
mod analysis;
pub mod balancer;
mod check;
mod compare;
mod convert;
mod dead_rules;
mod document;
mod editor;
mod graph;
mod load_balancers;
mod object;
mod place;
mod pod;
mod presets;
mod redact;
mod resources;
mod rpc;
mod status;
mod suggest;
mod trace;
mod workloads;
mod workspace;

pub use podpath_protocol as protocol;
pub use podpath_source::Severity;
pub use rpc::Engine;
