//! A share link in the address: it is opened once, on the way in and whenever the fragment changes.

use gloo::events::EventListener;
use podpath_protocol::Locale;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::browser::{deflate, forget_fragment, fragment};
use crate::link::{MOST_BYTES, Refusal, Shared, link_in, packed};
use crate::state::Action;
use crate::words;

/// Opens what the address holds; what cannot be opened is told.
#[hook]
pub(crate) fn use_link(locale: Locale, on_action: &Callback<Action>) {
    let act = on_action.clone();
    use_effect_with(locale, move |locale| {
        let locale = *locale;
        open(locale, &act);
        let listener = EventListener::new(&gloo::utils::window(), "hashchange", move |_| open(locale, &act));
        move || drop(listener)
    });
}

fn open(locale: Locale, act: &Callback<Action>) {
    let fragment = fragment();
    let Some(link) = link_in(&fragment).map(str::to_owned) else { return };
    let act = act.clone();
    forget_fragment();
    spawn_local(async move {
        match shared(&link).await {
            Ok(shared) => act.emit(Action::Open(shared.opening())),
            Err(refusal) => act.emit(Action::Refuse(reason(refusal, locale).into())),
        }
    });
}

async fn shared(link: &str) -> Result<Shared, Refusal> {
    let packed = packed(link)?;
    match deflate::unpack(&packed, MOST_BYTES).await {
        Ok(Some(text)) => Shared::read(&text),
        Ok(None) => Err(Refusal::Large),
        Err(_) => Err(Refusal::Broken),
    }
}

fn reason(refusal: Refusal, locale: Locale) -> String {
    match refusal {
        Refusal::Broken => words::LINK_BROKEN.text(locale).to_owned(),
        Refusal::Newer => words::LINK_NEWER.text(locale).to_owned(),
        Refusal::Large => words::LINK_LARGE.with(locale, &[&(MOST_BYTES >> 20)]),
    }
}
