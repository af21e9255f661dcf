//! The located tree.

use podpath_source::Span;

/// A value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands; of a collection from its first to its last child.
    pub span: Span,
}

/// What a node holds, by kubectl's scalar rules.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// true or false, in all the spellings of YAML 1.1.
    Bool(bool),
    /// A whole number.
    Int(Whole),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map.
    Map(Map),
}

/// A whole number of up to 64 bits, signed or not.
///
/// It is kept as sign and size: an `i128` would make every node of a tree half as large again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    is_negative: bool,
    size: u64,
}

impl Whole {
    /// The number, where kubectl reads it as a whole one: from `i64::MIN` to `u64::MAX`.
    pub fn new(number: i128) -> Option<Self> {
        let fits = (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&number);
        let size = u64::try_from(number.unsigned_abs()).ok().filter(|_| fits)?;
        Some(Self { is_negative: number < 0, size })
    }

    /// Its value.
    pub fn get(self) -> i128 {
        let size = i128::from(self.size);
        if self.is_negative { -size } else { size }
    }
}

impl std::fmt::Display for Whole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.is_negative { "-" } else { "" };
        write!(f, "{sign}{}", self.size)
    }
}

/// A map in source order; of equal keys the last one is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// Keys and values.
    pub entries: Vec<Entry>,
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node,
}

/// A key as text, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// `on:` is "true", `0x10:` is "16".
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Node {
    /// The value of a key, when this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    /// The map, when it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The list, when it is one.
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The text, when it is one. Numbers and booleans are not text.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, when it is one; floats without fraction count, as in JSON.
    pub fn as_int(&self) -> Option<i64> {
        match &self.value {
            Value::Int(number) => i64::try_from(number.get()).ok(),
            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
            Value::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(*number as i64),
            _ => None,
        }
    }

    /// The boolean, when it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// True for nothing, `~` and `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// What the value is called in messages of the API server.
    pub fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Int(_) => "integer",
            Value::Float(_) => "number",
            Value::Text(_) => "string",
            Value::List(_) => "array",
            Value::Map(_) => "object",
        }
    }
}

impl Map {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The key and its value.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key.text == key)
    }
}
