//! Files for the person: what the page made, as a download.

use js_sys::Array;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::state::files::Files;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = podpathStore, js_name = pack, catch)]
    async fn pack(files: &str) -> Result<JsValue, JsValue>;
}

/// Downloads a text.
pub(crate) fn save_text(name: &str, mime: &str, text: &str) {
    if let Some(blob) = blob_of(text, mime) {
        save_blob(name, &blob);
    }
}

/// Downloads a blob.
pub(crate) fn save_blob(name: &str, blob: &Blob) {
    let Ok(address) = Url::create_object_url_with_blob(blob) else { return };
    let link = gloo::utils::document().create_element("a").ok().and_then(|it| it.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    // The download begins in a later turn.
    gloo::timers::callback::Timeout::new(10_000, move || drop(Url::revoke_object_url(&address))).forget();
}

/// A text as a blob.
pub(crate) fn blob_of(text: &str, mime: &str) -> Option<Blob> {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options).ok()
}

/// Offers all files as one archive; its script is fetched first.
pub(crate) fn save_zip(name: &str, files: &Files) {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let files = serde_json::to_string(&files).unwrap_or_default();
    let name = if name.is_empty() { "podpath.zip".to_owned() } else { format!("{name}.zip") };
    spawn_local(async move {
        let Ok(bytes) = pack(&files).await else { return };
        if let Ok(blob) = Blob::new_with_u8_array_sequence(&Array::of1(&bytes)) {
            save_blob(&name, &blob);
        }
    });
}
