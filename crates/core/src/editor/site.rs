//! Where the caret stands in half-typed text: the keys around it, told by their indentation.
//!
//! Invariant: only lines are looked at, so no error elsewhere in the document is in the way.

use podpath_source::Span;

/// The place of a caret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) api_version: String,
    pub(super) kind: String,
    /// The keys around, the outermost first.
    pub(super) path: Vec<String>,
    /// The key of the line, when its value is typed.
    pub(super) key: Option<String>,
    /// The line is an item of a list and holds no key.
    pub(super) is_item: bool,
    /// What is typed already.
    pub(super) typed: Span,
    /// Keys and values of the map, and of the one around it.
    pub(super) beside: Vec<(String, String)>,
    /// Keys of the map.
    pub(super) taken: Vec<String>,
    /// The column of the keys of the map.
    pub(super) indent: usize,
}

/// A line that holds a key, or an item.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line<'a> {
    /// The column of the dash, where the line begins an item.
    dash: Option<usize>,
    column: usize,
    key: &'a str,
    value: &'a str,
}

/// More lines than this above a caret are not looked at.
const MOST_LINES: usize = 20_000;

/// The place of an offset in the text of a document.
pub(super) fn site(text: &str, at: usize) -> Option<Site> {
    let head = text.get(..at)?;
    let start = head.rfind('\n').map_or(0, |it| it + 1);
    let typed = head.get(start..)?;
    if typed.contains('#') || typed.starts_with("---") {
        return None;
    }
    let now = line(typed)?;
    let rest = text.get(at..)?;
    let tail = rest.find(['\n', ' ', ',', '}', ']', ':']).unwrap_or(rest.len());
    let is_value = typed.trim_end_matches(' ').ends_with(':') && typed.ends_with(' ') || !now.value.is_empty();
    let word = if is_value { now.value } else { now.key };
    let word = word.trim_start_matches(['"', '\'']);
    let mut site = Site {
        api_version: top(text, "apiVersion"),
        kind: top(text, "kind"),
        key: is_value.then(|| now.key.to_owned()),
        is_item: !is_value && now.dash.is_some(),
        typed: Span::new(at - word.len(), at + tail),
        indent: now.column,
        ..Site::default()
    };
    around(&mut site, &now, head.get(..start)?);
    below(&mut site, &now, rest.split_once('\n').map_or("", |it| it.1));
    Some(site)
}

/// Goes up from the line: what stands beside it, then the keys around it.
fn around(site: &mut Site, now: &Line<'_>, above: &str) {
    let (mut column, mut dash) = (now.column, now.dash);
    let mut level = 0;
    for it in above.lines().rev().take(MOST_LINES).filter_map(line) {
        let is_parent = it.column < column && dash.is_none_or(|dash| it.column <= dash);
        if is_parent && it.value.is_empty() {
            site.path.insert(0, it.key.to_owned());
            (column, dash) = (it.column, it.dash);
            level += 1;
            if level == 1 && !it.key.is_empty() {
                continue;
            }
        } else if it.column == column && dash.is_none() && !it.key.is_empty() {
            if level == 0 {
                site.taken.push(it.key.to_owned());
            }
            if level < 2 {
                site.beside.push((it.key.to_owned(), it.value.to_owned()));
            }
            dash = it.dash;
        }
        if column == 0 {
            break;
        }
    }
}

/// Goes down to the end of the map.
fn below(site: &mut Site, now: &Line<'_>, rest: &str) {
    for it in rest.lines().take(200).filter_map(line) {
        if it.column < now.column || it.dash.is_some_and(|dash| dash < now.column) {
            return;
        }
        if it.column == now.column && !it.key.is_empty() {
            site.taken.push(it.key.to_owned());
            site.beside.push((it.key.to_owned(), it.value.to_owned()));
        }
    }
}

/// `None` for blank lines and comments.
fn line(text: &str) -> Option<Line<'_>> {
    let mut rest = text.trim_start_matches(' ');
    let mut dash = None;
    while let Some(item) = rest.strip_prefix("- ").or_else(|| rest.strip_prefix('-').filter(|it| it.is_empty())) {
        dash = dash.or(Some(text.len() - rest.len()));
        rest = item.trim_start_matches(' ');
    }
    let column = text.len() - rest.len();
    if rest.starts_with('#') || (rest.is_empty() && dash.is_none() && text.is_empty()) {
        return None;
    }
    let (key, value) = match rest.split_once(": ") {
        Some((key, value)) => (key, value.split(" #").next().unwrap_or(value).trim()),
        None => (rest.strip_suffix(':').unwrap_or(rest).trim_end(), ""),
    };
    Some(Line { dash, column, key: key.trim_matches(['"', '\'']), value })
}

/// The value of a key of the object itself.
fn top(text: &str, key: &str) -> String {
    let values = text.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    let value = values.map(|it| it.split(" #").next().unwrap_or(it).trim().trim_matches(['"', '\''])).next();
    value.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The place of `|` in the text.
    fn at(text: &str) -> Site {
        let at = text.find('|').unwrap();
        site(&text.replace('|', ""), at).unwrap()
    }

    #[test]
    fn keys_are_told_by_indentation() {
        let it = at("kind: Service\nspec:\n  ports:\n    - name: http\n      po|\n  selector:\n    a: b\n");
        assert_eq!((it.path, it.key, it.taken), (vec!["spec".into(), "ports".into()], None, vec!["name".into()]));
    }

    #[test]
    fn lists_may_stand_below_their_key() {
        let it = at("kind: Service\nspec:\n  ports:\n  - name: http\n    port: |\n");
        assert_eq!((it.path.join("."), it.key), ("spec.ports".into(), Some("port".into())));
        let it = at("kind: VirtualService\nspec:\n  gateways:\n  - pub|\n");
        assert_eq!((it.path.join("."), it.is_item), ("spec.gateways".into(), true));
    }

    #[test]
    fn what_stands_beside_is_known() {
        let it = at("spec:\n  - destination:\n      host: web\n      port:\n        number: |\n      subset: v1\n");
        assert_eq!(it.path.join("."), "spec.destination.port");
        assert!(it.beside.contains(&("host".into(), "web".into())), "{:?}", it.beside);
    }

    #[test]
    fn nothing_is_offered_in_comments() {
        assert_eq!(site("# kin", 5), None);
    }
}
