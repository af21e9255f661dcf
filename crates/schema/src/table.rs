//! The tables: text that is indexed when the first document is checked, and read type by type when first needed.
//!
//! A line is a type and its fields, `Container name*:s ports:[ContainerPort]`, or, after `=`, a kind, its API versions
//! and the fields that it has besides apiVersion, kind and metadata. `*` is required, `~` experimental. For the forms
//! see [`Form`]. A type is looked for in its own table, then in the first.

use std::sync::{LazyLock, OnceLock};

use podpath_order::{OrdMap, Order};

use crate::form::Form;

/// The table of the built-in kinds, then those of custom resources.
const TEXTS: [&str; 5] = [
    include_str!("../table/core.txt"),
    include_str!("../table/gateway_api.txt"),
    include_str!("../table/istio.txt"),
    include_str!("../table/istio_extension.txt"),
    include_str!("../table/load_balancer.txt"),
];

/// Constant data, so what it holds depends on nothing that happened before.
static TABLE: LazyLock<Table> = LazyLock::new(Table::index);

/// The place of a type in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TypeId(usize);

/// A kind of object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// The type of its objects.
    pub(crate) root: TypeId,
    /// A custom resource: not decoded by Go, but compared with its schema.
    pub(crate) is_custom: bool,
}

/// A field of a type.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) is_required: bool,
    pub(crate) is_experimental: bool,
    pub(crate) form: Form,
}

#[derive(Default)]
struct Table {
    types: Vec<Type>,
    /// By table and name.
    names: OrdMap<(usize, &'static str), TypeId>,
    /// By API version and name.
    kinds: OrdMap<(&'static str, &'static str), Kind>,
}

struct Type {
    table: usize,
    is_root: bool,
    text: &'static str,
    fields: OnceLock<Vec<Field>>,
}

/// The kind of that name.
pub(crate) fn kind(api_version: &str, kind: &str) -> Option<Kind> {
    TABLE.kinds.get(&(api_version, kind)).copied()
}

/// Every kind: API version and name.
pub(crate) fn kinds() -> Vec<(&'static str, &'static str)> {
    TABLE.kinds.keys().copied().collect()
}

/// The fields of a type, sorted by name.
pub(crate) fn fields(id: TypeId) -> &'static [Field] {
    let table: &'static Table = &TABLE;
    table.types.get(id.0).map_or(&[], |it| it.fields.get_or_init(|| table.read(it)))
}

/// A field of a type.
pub(crate) fn field(id: TypeId, name: &str) -> Option<&'static Field> {
    let fields = fields(id);
    fields.binary_search_by(|it| it.name.cmp(name)).ok().and_then(|idx| fields.get(idx))
}

impl Table {
    fn index() -> Self {
        let mut all = Self::default();
        for (table, text) in TEXTS.into_iter().enumerate() {
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                all.add(table, line);
            }
        }
        all
    }

    fn add(&mut self, table: usize, line: &'static str) {
        let id = TypeId(self.types.len());
        let (name, mut text) = line.split_once(' ').unwrap_or((line, ""));
        let kind = name.strip_prefix('=');
        if let Some(name) = kind {
            let (versions, rest) = text.split_once(' ').unwrap_or((text, ""));
            text = rest;
            for version in versions.split(',') {
                self.kinds.insert((version, name), Kind { root: id, is_custom: table > 0 });
            }
        } else {
            self.names.insert((table, name), id);
        }
        self.types.push(Type { table, is_root: kind.is_some(), text, fields: OnceLock::new() });
    }

    fn read(&self, it: &Type) -> Vec<Field> {
        let common = if it.is_root { "apiVersion:s kind:s metadata:ObjectMeta " } else { "" };
        let words = common.split_terminator(' ').chain(it.text.split_terminator(' '));
        let mut fields: Vec<Field> = words.filter_map(|word| self.read_field(it.table, word)).collect();
        fields.order_by_key(|field| field.name);
        fields
    }

    fn find(&self, table: usize, name: &'static str) -> Option<TypeId> {
        self.names.get(&(table, name)).or_else(|| self.names.get(&(0, name))).copied()
    }

    fn read_field(&self, table: usize, word: &'static str) -> Option<Field> {
        let (marked, form) = word.split_once(':')?;
        let name = marked.trim_end_matches(['*', '~']);
        let (is_required, is_experimental) = (marked.ends_with('*'), marked.ends_with('~'));
        let find = |name| self.find(table, name);
        Some(Field { name, is_required, is_experimental, form: Form::read(form, &find) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_a_table_names_is_in_it() {
        for (table, text) in TEXTS.into_iter().enumerate() {
            for word in text.lines().filter(|line| !line.starts_with('#')).flat_map(|line| line.split(' ').skip(1)) {
                let Some((_, form)) = word.split_once(':') else { continue };
                let name = form.trim_matches(['[', ']', '{', '}']);
                let exists = TABLE.names.contains_key(&(table, name)) || TABLE.names.contains_key(&(0, name));
                assert!(exists || !name.starts_with(|c: char| c.is_ascii_uppercase()), "{word}");
            }
        }
    }
}
