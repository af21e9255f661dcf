//! The events of the YAML library behind a type of our own, so that the library can be exchanged.

use std::borrow::Cow;

use granit_parser::{Event as Raw, Options, Parser, ScalarStyle, Tag as RawTag};
use podpath_source::Span;

/// What the text says next.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    /// A scalar; `plain` when it is neither quoted nor a block.
    Scalar { text: Cow<'a, str>, plain: bool, double_quoted: bool, tag: Option<Tag>, anchor: usize },
    /// A list begins.
    ListStart { anchor: usize },
    /// A map begins.
    MapStart { anchor: usize },
    /// The innermost list or map ends.
    End,
    /// The value of an anchor, again.
    Alias(usize),
    /// An alias without anchor.
    UnknownAlias(String),
}

/// The tags that change how a scalar is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// `!!str`, and unknown tags, which are dropped with their scalar kept as text.
    Text,
    /// `!!int`, `!!float`, `!!bool`, `!!null`: the scalar is resolved though it may be quoted.
    Resolved,
    /// `!!binary`: base64.
    Binary,
}

/// Where and why the text cannot be read any further.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) at: usize,
    pub(crate) message: String,
}

/// The events of a text, in order, until the text ends or breaks.
pub(crate) struct Events<'a> {
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    length: usize,
}

impl<'a> Events<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let options = granit_options();
        Self { parser: Parser::new_from_str_with_options(text, options), length: text.len() }
    }
}

/// Nesting is bounded, so that what is built from the events can be walked by recursion.
fn granit_options() -> Options {
    granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_comments: false,
        flow_nesting_limit: 100,
        block_nesting_limit: 100,
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = Result<(Event<'a>, Span), Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (event, span) = match self.parser.next_event()? {
                Ok(next) => next,
                Err(error) => {
                    let at = error.marker().byte_offset().unwrap_or(self.length);
                    return Some(Err(Broken { at, message: error.info() }));
                }
            };
            let place = |marker: &granit_parser::Marker| marker.byte_offset().unwrap_or(self.length);
            let span = Span::new(place(&span.start), place(&span.end));
            let event = match event {
                Raw::Scalar(text, style, anchor, tag) => Event::Scalar {
                    text,
                    plain: style == ScalarStyle::Plain,
                    double_quoted: style == ScalarStyle::DoubleQuoted,
                    tag: tag.as_deref().map(kind_of),
                    anchor,
                },
                Raw::SequenceStart(_, anchor, _) => Event::ListStart { anchor },
                Raw::MappingStart(_, anchor, _) => Event::MapStart { anchor },
                Raw::SequenceEnd | Raw::MappingEnd => Event::End,
                Raw::Alias(anchor) => Event::Alias(anchor),
                Raw::UnresolvedAlias(name) => Event::UnknownAlias(name.into_owned()),
                _ => continue,
            };
            return Some(Ok((event, span)));
        }
    }
}

fn kind_of(tag: &RawTag) -> Tag {
    match tag.core_suffix() {
        Some("int" | "float" | "bool" | "null") => Tag::Resolved,
        _ if tag.suffix_in_namespace("tag:yaml.org,2002:").as_deref() == Some("binary") => Tag::Binary,
        _ => Tag::Text,
    }
}
