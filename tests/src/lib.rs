//! The runner of the literate tests: Markdown in, Markdown out.
//!
//! A heading begins a test. ```` ```yaml file=a.yaml ```` is a file of its workspace (`a.yaml` unless told). A
//! ```` ```request ```` block holds `GET http://host/path`, then headers, `from: ...` and `claims: {...}` lines; the ```` ```trace ```` block
//! after it is what is expected, ```` ```trace controller=nginx ```` when that controller plays every Ingress, and a
//! ```` ```headers ```` block the headers that the backend gets. A
//! ```` ```status Gateway/edge HTTPRoute/web ```` block holds what the controller writes into these objects; without
//! names, into all. A ```` ```diagnostics ```` block expects all findings as text, a ```` ```workloads ```` block all workloads,
//! a ```` ```graph ```` block the wires of the diagram (`=` where the request before it goes),
//! a ```` ```load-balancers ```` block what the AWS Load Balancer Controller makes,
//! an ```` ```admission ```` block what an API server says to each document. In YAML a trailing
//! `# error[code] "part of the message"` expects a finding on that line, and every finding must be expected.
//! A ```` ```place ```` block holds `a.yaml:5:9`; ```` ```complete ````, ```` ```hover ````, ```` ```definition ```` and
//! ```` ```references ```` blocks after it are what an editor is told there.
//! With `UPDATE=1` expected blocks are written anew.

pub mod ask;
pub mod edges;
mod markdown;
pub mod property;
mod run;
mod show;
pub mod workspace;

pub use markdown::{Block, Case, cases};
pub use run::{Outcome, run_file, run_text};
