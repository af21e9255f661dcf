//! What the schemas of Istio's kinds say beside types: bounds, values, forms, and the rules between fields.
//!
//! The rules are a table, `crd.txt`; the few that no line of it can say stand here. Bounds of number and length do not stop
//! the rules between fields, wrong values and lists that are too long do, as in the API server.

use std::sync::LazyLock;

use podpath_order::{OrdMap, OrdSet};
use podpath_source::nanoseconds;

use crate::metadata::quoted;
use crate::{Field, Refusal, Sort};

const TEXT: &str = include_str!("crd.txt");

/// The lines of each type: a path inside of it, a rule, and what the rule is about.
type Table = OrdMap<&'static str, Vec<[&'static str; 3]>>;

/// Constant data, so what it holds depends on nothing that happened before.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::new();
    for line in TEXT.lines().filter(|it| !it.is_empty() && !it.starts_with('#')) {
        let mut words = line.splitn(4, ' ');
        let mut next = || words.next().unwrap_or_default();
        let name = next();
        table.entry(name).or_default().push([next(), next(), next()]);
    }
    table
});

/// What the schema refuses of an object's `spec`; `is_broken` when its structure is refused already.
pub(super) fn check(kind: &str, spec: &Field<'_>, is_broken: bool) -> Vec<Refusal> {
    let mut walk = Walk { values: vec![], rules: vec![], is_broken };
    walk.object(kind, spec, 0);
    let Walk { mut values, rules, is_broken } = walk;
    if !is_broken {
        values.extend(rules);
    }
    values
}

struct Walk {
    values: Vec<Refusal>,
    /// What stands between fields; asked when no value is wrong.
    rules: Vec<Refusal>,
    is_broken: bool,
}

/// No type of the table holds itself; this is more than the deepest of them.
const DEEPEST: usize = 16;

impl Walk {
    fn object(&mut self, name: &str, at: &Field<'_>, depth: usize) {
        for [path, rule, about] in TABLE.get(name).map_or(&[][..], Vec::as_slice) {
            if *rule != "needed" && !begins(at, path) {
                continue;
            }
            for field in reach(at, path) {
                match *rule {
                    "is" if field.exists() && depth < DEEPEST => self.object(about, &field, depth + 1),
                    _ => self.rule(&field, rule, about),
                }
            }
        }
    }

    fn rule(&mut self, field: &Field<'_>, rule: &str, about: &str) {
        if rule == "needed" {
            if !field.exists() {
                self.stop(field.required());
            }
        } else if field.exists() {
            self.value(field, rule, about);
            self.between(field, rule, about);
        }
    }

    /// A rule of a value alone.
    fn value(&mut self, field: &Field<'_>, rule: &str, about: &str) {
        let bound: usize = about.parse().unwrap_or_default();
        let said = |what: &str| format!("{} in body should {what}", field.path());
        let number = about.parse::<f64>().ok().zip(field.number());
        match rule {
            "enum" if field.number().is_none() => {
                let supported: Vec<&str> = about.split(' ').collect();
                if let Some(refusal) = field.one_of(&supported) {
                    self.stop(refusal);
                }
            }
            "min" if number.is_some_and(|(bound, it)| it < bound) => {
                self.values.push(field.invalid(&shown(field), &said(&format!("be greater than or equal to {about}"))));
            }
            "max" if number.is_some_and(|(bound, it)| it > bound) => {
                self.values.push(field.invalid(&shown(field), &said(&format!("be less than or equal to {about}"))));
            }
            "shortest" if field.len() < bound => {
                self.values.push(field.invalid(&shown(field), &said(&format!("be at least {about} chars long"))));
            }
            "fewest" if field.len() < bound => {
                let noun = if field.node.is_some_and(|it| it.as_map().is_some()) { "properties" } else { "items" };
                let words = said(&format!("have at least {about} {noun}"));
                self.values.push(field.invalid(&field.len().to_string(), &words));
            }
            "longest" if field.len() > bound => {
                self.stop(field.refuse(Sort::TooLong, format!("Too long: may not be more than {about} bytes")));
            }
            "most" if field.len() > bound => {
                let words = format!("Too many: {}: must have at most {about} items", field.len());
                self.stop(field.refuse(Sort::TooMany, words));
            }
            "form" if !has_form(field.text(), about) => {
                self.values.push(field.invalid(&shown(field), &said(&format!("match '{}'", pattern(about)))));
            }
            "union" => self.union(field, about),
            "keys" => self.keys(field, about),
            _ => {}
        }
    }

