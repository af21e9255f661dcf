//! Reading JSON. All of it goes by way of `Value`: a type then has one reader in the page, not one for each kind of source.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads a text; the error is for the one who wrote it.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str::<Value>(text).and_then(serde_json::from_value)
}
