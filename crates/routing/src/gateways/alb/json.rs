//! JSON inside annotations, read as Go's `encoding/json` reads it: keys without case, the last of equal keys counts.

use podpath_order::Order;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
}

/// Deeper nesting is refused, as nobody writes it.
const MAX_DEPTH: usize = 64;

type Parsed<T> = Result<T, String>;

/// Reads a whole text.
pub(super) fn parse(text: &str) -> Parsed<Json> {
    let mut parser = Parser { rest: text };
    let value = parser.value(0)?;
    parser.blank();
    match parser.rest.chars().next() {
        None => Ok(value),
        Some(found) => Err(format!("invalid character '{found}' after top-level value")),
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn blank(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn next(&mut self) -> Parsed<char> {
        let mut chars = self.rest.chars();
        let found = chars.next().ok_or("unexpected end of JSON input")?;
        self.rest = chars.as_str();
        Ok(found)
    }

    fn value(&mut self, depth: usize) -> Parsed<Json> {
        if depth > MAX_DEPTH {
            return Err("exceeded max depth".into());
        }
        self.blank();
        for (word, value) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))] {
            if let Some(rest) = self.rest.strip_prefix(word) {
                self.rest = rest;
                return Ok(value);
            }
        }
        match self.rest.chars().next() {
            Some('{') => self.map(depth),
            Some('[') => self.list(depth),
            Some('"') => self.text().map(Json::Text),
            Some('-' | '0'..='9') => self.number(),
            Some(found) => Err(format!("invalid character '{found}' looking for beginning of value")),
            None => Err("unexpected end of JSON input".into()),
        }
    }

    fn number(&mut self) -> Parsed<Json> {
        let end = self.rest.find(|it: char| !matches!(it, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
        let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let digits = number.strip_prefix('-').unwrap_or(number);
        let has_zero = digits.starts_with('0') && digits.chars().nth(1).is_some_and(|it| it.is_ascii_digit());
        if has_zero || digits.ends_with('.') || digits.starts_with(['.', '+', '-']) || number.parse::<f64>().is_err() {
            return Err("invalid character in numeric literal".into());
        }
        self.rest = rest;
        Ok(Json::Number(number.to_owned()))
    }

    fn text(&mut self) -> Parsed<String> {
        self.next()?;
        let mut text = String::new();
        loop {
            match self.next()? {
                '"' => return Ok(text),
                '\\' => text.push(self.escape()?),
                found if found < ' ' => return Err(format!("invalid character {found:?} in string literal")),
                found => text.push(found),
            }
        }
    }

    fn escape(&mut self) -> Parsed<char> {
        Ok(match self.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => return self.unicode(),
            found @ ('"' | '\\' | '/') => found,
            found => return Err(format!("invalid character '{found}' in string escape code")),
        })
    }

    /// Two escapes of a surrogate pair are one character; half a pair is the replacement character.
    fn unicode(&mut self) -> Parsed<char> {
        let first = self.hex()?;
        if (0xd800..0xdc00).contains(&first) && self.rest.starts_with("\\u") {
            let before = self.rest;
            self.rest = self.rest.get(2..).unwrap_or_default();
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.rest = before;
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Parsed<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let found = self.next()?;
            let digit = found.to_digit(16);
            code = code * 16
                + digit.ok_or_else(|| format!("invalid character '{found}' in \\u hexadecimal character escape"))?;
        }
        Ok(code)
    }

    fn list(&mut self, depth: usize) -> Parsed<Json> {
        self.next()?;
        let mut items = Vec::new();
        self.blank();
        if self.rest.starts_with(']') {
            self.next()?;
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.blank();
            match self.next()? {
                ',' => {}
                ']' => return Ok(Json::List(items)),
                found => return Err(format!("invalid character '{found}' after array element")),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Parsed<Json> {
        self.next()?;
        let mut entries = Vec::new();
        self.blank();
        if self.rest.starts_with('}') {
            self.next()?;
            return Ok(Json::Map(entries));
        }
        loop {
            self.blank();
            if !self.rest.starts_with('"') {
                let found = self.next()?;
                return Err(format!("invalid character '{found}' looking for beginning of object key string"));
            }
            let key = self.text()?;
            self.blank();
            let found = self.next()?;
            if found != ':' {
                return Err(format!("invalid character '{found}' after object key"));
            }
            entries.push((key, self.value(depth + 1)?));
            self.blank();
            match self.next()? {
                ',' => {}
                '}' => return Ok(Json::Map(entries)),
                found => return Err(format!("invalid character '{found}' after object key:value pair")),
            }
        }
    }
}

impl Json {
    fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::List(_) => "array",
            Self::Map(_) => "object",
        }
    }

    fn wrong(&self, key: &str, wanted: &str) -> String {
        format!("json: cannot unmarshal {} into Go struct field {key} of type {wanted}", self.type_name())
    }

    /// Nothing but a map, or `null`, which is one without entries, can be read as a struct.
    pub(super) fn object(&self, kind: &str) -> Parsed<()> {
        match self {
            Self::Map(_) | Self::Null => Ok(()),
            other => Err(format!("json: cannot unmarshal {} into Go value of type {kind}", other.type_name())),
        }
    }

    /// A field of a map; `null` counts as missing.
    pub(super) fn get(&self, key: &str) -> Option<&Json> {
        let Self::Map(entries) = self else { return None };
        let found = entries.iter().rev().find(|(it, _)| it.eq_ignore_ascii_case(key));
        found.map(|(_, value)| value).filter(|it| **it != Self::Null)
    }

    /// A map below a key.
    pub(super) fn map(&self, key: &str) -> Parsed<Option<&Json>> {
        match self.get(key) {
            Some(found @ Self::Map(_)) => Ok(Some(found)),
            Some(other) => Err(other.wrong(key, "struct")),
            None => Ok(None),
        }
    }

    /// A text below a key.
    pub(super) fn text(&self, key: &str) -> Parsed<Option<String>> {
        match self.get(key) {
            Some(Self::Text(text)) => Ok(Some(text.clone())),
            Some(other) => Err(other.wrong(key, "string")),
            None => Ok(None),
        }
    }

    /// A whole number of 32 bits below a key.
    pub(super) fn int(&self, key: &str) -> Parsed<Option<i64>> {
        match self.get(key) {
            Some(found @ Self::Number(number)) => match number.parse::<i32>() {
                Ok(number) => Ok(Some(number.into())),
                Err(_) => Err(found.wrong(key, "int32")),
            },
            Some(other) => Err(other.wrong(key, "int32")),
            None => Ok(None),
        }
    }

    /// A boolean below a key.
    pub(super) fn bool(&self, key: &str) -> Parsed<Option<bool>> {
        match self.get(key) {
            Some(Self::Bool(value)) => Ok(Some(*value)),
            Some(other) => Err(other.wrong(key, "bool")),
            None => Ok(None),
        }
    }

    /// A list below a key; a missing one is empty.
    pub(super) fn list(&self, key: &str) -> Parsed<&[Json]> {
        match self.get(key) {
            Some(Self::List(items)) => Ok(items),
            Some(other) => Err(other.wrong(key, "slice")),
            None => Ok(&[]),
        }
    }

    /// A list of maps below a key; `null` is one without entries.
    pub(super) fn maps(&self, key: &str) -> Parsed<&[Json]> {
        let items = self.list(key)?;
        match items.iter().find(|it| !matches!(it, Self::Map(_) | Self::Null)) {
            Some(other) => Err(other.wrong(key, "struct")),
            None => Ok(items),
        }
    }

    /// A list of texts below a key.
    pub(super) fn texts(&self, key: &str) -> Parsed<Vec<String>> {
        let text = |it: &Json| match it {
            Self::Text(text) => Ok(text.clone()),
            Self::Null => Ok(String::new()),
            other => Err(other.wrong(key, "string")),
        };
        self.list(key)?.iter().map(text).collect()
    }

    /// A map of texts below a key, in the order of keys; `null` is the empty text.
    pub(super) fn text_map(&self, key: &str) -> Parsed<Vec<(String, String)>> {
        let Some(Self::Map(entries)) = self.map(key)? else { return Ok(vec![]) };
        let pair = |(name, value): &(String, Json)| match value {
            Self::Text(text) => Ok((name.clone(), text.clone())),
            Self::Null => Ok((name.clone(), String::new())),
            other => Err(other.wrong(name, "string")),
        };
        let mut pairs = entries.iter().map(pair).collect::<Parsed<Vec<_>>>()?;
        pairs.order();
        Ok(pairs)
    }
}