    /// At most one of these fields; what is no object has each of them, as the server counts.
    fn union(&mut self, field: &Field<'_>, about: &str) {
        let is_object = field.node.is_some_and(|it| it.as_map().is_some());
        let found = about.split(' ').filter(|it| !is_object || field.get(it).exists()).count();
        if found > 1 {
            let words = format!(
                "Invalid value: \"\": \"{}\" must validate one and only one schema (oneOf). Found {found} valid alternatives",
                field.path()
            );
            self.values.push(field.refuse(Sort::Invalid, words));
        }
    }

    /// A list in which each item has another value of this field.
    fn keys(&mut self, field: &Field<'_>, about: &str) {
        let mut seen = OrdSet::new();
        for item in field.items() {
            let key = item.get(about);
            let value = shown(&key);
            if key.exists() && !seen.insert(value.clone()) {
                self.values.push(item.duplicate(&format!("{{\"{about}\":{value}}}")));
            }
        }
    }

    /// A rule between fields, or one that the API server reckons: `about` is the fields, a colon and its words.
    fn between(&mut self, field: &Field<'_>, rule: &str, about: &str) {
        let (names, words) = about.split_once(": ").unwrap_or((about, about));
        let has = |name: &str| !field.get(name).is_empty();
        let is_port = |it: &Field<'_>| it.number().is_none_or(|it| (1.0..=65535.0).contains(&it));
        let refused = match rule {
            "duration" => nanoseconds(field.text()).is_none_or(|it| it < 1_000_000),
            // The schema asks nothing of it, since no time at all means something; reading it needs a duration.
            "time" => nanoseconds(field.text()).is_none(),
            "port" => !is_port(field),
            "portKeys" => {
                field.entries().iter().any(|(key, _)| !key.parse::<u32>().is_ok_and(|it| (1..=65535).contains(&it)))
            }
            "ports" => field.entries().iter().any(|(_, it)| !is_port(it)),
            "either" => names.split(' ').filter(|it| field.get(it).exists()).count() > 1,
            "apart" => {
                names.split_once(" / ").is_some_and(|(one, other)| one.split(' ').any(has) && other.split(' ').any(has))
            }
            "never" => own(field, names),
            _ => return,
        };
        if !refused {
            return;
        }
        let words = match rule {
            "duration" => "must be a valid duration greater than 1ms",
            "time" => "must be a valid duration",
            "port" => "port must be between 1-65535",
            _ => words,
        };
        let is_scalar = field.node.is_some_and(|it| it.as_map().is_none() && it.as_list().is_none());
        self.rules.push(if is_scalar {
            field.invalid(&shown(field), words)
        } else {
            field.refuse(Sort::Invalid, format!("Invalid value: {words}"))
        });
    }

    fn stop(&mut self, refusal: Refusal) {
        self.is_broken = true;
        self.values.push(refusal);
    }
}

/// False where nothing can stand at the path, since its first field is missing: most rules are about what nobody wrote.
fn begins(at: &Field<'_>, path: &str) -> bool {
    let first = path.split(['.', '[', '{']).next().unwrap_or_default();
    first.is_empty() || at.node.is_some_and(|it| it.get(first).is_some())
}

/// A scalar as answers show it.
fn shown(field: &Field<'_>) -> String {
    field.number().map_or_else(|| quoted(field.text()), |it| it.to_string())
}

