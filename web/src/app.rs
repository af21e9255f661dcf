//! The page as a whole: the state, the answers to it, and the regions that show both.

mod answer;
mod keys;
mod over;
mod source;

use std::rc::Rc;

use podpath_protocol::{Fix, Locale, Range};
use yew::prelude::*;

use crate::browser::{self, opening, set_property, set_root};
use crate::components::announce::Announce;
use crate::components::embed_bar::EmbedBar;
use crate::components::notices::undo_bar;
use crate::components::phone_tabs::PhoneTabs;
use crate::components::splitter::Splitter;
use crate::components::top_bar::TopBar;
use crate::components::workspaces::Library;
use crate::core::asker::Asker;
use crate::core::{Answers, Question};
use crate::hooks::use_core::{Core, Health, use_core};
use crate::hooks::use_embed::{embed, first_state, use_embed};
use crate::hooks::use_intake::use_intake;
use crate::hooks::use_keys::use_keys;
use crate::hooks::use_link::use_link;
use crate::hooks::use_saving::use_saving;
use crate::hooks::use_window::{Look, use_window};
use crate::state::{Action, Pane, State};
use crate::view::{broken_line, card_of_hop, first_look};
use crate::{examples, words};
use answer::AnswerSide;
use source::SourceSide;

/// What both sides of the page show.
#[derive(Clone, PartialEq)]
struct Scene {
    state: Rc<State>,
    core: Rc<Core>,
    /// The answer to show: the newest, or the last one before a typing error.
    answers: Option<Answers>,
    /// The line of that error.
    half_typed: Option<u32>,
    look: Look,
}

/// What both sides of the page can ask for.
#[expect(clippy::struct_field_names, reason = "callbacks are named so on this page")]
#[derive(Clone, PartialEq)]
struct Wishes {
    on_action: Callback<Action>,
    on_goto: Callback<Range>,
    /// Fixes of the newest answer.
    on_fix: Callback<Vec<Fix>>,
    /// Fixes of the newest answer, to choose one from.
    on_choice: Callback<Vec<Fix>>,
    /// The number of a hop.
    on_hop: Callback<usize>,
    on_replay: Callback<()>,
    on_zip: Callback<()>,
}

/// What is known before the page runs: the build draws the first picture from it.
#[derive(Clone, PartialEq)]
pub(crate) struct Known {
    pub(crate) state: Rc<State>,
    pub(crate) core: Core,
    pub(crate) look: Look,
}

#[derive(Properties, PartialEq)]
pub(crate) struct AppProps {
    #[prop_or_default]
    pub(crate) known: Option<Known>,
}

