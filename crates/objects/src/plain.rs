//! Kinds of which little or nothing but the name is needed.

use podpath_source::Spanned;

use crate::meta::{Labels, Meta};
use crate::reader::Reader;

/// A Namespace; its labels stand in the metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace;

impl Namespace {
    pub(crate) fn read(_meta: &Meta, _reader: Reader<'_>) -> Self {
        Self
    }
}

/// An object of a kind that is not modelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown;

/// A ServiceAccount; an IAM role stands in its annotations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount;

impl ServiceAccount {
    pub(crate) fn read(_meta: &Meta, _reader: Reader<'_>) -> Self {
        Self
    }
}

/// A ConfigMap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigMap {
    /// `data`
    pub data: Labels,
}

impl ConfigMap {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        Self { data: reader.get("data").labels() }
    }
}

/// A Secret. Values are kept only to see whether they have the form of a certificate and a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// `type`
    pub secret_type: Option<Spanned<String>>,
    /// `data`, base64.
    pub data: Labels,
    /// `stringData`
    pub string_data: Labels,
}

impl Secret {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        Self {
            secret_type: reader.get("type").text(),
            data: reader.get("data").labels(),
            string_data: reader.get("stringData").labels(),
        }
    }
}
