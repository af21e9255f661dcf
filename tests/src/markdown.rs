//! Markdown to tests: headings, fenced blocks and their places.

/// A fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The word after the fence.
    pub language: String,
    /// The rest of that line.
    pub info: String,
    /// The lines between the fences.
    pub text: String,
    /// The number of the first line between the fences, from 0.
    pub line: usize,
}

/// A test: everything under one heading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// The heading.
    pub title: String,
    /// Its blocks, in order.
    pub blocks: Vec<Block>,
}

/// The tests of a text; headings without blocks are none.
pub fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = vec![Case::default()];
    let mut open: Option<Block> = None;
    for (number, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some("")) => {
                let block = open.take();
                if let Some(case) = cases.last_mut() {
                    case.blocks.extend(block);
                }
            }
            (Some(block), _) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, Some(info)) => {
                let (language, info) = info.split_once(' ').unwrap_or((info, ""));
                let (language, info) = (language.to_owned(), info.to_owned());
                open = Some(Block { language, info, text: String::new(), line: number + 1 });
            }
            (None, None) if line.starts_with('#') => {
                cases.push(Case { title: line.trim_start_matches('#').trim().to_owned(), blocks: vec![] });
            }
            (None, None) => {}
        }
    }
    cases.retain(|case| !case.blocks.is_empty());
    cases
}

impl Block {
    /// The value of `key=value` on the line of the fence.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.info.split_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }
}
