//! The plain part of YAML, line by line: block maps and lists, scalars and flow collections of one line, literal blocks.
//!
//! Nearly every manifest is written in it, and to read it so costs a fraction of the whole grammar. What is not surely
//! plain is refused, and the whole reader ([`crate::event`]) takes the document instead: this one never decides that a
//! text is wrong. A test holds the two equal.

use std::borrow::Cow;

use podpath_source::Span;

use crate::build::Builder;
use crate::event::Event;

/// The deepest nesting that is read here; far below the limit of the whole reader.
const MAX_DEPTH: usize = 50;

/// The longest key, well below YAML's limit of 1,024 characters.
const MAX_KEY: usize = 500;

/// Hands the events of `text` to `builder`; none when `text` is not surely plain, and the builder is to be thrown away.
pub(crate) fn read(text: &str, builder: &mut Builder<'_>) -> Option<()> {
    if !is_printable(text) {
        return None;
    }
    let mut block = Block { text, at: 0, open: vec![], pending: Some(0), builder };
    if text.starts_with("---") {
        block.at = block.rest(3)?;
    }
    while block.at < text.len() {
        block.line()?;
    }
    if block.open.is_empty() {
        return None;
    }
    while !block.open.is_empty() {
        block.close();
    }
    Some(())
}

/// No control characters, no line breaks that only some readers know, no byte order mark.
fn is_printable(text: &str) -> bool {
    if text.is_ascii() {
        return text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t'));
    }
    text.chars().all(|c| match c {
        '\n' | '\t' | ' '..='~' => true,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => c >= '\u{a0}',
    })
}

struct Block<'a, 'b, 'c> {
    text: &'a str,
    /// Where the next line begins.
    at: usize,
    open: Vec<Open>,
    /// Where the value of the last key, item or document would stand, as long as there is none.
    pending: Option<usize>,
    builder: &'b mut Builder<'c>,
}

/// A map or list that is still open.
#[derive(Clone, Copy)]
struct Open {
    column: usize,
    is_list: bool,
}

/// A scalar of one line.
struct Scalar<'a> {
    text: Cow<'a, str>,
    span: Span,
    quote: Option<u8>,
}

impl<'a> Block<'a, '_, '_> {
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(b'\n')
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn after_spaces(&self, mut at: usize) -> usize {
        while self.byte(at) == b' ' {
            at += 1;
        }
        at
    }

    /// Where the line after `at` begins.
    fn next_line(&self, at: usize) -> usize {
        self.text.as_bytes().iter().skip(at).position(|byte| *byte == b'\n').map_or(self.text.len(), |idx| at + idx + 1)
    }

    /// Past the rest of a line, which holds nothing but spaces and a comment.
    fn rest(&self, at: usize) -> Option<usize> {
        let end = self.after_spaces(at);
        match self.byte(end) {
            b'\n' => Some(end + 1),
            b'#' if end > at => Some(self.next_line(end)),
            _ => None,
        }
    }

    fn is_gap(&self, at: usize) -> bool {
        matches!(self.byte(at), b' ' | b'\n')
    }

    fn is_item(&self, at: usize) -> bool {
        self.byte(at) == b'-' && self.is_gap(at + 1)
    }

    fn line(&mut self) -> Option<()> {
        let start = self.at;
        if matches!(self.slice(start, start + 3), "---" | "...") {
            return None;
        }
        let mut at = self.after_spaces(start);
        if matches!(self.byte(at), b'\n' | b'#') {
            self.at = self.next_line(at).max(start + 1);
            return Some(());
        }
        loop {
            let column = at - start;
            let is_item = self.is_item(at);
            let key = if is_item { None } else { Some(self.key(at)?) };
            self.settle(Open { column, is_list: is_item }, at)?;
            let after = if let Some(key) = key {
                let end = key.span.end as usize;
                self.scalar(key);
                self.pending = Some(end);
                end + 1
            } else {
                self.pending = Some(self.after_spaces(at + 1));
                at + 1
            };
            at = self.after_spaces(after);
            if self.byte(at) == b'#' && is_item {
                return None;
            }
            if matches!(self.byte(at), b'\n' | b'#') {
                self.at = self.next_line(at);
                return Some(());
            }
            if !is_item || !(self.is_item(at) || self.key(at).is_some()) {
                return self.value(at, column);
            }
        }
    }

