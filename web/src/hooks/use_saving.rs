//! Saves a moment after the last change, and at once when the page goes away.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::state::{Settings, State};
use crate::storage;

const CALM_MS: u32 = 300;

/// True while the browser keeps what is written.
#[hook]
pub(crate) fn use_saving(state: &Rc<State>) -> bool {
    let is_kept = use_state_eq(|| true);
    let newest = use_mut_ref(|| state.clone());
    let unsaved = use_mut_ref(|| false);
    *newest.borrow_mut() = state.clone();
    use_settings(state.settings.clone());
    let save = {
        let (is_kept, newest, unsaved) = (is_kept.setter(), newest.clone(), unsaved.clone());
        move || save_now(&newest, &unsaved, &is_kept)
    };
    {
        let save = save.clone();
        use_effect_with((), move |()| {
            let document = gloo::utils::document();
            let on_hide = EventListener::new(&gloo::utils::window(), "pagehide", {
                let save = save.clone();
                move |_| save()
            });
            let on_change = EventListener::new(&document, "visibilitychange", move |_| save());
            move || drop((on_hide, on_change))
        });
    }
    let files = Rc::as_ptr(&state.files) as usize;
    let key = (state.name.clone(), files, state.draft.clone(), state.open().cloned());
    use_effect_with(key, move |_| {
        *unsaved.borrow_mut() = true;
        let timer = Timeout::new(CALM_MS, save);
        move || drop(timer)
    });
    *is_kept
}

#[hook]
fn use_settings(settings: Rc<Settings>) {
    use_effect_with(settings, |settings| {
        storage::save_settings(settings);
    });
}

fn save_now(newest: &Rc<RefCell<Rc<State>>>, unsaved: &Rc<RefCell<bool>>, is_kept: &UseStateSetter<bool>) {
    if unsaved.replace(false) {
        let saved = storage::save_workspace(&newest.borrow());
        is_kept.set(saved.is_some());
    }
}
