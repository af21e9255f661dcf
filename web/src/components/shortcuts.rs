//! The table of keys.

use podpath_protocol::Locale;
use yew::prelude::*;

use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct ShortcutsProps {
    pub(crate) locale: Locale,
}

#[component]
pub(crate) fn Shortcuts(props: &ShortcutsProps) -> Html {
    html! {
        <>
            <h2 class="pop-title">{ words::SHORTCUTS.text(props.locale) }</h2>
            <dl class="keys">
                { for words::KEYS.iter().map(|(keys, does)| html! { <><dt><kbd>{ *keys }</kbd></dt><dd>{ does.text(props.locale) }</dd></> }) }
            </dl>
        </>
    }
}