/// The fields at a path of a table: `.` is the place itself, `[]` the items of a list, `{}` the values of a map.
fn reach<'a>(at: &Field<'a>, path: &'a str) -> Vec<Field<'a>> {
    let mut found = vec![at.clone()];
    for step in path.split('.').filter(|it| !it.is_empty()) {
        let name = step.trim_end_matches(['[', ']', '{', '}']);
        found = found.iter().map(|it| it.get(name)).collect();
        if step.ends_with(']') {
            found = found.iter().flat_map(Field::items).collect();
        } else if step.ends_with('}') {
            found = found.iter().flat_map(Field::values).map(|(_, it)| it).collect();
        }
    }
    found
}

/// The forms of texts.
fn has_form(text: &str, name: &str) -> bool {
    match name {
        "header" => !text.is_empty() && text.chars().all(|it| it.is_ascii_alphanumeric() || "-_".contains(it)),
        "sha256" => text.is_empty() || text.len() == 64 && text.chars().all(|it| matches!(it, 'a'..='f' | '0'..='9')),
        _ => true,
    }
}

fn pattern(name: &str) -> &'static str {
    match name {
        "header" => "^[-_A-Za-z0-9]+$",
        _ => "(^$|^[a-f0-9]{64}$)",
    }
}

/// The rules between fields that have no common form; true when the rule refuses.
fn own(field: &Field<'_>, rule: &str) -> bool {
    let text = |key: &'static str| field.get(key).text();
    let has = |key: &'static str| field.get(key).exists();
    match rule {
        "wildcard" => field.text() == "*",
        "starred" => field.text().contains('*'),
        "starredKey" => field.entries().iter().any(|(key, _)| key.contains('*')),
        "emptyKey" => field.entries().iter().any(|(key, _)| key.is_empty()),
        "otherNamespace" => !field.text().is_empty(),
        "noAddress" => !has("address") && !has("network"),
        "socketPorts" => text("address").starts_with("unix://") && has("ports"),
        "portNames" => field.entries().iter().any(|(key, _)| key.len() >= 63 || !super::host::is_label(key)),
        "samePort" => {
            let mut seen = OrdSet::new();
            field.items().iter().filter_map(|it| it.get("number").int()).any(|it| !seen.insert(it))
        }
        "blocks" => {
            let is_block = field.get("addresses").texts().iter().any(|it| it.contains('/'));
            is_block && !matches!(text("resolution"), "" | "NONE" | "STATIC")
        }
        "endpoints" => matches!(text("resolution"), "" | "NONE") && has("endpoints"),
        "oneEndpoint" => text("resolution") == "DNS_ROUND_ROBIN" && field.get("endpoints").len() > 1,
        "portsWithoutSelector" => has("portLevelMtls") && field.get("selector").get("matchLabels").is_empty(),
        "scheme" => !matches!(field.text().split_once("://"), Some(("http" | "https", _))),
        "pluginScheme" => !is_plugin_url(field.text()),
        "inlineValue" => has("value") && !matches!(text("valueFrom"), "" | "INLINE"),
        "upsert" => text("operation") == "UPSERT" && text("value").is_empty(),
        "remove" => text("operation") == "REMOVE" && !text("value").is_empty(),
        "waypoint" => (text("context") == "WAYPOINT") != has("waypoint"),
        _ => false,
    }
}

/// A URL of a plugin: `oci://`, `http://`, `https://`, `file://`, or an image without scheme.
fn is_plugin_url(text: &str) -> bool {
    match text.split_once("://") {
        Some((scheme, _)) => matches!(scheme, "oci" | "http" | "https" | "file"),
        None => !text.contains(['#', ' ', '%', '\\', '^', '`', '{', '}']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_a_rule_that_is_played() {
        const RULES: &str = "is needed enum min max shortest longest fewest most form union keys duration time port portKeys ports either apart never";
        for line in TEXT.lines().filter(|it| !it.is_empty() && !it.starts_with('#')) {
            let rule = line.split(' ').nth(2);
            assert!(rule.is_some_and(|it| RULES.split(' ').any(|known| known == it)), "{line}");
        }
    }

    #[test]
    fn every_type_that_a_line_names_has_lines() {
        for (name, lines) in &*TABLE {
            for [path, rule, about] in lines.iter().filter(|it| it[1] == "is") {
                assert!(TABLE.contains_key(about), "{name} {path} {rule} {about}");
            }
        }
    }
}
