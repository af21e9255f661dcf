//! Where the caret stands in half-typed text: the keys around it, told by indentation, and inside brackets by these.
//!
//! Invariant: only lines and brackets are looked at, so no error elsewhere in the document is in the way.

use podpath_source::Span;

use super::flow::{self, Around, Flow};

/// The place of a caret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) api_version: String,
    pub(super) kind: String,
    /// The keys around, the outermost first.
    pub(super) path: Vec<String>,
    /// The key whose value is typed.
    pub(super) key: Option<String>,
    /// What is typed is an item of a list, and no key so far.
    pub(super) is_item: bool,
    /// What is typed already.
    pub(super) typed: Span,
    /// Keys and values of the map, and of those around it, the innermost first.
    pub(super) maps: Vec<Vec<(String, String)>>,
    /// The column of the keys of the map; `None` inside brackets.
    pub(super) indent: Option<usize>,
    /// A quote stands before what is typed.
    pub(super) is_quoted: bool,
}

impl Site {
    /// The value of a key of the map, or of the one around it.
    pub(super) fn beside(&self, key: &str) -> Option<String> {
        let found = self.maps.iter().take(2).flatten().find(|it| it.0 == key && !it.1.is_empty());
        found.map(|it| it.1.clone())
    }

    /// The map has the key already.
    pub(super) fn has(&self, key: &str) -> bool {
        self.maps.first().is_some_and(|it| it.iter().any(|it| it.0 == key))
    }

    fn put(&mut self, level: usize, line: &Line<'_>) {
        if let Some(map) = self.maps.get_mut(level) {
            map.push((line.key.to_owned(), line.value.to_owned()));
        }
    }
}

/// A line that holds a key, or an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The column of the dash, where the line begins an item.
    pub(super) dash: Option<usize>,
    pub(super) column: usize,
    pub(super) key: &'a str,
    value: &'a str,
    /// Where the value begins; without a key, where the text does.
    pub(super) value_at: usize,
}

/// More lines than this above a caret are not looked at.
const MOST_LINES: usize = 20_000;

/// The place of an offset in the text of a document.
pub(super) fn site(text: &str, at: usize) -> Option<Site> {
    let site = match flow::around(text, at) {
        Around::Block => in_block(text, at)?,
        Around::Text => return None,
        Around::Flow(flow) => in_flow(text, at, flow)?,
    };
    let of_object = |known: &str, key| if known.is_empty() { top(text, key) } else { known.to_owned() };
    let (api_version, kind) = (of_object(&site.api_version, "apiVersion"), of_object(&site.kind, "kind"));
    Some(Site { api_version, kind, ..site })
}

fn in_block(text: &str, at: usize) -> Option<Site> {
    let head = text.get(..at)?;
    let start = head.rfind('\n').map_or(0, |it| it + 1);
    let typed = head.get(start..)?;
    if typed.contains('#') || typed.starts_with("---") {
        return None;
    }
    let now = line(typed)?;
    let is_value = typed.trim_end_matches(' ').ends_with(':') && typed.ends_with(' ') || !now.value.is_empty();
    let word = if is_value { now.value } else { now.key };
    let bare = word.trim_start_matches(['"', '\'']);
    let mut site = Site {
        key: is_value.then(|| now.key.to_owned()),
        is_item: !is_value && now.dash.is_some(),
        typed: Span::new(at - bare.len(), at + tail(text, at)),
        maps: vec![vec![]; 2],
        indent: Some(now.column),
        is_quoted: bare.len() < word.len(),
        ..Site::default()
    };
    around(&mut site, &now, head.get(..start)?);
    below(&mut site, &now, text.get(at..)?.split_once('\n').map_or("", |it| it.1));
    Some(site)
}

/// Brackets make the inner part of the place; the lines around the first of them are the outer part.
fn in_flow(text: &str, at: usize, flow: Flow) -> Option<Site> {
    let head = text.get(..flow.start)?;
    let start = head.rfind('\n').map_or(0, |it| it + 1);
    let base = line(head.get(start..)?).unwrap_or_default();
    let (inner, outer) = flow.frames.split_last()?;
    // In JSON the object itself stands inside brackets.
    let object = flow.frames.first().filter(|_| base == Line::default());
    let of_object = |key: &str| object.and_then(|it| it.entries.iter().find(|it| it.0 == key)).map(|it| it.1.clone());
    // Right after a colon a value would become a part of the key.
    if !flow.is_quoted && text.get(..at)?.ends_with(':') {
        return None;
    }
    let mut site = Site {
        api_version: of_object("apiVersion").unwrap_or_default(),
        kind: of_object("kind").unwrap_or_default(),
        key: inner.key.clone(),
        is_item: !inner.is_map,
        typed: Span::new(flow.word, at + tail(text, at)),
        maps: vec![vec![]; 2],
        is_quoted: flow.is_quoted,
        ..Site::default()
    };
    around(&mut site, &base, head.get(..start)?);
    below(&mut site, &base, text.get(flow.end..)?.split_once('\n').map_or("", |it| it.1));
    if base.key.is_empty() {
        site.maps.remove(0); // The brackets stand in no map of that column.
    } else {
        site.path.push(base.key.to_owned());
    }
    site.path.extend(outer.iter().filter_map(|it| it.key.clone()));
    let maps = flow.frames.into_iter().rev().filter(|it| it.is_map).map(|it| it.entries);
    site.maps = maps.chain(site.maps).collect();
    Some(site)
}

