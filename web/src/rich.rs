//! Sentences of the core as nodes: what stands in backticks is code. Text never becomes HTML in any other way.

use yew::prelude::*;

/// The sentence with its names set as code.
pub(crate) fn rich(text: &str) -> Html {
    rich_with(text, |_| None)
}

/// The sentence with its names set as code, or as what a name is to be shown as.
pub(crate) fn rich_with(text: &str, name: impl Fn(&str) -> Option<Html>) -> Html {
    let part = |(at, part): (usize, &str)| {
        if at % 2 == 1 {
            name(part).unwrap_or_else(|| html! { <code>{ part.to_owned() }</code> })
        } else {
            html! { { part.to_owned() } }
        }
    };
    text.split('`').enumerate().map(part).collect()
}

/// The sentence as plain text.
pub(crate) fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// A name cut in its middle, since both ends of a Kubernetes name matter.
pub(crate) fn middle(name: &str, most: usize) -> String {
    let n_letters = name.chars().count();
    if n_letters <= most {
        return name.to_owned();
    }
    let head = (most - 1) * 3 / 5;
    let tail = most - 1 - head;
    name.chars().take(head).chain(['…']).chain(name.chars().skip(n_letters - tail)).collect()
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `server.yaml:27`.
pub(crate) fn place(range: &podpath_protocol::Range) -> String {
    format!("{}:{}", file_name(&range.file), range.start.line)
}

/// `850 B`, `1.9 KB`, `14 KB`, `3.2 MB`.
pub(crate) fn size(n_bytes: usize) -> String {
    let scaled = |unit: usize, name: &str| {
        let tenths = n_bytes * 10 / unit;
        if tenths < 100 { format!("{}.{} {name}", tenths / 10, tenths % 10) } else { format!("{} {name}", tenths / 10) }
    };
    match n_bytes {
        it if it < 1_000 => format!("{it} B"),
        it if it < 1_000_000 => scaled(1_000, "KB"),
        _ => scaled(1_000_000, "MB"),
    }
}

/// All files as one text, each under its path.
pub(crate) fn everything(files: &crate::state::files::Files) -> String {
    files.iter().flat_map(|(path, text)| ["# ", path, "\n", text.trim_end(), "\n---\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let sizes = [850, 1_900, 14_321, 3_200_000].map(size);
        assert_eq!(sizes, ["850 B", "1.9 KB", "14 KB", "3.2 MB"]);
    }

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(middle("areyouhere-server-canary", 12), "areyou…anary");
        assert_eq!(middle("short", 12), "short");
    }
}
