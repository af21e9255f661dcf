//! The door to CodeMirror: its positions are UTF-16 units, ours are bytes; both meet here and nowhere else.

use js_sys::Promise;
use podpath_order::Order;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use web_sys::Element;
use yew::Callback;

use crate::state::Change;
use crate::state::files::{Text, byte_of_unit, units_of_bytes};

#[wasm_bindgen]
extern "C" {
    /// One editor in one element.
    type Handle;

    #[wasm_bindgen(js_namespace = podpathEditor, catch)]
    fn create(host: &Element, callbacks: &JsValue) -> Result<Handle, JsValue>;
    #[wasm_bindgen(method)]
    fn show(this: &Handle, path: &str, text: &str, label: &str);
    #[wasm_bindgen(method)]
    fn keep(this: &Handle, paths: &str);
    #[wasm_bindgen(method)]
    fn mark(this: &Handle, marks: &str);
    #[wasm_bindgen(method)]
    fn go(this: &Handle, from: usize, to: usize);
    #[wasm_bindgen(method)]
    fn offer(this: &Handle, at: usize, list: &str);
    #[wasm_bindgen(method)]
    fn speak(this: &Handle, locale: &str);
    #[wasm_bindgen(method)]
    fn destroy(this: &Handle);
}

/// What the editor tells.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Told {
    /// The list refers to the text before it, in UTF-16 units.
    Changed { path: Text, changes: Vec<UnitChange> },
    /// In UTF-16 units; by a person, or because it was sent there.
    Caret { unit: usize, is_person: bool },
    /// The fix of the diagnostic with that number.
    Fix(usize),
    /// The choice with that number.
    Choose(usize),
    /// A click on the number of a hop.
    Hop(usize),
    /// A question about a place; its answer is JSON.
    Ask { method: String, unit: usize, answer: Callback<String> },
    /// Go to what is named, or list who names it.
    Seek { method: String, unit: usize },
    /// A place in any file, as JSON.
    Visit(String),
}

/// A change as CodeMirror says it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct UnitChange {
    from: usize,
    to: usize,
    insert: String,
}

/// The changes in bytes of the text before them.
pub(crate) fn changes_in(text: &str, changes: Vec<UnitChange>) -> Vec<Change> {
    let change =
        |it: UnitChange| Change { from: byte_of_unit(text, it.from), to: byte_of_unit(text, it.to), insert: it.insert };
    changes.into_iter().map(change).collect()
}

/// What is drawn into the text. Places are bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) diagnostics: Vec<DiagnosticMark>,
    /// The word on a button in the text that applies a fix.
    pub(crate) word: &'static str,
    pub(crate) hops: Vec<HopMark>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct DiagnosticMark {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) severity: String,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// What the fix does, where there is one.
    pub(crate) fix: Option<String>,
    /// Its place in the answer.
    pub(crate) index: usize,
    /// A line of its own below the text.
    pub(crate) lens: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct HopMark {
    pub(crate) at: usize,
    pub(crate) number: usize,
    pub(crate) failed: bool,
}

impl Marks {
    /// The same in UTF-16 units of the text.
    fn in_units(&self, text: &str) -> serde_json::Value {
        let mut places: Vec<usize> =
            self.diagnostics.iter().flat_map(|it| [it.from, it.to]).chain(self.hops.iter().map(|it| it.at)).collect();
        places.order();
        places.dedup();
        let units = units_of_bytes(text, &places);
        let unit =
            |byte: usize| places.binary_search(&byte).ok().and_then(|at| units.get(at).copied()).unwrap_or_default();
        let diagnostics: Vec<_> = self
            .diagnostics
            .iter()
            .cloned()
            .map(|it| DiagnosticMark { from: unit(it.from), to: unit(it.to), ..it })
            .collect();
        let hops: Vec<_> = self.hops.iter().map(|it| HopMark { at: unit(it.at), ..*it }).collect();
        serde_json::json!({ "diagnostics": diagnostics, "word": self.word, "hops": hops })
    }
}

