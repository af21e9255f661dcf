//! What `enable-cors` adds: a condition on the origin, and the headers of the answer.
//!
//! Source: `template.go` (`buildCorsOriginRegex`): the origins are one expression, looked for without case at the end of
//! the header, `*` of an origin being one label; `nginx.tmpl` answers with the origin of the request.

use crate::gateways::ingress::nginx::annotation::Cors;
use crate::gateways::ingress::nginx::canary::escape;
use crate::matcher::Condition;
use crate::pattern::{Pattern, TextMatch};
use crate::table::{Filter, HeaderChange};

/// What an origin must be, none where every one is allowed, and what is added to the answer.
pub(super) fn allowed(cors: &Cors) -> (Option<Condition>, Vec<Filter>) {
    let told = |set: Vec<(String, String)>| Filter::ResponseHeaders(HeaderChange { set, ..HeaderChange::default() });
    if cors.origins.iter().any(|it| it == "*") {
        let all = ("Access-Control-Allow-Origin".to_owned(), "*".to_owned());
        return (None, vec![told(std::iter::once(all).chain(cors.headers.iter().cloned()).collect())]);
    }
    let origins: Vec<_> = cors.origins.iter().map(|it| expression(it)).collect();
    let pattern = Pattern::made_of(&cors.origins.join(", "), &format!("(?i)({})$", origins.join("|")));
    let condition = Condition::Header("origin".into(), TextMatch::Made(pattern));
    (Some(condition), vec![Filter::AllowOrigin, told(cors.headers.clone())])
}

/// The first `*` of an origin is letters, digits and hyphens.
fn expression(origin: &str) -> String {
    match origin.split_once('*') {
        Some((before, after)) => format!("({}[A-Za-z0-9-]+{})", escape(before), escape(after)),
        None => format!("({})", escape(origin)),
    }
}
