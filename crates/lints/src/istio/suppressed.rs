//! Findings that an object asks Istio's analyzer not to tell of it.
//!
//! Rule (istio `analysis/local`): the annotation `galley.istio.io/analyze-suppress` lists codes, with commas and nothing
//! else between them; `*` is every code. A message is held back when the object that it is about says so.

use podpath_cluster::Cluster;
use podpath_order::{OrdMap, OrdSet};
use podpath_source::{Diagnostic, DocumentId, Severity, Span};

use crate::rule::Rule;
use crate::{Check, Lint};

const ANNOTATION: &str = "galley.istio.io/analyze-suppress";

/// Tells that something is held back, where it is asked for.
pub(crate) static HELD_BACK: Rule = Rule {
    lint: Lint {
        code: "findings-held-back",
        severity: Severity::Info,
        aliases: &[],
        // What it tells is known when all the others have spoken: `held_back`.
        check: Check::Cluster(|_, _| {}),
    },
    message: [
        "findings about this object are held back, as the annotation asks: {0}",
        "annotation의 요청대로 이 오브젝트에 대한 결과를 알리지 않습니다: {0}",
    ],
    help: [
        "Istio's analyzer says nothing of these codes either; remove the annotation to see them",
        "Istio 분석기도 이 코드들을 말하지 않습니다. 보려면 annotation을 지우세요",
    ],
};

/// An object that asks for it.
struct Asking<'a> {
    object: Span,
    place: Span,
    codes: OrdSet<&'a str>,
}

impl Asking<'_> {
    fn holds(&self, code: &str) -> bool {
        self.codes.contains("*") || self.codes.contains(code)
    }
}

/// The findings without those that their object asks not to tell.
pub(crate) fn held_back(found: Vec<Diagnostic>, cluster: &Cluster) -> Vec<Diagnostic> {
    let asking = asking(cluster);
    if asking.is_empty() {
        return found;
    }
    let mut told: OrdMap<(DocumentId, Span), OrdSet<&'static str>> = OrdMap::new();
    let mut kept = Vec::new();
    for finding in found {
        let (document, start) = (finding.location.document, finding.location.span.start);
        let asks = asking.get(&document).and_then(|it| around(it, start));
        // A code of its own has every finding; it is what Istio calls it that is asked to be held back.
        let of_istio: Vec<&'static str> = finding.aliases.iter().copied().filter(|it| it.starts_with("IST")).collect();
        match asks.filter(|it| !of_istio.is_empty() && of_istio.iter().all(|code| it.holds(code))) {
            Some(it) => told.entry((document, it.place)).or_default().extend(of_istio),
            None => kept.push(finding),
        }
    }
    for ((document, span), codes) in told {
        let codes: Vec<&str> = codes.into_iter().collect();
        kept.push(HELD_BACK.found(podpath_source::Location { document, span }, &[&codes.join(", ")]));
    }
    kept
}

/// The object that holds an offset, of those of a document in their order.
fn around<'a, 'b>(asking: &'b [Asking<'a>], offset: u32) -> Option<&'b Asking<'a>> {
    let n_before = asking.partition_point(|it| it.object.start <= offset);
    asking.get(n_before.checked_sub(1)?).filter(|it| it.object.touches(offset))
}

fn asking(cluster: &Cluster) -> OrdMap<DocumentId, Vec<Asking<'_>>> {
    let mut found: OrdMap<DocumentId, Vec<Asking<'_>>> = OrdMap::new();
    for (_, entry) in cluster.entries() {
        let meta = &entry.resource.meta;
        let Some((_, value)) = meta.annotations.entry(ANNOTATION) else { continue };
        let codes = value.value.split(',').collect();
        found.entry(entry.document).or_default().push(Asking { object: meta.span, place: value.span, codes });
    }
    found
}
