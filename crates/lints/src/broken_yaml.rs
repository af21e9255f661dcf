//! `broken-yaml`: text that kubectl cannot read, told in the words of who writes it.
//!
//! The parser knows where reading ends; what is wrong often stands a line before, so the place is looked for by what is
//! written there.

use podpath_source::{Diagnostic, Edit, Fix, Severity, Span, Text};
use podpath_yaml::{Problem, ProblemKind};

use crate::{Check, DocumentContext, Lint};

pub(crate) static LINT: Lint =
    Lint { code: "broken-yaml", severity: Severity::Error, aliases: &[], check: Check::Document(check) };

/// What is wrong, where, and what to do.
struct Finding {
    span: Span,
    message: Text,
    help: Text,
}

fn check(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    for problem in &context.yaml.problems {
        let Some(finding) = describe(context.text, problem) else { continue };
        let fix = tab_fix(context, finding.span);
        let diagnostic = LINT.found(context.at(finding.span), finding.message);
        found.push(Diagnostic { help: Some(finding.help), fix, ..diagnostic });
    }
}

fn describe(text: &str, problem: &Problem) -> Option<Finding> {
    let span = problem.span;
    let line = Line::at(text, span.start as usize);
    let (message, help) = match &problem.kind {
        ProblemKind::DuplicateKey { .. } => return None,
        _ if line.text(text).contains("{{") => template(),
        ProblemKind::Syntax(message) => return Some(syntax(text, span, message)),
        ProblemKind::Separator => separator(),
        ProblemKind::KeyNotText => key(),
        ProblemKind::UnknownAnchor(name) => anchor(name),
        ProblemKind::MergeNotMap => merge(),
        ProblemKind::Escape(escape) => self::escape(escape),
        ProblemKind::TooManyNodes => too_many(),
    };
    Some(Finding { span, message, help })
}

/// Finds the words by the parser's message, which is stable English.
fn syntax(text: &str, span: Span, message: &str) -> Finding {
    let line = Line::at(text, span.start as usize);
    let special = tab_finding(text, line, message)
        .or_else(|| quote_finding(text, line, message))
        .or_else(|| colon_finding(text, line, span, message));
    special.unwrap_or_else(|| {
        let span = if is_about_indentation(message) { line.content(text) } else { span };
        let (message, help) = words(message);
        Finding { span, message, help }
    })
}

fn tab_finding(text: &str, line: Line, message: &str) -> Option<Finding> {
    let span = tab_from(text, line).filter(|_| message.contains("tab"))?;
    let (message, help) = tabs();
    Some(Finding { span, message, help })
}

/// A quote that is never closed takes what follows as its text, so the parser stumbles over the columns.
fn quote_finding(text: &str, line: Line, message: &str) -> Option<Finding> {
    let written = line.text(text);
    let at = written.find(": \"").map(|at| at + 2).filter(|_| is_about_indentation(message))?;
    let is_open = written.matches('"').count() - written.matches("\\\"").count() == 1;
    let start = line.content(text).start as usize + at - (written.len() - written.trim_start().len());
    let (message, help) = open_quote();
    is_open.then(|| Finding { span: Span::new(start, start + 1), message, help })
}

/// A word without colon becomes part of what stands around it, so the parser stumbles at it or at the next colon.
fn colon_finding(text: &str, line: Line, span: Span, message: &str) -> Option<Finding> {
    let (place, (message, help)) = if message.contains("simple key expected ':'") {
        (line, no_colon(text, line))
    } else if !message.contains("mapping values are not allowed") {
        return None;
    } else if line.text_before(text, span).contains(": ") {
        (line, two_colons())
    } else if let Some(before) = line_without_colon(text, line) {
        (before, no_colon(text, before))
    } else {
        (line, indentation())
    };
    Some(Finding { span: place.content(text), message, help })
}

fn words(message: &str) -> (Text, Text) {
    let says = |part: &str| message.contains(part);
    if says("unclosed quote") || says("document indicator") {
        open_quote()
    } else if says("trailing content") {
        after_quote()
    } else if is_about_brackets(message) {
        brackets()
    } else if is_about_indentation(message) {
        indentation()
    } else if says("escape") {
        escape("\\")
    } else if says("recursion limit") || says("nesting") {
        too_deep()
    } else {
        other(message)
    }
}

fn is_about_brackets(message: &str) -> bool {
    ["bracket", "flow mapping", "flow sequence", "flow construct"].iter().any(|part| message.contains(part))
}

