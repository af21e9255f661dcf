//! Types to the text of a table: corrections, types that are equal, order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::types::{Field, Types};

/// A kind: its API versions, its name, and its fields besides apiVersion, kind and metadata.
pub struct Kind {
    pub versions: String,
    pub name: String,
    pub fields: String,
}

/// Adds what only `experimental` has, and marks it.
pub fn add_experimental(types: &mut Types, experimental: Types) {
    for (name, fields) in experimental {
        let Some(standard) = types.get_mut(&name) else {
            types.insert(name, fields);
            continue;
        };
        for (name, field) in fields {
            standard.entry(name).or_insert(Field { experimental: true, required: false, ..field });
        }
    }
}

/// Applies corrections: lines of `Type field:form` (instead of what is there) and `Type -field`.
pub fn correct(types: &mut Types, corrections: &str) {
    for line in corrections.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let Some(name) = words.next() else { continue };
        let fields = types.entry(name.to_owned()).or_default();
        for word in words {
            if let Some(gone) = word.strip_prefix('-') {
                assert!(fields.remove(gone).is_some(), "{name} has no {gone}");
                continue;
            }
            let (field, form) = word.split_once(':').expect("field:form");
            let (required, experimental) = (field.ends_with('*'), field.ends_with('~'));
            let field = field.trim_end_matches(['*', '~']).to_owned();
            fields.insert(field, Field { required, experimental, form: form.to_owned() });
        }
    }
}

/// Gives types with equal fields one name, until there are no two.
pub fn merge_equal(types: &mut Types, kinds: &mut [Kind]) {
    loop {
        let mut first: BTreeMap<_, String> = BTreeMap::new();
        let mut renamed: BTreeMap<String, String> = BTreeMap::new();
        let mut by_length: Vec<_> = types.iter().collect();
        by_length.sort_by_key(|(name, _)| name.len());
        for (name, fields) in by_length {
            match first.get(fields) {
                Some(kept) => _ = renamed.insert(name.clone(), kept.clone()),
                None => _ = first.insert(fields.clone(), name.clone()),
            }
        }
        if renamed.is_empty() {
            return;
        }
        types.retain(|name, _| !renamed.contains_key(name));
        for field in types.values_mut().flat_map(|it| it.values_mut()) {
            field.form = rename(&field.form, &renamed);
        }
        for kind in kinds.iter_mut() {
            let words = kind.fields.split(' ').map(|word| match word.split_once(':') {
                Some((name, form)) => format!("{name}:{}", rename(form, &renamed)),
                None => word.to_owned(),
            });
            kind.fields = words.collect::<Vec<_>>().join(" ");
        }
    }
}

fn rename(form: &str, renamed: &BTreeMap<String, String>) -> String {
    let name = inner(form);
    renamed.get(name).map_or_else(|| form.to_owned(), |to| form.replace(name, to))
}

/// The type inside of lists and maps.
fn inner(form: &str) -> &str {
    form.trim_matches(['[', ']', '{', '}'])
}

/// The text of a table: the kinds, then the types that they reach.
pub fn write(head: &str, kinds: &[Kind], types: &Types) -> String {
    let mut text = format!("{head}\n");
    for Kind { versions, name, fields } in kinds {
        _ = writeln!(text, "{}", format!("={name} {versions} {fields}").trim_end());
    }
    let mut open: Vec<&str> =
        kinds.iter().flat_map(|it| it.fields.split(' ')).filter_map(|it| Some(inner(it.split_once(':')?.1))).collect();
    open.push("ObjectMeta");
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let Some(fields) = types.get(name).filter(|_| reached.insert(name)) {
            open.extend(fields.values().map(|field| inner(&field.form)));
        }
    }
    for name in reached {
        text.push_str(name);
        for (field, Field { required, experimental, form }) in &types[name] {
            let mark = if *required {
                "*"
            } else if *experimental {
                "~"
            } else {
                ""
            };
            _ = write!(text, " {field}{mark}:{form}");
        }
        text.push('\n');
    }
    text
}
