//! Every page for people stands in Korean and in English.

use super::Source;

pub(super) fn check(sources: &[Source]) -> Vec<String> {
    let pages = sources.iter().filter(|it| it.path.starts_with("static/"));
    let twins = pages.filter_map(|it| Some((it, twin(&it.path)?)));
    let missing = twins.filter(|(_, twin)| !sources.iter().any(|it| it.path == *twin));
    missing.map(|(page, twin)| format!("{}: lacks its other language {twin}", page.path)).collect()
}

fn twin(path: &str) -> Option<String> {
    let english = path.strip_suffix(".ko.md").map(|it| format!("{it}.en.md"));
    english.or_else(|| path.strip_suffix(".en.md").map(|it| format!("{it}.ko.md")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture;

    #[test]
    fn a_page_in_one_language_is_found() {
        let files = [("static/a.ko.md", ""), ("static/b.en.md", ""), ("static/b.ko.md", ""), ("static/c.md", "")];
        assert_eq!(check(&fixture(&files)), ["static/a.ko.md: lacks its other language static/a.en.md"]);
    }
}
