//! Kinds of which little or nothing but the name is needed.

use base64::Engine as _;
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
    /// Of one with the name `istio`: what the configuration of a mesh says, which stands under `mesh` as text.
    pub exports: ExportDefaults,
}

impl ConfigMap {
    pub(crate) fn read(meta: &Meta, reader: Reader<'_>) -> Self {
        let data = reader.get("data").labels();
        let mesh = data.get("mesh").filter(|_| meta.name() == "istio");
        let exports = mesh.map(ExportDefaults::parse).unwrap_or_default();
        Self { data, exports }
    }
}

/// `exportTo` of what says nothing of it: MeshConfig of Istio. Empty where it is not told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportDefaults {
    /// `defaultServiceExportTo`, of ServiceEntries too.
    pub services: Vec<Spanned<String>>,
    /// `defaultVirtualServiceExportTo`
    pub virtual_services: Vec<Spanned<String>>,
    /// `defaultDestinationRuleExportTo`
    pub destination_rules: Vec<Spanned<String>>,
}

impl ExportDefaults {
    fn parse(text: &str) -> Self {
        let document = podpath_yaml::parse(text);
        let mesh = document.root.as_ref().map_or_else(Reader::missing, Reader::new);
        Self {
            services: mesh.get("defaultServiceExportTo").texts(),
            virtual_services: mesh.get("defaultVirtualServiceExportTo").texts(),
            destination_rules: mesh.get("defaultDestinationRuleExportTo").texts(),
        }
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
    /// The value of a key: `stringData` replaces `data`, which is base64. None when it is missing or no base64.
    pub fn value(&self, key: &str) -> Option<String> {
        if let Some(text) = self.string_data.get(key) {
            return Some(text.to_owned());
        }
        unpacked(self.data.get(key)?)
    }

    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        Self {
            secret_type: reader.get("type").text(),
            data: reader.get("data").labels(),
            string_data: reader.get("stringData").labels(),
        }
    }
}

/// A text in base64, padded.
pub fn packed(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// The text that base64 packs; white space in it does not count. None when it is no base64.
pub fn unpacked(text: &str) -> Option<String> {
    let packed: String = text.split_ascii_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(packed).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
