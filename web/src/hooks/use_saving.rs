//! Keeps the workspace: a journal at each key, the database a moment after the last one. What a person wants of the
//! kept workspaces is done here too, since it has to wait for what is being saved.
//!
//! Invariant: at most one save is under way, and the newest state is the next one.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::draft::Draft;
use crate::state::files::{Files, Text, changed};
use crate::state::library::Wish;
use crate::state::undo::Deed;
use crate::state::{Action, Opening, Settings, State};
use crate::storage;
use crate::storage::library::{self, Saved};

const CALM_MS: f64 = 300.0;
/// Who types without a pause is saved nevertheless.
const MOST_MS: f64 = 2_000.0;
/// How often a save under way is looked at.
const BUSY_MS: u32 = 5;
/// A longer change is written to the journal when the page goes away, and not at every key.
const MOST_NOTED: usize = 256 * 1024;

/// What storage holds.
#[derive(Clone, Default, PartialEq)]
struct Kept {
    id: Text,
    /// `None`: not known.
    files: Option<Rc<Files>>,
    name: Text,
    open: Option<Text>,
    draft: Rc<Draft>,
    untouched: bool,
}

impl Kept {
    fn of(state: &State) -> Self {
        Self {
            id: state.id.clone(),
            files: Some(state.files.clone()),
            name: state.name.clone(),
            open: state.open().cloned(),
            draft: state.draft.clone(),
            untouched: state.untouched,
        }
    }
}

struct Keeper {
    newest: Rc<State>,
    kept: Kept,
    /// A copy that nobody has changed yet is not worth a place.
    pristine: Option<Rc<Files>>,
    /// How often texts came from elsewhere, at the last save.
    written: u32,
    timer: Option<Timeout>,
    since: Option<f64>,
    is_busy: bool,
    act: Callback<Action>,
    tell: UseStateSetter<bool>,
}

type Shelf = Rc<RefCell<Keeper>>;

/// Whether the browser keeps what is written, and the page's way to act.
#[hook]
pub(crate) fn use_saving(state: &Rc<State>, act: UseReducerDispatcher<State>) -> (bool, Callback<Action>) {
    let is_kept = use_state_eq(|| true);
    let keeper: Shelf = {
        let (newest, tell) = (state.clone(), is_kept.setter());
        use_mut_ref(move || Keeper {
            kept: Kept::default(),
            pristine: None,
            written: newest.written,
            newest,
            timer: None,
            since: None,
            is_busy: false,
            act: Callback::from(move |action| act.dispatch(action)),
            tell,
        })
    };
    keeper.borrow_mut().newest = state.clone();
    use_settings(state.settings.clone());
    let on_action = use_callback((), {
        let keeper = keeper.clone();
        move |action, ()| act_on(&keeper, action)
    });
    use_leaving(&keeper);
    {
        let keeper = keeper.clone();
        use_effect_with((state.id.clone(), state.stored.clone()), move |_| entered(&keeper));
    }
    let files = Rc::as_ptr(&state.files) as usize;
    let key = (state.id.clone(), state.name.clone(), files, state.draft.clone(), state.open().cloned());
    use_effect_with(key, move |_| changed_now(&keeper));
    (*is_kept, on_action)
}

#[hook]
fn use_settings(settings: Rc<Settings>) {
    use_effect_with(settings, |settings| {
        storage::save_settings(settings);
    });
}

#[hook]
fn use_leaving(keeper: &Shelf) {
    let keeper = keeper.clone();
    use_effect_with((), move |()| {
        let leave = {
            let keeper = keeper.clone();
            move || {
                note(&keeper, usize::MAX);
                save(&keeper);
            }
        };
        let on_hide = EventListener::new(&gloo::utils::window(), "pagehide", {
            let leave = leave.clone();
            move |_| leave()
        });
        let on_change = EventListener::new(&gloo::utils::document(), "visibilitychange", move |_| leave());
        if library::first().is_err() {
            spawn_local(open_late(keeper));
        }
        move || drop((on_hide, on_change))
    });
}

