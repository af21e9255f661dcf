//! The request: method, URL, headers, where it comes from. Every key gives the new answer; there is no run button.

use std::rc::Rc;

use podpath_order::Order;
use podpath_protocol::{From, Graph, Lane, Locale, Ref, Suggestion};
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, HtmlInputElement};
use yew::prelude::*;

use super::extras::extras;
use super::headers::header_rows;
use super::icon::icon;
use super::popover::Popover;
use crate::draft::{Draft, METHODS, shown_parts};
use crate::shared::Shared;
use crate::state::{self, Action};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct RequestProps {
    pub(crate) draft: Rc<Draft>,
    pub(crate) graph: Option<Shared<Graph>>,
    pub(crate) suggestions: Shared<Vec<Suggestion>>,
    pub(crate) locale: Locale,
    pub(crate) headers_open: bool,
    pub(crate) is_slow: bool,
    pub(crate) can_replay: bool,
    pub(crate) on_replay: Callback<()>,
    pub(crate) on_action: Callback<Action>,
}

#[component]
pub(crate) fn Request(props: &RequestProps) -> Html {
    let (locale, draft, act) = (props.locale, &props.draft, &props.on_action);
    let on_headers = act.reform(Action::Headers);
    let n_headers = draft.n_carried();
    let history = use_history(&draft.url, act);
    let on_submit = props.on_replay.reform(|event: SubmitEvent| event.prevent_default());
    html! {
        <form class={classes!("request", props.is_slow.then_some("slow"))} aria-label={words::REQUEST.text(locale)} onsubmit={on_submit} autocomplete="off">
            <div class="reqline">
                { method(draft, locale, act) }
                { url(draft, act, history) }
                <span class="anchor seg-anchor">
                    <button type="button" class="seg" aria-expanded={props.headers_open.to_string()} onclick={act.reform(|_: MouseEvent| Action::Toggle(state::Popover::Headers))}>
                        { words::HEADERS.text(locale) }<span class="n">{ n_headers }</span>
                    </button>
                    if props.headers_open {
                        <Popover label={words::HEADERS.text(locale)} class="right" on_close={act.reform(|()| Action::Dismiss)}>
                            { header_rows(&draft.call.headers, locale, &on_headers) }
                            { extras(&draft.call, locale, &act.reform(Action::Carry)) }
                        </Popover>
                    }
                </span>
                <label class="seg from"><span class="dim">{ words::FROM.text(locale) }</span>{ origin(props) }{ icon("chevron") }</label>
            </div>
            if props.can_replay {
                <button type="submit" class="line-btn play" aria-label={words::REPLAY.text(locale)}>{ icon("play") }<span class="hide-s">{ words::REPLAY.text(locale) }</span></button>
            }
        </form>
    }
}

fn method(draft: &Draft, locale: Locale, act: &Callback<Action>) -> Html {
    let chosen = draft.call.method.as_deref().unwrap_or("GET");
    let onchange = act.reform(|event: Event| Action::Method(value_of(&event)));
    html! {
        <label class="method">
            <select aria-label={words::METHOD.text(locale)} {onchange}>
                { for METHODS.iter().map(|it| html! { <option value={*it} selected={*it == chosen}>{ *it }</option> }) }
            </select>{ icon("chevron") }
        </label>
    }
}

/// The field itself is plain; while it has no focus its parts are shown apart over it.
fn url(draft: &Draft, act: &Callback<Action>, onkeydown: Callback<KeyboardEvent>) -> Html {
    let oninput =
        act.reform(|event: InputEvent| Action::Url(event.target_unchecked_into::<HtmlInputElement>().value()));
    let onpaste = {
        let act = act.clone();
        Callback::from(move |event: Event| {
            let text = event
                .dyn_ref::<ClipboardEvent>()
                .and_then(ClipboardEvent::clipboard_data)
                .and_then(|it| it.get_data("text").ok())
                .unwrap_or_default();
            if text.contains("://") || text.starts_with("curl ") || text.contains('\n') {
                event.prevent_default();
                act.emit(Action::Paste(text));
            }
        })
    };
    let (scheme, host, path) = shown_parts(&draft.url);
    html! {
        <span class="url">
            <input id="url" type="text" inputmode="url" aria-label="URL" placeholder="https://shop.example.kr/" value={draft.url.clone()} spellcheck="false" autocapitalize="off" autocomplete="off" {oninput} {onpaste} {onkeydown} />
            <span class="url-view" aria-hidden="true"><span class="u-s">{ scheme.to_owned() }</span><span class="u-h">{ host.to_owned() }</span><span class="u-p">{ path.to_owned() }</span></span>
        </span>
    }
}

