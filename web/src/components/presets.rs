//! The pieces of a platform, as files to add.

use podpath_protocol::{Locale, Preset};
use yew::prelude::*;

use super::icon::icon;
use crate::shared::Shared;
use crate::state::Action;
use crate::state::files::Files;
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct PresetListProps {
    pub(crate) presets: Shared<Vec<Preset>>,
    pub(crate) locale: Locale,
    pub(crate) on_action: Callback<Action>,
}

#[component]
pub(crate) fn PresetList(props: &PresetListProps) -> Html {
    let row = |preset: &Preset| {
        let files: Files =
            preset.files.iter().map(|(path, text)| (path.as_str().into(), text.as_str().into())).collect();
        let is_here = files.is_empty();
        let names = preset.files.keys().map(|it| crate::rich::file_name(it)).collect::<Vec<_>>().join(", ");
        let names = if is_here { words::PRESET_HERE.text(props.locale).to_string() } else { names };
        let onclick = props.on_action.reform(move |_: MouseEvent| Action::Add { files: files.clone() });
        html! { <button class="menu-item two" {onclick} disabled={is_here} data-preset={preset.name.clone()}>{ icon("config") }<span><b>{ preset.title.clone() }</b><small>{ names }</small></span></button> }
    };
    html! {
        <>
            <h2 class="pop-title">{ words::PRESETS.text(props.locale) }</h2>
            <p class="pop-say">{ words::PRESETS_SAY.text(props.locale) }</p>
            { for props.presets.iter().map(row) }
        </>
    }
}