/// The store was slower than the page: its workspace takes the place of an example that nobody touched.
async fn open_late(keeper: Shelf) {
    let Some(opening) = library::first_late().await else { return };
    if keeper.borrow().newest.untouched {
        emit(&keeper, Action::Open(opening));
    }
}

fn emit(keeper: &Shelf, action: Action) {
    let act = keeper.borrow().act.clone();
    act.emit(action);
}

fn act_on(keeper: &Shelf, action: Action) {
    match action {
        Action::Open(opening) if opening.id.is_empty() => {
            let id = id_for_new(&keeper.borrow().newest);
            let keeper = keeper.clone();
            spawn_local(async move {
                flush(&keeper).await;
                emit(&keeper, Action::Open(Opening { id, ..opening }));
            });
        }
        Action::Library(wish) => {
            spawn_local(fulfil(keeper.clone(), wish.clone()));
            emit(keeper, Action::Library(wish));
        }
        Action::Undo => {
            let removed = match keeper.borrow().newest.undo.last().map(|it| it.deed.clone()) {
                Some(Deed::Removed { id, .. }) => Some(id),
                _ => None,
            };
            emit(keeper, Action::Undo);
            if let Some(id) = removed {
                spawn_local(fulfil(keeper.clone(), Wish::Revive(id)));
            }
        }
        other => emit(keeper, other),
    }
}

/// What nobody touched, and what is empty, gives its place away.
fn id_for_new(state: &State) -> Text {
    if state.untouched || state.files.is_empty() { state.id.clone() } else { library::fresh() }
}

async fn fulfil(keeper: Shelf, wish: Wish) {
    flush(&keeper).await;
    let state = keeper.borrow().newest.clone();
    match wish {
        Wish::List => {}
        Wish::Open(id) if id == state.id => emit(&keeper, Action::Dismiss),
        Wish::Open(id) => {
            if let Some(opening) = library::open(&id).await {
                emit(&keeper, Action::Open(opening));
            }
        }
        Wish::Duplicate => emit(&keeper, Action::Open(copy_of(&state))),
        Wish::Delete(id) => delete(&keeper, &state, &id).await,
        Wish::Revive(id) => library::revive(&id).await,
        Wish::History => emit(&keeper, Action::Versions(library::versions(&state.id).await.into())),
        Wish::Restore(key) => {
            if let Some(files) = library::version(&state.id, key).await {
                emit(&keeper, Action::Restore(files));
            }
        }
    }
    emit(&keeper, Action::Listed(library::list().await.into()));
}

fn copy_of(state: &State) -> Opening {
    let taken: Vec<&str> = state.workspaces.iter().map(|it| it.name.as_str()).chain([&*state.name]).collect();
    let numbered = (2..).map(|n| format!("{} {n}", state.name).trim().to_owned());
    let name = numbered.into_iter().find(|it| !taken.contains(&it.as_str())).unwrap_or_default();
    Opening {
        id: library::fresh(),
        name: name.into(),
        files: (*state.files).clone(),
        open: state.open().cloned(),
        request: state.draft.asked().cloned(),
        is_example: false,
        ..Opening::default()
    }
}

/// The open one gives its place to the next, or to an empty one.
async fn delete(keeper: &Shelf, state: &State, id: &Text) {
    library::remove(id).await;
    let name =
        state.workspaces.iter().find(|it| *it.id == **id).map_or_else(Text::default, |it| it.name.as_str().into());
    if *id == state.id {
        let next = state.workspaces.iter().find(|it| *it.id != **id).map(|it| it.id.clone());
        let opening = match next {
            Some(next) => library::open(&next).await,
            None => None,
        };
        let opening = opening.unwrap_or_else(|| Opening { id: library::fresh(), ..Opening::default() });
        emit(keeper, Action::Open(opening));
    }
    emit(keeper, Action::Removed { id: id.clone(), name });
}

