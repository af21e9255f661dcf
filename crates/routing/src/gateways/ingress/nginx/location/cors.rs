//! What `enable-cors` adds: for each origin a condition, and the headers of the answer.

use crate::gateways::ingress::nginx::annotation::{Cors, field};
use crate::gateways::ingress::nginx::canary::escape;
use crate::matcher::Condition;
use crate::pattern::{Pattern, TextMatch};
use crate::table::{Filter, HeaderChange};

/// For each origin that is allowed: its condition, and the headers of the answer.
pub(super) fn preflights(cors: &Cors) -> impl Iterator<Item = (Option<Condition>, Filter)> {
    cors.origins.iter().map(|origin| {
        let condition = (origin != "*").then(|| Condition::Header("origin".into(), origin_match(origin)));
        let mut set = vec![("Access-Control-Allow-Origin".to_owned(), origin.clone())];
        set.extend(cors.headers.iter().cloned());
        let filter = if origin != "*" && origin.contains('*') {
            Filter::Unsupported(field("cors-allow-origin"))
        } else {
            Filter::ResponseHeaders(HeaderChange { set, ..HeaderChange::default() })
        };
        (condition, filter)
    })
}

/// `*.` of an origin is one label.
fn origin_match(origin: &str) -> TextMatch {
    let Some((before, after)) = origin.split_once('*') else { return TextMatch::Exact(origin.to_owned()) };
    TextMatch::Regex(Pattern::new(&format!("(?i){}[a-zA-Z0-9-]+{}", escape(before), escape(after))))
}
