//! The editor: CodeMirror shows the open file; what it tells becomes actions. Typing waits for nothing here.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use podpath_protocol::Locale;
use web_sys::Element;
use yew::prelude::*;

use crate::editor::{Editor, Marks, Told, changes_in};
use crate::rich::file_name;
use crate::state::files::{Files, Text, byte_of_unit};
use crate::state::{Action, Target};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct EditorPaneProps {
    pub(crate) files: Rc<Files>,
    pub(crate) path: Text,
    /// Counts texts from elsewhere.
    pub(crate) written: u32,
    pub(crate) target: Option<Rc<Target>>,
    /// `None` while the answer is about an older text: the editor moves the old ones along.
    pub(crate) marks: Option<Rc<Marks>>,
    pub(crate) locale: Locale,
    pub(crate) on_fix: Callback<usize>,
    pub(crate) on_hop: Callback<usize>,
    pub(crate) on_action: Callback<Action>,
}

/// New errors wait so long after a key, so that half a word is not red.
const CALM_MS: f64 = 400.0;

/// What the callbacks of CodeMirror need to know of the newest state.
#[derive(Default)]
struct Desk {
    editor: Option<Editor>,
    files: Rc<Files>,
    path: Text,
    typed_at: f64,
    timer: Option<Timeout>,
}

impl Desk {
    fn text(&self) -> Text {
        self.files.get(&self.path).cloned().unwrap_or_default()
    }
}

#[component]
pub(crate) fn EditorPane(props: &EditorPaneProps) -> Html {
    let host = use_node_ref();
    let desk = use_mut_ref(Desk::default);
    {
        let mut desk = desk.borrow_mut();
        desk.files = props.files.clone();
        desk.path = props.path.clone();
    }
    let on_told = use_callback((props.on_fix.clone(), props.on_hop.clone(), props.on_action.clone()), {
        let desk = desk.clone();
        move |told, (on_fix, on_hop, on_action)| match told {
            Told::Fix(index) => on_fix.emit(index),
            Told::Hop(number) => on_hop.emit(number),
            other => tell(&desk, other, on_action),
        }
    });
    use_editor(&desk, &host, on_told);
    use_text(&desk, props);
    use_marks(&desk, props);
    let label = words::EDITOR.with(props.locale, &[&file_name(&props.path)]);
    html! { <div class="editor" role="region" aria-label={label} ref={host} /> }
}

fn tell(desk: &Rc<RefCell<Desk>>, told: Told, on_action: &Callback<Action>) {
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
        Told::Fix(_) | Told::Hop(_) => {}
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

#[hook]
fn use_editor(desk: &Rc<RefCell<Desk>>, host: &NodeRef, on_told: Callback<Told>) {
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
fn use_text(desk: &Rc<RefCell<Desk>>, props: &EditorPaneProps) {
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

#[hook]
fn use_marks(desk: &Rc<RefCell<Desk>>, props: &EditorPaneProps) {
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