/// Another workspace is open: what storage holds of it is known from its reading, and whether it is ours comes later.
fn entered(keeper: &Shelf) {
    let state = keeper.borrow().newest.clone();
    {
        let mut it = keeper.borrow_mut();
        it.written = state.written;
        if it.kept.id != state.id {
            it.kept = match &state.stored {
                Some(files) => Kept { files: Some(files.clone()), ..Kept::of(&state) },
                None => Kept { id: state.id.clone(), ..Kept::default() },
            };
        }
    }
    if state.stored.is_none() {
        return;
    }
    let keeper = keeper.clone();
    spawn_local(async move {
        if !library::is_owned().await {
            fork(&keeper, &state.id);
        }
    });
}

fn fork(keeper: &Shelf, from: &Text) {
    let files = keeper.borrow().newest.files.clone();
    let is_clean = keeper.borrow().kept.files.as_ref().is_some_and(|it| changed(it, &files).is_empty());
    keeper.borrow_mut().pristine = Some(files).filter(|_| is_clean);
    emit(keeper, Action::Fork { from: from.clone(), to: library::fresh() });
}

fn is_dirty(it: &Keeper) -> bool {
    let state = &it.newest;
    let is_known = it.kept.id == state.id && it.kept.files.is_some();
    let is_pristine = it.pristine.as_ref().is_some_and(|it| Rc::ptr_eq(it, &state.files));
    if is_pristine || (!is_known && state.files.is_empty()) {
        return false;
    }
    !is_known
        || it.kept.files.as_ref().is_none_or(|it| !changed(it, &state.files).is_empty())
        || Kept { files: None, ..it.kept.clone() } != Kept { files: None, ..Kept::of(state) }
}

fn changed_now(keeper: &Shelf) {
    if !is_dirty(&keeper.borrow()) {
        return;
    }
    note(keeper, MOST_NOTED);
    let now = js_sys::Date::now();
    let mut it = keeper.borrow_mut();
    let since = *it.since.get_or_insert(now);
    let wait = CALM_MS.min(since + MOST_MS - now).max(0.0);
    let again = keeper.clone();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 300")]
    let timer = Timeout::new(wait as u32, move || save(&again));
    it.timer = Some(timer);
}

/// The files that storage holds, when they are those of this workspace.
fn known(it: &Keeper) -> Option<&Files> {
    it.kept.files.as_deref().filter(|_| it.kept.id == it.newest.id)
}

fn note(keeper: &Shelf, most: usize) {
    let it = keeper.borrow();
    if !is_dirty(&it) {
        return;
    }
    let nothing = Files::new();
    let paths = changed(known(&it).unwrap_or(&nothing), &it.newest.files);
    let size: usize = paths.iter().filter_map(|path| it.newest.files.get(path)).map(|it| it.len()).sum();
    if size <= most {
        library::note(&library::change(&it.newest, known(&it), "typed"));
    }
}

fn save(keeper: &Shelf) {
    spawn_local({
        let keeper = keeper.clone();
        async move { flush(&keeper).await }
    });
}

/// Saves until nothing is left, or the browser refuses. What is under way is waited for.
async fn flush(keeper: &Shelf) {
    while keeper.borrow().is_busy {
        crate::browser::pause(BUSY_MS).await;
    }
    while is_dirty(&keeper.borrow()) && !keeper.borrow().is_busy {
        let (state, change) = {
            let mut it = keeper.borrow_mut();
            (it.timer, it.since, it.is_busy) = (None, None, true);
            let deed = match it.newest.undo.last() {
                _ if it.newest.written == it.written => "typed",
                Some(step) => step.deed.name(),
                None => "undone",
            };
            (it.newest.clone(), library::change(&it.newest, known(&it), deed))
        };
        let saved = library::save(change).await;
        let tell = {
            let mut it = keeper.borrow_mut();
            it.is_busy = false;
            if saved == Saved::Kept {
                (it.kept, it.written, it.pristine) = (Kept::of(&state), state.written, None);
            }
            it.tell.clone()
        };
        tell.set(saved != Saved::Refused);
        match saved {
            // The journal went with the save; what was typed meanwhile gets its line again.
            Saved::Kept => note(keeper, MOST_NOTED),
            Saved::Taken => return fork(keeper, &state.id),
            Saved::Refused => return,
        }
    }
}