#[component]
pub(crate) fn App(props: &AppProps) -> Html {
    let known = props.known.as_ref();
    let handle = use_reducer(|| known.map_or_else(first_state, |it| (*it.state).clone()));
    let state = Rc::new((*handle).clone());
    let look = use_window(known.map(|it| it.look));
    let (core, asker) = use_core(question(&state, look), known.map(|it| &it.core));
    let core = Rc::new((*core).clone());
    let (is_kept, on_action) = use_saving(&state, handle.dispatcher());
    let (answers, half_typed) = use_last_good(core.answers.as_ref());
    let scene = Scene { state: state.clone(), core: core.clone(), answers, half_typed, look };
    let wishes = use_wishes(&scene, on_action.clone());
    use_first_suggestion(&state, &core, &on_action);
    let is_about_to_look = use_first_look(&state, core.answers.as_ref(), &on_action);
    use_first_picture(&core, is_about_to_look);
    use_root(&state, look);
    use_keys(keys::handler(&scene, &wishes), state.settings.single_keys);
    use_embed(&state, core.answers.as_ref().and_then(|it| it.trace.as_ref()), &on_action);
    use_link(state.settings.locale, &on_action);
    let recent = use_memo((), |()| over::Recent::default());
    let examples = use_memo((), |()| crate::shared::Shared::new(examples::all()));
    let locale = state.settings.locale;
    let trace = scene.answers.as_ref().and_then(|it| it.trace.clone());
    let check = core.answers.as_ref().map(|it| it.check.clone());
    let n_problems = check.as_ref().map_or(0, |it| it.diagnostics.len());
    let has_errors = check.is_some_and(|it| it.diagnostics.iter().any(|it| it.severity == "error"));
    let undo = state
        .undo
        .last()
        .filter(|_| state.offered)
        .map(|it| undo_bar(&it.deed, locale, &on_action))
        .unwrap_or_default(); // An `Option` that is `None` would take no place, and its siblings would be made anew.
    let (ondragover, ondrop) = use_dropping(&on_action);
    use_intake(&state.files, &on_action);
    let library = Library { open: state.id.clone(), workspaces: state.workspaces.clone() };
    html! {
        <ContextProvider<Asker> context={asker}>
        <ContextProvider<Library> context={library}>
        <div class="page" {ondragover} {ondrop}>
            <a class="skip" href="#verdict-text">{ words::SKIP.text(locale) }</a>
            // In the order of the focus, the answer first; the style sheet says where each stands.
            <div class="app">
                <AnswerSide scene={scene.clone()} wishes={wishes.clone()} examples={(*examples).clone()} />
                <SourceSide scene={scene.clone()} wishes={wishes.clone()} />
                <Splitter property="--w-source" is_column={true} label={words::RESIZE_COLUMN} {locale} />
            </div>
            <TopBar name={state.name.clone()} settings={state.settings.clone()} presets={core.presets.clone()} popover={state.popover} examples={(*examples).clone()} is_kept={(!state.files.is_empty()).then_some(is_kept)} on_zip={wishes.on_zip.clone()} on_action={on_action.clone()} />
            <ContextProvider<over::Recent> context={(*recent).clone()}><over::Over {scene} {wishes} /></ContextProvider<over::Recent>>
            if embed().is_some() {
                <EmbedBar state={state.clone()} {on_action} />
            } else {
                <PhoneTabs pane={state.pane} {n_problems} {has_errors} {locale} {on_action} />
            }
            { undo }
            <Announce {trace} {locale} />
        </div>
        </ContextProvider<Library>>
        </ContextProvider<Asker>>
    }
}

/// What the page asks the core.
pub(crate) fn question(state: &State, look: Look) -> Question {
    Question {
        files: state.files.clone(),
        call: state.draft.asked().cloned(),
        settings: state.settings.clone(),
        size: look.width.size(),
        view: state.sight.view(state.open().map(|it| &**it)),
    }
}

/// The picture that the build drew covers this page until it shows as much, or knows that it will not.
#[hook]
fn use_first_picture(core: &Core, is_about_to_look: bool) {
    use_effect_with((), |()| browser::remove("#first[data-bare]"));
    let is_without_answer = core.has_failed || core.health != Health::Fine;
    let is_drawn = core.suggested_for.is_some() && !is_about_to_look || is_without_answer;
    use_effect_with(is_drawn, |is_drawn| {
        if *is_drawn {
            browser::remove("#first");
        }
    });
}

#[hook]
fn use_wishes(scene: &Scene, on_action: Callback<Action>) -> Wishes {
    let answers = scene.answers.clone();
    let basis = scene.core.answers.as_ref().map(|it| it.question.files.clone());
    let is_small = scene.look.width < crate::hooks::use_window::Width::Snug;
    let on_goto = use_callback((on_action.clone(), is_small), |range, (act, is_small)| {
        act.emit(Action::Goto(range));
        if *is_small {
            act.emit(Action::Pane(Pane::Yaml));
        }
    });
    let on_fix = use_callback((on_action.clone(), basis.clone()), |fixes, (act, basis)| {
        if let Some(basis) = basis.clone() {
            act.emit(Action::Fix { fixes, basis });
        }
    });
    let on_choice = use_callback((on_action.clone(), basis), |fixes, (act, basis)| {
        if let Some(basis) = basis.clone() {
            act.emit(Action::Offer { fixes, basis });
        }
    });
    let on_hop = use_callback((on_action.clone(), answers), |number: usize, (act, answers)| {
        let Some(answers) = answers else { return };
        let hop = answers.trace.as_ref().and_then(|it| it.hops.get(number.checked_sub(1)?));
        let card = card_of_hop(&answers.graph, number).map(|it| it.id.as_str().into());
        let range = hop.and_then(|it| it.range.clone());
        act.emit(Action::Select { card, range });
    });
    let on_replay = use_callback((), |(), ()| crate::components::token::replay());
    let on_zip = use_callback((scene.state.name.clone(), scene.state.files.clone()), |(), (name, files)| {
        crate::browser::save::save_zip(name, files);
    });
    Wishes { on_action, on_goto, on_fix, on_choice, on_hop, on_replay, on_zip }
}

