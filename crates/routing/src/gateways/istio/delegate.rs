//! Rules that a VirtualService hands to another one: which, and what both make together.
//!
//! Source: istio `pilot/pkg/model/virtualservice.go`, `mergeVirtualServicesIfNeeded`. A delegate has no hosts, is one level
//! deep and must be exported to the root's namespace. Each of its matches must lie inside a match of the root; what it does
//! not set is the root's.

use podpath_cluster::{Cluster, Found};
use podpath_objects::{
    Delegate, Destination, HeaderOperations, HttpMatchRequest, Labels, RouteRule, StringMatch, VirtualService,
};
use podpath_source::{Spanned, Text};

use super::names::{full_gateway, full_host, listed, of_routes};
use crate::matcher::Mismatch;

/// A rule of a VirtualService with its number, and the part of the root's match that holds beside its own.
pub(super) struct Merged<'a> {
    pub(super) owner: Found<'a, VirtualService>,
    pub(super) idx: usize,
    pub(super) rule: RouteRule,
    /// For each match of the rule, the conditions of the root that it does not set itself.
    pub(super) of_root: Vec<HttpMatchRequest>,
}

/// The VirtualService that a rule names; else why the rule vanishes.
pub(super) fn find<'a>(
    cluster: &'a Cluster,
    root: &Found<'_, VirtualService>,
    delegate: &Delegate,
) -> Result<Found<'a, VirtualService>, Mismatch> {
    let namespace = delegate.namespace.as_deref().unwrap_or(root.namespace());
    let name = &delegate.name.value;
    let vanish = |reason, en: String, ko: String| Mismatch {
        reason,
        text: Text::new(en, ko),
        location: root.at(delegate.name.span),
    };
    let Some(found) = cluster.find::<VirtualService>(namespace, name).filter(|it| it.object.hosts.is_empty()) else {
        return Err(vanish(
            "delegate-not-found",
            format!(
                "no VirtualService `{namespace}/{name}` without hosts is there to delegate to, so the rule vanishes"
            ),
            format!("위임할 `{namespace}/{name}` VirtualService(hosts가 없는 것)가 없어 이 규칙은 사라집니다"),
        ));
    };
    // Of a delegate the default of the mesh counts as if it were written, names of namespaces too.
    let written = found.object.export_to.as_slice();
    let told = if written.is_empty() { of_routes(cluster) } else { written };
    if listed(told, namespace, root.namespace()).is_none() {
        let own = root.namespace();
        return Err(vanish(
            "delegate-not-exported",
            format!("`{namespace}/{name}` is not exported to namespace `{own}`, so the rule vanishes"),
            format!("`{namespace}/{name}`을(를) `{own}` 네임스페이스에서 볼 수 없어 이 규칙은 사라집니다"),
        ));
    }
    Ok(found)
}

/// Each rule of a delegate with what the root adds; None in place of one whose matches lie outside of the root's.
pub(super) fn merge<'a>(
    cluster: &Cluster,
    root: &Found<'_, VirtualService>,
    rule: &RouteRule,
    delegate: Found<'a, VirtualService>,
) -> Vec<Result<Merged<'a>, Mismatch>> {
    let roots: Vec<_> = rule.matches.iter().map(|it| with_full_gateways(it, root.namespace())).collect();
    let rules = delegate.object.http.iter().enumerate();
    rules
        .map(|(idx, leaf)| {
            let own: Vec<_> = leaf.matches.iter().map(|it| with_full_gateways(it, delegate.namespace())).collect();
            let Some((matches, of_root)) = matches(&roots, &own) else {
                let text = Text::new(
                    "a match of the delegate does not lie inside a match of the rule that delegates, so the rule vanishes",
                    "위임받은 쪽의 match가 위임한 규칙의 match 안에 들지 않아 이 규칙은 사라집니다",
                );
                return Err(Mismatch { reason: "delegate-conflict", text, location: delegate.at(leaf.span) });
            };
            let rule = RouteRule { matches, ..inherit(cluster, root, rule, leaf) };
            Ok(Merged { owner: delegate, idx, rule, of_root })
        })
        .collect()
}

/// Every pair of a match of the delegate and one of the root that holds it. None when a match of the delegate has no pair.
fn matches(
    roots: &[HttpMatchRequest],
    own: &[HttpMatchRequest],
) -> Option<(Vec<HttpMatchRequest>, Vec<HttpMatchRequest>)> {
    if own.is_empty() {
        let bare = |it: &HttpMatchRequest| HttpMatchRequest { span: it.span, ..HttpMatchRequest::default() };
        return Some((roots.iter().map(bare).collect(), roots.to_vec()));
    }
    if roots.is_empty() {
        return Some((own.to_vec(), vec![HttpMatchRequest::default(); own.len()]));
    }
    let mut pairs = (Vec::new(), Vec::new());
    for leaf in own {
        let holding: Vec<_> = roots.iter().filter(|it| !conflicts(it, leaf)).collect();
        if holding.is_empty() {
            return None;
        }
        for root in holding {
            let (leaf, root) = pair(root, leaf);
            pairs.0.push(leaf);
            pairs.1.push(root);
        }
    }
    Some(pairs)
}

