//! CodeMirror on the page: made once, shown the open file, and told what to draw into it.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use podpath_protocol::Locale;
use serde_json::json;
use web_sys::Element;
use yew::prelude::*;

use crate::components::editor_pane::EditorPaneProps;
use crate::editor::{Editor, Told, changes_in};
use crate::rich::file_name;
use crate::state::Action;
use crate::state::files::{Files, Text, byte_of_unit, units_of_bytes};
use crate::words;

/// New errors wait so long after a key, so that half a word is not red.
const CALM_MS: f64 = 400.0;

/// What the callbacks of CodeMirror need to know of the newest state.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) editor: Option<Editor>,
    pub(crate) files: Rc<Files>,
    pub(crate) path: Text,
    typed_at: f64,
    timer: Option<Timeout>,
}

impl Desk {
    pub(crate) fn text(&self) -> Text {
        self.files.get(&self.path).cloned().unwrap_or_default()
    }
}

/// What is typed, and where the caret is.
pub(crate) fn tell(desk: &Rc<RefCell<Desk>>, told: Told, on_action: &Callback<Action>) {
    match told {
        Told::Changed { path, changes } => {
            let text = {
                let mut desk = desk.borrow_mut();
                desk.typed_at = js_sys::Date::now();
                desk.files.get(&path).cloned().unwrap_or_default()
            };
            let changes = changes_in(&text, changes);
            // Two keys may come between two renderings, so the newest text is kept here too.
            remember(desk, &path, &text, &changes);
            on_action.emit(Action::Edit { file: path, changes });
        }
        Told::Caret { unit, is_person } => {
            let text = desk.borrow().text();
            on_action.emit(Action::Caret(byte_of_unit(&text, unit)));
            if is_person {
                on_action.emit(Action::Leave);
            }
        }
        _ => {}
    }
}

fn remember(desk: &Rc<RefCell<Desk>>, path: &Text, text: &Text, changes: &[crate::state::Change]) {
    let text = changes
        .iter()
        .rev()
        .fold(text.clone(), |text, it| crate::state::files::splice(&text, it.from, it.to, &it.insert).unwrap_or(text));
    let mut desk = desk.borrow_mut();
    Rc::make_mut(&mut desk.files).insert(path.clone(), text);
}

/// Makes the editor.
#[hook]
pub(crate) fn use_editor(desk: &Rc<RefCell<Desk>>, host: &NodeRef, on_told: Callback<Told>) {
    let (desk, host) = (desk.clone(), host.clone());
    let newest = use_mut_ref(|| on_told.clone());
    *newest.borrow_mut() = on_told;
    use_effect_with((), move |()| {
        let told = Callback::from(move |it| {
            let callback = newest.borrow().clone();
            callback.emit(it);
        });
        if let Some(host) = host.cast::<Element>() {
            let editor = Editor::new(&host, &told);
            desk.borrow_mut().editor = editor;
        }
        move || {
            let editor = desk.borrow_mut().editor.take();
            drop(editor);
        }
    });
}

/// Shows the open file, and goes where the page was sent.
#[hook]
pub(crate) fn use_text(desk: &Rc<RefCell<Desk>>, props: &EditorPaneProps) {
    {
        let desk = desk.clone();
        use_effect_with((props.path.clone(), props.written, props.locale), move |(path, _, locale)| {
            let it = desk.borrow();
            let (text, editor) = (it.text(), it.editor.as_ref());
            let label = words::EDITOR.with(*locale, &[&file_name(path)]);
            if let Some(editor) = editor {
                editor.keep(it.files.keys());
                editor.speak(if *locale == Locale::Ko { "ko" } else { "en" });
                editor.show(path, &text, &label);
            }
        });
    }
    let desk = desk.clone();
    use_effect_with((props.target.clone(), props.path.clone()), move |(target, path)| {
        let it = desk.borrow();
        if let (Some(target), Some(editor)) = (target.as_ref().filter(|it| *it.range.file == **path), &it.editor) {
            editor.go(&it.text(), target.range.start.offset as usize, target.range.end.offset as usize);
        }
    });
}

/// Draws what the core found.
#[hook]
pub(crate) fn use_marks(desk: &Rc<RefCell<Desk>>, props: &EditorPaneProps) {
    let desk = desk.clone();
    let key = (props.marks.clone(), props.path.clone(), props.written);
    use_effect_with(key, move |(marks, ..)| {
        let Some(marks) = marks.clone() else { return };
        let wait = CALM_MS - (js_sys::Date::now() - desk.borrow().typed_at);
        let has_error = marks.diagnostics.iter().any(|it| it.severity == "error");
        let draw = {
            let desk = desk.clone();
            move || {
                let it = desk.borrow();
                if let Some(editor) = &it.editor {
                    editor.mark(&it.text(), &marks);
                }
            }
        };
        if has_error && wait > 0.0 {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 400")]
            let timer = Timeout::new(wait as u32, draw);
            desk.borrow_mut().timer = Some(timer);
        } else {
            desk.borrow_mut().timer = None;
            draw();
        }
    });
}

/// Offers the fixes at the caret.
#[hook]
pub(crate) fn use_choice(desk: &Rc<RefCell<Desk>>, props: &EditorPaneProps) {
    let desk = desk.clone();
    let locale = props.locale;
    // An editor that is made anew does not ask again.
    let was_here = use_mut_ref(|| false);
    use_effect_with(props.choice.clone(), move |choice| {
        let it = desk.borrow();
        if !was_here.replace(true) {
            return;
        }
        let (Some(choice), Some(editor)) = (choice, &it.editor) else { return };
        let titles: Vec<&str> = choice.fixes.iter().map(|it| it.title.as_str()).collect();
        let list = json!({ "fixes": titles, "title": words::FIXES_HERE.text(locale) });
        if let [unit] = units_of_bytes(&it.text(), &[choice.at])[..] {
            editor.offer(unit, &list.to_string());
        }
    });
}
