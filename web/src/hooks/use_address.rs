//! Addresses that hold a workspace: what must stay out of them, and how they are made.

use std::rc::Rc;

use podpath_protocol::{Fix, Redaction};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::browser::{deflate, here};
use crate::core::asker::Asker;
use crate::link::{Shared, link};
use crate::state::files::{Files, repaired};

/// What must be left out of the files; `None` until the core has answered about them.
#[hook]
pub(crate) fn use_redaction(files: &Rc<Files>) -> Option<Rc<Redaction>> {
    let redaction = use_state(|| None::<(usize, Rc<Redaction>)>);
    let asker = use_context::<Asker>().unwrap_or_default();
    let setter = redaction.setter();
    let key = Rc::as_ptr(files) as usize;
    use_effect_with(key, move |key| {
        let key = *key;
        let on_answer =
            Callback::from(move |it: Option<Redaction>| setter.set(it.map(|redaction| (key, Rc::new(redaction)))));
        asker.ask("redact", serde_json::json!({}), on_answer);
    });
    redaction.as_ref().filter(|it| it.0 == key).map(|it| it.1.clone())
}

/// The files without the values of their Secrets.
pub(crate) fn redacted(files: &Files, redaction: &Redaction) -> Files {
    let without = Fix { title: String::new(), safe: true, edits: redaction.edits.clone() };
    repaired(files, &[without]).0
}

/// The address of this page with a workspace in it, made anew for every other one; `None` while there is none.
#[hook]
pub(crate) fn use_address(shared: Option<Shared>) -> Option<String> {
    let address = use_state(|| None::<String>);
    let newest = use_mut_ref(|| 0_u32);
    let setter = address.setter();
    use_effect_with(shared, move |shared| {
        *newest.borrow_mut() += 1;
        let (text, number) = (shared.as_ref().map(Shared::text), *newest.borrow());
        spawn_local(async move {
            let packed = match text {
                Some(text) => deflate::pack(text.as_bytes()).await,
                None => None,
            };
            if *newest.borrow() == number {
                setter.set(packed.map(|it| format!("{}#{}", here(), link(&it))));
            }
        });
    });
    (*address).clone()
}
