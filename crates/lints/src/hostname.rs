//! Host patterns: a leading `*` stands for one or more labels, `*` alone for every host.

/// True when some host fits both patterns. Case does not count.
pub(crate) fn intersects(left: &str, right: &str) -> bool {
    let (left, right) = (left.to_ascii_lowercase(), right.to_ascii_lowercase());
    covers(&left, &right) || covers(&right, &left)
}

/// True when every host of `inner` fits `outer`; both in lower case.
pub(crate) fn covers(outer: &str, inner: &str) -> bool {
    match outer.strip_prefix('*') {
        Some(suffix) => inner.strip_prefix('*').unwrap_or(inner).ends_with(suffix),
        None => outer == inner,
    }
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
