//! What a proxy sees of a request and of who sends it, and whether a term of an AuthorizationPolicy holds for that.
//!
//! Source: istio `pilot/pkg/security/authz/model` (generator.go, util.go) and `matcher`. `*` is any value, `*x` a suffix,
//! `x*` a prefix; who sends plain text has no identity.

use podpath_cluster::{Cluster, PodSource};
use podpath_objects::{Labels, Term};
use podpath_source::Text;

use super::authz::Fit;
use super::config::Mesh;
use super::words;
use crate::matcher::value_of;
use crate::pattern::Pattern;
use crate::range::in_range;
use crate::request::Request;

/// Who a proxy of the mesh says that it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::trace) struct Identity {
    pub(in crate::trace) namespace: String,
    /// The ServiceAccount; none when the manifests do not say which.
    pub(in crate::trace) account: Option<String>,
}

impl Identity {
    /// The identity of Pods: their namespace, and the ServiceAccount that the manifests give them.
    pub(in crate::trace) fn of_pods(cluster: &Cluster, namespace: &str, labels: &Labels) -> Self {
        let account = pods_with(cluster, namespace, labels).next().map(|pod| {
            pod.template.service_account.as_ref().map_or_else(|| "default".to_owned(), |it| it.value.clone())
        });
        Self { namespace: namespace.to_owned(), account }
    }
}

/// The Pods of a namespace that carry these labels; no labels are those of all.
pub(in crate::trace) fn pods_with<'a>(
    cluster: &'a Cluster,
    namespace: &'a str,
    labels: &'a Labels,
) -> impl Iterator<Item = PodSource<'a>> {
    cluster.pod_sources().filter(move |it| it.namespace == namespace && labels.is_subset_of(&it.template.labels))
}

/// What a proxy sees.
pub(in crate::trace) struct Seen<'a> {
    pub(in crate::trace) request: &'a Request,
    pub(in crate::trace) mesh: &'a Mesh,
    /// Whom the certificate names; none for plain text.
    pub(in crate::trace) identity: Option<&'a Identity>,
    /// Who opened the connection, where that is known.
    pub(in crate::trace) source_ip: Option<String>,
    /// Who sent the request first, as far as the proxy trusts what is told.
    pub(in crate::trace) remote_ip: Option<String>,
    pub(in crate::trace) destination_ip: Option<String>,
    /// Of the Pod.
    pub(in crate::trace) port: u16,
    /// The proxy reads HTTP.
    pub(in crate::trace) is_http: bool,
    pub(in crate::trace) sni: Option<String>,
    /// Claims that are split at spaces, beside `scope` and `permission`.
    pub(in crate::trace) split_claims: Vec<String>,
}

