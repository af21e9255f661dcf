//! JSON schemas to the types of a table: named lists of fields.

use std::collections::BTreeMap;

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value};

/// A field as it stands in a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Field {
    /// The object is refused without it.
    pub required: bool,
    /// Only the experimental channel has it.
    pub experimental: bool,
    /// `s`, `[Container]`, ...
    pub form: String,
}

/// The fields of a type by name.
pub type Fields = BTreeMap<String, Field>;
/// The types of a table by name.
pub type Types = BTreeMap<String, Fields>;

/// Reads the schemas of some Rust types and of all that they refer to.
#[derive(Default)]
pub struct Reader {
    schemas: SchemaGenerator,
}

impl Reader {
    /// Takes a type; its short name.
    pub fn take<T: JsonSchema>(&mut self) -> String {
        self.schemas.subschema_for::<T>();
        short(&T::schema_name())
    }

    /// All types that were taken, and those that they refer to.
    pub fn types(&self) -> Types {
        let schemas = self.schemas.definitions();
        let structs = schemas.iter().filter(|(_, schema)| schema.get("properties").is_some());
        let mut types = Types::new();
        for (name, schema) in structs {
            let clash = types.insert(short(name), fields(schema, schemas));
            assert!(clash.is_none(), "two types are called {}", short(name));
        }
        types
    }
}

/// The last part of a Kubernetes name; with its group where that would be ambiguous.
fn short(name: &str) -> String {
    let parts: Vec<&str> = name.split('.').collect();
    match parts[..] {
        ["io", "k8s", "api", "discovery", _, "EndpointPort"] => "SlicePort".to_owned(),
        [.., last] => last.to_owned(),
        [] => String::new(),
    }
}

fn fields(schema: &Value, schemas: &Map<String, Value>) -> Fields {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let Some(properties) = schema["properties"].as_object() else { return Fields::new() };
    let field = |(name, schema): (&String, &Value)| {
        let has_default = schema.get("default").is_some_and(|it| !it.is_null());
        let required = required.contains(&name.as_str()) && !has_default;
        (name.clone(), Field { required, experimental: false, form: form(schema, schemas) })
    };
    properties.iter().map(field).collect()
}

/// The type of a value, as a table writes it; `?` for whatever is not certain.
fn form(schema: &Value, schemas: &Map<String, Value>) -> String {
    if let Some(target) = schema["$ref"].as_str() {
        let name = target.rsplit('/').next().unwrap_or_default();
        return match schemas.get(name) {
            _ if name.ends_with(".Quantity") => "q".into(),
            Some(target) if target.get("properties").is_some() => short(name),
            Some(target) => form(target, schemas),
            None => panic!("no schema {name}"),
        };
    }
    if schema["x-kubernetes-int-or-string"] == true {
        return "is".into();
    }
    if let Some(choices) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        let mut forms: Vec<_> = choices.iter().filter(|it| it["type"] != "null").map(|it| form(it, schemas)).collect();
        forms.dedup();
        return if let [only] = &forms[..] { only.clone() } else { "?".into() };
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|it| *it != "null").cloned().unwrap_or_default(),
        kind => kind.clone(),
    };
    let format = schema["format"].as_str();
    match (kind.as_str(), format) {
        (Some("string"), Some("byte")) => "64".into(),
        (Some("string"), Some("date-time")) => "t".into(),
        (Some("string"), _) => "s".into(),
        (Some("integer"), Some("int32")) => "i".into(),
        (Some("integer"), _) => "l".into(),
        (Some("number"), _) => "n".into(),
        (Some("boolean"), _) => "b".into(),
        (Some("array"), _) => format!("[{}]", form(&schema["items"], schemas)),
        (Some("object"), _) => match &schema["additionalProperties"] {
            Value::Object(inner) => format!("{{{}}}", form(&Value::Object(inner.clone()), schemas)),
            _ => "?".into(),
        },
        _ => "?".into(),
    }
}
