//! Each rule of what kubectl reads, as text in, text out.

use super::*;

/// The tree as JSON-like text, so that a test reads as what kubectl prints.
fn show(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            let entries = map.entries.iter().map(|it| format!("{:?}: {}", it.key.text, show(&it.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

fn read(text: &str) -> String {
    parse(text).root.as_ref().map_or("nothing".into(), show)
}

fn problems(text: &str) -> Vec<String> {
    let document = parse(text);
    document.problems.iter().map(|it| format!("{:?} at {:?}", it.kind, it.span.slice(text))).collect()
}

#[test]
fn scalars_are_read_as_kubectl_reads_them() {
    for (text, expected) in [
        ("yes", "true"),
        ("on", "true"),
        ("N", "false"),
        ("Off", "false"),
        ("oN", "\"oN\""),
        ("nO", "\"nO\""),
        ("tRUE", "\"tRUE\""),
        ("0777", "511"),
        ("0o777", "511"),
        ("0x10", "16"),
        ("0b101", "5"),
        ("1_000", "1000"),
        ("08", "8"),
        ("1:30", "\"1:30\""),
        ("190:20:30", "\"190:20:30\""),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "18446744073709552000"),
        ("1e3", "1000"),
        ("1_0.5", "10.5"),
        ("-0x10", "-16"),
        ("2024-01-02", "\"2024-01-02\""),
        ("=", "\"=\""),
        ("~", "null"),
        ("1.2.3", "\"1.2.3\""),
        ("10.0.0.1", "\"10.0.0.1\""),
        ("500m", "\"500m\""),
        ("\"on\"", "\"on\""),
        ("!!binary aGVsbG8=", "\"hello\""),
        ("!!str 12", "\"12\""),
        ("!!int \"12\"", "12"),
        ("!anything 12", "\"12\""),
    ] {
        assert_eq!(read(&format!("a: {text}\n")), format!("{{\"a\": {expected}}}"), "{text}");
    }
}

#[test]
fn keys_become_text() {
    assert_eq!(read("on: 1\n0x10: 2\n"), "{\"true\": 1, \"16\": 2}");
    assert_eq!(problems("~: 1\n"), ["KeyNotText at \"~\""]);
    assert_eq!(problems("? [a]\n: 1\n"), ["KeyNotText at \"[a]\""]);
}

#[test]
fn documents_are_cut_textually() {
    let text = "a: 1\n--- # comment\nb: |\n  x\n---\nc: 3\n";
    let parts: Vec<_> = split(text).into_iter().map(|it| read(&text[it])).collect();
    assert_eq!(parts, ["{\"a\": 1}", "{\"b\": \"x\\n\"}", "{\"c\": 3}"]);
    assert_eq!(split("").len(), 1);
}

#[test]
fn a_separator_with_content_is_an_error() {
    assert_eq!(problems("---foo: bar\n"), ["Separator at \"foo: bar\""]);
    assert_eq!(problems("--- # fine\na: 1\n"), Vec::<String>::new());
}

#[test]
fn the_last_of_two_equal_keys_counts_and_both_are_told() {
    let text = "a: 1\nb: 2\na: 3\n";
    assert_eq!(read(text), "{\"a\": 3, \"b\": 2}");
    assert!(problems(text)[0].starts_with("DuplicateKey"));
}

#[test]
fn merge_keys_take_the_first_and_give_way_to_own_keys() {
    let text = "x: &x {a: 1, b: 1}\ny: &y {a: 2, c: 2}\nz:\n  <<: [*x, *y]\n  b: 9\n";
    assert!(read(text).ends_with("\"z\": {\"b\": 9, \"a\": 1, \"c\": 2}}"), "{}", read(text));
    assert_eq!(problems("a:\n  <<: 1\n"), ["MergeNotMap at \"<<\""]);
}

#[test]
fn a_refused_escape_is_told() {
    assert_eq!(problems("a: \"x\\/y\"\n"), ["Escape(\"\\\\/\") at \"\\\\/\""]);
    assert_eq!(problems("a: \"x\\\\/y\"\n"), Vec::<String>::new());
}

#[test]
fn json_is_read() {
    assert_eq!(read("{\"kind\": \"List\", \"items\": [1, true]}"), "{\"kind\": \"List\", \"items\": [1, true]}");
}

#[test]
fn a_half_typed_line_leaves_the_rest() {
    let text = "kind: Service\nspec:\n  selector\n    app: web\n  ports:\n  - port: 80\n";
    let read = read(text);
    assert!(read.contains("\"kind\": \"Service\""), "{read}");
    assert!(read.contains("\"port\": 80"), "{read}");
    assert_eq!(problems(text).len(), 1, "{:?}", problems(text));
}

#[test]
fn what_stood_before_an_unclosed_bracket_stays() {
    let text = "a: 1\nb: [1, 2\nc: 3\n";
    assert!(read(text).starts_with("{\"a\": 1"), "{}", read(text));
    assert!(!problems(text).is_empty());
}

#[test]
fn spans_are_the_written_text() {
    let text = "spec:\n  ports:\n  - port: 80\n";
    let document = parse(text);
    let spec = document.root.unwrap();
    let ports = spec.get("spec").unwrap().get("ports").unwrap();
    let port = &ports.as_list().unwrap()[0].as_map().unwrap().entries[0];
    assert_eq!((port.key.span.slice(text), port.value.span.slice(text)), ("port", "80"));
    assert_eq!(ports.span.slice(text), "port: 80", "as long as its children");
}

#[test]
fn aliases_cannot_blow_up() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let last = format!("*a{}", level - 1);
        text.push_str(
            &["a", &level.to_string(), ": &a", &level.to_string(), " [", &vec![last; 10].join(", "), "]\n"].concat(),
        );
    }
    assert!(problems(&text).iter().any(|it| it.starts_with("TooManyNodes")));
}

#[test]
fn deep_nesting_ends_in_a_message() {
    let text = "[".repeat(100_000);
    assert!(problems(&text).iter().any(|it| it.starts_with("Syntax")));
}

/// What the plain reader makes of a text, unless it refuses it; the text's problems stand in the document.
fn plainly(text: &str) -> Option<Document> {
    let mut builder = build::Builder::of(text);
    block::read(text, &mut builder).map(|()| builder.document())
}

#[test]
fn the_plain_reader_reads_as_the_whole_one() {
    const LINES: [&str; 46] = [
        "a:",
        "b: 1",
        "  c: x y",
        "  d: \"q\\\"\" # c",
        "  - e",
        "- f",
        "-",
        "- g: 1",
        "  h: 'it''s'",
        "  i:",
        "    j: k",
        "- - l",
        "  - - m",
        "  -",
        "    - n: o",
        "# c",
        "  # c",
        "",
        "   ",
        "  p: |",
        "  q: |-  # c",
        "- |",
        "    text",
        "      more",
        "   # t",
        "r: [a, 'b', \"c\"]",
        "  s: {t: u, \"v\": [w]}",
        "x: {}",
        "- []",
        "  y : z",
        "  k:v",
        "text",
        "    text: t # x",
        "? a",
        ": b",
        "<<: {b: 2}",
        "b: &x 1",
        "b: *x",
        "  b: >",
        "b: - c",
        "\tb: 1",
        "b: \t1",
        "  b: 'x' y",
        "b: a: c",
        "...",
        "-  # c",
    ];
    let mut n_plain = 0;
    let mut compare = |text: &str| {
        let Some(plain) = plainly(text) else { return };
        n_plain += 1;
        let whole = build::build_whole(text);
        assert_eq!(whole.broken, None, "{text:?} is broken");
        assert_eq!(plain, whole.document, "{text:?}");
    };
    for first in LINES {
        for second in LINES {
            for third in LINES {
                for fourth in LINES.into_iter().step_by(7) {
                    let text = [first, second, third, fourth].join("\n");
                    compare(&text);
                    compare(&[&text, "\n"].concat());
                }
            }
        }
    }
    assert!(n_plain > 10_000, "{n_plain}");
}
