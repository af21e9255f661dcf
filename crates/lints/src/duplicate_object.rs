//! `duplicate-object`: of two objects with one name the later one is what counts, as with `kubectl apply`.

use podpath_source::{Diagnostic, Label, Location, Severity, Text};

use crate::{Check, Context, Lint};

pub(crate) static LINT: Lint =
    Lint { code: "duplicate-object", severity: Severity::Info, aliases: &[], check: Check::Cluster(check) };

fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (earlier, later) in context.cluster.replaced() {
        let pair = context.cluster.entry(*earlier).zip(context.cluster.entry(*later));
        let Some((earlier, later)) = pair else { continue };
        let meta = &earlier.resource.meta;
        let (kind, name) = (&meta.kind.value, meta.name());
        let message = Text::new(
            format!("another {kind} `{name}` replaces this one"),
            format!("{kind} `{name}` 오브젝트가 다시 나와 이 오브젝트를 덮어씁니다"),
        );
        let place = |entry: &podpath_cluster::Entry| Location {
            document: entry.document,
            span: entry.resource.meta.name_span(),
        };
        let related = Label { location: place(later), text: Text::new("this one counts", "이쪽이 적용됩니다") };
        found.push(Diagnostic { related: vec![related], help: Some(help()), ..LINT.found(place(earlier), message) });
    }
}

fn help() -> Text {
    Text::new(
        "a cluster holds one object of a kind and name in a namespace: what is applied last stays",
        "클러스터에는 네임스페이스마다 종류와 이름이 같은 오브젝트가 하나만 있고, 마지막에 적용한 것이 남습니다",
    )
}
