//! What the page hears from outside: the core, the keyboard, the window.

pub(crate) mod use_address;
pub(crate) mod use_core;
pub(crate) mod use_editor;
pub(crate) mod use_embed;
pub(crate) mod use_escape;
pub(crate) mod use_intake;
pub(crate) mod use_keys;
pub(crate) mod use_link;
pub(crate) mod use_names;
pub(crate) mod use_offline;
pub(crate) mod use_saving;
pub(crate) mod use_window;
