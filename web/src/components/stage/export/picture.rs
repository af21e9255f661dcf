//! The SVG as a PNG at twice its size, painted by the browser's own canvas.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, Url};

use crate::browser::save;

const SCALE: u32 = 2;

/// Downloads it.
pub(super) fn save(svg: &str) {
    let svg = themed(svg);
    spawn_local(async move {
        if let Ok(blob) = painted(&svg).await {
            save::save_blob("podpath.png", &blob);
        }
    });
}

/// Puts it into the clipboard.
pub(super) fn copy(svg: &str, done: impl FnOnce() + 'static) {
    let svg = themed(svg);
    // The promise of the picture is handed over at once: some browsers take pictures only during the click.
    let blob = wasm_bindgen_futures::future_to_promise(async move { painted(&svg).await.map(JsValue::from) });
    spawn_local(async move {
        if write(&blob).await.is_ok() {
            done();
        }
    });
}

async fn write(blob: &Promise) -> Result<(), JsValue> {
    let parts = Object::new();
    Reflect::set(&parts, &"image/png".into(), blob)?;
    let class: Function = Reflect::get(&gloo::utils::window(), &"ClipboardItem".into())?.dyn_into()?;
    let item = Reflect::construct(&class, &Array::of1(&parts))?;
    let clipboard = gloo::utils::window().navigator().clipboard();
    let write: Function = Reflect::get(&clipboard, &"write".into())?.dyn_into()?;
    let promise: Promise = write.call1(&clipboard, &Array::of1(&item))?.dyn_into()?;
    JsFuture::from(promise).await.map(drop)
}

/// The colours of the page's theme instead of those of the system.
fn themed(svg: &str) -> String {
    let root = gloo::utils::document().document_element();
    let is_dark = root.and_then(|it| it.get_attribute("data-theme")).as_deref() == Some("dark");
    svg.replace("(prefers-color-scheme:dark)", if is_dark { "all" } else { "not all" })
}

async fn painted(svg: &str) -> Result<Blob, JsValue> {
    let source = save::blob_of(svg, "image/svg+xml").ok_or(JsValue::NULL)?;
    let address = Url::create_object_url_with_blob(&source)?;
    let image = HtmlImageElement::new()?;
    image.set_src(&address);
    let loaded = JsFuture::from(image.decode()).await;
    let blob = match loaded {
        Ok(_) => paint(&image).await,
        Err(error) => Err(error),
    };
    Url::revoke_object_url(&address)?;
    blob
}

async fn paint(image: &HtmlImageElement) -> Result<Blob, JsValue> {
    let canvas: HtmlCanvasElement = gloo::utils::document().create_element("canvas")?.dyn_into()?;
    let (width, height) = (image.natural_width() * SCALE, image.natural_height() * SCALE);
    canvas.set_width(width);
    canvas.set_height(height);
    let context: CanvasRenderingContext2d = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.dyn_into()?;
    context.draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, f64::from(width), f64::from(height))?;
    let promise = Promise::new(&mut |resolve, reject| {
        let heard = Closure::once_into_js(move |blob: JsValue| drop(resolve.call1(&JsValue::NULL, &blob)));
        if canvas.to_blob(heard.unchecked_ref()).is_err() {
            let _ = reject.call0(&JsValue::NULL);
        }
    });
    JsFuture::from(promise).await?.dyn_into()
}
