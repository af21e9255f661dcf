//! A dialog over the whole page. The browser's own dialog keeps the focus inside and gives it back.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct OverlayProps {
    pub(crate) label: AttrValue,
    #[prop_or_default]
    pub(crate) class: Classes,
    pub(crate) children: Html,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn Overlay(props: &OverlayProps) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            let before = gloo::utils::document().active_element();
            let dialog = dialog.cast::<HtmlDialogElement>();
            let shown = dialog.as_ref().map(HtmlDialogElement::show_modal);
            debug_assert!(shown.is_none_or(|it| it.is_ok()), "a dialog that is shut can be opened");
            move || {
                if let Some(dialog) = dialog {
                    dialog.close();
                }
                crate::browser::give_focus(before);
            }
        });
    }
    let oncancel = props.on_close.reform(|event: Event| event.prevent_default());
    // A click on the ground hits the dialog itself; a click on the sheet hits something inside.
    let onclick = {
        let (dialog, on_close) = (dialog.clone(), props.on_close.clone());
        Callback::from(move |event: MouseEvent| {
            if event.target() == dialog.get().map(Into::into) {
                on_close.emit(());
            }
        })
    };
    html! {
        <dialog class="overlay" aria-label={props.label.clone()} ref={dialog} {oncancel} {onclick}>
            <div class={classes!("sheet", props.class.clone())}>{ props.children.clone() }</div>
        </dialog>
    }
}