/// An editor on the page.
pub(crate) struct Editor {
    handle: Handle,
    _callbacks: Vec<Box<dyn std::any::Any>>,
}

impl Editor {
    /// `None` when the script did not load.
    pub(crate) fn new(host: &Element, on_told: &Callback<Told>) -> Option<Self> {
        let told = on_told.clone();
        let change = Closure::<dyn Fn(String, String)>::new(move |path: String, changes: String| {
            let changes = crate::json::read(&changes).unwrap_or_default();
            told.emit(Told::Changed { path: path.into(), changes });
        });
        let told = on_told.clone();
        let caret =
            Closure::<dyn Fn(usize, bool)>::new(move |unit, is_person| told.emit(Told::Caret { unit, is_person }));
        let told = on_told.clone();
        let fix = Closure::<dyn Fn(usize)>::new(move |index| told.emit(Told::Fix(index)));
        let told = on_told.clone();
        let choose = Closure::<dyn Fn(usize)>::new(move |number| told.emit(Told::Choose(number)));
        let told = on_told.clone();
        let hop = Closure::<dyn Fn(usize)>::new(move |number| told.emit(Told::Hop(number)));
        let told = on_told.clone();
        let ask =
            Closure::<dyn Fn(String, usize) -> Promise>::new(move |method: String, unit| asked(&told, &method, unit));
        let told = on_told.clone();
        let seek = Closure::<dyn Fn(String, usize)>::new(move |method, unit| told.emit(Told::Seek { method, unit }));
        let told = on_told.clone();
        let visit = Closure::<dyn Fn(String)>::new(move |range| told.emit(Told::Visit(range)));
        let callbacks = js_sys::Object::new();
        let pairs: [(&str, &JsValue); 8] = [
            ("change", change.as_ref()),
            ("caret", caret.as_ref()),
            ("fix", fix.as_ref()),
            ("choose", choose.as_ref()),
            ("hop", hop.as_ref()),
            ("ask", ask.as_ref()),
            ("seek", seek.as_ref()),
            ("visit", visit.as_ref()),
        ];
        for (name, closure) in pairs {
            js_sys::Reflect::set(&callbacks, &name.into(), closure).ok()?;
        }
        let handle = create(host, &callbacks).ok()?;
        let kept: Vec<Box<dyn std::any::Any>> = vec![
            Box::new(change),
            Box::new(caret),
            Box::new(fix),
            Box::new(choose),
            Box::new(hop),
            Box::new(ask),
            Box::new(seek),
            Box::new(visit),
        ];
        Some(Self { handle, _callbacks: kept })
    }

    pub(crate) fn show(&self, path: &str, text: &str, label: &str) {
        self.handle.show(path, text, label);
    }

    /// Forgets the history of all other files.
    pub(crate) fn keep<'a>(&self, paths: impl Iterator<Item = &'a Text>) {
        let paths: Vec<&str> = paths.map(|it| &**it).collect();
        self.handle.keep(&serde_json::to_string(&paths).unwrap_or_default());
    }

    pub(crate) fn mark(&self, text: &str, marks: &Marks) {
        self.handle.mark(&marks.in_units(text).to_string());
    }

    /// Puts the caret at a byte and shows it.
    pub(crate) fn go(&self, text: &str, from: usize, to: usize) {
        if let [from, to] = units_of_bytes(text, &[from, to])[..] {
            self.handle.go(from, to);
        }
    }

    /// Shows a list to choose from at a UTF-16 unit.
    pub(crate) fn offer(&self, unit: usize, list: &str) {
        self.handle.offer(unit, list);
    }

    pub(crate) fn speak(&self, locale: &str) {
        self.handle.speak(locale);
    }
}

/// A promise of the answer; it is kept when the callback is called.
fn asked(told: &Callback<Told>, method: &str, unit: usize) -> Promise {
    Promise::new(&mut |resolve, _| {
        let answer = Callback::from(move |json: String| {
            let _ = resolve.call1(&JsValue::NULL, &json.into());
        });
        told.emit(Told::Ask { method: method.to_owned(), unit, answer });
    })
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.handle.destroy();
    }
}
