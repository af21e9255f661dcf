//! Files and folders that a person opens, drops or pastes: only manifests, with one kind of line end.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    ClipboardEvent, DataTransfer, Event, File, FileSystemDirectoryEntry, FileSystemDirectoryReader, FileSystemEntry,
    FileSystemFileEntry, HtmlInputElement,
};

use crate::state::files::{Files, Text};

const ENDINGS: [&str; 3] = [".yaml", ".yml", ".json"];
/// More than this is not read; the rest of what was chosen still is.
const MOST_BYTES: f64 = 20e6;

/// Texts as the editor counts them: lines end in one letter.
pub(crate) fn plain_lines(text: &str) -> Text {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}

fn is_manifest(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    ENDINGS.iter().any(|it| path.ends_with(it))
        && !path.split('/').any(|it| it.starts_with('.') || it == "node_modules")
}

/// A pasted text, when a text was pasted.
pub(crate) fn pasted(event: &Event) -> Option<String> {
    let text = event.dyn_ref::<ClipboardEvent>()?.clipboard_data()?.get_data("text").ok()?;
    let text = plain_lines(&text).to_string();
    (!text.trim().is_empty()).then_some(text)
}

/// Reads what was chosen in a file field.
pub(crate) fn read_chosen(input: &HtmlInputElement, done: impl FnOnce(Files) + 'static) {
    let Some(list) = input.files() else { return };
    let files: Vec<(String, File)> =
        (0..list.length()).filter_map(|at| list.get(at)).map(|it| (relative_path(&it), it)).collect();
    spawn_local(async move { finish(read_all(files).await, done) });
}

/// Reads what was dropped: files, and folders to their depth.
pub(crate) fn read_dropped(data: &DataTransfer, done: impl FnOnce(Files) + 'static) {
    let items = data.items();
    let entries: Vec<FileSystemEntry> = (0..items.length())
        .filter_map(|at| items.get(at))
        .filter_map(|it| it.webkit_get_as_entry().ok().flatten())
        .collect();
    let text = data.get_data("text").unwrap_or_default();
    spawn_local(async move {
        let files = files_below(entries).await;
        if files.is_empty() && !text.trim().is_empty() {
            return done(Files::from([("dropped.yaml".into(), plain_lines(&text))]));
        }
        finish(read_all(files).await, done);
    });
}

fn finish(files: Files, done: impl FnOnce(Files)) {
    if !files.is_empty() {
        done(files);
    }
}

/// In a chosen folder the path below it, its own name first.
fn relative_path(file: &File) -> String {
    let path =
        js_sys::Reflect::get(file, &"webkitRelativePath".into()).ok().and_then(|it| it.as_string()).unwrap_or_default();
    if path.is_empty() { file.name() } else { path }
}

async fn read_all(files: Vec<(String, File)>) -> Files {
    let mut texts = Files::new();
    let mut n_bytes = 0.0;
    let is_single = files.len() == 1;
    for (path, file) in files {
        n_bytes += file.size();
        if n_bytes > MOST_BYTES || !(is_single || is_manifest(&path)) {
            continue;
        }
        if let Some(text) = JsFuture::from(file.text()).await.ok().and_then(|it| it.as_string()) {
            texts.insert(path.into(), plain_lines(&text));
        }
    }
    without_common_root(texts)
}

/// A folder that holds everything says nothing.
fn without_common_root(files: Files) -> Files {
    let root = files.keys().next().and_then(|it| it.split_once('/')).map(|it| format!("{}/", it.0));
    match root {
        Some(root) if files.keys().all(|it| it.starts_with(&root)) => {
            files.into_iter().map(|(path, text)| (path.get(root.len()..).unwrap_or_default().into(), text)).collect()
        }
        _ => files,
    }
}

async fn files_below(entries: Vec<FileSystemEntry>) -> Vec<(String, File)> {
    let (mut left, mut files) = (entries, Vec::new());
    while let Some(entry) = left.pop() {
        let path = entry.full_path().trim_start_matches('/').to_owned();
        if let Some(folder) = entry.dyn_ref::<FileSystemDirectoryEntry>().filter(|_| entry.is_directory()) {
            left.extend(children(folder).await);
        } else if let Some(file) = entry.dyn_ref::<FileSystemFileEntry>() {
            files.extend(file_of(file).await.map(|it| (path, it)));
        }
    }
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
        if portion.is_empty() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_manifests_are_read() {
        assert!(is_manifest("apps/web/server.YAML"));
        assert!(!is_manifest("README.md") && !is_manifest(".github/ci.yaml"));
    }

    #[test]
    fn lines_end_in_one_letter() {
        assert_eq!(&*plain_lines("a\r\nb\rc"), "a\nb\nc");
    }

    #[test]
    fn a_folder_around_everything_is_left_out() {
        let files = Files::from([("shop/a.yaml".into(), "".into()), ("shop/b/c.yaml".into(), "".into())]);
        let names: Vec<Text> = without_common_root(files).into_keys().collect();
        assert_eq!(names, [Text::from("a.yaml"), Text::from("b/c.yaml")]);
    }
}
