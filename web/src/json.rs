//! Reading JSON. All of it goes by way of `Value`, and from there by one small reader: a type then has one way in, not one
//! for each kind of source, and none for forms that nobody sends, such as a struct as a list.

use std::vec::IntoIter;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde_json::{Error, Value, map};

/// Reads a text; the error is for the one who wrote it.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str::<Value>(text).and_then(of)
}

/// Reads a value.
pub(crate) fn of<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(Whole(value))
}

/// A value on its way into a type.
struct Whole(Value);

/// The items of a list.
struct Items(IntoIter<Value>);

/// The fields of an object, and the value of the one whose name was read last.
struct Fields(map::IntoIter, Option<Value>);

/// The one field of an object that names a variant.
struct Variant(String, Value);

/// What serde_json reads as well: numbers, truth, and whatever may be anything.
macro_rules! plain {
    ($($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.0.$name(visitor)
        })*
    };
}

/// The kinds of text.
macro_rules! text {
    ($($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.0 {
                Value::String(text) => visitor.visit_string(text),
                _ => Err(Error::custom("expected a text")),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Whole {
    type Error = Error;

    plain! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8
        deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64 deserialize_unit
        deserialize_bytes deserialize_byte_buf
    }

    text! { deserialize_char deserialize_str deserialize_string deserialize_identifier }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(fields) => visitor.visit_map(Fields(fields.into_iter(), None)),
            _ => Err(Error::custom("expected an object")),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => {
                let mut items = Items(items.into_iter());
                let read = visitor.visit_seq(&mut items)?;
                items.end().map(|()| read)
            }
            _ => Err(Error::custom("expected a list")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let variant = match self.0 {
            Value::String(name) => Some(Variant(name, Value::Null)),
            Value::Object(fields) if fields.len() == 1 => fields.into_iter().next().map(|(name, it)| Variant(name, it)),
            _ => None,
        };
        visitor.visit_enum(variant.ok_or_else(|| Error::custom("expected one of several names"))?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

impl Items {
    /// Nothing is left that the type has no place for: a pair has no third item.
    fn end(self) -> Result<(), Error> {
        if self.0.as_slice().is_empty() { Ok(()) } else { Err(Error::custom("expected a shorter list")) }
    }
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|it| seed.deserialize(Whole(it))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((name, value)) = self.0.next() else { return Ok(None) };
        self.1 = Some(value);
        seed.deserialize(Whole(Value::String(name))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(Whole(self.1.take().unwrap_or_default()))
    }
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = Whole;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Whole), Error> {
        let name: StrDeserializer<'_, Error> = self.0.as_str().into_deserializer();
        Ok((seed.deserialize(name)?, Whole(self.1)))
    }
}

impl<'de> VariantAccess<'de> for Whole {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        self.0.is_null().then_some(()).ok_or_else(|| Error::custom("expected a name alone"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use podpath_order::OrdMap;

    use podpath_protocol::Focus;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Shape {
        some_name: String,
        #[serde(default)]
        number: Option<u32>,
        #[serde(default)]
        pairs: Vec<(String, f64)>,
        #[serde(default)]
        names: OrdMap<String, bool>,
        #[serde(default)]
        focus: Vec<Focus>,
        #[serde(default)]
        rest: Value,
    }

    #[test]
    fn every_form_of_the_protocol_is_read_as_serde_json_reads_it() {
        let text = r#"{"someName":"it","number":7,"pairs":[["a",1],["b",2.5]],"names":{"a":true},"focus":["path",{"namespace":"shop"}],"rest":{"a":[null]}}"#;
        assert_eq!(read::<Shape>(text).unwrap(), serde_json::from_str::<Shape>(text).unwrap());
        assert_eq!(read::<Shape>(r#"{"someName":"it","number":null}"#).unwrap().number, None);
    }

    #[test]
    fn another_form_is_an_error_with_its_reason() {
        let error = |text| read::<Shape>(text).unwrap_err().to_string();
        assert_eq!(error(r#"{"someName":"it","more":1}"#).split(',').next(), Some("unknown field `more`"));
        assert_eq!(error("{}"), "missing field `someName`");
        assert_eq!(error(r#"{"someName":"","pairs":[["a",1,2]]}"#), "expected a shorter list");
        let texts = [
            r#"["it"]"#,
            r#"{"someName":1}"#,
            r#"{"someName":"","pairs":{}}"#,
            r#"{"someName":"","pairs":[["a"]]}"#,
            r#"{"someName":"","focus":[{}]}"#,
            "{",
        ];
        for text in texts {
            assert!(read::<Shape>(text).is_err(), "{text}");
        }
    }
}
