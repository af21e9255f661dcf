//! The settings: cluster, language, look. All live, no Save.

use std::rc::Rc;

use podpath_protocol::{Locale, Preset};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::presets::preset_list;
use crate::state::settings::{CODE_SIZES, VERSIONS};
use crate::state::{Action, Settings, Theme};
use crate::words::{self, Words};

/// All of them, and the presets.
pub(crate) fn settings_panel(settings: &Rc<Settings>, presets: &[Preset], on_action: &Callback<Action>) -> Html {
    let locale = settings.locale;
    let change = |change: fn(&Settings, &str) -> Settings| {
        let settings = settings.clone();
        on_action.reform(move |value: String| Action::Settle(change(&settings, &value)))
    };
    let versions: Vec<_> = VERSIONS.iter().map(|it| (*it, *it)).collect();
    let languages: Vec<_> = ["en", "ko"].into_iter().zip(words::LANGUAGES).collect();
    let themes = THEMES.iter().zip(words::THEMES).map(|((name, _), word)| (*name, word.text(locale)));
    let themes: Vec<_> = themes.collect();
    let theme = THEMES.iter().find(|it| it.1 == settings.theme).map_or("", |it| it.0);
    let language = if locale == Locale::Ko { "ko" } else { "en" };
    html! {
        <div class="settings">
            <h2 class="pop-title">{ words::CLUSTER.text(locale) }</h2>
            { choice(words::KUBERNETES.text(locale), &versions, &settings.kubernetes, &change(|it, to| Settings { kubernetes: to.into(), ..it.clone() })) }
            <label>{ words::DEFAULT_NAMESPACE.text(locale) }
                <input class="field mono" value={settings.namespace.clone()} spellcheck="false" oninput={typed(&change(|it, to| Settings { namespace: to.into(), ..it.clone() }))} /></label>
            <label title={words::NETWORKS_WHY.text(locale)}>{ words::NETWORKS.text(locale) }
                <input class="field mono" placeholder="10.0.0.0/16" value={settings.networks.clone()} spellcheck="false" oninput={typed(&change(|it, to| Settings { networks: to.into(), ..it.clone() }))} /></label>
            <h2 class="pop-title">{ words::LOOK.text(locale) }</h2>
            { choice(words::LANGUAGE.text(locale), &languages, language, &change(with_language)) }
            { choice(words::THEME.text(locale), &themes, theme, &change(with_theme)) }
            <label>{ words::CODE_SIZE.text(locale) }
                <input type="range" min={CODE_SIZES.start().to_string()} max={CODE_SIZES.end().to_string()} value={settings.code_size.to_string()} oninput={typed(&change(with_size))} /></label>
            { switch(words::MOTION, settings.motion, locale, &change(|it, _| Settings { motion: !it.motion, ..it.clone() })) }
            { switch(words::SINGLE_KEYS, settings.single_keys, locale, &change(|it, _| Settings { single_keys: !it.single_keys, ..it.clone() })) }
            if !presets.is_empty() {
                { preset_list(presets, locale, on_action) }
            }
        </div>
    }
}

const THEMES: [(&str, Theme); 4] =
    [("system", Theme::System), ("light", Theme::Light), ("dark", Theme::Dark), ("contrast", Theme::Contrast)];

fn with_language(settings: &Settings, to: &str) -> Settings {
    Settings { locale: if to == "ko" { Locale::Ko } else { Locale::En }, ..settings.clone() }
}

fn with_theme(settings: &Settings, to: &str) -> Settings {
    let theme = THEMES.iter().find(|it| it.0 == to).map_or(settings.theme, |it| it.1);
    Settings { theme, ..settings.clone() }
}

fn with_size(settings: &Settings, to: &str) -> Settings {
    Settings { code_size: to.parse().unwrap_or(settings.code_size), ..settings.clone() }.tamed()
}

fn choice(
    word: &'static str,
    offers: &[(&'static str, &'static str)],
    now: &str,
    on_change: &Callback<String>,
) -> Html {
    let onchange = on_change.reform(|event: Event| event.target_unchecked_into::<HtmlSelectElement>().value());
    let offer = |(value, name): &(&'static str, &'static str)| html! { <option value={*value} selected={*value == now}>{ *name }</option> };
    html! { <label>{ word }<select class="field" {onchange}>{ for offers.iter().map(offer) }</select></label> }
}

fn switch(word: Words, is_on: bool, locale: Locale, on_change: &Callback<String>) -> Html {
    let onchange = on_change.reform(|_: Event| String::new());
    html! { <label class="switch"><input type="checkbox" checked={is_on} {onchange} />{ word.text(locale) }</label> }
}

fn typed(on_change: &Callback<String>) -> Callback<InputEvent> {
    on_change.reform(|event: InputEvent| event.target_unchecked_into::<HtmlInputElement>().value())
}
