//! The one place behind which the worker stands: it is asked, watched, ended and started again here.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use podpath_order::OrdMap;
use podpath_protocol::{Preset, Suggestion};
use serde_json::Value;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker};
use yew::prelude::*;

use crate::core::asker::{Aside, Asker};
use crate::core::conversation::Conversation;
use crate::core::{Answers, Heard, Question};
use crate::shared::Shared;
use crate::state::files::Files;

#[wasm_bindgen]
extern "C" {
    /// A core of `boot.js`: a worker, or what speaks like one.
    #[wasm_bindgen(js_namespace = podpathCore, js_name = open, catch)]
    fn open_core() -> Result<Worker, JsValue>;
}

/// Time to fetch and start the core.
const START_MS: u32 = 60_000;
/// Time to start it again: its files are here already.
const RESTART_MS: u32 = 10_000;
/// Time for one answer.
const ANSWER_MS: u32 = 5_000;
const SLOW_MS: u32 = 300;
const NOTICE_MS: u32 = 6_000;
const MINUTE_MS: f64 = 60_000.0;
const N_RESTARTS: usize = 3;

/// How the worker is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Health {
    #[default]
    Fine,
    /// It was started again a moment ago.
    Restarted,
    /// It was started again too often, and waits for another text.
    Stuck,
    /// The browser makes none; another text is another try.
    Refused,
}

/// Everything that is known about the newest question, and how the worker is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Core {
    pub(crate) answers: Option<Answers>,
    pub(crate) suggestions: Shared<Vec<Suggestion>>,
    /// The files that they are about.
    pub(crate) suggested_for: Option<Rc<Files>>,
    pub(crate) presets: Shared<Vec<Preset>>,
    pub(crate) is_slow: bool,
    /// The core refused a request, and what it was about may never come.
    pub(crate) has_failed: bool,
    pub(crate) health: Health,
}

pub(crate) enum News {
    Heard(Heard),
    Slow(bool),
    Health(Health),
}

impl Reducible for Core {
    type Action = News;

    fn reduce(self: Rc<Self>, news: News) -> Rc<Self> {
        let old = (*self).clone();
        let new = match news {
            News::Heard(Heard::Answers(answers)) => Self { answers: Some(answers), is_slow: false, ..old },
            News::Heard(Heard::Suggestions { about, suggestions }) => Self {
                suggestions: Shared::or_same(suggestions, Some(&self.suggestions)),
                suggested_for: Some(about),
                ..old
            },
            News::Heard(Heard::Presets(it)) => Self { presets: Shared::or_same(it, Some(&self.presets)), ..old },
            News::Heard(Heard::Failed(_)) => Self { has_failed: true, ..old },
            // Only the one who asked wants to know.
            News::Heard(Heard::Aside { .. }) => old,
            News::Slow(is_slow) => Self { is_slow, ..old },
            News::Health(health) => Self { health, ..old },
        };
        if new == *self { self } else { new.into() }
    }
}

/// A running worker and the talk with it.
#[derive(Default)]
struct Link {
    worker: Option<Worker>,
    listeners: Vec<EventListener>,
    talk: Conversation,
    patience: Option<Timeout>,
    slowness: Option<Timeout>,
    notice: Option<Timeout>,
    restarts: Vec<f64>,
    tell: Callback<News>,
    /// Who waits for the answer to an aside, by its number.
    asked: OrdMap<u64, Callback<Option<Value>>>,
    n_asked: u64,
}

type Shelf = Rc<RefCell<Link>>;

/// Answers to the newest question, and the way to ask others beside it; `known` stands until the first answer.
#[hook]
pub(crate) fn use_core(question: Question, known: Option<&Core>) -> (UseReducerHandle<Core>, Asker) {
    let core = use_reducer_eq(|| known.cloned().unwrap_or_default());
    let link = use_mut_ref(Link::default);
    let question = use_memo(question, Question::clone);
    {
        let (link, dispatcher) = (link.clone(), core.dispatcher());
        use_effect_with((), move |()| {
            link.borrow_mut().tell = Callback::from(move |news| dispatcher.dispatch(news));
            start(&link);
            move || end(&link)
        });
    }
    let asker = {
        let link = link.clone();
        use_memo((), move |()| Asker::new(Callback::from(move |aside| ask_aside(&link, aside))))
    };
    use_effect_with(question, move |question| {
        let is_stuck = link.borrow().worker.is_none();
        let posts = link.borrow_mut().talk.want(question.clone());
        if is_stuck {
            start(&link);
        }
        post(&link, &posts);
        if link.borrow().talk.is_waiting() {
            notice_slowness(&link);
        }
    });
    (core, (*asker).clone())
}