impl Seen<'_> {
    /// True for a field that only HTTP has, on a connection without.
    pub(super) fn is_http_only(&self, key: &str) -> bool {
        let is_of_http =
            matches!(key, "requestPrincipals" | "hosts" | "methods" | "paths") || key.starts_with("request.");
        is_of_http && !self.is_http
    }

    /// Whether a term holds; `namespace` is that of the policy.
    pub(super) fn holds(&self, term: &Term, namespace: &str) -> Fit {
        let found = match self.any_value(term, namespace) {
            Ok(found) => found,
            Err(why) => return Fit::Unknown(term.key.clone(), why),
        };
        if found == term.negated { Fit::No(term.key.clone()) } else { Fit::Yes }
    }

    /// Whether one of the values fits; why that is not known.
    fn any_value(&self, term: &Term, namespace: &str) -> Result<bool, Text> {
        let any = |fits: &dyn Fn(&str) -> bool| term.values.iter().any(|it| fits(it));
        let ip = |address: &Option<String>| match address {
            Some(address) => Ok(any(&|range| in_range(range, address))),
            None if any(&|range| matches!(range, "0.0.0.0/0")) => Ok(true),
            None => Err(words::unknown_address()),
        };
        let request = self.request;
        match term.key.as_str() {
            "principals" | "source.principal" => self.principal(&term.values),
            "namespaces" | "source.namespace" => {
                Ok(self.identity.is_some_and(|it| any(&|wanted| is_namespace(wanted, &it.namespace))))
            }
            "serviceAccounts" | "source.serviceAccount" => self.account(&term.values, namespace),
            "trustDomains" | "source.trustDomain" => {
                Ok(self.identity.is_some() && any(&|wanted| text(wanted, &self.mesh.trust_domain)))
            }
            "ipBlocks" | "source.ip" => ip(&self.source_ip),
            "remoteIpBlocks" | "remote.ip" => ip(&self.remote_ip),
            "destination.ip" => ip(&self.destination_ip),
            "ports" | "destination.port" => Ok(any(&|wanted| wanted == self.port.to_string())),
            "connection.sni" => Ok(self.sni.as_ref().is_some_and(|sni| any(&|wanted| text(wanted, sni)))),
            "hosts" => {
                let host = request.authority.to_ascii_lowercase();
                Ok(any(&|wanted| text(&wanted.to_ascii_lowercase(), &host)))
            }
            "methods" => Ok(any(&|wanted| text(wanted, &request.method))),
            "paths" => {
                let path = self.mesh.path_form.of(&request.path);
                Ok(any(&|wanted| is_path(wanted, &path)))
            }
            "requestPrincipals" | "request.auth.principal" => {
                let first = |key| request.claim(&[key]).first().copied();
                let principal = first("iss").zip(first("sub"));
                Ok(principal.is_some_and(|(issuer, subject)| any(&|wanted| is_principal(wanted, issuer, subject))))
            }
            "request.auth.audiences" => Ok(self.has_claim(&["aud"], &term.values)),
            "request.auth.presenter" => Ok(self.has_claim(&["azp"], &term.values)),
            other => self.by_name(other, &term.values),
        }
    }

    /// `request.headers[NAME]` and `request.auth.claims[A][B]`.
    fn by_name(&self, key: &str, values: &[String]) -> Result<bool, Text> {
        let inner = |prefix: &str| key.strip_prefix(prefix)?.strip_prefix('[')?.strip_suffix(']');
        if let Some(name) = inner("request.headers") {
            // As Envoy has it: pseudo headers by their names, the path with its query.
            let value = value_of(self.request, &name.to_ascii_lowercase());
            // `*` is a header that is there, whatever its value (istio `HeaderMatcher`).
            return Ok(value.is_some_and(|it| values.iter().any(|wanted| wanted == "*" || text(wanted, &it))));
        }
        match inner("request.auth.claims") {
            Some(names) => Ok(self.has_claim(&names.split("][").collect::<Vec<_>>(), values)),
            None => Err(words::unknown_key(key)),
        }
    }

    /// "claims `scope` and `permission` are split at spaces", others where a rule says so.
    fn has_claim(&self, keys: &[&str], values: &[String]) -> bool {
        let splits = matches!(keys, ["scope" | "permission"])
            || keys.first().is_some_and(|it| keys.len() == 1 && self.split_claims.iter().any(|known| known == it));
        let fits = |claim: &str| values.iter().any(|wanted| text(wanted, claim));
        let claims = self.request.claim(keys);
        claims.into_iter().any(|claim| if splits { claim.split(' ').any(fits) } else { fits(claim) })
    }

    /// `TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT`
    fn principal(&self, values: &[String]) -> Result<bool, Text> {
        let Some(identity) = self.identity else { return Ok(false) };
        if values.iter().any(|it| it == "*") {
            return Ok(true);
        }
        let Some(account) = &identity.account else { return Err(words::unknown_account()) };
        let name = format!("{}/ns/{}/sa/{account}", self.mesh.trust_domain, identity.namespace);
        Ok(values.iter().any(|wanted| text(&self.mesh.spelled(wanted), &name)))
    }

    /// `NAMESPACE/ACCOUNT`, or an account of the policy's own namespace.
    fn account(&self, values: &[String], namespace: &str) -> Result<bool, Text> {
        let Some(identity) = self.identity else { return Ok(false) };
        let in_namespace = values.iter().map(|it| it.split_once('/').unwrap_or((namespace, it)));
        let mut fitting = in_namespace.filter(|(space, _)| *space == identity.namespace).peekable();
        match &identity.account {
            _ if fitting.peek().is_none() => Ok(false),
            None => Err(words::unknown_account()),
            Some(account) => Ok(fitting.any(|(_, it)| it == account)),
        }
    }
}

