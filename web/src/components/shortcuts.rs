//! The table of keys.

use podpath_protocol::Locale;
use yew::prelude::*;

use crate::words;

/// The keys of `words::KEYS`, and what each does; the focus is in it, so that arrow keys scroll it where it is long.
pub(crate) fn shortcuts(locale: Locale) -> Html {
    html! {
        <>
            <h2 class="pop-title">{ words::SHORTCUTS.text(locale) }</h2>
            <dl class="keys" tabindex="0">
                { for words::KEYS.iter().map(|(keys, does)| html! { <><dt><kbd>{ *keys }</kbd></dt><dd>{ does.text(locale) }</dd></> }) }
            </dl>
        </>
    }
}