fn ask_aside(link: &Shelf, aside: Aside) {
    let posts = {
        let mut it = link.borrow_mut();
        it.n_asked += 1;
        let number = it.n_asked;
        it.asked.insert(number, aside.on_answer);
        it.talk.ask_aside(number, aside.method, aside.params)
    };
    post(link, &posts);
}

fn start(link: &Shelf) {
    let Ok(worker) = open_core() else { return give_up(link, Health::Refused) };
    let on_message = {
        let link = link.clone();
        EventListener::new(&worker, "message", move |event| {
            let text = event.dyn_ref::<MessageEvent>().and_then(|it| it.data().as_string());
            hear(&link, &text.unwrap_or_default());
        })
    };
    let on_error = {
        let link = link.clone();
        EventListener::new(&worker, "error", move |event| {
            event.prevent_default();
            restart(&link);
        })
    };
    let mut it = link.borrow_mut();
    it.listeners = vec![on_message, on_error];
    it.worker = Some(worker);
    drop(it);
    let is_first = link.borrow().restarts.is_empty();
    watch(link, if is_first { START_MS } else { RESTART_MS });
}

/// Nothing answers any more, until another text is asked about.
fn give_up(link: &Shelf, health: Health) {
    let mut it = link.borrow_mut();
    it.notice = None;
    let tell = it.tell.clone();
    drop(it);
    tell.emit(News::Health(health));
    tell.emit(News::Slow(false));
}

fn end(link: &Shelf) {
    let mut it = link.borrow_mut();
    it.listeners.clear();
    (it.patience, it.slowness) = (None, None);
    if let Some(worker) = it.worker.take() {
        worker.terminate();
    }
}

/// Listeners cannot be dropped while one of them runs, so the worker goes in the next turn.
fn restart(link: &Shelf) {
    let link = link.clone();
    Timeout::new(0, move || {
        end(&link);
        let now = js_sys::Date::now();
        let mut it = link.borrow_mut();
        it.talk = std::mem::take(&mut it.talk).restarted();
        it.restarts.retain(|then| now - then < MINUTE_MS);
        it.restarts.push(now);
        let is_stuck = it.restarts.len() >= N_RESTARTS;
        let tell = it.tell.clone();
        let asked = std::mem::take(&mut it.asked);
        drop(it);
        for it in asked.into_values() {
            it.emit(None);
        }
        if is_stuck {
            return give_up(&link, Health::Stuck);
        }
        tell.emit(News::Health(Health::Restarted));
        link.borrow_mut().notice = Some(Timeout::new(NOTICE_MS, move || tell.emit(News::Health(Health::Fine))));
        start(&link);
    })
    .forget();
}

fn hear(link: &Shelf, text: &str) {
    let (heard, posts) = link.borrow_mut().talk.hear(text);
    let tell = link.borrow().tell.clone();
    let is_answer = matches!(heard, Some(Heard::Answers(_)));
    post(link, &posts);
    if !link.borrow().talk.is_waiting() {
        let mut it = link.borrow_mut();
        (it.patience, it.slowness) = (None, None);
        drop(it);
        tell.emit(News::Slow(false));
    }
    if is_answer {
        link.borrow_mut().slowness = None;
        if link.borrow().notice.is_none() {
            tell.emit(News::Health(Health::Fine));
        }
    }
    if let Some(heard) = heard {
        pass_on(link, heard);
    }
}

/// Gives what the core said to the one who asked, or to the page.
fn pass_on(link: &Shelf, heard: Heard) {
    if let Heard::Failed(message) = &heard {
        gloo::console::warn!("the core refused a request:", message.as_str());
    }
    if let Heard::Aside { number, result } = heard {
        let asked = link.borrow_mut().asked.remove(&number);
        if let Some(on_answer) = asked {
            on_answer.emit(result);
        }
        return;
    }
    let tell = link.borrow().tell.clone();
    tell.emit(News::Heard(heard));
}

fn post(link: &Shelf, posts: &[String]) {
    if posts.is_empty() {
        return;
    }
    let worker = link.borrow().worker.clone();
    for text in posts {
        let sent = worker.as_ref().map(|it| it.post_message(&JsValue::from_str(text)));
        debug_assert!(sent.is_none_or(|it| it.is_ok()), "a text can always be posted");
    }
    watch(link, ANSWER_MS);
    notice_slowness(link);
}

/// Says so when the answer takes its time, whatever the worker is busy with.
fn notice_slowness(link: &Shelf) {
    let is_news = link.borrow().worker.is_some() && link.borrow().slowness.is_none();
    if is_news {
        let tell = link.borrow().tell.clone();
        link.borrow_mut().slowness = Some(Timeout::new(SLOW_MS, move || tell.emit(News::Slow(true))));
    }
}

fn watch(link: &Shelf, ms: u32) {
    let timer = {
        let link = link.clone();
        Timeout::new(ms, move || restart(&link))
    };
    link.borrow_mut().patience = Some(timer);
}
