//! The form of a value: what a field takes.

use podpath_yaml::{Node, Value};

use crate::table::TypeId;

/// What a field takes, and how a table writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `?`: anything, or what is not certain.
    Any,
    /// `s`
    Text,
    /// `i`: 32 bits.
    Int32,
    /// `l`: 64 bits.
    Int64,
    /// `n`
    Number,
    /// `b`
    Bool,
    /// `is`: a whole number of 32 bits or text.
    IntOrText,
    /// `q`: `500m`, `1Gi`, `2`.
    Quantity,
    /// `t`: RFC 3339.
    Time,
    /// `64`: base64.
    Base64,
    /// `[s]`
    List(Box<Form>),
    /// `{s}`: any keys.
    Map(Box<Form>),
    /// The name of a type.
    Object(TypeId),
}

impl Form {
    /// Reads what a table writes; a name that no table has is `?`.
    pub(crate) fn read(text: &'static str, find: &impl Fn(&'static str) -> Option<TypeId>) -> Self {
        let within = |open, close| text.strip_prefix(open).and_then(|it| it.strip_suffix(close));
        if let Some(item) = within('[', ']') {
            return Self::List(Box::new(Self::read(item, find)));
        }
        if let Some(value) = within('{', '}') {
            return Self::Map(Box::new(Self::read(value, find)));
        }
        match text {
            "s" => Self::Text,
            "i" => Self::Int32,
            "l" => Self::Int64,
            "n" => Self::Number,
            "b" => Self::Bool,
            "is" => Self::IntOrText,
            "q" => Self::Quantity,
            "t" => Self::Time,
            "64" => Self::Base64,
            _ => find(text).map_or(Self::Any, Self::Object),
        }
    }

    /// The type inside of lists and maps.
    pub(crate) fn innermost(&self) -> Option<TypeId> {
        match self {
            Self::List(inner) | Self::Map(inner) => inner.innermost(),
            Self::Object(id) => Some(*id),
            _ => None,
        }
    }

    /// What is due instead of a value that is not accepted.
    pub(crate) fn due(&self, instead_of: &Node) -> &'static str {
        match (self, &instead_of.value) {
            (Self::Int32 | Self::IntOrText, Value::Int(_)) => "32-bit integer",
            (Self::Int64, Value::Int(_)) => "64-bit integer",
            _ => self.name(),
        }
    }

    /// What it takes, in the API server's words.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Text => "string",
            Self::Int32 | Self::Int64 => "integer",
            Self::Number => "number",
            Self::Bool => "boolean",
            Self::IntOrText => "integer or string",
            Self::Quantity => "quantity",
            Self::Time => "RFC 3339 time",
            Self::Base64 => "base64",
            Self::List(_) => "array",
            Self::Map(_) | Self::Object(_) => "object",
        }
    }

    /// True when a value that is not null has this form; what lists and maps hold is not looked at.
    ///
    /// `is_custom`: integers of custom resources are not bound to their size here.
    pub(crate) fn accepts(&self, node: &Node, is_custom: bool) -> bool {
        match (self, &node.value) {
            (Self::Any, _)
            | (Self::Text | Self::IntOrText, Value::Text(_))
            | (Self::Number | Self::Quantity, Value::Int(_) | Value::Float(_))
            | (Self::Bool, Value::Bool(_))
            // Go reads bytes from a list of numbers, too.
            | (Self::List(_) | Self::Base64, Value::List(_))
            | (Self::Map(_) | Self::Object(_), Value::Map(_)) => true,
            (Self::Int32 | Self::IntOrText | Self::Int64, Value::Int(_) | Value::Float(_)) => {
                self.holds_integer(&node.value, is_custom)
            }
            (Self::Quantity, Value::Text(text)) => is_quantity(text.trim()),
            (Self::Time, Value::Text(text)) => is_time(text),
            (Self::Base64, Value::Text(text)) => is_base64(text),
            _ => false,
        }
    }

    /// Floats without fraction are whole numbers, as in JSON.
    fn holds_integer(&self, value: &Value, is_custom: bool) -> bool {
        let (whole, size) = match value {
            Value::Int(number) => (true, number.get()),
            #[expect(clippy::cast_possible_truncation, reason = "saturates, and is out of range then")]
            Value::Float(number) => (number.fract() == 0.0, *number as i128),
            _ => (false, 0),
        };
        let fits = match self {
            Self::Int64 => i64::try_from(size).is_ok(),
            _ => i32::try_from(size).is_ok(),
        };
        whole && (is_custom || fits)
    }
}

/// apimachinery `resource.ParseQuantity`: a sign, digits with at most one point, a suffix or an exponent.
fn is_quantity(text: &str) -> bool {
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
    let (mantissa, suffix) = number.split_at(end);
    let has_digit = mantissa.bytes().any(|byte| byte.is_ascii_digit());
    let is_number = has_digit && mantissa.matches('.').count() <= 1;
    let is_suffix = match suffix {
        "" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei" => true,
        _ => suffix.strip_prefix(['e', 'E']).is_some_and(|exponent| exponent.parse::<i32>().is_ok()),
    };
    is_number && is_suffix
}

/// `2026-01-31T09:00:00Z`, with a fraction of seconds or an offset; dates that do not exist are let through.
fn is_time(text: &str) -> bool {
    let shape: Vec<u8> = text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte }).collect();
    let Some(rest) = shape.strip_prefix(b"0000-00-00T00:00:00") else { return false };
    let zone = match rest {
        [b'.' | b',', b'0', fraction @ ..] => {
            let digits = fraction.iter().take_while(|byte| **byte == b'0').count();
            fraction.get(digits..).unwrap_or_default()
        }
        rest => rest,
    };
    matches!(zone, b"Z" | b"+00:00" | b"-00:00")
}

/// Go's `base64.StdEncoding`: padded, line breaks are skipped.
fn is_base64(text: &str) -> bool {
    let bytes: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let data = bytes.strip_suffix(b"==").or_else(|| bytes.strip_suffix(b"=")).unwrap_or(&bytes);
    let is_alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    bytes.len().is_multiple_of(4) && data.iter().all(is_alphabet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_those_of_the_api_server() {
        for good in ["1", "0.5", ".5", "1.", "500m", "100u", "1e3", "1E3", "1e+3", "-1", "1Ki", "64Gi", "1E", "2k"] {
            assert!(is_quantity(good), "{good}");
        }
        for bad in ["", "m", ".", "1K", "128mi", "1GB", "500 m", "1.2.3", "1ee3", "0x10", "one", "1e"] {
            assert!(!is_quantity(bad), "{bad}");
        }
    }

    #[test]
    fn times_are_rfc_3339() {
        for good in ["2026-01-31T09:00:00Z", "2026-01-31T09:00:00.123456Z", "2026-01-31T09:00:00+09:00"] {
            assert!(is_time(good), "{good}");
        }
        for bad in
            ["", "yesterday", "2026-01-31", "2026-01-31 09:00:00Z", "2026-01-31T09:00:00", "2026-01-31T09:00:00.Z"]
        {
            assert!(!is_time(bad), "{bad}");
        }
    }

    #[test]
    fn base64_is_padded() {
        for good in ["", "cGFzcw==", "cGFz\ncw==\n", "password"] {
            assert!(is_base64(good), "{good}");
        }
        for bad in ["cGFzcw", "cGFz cw==", "c===", "pass-word", "a=b="] {
            assert!(!is_base64(bad), "{bad}");
        }
    }
}
