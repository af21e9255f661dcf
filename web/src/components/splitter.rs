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

/// What a region keeps: the column its buttons and the name of the workspace, the others a few rows.
const fn least(is_column: bool) -> f64 {
    if is_column { 300.0 } else { 80.0 }
}

#[component]
pub(crate) fn Splitter(props: &SplitterProps) -> Html {
    let (property, is_column) = (props.property, props.is_column);
    let bar = use_node_ref();
    {
        let bar = bar.clone();
        use_effect_with(property, move |property| {
            if let Some(pixels) = storage::size(property) {
                browser::set_property(property, Some(pixels));
            }
            if let Some(bar) = bar.cast::<HtmlElement>() {
                tell(&bar, is_column);
            }
        });
    }
    let onfocus = Callback::from(move |event: FocusEvent| tell(&event.target_unchecked_into(), is_column));
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
        // Not the current target: events are heard at the root of the page.
        if let Some(bar) = bar_of(&event) {
            set(property, &bar, is_column, |_, size| size + step);
        }
    });
    let ondblclick = Callback::from(move |_: MouseEvent| {
        browser::set_property(property, None);
        storage::save_size(property, None);
    });
    let (class, orientation) = if is_column { ("splitter column", "vertical") } else { ("splitter", "horizontal") };
    html! { <div {class} role="separator" aria-orientation={orientation} aria-label={props.label.text(props.locale)} aria-valuemin={least(is_column).to_string()} aria-valuenow={least(is_column).to_string()} tabindex="0" ref={bar} {onfocus} {onpointerdown} {onpointermove} {onkeydown} {ondblclick} /> }
}

/// Says the size in pixels to those who do not see it.
fn tell(bar: &HtmlElement, is_column: bool) {
    let Some((_, size)) = extent(bar, is_column) else { return };
    let said = bar.set_attribute("aria-valuenow", &size.round().to_string());
    debug_assert!(said.is_ok(), "the name of the attribute is one");
}

fn bar_of(event: &Event) -> Option<HtmlElement> {
    event.target().and_then(|it| it.dyn_into().ok())
}

/// The region before the bar gets its new size, from where it starts and what it has.
fn set(property: &'static str, bar: &HtmlElement, is_column: bool, size: impl Fn(f64, f64) -> f64) {
    let Some((start, now)) = extent(bar, is_column) else { return };
    let window = gloo::utils::window();
    let most = if is_column { window.inner_width() } else { window.inner_height() }
        .ok()
        .and_then(|it| it.as_f64())
        .unwrap_or(1_000.0)
        * 0.7;
    let pixels = size(start, now).clamp(least(is_column), most.max(least(is_column))).round();
    browser::set_property(property, Some(pixels));
    storage::save_size(property, Some(pixels));
    tell(bar, is_column);
}

/// Where the region before the bar starts, and its size.
fn extent(bar: &HtmlElement, is_column: bool) -> Option<(f64, f64)> {
    let rect = Element::get_bounding_client_rect(&bar.previous_element_sibling()?);
    Some(if is_column { (rect.left(), rect.width()) } else { (rect.top(), rect.height()) })
}
