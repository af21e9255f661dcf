//! What every stage shares: spans, line numbers, texts in two languages, diagnostics, fixes, values of Go and the codes of gRPC.
//!
//! Invariant: nothing here knows YAML or Kubernetes.

mod boolean;
mod diagnostic;
mod duration;
mod grpc;
mod line_index;
mod span;
mod suggest;

pub use boolean::boolean;
pub use diagnostic::{Diagnostic, Edit, Fix, Label, Severity, Text};
pub use duration::nanoseconds;
pub use grpc::GRPC_CODES;
pub use line_index::{LineIndex, Position};
pub use span::{DocumentId, Location, Span, Spanned};
pub use suggest::nearest;
