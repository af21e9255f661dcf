//! The texts of a workspace, and edits of them. Offsets are bytes of UTF-8, as in the protocol.

use std::rc::Rc;

use podpath_order::{Gather, OrdMap, OrdSet, Order};
use podpath_protocol::{Fix, TextEdit};

/// A path or a text: shared, so that a workspace is cloned without its texts.
pub(crate) type Text = Rc<str>;

/// Text of each file by its path.
pub(crate) type Files = OrdMap<Text, Text>;

/// The text with `from..to` replaced; the same text when that is no place in it.
pub(crate) fn splice(text: &str, from: usize, to: usize, new: &str) -> Option<Text> {
    let (head, tail) = (text.get(..from)?, text.get(to..)?);
    (from <= to).then(|| Text::from(format!("{head}{new}{tail}")))
}

/// The byte at which the given UTF-16 unit begins.
pub(crate) fn byte_of_unit(text: &str, unit: usize) -> usize {
    // Most manifests are plain letters up to the caret, and long ones are asked at each key.
    if text.as_bytes().get(..unit).is_some_and(<[u8]>::is_ascii) {
        return unit;
    }
    let mut units = 0;
    for (byte, letter) in text.char_indices() {
        if units >= unit {
            return byte;
        }
        units += letter.len_utf16();
    }
    text.len()
}

/// The UTF-16 units before each of the given bytes, which must be sorted: one pass over the text.
pub(crate) fn units_of_bytes(text: &str, bytes: &[usize]) -> Vec<usize> {
    if bytes.last().is_none_or(|last| text.as_bytes().get(..*last).is_some_and(<[u8]>::is_ascii)) {
        return bytes.to_vec();
    }
    let mut units = 0;
    let mut letters = text.char_indices().peekable();
    bytes
        .iter()
        .map(|&byte| {
            while let Some((_, letter)) = letters.next_if(|&(at, _)| at < byte) {
                units += letter.len_utf16();
            }
            units
        })
        .collect()
}

/// The files after the edits of the fixes; edits that overlap an earlier one are left out. Second: the fixes that count.
pub(crate) fn repaired(files: &Files, fixes: &[Fix]) -> (Files, usize) {
    let mut result = files.clone();
    let mut taken: OrdMap<&str, Vec<&TextEdit>> = OrdMap::new();
    let mut n_fixes = 0;
    for fix in fixes {
        if fix
            .edits
            .iter()
            .any(|edit| taken.get(edit.range.file.as_ref()).is_some_and(|old| old.iter().any(|it| overlap(it, edit))))
        {
            continue;
        }
        n_fixes += 1;
        for edit in &fix.edits {
            taken.entry(&edit.range.file).or_default().push(edit);
        }
    }
    for (path, mut edits) in taken {
        edits.order_by_key(|it| std::cmp::Reverse((it.range.start, it.range.end)));
        let start: Text = files.get(path).cloned().unwrap_or_default();
        let text = edits.iter().fold(start, |text, it| {
            let (from, to) = (it.range.start.offset as usize, it.range.end.offset as usize);
            splice(&text, from, to, &it.new_text).unwrap_or(text)
        });
        result.insert(path.into(), text);
    }
    (result, n_fixes)
}

fn overlap(a: &TextEdit, b: &TextEdit) -> bool {
    let (a, b) = (&a.range, &b.range);
    a == b || (a.start < b.end && b.start < a.end)
}

/// Paths whose text is not the same in both, by pointer.
pub(crate) fn changed(old: &Files, new: &Files) -> OrdSet<Text> {
    let differs = |(path, text): &(&Text, &Text)| !new.get(*path).is_some_and(|it| Rc::ptr_eq(it, text));
    let gone = old.iter().filter(differs).map(|(path, _)| path.clone());
    gone.chain(new.keys().filter(|path| !old.contains_key(*path)).cloned()).gather()
}

/// A path that is not taken yet: `file.yaml`, `file-2.yaml`, ...
pub(crate) fn free_path(files: &Files, wanted: &str) -> Text {
    let (stem, ending) = wanted.rsplit_once('.').map_or((wanted, String::new()), |(stem, it)| (stem, format!(".{it}")));
    let numbered = (2..).map(|n| format!("{stem}-{n}{ending}"));
    std::iter::once(wanted.to_owned())
        .chain(numbered)
        .find(|it| !files.contains_key(it.as_str()))
        .unwrap_or_default()
        .into()
}

#[cfg(test)]
mod tests {
    use podpath_protocol::{Position, Range};

    use super::*;

    fn edit(file: &str, from: u32, to: u32, new_text: &str) -> TextEdit {
        let at = |offset| Position { line: 1, column: offset + 1, offset };
        TextEdit { range: Range { file: file.into(), start: at(from), end: at(to) }, new_text: new_text.into() }
    }

    fn fix(edits: Vec<TextEdit>) -> Fix {
        Fix { title: String::new(), safe: true, edits }
    }

    #[test]
    fn several_fixes_refer_to_one_text() {
        let files = Files::from([("a".into(), "one two".into())]);
        let fixes = [fix(vec![edit("a", 0, 3, "1")]), fix(vec![edit("a", 4, 7, "zwei"), edit("b", 0, 0, "new")])];
        let (after, n) = repaired(&files, &fixes);
        assert_eq!((&**after.get("a").unwrap(), &**after.get("b").unwrap(), n), ("1 zwei", "new", 2));
    }

    #[test]
    fn a_fix_that_overlaps_an_earlier_one_is_left_out() {
        let files = Files::from([("a".into(), "one two".into())]);
        let (after, n) = repaired(&files, &[fix(vec![edit("a", 0, 3, "1")]), fix(vec![edit("a", 2, 5, "x")])]);
        assert_eq!((&**after.get("a").unwrap(), n), ("1 two", 1));
    }

    #[test]
    fn offsets_turn_into_utf16_and_back() {
        let text = "가나a😀b";
        assert_eq!(units_of_bytes(text, &[0, 3, 6, 7, 11, 12, 99]), [0, 1, 2, 3, 5, 6, 6]);
        for unit in [0, 1, 2, 3, 5, 6] {
            assert_eq!(units_of_bytes(text, &[byte_of_unit(text, unit)]), [unit]);
        }
    }

    #[test]
    fn a_new_file_gets_a_free_name() {
        let files = Files::from([("file.yaml".into(), "".into())]);
        assert_eq!(&*free_path(&files, "file.yaml"), "file-2.yaml");
    }

    #[test]
    fn a_place_outside_the_text_changes_nothing() {
        assert_eq!(splice("abc", 2, 9, "x"), None);
        assert_eq!(splice("가", 1, 2, "x"), None);
    }
}
