//! The form that Istio's proxies give a path before they look at it: for routes, for policies, and on its way on.
//!
//! Source: MeshConfig `pathNormalization`, and Envoy's `normalize_path`, `merge_slashes` and
//! `path_with_escaped_slashes_action`, in the order slashes, dots, merging.

/// `pathNormalization.normalization`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trace) enum PathForm {
    /// `NONE`
    AsSent,
    /// `BASE`, which is the default: dots are resolved, also where they are written `%2e`; double slashes stay.
    Resolved,
    /// `MERGE_SLASHES`: slashes that follow one another are one, too.
    Merged,
    /// `DECODE_AND_MERGE_SLASHES`: before that, `%2f` and `%5c` are slashes.
    Decoded,
}

impl PathForm {
    pub(super) fn parse(name: &str) -> Self {
        match name {
            "NONE" => Self::AsSent,
            "MERGE_SLASHES" => Self::Merged,
            "DECODE_AND_MERGE_SLASHES" => Self::Decoded,
            _ => Self::Resolved,
        }
    }

    /// The path, which has no query, in this form.
    pub(in crate::trace) fn of(self, path: &str) -> String {
        match self {
            Self::AsSent => path.to_owned(),
            Self::Resolved => resolved(path),
            Self::Merged => merged(&resolved(path)),
            Self::Decoded => merged(&resolved(&replaced(path, &[("%2f", "/"), ("%5c", "\\")]))),
        }
    }
}

/// No form changes such a path, so nobody needs to know what the mesh says.
pub(in crate::trace) fn is_normal(path: &str) -> bool {
    path.starts_with('/') && !path.contains(['%', '\\']) && !path.contains("//") && !path.contains("/.")
}

/// Escapes are told without case.
fn replaced(path: &str, escapes: &[(&str, &str)]) -> String {
    escapes.iter().fold(path.to_owned(), |path, (from, to)| path.replace(from, to).replace(&from.to_uppercase(), to))
}

fn resolved(path: &str) -> String {
    let path = replaced(path, &[("%2e", "."), ("\\", "/")]);
    let mut parts: Vec<&str> = Vec::new();
    let mut elements = path.trim_start_matches('/').split('/').peekable();
    while let Some(element) = elements.next() {
        let is_last = elements.peek().is_none();
        match element {
            "." | ".." => {
                if element == ".." {
                    parts.pop();
                }
                if is_last {
                    parts.push("");
                }
            }
            _ => parts.push(element),
        }
    }
    let n_slashes = path.len() - path.trim_start_matches('/').len();
    format!("{}{}", "/".repeat(n_slashes.max(1)), parts.join("/"))
}

fn merged(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !text.ends_with('/') {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_without_dots() {
        for (path, expected) in [
            ("/public/../private", "/private"),
            ("/public/./../private", "/private"),
            ("/public/%2E%2e/private", "/private"),
            ("/public/..\\private", "/private"),
            ("/a//b", "/a//b"),
            ("/a%2Fb%5c", "/a%2Fb%5c"),
            ("public", "/public"),
            ("/a/..", "/"),
            ("/..", "/"),
            ("/", "/"),
        ] {
            assert_eq!(PathForm::Resolved.of(path), expected, "{path}");
            assert!(path == expected || !is_normal(path), "{path}");
        }
    }

    #[test]
    fn slashes_are_merged_and_decoded_where_the_mesh_says_so() {
        for (form, path, expected) in [
            ("NONE", "/a/../b//c", "/a/../b//c"),
            ("BASE", "/a/../b//c", "/b//c"),
            ("MERGE_SLASHES", "//a///b%2fc", "/a/b%2fc"),
            ("DECODE_AND_MERGE_SLASHES", "/a/%2Fb%5C..%2fc", "/a/c"),
        ] {
            assert_eq!(PathForm::parse(form).of(path), expected, "{form} {path}");
        }
    }
}
