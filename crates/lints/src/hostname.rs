//! Host patterns: a leading `*` stands for one or more labels, `*` alone for every host.

/// True when some host fits both patterns. Case does not count.
pub(crate) fn intersects(left: &str, right: &str) -> bool {
    covers(left, right) || covers(right, left)
}

/// True when every host of `inner` fits `outer`. Case does not count. Each host is held against all others, so nothing is
/// copied here.
pub(crate) fn covers(outer: &str, inner: &str) -> bool {
    let Some(suffix) = outer.strip_prefix('*') else { return outer.eq_ignore_ascii_case(inner) };
    let inner = inner.strip_prefix('*').unwrap_or(inner).as_bytes();
    let end = inner.len().checked_sub(suffix.len()).and_then(|at| inner.get(at..));
    end.is_some_and(|it| it.eq_ignore_ascii_case(suffix.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_need_a_label() {
        for (left, right, expected) in [
            ("*.example.kr", "api.example.kr", true),
            ("*.example.kr", "a.b.example.kr", true),
            ("*.example.kr", "example.kr", false),
            ("API.example.kr", "api.example.kr", true),
            ("*.kr", "*.example.kr", true),
            ("*", "example.kr", true),
            ("a.example.kr", "b.example.kr", false),
        ] {
            assert_eq!(intersects(left, right), expected, "{left} {right}");
        }
    }
}
