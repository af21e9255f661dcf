//! The talk of a frame with the page around it: one handshake by window messages, then a port of its own.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use podpath_protocol::Trace;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, MessagePort, UrlSearchParams, Window};
use yew::prelude::*;

use crate::browser::{set_root, window};
use crate::draft::Draft;
use crate::embed::{Embed, EmbedSettings, Told, VERSION, Wish, changed, read, request_of, said, text_of};
use crate::shared::Shared;
use crate::state::files::Files;
use crate::state::{Action, State};
use crate::{examples, storage};

type Heard = Closure<dyn FnMut(MessageEvent)>;

/// The port to the page around, and what that page knows already.
#[derive(Default)]
struct Link {
    port: Option<(MessagePort, Heard)>,
    /// Files and request as they were last given or told.
    known: Option<(Rc<Files>, Option<String>)>,
}

type Shelf = Rc<RefCell<Link>>;

thread_local! {
    static EMBED: Option<Embed> = of_address();
}

/// The frame that this page is, when another page made it one.
pub(crate) fn embed() -> Option<Embed> {
    EMBED.with(Clone::clone)
}

/// The state to begin with. A frame neither shows what a person keeps in this browser, nor changes it.
pub(crate) fn first_state() -> State {
    match embed() {
        Some(embed) => embed.first_state(&storage::settings(), examples::first),
        None => (*storage::first_state(examples::first)).clone(),
    }
}

fn of_address() -> Option<Embed> {
    let hash = window()?.location().hash().ok()?;
    let pairs = UrlSearchParams::new_with_str(hash.trim_start_matches('#')).ok()?;
    Embed::of(|name| pairs.get(name))
}

/// Takes wishes of the page around, and tells it what changes. Does nothing in a page of its own.
#[hook]
pub(crate) fn use_embed(state: &Rc<State>, trace: Option<&Shared<Trace>>, on_action: &Callback<Action>) {
    let link = use_mut_ref(Link::default);
    let newest = use_mut_ref(|| state.clone());
    *newest.borrow_mut() = state.clone();
    let act = on_action.clone();
    let shelf = link.clone();
    use_effect_with((), move |()| {
        let embed = embed();
        if embed.is_some() {
            set_root("data-embed", "1");
        }
        let listener = embed.and_then(|it| listen(it, shelf, newest, act));
        move || drop(listener)
    });
    let heard = link.clone();
    use_effect_with(trace.cloned(), move |trace| {
        if let Some(trace) = trace {
            tell(&heard, &Told::Verdict(said(trace)));
        }
    });
    let now = (state.files.clone(), request_of(&state.draft));
    use_effect_with(now, move |now| tell_change(&link, now));
}

fn listen(
    embed: Embed,
    link: Shelf,
    state: Rc<RefCell<Rc<State>>>,
    act: Callback<Action>,
) -> Option<[EventListener; 2]> {
    let window = gloo::utils::window();
    let parent = window.parent().ok().flatten().filter(|it| *it != window)?;
    let (around, clicked) = (parent.clone(), link.clone());
    let listener = EventListener::new(&window, "message", move |event| {
        let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
        let is_around = event.source().is_some_and(|it| JsValue::from(it) == *AsRef::<JsValue>::as_ref(&around));
        // A stranger gets no answer, not even a refusal.
        if is_around && embed.trusts(&event.origin()) {
            connect(event, &link, &state, &act);
        }
    });
    let on_click = EventListener::new(&window, "click", move |event| tell_open(event, &clicked));
    hello(&parent);
    Some([listener, on_click])
}

/// The way out of the frame is a link with `data-embed-open`; it works by itself, and is told.
fn tell_open(event: &web_sys::Event, link: &Shelf) {
    let element = event.composed_path().get(0).dyn_into::<web_sys::Element>().ok();
    let out = element.and_then(|it| it.closest("a[data-embed-open]").ok().flatten());
    if let Some(url) = out.and_then(|it| it.get_attribute("href")) {
        tell(link, &Told::Open { url: &url });
    }
}

/// Whoever holds this frame may know that it listens; there is nothing else in this message.
fn hello(parent: &Window) {
    let text = text_of(&Told::Hello { podpath: VERSION });
    let posted = parent.post_message(&JsValue::from_str(&text), "*");
    debug_assert!(posted.is_ok(), "a text can always be posted");
}

/// The first message with a port is the connection; later ones are wishes that go over the port.
fn connect(event: &MessageEvent, link: &Shelf, state: &Rc<RefCell<Rc<State>>>, act: &Callback<Action>) {
    let Some(port) = event.ports().get(0).dyn_into::<MessagePort>().ok() else { return };
    if link.borrow().port.is_some() {
        return;
    }
    let Some(Ok(Wish::Connect(settings))) = event.data().as_string().map(|it| read(&it)) else { return };
    let heard = {
        let (link, state, act) = (link.clone(), state.clone(), act.clone());
        Closure::new(move |event: MessageEvent| hear(&event, &link, &state, &act))
    };
    port.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    link.borrow_mut().port = Some((port, heard));
    take(&settings, link, state, act);
    tell(link, &Told::Ready { podpath: VERSION });
}

fn hear(event: &MessageEvent, link: &Shelf, state: &Rc<RefCell<Rc<State>>>, act: &Callback<Action>) {
    match event.data().as_string().map(|it| read(&it)) {
        Some(Ok(Wish::Set(settings))) => take(&settings, link, state, act),
        Some(Ok(Wish::Connect(_))) => tell(link, &Told::Refused { reason: "connected already" }),
        Some(Err(reason)) => tell(link, &Told::Refused { reason: &reason }),
        None => tell(link, &Told::Refused { reason: "a message is a text of JSON" }),
    }
}

fn take(settings: &EmbedSettings, link: &Shelf, state: &Rc<RefCell<Rc<State>>>, act: &Callback<Action>) {
    let now = state.borrow().clone();
    if let Some(opening) = settings.opening(&now) {
        let request = opening.request.clone().and_then(|it| request_of(&Draft::of(it)));
        link.borrow_mut().known = Some((Rc::new(opening.files.clone()), request));
        act.emit(Action::Open(opening));
    } else if let Some(request) = &settings.request {
        let told = request_of(&(*now.draft).clone().with_pasted(request));
        link.borrow_mut().known = Some((now.files.clone(), told));
        act.emit(Action::Paste(request.clone()));
    }
    if let Some(read_only) = settings.read_only {
        act.emit(Action::ReadOnly(read_only));
    }
    act.emit(Action::Settle(settings.over(&now.settings)));
}

fn tell_change(link: &Shelf, now: &(Rc<Files>, Option<String>)) {
    let old = link.borrow_mut().known.replace(now.clone());
    if old.is_some_and(|it| it != *now) {
        tell(link, &changed(&now.0, now.1.clone()));
    }
}

/// Tells the page around, when there is one that listens.
fn tell(link: &Shelf, told: &Told<'_>) {
    if let Some((port, _)) = &link.borrow().port {
        let posted = port.post_message(&JsValue::from_str(&text_of(told)));
        debug_assert!(posted.is_ok(), "a text can always be posted");
    }
}