const N_HISTORY: usize = 20;

/// Up in an empty field brings back what was asked before.
#[hook]
fn use_history(url: &str, act: &Callback<Action>) -> Callback<KeyboardEvent> {
    let asked = use_mut_ref(Vec::<String>::new);
    let last = use_mut_ref(String::new);
    let before = std::mem::replace(&mut *last.borrow_mut(), url.to_owned());
    // Only what a person left is worth remembering, not every letter on the way.
    if url.is_empty() && !before.is_empty() {
        let mut asked = asked.borrow_mut();
        asked.retain(|it| *it != before);
        asked.push(before);
        let n_old = asked.len().saturating_sub(N_HISTORY);
        asked.drain(..n_old);
    }
    let (act, is_empty) = (act.clone(), url.is_empty());
    Callback::from(move |event: KeyboardEvent| {
        if !is_empty || event.key() != "ArrowUp" {
            return;
        }
        let last = asked.borrow_mut().pop();
        if let Some(url) = last {
            event.prevent_default();
            act.emit(Action::Url(url));
        }
    })
}

fn value_of(event: &Event) -> String {
    event.target_unchecked_into::<HtmlInputElement>().value()
}

/// Every place that the core drew or suggested as a start.
fn origin(props: &RequestProps) -> Html {
    let locale = props.locale;
    let in_lane = |lane: Lane| -> Vec<(String, From)> {
        let nodes = props.graph.iter().flat_map(|it| it.nodes.iter()).filter(|it| it.lane == lane);
        let mut refs: Vec<&Ref> = nodes.filter_map(|it| it.resource.as_ref()).collect();
        refs.order();
        refs.dedup();
        let from = |it: &Ref| match lane {
            Lane::LoadBalancer => From { load_balancer: Some(it.clone()), ..From::default() },
            _ => From { gateway: Some(it.clone()), ..From::default() },
        };
        refs.into_iter().take(200).map(|it| (it.name.clone(), from(it))).collect()
    };
    let mut pods: Vec<(String, From)> = Vec::new();
    for from in props.suggestions.iter().filter_map(|it| it.request.from.clone()).chain(props.draft.call.from.clone()) {
        if let Some(name) = pod_name(&from).filter(|_| !pods.iter().any(|it| it.1 == from)) {
            pods.push((name, from));
        }
    }
    let groups = [
        (words::LOAD_BALANCERS, in_lane(Lane::LoadBalancer)),
        (words::GATEWAYS, in_lane(Lane::Gateway)),
        (words::PODS, pods),
    ];
    let all: Vec<From> = groups.iter().flat_map(|it| it.1.iter().map(|it| it.1.clone())).collect();
    let chosen = props.draft.call.from.as_ref().filter(|it| it.internet.is_none());
    let onchange = props.on_action.reform(move |event: Event| {
        let at = value_of(&event).parse::<usize>().ok();
        Action::From(at.and_then(|it| all.get(it).cloned()))
    });
    let mut number = 0;
    let mut option = |(name, from): &(String, From)| {
        number += 1;
        html! { <option value={(number - 1).to_string()} selected={Some(from) == chosen}>{ name.clone() }</option> }
    };
    html! {
        <select aria-label={words::FROM.text(locale)} {onchange}>
            <option value="" selected={chosen.is_none()}>{ words::INTERNET.text(locale) }</option>
            { for groups.iter().filter(|it| !it.1.is_empty()).map(|(title, rows)| html! { <optgroup label={title.text(locale)}>{ for rows.iter().map(&mut option) }</optgroup> }) }
        </select>
    }
}

fn pod_name(from: &From) -> Option<String> {
    let pod = from.pod.as_ref()?;
    let label =
        ["app.kubernetes.io/name", "app"].iter().find_map(|it| pod.labels.get(*it)).or(pod.labels.values().next());
    Some(label.map_or_else(|| pod.namespace.clone(), Clone::clone))
}
