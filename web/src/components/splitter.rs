//! The border between two regions: drag it, or move it by arrow keys; a double click gives the first size back.

use podpath_protocol::Locale;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, PointerEvent};
use yew::prelude::*;

use crate::words::Words;
use crate::{browser, storage};

#[derive(Properties, PartialEq)]
pub(crate) struct SplitterProps {
    /// The custom property of the style sheet that holds the size.
    pub(crate) property: &'static str,
    pub(crate) is_column: bool,
    pub(crate) label: Words,
    pub(crate) locale: Locale,
}

const STEP: f64 = 16.0;
const LEAST: f64 = 80.0;

#[component]
pub(crate) fn Splitter(props: &SplitterProps) -> Html {
    let (property, is_column) = (props.property, props.is_column);
    use_effect_with(property, |property| {
        if let Some(pixels) = storage::size(property) {
            browser::set_property(property, Some(pixels));
        }
    });
    let onpointerdown = Callback::from(|event: PointerEvent| {
        if let Some(bar) = bar_of(&event) {
            let _ = bar.set_pointer_capture(event.pointer_id());
            event.prevent_default();
        }
    });
    let onpointermove = Callback::from(move |event: PointerEvent| {
        let Some(bar) = bar_of(&event).filter(|it| it.has_pointer_capture(event.pointer_id())) else { return };
        let pointer = if is_column { event.client_x() } else { event.client_y() };
        set(property, &bar, is_column, |start, _| f64::from(pointer) - start);
    });
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowLeft" | "ArrowUp" => -STEP,
            "ArrowRight" | "ArrowDown" => STEP,
            _ => return,
        };
        event.prevent_default();
        if let Some(bar) = event.current_target().and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
            set(property, &bar, is_column, |_, size| size + step);
        }
    });
    let ondblclick = Callback::from(move |_: MouseEvent| {
        browser::set_property(property, None);
        storage::save_size(property, None);
    });
    let (class, orientation) = if is_column { ("splitter column", "vertical") } else { ("splitter", "horizontal") };
    html! { <div {class} role="separator" aria-orientation={orientation} aria-label={props.label.text(props.locale)} tabindex="0" {onpointerdown} {onpointermove} {onkeydown} {ondblclick} /> }
}

fn bar_of(event: &PointerEvent) -> Option<HtmlElement> {
    event.target().and_then(|it| it.dyn_into().ok())
}

/// The region before the bar gets its new size, from where it starts and what it has.
fn set(property: &'static str, bar: &HtmlElement, is_column: bool, size: impl Fn(f64, f64) -> f64) {
    let Some(region) = bar.previous_element_sibling() else { return };
    let rect = Element::get_bounding_client_rect(&region);
    let window = gloo::utils::window();
    let most = if is_column { window.inner_width() } else { window.inner_height() }
        .ok()
        .and_then(|it| it.as_f64())
        .unwrap_or(1_000.0)
        * 0.7;
    let (start, now) = if is_column { (rect.left(), rect.width()) } else { (rect.top(), rect.height()) };
    let pixels = size(start, now).clamp(LEAST, most).round();
    browser::set_property(property, Some(pixels));
    storage::save_size(property, Some(pixels));
}
