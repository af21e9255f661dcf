//! Files, folders, archives and addresses that a person opens: read here, judged in `state::intake`.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Uint8Array};
use podpath_order::Order;
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    ClipboardEvent, DataTransfer, Event, File, FileSystemDirectoryEntry, FileSystemDirectoryReader, FileSystemEntry,
    FileSystemFileEntry, HtmlInputElement,
};

use crate::state::Action;
use crate::state::files::Files;
use crate::state::intake::{self, Intake, Reason, is_manifest};

/// Folders hold more than manifests; what is not looked at does not count.
const MOST_ENTRIES: usize = 20_000;
const MOST_DEPTH: usize = 32;
/// What is unpacked.
const ARCHIVES: [&str; 4] = [".zip", ".tgz", ".tar.gz", ".gz"];

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = podpathStore, js_name = unpack, catch)]
    async fn unpack_text(name: &str, bytes: &Uint8Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = podpathStore, js_name = source, catch)]
    async fn source_text(address: &str) -> Result<JsValue, JsValue>;
}

/// What the script of the archives gives.
#[derive(Default, Deserialize)]
struct Unpacked {
    files: Vec<(String, String)>,
    refused: Vec<(String, String)>,
}

impl Unpacked {
    fn put(self, intake: &mut Intake) {
        self.files.iter().for_each(|(path, text)| intake.take(path, text));
        self.refused.iter().for_each(|(path, reason)| intake.refuse(path, Reason::named(reason)));
    }
}

/// The text of a paste, when it is manifests.
pub(crate) fn pasted(event: &Event, files: &Files) -> Option<Action> {
    let text = event.dyn_ref::<ClipboardEvent>()?.clipboard_data()?.get_data("text").ok()?;
    intake::looks_like_manifests(&text).then(|| Action::Take(intake::pasted(&text, files)))
}

/// Reads what was chosen in a file field.
pub(crate) fn read_chosen(input: &HtmlInputElement, done: impl FnOnce(Action) + 'static) {
    let Some(list) = input.files() else { return };
    let files: Vec<(String, File)> =
        (0..list.length()).filter_map(|at| list.get(at)).map(|it| (relative_path(&it), it)).collect();
    spawn_local(async move { done(Action::Take(read_all(files).await)) });
}

/// Reads what was dropped or pasted: files, and folders to their depth; else the text.
pub(crate) fn read_dropped(data: &DataTransfer, done: impl FnOnce(Action) + 'static) -> bool {
    let items = data.items();
    let entries: Vec<FileSystemEntry> = (0..items.length())
        .filter_map(|at| items.get(at))
        .filter_map(|it| it.webkit_get_as_entry().ok().flatten())
        .collect();
    let list = data.files().filter(|_| entries.is_empty());
    let files: Vec<File> = list.map(|it| (0..it.length()).filter_map(|at| it.get(at)).collect()).unwrap_or_default();
    let text = data.get_data("text").unwrap_or_default();
    if entries.is_empty() && files.is_empty() && !intake::looks_like_manifests(&text) {
        return false;
    }
    spawn_local(async move {
        if entries.is_empty() && files.is_empty() {
            return done(Action::Take(intake::pasted(&text, &Files::new())));
        }
        let single = files.into_iter().map(|it| (it.name(), it));
        let all = files_below(entries).await.into_iter().chain(single).collect();
        done(Action::Take(read_all(all).await));
    });
    true
}

/// Reads what stands at an address.
pub(crate) fn read_address(address: String, done: impl FnOnce(Action) + 'static) {
    spawn_local(async move {
        let mut intake = Intake::default();
        unpacked(source_text(&address).await).put(&mut intake);
        done(Action::Take(intake));
    });
}

fn unpacked(value: Result<JsValue, JsValue>) -> Unpacked {
    let text = value.ok().and_then(|it| it.as_string());
    text.and_then(|it| crate::json::read(&it).ok()).unwrap_or_default()
}

