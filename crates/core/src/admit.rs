//! The method `admit`: what an API server says to creating each document alone.

use podpath_admission as admission;
use podpath_protocol::{Admission, Admitted, Refusal};
use podpath_source::{DocumentId, Location};

use crate::analysis::{Analysis, Placed};
use crate::place::range;

/// Every document that holds something, with its number in its file.
pub(crate) fn admit(analysis: &Analysis) -> Admission {
    let mut documents: Vec<Admitted> = Vec::new();
    let mut index = 0;
    for (id, placed) in analysis.documents().filter(|(_, it)| it.file.is_manifest) {
        let yaml = podpath_yaml::parse(&placed.document.text);
        if yaml.root.as_ref().is_none_or(podpath_yaml::Node::is_null) && yaml.problems.is_empty() {
            continue;
        }
        index = documents.last().filter(|it| *it.file == *placed.path).map_or(0, |_| index + 1);
        documents.push(judge(analysis, (id, placed), &yaml, index));
    }
    Admission { documents }
}

fn judge(
    analysis: &Analysis,
    (document, placed): (DocumentId, &Placed),
    yaml: &podpath_yaml::Document,
    index: usize,
) -> Admitted {
    let refused = |it: admission::Refusal| Refusal {
        sort: it.sort.code().to_owned(),
        field: it.field,
        detail: it.detail,
        range: range(analysis, Location { document, span: it.span }),
        source: if it.is_webhook { "webhook" } else { "schema" }.to_owned(),
    };
    let verdict = admission::check(yaml);
    let errors: Vec<_> = verdict.refusals.into_iter().map(refused).collect();
    Admitted {
        file: placed.path.to_string(),
        index,
        resource: placed.resources().next().and_then(|(id, _)| analysis.reference(id)),
        accepted: errors.is_empty(),
        errors,
        warnings: verdict.warnings.into_iter().map(|it| it.text).collect(),
        defaulted: None,
    }
}
