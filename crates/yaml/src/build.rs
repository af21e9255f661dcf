//! Events to the located tree: anchors, merge keys, duplicate keys, and what stays when the text breaks.

use base64::Engine as _;
use podpath_order::OrdMap;
use podpath_source::Span;

use crate::block;
use crate::event::{Broken, Event, Events, Tag};
use crate::node::{Entry, Key, Map, Node, Value};
use crate::{Document, MAX_NODES, Problem, ProblemKind, scalar};

/// A document, and the offset where its text broke.
pub(crate) struct Built {
    pub(crate) document: Document,
    pub(crate) broken: Option<u32>,
}

/// Reads as far as the text can be read; open lists and maps are closed where it breaks.
pub(crate) fn build(text: &str) -> Built {
    let mut builder = Builder::of(text);
    if block::read(text, &mut builder).is_some() {
        return Built { document: builder.document(), broken: None };
    }
    build_whole(text)
}

/// The same by the whole grammar.
pub(crate) fn build_whole(text: &str) -> Built {
    let mut builder = Builder::of(text);
    let mut broken = None;
    for next in Events::new(text) {
        match next {
            Ok((event, span)) => builder.take(event, span),
            Err(error) => {
                broken = Some(u32::try_from(error.at).unwrap_or(u32::MAX));
                builder.report_broken(error);
                break;
            }
        }
    }
    while let Some(frame) = builder.frames.pop() {
        builder.close(frame, None);
    }
    Built { document: builder.document(), broken }
}

/// What makes the tree out of the events.
#[derive(Default)]
pub(crate) struct Builder<'a> {
    text: &'a str,
    frames: Vec<Frame>,
    root: Option<Node>,
    anchors: OrdMap<usize, Node>,
    n_nodes: usize,
    problems: Vec<Problem>,
}

/// A list or map that is still open.
struct Frame {
    kind: FrameKind,
    span: Span,
    anchor: usize,
}

enum FrameKind {
    List(Vec<Node>),
    Map { map: Map, places: Places, pending: Option<Pending>, merges: Vec<Node> },
}

/// Where each key of a map stands among its entries.
#[derive(Default)]
struct Places(OrdMap<String, usize>);

impl Places {
    /// The entries up to which looking through them is faster than an index.
    const FEW: usize = 16;

    fn find(&self, map: &Map, key: &str) -> Option<usize> {
        if map.entries.len() <= Self::FEW {
            return map.entries.iter().position(|entry| entry.key.text == key);
        }
        self.0.get(key).copied()
    }

    fn push(&mut self, map: &mut Map, entry: Entry) {
        let last = map.entries.len();
        if last == Self::FEW {
            self.0 = map.entries.iter().enumerate().map(|(idx, it)| (it.key.text.clone(), idx)).collect();
        }
        if last >= Self::FEW {
            self.0.insert(entry.key.text.clone(), last);
        }
        map.entries.push(entry);
    }
}

/// A key that waits for its value.
enum Pending {
    Key(Key),
    Merge(Span),
    /// No key that kubectl would take: the value is read and left out.
    Refused,
}

