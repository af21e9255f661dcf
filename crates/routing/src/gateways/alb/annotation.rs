//! Annotations of the controller, by the parsers that it reads them with (`pkg/annotations/parser.go`).

use podpath_cluster::{Entry, Found, ResourceId};
use podpath_objects::Labels;
use podpath_order::Order;
use podpath_source::{Location, Spanned, boolean};

use super::json::{self, Json};
use crate::table::{Frozen, Origin};

/// The annotations of one or more objects with one prefix; an earlier object beats a later one.
#[derive(Clone)]
pub(super) struct Annotations<'a> {
    prefix: &'static str,
    layers: Vec<(ResourceId, &'a Entry)>,
}

/// A value with its key and place.
pub(super) struct Note<'a> {
    pub(super) key: &'a str,
    pub(super) value: &'a str,
    pub(super) origin: Origin,
}

impl Note<'_> {
    /// An error about it.
    pub(super) fn error(&self, message: String) -> Frozen {
        Frozen { message, origin: self.origin.clone() }
    }

    /// As a whole number of 32 bits (`ParseInt32Annotation`).
    pub(super) fn int32(&self) -> Result<i64, Frozen> {
        self.int("int32", int32(self.value))
    }

    /// As a whole number of 64 bits (`ParseInt64Annotation`).
    pub(super) fn int64(&self) -> Result<i64, Frozen> {
        self.int("int64", int64(self.value))
    }

    fn int(&self, kind: &str, read: Result<i64, &'static str>) -> Result<i64, Frozen> {
        read.map_err(|why| self.unreadable(kind, &format!(": strconv.ParseInt: parsing \"{}\": {why}", self.value)))
    }

    /// A value that does not parse as `kind`.
    fn unreadable(&self, kind: &str, why: &str) -> Frozen {
        self.error(format!("failed to parse {kind} annotation, {}: {}{why}", self.key, self.value))
    }
}

impl<'a> Annotations<'a> {
    /// Those of an object.
    pub(super) fn of<T>(prefix: &'static str, found: &Found<'a, T>) -> Self {
        Self { prefix, layers: vec![(found.id, found.entry)] }
    }

    /// Those of an object, then those known already.
    pub(super) fn under<T>(&self, found: &Found<'a, T>) -> Self {
        let mut layers = vec![(found.id, found.entry)];
        layers.extend(&self.layers);
        Self { prefix: self.prefix, layers }
    }

    /// By the part of the key behind the prefix.
    pub(super) fn get(&self, suffix: &str) -> Option<Note<'a>> {
        self.layers.iter().find_map(|(id, entry)| {
            let (key, value) = entry_of(&entry.resource.meta.annotations, self.prefix, suffix)?;
            let location = Location { document: entry.document, span: value.span };
            let path = format!("metadata.annotations[\"{}\"]", key.value);
            let origin = Origin { resource: Some(*id), location, path };
            Some(Note { key: &key.value, value: &value.value, origin })
        })
    }

    /// The place of the first of these that is written.
    pub(super) fn first(&self, suffixes: &[&str]) -> Option<Origin> {
        suffixes.iter().find_map(|it| self.get(it)).map(|it| it.origin)
    }

    /// The text, or a default.
    pub(super) fn text(&self, suffix: &str, default: &str) -> String {
        self.get(suffix).map_or(default, |it| it.value).to_owned()
    }

    /// A list of texts; empty items are left out.
    pub(super) fn texts(&self, suffix: &str) -> Option<Vec<String>> {
        self.get(suffix).map(|it| texts(it.value))
    }

    /// A whole number of 32 bits, or a default.
    pub(super) fn int32(&self, suffix: &str, default: i64) -> Result<i64, Frozen> {
        self.get(suffix).map_or(Ok(default), |it| it.int32())
    }

    /// A boolean as Go reads it.
    pub(super) fn bool(&self, suffix: &str) -> Result<Option<bool>, Frozen> {
        let Some(note) = self.get(suffix) else { return Ok(None) };
        let why = || format!(": strconv.ParseBool: parsing \"{}\": invalid syntax", note.value);
        boolean(note.value).map(Some).ok_or_else(|| note.unreadable("bool", &why()))
    }

    /// Pairs `key=value` in the order of keys.
    pub(super) fn map(&self, suffix: &str) -> Result<Vec<(String, String)>, Frozen> {
        let Some(note) = self.get(suffix) else { return Ok(vec![]) };
        pairs(note.value).ok_or_else(|| note.unreadable("stringMap", ""))
    }

    /// JSON.
    pub(super) fn json(&self, suffix: &str) -> Result<Option<(Note<'a>, Json)>, Frozen> {
        let Some(note) = self.get(suffix) else { return Ok(None) };
        match json::parse(note.value) {
            Ok(value) => Ok(Some((note, value))),
            Err(why) => Err(unreadable_json(&note, &why)),
        }
    }
}

/// JSON that does not parse, or has another form.
pub(super) fn unreadable_json(note: &Note<'_>, why: &str) -> Frozen {
    note.unreadable("json", &format!(": {why}"))
}

fn entry_of<'a>(labels: &'a Labels, prefix: &str, suffix: &str) -> Option<&'a (Spanned<String>, Spanned<String>)> {
    labels.entries.iter().find(|(key, _)| key.value.strip_prefix(prefix) == Some(suffix))
}

/// `a,b` with blanks around commas; empty items do not count.
pub(super) fn texts(value: &str) -> Vec<String> {
    value.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// Go's `strconv.ParseInt` for base 10 and 32 bits, or why it is none.
pub(super) fn int32(value: &str) -> Result<i64, &'static str> {
    int64(value).and_then(|it| i32::try_from(it).map(i64::from).map_err(|_| "value out of range"))
}

/// The same for 64 bits.
fn int64(value: &str) -> Result<i64, &'static str> {
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return Err("invalid syntax");
    }
    value.parse().map_err(|_| "value out of range")
}

/// `k=v,k2=v2`. None when a part has no `=` or no key.
fn pairs(value: &str) -> Option<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in parts(value) {
        let (key, value) = part.split_once('=')?;
        let key = key.trim();
        if key.is_empty() {
            return None;
        }
        pairs.retain(|(it, _)| it != key);
        pairs.push((key.to_owned(), value.trim().to_owned()));
    }
    pairs.order();
    Some(pairs)
}

/// The parts of a list of pairs, empty ones too (`splitKeyValuePairs`): `\` takes the next letter as it is, and a comma parts
/// where any `=` follows. Behind the last `=` the rest is a part of its own; a comma with nothing behind it is a letter of the
/// value.
fn parts(text: &str) -> Vec<String> {
    let last = text.rfind('=');
    let (mut parts, mut part) = (Vec::new(), String::new());
    let mut chars = text.chars();
    while let Some(found) = chars.next() {
        let rest = chars.as_str();
        match found {
            '\\' if !rest.is_empty() => part.extend(chars.next()),
            ',' if last.is_some_and(|it| it >= text.len() - rest.len()) => parts.push(std::mem::take(&mut part)),
            ',' if !rest.trim().is_empty() => {
                parts.extend([part, rest.to_owned()]);
                return parts;
            }
            _ => part.push(found),
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}
