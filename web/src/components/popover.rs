//! A panel folded out under its button: it takes the focus, and gives it back when it goes.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::browser::give_focus;

#[derive(Properties, PartialEq)]
pub(crate) struct PopoverProps {
    pub(crate) label: AttrValue,
    #[prop_or_default]
    pub(crate) class: Classes,
    pub(crate) children: Html,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn Popover(props: &PopoverProps) -> Html {
    let panel = use_node_ref();
    {
        let panel = panel.clone();
        use_effect_with((), move |()| {
            let before = gloo::utils::document().active_element();
            if let Some(panel) = panel.cast::<HtmlElement>() {
                let first = panel.query_selector("input, [data-first]").ok().flatten();
                let target = first.and_then(|it| it.dyn_into::<HtmlElement>().ok()).unwrap_or(panel);
                let _ = target.focus();
            }
            move || give_focus(before)
        });
    }
    let onkeydown = use_callback(props.on_close.clone(), |event: KeyboardEvent, on_close| {
        if event.key() == "Escape" {
            event.stop_propagation();
            event.prevent_default();
            on_close.emit(());
        }
    });
    let on_ground = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <>
            <div class="pop-ground" onclick={on_ground} />
            <div class={classes!("pop", props.class.clone())} role="dialog" aria-label={props.label.clone()} tabindex="-1" ref={panel} {onkeydown}>
                { props.children.clone() }
            </div>
        </>
    }
}
