//! What a file holds at a glance, for the tree and the tab bar: the kinds it names. Only labels; no answer rests on them.

/// The kinds of a text in order of appearance, with their number.
pub(crate) fn kinds(text: &str) -> Vec<(&str, usize)> {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for kind in text.lines().filter_map(|line| line.strip_prefix("kind:")) {
        let kind = kind.split('#').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        match kinds.iter_mut().find(|it| it.0 == kind) {
            Some(it) => it.1 += 1,
            None => kinds.push((kind, 1)),
        }
    }
    kinds.retain(|it| !it.0.is_empty());
    kinds
}

/// `Gateway ×2, Service`.
pub(crate) fn label(text: &str) -> String {
    let one = |(kind, n): &(&str, usize)| if *n == 1 { (*kind).to_owned() } else { format!("{kind} ×{n}") };
    kinds(text).iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The bytes of the document that holds the given byte.
pub(crate) fn document_at(text: &str, at: usize) -> std::ops::Range<usize> {
    let (mut start, mut offset) = (0, 0);
    for line in text.split_inclusive('\n') {
        if line.starts_with("---") {
            if offset > at {
                return start..offset;
            }
            start = offset;
        }
        offset += line.len();
    }
    start..text.len() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_counted() {
        assert_eq!(
            label("kind: Gateway\n---\nkind: Gateway # b\n---\nkind: \"Service\"\n  kind: Pod"),
            "Gateway ×2, Service"
        );
    }

    #[test]
    fn the_caret_is_in_one_document() {
        let text = "a: 1\n---\nb: 2\n";
        assert_eq!(document_at(text, 2), 0..5);
        assert_eq!(document_at(text, 10), 5..15);
        assert_eq!(document_at(text, text.len()), 5..15);
    }
}
