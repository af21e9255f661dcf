//! Byte offsets to lines and columns.

/// A place in a text. Lines and columns count from 1, columns in characters; `offset` in bytes from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Offset in UTF-8 bytes, from 0.
    pub offset: u32,
}

/// The starts of the lines of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the line starts, in one pass.
    pub fn new(text: &str) -> Self {
        let after = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(after.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)));
        Self { starts: starts.collect() }
    }

    /// The place of a byte offset; an offset beyond the text is its end, one inside a character that character's start.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let mut at = (offset as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let offset = u32::try_from(at).unwrap_or(u32::MAX);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|idx| self.starts.get(idx)).copied().unwrap_or(0);
        let before = text.get(start as usize..at).unwrap_or_default();
        let column = u32::try_from(before.chars().count()).unwrap_or(u32::MAX).saturating_add(1);
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), column, offset }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_offsets_count_bytes() {
        let text = "a: 가나\nb: 1\n";
        let lines = LineIndex::new(text);
        let at = |offset| {
            let place = lines.position(text, offset);
            (place.line, place.column, place.offset)
        };
        assert_eq!(at(0), (1, 1, 0));
        assert_eq!(at(6), (1, 5, 6));
        assert_eq!(at(7), (1, 5, 6), "inside a character");
        assert_eq!(at(10), (2, 1, 10));
        assert_eq!(at(99), (3, 1, 15), "beyond the end");
    }
}
