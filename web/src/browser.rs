//! Small wishes to the browser; a refusal changes nothing.

pub(crate) mod deflate;
pub(crate) mod opening;
pub(crate) mod save;

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Element, HtmlElement, RequestCache, RequestInit, Response, ScrollIntoViewOptions, ScrollLogicalPosition, Window,
};

/// The window; none while the build draws the first picture.
pub(crate) fn window() -> Option<Window> {
    if cfg!(target_arch = "wasm32") { web_sys::window() } else { None }
}

/// Puts a text into the clipboard, then calls back.
pub(crate) fn copy(text: &str, done: impl FnOnce() + 'static) {
    let promise = gloo::utils::window().navigator().clipboard().write_text(text);
    spawn_local(async move {
        if JsFuture::from(promise).await.is_ok() {
            done();
        }
    });
}

/// A text file that lies beside the page.
pub(crate) async fn own_file(name: &str) -> Option<String> {
    let init = RequestInit::new();
    // Its name is the same in every build: the browser asks whether it changed.
    init.set_cache(RequestCache::NoCache);
    let answer = JsFuture::from(gloo::utils::window().fetch_with_str_and_init(name, &init)).await.ok()?;
    let answer: Response = answer.dyn_into().ok().filter(Response::ok)?;
    JsFuture::from(answer.text().ok()?).await.ok()?.as_string()
}

/// Scrolls an element into view, no further than needed.
pub(crate) fn show(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Gives the focus to the first element that fits.
pub(crate) fn focus(selector: &str) {
    let found = gloo::utils::document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Gives the focus to an element that is still there.
pub(crate) fn give_focus(element: Option<Element>) {
    use wasm_bindgen::JsCast;
    if let Some(element) = element.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// The address of this page without its fragment and query.
pub(crate) fn here() -> String {
    let address = gloo::utils::window().location().href().unwrap_or_default();
    let end = address.find(['#', '?']).unwrap_or(address.len());
    address.get(..end).unwrap_or_default().to_owned()
}

/// The fragment of this page's address, without `#`.
pub(crate) fn fragment() -> String {
    gloo::utils::window().location().hash().unwrap_or_default().trim_start_matches('#').to_owned()
}

/// Takes the fragment out of the address, so that a reload shows what is kept and not what was linked.
pub(crate) fn forget_fragment() {
    let window = gloo::utils::window();
    let replaced =
        window.history().and_then(|it| it.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&here())));
    if replaced.is_err() {
        let _ = window.location().set_hash("");
    }
}

/// Sets an attribute of the page's root element.
pub(crate) fn set_root(name: &str, value: &str) {
    let root = gloo::utils::document().document_element();
    let set = root.map(|it| it.set_attribute(name, value));
    debug_assert!(set.is_some_and(|it| it.is_ok()), "the page has a root element");
}

/// Turns an attribute of the page's root element on, or off again.
pub(crate) fn toggle_root(name: &str) {
    let root = gloo::utils::document().document_element();
    let set = root.map(|it| it.toggle_attribute(name));
    debug_assert!(set.is_some_and(|it| it.is_ok()), "the page has a root element");
}

/// Gives a custom property of the style sheet a size, or the style sheet's own again.
pub(crate) fn set_property(name: &str, pixels: Option<f64>) {
    let Some(root) = gloo::utils::document().document_element().and_then(|it| it.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let _ = match pixels {
        Some(pixels) => root.style().set_property(name, &format!("{pixels}px")),
        None => root.style().remove_property(name).map(drop),
    };
}

/// Waits.
pub(crate) async fn pause(ms: u32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        gloo::timers::callback::Timeout::new(ms, move || drop(resolve.call0(&wasm_bindgen::JsValue::NULL))).forget();
    });
    drop(JsFuture::from(promise).await);
}

/// Takes elements out that did not come from this program.
pub(crate) fn remove(selector: &str) {
    if let Some(element) = window().and_then(|it| it.document()?.query_selector(selector).ok()?) {
        element.remove();
    }
}

/// Lets an element light up for a moment.
pub(crate) fn flash(selector: &str) {
    let Some(element) = gloo::utils::document().query_selector(selector).ok().flatten() else { return };
    let _ = element.class_list().add_1("flash");
    gloo::timers::callback::Timeout::new(600, move || drop(element.class_list().remove_1("flash"))).forget();
}

/// Gives the focus back to what had it, a card of the diagram too.
pub(crate) fn give_back_focus(before: Option<Element>) {
    use wasm_bindgen::JsCast;
    let Some(before) = before else { return };
    let _ = match before.dyn_into::<HtmlElement>() {
        Ok(it) => it.focus(),
        Err(it) => it.dyn_into::<web_sys::SvgElement>().map_or(Ok(()), |it| it.focus()),
    };
}