    /// Closes what ends at an entry of this column and kind, and opens what begins with it.
    fn settle(&mut self, entry: Open, at: usize) -> Option<()> {
        let Open { column, is_list } = entry;
        while self
            .open
            .last()
            .is_some_and(|top| top.column > column || (top.column == column && top.is_list && !is_list))
        {
            self.close();
        }
        let begins = match self.open.last() {
            // A list may stand below its key without being indented.
            Some(top) if top.column == column => self.pending.is_some() && is_list && !top.is_list,
            _ => true,
        };
        if begins {
            self.pending.take()?;
            if self.open.len() >= MAX_DEPTH {
                return None;
            }
            self.open.push(entry);
            let start = if is_list { Event::ListStart { anchor: 0 } } else { Event::MapStart { anchor: 0 } };
            self.builder.take(start, Span::new(at, at));
            return Some(());
        }
        self.nothing();
        (self.open.last()?.is_list == is_list).then_some(())
    }

    fn close(&mut self) {
        self.nothing();
        self.open.pop();
        self.builder.take(Event::End, Span::new(self.at, self.at));
    }

    /// The value that never came.
    fn nothing(&mut self) {
        if let Some(at) = self.pending.take() {
            let span = Span::new(at, at);
            self.scalar(Scalar { text: Cow::Borrowed(""), span, quote: None });
        }
    }

    fn scalar(&mut self, scalar: Scalar<'_>) {
        let Scalar { text, span, quote } = scalar;
        let event =
            Event::Scalar { text, plain: quote.is_none(), double_quoted: quote == Some(b'"'), tag: None, anchor: 0 };
        self.builder.take(event, span);
    }