/// `*` is any value, `*x` a suffix, `x*` a prefix.
pub(super) fn text(wanted: &str, value: &str) -> bool {
    if wanted == "*" {
        return !value.is_empty();
    }
    if let Some(suffix) = wanted.strip_prefix('*') {
        return value.ends_with(suffix);
    }
    wanted.strip_suffix('*').map_or(wanted == value, |prefix| value.starts_with(prefix))
}

/// `*` stands for any text, wherever it is. What is compared is the identity, `.../ns/NAMESPACE/sa/ACCOUNT`, so that `*a` ends
/// at the `sa` behind any namespace (istio `srcNamespaceGenerator`).
fn is_namespace(wanted: &str, namespace: &str) -> bool {
    if !wanted.contains('*') {
        return wanted == namespace;
    }
    let parts: Vec<_> = wanted.split('*').map(regex_lite::escape).collect();
    Pattern::new(&format!("{}/.*", parts.join(".*"))).matches(&format!("{namespace}/sa/"))
}

/// `ISSUER/SUBJECT`, parted at the last `/`. A `*` in front is for the issuer, one at the end for the subject; where there is
/// no `/`, the other of the two may be anything.
fn is_principal(wanted: &str, issuer: &str, subject: &str) -> bool {
    match wanted.rsplit_once('/') {
        None if wanted.starts_with('*') => text("*", issuer) && text(wanted, subject),
        None => wanted.ends_with('*') && text(wanted, issuer) && text("*", subject),
        Some((first, last)) if wanted.starts_with('*') => text(first, issuer) && last == subject,
        Some((first, last)) if wanted.ends_with('*') => first == issuer && text(last, subject),
        Some((first, last)) => first == issuer && last == subject,
    }
}

/// The characters of RFC 3986 that stand in an element of a path, but for `*` (Envoy's `uri_template`).
const CHARACTERS: &str = "a-zA-Z0-9._~%!$&'()+,;:@=-";

/// A path as a policy writes it; `{*}` is one element, `{**}` any number of them.
fn is_path(wanted: &str, path: &str) -> bool {
    if !wanted.contains("{*}") && !wanted.contains("{**}") {
        return text(wanted, path);
    }
    let (element, elements) = (format!("[{CHARACTERS}]+"), format!("[/{CHARACTERS}]*"));
    let parts =
        wanted.split("{**}").map(|part| part.split("{*}").map(regex_lite::escape).collect::<Vec<_>>().join(&element));
    Pattern::new(&parts.collect::<Vec<_>>().join(&elements)).matches(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_are_parted_at_the_last_slash() {
        for (wanted, expected) in [
            ("*", true),
            ("https://example.org/ann", true),
            ("https://example.org/*", true),
            ("https://example.org/a*", true),
            ("*/ann", true),
            ("*.org/ann", true),
            ("*nn", true),
            ("https:*", true),
            ("https://example*", false),
            ("https://example.org", false),
            ("*/*", false),
        ] {
            assert_eq!(is_principal(wanted, "https://example.org", "ann"), expected, "{wanted}");
        }
    }

    #[test]
    fn a_star_in_a_namespace_is_any_text() {
        for (wanted, expected) in
            [("shop-*-eu", true), ("shop*", true), ("*", true), ("*a", true), ("shop", false), ("*-us", false)]
        {
            assert_eq!(is_namespace(wanted, "shop-prod-eu"), expected, "{wanted}");
        }
    }

    #[test]
    fn templates_take_whole_elements() {
        for (wanted, path, expected) in [
            ("/allow/admin/{**}", "/allow/admin/", true),
            ("/allow/admin/{**}", "/allow/admin", false),
            ("/foo/{*}/bar/{**}", "/foo/x/bar/y/z", true),
            ("/foo/{*}/bar/{**}", "/foo/x/y/bar/z", false),
            ("/store/{**}/cart", "/store/a/b/cart", true),
            ("/store/{*}", "/store/a*b", false),
            ("/store/{*}", "/store/a-b%20c", true),
            ("/store/{**}", "/store/a/[b]", false),
            ("/v1*", "/v1/a", true),
            ("*.html", "/a.html", true),
        ] {
            assert_eq!(is_path(wanted, path), expected, "{wanted} {path}");
        }
    }
}
