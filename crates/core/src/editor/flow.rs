//! Flow collections around a caret: `{name: web, ports: [80]}`, on one line or several, closed or not yet.
//!
//! Invariant: letters are looked at once and no tree is made, so half-typed text is no obstacle; a collection that nobody
//! closed ends where the indentation says so.

use super::site::{Line, line};

/// What a caret stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Around {
    /// Lines told by their indentation.
    Block,
    /// A text of several lines: nothing in it means anything.
    Text,
    Flow(Flow),
}

/// The collections around a caret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flow {
    /// Where the outermost begins, and where it ends.
    pub(super) start: usize,
    pub(super) end: usize,
    /// The outermost first.
    pub(super) frames: Vec<Frame>,
    /// Where the word at the caret begins.
    pub(super) word: usize,
    pub(super) is_quoted: bool,
}

/// One of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) is_map: bool,
    /// The key whose value holds the caret.
    pub(super) key: Option<String>,
    /// Keys and values of all other entries.
    pub(super) entries: Vec<(String, String)>,
}

/// Nested deeper, no field is known.
const MOST_DEPTH: usize = 100;

/// What the offset stands in.
pub(super) fn around(text: &str, at: usize) -> Around {
    let mut from = 0;
    while from < at {
        let now = text.get(from..line_end(text, from)).and_then(line).unwrap_or_default();
        let value = from + now.value_at;
        match text.as_bytes().get(value) {
            Some(b'{' | b'[') if value < at => match Scan::new(text, at, least(&now)).run(value) {
                Ok(last) => from = line_end(text, last) + 1,
                Err(found) => return found.map_or(Around::Text, Around::Flow),
            },
            Some(b'|' | b'>') => {
                let end = text_end(text, line_end(text, from), least(&now));
                if line_end(text, from) < at && at <= end {
                    return Around::Text;
                }
                from = end + 1;
            }
            _ => from = line_end(text, from) + 1,
        }
    }
    Around::Block
}

/// The column from which a further line belongs to the value of this one.
fn least(now: &Line<'_>) -> usize {
    match (now.key.is_empty(), now.dash) {
        (false, _) => now.column + 1,
        (true, Some(dash)) => dash + 1,
        (true, None) => now.column,
    }
}

fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|it| it.find('\n')).map_or(text.len(), |it| at + it)
}

/// Where a text of several lines ends that is announced in the line that ends here.
fn text_end(text: &str, at: usize, least: usize) -> usize {
    let (mut end, mut last) = (at, at);
    while end < text.len() && goes_on(text, end + 1, least) {
        let from = end + 1;
        end = line_end(text, from);
        if text.get(from..end).is_some_and(|it| !it.trim().is_empty()) {
            last = end;
        }
    }
    last
}

/// The line that begins here is blank or indented far enough.
fn goes_on(text: &str, from: usize, least: usize) -> bool {
    let now = text.get(from..line_end(text, from)).unwrap_or_default();
    let words = now.trim_start_matches(' ');
    words.trim().is_empty() || now.len() - words.len() >= least
}

/// A collection that is open.
#[derive(Clone, Debug, Default)]
struct Open<'a> {
    is_map: bool,
    /// Where the entry begins.
    from: usize,
    key: Option<&'a str>,
    entries: Vec<(&'a str, &'a str)>,
}

