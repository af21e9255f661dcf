//! The empty workspace: where manifests come in, and the promise about them.

use podpath_protocol::Locale;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::icon::icon;
use crate::browser::opening;
use crate::state::Action;
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct DropZoneProps {
    pub(crate) locale: Locale,
    pub(crate) on_action: Callback<Action>,
}

#[component]
pub(crate) fn DropZone(props: &DropZoneProps) -> Html {
    let locale = props.locale;
    html! {
        <div class="drop" tabindex="0" role="group" aria-label={words::DROP.text(locale)}>
            <div class="drop-box">
                { icon("folder") }
                <p class="drop-t">{ words::DROP.text(locale) }</p>
                <p class="drop-s">{ words::PRIVACY.text(locale) }</p>
                <div class="drop-b">
                    <OpenButton is_folder={true} {locale} class="line-btn" on_action={props.on_action.clone()}>{ icon("folder") }{ words::OPEN_FOLDER.text(locale) }</OpenButton>
                    <button class="line-btn" onclick={props.on_action.reform(|_: MouseEvent| Action::NewFile)}>{ icon("plus") }{ words::NEW_FILE.text(locale) }</button>
                    <OpenButton is_folder={false} {locale} class="line-btn" on_action={props.on_action.clone()}>{ icon("file") }{ words::OPEN_FILES.text(locale) }</OpenButton>
                </div>
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct OpenButtonProps {
    pub(crate) is_folder: bool,
    pub(crate) locale: Locale,
    pub(crate) class: AttrValue,
    pub(crate) children: Html,
    pub(crate) on_action: Callback<Action>,
}

/// A button with the browser's own file chooser behind it.
#[component]
pub(crate) fn OpenButton(props: &OpenButtonProps) -> Html {
    let input = use_node_ref();
    let onclick = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let onchange = {
        let act = props.on_action.clone();
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let act = act.clone();
            opening::read_chosen(&input, move |action| act.emit(action));
            input.set_value("");
        })
    };
    let word = if props.is_folder { words::OPEN_FOLDER } else { words::OPEN_FILES };
    let accept = (!props.is_folder).then_some(".yaml,.yml,.json,.zip,.tgz,.gz");
    html! {
        <>
            <button class={props.class.clone()} aria-label={word.text(props.locale)} title={word.text(props.locale)} {onclick}>{ props.children.clone() }</button>
            <input type="file" hidden={true} multiple={true} {accept} webkitdirectory={props.is_folder} ref={input} {onchange} data-open={if props.is_folder { "folder" } else { "files" }} />
        </>
    }
}