    /// The key at `at`: a scalar with a colon right behind.
    fn key(&self, at: usize) -> Option<Scalar<'a>> {
        let scalar = match self.byte(at) {
            b'"' | b'\'' => self.quoted(at)?,
            _ => {
                let end = self.plain_end(at)?;
                Scalar { text: Cow::Borrowed(self.slice(at, end)), span: Span::new(at, end), quote: None }
            }
        };
        let end = scalar.span.end as usize;
        let is_short = end - at <= MAX_KEY && self.byte(end - 1) != b' ';
        (is_short && self.byte(end) == b':' && self.is_gap(end + 1)).then_some(scalar)
    }

    /// The end of the plain scalar at `at`: a colon with a gap, a comment or the end of the line; none where none begins.
    fn plain_end(&self, at: usize) -> Option<usize> {
        match self.byte(at) {
            b'-' if self.is_gap(at + 1) => return None,
            b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"'
            | b'%' | b'@' | b'`' | b'\t' | b' ' | b'\n' => return None,
            _ => {}
        }
        let mut end = at;
        for byte in self.text.as_bytes().iter().skip(at) {
            match byte {
                b'\t' => return None,
                b'\n' => break,
                b':' if self.is_gap(end + 1) => break,
                b'#' if self.byte(end - 1) == b' ' => break,
                _ => end += 1,
            }
        }
        Some(end)
    }

    /// The value at `at`, whose key or dash stands in `column`; the next line is what follows it.
    fn value(&mut self, at: usize, column: usize) -> Option<()> {
        self.pending = None;
        let end = match self.byte(at) {
            b'|' => return self.literal(at, column),
            b'[' | b'{' => self.flow(at, 0)?,
            b'"' | b'\'' => {
                let scalar = self.quoted(at)?;
                let end = scalar.span.end as usize;
                self.scalar(scalar);
                end
            }
            _ => {
                let end = self.plain_end(at)?;
                if self.byte(end) == b':' {
                    return None;
                }
                let text = self.slice(at, end).trim_end_matches(' ');
                self.scalar(Scalar { text: Cow::Borrowed(text), span: Span::new(at, at + text.len()), quote: None });
                at + text.len()
            }
        };
        self.at = self.rest(end)?;
        Some(())
    }

    /// The quoted scalar at `at`, if it ends on its line and holds no rare escapes.
    fn quoted(&self, at: usize) -> Option<Scalar<'a>> {
        let quote = self.byte(at);
        let mut end = at + 1;
        let mut escaped = false;
        loop {
            match self.byte(end) {
                b'\n' => return None,
                b'\\' if quote == b'"' => {
                    escaped = true;
                    end += 2;
                }
                byte if byte != quote => end += 1,
                b'\'' if self.byte(end + 1) == b'\'' => {
                    escaped = true;
                    end += 2;
                }
                _ => break,
            }
        }
        let inner = self.slice(at + 1, end);
        let text = match (escaped, quote) {
            (false, _) => Cow::Borrowed(inner),
            (true, b'\'') => Cow::Owned(inner.replace("''", "'")),
            (true, _) => Cow::Owned(unescape(inner)?),
        };
        Some(Scalar { text, span: Span::new(at, end + 1), quote: Some(quote) })
    }

    /// Reads `[a, b]` or `{a: b}` at `at`, on one line and of simple scalars; returns where it ends.
    fn flow(&mut self, at: usize, depth: usize) -> Option<usize> {
        let (is_map, last) = match self.byte(at) {
            b'[' => (false, b']'),
            b'{' => (true, b'}'),
            _ => {
                let scalar = self.flow_scalar(at)?;
                let end = scalar.span.end as usize;
                self.scalar(scalar);
                return Some(end);
            }
        };
        if depth >= MAX_DEPTH {
            return None;
        }
        let start = if is_map { Event::MapStart { anchor: 0 } } else { Event::ListStart { anchor: 0 } };
        self.builder.take(start, Span::new(at, at + 1));
        let mut next = self.after_spaces(at + 1);
        let mut is_first = true;
        while self.byte(next) != last || !is_first {
            if is_map {
                let key = self.flow_scalar(next)?;
                next = key.span.end as usize;
                if self.byte(next) != b':' || self.byte(next + 1) != b' ' || key.span.end - key.span.start > 500 {
                    return None;
                }
                self.scalar(key);
                next = self.after_spaces(next + 1);
            }
            next = self.flow(next, depth + 1)?;
            next = self.after_spaces(next);
            is_first = false;
            match self.byte(next) {
                b',' => next = self.after_spaces(next + 1),
                byte if byte == last => break,
                _ => return None,
            }
        }
        self.builder.take(Event::End, Span::new(next, next + 1));
        Some(next + 1)
    }

    /// A quoted scalar, or a plain one of characters that mean nothing else.
    fn flow_scalar(&self, at: usize) -> Option<Scalar<'a>> {
        if matches!(self.byte(at), b'"' | b'\'') {
            return self.quoted(at);
        }
        let is_simple = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'-' | b'$');
        let length = self.text.as_bytes().iter().skip(at).take_while(|byte| is_simple(byte)).count();
        if length == 0 || self.byte(at) == b'-' {
            return None;
        }
        let span = Span::new(at, at + length);
        Some(Scalar { text: Cow::Borrowed(span.slice(self.text)), span, quote: None })
    }

    /// The literal block whose `|` stands at `at`.
    fn literal(&mut self, at: usize, column: usize) -> Option<()> {
        let chomp = self.byte(at + 1);
        let mut line = self.rest(if matches!(chomp, b'-' | b'+') { at + 2 } else { at + 1 })?;
        let mut start = line;
        while self.byte(self.after_spaces(start)) == b'\n' && start < self.text.len() {
            start = self.next_line(start);
        }
        let indent = self.after_spaces(start) - start;
        if indent <= column {
            return None;
        }
        let mut text = String::new();
        let end = loop {
            let content = self.after_spaces(line);
            let next = self.next_line(line);
            if line >= self.text.len() {
                break line;
            }
            let is_blank = self.byte(content) == b'\n';
            if content - line < indent && !is_blank {
                // Something between the block and its key is an error, which the whole reader words.
                break if content - line > column { return None } else { content };
            }
            // A block that the end of the text cuts off, or spaces that are more than the indent before it begins.
            if !self.text.is_char_boundary(next)
                || self.byte(next - 1) != b'\n'
                || next > self.text.len()
                || (line < start && content - line > indent)
            {
                return None;
            }
            text.push_str(self.slice((line + indent).min(next - 1), next));
            line = next;
        };
        if chomp != b'+' {
            let kept = text.trim_end_matches('\n').len();
            text.truncate(if chomp == b'-' || kept == 0 { kept } else { kept + 1 });
        }
        let span = Span::new(start + indent, end);
        self.scalar(Scalar { text: Cow::Owned(text), span, quote: Some(b'|') });
        self.at = line;
        Some(())
    }
}

/// The common escapes of double quotes; none for the rare ones.
fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next()? {
                'n' => '\n',
                't' => '\t',
                same @ ('"' | '\\') => same,
                _ => return None,
            },
            _ => c,
        });
    }
    Some(out)
}
