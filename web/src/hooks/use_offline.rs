//! Whether the browser says that there is no network.

use gloo::events::EventListener;
use yew::prelude::*;

use crate::browser::window;

/// True while there is none. Nothing here needs one; a person may wonder all the same.
#[hook]
pub(crate) fn use_offline() -> bool {
    let is_offline = use_state_eq(|| window().is_some_and(|it| !it.navigator().on_line()));
    let setter = is_offline.setter();
    use_effect_with((), move |()| {
        let window = gloo::utils::window();
        let listeners = ["online", "offline"].map(|name| {
            let setter = setter.clone();
            EventListener::new(&window, name, move |_| setter.set(name == "offline"))
        });
        move || drop(listeners)
    });
    *is_offline
}
