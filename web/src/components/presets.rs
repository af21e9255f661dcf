//! The pieces of a platform, as files to add.

use podpath_order::Gather;
use podpath_protocol::{Locale, Preset};
use yew::prelude::*;

use super::icon::icon;
use crate::state::Action;
use crate::state::files::Files;
use crate::words;

/// Each on a button that adds it.
pub(crate) fn preset_list(presets: &[Preset], locale: Locale, on_action: &Callback<Action>) -> Html {
    let row = |preset: &Preset| {
        let files: Files =
            preset.files.iter().map(|(path, text)| (path.as_str().into(), text.as_str().into())).gather();
        let is_here = files.is_empty();
        let names = preset.files.keys().map(|it| crate::rich::file_name(it)).collect::<Vec<_>>().join(", ");
        let names = if is_here { words::PRESET_HERE.text(locale).to_string() } else { names };
        let onclick = on_action.reform(move |_: MouseEvent| Action::Add { files: files.clone() });
        html! { <button class="menu-item two" {onclick} disabled={is_here} data-preset={preset.name.clone()}>{ icon("config") }<span><b>{ preset.title.clone() }</b><small>{ names }</small></span></button> }
    };
    html! {
        <>
            <h2 class="pop-title">{ words::PRESETS.text(locale) }</h2>
            <p class="pop-say">{ words::PRESETS_SAY.text(locale) }</p>
            { for presets.iter().map(row) }
        </>
    }
}
