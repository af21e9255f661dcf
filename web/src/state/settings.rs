//! What outlives a workspace: how the page looks and speaks, and the cluster that is played.

use podpath_protocol::{Locale, Options};
use serde::{Deserialize, Serialize};

/// Sizes of the code that one can choose, in px.
pub(crate) const CODE_SIZES: std::ops::RangeInclusive<u8> = 12..=18;
const CODE_SIZE: u8 = 13;

/// Versions of Kubernetes on offer, the newest first.
pub(crate) const VERSIONS: [&str; 15] = [
    "1.35", "1.34", "1.33", "1.32", "1.31", "1.30", "1.29", "1.28", "1.27", "1.26", "1.25", "1.24", "1.23", "1.22",
    "1.21",
];

/// All settings, as the browser keeps them too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Settings {
    pub(crate) locale: Locale,
    pub(crate) theme: Theme,
    /// Version of Kubernetes, `1.35`.
    pub(crate) kubernetes: String,
    /// Given to objects that name none.
    pub(crate) namespace: String,
    /// Networks of load balancers and nodes, as `10.0.0.0/16, 10.1.0.0/16`.
    pub(crate) networks: String,
    /// The token runs, cards move.
    pub(crate) motion: bool,
    /// Of the code, in px.
    pub(crate) code_size: u8,
    /// `1`, `/`, `[` and the like work outside of text fields.
    pub(crate) single_keys: bool,
}

/// The colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    #[default]
    System,
    Light,
    Dark,
    Contrast,
}

impl Default for Settings {
    fn default() -> Self {
        let options = Options::default();
        Self {
            locale: Locale::default(),
            theme: Theme::default(),
            kubernetes: options.kubernetes_version,
            namespace: options.namespace,
            networks: String::new(),
            motion: true,
            code_size: CODE_SIZE,
            single_keys: true,
        }
    }
}

impl Settings {
    /// What the core is told. An empty namespace is the usual one.
    pub(crate) fn options(&self) -> Options {
        let default = Options::default();
        let namespace = self.namespace.trim();
        let networks = self.networks.split([',', ' ']).filter(|it| !it.is_empty());
        Options {
            locale: self.locale,
            kubernetes_version: self.kubernetes.clone(),
            load_balancer_cidrs: networks.map(str::to_owned).collect(),
            namespace: if namespace.is_empty() { default.namespace } else { namespace.to_owned() },
            ..default
        }
    }

    /// In the other language.
    pub(crate) fn next_language(&self) -> Self {
        let locale = if self.locale == Locale::En { Locale::Ko } else { Locale::En };
        Self { locale, ..self.clone() }
    }

    /// In the next theme.
    pub(crate) fn next_theme(&self) -> Self {
        let theme = match self.theme {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Contrast,
            Theme::Contrast => Theme::System,
        };
        Self { theme, ..self.clone() }
    }

    /// Settings as read from somewhere, held to what is on offer.
    pub(crate) fn tamed(self) -> Self {
        let is_known = VERSIONS.contains(&self.kubernetes.as_str());
        let kubernetes = if is_known { self.kubernetes } else { Self::default().kubernetes };
        Self { kubernetes, code_size: self.code_size.clamp(*CODE_SIZES.start(), *CODE_SIZES.end()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_settings_are_read_and_strange_ones_are_tamed() {
        let read: Settings = serde_json::from_str(r#"{"version":1,"locale":"ko","theme":"dark"}"#).unwrap();
        assert_eq!(read, Settings { locale: Locale::Ko, theme: Theme::Dark, ..Settings::default() });
        let strange = Settings { kubernetes: "9.9".into(), code_size: 200, ..Settings::default() }.tamed();
        assert_eq!((strange.kubernetes.as_str(), strange.code_size), ("1.35", 18));
    }

    #[test]
    fn an_empty_namespace_is_the_usual_one() {
        assert_eq!(Settings { namespace: " ".into(), ..Settings::default() }.options().namespace, "default");
    }
}