fn is_about_indentation(message: &str) -> bool {
    const PARTS: [&str; 6] = [
        "indent",
        "did not find expected key",
        "did not find expected '-' indicator",
        "block sequence entries are not allowed",
        "mapping keys are not allowed",
        "simple key is no longer valid",
    ];
    PARTS.iter().any(|part| message.contains(part))
}

/// A line, without its end.
#[derive(Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
}

impl Line {
    /// The line that holds an offset.
    fn at(text: &str, offset: usize) -> Self {
        let bytes = text.as_bytes();
        let offset = offset.min(bytes.len());
        let start = bytes.iter().take(offset).rposition(|byte| *byte == b'\n').map_or(0, |idx| idx + 1);
        let length = bytes.iter().skip(start).position(|byte| *byte == b'\n');
        Self { start, end: length.map_or(bytes.len(), |length| start + length) }
    }

    fn text(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// What stands on the line before a place.
    fn text_before(self, text: &str, span: Span) -> &str {
        text.get(self.start..span.start as usize).unwrap_or_default()
    }

    /// The line without blanks around it and without comment; of an empty line its start.
    fn content(self, text: &str) -> Span {
        let line = self.text(text);
        let code = line.split_once(" #").map_or(line, |(code, _)| code).trim_end();
        let blanks = code.len() - code.trim_start().len();
        Span::new(self.start + blanks, self.start + code.len())
    }

    /// The line before it that holds more than a comment.
    fn before(self, text: &str) -> Option<Self> {
        let mut line = self;
        while line.start > 0 {
            line = Self::at(text, line.start - 1);
            let content = line.content(text).slice(text);
            if !content.is_empty() && !content.starts_with('#') {
                return Some(line);
            }
        }
        None
    }

    fn after(self, text: &str) -> Option<Self> {
        (self.end < text.len()).then(|| Self::at(text, self.end + 1))
    }
}

/// How many lines after the break are looked at: a scalar ends where it cannot go on.
const NEAR: usize = 8;

/// Tabs before the first word of a line, at the break or soon after it.
fn tab_from(text: &str, line: Line) -> Option<Span> {
    let mut lines = std::iter::successors(Some(line), |it| it.after(text)).take(NEAR);
    lines.find_map(|it| {
        let line = it.text(text);
        let blanks = line.get(..line.len() - line.trim_start().len()).unwrap_or_default();
        let tab = blanks.find('\t')?;
        Some(Span::new(it.start + tab, it.start + blanks.len()))
    })
}

/// The line before, when it is a word that lacks its colon.
fn line_without_colon(text: &str, line: Line) -> Option<Line> {
    let before = line.before(text)?;
    let content = before.content(text).slice(text);
    let is_key = !content.contains(':') && !content.starts_with(['"', '\'', '[', '{', '|', '>']);
    is_key.then_some(before)
}

/// Two blanks for each tab, as most manifests are indented.
fn tab_fix(context: &DocumentContext<'_>, span: Span) -> Option<Fix> {
    let written = span.slice(context.text);
    if written.is_empty() || !written.contains('\t') || !written.trim().is_empty() {
        return None;
    }
    let title = Text::new("Replace the tabs by spaces", "탭을 공백으로 바꾸기");
    let text = written.replace('\t', "  ");
    Some(Fix { title, safe: false, edits: vec![Edit::Replace { location: context.at(span), text }] })
}

fn tabs() -> (Text, Text) {
    (
        Text::new("a tab indents this line", "이 줄은 탭으로 들여 썼습니다"),
        Text::new(
            "YAML takes only spaces before the first word of a line",
            "YAML은 줄 앞의 들여쓰기에 공백만 허용합니다",
        ),
    )
}

fn no_colon(text: &str, line: Line) -> (Text, Text) {
    let content = line.content(text).slice(text);
    let key = content.trim_start_matches("- ").split_whitespace().next().unwrap_or_default();
    (
        Text::new(format!("a colon is missing after `{key}`"), format!("`{key}` 뒤에 콜론이 없습니다")),
        Text::new(
            "a field is written `key: value`, with a space after the colon",
            "필드는 `key: value`처럼 콜론과 공백을 함께 적습니다",
        ),
    )
}

fn two_colons() -> (Text, Text) {
    (
        Text::new("a value that holds `: ` needs quotes", "값에 `: `이 들어 있으면 따옴표가 필요합니다"),
        Text::new("write it as `key: \"some: value\"`", "`key: \"some: value\"`처럼 적으세요"),
    )
}

fn open_quote() -> (Text, Text) {
    (
        Text::new("this quote is never closed", "따옴표를 닫지 않았습니다"),
        Text::new("put the same quote at the end of the value", "값 끝에 같은 따옴표를 적으세요"),
    )
}

fn after_quote() -> (Text, Text) {
    (
        Text::new("something stands after the closing quote", "닫는 따옴표 뒤에 다른 글자가 있습니다"),
        Text::new(
            "put the whole value in quotes, and write a quote inside it as `\\\"`",
            "값 전체를 따옴표로 감싸고, 안쪽 따옴표는 `\\\"` 모양으로 적으세요",
        ),
    )
}

fn brackets() -> (Text, Text) {
    (
        Text::new("a bracket or a comma is missing here", "괄호나 쉼표가 빠졌습니다"),
        Text::new(
            "each `[` and `{` needs its closing partner, and commas stand between the entries",
            "여는 괄호 `[`, `{`에는 닫는 짝이 있어야 하고, 항목 사이에는 쉼표가 필요합니다",
        ),
    )
}

fn indentation() -> (Text, Text) {
    (
        Text::new("the indentation does not fit the lines above", "들여쓰기가 윗줄과 맞지 않습니다"),
        Text::new(
            "entries of one map or list begin in the same column",
            "같은 맵이나 리스트의 항목은 같은 열에서 시작해야 합니다",
        ),
    )
}

fn too_deep() -> (Text, Text) {
    (
        Text::new("nested too deep to be read", "중첩이 너무 깊어 읽을 수 없습니다"),
        Text::new("no Kubernetes object is nested like this", "이렇게 깊은 Kubernetes 오브젝트는 없습니다"),
    )
}

fn other(message: &str) -> (Text, Text) {
    (
        Text::new("this is no YAML", "YAML로 읽을 수 없습니다"),
        Text::new(format!("the parser says: {message}"), format!("파서의 메시지: {message}")),
    )
}

fn template() -> (Text, Text) {
    (
        Text::new("this is a template, not YAML", "YAML이 아니라 템플릿입니다"),
        Text::new(
            "`{{ ... }}` is filled in by Helm: add the chart with its `Chart.yaml`, or paste what `helm template` prints",
            "`{{ ... }}` 부분은 Helm이 채웁니다. `Chart.yaml`과 함께 차트를 넣거나 `helm template`의 결과를 붙여 넣으세요",
        ),
    )
}

fn separator() -> (Text, Text) {
    (
        Text::new("something stands after `---`", "`---` 뒤에 다른 내용이 있습니다"),
        Text::new("only a comment may follow on that line", "그 줄에는 주석만 올 수 있습니다"),
    )
}

fn key() -> (Text, Text) {
    (
        Text::new("this cannot be a key", "키로 쓸 수 없는 값입니다"),
        Text::new(
            "keys are texts: no lists, no maps and no `null`",
            "키는 텍스트여야 합니다. 리스트, 맵, `null`은 안 됩니다",
        ),
    )
}

fn anchor(name: &str) -> (Text, Text) {
    (
        Text::new(format!("no anchor `&{name}` stands above"), format!("위쪽에 `&{name}` 앵커가 없습니다")),
        Text::new(
            "a text that begins with `*` needs quotes, and an alias needs its anchor before it",
            "`*`로 시작하는 텍스트에는 따옴표가 필요하고, 별칭 앞에는 앵커가 있어야 합니다",
        ),
    )
}

fn merge() -> (Text, Text) {
    (
        Text::new("`<<` takes a map or a list of maps", "`<<`에는 맵이나 맵의 리스트만 올 수 있습니다"),
        Text::new(
            "point it at an anchored map, as in `<<: *defaults`",
            "`<<: *defaults`처럼 앵커가 붙은 맵을 가리키세요",
        ),
    )
}

fn escape(written: &str) -> (Text, Text) {
    (
        Text::new(
            format!("kubectl does not know the escape `{written}`"),
            format!("kubectl에서 읽지 못하는 이스케이프 `{written}`입니다"),
        ),
        Text::new("write the character itself, or use single quotes", "글자를 그대로 적거나 작은따옴표를 쓰세요"),
    )
}

fn too_many() -> (Text, Text) {
    (
        Text::new("aliases make this document too large", "별칭 때문에 문서가 너무 커집니다"),
        Text::new(
            "a cluster refuses it, too: write fewer aliases of aliases",
            "클러스터도 거부합니다. 별칭을 겹쳐 쓰지 마세요",
        ),
    )
}