/// In a chosen folder the path below it, its own name first.
fn relative_path(file: &File) -> String {
    let path =
        js_sys::Reflect::get(file, &"webkitRelativePath".into()).ok().and_then(|it| it.as_string()).unwrap_or_default();
    if path.is_empty() { file.name() } else { path }
}

/// What a person chose by name is opened or refused with a reason; what a folder holds beside manifests is passed over.
async fn read_all(files: Vec<(String, File)>) -> Intake {
    let mut intake = Intake::default();
    for (path, file) in files {
        let is_chosen = !path.contains('/');
        let is_archive = ARCHIVES.iter().any(|it| path.to_ascii_lowercase().ends_with(it));
        if !(is_manifest(&path) || is_chosen) {
            continue;
        }
        if intake.is_full(file.size()) {
            intake.refuse(&path, Reason::Size);
        } else if is_archive {
            let bytes = JsFuture::from(file.array_buffer()).await.map(|it| Uint8Array::new(&it)).unwrap_or_default();
            unpacked(unpack_text(&path, &bytes).await).put(&mut intake);
        } else {
            read_text(&path, &file, &mut intake).await;
        }
    }
    intake
}

async fn read_text(path: &str, file: &File, intake: &mut Intake) {
    let bytes = JsFuture::from(file.array_buffer()).await.map(|it| Uint8Array::new(&it).to_vec()).unwrap_or_default();
    match String::from_utf8(bytes) {
        Err(_) => intake.refuse(path, Reason::Binary),
        Ok(text) if is_manifest(path) || intake::looks_like_manifests(&text) => intake.take(path, &text),
        Ok(_) => intake.refuse(path, Reason::Kind),
    }
}

async fn files_below(entries: Vec<FileSystemEntry>) -> Vec<(String, File)> {
    let (mut left, mut files) = (entries, Vec::new());
    while let Some(entry) = left.pop() {
        let path = entry.full_path().trim_start_matches('/').to_owned();
        if path.split('/').count() > MOST_DEPTH || files.len() + left.len() > MOST_ENTRIES {
            continue;
        }
        if let Some(folder) = entry.dyn_ref::<FileSystemDirectoryEntry>().filter(|_| entry.is_directory()) {
            left.extend(children(folder).await);
        } else if let Some(file) = entry.dyn_ref::<FileSystemFileEntry>() {
            files.extend(file_of(file).await.map(|it| (path, it)));
        }
    }
    files.order_by(|a, b| a.0.cmp(&b.0));
    files
}

/// A reader gives a folder in portions, the last one empty.
async fn children(folder: &FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader: FileSystemDirectoryReader = folder.create_reader();
    let mut entries = Vec::new();
    loop {
        let portion =
            called(|resolve, reject| reader.read_entries_with_callback_and_callback(resolve, reject).ok()).await;
        let portion: Vec<FileSystemEntry> =
            portion.map(|it| Array::from(&it).iter().filter_map(|it| it.dyn_into().ok()).collect()).unwrap_or_default();
        if portion.is_empty() || entries.len() > MOST_ENTRIES {
            return entries;
        }
        entries.extend(portion);
    }
}

async fn file_of(entry: &FileSystemFileEntry) -> Option<File> {
    called(|resolve, reject| {
        entry.file_with_callback_and_callback(resolve, reject);
        Some(())
    })
    .await
    .and_then(|it| it.dyn_into().ok())
}

/// Waits for a function of the old kind, with two callbacks.
async fn called(call: impl FnOnce(&Function, &Function) -> Option<()>) -> Option<JsValue> {
    let call = Rc::new(RefCell::new(Some(call)));
    let promise = Promise::new(&mut |resolve, reject| {
        if let Some(call) = call.borrow_mut().take() {
            let started = call(&resolve, &reject);
            if started.is_none() {
                let _ = reject.call0(&JsValue::NULL);
            }
        }
    });
    JsFuture::from(promise).await.ok()
}