impl<'a> Builder<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, ..Self::default() }
    }

    pub(crate) fn document(self) -> Document {
        Document { root: self.root, problems: self.problems }
    }

    /// The next event and where it stands; `span` of the end of a block collection is empty.
    pub(crate) fn take(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Scalar { text, plain, double_quoted, tag, anchor } => {
                if double_quoted {
                    self.check_escapes(span);
                }
                let is_merge = plain && tag.is_none() && text == "<<";
                let node = Node { value: scalar_value(&text, plain, tag), span };
                self.remember(anchor, &node);
                self.add(node, is_merge);
            }
            Event::ListStart { anchor } => self.open(FrameKind::List(vec![]), span, anchor),
            Event::MapStart { anchor } => {
                let kind =
                    FrameKind::Map { map: Map::default(), places: Places::default(), pending: None, merges: vec![] };
                self.open(kind, span, anchor);
            }
            Event::End => {
                if let Some(frame) = self.frames.pop() {
                    self.close(frame, Some(span));
                }
            }
            Event::Alias(anchor) => self.add_alias(anchor, span),
            Event::UnknownAlias(name) => {
                self.problems.push(Problem { kind: ProblemKind::UnknownAnchor(name), span });
                self.add(Node { value: Value::Null, span }, false);
            }
        }
    }

    fn open(&mut self, kind: FrameKind, span: Span, anchor: usize) {
        self.frames.push(Frame { kind, span, anchor });
    }

    fn close(&mut self, frame: Frame, end: Option<Span>) {
        let Frame { kind, span, anchor } = frame;
        let (value, children) = match kind {
            FrameKind::List(items) => {
                let children = hull(items.iter().map(|it| it.span));
                (Value::List(items), children)
            }
            FrameKind::Map { mut map, mut places, pending, merges } => {
                if let Some(Pending::Key(key)) = pending {
                    let value = Node { value: Value::Null, span: Span { start: key.span.end, end: key.span.end } };
                    map.entries.push(Entry { key, value });
                }
                let children = hull(map.entries.iter().flat_map(|it| [it.key.span, it.value.span]));
                for merged in merges {
                    merge(&mut map, &mut places, &merged);
                }
                (Value::Map(map), children)
            }
        };
        let bracket = end.filter(|it| it.start < it.end);
        let span = bracket.map(|it| Span { start: span.start, end: it.end }).or(children).unwrap_or(span);
        let node = Node { value, span };
        self.remember(anchor, &node);
        self.add(node, false);
    }

    fn add_alias(&mut self, anchor: usize, span: Span) {
        let Some(node) = self.anchors.get(&anchor) else {
            return self.add(Node { value: Value::Null, span }, false);
        };
        let size = count(node);
        if self.n_nodes + size > MAX_NODES {
            self.problems.push(Problem { kind: ProblemKind::TooManyNodes, span });
            return self.add(Node { value: Value::Null, span }, false);
        }
        self.n_nodes += size;
        let node = node.clone();
        self.add(node, false);
    }

    /// Puts a finished node where it belongs: the innermost open collection, or the root.
    fn add(&mut self, node: Node, is_merge: bool) {
        self.n_nodes += 1;
        let Some(frame) = self.frames.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        match &mut frame.kind {
            FrameKind::List(items) => items.push(node),
            FrameKind::Map { map, places, pending, merges } => match pending.take() {
                None => *pending = Some(pending_key(node, is_merge, &mut self.problems)),
                Some(Pending::Refused) => {}
                Some(Pending::Merge(span)) => take_merge(node, span, merges, &mut self.problems),
                Some(Pending::Key(key)) => insert(map, places, Entry { key, value: node }, &mut self.problems),
            },
        }
    }

    fn remember(&mut self, anchor: usize, node: &Node) {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
    }

    /// kubectl refuses `\/`, which YAML 1.2 allows.
    fn check_escapes(&mut self, span: Span) {
        let source = span.slice(self.text).as_bytes();
        let mut at = 0;
        while let Some(byte) = source.get(at) {
            if *byte == b'\\' {
                if source.get(at + 1) == Some(&b'/') {
                    let start = span.start as usize + at;
                    let kind = ProblemKind::Escape("\\/".into());
                    self.problems.push(Problem { kind, span: Span::new(start, start + 2) });
                }
                at += 1;
            }
            at += 1;
        }
    }

    /// The smallest place: the rest of the word at the break, or what stands last before it.
    fn report_broken(&mut self, error: Broken) {
        let mut at = error.at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let (head, tail) = self.text.split_at(at);
        let word = tail.find(|c: char| c.is_whitespace()).unwrap_or(tail.len());
        let span = if word > 0 {
            Span::new(at, at + word)
        } else {
            let end = head.trim_end().len();
            let start = head.get(..end).and_then(|it| it.rfind(char::is_whitespace)).map_or(0, |idx| idx + 1);
            Span::new(start.min(end), end)
        };
        self.problems.push(Problem { kind: ProblemKind::Syntax(error.message), span });
    }
}

fn scalar_value(text: &str, plain: bool, tag: Option<Tag>) -> Value {
    match tag {
        None if plain => scalar::resolve(text),
        Some(Tag::Resolved) => scalar::resolve(text),
        Some(Tag::Binary) => {
            let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            let bytes = base64::engine::general_purpose::STANDARD.decode(compact);
            Value::Text(bytes.map_or_else(|_| text.to_owned(), |it| String::from_utf8_lossy(&it).into_owned()))
        }
        None | Some(Tag::Text) => Value::Text(text.to_owned()),
    }
}

fn pending_key(node: Node, is_merge: bool, problems: &mut Vec<Problem>) -> Pending {
    let Node { value, span } = node;
    if is_merge {
        return Pending::Merge(span);
    }
    let Some(text) = scalar::key_text(value) else {
        problems.push(Problem { kind: ProblemKind::KeyNotText, span });
        return Pending::Refused;
    };
    Pending::Key(Key { text, span })
}

/// kubectl keeps the last of two equal keys silently; strict validation refuses them, so they are reported.
fn insert(map: &mut Map, places: &mut Places, entry: Entry, problems: &mut Vec<Problem>) {
    let place = places.find(map, &entry.key.text);
    if let Some(existing) = place.and_then(|idx| map.entries.get_mut(idx)) {
        let kind = ProblemKind::DuplicateKey { key: entry.key.text.clone(), first: existing.key.span };
        problems.push(Problem { kind, span: entry.key.span });
        *existing = entry;
        return;
    }
    places.push(map, entry);
}

fn take_merge(node: Node, span: Span, merges: &mut Vec<Node>, problems: &mut Vec<Problem>) {
    let fits = match &node.value {
        Value::Map(_) => true,
        Value::List(items) => items.iter().all(|item| matches!(item.value, Value::Map(_))),
        _ => false,
    };
    if fits {
        merges.push(node);
    } else {
        problems.push(Problem { kind: ProblemKind::MergeNotMap, span });
    }
}

/// Keys of the map itself win, then those of the first merged map that has them.
fn merge(map: &mut Map, places: &mut Places, from: &Node) {
    let maps = match &from.value {
        Value::List(items) => items.iter().filter_map(Node::as_map).collect(),
        _ => from.as_map().into_iter().collect::<Vec<_>>(),
    };
    for entry in maps.into_iter().flat_map(|it| &it.entries) {
        if places.find(map, &entry.key.text).is_none() {
            places.push(map, entry.clone());
        }
    }
}

/// From the first to the last child. What an alias brings stands elsewhere and may be the last.
fn hull(children: impl Iterator<Item = Span>) -> Option<Span> {
    children.reduce(|all, it| Span { start: all.start.min(it.start), end: all.end.max(it.end) })
}

fn count(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Map(map) => 1 + map.entries.iter().map(|entry| 1 + count(&entry.value)).sum::<usize>(),
        _ => 1,
    }
}
