//! The headers of the request, a row each.

use podpath_protocol::Locale;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::icon::icon;
use crate::words;

/// Name and value.
pub(crate) type Header = (String, String);

/// The rows, and a button for one more.
pub(crate) fn header_rows(headers: &[Header], locale: Locale, on_change: &Callback<Vec<Header>>) -> Html {
    let changed = |change: fn(&mut [Header], usize, String), at: usize| {
        let headers = headers.to_vec();
        on_change.reform(move |event: InputEvent| {
            let mut headers = headers.clone();
            change(&mut headers, at, event.target_unchecked_into::<HtmlInputElement>().value());
            headers
        })
    };
    let without = |at: usize| {
        let headers = headers.to_vec();
        on_change.reform(move |_: MouseEvent| {
            headers.iter().enumerate().filter(|(it, _)| *it != at).map(|it| it.1.clone()).collect()
        })
    };
    let on_add = {
        let headers = headers.to_vec();
        on_change.reform(move |_: MouseEvent| headers.iter().cloned().chain([Header::default()]).collect())
    };
    let row = |(at, (name, value)): (usize, &Header)| {
        html! {
            <div class="header-row" key={at}>
                <input class="field mono" value={name.clone()} placeholder="x-canary" aria-label={words::HEADER_NAME.text(locale)} spellcheck="false" oninput={changed(set_name, at)} />
                <input class="field mono" value={value.clone()} placeholder="true" aria-label={words::HEADER_VALUE.text(locale)} spellcheck="false" oninput={changed(set_value, at)} />
                <button type="button" class="icon-btn s" aria-label={words::REMOVE_HEADER.with(locale, &[name])} onclick={without(at)}>{ icon("close") }</button>
            </div>
        }
    };
    html! {
        <>
            <h2 class="pop-title">{ words::HEADERS.text(locale) }</h2>
            { for headers.iter().enumerate().map(row) }
            <button type="button" class="menu-item" data-first="" onclick={on_add}>{ icon("plus") }{ words::ADD_HEADER.text(locale) }</button>
        </>
    }
}

fn set_name(headers: &mut [Header], at: usize, name: String) {
    if let Some(header) = headers.get_mut(at) {
        header.0 = name;
    }
}

fn set_value(headers: &mut [Header], at: usize, value: String) {
    if let Some(header) = headers.get_mut(at) {
        header.1 = value;
    }
}