/// The match of the delegate, and what of the root's match holds beside it.
fn pair(root: &HttpMatchRequest, leaf: &HttpMatchRequest) -> (HttpMatchRequest, HttpMatchRequest) {
    let (mut leaf, mut root) = (leaf.clone(), root.clone());
    for (mine, theirs) in [
        (&mut root.uri, &leaf.uri),
        (&mut root.scheme, &leaf.scheme),
        (&mut root.method, &leaf.method),
        (&mut root.authority, &leaf.authority),
    ] {
        if theirs.is_some() {
            *mine = None;
        }
    }
    for (mine, theirs) in [
        (&mut root.headers, &leaf.headers),
        (&mut root.without_headers, &leaf.without_headers),
        (&mut root.query, &leaf.query),
    ] {
        mine.retain(|(name, _)| !theirs.iter().any(|(it, _)| it == name));
    }
    if leaf.port.is_some() {
        root.port = None;
    }
    if !leaf.gateways.is_empty() {
        root.gateways.clear();
    }
    // With `gateways`, sourceLabels and sourceNamespace do not count, whoever of the two sets them.
    if !(leaf.gateways.is_empty() && root.gateways.is_empty()) {
        for part in [&mut leaf, &mut root] {
            part.source_labels = Labels::default();
            part.source_namespace = None;
        }
    }
    (leaf, root)
}

/// Headers or query parameters by their names.
type Named = Vec<(String, Spanned<StringMatch>)>;

/// True when the match of a delegate does not lie inside the root's.
fn conflicts(root: &HttpMatchRequest, leaf: &HttpMatchRequest) -> bool {
    let texts = [
        (&root.uri, &leaf.uri),
        (&root.scheme, &leaf.scheme),
        (&root.method, &leaf.method),
        (&root.authority, &leaf.authority),
    ];
    let maps =
        [(&root.headers, &leaf.headers), (&root.without_headers, &leaf.without_headers), (&root.query, &leaf.query)];
    let of = |list: &Named, name: &str| list.iter().find(|(it, _)| it == name).map(|(_, value)| value.value.clone());
    let in_map = |(root, leaf): (&Named, &Named)| {
        leaf.iter().any(|(name, value)| of(root, name).is_some_and(|it| lies_outside(&it, &value.value)))
    };
    let in_text = |(root, leaf): (&Option<Spanned<StringMatch>>, &Option<Spanned<StringMatch>>)| {
        root.as_ref().zip(leaf.as_ref()).is_some_and(|(root, leaf)| lies_outside(&root.value, &leaf.value))
    };
    let differ = |a: Option<u16>, b: Option<u16>| a.zip(b).is_some_and(|(a, b)| a != b);
    let port = |it: &HttpMatchRequest| it.port.as_ref().map(|it| it.value);
    let name = |it: &HttpMatchRequest| it.source_namespace.as_ref().map(|it| it.value.clone());
    let has = |it: &Spanned<String>| root.gateways.iter().any(|known| known.value == it.value);
    texts.into_iter().any(in_text)
        || maps.into_iter().any(in_map)
        || root.ignores_uri_case != leaf.ignores_uri_case
        || differ(port(root), port(leaf))
        || (root.source_namespace.is_some() && name(root) != name(leaf))
        || leaf.source_labels.iter().any(|(key, value)| root.source_labels.get(key).is_some_and(|it| it != value))
        || (!root.gateways.is_empty() && !leaf.gateways.iter().all(has))
}

/// Prefix inside prefix, exact inside prefix, equal exact; patterns never lie inside anything.
fn lies_outside(root: &StringMatch, leaf: &StringMatch) -> bool {
    match (root, leaf) {
        (StringMatch::Exact(root), StringMatch::Exact(leaf)) => root != leaf,
        (StringMatch::Prefix(root), StringMatch::Exact(leaf) | StringMatch::Prefix(leaf)) => {
            !leaf.starts_with(root.as_str())
        }
        _ => true,
    }
}

fn with_full_gateways(found: &HttpMatchRequest, namespace: &str) -> HttpMatchRequest {
    let mut found = found.clone();
    for gateway in &mut found.gateways {
        gateway.value = full_gateway(&gateway.value, namespace);
    }
    found
}

/// "Unset fields of the delegate are taken from the root"; short hosts stay those of the root's namespace.
fn inherit(cluster: &Cluster, root: &Found<'_, VirtualService>, rule: &RouteRule, leaf: &RouteRule) -> RouteRule {
    let mut merged = leaf.clone();
    merged.rewrite = merged.rewrite.or_else(|| rule.rewrite.clone());
    merged.direct_response = merged.direct_response.or_else(|| rule.direct_response.clone());
    merged.fault = merged.fault.or_else(|| rule.fault.clone());
    merged.cors = merged.cors.or_else(|| rule.cors.clone());
    if merged.headers == HeaderOperations::default() {
        merged.headers = rule.headers.clone();
    }
    let (mine, theirs) = (&mut merged.mirrors, &rule.mirrors);
    let full = |to: &Destination| {
        let mut to = to.clone();
        to.host.value = full_host(cluster, &to.host.value, root.namespace());
        to
    };
    // Each of these fields is one of its own: the share of the root holds for a copy that the delegate tells, too.
    mine.share = mine.share.or(theirs.share);
    mine.older_share = mine.older_share.or(theirs.older_share);
    if mine.one.is_none() {
        mine.one = theirs.one.as_ref().map(full);
    }
    if mine.more.is_empty() {
        mine.more = theirs.more.iter().map(|(to, share)| (full(to), *share)).collect();
    }
    merged
}
