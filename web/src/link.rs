//! Share links: a workspace in the fragment of an address. The version stands before the first dot; every version is readable for ever.
//!
//! Version 1: `#1.` and the base64url of the raw deflate of a JSON object. What a link holds is hostile: sizes are bound, and paths are made harmless.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use podpath_order::{Gather, OrdMap};
use podpath_protocol::Call;
use serde::{Deserialize, Serialize};

use crate::state::Opening;
use crate::state::files::{Files, Text};

const VERSION: &str = "1";
/// Most bytes that a link may unfold to.
pub(crate) const MOST_BYTES: usize = 20 << 20;
/// Most letters of a link that are looked at.
const MOST_LETTERS: usize = 8 << 20;
const MOST_FILES: usize = 5_000;
const MOST_PATH: usize = 1_000;
/// Links of so many letters pass every chat tool known to us.
const FITS_EVERYWHERE: usize = 2_000;
/// Longer links are not offered: browsers and servers cut them.
const FITS_NOWHERE: usize = 512 << 10;

/// What a link holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Shared {
    pub(crate) name: String,
    pub(crate) files: OrdMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request: Option<Call>,
    /// The file in the editor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) open: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) read_only: bool,
}

/// Why a link cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It was cut, or is no link of ours.
    Broken,
    /// It was made by a newer version.
    Newer,
    /// It holds too much.
    Large,
}

/// How far a link comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Everywhere,
    /// Some chat tools cut it.
    Some,
    /// It is too long for an address.
    Nowhere,
}

/// How far a link of so many letters comes.
pub(crate) fn reach(n_letters: usize) -> Reach {
    match n_letters {
        it if it <= FITS_EVERYWHERE => Reach::Everywhere,
        it if it <= FITS_NOWHERE => Reach::Some,
        _ => Reach::Nowhere,
    }
}

/// The share link in a fragment without `#`: the whole of it, or the pair `link` beside others. All else belongs to somebody else.
pub(crate) fn link_in(fragment: &str) -> Option<&str> {
    let is_link = |it: &&str| {
        let digits = it.split_once('.').map_or("", |it| it.0);
        !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit())
    };
    Some(fragment)
        .filter(is_link)
        .or_else(|| fragment.split('&').find_map(|it| it.strip_prefix("link=")).filter(is_link))
}

/// The packed bytes of a link.
pub(crate) fn packed(link: &str) -> Result<Vec<u8>, Refusal> {
    let (version, letters) = link.split_once('.').ok_or(Refusal::Broken)?;
    if version != VERSION {
        return Err(Refusal::Newer);
    }
    if letters.len() > MOST_LETTERS {
        return Err(Refusal::Large);
    }
    URL_SAFE_NO_PAD.decode(letters).map_err(|_| Refusal::Broken)
}

/// The link of packed bytes, without `#`.
pub(crate) fn link(packed: &[u8]) -> String {
    format!("{VERSION}.{}", URL_SAFE_NO_PAD.encode(packed))
}

impl Shared {
    /// A workspace, and nothing beside its files.
    pub(crate) fn of(name: &str, files: &Files) -> Self {
        let files = files.iter().map(|(path, text)| (path.to_string(), text.to_string())).gather();
        Self { name: name.to_owned(), files, ..Self::default() }
    }

    /// The text that is packed.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads an unpacked text.
    pub(crate) fn read(text: &[u8]) -> Result<Self, Refusal> {
        let text = std::str::from_utf8(text).map_err(|_| Refusal::Broken)?;
        let shared: Self = crate::json::read(text).map_err(|_| Refusal::Broken)?;
        if shared.files.len() > MOST_FILES { Err(Refusal::Large) } else { Ok(shared) }
    }

    /// As a workspace to open.
    pub(crate) fn opening(self) -> Opening {
        let files: Files =
            self.files.into_iter().filter_map(|(path, text)| Some((harmless(&path)?, text.into()))).gather();
        let open = self.open.as_deref().and_then(harmless).filter(|it| files.contains_key(it));
        Opening {
            name: harmless(&self.name).unwrap_or_default(),
            files,
            open,
            request: self.request,
            read_only: self.read_only,
            ..Opening::default()
        }
    }
}

/// A path without steps upwards, signs that turn the text round, and letters that no file name has; `None` when nothing is left.
fn harmless(path: &str) -> Option<Text> {
    let is_plain = |it: &char| {
        !it.is_control() && !matches!(*it, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let path: String = path.chars().filter(is_plain).take(MOST_PATH).collect();
    let parts = path.split(['/', '\\']).map(str::trim).filter(|it| !matches!(*it, "" | "." | ".."));
    let path = parts.collect::<Vec<_>>().join("/");
    (!path.is_empty()).then(|| path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let files = OrdMap::from([("a/b.yaml".to_owned(), "kind: Service # 서비스\n".to_owned())]);
        let shared = Shared { name: "시작".into(), files, read_only: true, ..Shared::default() };
        assert_eq!(Shared::read(shared.text().as_bytes()), Ok(shared));
    }

    #[test]
    fn a_fragment_says_its_version() {
        assert_eq!(packed(&link(&[0, 255, 7])), Ok(vec![0, 255, 7]));
        assert_eq!(packed("2.abc"), Err(Refusal::Newer));
        assert_eq!(packed("1.a b"), Err(Refusal::Broken));
        assert_eq!(link_in("1.abc"), Some("1.abc"));
        assert_eq!(link_in("embed=1&link=1.abc&theme=dark"), Some("1.abc"));
        assert_eq!([link_in("verdict-text"), link_in(".a"), link_in(""), link_in("link=x")], [None; 4]);
    }

    #[test]
    fn paths_of_a_stranger_become_harmless() {
        assert_eq!(harmless("../../etc/passwd").as_deref(), Some("etc/passwd"));
        assert_eq!(harmless("a\u{202e}b\0/./c").as_deref(), Some("ab/c"));
        assert_eq!(harmless("/"), None);
        let strange = Shared { open: Some("gone.yaml".into()), ..Shared::default() };
        assert_eq!(strange.opening().open, None);
    }

    #[test]
    fn anything_but_a_shared_workspace_is_broken() {
        for text in ["", "[]x", "{\"files\":7}", "{\"files\":{\"a\":1}}"] {
            assert_eq!(Shared::read(text.as_bytes()), Err(Refusal::Broken), "{text}");
        }
        assert!(Shared::read(b"{}").is_ok(), "fields of other versions may be missing");
    }

    #[test]
    fn long_links_are_said_to_be_long() {
        assert_eq!(reach(1_900), Reach::Everywhere);
        assert_eq!(reach(14_000), Reach::Some);
        assert_eq!(reach(1 << 20), Reach::Nowhere);
    }
}