/// A broken document never blanks the picture: the last good answer to the same request stays, and says so.
#[hook]
fn use_last_good(newest: Option<&Answers>) -> (Option<Answers>, Option<u32>) {
    let good = use_mut_ref(|| None::<Answers>);
    let Some(newest) = newest else { return (None, None) };
    let broken = broken_line(&newest.check);
    let kept = good.borrow().clone().filter(|it| {
        it.question.call == newest.question.call
            && it.question.settings == newest.question.settings
            && it.question.size == newest.question.size
    });
    match (broken, kept) {
        (Some(line), Some(kept)) if shares_a_file(&kept, newest) => {
            (Some(Answers { check: newest.check.clone(), ..kept }), Some(line))
        }
        _ => {
            *good.borrow_mut() = Some(newest.clone()).filter(|_| broken.is_none());
            (Some(newest.clone()), None)
        }
    }
}

/// Both answers are about the same workspace.
fn shares_a_file(a: &Answers, b: &Answers) -> bool {
    a.question.files.len() == b.question.files.len() && a.question.files.keys().eq(b.question.files.keys())
}

/// A workspace without a request gets the first one that is worth it.
#[hook]
fn use_first_suggestion(state: &State, core: &Core, on_action: &Callback<Action>) {
    let first = core.suggestions.first().map(|it| it.request.clone());
    let is_about = core.suggested_for.as_ref().is_some_and(|it| Rc::ptr_eq(it, &state.files));
    let wanted = first.filter(|_| state.draft.url.is_empty() && is_about && !state.files.is_empty());
    let is_fresh = use_mut_ref(|| None::<Rc<crate::state::files::Files>>);
    if !state.draft.url.is_empty() {
        *is_fresh.borrow_mut() = Some(state.files.clone());
    }
    let act = on_action.clone();
    let paths = state.files.clone();
    use_effect_with(wanted, move |wanted| {
        // Only once for a set of files: a person may empty the field.
        let is_new = !is_fresh.borrow().as_ref().is_some_and(|it| it.keys().eq(paths.keys()));
        if let Some(call) = wanted.clone().filter(|_| is_new) {
            *is_fresh.borrow_mut() = Some(paths);
            act.emit(Action::Ask(call));
        }
    });
}

/// An example opens where there is something to see; true until it is on the way there.
#[hook]
fn use_first_look(state: &State, newest: Option<&Answers>, on_action: &Callback<Action>) -> bool {
    let is_first = state.untouched && state.target.is_none() && state.caret == 0 && state.tabs.paths.len() == 1;
    let trace =
        newest.filter(|it| is_first && Rc::ptr_eq(&it.question.files, &state.files)).and_then(|it| it.trace.clone());
    let is_about_to_look = trace.as_ref().is_some_and(|it| first_look(it).is_some());
    let act = on_action.clone();
    use_effect_with(trace, move |trace| {
        if let Some(range) = trace.as_ref().and_then(|it| first_look(it)) {
            act.emit(Action::Goto(range));
        }
    });
    is_about_to_look
}

#[hook]
fn use_root(state: &State, look: Look) {
    let lang = if state.settings.locale == Locale::Ko { "ko" } else { "en" };
    let theme = look.theme(state.settings.theme);
    let pane = match state.pane {
        Pane::Path => "path",
        Pane::Yaml => "yaml",
        Pane::Problems => "problems",
        Pane::Why => "why",
        Pane::More => "more",
    };
    let motion = if state.settings.motion { "on" } else { "off" };
    use_effect_with(state.settings.code_size, |size| set_property("--fs-code", Some(f64::from(*size) - 0.5)));
    use_effect_with((lang, theme, pane, motion), |(lang, theme, pane, motion)| {
        set_root("data-motion", motion);
        set_root("lang", lang);
        set_root("data-theme", theme);
        set_root("data-pane", pane);
    });
}

/// The whole page takes files.
#[hook]
fn use_dropping(on_action: &Callback<Action>) -> (Callback<DragEvent>, Callback<DragEvent>) {
    let over = use_callback((), |event: DragEvent, ()| event.prevent_default());
    let dropped = use_callback(on_action.clone(), |event: DragEvent, act| {
        event.prevent_default();
        let act = act.clone();
        if let Some(data) = event.data_transfer() {
            opening::read_dropped(&data, move |action| act.emit(action));
        }
    });
    (over, dropped)
}
