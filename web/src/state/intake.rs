//! What comes in: texts become files of the workspace, as many as fit, and the rest is named.

use podpath_order::Gather;

use super::files::{Files, Text, free_path};
use crate::outline;

/// More is not read.
pub(crate) const MOST_BYTES: usize = 20_000_000;
const MOST_OBJECTS: usize = 20_000;
const MOST_PATH: usize = 1_000;
const ENDINGS: [&str; 3] = [".yaml", ".yml", ".json"];

/// Why something is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// It is no text.
    Binary,
    /// It would be more than fits.
    Size,
    /// More objects than fit.
    Objects,
    /// Its path leads elsewhere.
    Path,
    /// The archive is broken, or locked with a password.
    Archive,
    /// The address answered with an error.
    Status,
    /// The address does not let other pages read it, or is not there.
    Closed,
    /// Neither YAML nor JSON.
    Kind,
}

impl Reason {
    /// By the name that the scripts of the page use.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "binary" => Self::Binary,
            "size" => Self::Size,
            "path" => Self::Path,
            "status" => Self::Status,
            "closed" => Self::Closed,
            _ => Self::Archive,
        }
    }
}

/// Something that was not opened, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) path: String,
    pub(crate) reason: Reason,
}

/// Files, and what is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Intake {
    pub(crate) files: Files,
    pub(crate) refused: Vec<Refusal>,
    n_bytes: usize,
    n_objects: usize,
}

impl Intake {
    /// Takes a text, as long as there is room.
    pub(crate) fn take(&mut self, path: &str, text: &str) {
        let n_objects = outline::kinds(text).iter().map(|it| it.1).sum::<usize>();
        let clean = clean_path(path);
        let reason = if is_binary(text) {
            Some(Reason::Binary)
        } else if self.n_bytes + text.len() > MOST_BYTES {
            Some(Reason::Size)
        } else if self.n_objects + n_objects > MOST_OBJECTS {
            Some(Reason::Objects)
        } else {
            None
        };
        match (clean, reason) {
            (None, _) => self.refuse(path, Reason::Path),
            (_, Some(reason)) => self.refuse(path, reason),
            (Some(path), None) => {
                self.n_bytes += text.len();
                self.n_objects += n_objects;
                self.files.insert(path, plain_lines(text));
            }
        }
    }

    pub(crate) fn refuse(&mut self, path: &str, reason: Reason) {
        self.refused.push(Refusal { path: path.to_owned(), reason });
    }

    /// True when a file of this size is not worth reading.
    pub(crate) fn is_full(&self, n_bytes: f64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let room = (MOST_BYTES - self.n_bytes) as f64;
        n_bytes > room
    }

    /// A folder that holds everything says nothing: it becomes the name of the workspace.
    pub(crate) fn without_common_root(mut self) -> (Self, Text) {
        let root = self.files.keys().next().and_then(|it| it.split_once('/')).map(|it| it.0.to_owned());
        let Some(root) = root else { return (self, Text::default()) };
        let below = |path: &str| path.strip_prefix(&root).and_then(|it| it.strip_prefix('/')).map(Text::from);
        if !self.files.keys().all(|it| below(it).is_some()) {
            return (self, Text::default());
        }
        let files = std::mem::take(&mut self.files);
        self.files = files.into_iter().filter_map(|(path, text)| Some((below(&path)?, text))).gather();
        (self, root.into())
    }
}

/// A stray control character is for the core to complain of; a text that is full of them is none.
fn is_binary(text: &str) -> bool {
    let is_control = |letter: &char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
    let n_controls = text.chars().take(8_000).filter(is_control).count();
    n_controls * 10 > text.len().min(8_000)
}

/// A path inside of the workspace; `None` when it leads out of it, or is none.
fn clean_path(path: &str) -> Option<Text> {
    let parts: Vec<&str> = path.split(['/', '\\']).filter(|it| !it.is_empty() && *it != ".").collect();
    let is_bad = parts.is_empty() || parts.contains(&"..") || path.len() > MOST_PATH || path.contains(char::is_control);
    (!is_bad).then(|| parts.join("/").into())
}

/// Texts as the editor counts them: lines end in one letter, and nothing stands before the first.
pub(crate) fn plain_lines(text: &str) -> Text {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}

/// True for files that may hold manifests, outside of hidden folders.
pub(crate) fn is_manifest(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    ENDINGS.iter().any(|it| path.ends_with(it))
        && !path.split('/').any(|it| it.starts_with('.') || it == "node_modules")
}

/// True when a pasted text is manifests rather than a word.
pub(crate) fn looks_like_manifests(text: &str) -> bool {
    let is_field = |line: &str| line.split_once(':').is_some_and(|it| !it.0.contains(' ') && !it.1.starts_with("//"));
    let is_json = text.trim_start().starts_with('{');
    is_json || text.lines().filter(|it| !it.starts_with('#')).filter(|it| is_field(it.trim())).take(2).count() == 2
}

