//! The share dialog: a link that holds the files, what it leaves out, and how far it comes.

use std::rc::Rc;

use podpath_protocol::{Call, Locale, Redaction};
use yew::prelude::*;

use super::icon::icon;
use super::overlay::Overlay;
use crate::browser::copy;
use crate::hooks::use_address::{redacted, use_address, use_redaction};
use crate::link::{Reach, Shared, reach};
use crate::state::files::{Files, Text};
use crate::words::{self, counted};

#[derive(Properties, PartialEq)]
pub(crate) struct ShareProps {
    pub(crate) name: Text,
    pub(crate) files: Rc<Files>,
    pub(crate) request: Option<Call>,
    pub(crate) open: Option<Text>,
    pub(crate) locale: Locale,
    pub(crate) on_zip: Callback<()>,
    pub(crate) on_close: Callback<()>,
}

/// What goes into the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Choice {
    with_request: bool,
    read_only: bool,
    with_values: bool,
}

#[component]
pub(crate) fn Share(props: &ShareProps) -> Html {
    let locale = props.locale;
    let choice = use_state_eq(|| Choice { with_request: true, read_only: false, with_values: false });
    // Nothing is linked before it is known which values are secret.
    let redaction = use_redaction(&props.files);
    let address = use_address(redaction.as_deref().map(|it| shared(props, *choice, it)));
    let copied = use_state_eq(|| None::<bool>);
    let choose = |change: fn(Choice) -> Choice| {
        let (choice, copied) = (choice.clone(), copied.setter());
        Callback::from(move |()| {
            choice.set(change(*choice));
            copied.set(None);
        })
    };
    let copy_text = |text: Option<String>, is_embed: bool| {
        let copied = copied.setter();
        Callback::from(move |_: MouseEvent| {
            let copied = copied.clone();
            if let Some(text) = &text {
                copy(text, move || copied.set(Some(is_embed)));
            }
        })
    };
    let shown = address.as_ref().filter(|it| reach(it.len()) != Reach::Nowhere).cloned();
    let word = |is_embed, word: words::Words| {
        if *copied == Some(is_embed) { words::COPIED.text(locale) } else { word.text(locale) }
    };
    html! {
        <Overlay label={words::SHARE_TITLE.text(locale)} class="narrow" on_close={props.on_close.clone()}>
            <header><b>{ words::SHARE_TITLE.text(locale) }</b><span class="grow" />
                <button class="icon-btn" aria-label={words::CLOSE.text(locale)} onclick={props.on_close.reform(|_: MouseEvent| ())}>{ icon("close") }</button></header>
            <p>{ words::SHARE_SAYS.text(locale) }</p>
            <div class="linkbox">
                <input class="mono" readonly=true aria-label={words::LINK.text(locale)} value={shown.clone().unwrap_or_default()} />
                <button class="solid-btn s" disabled={shown.is_none()} onclick={copy_text(shown.clone(), false)}>{ icon("copy") }{ word(false, words::COPY) }</button>
            </div>
            <p class="sub" role="status">{ size_words(address.as_deref(), locale) }</p>
            { secrets(redaction.as_deref(), *choice, locale, &choose(|it| Choice { with_values: !it.with_values, ..it })) }
            <div class="opts">
                { option(words::WITH_REQUEST.text(locale), choice.with_request, &choose(|it| Choice { with_request: !it.with_request, ..it })) }
                { option(words::READ_ONLY.text(locale), choice.read_only, &choose(|it| Choice { read_only: !it.read_only, ..it })) }
            </div>
            <footer>
                <button class="line-btn" disabled={shown.is_none()} onclick={copy_text(shown.as_deref().map(embed_code), true)}>{ word(true, words::COPY_EMBED) }</button>
                <button class="line-btn" onclick={props.on_zip.reform(|_: MouseEvent| ())}>{ icon("download") }{ ".zip" }</button>
            </footer>
        </Overlay>
    }
}

fn option(word: &'static str, is_on: bool, on_toggle: &Callback<()>) -> Html {
    html! { <label><input type="checkbox" checked={is_on} onchange={on_toggle.reform(|_: Event| ())} />{ " " }{ word }</label> }
}

fn secrets(redaction: Option<&Redaction>, choice: Choice, locale: Locale, on_toggle: &Callback<()>) -> Html {
    let n_secrets = redaction.map_or(0, |it| it.secrets as usize);
    if n_secrets == 0 {
        return Html::default();
    }
    let (says, does) = if choice.with_values {
        (words::SECRETS_IN.text(locale).to_owned(), words::LEAVE_OUT)
    } else {
        (counted(locale, n_secrets, words::SECRET_OUT, words::SECRETS_OUT), words::INCLUDE_VALUES)
    };
    html! { <div class="warnbox">{ icon("warning") }<span>{ says }{ " " }<button class="link" onclick={on_toggle.reform(|_: MouseEvent| ())}>{ does.text(locale) }</button></span></div> }
}

fn size_words(address: Option<&str>, locale: Locale) -> String {
    let Some(address) = address else { return String::new() };
    let size = crate::rich::size(address.len());
    match reach(address.len()) {
        Reach::Everywhere => words::LINK_FITS.with(locale, &[&size]),
        Reach::Some => words::LINK_LONG.with(locale, &[&size]),
        Reach::Nowhere => words::LINK_NONE.text(locale).to_owned(),
    }
}

/// A frame needs nothing but the link; the element of `embed/` can do more.
fn embed_code(address: &str) -> String {
    let (page, link) = address.split_once('#').unwrap_or((address, ""));
    format!(
        "<iframe src=\"{page}#embed=1&amp;link={link}\" title=\"Podpath\" width=\"720\" height=\"420\" loading=\"lazy\"></iframe>"
    )
}

fn shared(props: &ShareProps, choice: Choice, redaction: &Redaction) -> Shared {
    let files = if choice.with_values { (*props.files).clone() } else { redacted(&props.files, redaction) };
    Shared {
        request: props.request.clone().filter(|_| choice.with_request),
        open: props.open.as_ref().filter(|_| choice.with_request).map(ToString::to_string),
        read_only: choice.read_only,
        ..Shared::of(&props.name, &files)
    }
}
