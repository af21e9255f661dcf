//! What lies over the page: palette, share dialog, coach marks.

use std::rc::Rc;

use yew::prelude::*;

use super::{Scene, Wishes, keys};
use crate::components::coach::Coach;
use crate::components::palette::{Palette, PaletteItem};
use crate::components::share::Share;
use crate::hooks::use_window::Width;
use crate::state::{Action, Popover};
use crate::storage;

#[derive(Properties, PartialEq)]
pub(crate) struct OverProps {
    pub(super) scene: Scene,
    pub(super) wishes: Wishes,
}

#[component]
pub(crate) fn Over(props: &OverProps) -> Html {
    let state = &props.scene.state;
    let locale = state.settings.locale;
    let on_close = use_callback(props.wishes.on_action.clone(), |(), act| act.emit(Action::Dismiss));
    match state.popover {
        Some(which @ (Popover::Palette | Popover::Find)) => {
            let start = if which == Popover::Find { "%" } else { "" };
            html! { <OverPalette key={start} {start} scene={props.scene.clone()} wishes={props.wishes.clone()} {on_close} /> }
        }
        Some(Popover::Share) => {
            let on_zip = props.wishes.on_zip.clone();
            html! { <Share name={state.name.clone()} files={state.files.clone()} request={state.draft.asked().cloned()} open={state.open().cloned()} {locale} {on_zip} {on_close} /> }
        }
        _ => html! { <FirstSteps scene={props.scene.clone()} /> },
    }
}

#[derive(Properties, PartialEq)]
struct OverPaletteProps {
    start: &'static str,
    scene: Scene,
    wishes: Wishes,
    on_close: Callback<()>,
}

#[component]
fn OverPalette(props: &OverPaletteProps) -> Html {
    let state = &props.scene.state;
    let recent = use_context::<Recent>().unwrap_or_default();
    let on_pick = {
        let (scene, wishes, recent) = (props.scene.clone(), props.wishes.clone(), recent.clone());
        Callback::from(move |item: PaletteItem| {
            recent.picked(item.key());
            wishes.on_action.emit(Action::Dismiss);
            run(item, &scene, &wishes);
        })
    };
    html! { <Palette files={state.files.clone()} start={props.start} open={state.open().cloned()} recent={recent.keys()} locale={state.settings.locale} {on_pick} on_close={props.on_close.clone()} /> }
}

fn run(item: PaletteItem, scene: &Scene, wishes: &Wishes) {
    match item {
        PaletteItem::Resource { range, .. } | PaletteItem::Found { range, .. } => wishes.on_goto.emit(range),
        PaletteItem::File(path) => wishes.on_action.emit(Action::Keep(path)),
        PaletteItem::Line(line) => {
            let text = scene.state.open().and_then(|it| scene.state.files.get(it).map(|text| (it, text)));
            if let Some((path, text)) = text {
                wishes.on_goto.emit(crate::view::line_range(path, text, line));
            }
        }
        PaletteItem::Command(command) => drop(keys::handle(command.key, scene, wishes)),
    }
}

/// What was picked in the palette on this visit.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent(Rc<std::cell::RefCell<Vec<String>>>);

const N_RECENT: usize = 20;

impl PartialEq for Recent {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Recent {
    fn picked(&self, key: String) {
        let mut keys = self.0.borrow_mut();
        keys.retain(|it| *it != key);
        keys.insert(0, key);
        keys.truncate(N_RECENT);
    }

    fn keys(&self) -> Rc<[String]> {
        self.0.borrow().as_slice().into()
    }
}

#[derive(Properties, PartialEq)]
struct FirstStepsProps {
    scene: Scene,
}

/// The coach marks of a first visit, as long as the example is as it was opened and the browser keeps that they were seen.
#[component]
fn FirstSteps(props: &FirstStepsProps) -> Html {
    let Scene { state, answers, look, .. } = &props.scene;
    let is_wanted = use_state_eq(storage::wants_coach);
    let first_files = use_mut_ref(|| None::<usize>);
    let files = Rc::as_ptr(&state.files) as usize;
    let is_edited = *first_files.borrow_mut().get_or_insert(files) != files;
    let has_path = answers.as_ref().is_some_and(|it| it.trace.is_some());
    let is_shown = *is_wanted && has_path && !state.read_only && state.popover.is_none() && look.width >= Width::Snug;
    let on_end = {
        let is_wanted = is_wanted.setter();
        Callback::from(move |()| {
            storage::end_coach();
            is_wanted.set(false);
        })
    };
    {
        let on_end = on_end.clone();
        use_effect_with(is_edited && *is_wanted, move |ends| {
            if *ends {
                on_end.emit(());
            }
        });
    }
    use_escape(is_shown, on_end.clone());
    html! {
        if is_shown && !is_edited {
            <Coach locale={state.settings.locale} {on_end} />
        }
    }
}

/// Esc ends the first steps wherever the focus is.
#[hook]
fn use_escape(is_shown: bool, on_end: Callback<()>) {
    use_effect_with(is_shown, move |is_shown| {
        let listener = is_shown.then(|| {
            gloo::events::EventListener::new(&gloo::utils::window(), "keydown", move |event| {
                use wasm_bindgen::JsCast;
                if event.dyn_ref::<web_sys::KeyboardEvent>().is_some_and(|it| it.key() == "Escape") {
                    on_end.emit(());
                }
            })
        });
        move || drop(listener)
    });
}
