//! Annotations in the name of a controller that it does not read: a mistyped key has no effect, and nobody says so.
//!
//! Rule: the AWS Load Balancer Controller and ingress-nginx look their keys up one by one, each written exactly; a key that
//! nobody looks up is nobody's mistake to report. Istio's analyzer does report its own: IST0108.

mod table;

use podpath_objects::Reader;
use podpath_source::{Diagnostic, Location, Severity, nearest};

use self::table::{TABLE, Vocabulary};
use crate::istio::annotations;
use crate::rule::Rule;
use crate::{Check, DocumentContext, Lint, suggest};

/// A key below the domain of a controller that knows no such key.
pub(crate) static LINT: Rule = Rule {
    lint: Lint {
        code: "unknown-annotation",
        severity: Severity::Warning,
        aliases: &["IST0108"],
        check: Check::Document(check),
    },
    message: ["{0} knows no annotation `{1}`", "{0}에는 `{1}` annotation이 없습니다"],
    help: ["it has no effect; correct the name or remove it", "아무 효과가 없습니다. 이름을 고치거나 지우세요"],
};

/// The kinds whose annotations these controllers read.
const KINDS: &[(&str, &str)] = &[("networking.k8s.io", "Ingress"), ("", "Service")];

fn check(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    annotations::unknown(context, &mut |name, location, is_reported| {
        let near = suggest::near(name, annotations::names());
        let meant = near.map(|it| (it.to_owned(), suggest::is_typo(name, it)));
        let aliases = if is_reported { LINT.lint.aliases } else { &[] };
        found.push(Diagnostic { aliases, ..finding("Istio", name, location, meant) });
    });
    for (object, _) in context.objects(KINDS) {
        let annotations = object.get("metadata").get("annotations");
        for (name, _) in annotations.fields() {
            let Some((vocabulary, suffix)) =
                TABLE.iter().find_map(|it| Some((it, name.value.strip_prefix(it.prefix)?)))
            else {
                continue;
            };
            if !vocabulary.knows(suffix) {
                let meant = meant(vocabulary, suffix, annotations);
                let finding = finding(vocabulary.owner, name.value, context.at(name.span), meant);
                found.push(Diagnostic { aliases: &[], ..finding });
            }
        }
    }
}

/// `meant` is the name in its place, and whether it can be no other one.
fn finding(owner: &str, name: &str, location: Location, meant: Option<(String, bool)>) -> Diagnostic {
    let found = LINT.found(location, &[owner, name]);
    match meant {
        Some((meant, is_safe)) => Diagnostic {
            help: Some(suggest::did_you_mean(&meant)),
            fix: Some(suggest::use_text(location, &meant, is_safe)),
            ..found
        },
        None => found,
    }
}

/// The key that was meant, unless the object has it, too: then one of the two is simply too many.
fn meant(vocabulary: &Vocabulary, suffix: &str, annotations: Reader<'_>) -> Option<(String, bool)> {
    let (near, is_safe) = vocabulary.near(suffix)?;
    let key = format!("{}{near}", vocabulary.prefix);
    (!annotations.get(&key).exists()).then_some((key, is_safe))
}

impl Vocabulary {
    fn knows(&self, suffix: &str) -> bool {
        let family = suffix.split_once('.').map(|(family, _)| family);
        self.names.contains(&suffix) || family.is_some_and(|it| self.families.contains(&it))
    }

    /// The nearest key: the same letters written otherwise (`listenPorts`), a family with its own ending, or a typing error.
    fn near(&self, suffix: &str) -> Option<(String, bool)> {
        if let Some(same) = self.names.iter().find(|it| letters(it) == letters(suffix)) {
            return Some(((*same).to_owned(), true));
        }
        if let Some((family, rest)) = suffix.split_once('.').filter(|(_, rest)| !rest.is_empty())
            && let Some(near) = nearest(family, self.families.iter().copied())
        {
            return Some((format!("{near}.{rest}"), suggest::is_typo(family, near)));
        }
        let near = suggest::near(suffix, self.names.iter().copied())?;
        Some((near.to_owned(), suggest::is_typo(suffix, near)))
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|it| it.is_alphanumeric()).map(|it| it.to_ascii_lowercase()).collect()
}
