//! Everything that can be done by a key or by the palette, in one table.

use crate::hooks::use_keys::Key;
use crate::words::{self, Words};

/// Something to do.
#[derive(Debug, PartialEq)]
pub(crate) struct Command {
    pub(crate) words: Words,
    pub(crate) icon: &'static str,
    /// The keys, as the table of shortcuts says them; empty without.
    pub(crate) keys: &'static str,
    pub(crate) key: Key,
}

const fn command(words: Words, icon: &'static str, keys: &'static str, key: Key) -> Command {
    Command { words, icon, keys, key }
}

/// All commands, what is done most often first.
pub(crate) static COMMANDS: &[Command] = &[
    command(words::CHANGE_REQUEST, "pencil", "/", Key::Url),
    command(words::REPLAY_PATH, "play", "Ctrl Enter", Key::Replay),
    command(words::APPLY_ALL_SAFE, "wand", "Ctrl Shift .", Key::FixAll),
    command(words::FIX_AT_CARET, "wand", "Ctrl .", Key::FixHere),
    command(words::FIND_ALL, "search", "Alt F3", Key::FindAll),
    command(words::NEXT_PROBLEM, "warning", "F8", Key::NextProblem),
    command(words::LAST_PROBLEM, "warning", "Shift F8", Key::LastProblem),
    command(words::NEXT_HOP, "right", "]", Key::NextHop),
    command(words::LAST_HOP, "right", "[", Key::LastHop),
    command(words::SHARE, "share", "", Key::Share),
    command(words::EXAMPLES, "spark", "", Key::Examples),
    command(words::NEW_FILE, "plus", "", Key::NewFile),
    command(words::NEW_WORKSPACE, "plus", "", Key::NewWorkspace),
    command(words::SAVE_ZIP, "download", "", Key::SaveZip),
    command(words::UNDO, "replay", "Ctrl Z", Key::Undo),
    command(words::SETTINGS, "sliders", "", Key::Settings),
    command(words::SWITCH_LANGUAGE, "globe", "", Key::Language),
    command(words::NEXT_THEME, "contrast", "", Key::Theme),
    command(words::LEFT_COLUMN, "menu", "Ctrl \\", Key::LeftColumn),
    command(words::GO_REQUEST, "pencil", "G R", Key::Url),
    command(words::GO_DIAGRAM, "focus", "G D", Key::Go(Region::Diagram)),
    command(words::GO_HOPS, "route", "G H", Key::Go(Region::Hops)),
    command(words::GO_EDITOR, "pencil", "G E", Key::Go(Region::Editor)),
    command(words::GO_FILES, "folder", "G F", Key::Go(Region::Files)),
    command(words::GO_PROBLEMS, "warning", "G P", Key::Go(Region::Problems)),
    command(words::SHORTCUTS, "keyboard", "?", Key::Shortcuts),
];

/// A part of the page that the keyboard can be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Region {
    Diagram,
    Hops,
    Editor,
    Files,
    Problems,
}

impl Region {
    /// Where the focus goes.
    pub(crate) fn selector(self) -> &'static str {
        match self {
            Self::Diagram => ".canvas [data-node][tabindex='0']",
            Self::Hops => ".hops summary, .hops button",
            Self::Editor => ".editor",
            Self::Files => ".files [tabindex='0'], .files button",
            Self::Problems => ".problems summary, .problems button",
        }
    }
}