/// A pasted text as files: `# Source: path` and `# file: path` say where a document belongs, as `helm template` writes it.
pub(crate) fn pasted(text: &str, files: &Files) -> Intake {
    let text = plain_lines(text);
    let mut parts: Vec<(Option<String>, String)> = Vec::new();
    for document in documents(&text) {
        let path = document.lines().find_map(marked_path);
        let known = match &path {
            Some(path) => parts.iter_mut().find(|it| it.0.as_deref() == Some(path)),
            None => parts.last_mut(),
        };
        match known {
            Some(part) => part.1.push_str(document),
            None => parts.push((path, document.to_owned())),
        }
    }
    let mut intake = Intake::default();
    for (path, text) in parts.iter().filter(|it| !it.1.trim_matches(['-', '\n', ' ']).is_empty()) {
        let text = text.strip_prefix("---\n").unwrap_or(text);
        let path = path.clone().unwrap_or_else(|| free_path(files, "pasted.yaml").to_string());
        intake.take(&path, text);
    }
    intake
}

fn marked_path(line: &str) -> Option<String> {
    let path = line.strip_prefix("# Source: ").or_else(|| line.strip_prefix("# file: "))?.trim();
    let is_path = is_manifest(path) && !path.contains(char::is_whitespace);
    is_path.then(|| path.to_owned())
}

/// The text cut before each `---`, with comments that stand before the first document.
fn documents(text: &str) -> Vec<&str> {
    let starts = text.match_indices("\n---").map(|it| it.0 + 1);
    let mut starts: Vec<usize> = std::iter::once(0).chain(starts).collect();
    starts.push(text.len());
    starts.windows(2).filter_map(|it| text.get(*it.first()?..*it.last()?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(intake: &Intake) -> Vec<&str> {
        intake.files.keys().map(|it| &**it).collect()
    }

    #[test]
    fn what_helm_writes_becomes_its_files_again() {
        let text = "---\n# Source: shop/templates/service.yaml\nkind: Service\n---\n# Source: shop/templates/web.yaml\nkind: Deployment\n---\nkind: Pod\n---\n# Source: shop/templates/service.yaml\nkind: Service\n";
        let intake = pasted(text, &Files::new());
        assert_eq!(paths(&intake), ["shop/templates/service.yaml", "shop/templates/web.yaml"]);
        assert_eq!(outline::label(intake.files.get("shop/templates/service.yaml").unwrap()), "Service ×2");
        assert_eq!(outline::label(intake.files.get("shop/templates/web.yaml").unwrap()), "Deployment, Pod");
    }

    #[test]
    fn a_pasted_text_takes_no_file_away() {
        let files = Files::from([("pasted.yaml".into(), "a: 1".into())]);
        assert_eq!(paths(&pasted("kind: Pod\nmetadata: {}\n", &files)), ["pasted-2.yaml"]);
    }

    #[test]
    fn paths_stay_inside() {
        let mut intake = Intake::default();
        for path in ["../../etc/passwd.yaml", "a/../../b.yaml", "", "a\u{0}b.yaml"] {
            intake.take(path, "kind: Pod");
        }
        intake.take("/a//./b.yaml", "kind: Pod");
        intake.take("c\\d.yaml", "kind: Pod");
        assert_eq!(paths(&intake), ["a/b.yaml", "c/d.yaml"]);
        assert!(intake.refused.iter().all(|it| it.reason == Reason::Path) && intake.refused.len() == 4);
    }

    #[test]
    fn what_does_not_fit_is_named_and_the_rest_is_opened() {
        let mut intake = Intake::default();
        intake.take("a.yaml", &"kind: Pod\n".repeat(MOST_OBJECTS));
        intake.take("b.yaml", "kind: Pod");
        intake.take("c.yaml", &"#".repeat(MOST_BYTES));
        intake.take("d.yaml", "a\0b");
        intake.take("e.yaml", "a: 1");
        assert_eq!(paths(&intake), ["a.yaml", "e.yaml"]);
        let reasons: Vec<Reason> = intake.refused.iter().map(|it| it.reason).collect();
        assert_eq!(reasons, [Reason::Objects, Reason::Size, Reason::Binary]);
    }

    #[test]
    fn only_manifests_are_read() {
        assert!(is_manifest("apps/web/server.YAML"));
        assert!(!is_manifest("README.md") && !is_manifest(".github/ci.yaml"));
    }

    #[test]
    fn a_word_or_an_address_is_no_manifest() {
        assert!(looks_like_manifests("apiVersion: v1\nkind: Service\n"));
        assert!(looks_like_manifests("{\"kind\": \"Service\"}"));
        assert!(!looks_like_manifests("https://example.kr/\nhttps://example.kr/"));
        assert!(!looks_like_manifests("hello"));
    }

    #[test]
    fn lines_end_in_one_letter() {
        assert_eq!(&*plain_lines("\u{feff}a\r\nb\rc"), "a\nb\nc");
    }

    #[test]
    fn a_folder_around_everything_is_the_name() {
        let files = Files::from([("shop/a.yaml".into(), "".into()), ("shop/b/c.yaml".into(), "".into())]);
        let (intake, name) = Intake { files, ..Intake::default() }.without_common_root();
        assert_eq!((paths(&intake), &*name), (vec!["a.yaml", "b/c.yaml"], "shop"));
    }
}
