//! Raw deflate by the browser itself, which costs no bytes of the page. Unpacking ends at a limit, so that a small link cannot fill the memory.

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStream, ReadableStreamDefaultReader, ReadableWritablePair};

// Every browser of the last years has them; web-sys holds them for unstable still.
#[wasm_bindgen]
extern "C" {
    type CompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<CompressionStream, JsValue>;

    type DecompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<DecompressionStream, JsValue>;
}

const FORMAT: &str = "deflate-raw";

/// The bytes, packed. `None` where the browser cannot.
pub(crate) async fn pack(bytes: &[u8]) -> Option<Vec<u8>> {
    let through = CompressionStream::new(FORMAT).ok()?;
    gathered(&piped(bytes, through.unchecked_ref())?, usize::MAX).await.ok()?
}

/// The bytes, unpacked; an error when they are not packed so, `None` when there are more than `most`.
pub(crate) async fn unpack(bytes: &[u8], most: usize) -> Result<Option<Vec<u8>>, JsValue> {
    let through = DecompressionStream::new(FORMAT)?;
    let stream = piped(bytes, through.unchecked_ref()).ok_or(JsValue::NULL)?;
    gathered(&stream, most).await
}

fn piped(bytes: &[u8], through: &ReadableWritablePair) -> Option<ReadableStream> {
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes))).ok()?;
    Some(blob.stream().pipe_through(through))
}

async fn gathered(stream: &ReadableStream, most: usize) -> Result<Option<Vec<u8>>, JsValue> {
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let chunk = JsFuture::from(reader.read()).await?;
        if Reflect::get(&chunk, &"done".into())?.is_truthy() {
            return Ok(Some(bytes));
        }
        let chunk: Uint8Array = Reflect::get(&chunk, &"value".into())?.unchecked_into();
        if bytes.len() + chunk.length() as usize > most {
            let ended = reader.cancel();
            drop(JsFuture::from(ended).await);
            return Ok(None);
        }
        bytes.extend(chunk.to_vec());
    }
}