struct Scan<'a> {
    text: &'a str,
    caret: usize,
    least: usize,
    open: Vec<Open<'a>>,
    /// So many of the collections around the caret are not closed yet; the others stand in `closed`.
    alive: usize,
    closed: Vec<Open<'a>>,
    /// Where the scalar begins, and the sign that it ends with.
    word: Option<usize>,
    quote: Option<u8>,
    /// Where the last comment ends.
    comment: usize,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str, caret: usize, least: usize) -> Self {
        Self { text, caret, least, open: vec![], alive: 0, closed: vec![], word: None, quote: None, comment: 0 }
    }

    /// From the first bracket on: its last letter, if that is before the caret; else what is around the caret.
    fn run(mut self, start: usize) -> Result<usize, Option<Flow>> {
        let mut at = start;
        while at < self.caret {
            let next = self.step(at);
            if self.open.is_empty() {
                return Ok(at);
            }
            if self.open.len() > MOST_DEPTH || self.comment >= self.caret {
                return Err(None);
            }
            at = next;
        }
        let mut frames: Vec<Frame> = self.open.iter().map(Open::frame).collect();
        let word = self.word.map_or(self.caret, |it| it + usize::from(self.quote.is_some()));
        let is_quoted = self.quote.is_some();
        self.alive = self.open.len();
        while !self.open.is_empty() && at < self.text.len() && self.open.len() <= MOST_DEPTH {
            at = self.step(at);
        }
        self.leave(at);
        let entries = |it: &Open<'_>| it.entries.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
        for (frame, closed) in frames.iter_mut().rev().zip(&self.closed) {
            frame.entries = entries(closed);
        }
        Err(Some(Flow { start, end: at, frames, word: word.min(self.caret), is_quoted }))
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(b'\n')
    }

    /// Takes one letter, or what belongs together; gives the place after it.
    fn step(&mut self, at: usize) -> usize {
        match (self.quote, self.byte(at)) {
            (_, b'\n') if !self.closes_or_goes_on(at + 1) => self.leave(at),
            (Some(b'"'), b'\\') => return at + 2,
            (Some(b'\''), b'\'') if self.byte(at + 1) == b'\'' => return at + 2,
            (Some(quote), it) if it == quote => self.quote = None,
            (Some(_), _) | (None, b' ' | b'\t' | b'\r' | b'\n') => {}
            (None, b'#') if at.checked_sub(1).is_some_and(|it| self.byte(it).is_ascii_whitespace()) => {
                self.comment = line_end(self.text, at);
                return self.comment;
            }
            (None, it @ (b'{' | b'[')) => {
                self.open.push(Open { is_map: it == b'{', from: at + 1, ..Open::default() });
                self.word = None;
            }
            (None, b'}' | b']') => self.close(at),
            (None, b',') => self.end_entry(at),
            (None, b':') if self.ends_key(at) => {
                let key = self.scalar(at);
                if let Some(open) = self.open.last_mut() {
                    open.key = open.key.or(Some(key));
                }
                self.word = None;
            }
            (None, it) => {
                if self.word.is_none() {
                    self.quote = Some(it).filter(|it| matches!(it, b'"' | b'\''));
                }
                self.word.get_or_insert(at);
            }
        }
        at + 1
    }

    fn closes_or_goes_on(&self, from: usize) -> bool {
        let rest = self.text.get(from..).unwrap_or_default();
        rest.trim_start_matches(' ').starts_with(['}', ']']) || goes_on(self.text, from, self.least)
    }

    /// `a: b`, `a:`, and after a quoted key also `"a":b`.
    fn ends_key(&self, at: usize) -> bool {
        let next = self.byte(at + 1);
        let is_quoted = self.word.is_some_and(|it| matches!(self.byte(it), b'"' | b'\''));
        is_quoted || next.is_ascii_whitespace() || matches!(next, b',' | b'[' | b']' | b'{' | b'}')
    }

    fn scalar(&self, end: usize) -> &'a str {
        let text = self.word.and_then(|from| self.text.get(from..end)).unwrap_or_default();
        text.trim().trim_matches(['"', '\''])
    }

    fn end_entry(&mut self, at: usize) {
        let word = self.scalar(at);
        self.word = None;
        let Some(open) = self.open.last_mut() else { return };
        let holds_caret = (open.from..=at).contains(&self.caret);
        let (key, value) = open.key.take().map_or((word, ""), |key| (key, word));
        if !holds_caret && !key.is_empty() {
            open.entries.push((key, value));
        }
        open.from = at + 1;
    }

    fn close(&mut self, at: usize) {
        self.end_entry(at);
        let last = self.open.pop();
        if self.open.len() < self.alive {
            self.alive = self.open.len();
            self.closed.extend(last);
        }
    }

    /// Nobody closed what is open.
    fn leave(&mut self, at: usize) {
        self.quote = None;
        while !self.open.is_empty() {
            self.close(at);
        }
    }
}

impl Open<'_> {
    fn frame(&self) -> Frame {
        Frame { is_map: self.is_map, key: self.key.map(str::to_owned), entries: vec![] }
    }
}
