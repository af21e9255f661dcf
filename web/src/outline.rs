//! What a file holds at a glance, for the tree and the tab bar: the kinds it names. Only labels; no answer rests on them.

/// The kinds of a text in order of appearance, with their number.
pub(crate) fn kinds(text: &str) -> Vec<(&str, usize)> {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    let starts = text.strip_prefix("kind:").into_iter();
    let starts = starts.chain(text.match_indices("\nkind:").filter_map(|(at, found)| text.get(at + found.len()..)));
    for kind in starts.map(|it| it.lines().next().unwrap_or_default()) {
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
    // The line may itself be the one that begins the document.
    let (Some(head), Some(tail)) = (text.get(..at), text.get(at..)) else { return 0..text.len() + 1 };
    let line_end = tail.find('\n').map_or(text.len(), |it| head.len() + it);
    let (before, after) = (text.get(..line_end).unwrap_or_default(), text.get(line_end..).unwrap_or_default());
    let start = before.rfind("\n---").map_or(0, |it| it + 1);
    let end = after.find("\n---").map_or(text.len() + 1, |it| line_end + it + 1);
    start..end
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
