//! What a request may carry beside its headers: address, server name, certificate, the claims of a token.

use podpath_protocol::{Call, Locale};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::words::{self, Words};

/// A field for each.
pub(crate) fn extras(call: &Call, locale: Locale, on_change: &Callback<Call>) -> Html {
    let typed = |change: fn(Call, Option<String>) -> Call| {
        let call = call.clone();
        on_change.reform(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlInputElement>().value().trim().to_owned();
            change(call.clone(), Some(value).filter(|it| !it.is_empty()))
        })
    };
    let on_certificate = {
        let call = call.clone();
        on_change.reform(move |_: Event| Call { client_certificate: !call.client_certificate, ..call.clone() })
    };
    html! {
        <div class="settings">
            <h2 class="pop-title">{ words::MORE_OF_REQUEST.text(locale) }</h2>
            { field(words::SOURCE_IP, "203.0.113.9", call.source_ip.as_deref(), locale, typed(|call, to| Call { source_ip: to, ..call })) }
            { field(words::SNI, &call.host, call.sni.as_deref(), locale, typed(|call, to| Call { sni: to, ..call })) }
            <label class="switch"><input type="checkbox" checked={call.client_certificate} onchange={on_certificate} />{ words::CLIENT_CERTIFICATE.text(locale) }</label>
            <Claims call={call.clone()} {locale} on_change={on_change.clone()} />
        </div>
    }
}

fn field(word: Words, hint: &str, value: Option<&str>, locale: Locale, oninput: Callback<InputEvent>) -> Html {
    html! { <label>{ word.text(locale) }<input class="field mono" placeholder={hint.to_owned()} value={value.unwrap_or_default().to_owned()} spellcheck="false" {oninput} /></label> }
}

#[derive(Properties, PartialEq)]
struct ClaimsProps {
    call: Call,
    locale: Locale,
    on_change: Callback<Call>,
}

/// The payload of a token as JSON. What is no JSON yet stays in the field and is not asked.
#[component]
fn Claims(props: &ClaimsProps) -> Html {
    let text = use_state_eq({
        let claims = props.call.claims.clone();
        move || claims.map(|it| it.to_string()).unwrap_or_default()
    });
    let is_wrong = !text.trim().is_empty() && read(&text).is_none();
    let oninput = {
        let (text, call, on_change) = (text.setter(), props.call.clone(), props.on_change.clone());
        Callback::from(move |event: InputEvent| {
            let typed = event.target_unchecked_into::<HtmlTextAreaElement>().value();
            if typed.trim().is_empty() || read(&typed).is_some() {
                on_change.emit(Call { claims: read(&typed), ..call.clone() });
            }
            text.set(typed);
        })
    };
    html! {
        <label class="tall">{ words::CLAIMS.text(props.locale) }
            <textarea class="field mono" rows="3" placeholder="{\"sub\": \"me\"}" spellcheck="false" aria-invalid={is_wrong.to_string()} value={(*text).clone()} {oninput} /></label>
    }
}

fn read(text: &str) -> Option<serde_json::Value> {
    crate::json::read::<serde_json::Value>(text).ok().filter(serde_json::Value::is_object)
}
