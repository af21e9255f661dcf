//! The door to the workspaces that this browser keeps (`web/store`): JSON goes in and out, a refusal is a `None`.

use podpath_order::{Gather, OrdMap};
use podpath_protocol::Call;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use crate::state::files::{Files, Text, changed};
use crate::state::library::{Listed, Version};
use crate::state::{Opening, State, Whence};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = podpathStore, js_name = now, catch)]
    fn first_value() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = podpathStore, js_name = fresh, catch)]
    fn fresh_id() -> Result<String, JsValue>;
    #[wasm_bindgen(js_namespace = podpathStore, js_name = open, catch)]
    async fn open_text(id: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = podpathStore, js_name = owned, catch)]
    async fn owned_value() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = podpathStore, js_name = save, catch)]
    async fn save_text(json: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = podpathStore, js_name = note, catch)]
    fn note_text(json: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = podpathStore, js_name = list, catch)]
    async fn list_text() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = podpathStore, js_name = remove, catch)]
    async fn remove_id(id: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = podpathStore, js_name = revive, catch)]
    async fn revive_id(id: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = podpathStore, js_name = versions, catch)]
    async fn versions_text(id: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = podpathStore, js_name = version, catch)]
    async fn version_text(id: &str, key: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = podpathStore, js_name = first_late, catch)]
    async fn first_text() -> Result<JsValue, JsValue>;
}

/// A workspace as it is kept.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    id: String,
    #[serde(default)]
    name: String,
    files: OrdMap<String, String>,
    #[serde(default)]
    open: Option<String>,
    #[serde(default)]
    request: Option<Call>,
    #[serde(default)]
    untouched: bool,
    /// The journal knew more than the database.
    #[serde(default)]
    unsaved: bool,
}

/// What a workspace is, beside its files.
#[derive(Serialize)]
struct Meta<'a> {
    name: &'a str,
    open: Option<&'a str>,
    request: Option<&'a Call>,
    untouched: bool,
}

/// A change of a workspace; a text that is `None` is gone.
#[derive(Serialize)]
struct Change<'a> {
    id: &'a str,
    meta: Meta<'a>,
    changes: OrdMap<&'a str, Option<&'a str>>,
    deed: &'a str,
    /// The changes are all that there is.
    whole: bool,
}

/// How saving went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saved {
    Kept,
    /// Another tab writes this workspace.
    Taken,
    Refused,
}

/// The workspace of the last visit, as far as it was read in time; `Err`: it was not.
pub(crate) fn first() -> Result<Option<Opening>, ()> {
    let value = first_value().unwrap_or(JsValue::NULL);
    if value.is_undefined() { Err(()) } else { Ok(value.as_string().and_then(|it| read(&it))) }
}

/// The same, whenever it comes.
pub(crate) async fn first_late() -> Option<Opening> {
    read(&first_text().await.ok()?.as_string()?)
}

/// A name for a workspace that no other one has.
pub(crate) fn fresh() -> Text {
    fresh_id().unwrap_or_else(|_| "memory".into()).into()
}

/// Makes a kept workspace the one of this tab.
pub(crate) async fn open(id: &str) -> Option<Opening> {
    read(&open_text(id).await.ok()?.as_string()?)
}

/// False when another tab has the workspace of this one.
pub(crate) async fn is_owned() -> bool {
    owned_value().await.map_or(true, |it| it.as_bool().unwrap_or(true))
}

/// Keeps what is different from `files`, which were kept before.
pub(crate) async fn save(change: String) -> Saved {
    let said = save_text(&change).await.ok().and_then(|it| it.as_string());
    match said.as_deref() {
        Some("saved") => Saved::Kept,
        Some("taken") => Saved::Taken,
        _ => Saved::Refused,
    }
}

/// Writes a change into the journal, before this returns.
pub(crate) fn note(change: &str) -> Option<()> {
    note_text(change).ok()
}

/// What makes the kept files into those of the state, as JSON.
pub(crate) fn change(state: &State, kept: Option<&Files>, deed: &str) -> String {
    let nothing = Files::new();
    let changed = changed(kept.unwrap_or(&nothing), &state.files);
    let change = Change {
        id: &state.id,
        meta: Meta {
            name: &state.name,
            open: state.open().map(AsRef::as_ref),
            request: state.draft.asked(),
            untouched: state.untouched,
        },
        changes: changed.iter().map(|path| (&**path, state.files.get(path).map(AsRef::as_ref))).gather(),
        deed,
        whole: kept.is_none(),
    };
    serde_json::to_string(&change).unwrap_or_default()
}

/// The kept workspaces, the one that was changed last first.
pub(crate) async fn list() -> Vec<Listed> {
    parsed(list_text().await).unwrap_or_default()
}

/// Takes a workspace out of the list; for a day it can be brought back.
pub(crate) async fn remove(id: &str) {
    drop(remove_id(id).await);
}

/// Brings a removed workspace back.
pub(crate) async fn revive(id: &str) {
    drop(revive_id(id).await);
}

/// What a workspace held before its last changes.
pub(crate) async fn versions(id: &str) -> Vec<Version> {
    parsed(versions_text(id).await).unwrap_or_default()
}

/// The files before a change.
pub(crate) async fn version(id: &str, key: u32) -> Option<Files> {
    let files: Option<OrdMap<String, String>> = parsed(version_text(id, f64::from(key)).await)?;
    Some(files?.into_iter().map(|(path, text)| (path.into(), text.into())).gather())
}

fn parsed<T: DeserializeOwned>(value: Result<JsValue, JsValue>) -> Option<T> {
    crate::json::read(&value.ok()?.as_string()?).ok()
}

fn read(json: &str) -> Option<Opening> {
    let stored: Stored = crate::json::read(json).ok()?;
    Some(Opening {
        id: stored.id.into(),
        whence: if stored.unsaved { Whence::Elsewhere } else { Whence::Storage },
        name: stored.name.into(),
        files: stored.files.into_iter().map(|(path, text)| (path.into(), text.into())).gather(),
        open: stored.open.map(Into::into),
        request: stored.request,
        is_example: stored.untouched,
        ..Opening::default()
    })
}