/// How much of the word stands after the caret.
fn tail(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.find(['\n', ' ', ',', '}', ']', ':', '"', '\'']).unwrap_or(rest.len())
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
            site.put(level, &it);
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
            site.put(0, &it);
        }
    }
}

/// `None` for blank lines and comments.
pub(super) fn line(text: &str) -> Option<Line<'_>> {
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
    if rest.starts_with(['{', '[']) {
        return Some(Line { dash, column, key: "", value: rest, value_at: column });
    }
    let (key, value, value_at) = match rest.split_once(": ") {
        Some((key, value)) => {
            let value_at = text.len() - value.trim_start().len();
            (key, value.split(" #").next().unwrap_or(value).trim(), value_at)
        }
        None => (rest.strip_suffix(':').unwrap_or(rest).trim_end(), "", column),
    };
    Some(Line { dash, column, key: key.trim_matches(['"', '\'']), value, value_at })
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
        assert_eq!((it.path.join("."), &it.key, it.has("name")), ("spec.ports".into(), &None, true));
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
        assert_eq!(it.beside("host").as_deref(), Some("web"));
    }

    #[track_caller]
    fn assert_flow(text: &str, path: &str, key: Option<&str>, word: &str) -> Site {
        let it = at(text);
        let typed = text.replace('|', "").get(it.typed.start as usize..it.typed.end as usize).unwrap().to_owned();
        assert_eq!((it.path.join(".").as_str(), it.key.as_deref(), typed.as_str()), (path, key, word), "{it:?}");
        it
    }

    #[test]
    fn brackets_are_maps_and_lists_too() {
        let rules = "kind: HTTPRoute\nspec:\n  rules:\n";
        let it = assert_flow(
            &format!("{rules}  - backendRefs: [{{port: 80, name: w|}}]"),
            "spec.rules.backendRefs",
            Some("name"),
            "w",
        );
        assert_eq!((it.has("port"), it.has("name"), it.beside("port").as_deref()), (true, false, Some("80")));
        assert_flow(&format!("{rules}  - backendRefs:\n    - {{na|"), "spec.rules.backendRefs", None, "na");
        assert_flow("spec: {gateways: [a, edge/p|]}", "spec.gateways", None, "edge/p");
        let it = assert_flow("a:\n  host: web\n  port: {number: |}\n  name: b\n", "a.port", Some("number"), "");
        assert_eq!((it.beside("host").as_deref(), it.beside("name").as_deref()), (Some("web"), Some("b")));
        assert_flow("a: {b: [{c: d}, {e: |", "a.b", Some("e"), "");
    }

    #[test]
    fn brackets_may_go_over_lines_and_stay_open() {
        assert_flow("a: {\n  b: c,\n  d: |\n}\ne: f\n", "a", Some("d"), "");
        let it = assert_flow("a: {b: [c\nd:\n  e: |\n", "d", Some("e"), "");
        assert_eq!(it.indent, Some(2));
        let it = assert_flow("a:\n- b: {c|\n  d: e\n", "a.b", None, "c");
        assert!(!it.has("d"), "{it:?}");
    }

    #[test]
    fn quotes_and_texts_are_no_brackets() {
        assert_flow("a: '{'\nb: |", "", Some("b"), "");
        assert_flow("a: {b: 'it''s {', c: \"\\\"[\", d: |}", "a", Some("d"), "");
        assert_flow("a: {b: 'w|'}", "a", Some("b"), "w");
        assert_flow("a: >-\n  {\nb: {c: |}", "b", Some("c"), "");
        assert_eq!(site("a: |\n  {b: c", 11), None);
        assert_eq!(site("a: {b: c, # d", 13), None);
        assert_eq!(site("a: {b:", 6), None);
        assert_eq!(site("{".repeat(2_000).as_str(), 2_000), None);
    }

    #[test]
    fn json_says_what_it_is() {
        let it = assert_flow(
            r#"{"apiVersion": "v1", "spec": {"ports": [{"po|"}]}, "kind": "Service"}"#,
            "spec.ports",
            None,
            "po",
        );
        assert_eq!((it.api_version.as_str(), it.kind.as_str(), it.is_quoted), ("v1", "Service", true));
    }

    #[test]
    fn nothing_is_offered_in_comments() {
        assert_eq!(site("# kin", 5), None);
    }
}
