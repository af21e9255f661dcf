//! What every stage shares: spans, line numbers, texts in two languages, diagnostics and fixes.
//!
//! Invariant: nothing here knows YAML or Kubernetes.

mod diagnostic;
mod line_index;
mod span;
mod suggest;

pub use diagnostic::{Diagnostic, Edit, Fix, Label, Severity, Text};
pub use line_index::{LineIndex, Position};
pub use span::{DocumentId, Location, Span, Spanned};
pub use suggest::nearest;
