//! Brand, workspace, saved mark, examples, language, theme, shortcuts.

use std::rc::Rc;

use podpath_protocol::{Locale, Preset};
use yew::prelude::*;

use super::gallery::{Extent, Gallery};
use super::icon::icon;
use super::popover::Popover;
use super::settings_panel::settings_panel;
use super::shortcuts::shortcuts;
use super::workspace_menu::WorkspaceMenu;
use crate::examples::Example;
use crate::hooks::use_offline::use_offline;
use crate::shared::Shared;
use crate::state::files::Text;
use crate::state::{self, Action, Settings, Theme};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct TopBarProps {
    pub(crate) name: Text,
    pub(crate) settings: Rc<Settings>,
    pub(crate) presets: Shared<Vec<Preset>>,
    pub(crate) popover: Option<state::Popover>,
    pub(crate) examples: Shared<Vec<Example>>,
    /// `None` while there is nothing to save.
    pub(crate) is_kept: Option<bool>,
    pub(crate) on_zip: Callback<()>,
    pub(crate) on_action: Callback<Action>,
}

#[component]
pub(crate) fn TopBar(props: &TopBarProps) -> Html {
    let Settings { locale, theme, .. } = *props.settings;
    let settle = |settings: Settings| props.on_action.reform(move |_: MouseEvent| Action::Settle(settings.clone()));
    let (on_language, on_theme) = (settle(props.settings.next_language()), settle(props.settings.next_theme()));
    let is_offline = use_offline();
    let toggle = |it: state::Popover| props.on_action.reform(move |_: MouseEvent| Action::Toggle(it));
    let on_close = props.on_action.reform(|()| Action::Dismiss);
    let on_open = props.on_action.reform(Action::Open);
    let theme_word = words::CHANGE_THEME.with(locale, &[&theme_name(theme).text(locale)]);
    let is_open = |it| props.popover == Some(it);
    html! {
        <header class="top">
            <div class="top-left">
                <span class="brand">{ logo() }<span>{ "Podpath" }</span></span>
                <span class="slash" aria-hidden="true">{ "/" }</span>
                <WorkspaceMenu name={props.name.clone()} {locale} is_open={is_open(state::Popover::Workspace)} on_zip={props.on_zip.clone()} on_action={props.on_action.clone()} />
                if let Some(is_kept) = props.is_kept {
                    { saved(is_kept, locale) }
                }
                if is_offline {
                    <span class="offline" title={words::OFFLINE.text(locale)}>{ icon("offline") }<span>{ words::OFFLINE_SHORT.text(locale) }</span></span>
                }
            </div>
            <div class="top-right">
                <nav class="links">
                    if !props.examples.is_empty() {
                        <span class="anchor">
                            <button class="ghost-btn" aria-expanded={is_open(state::Popover::Examples).to_string()} onclick={toggle(state::Popover::Examples)}>{ icon("spark") }{ words::EXAMPLES.text(locale) }</button>
                            if is_open(state::Popover::Examples) {
                                <Popover label={words::EXAMPLES.text(locale)} class="wide" on_close={on_close.clone()}>
                                    <Gallery examples={props.examples.clone()} extent={Extent::Whole} {locale} {on_open} />
                                </Popover>
                            }
                        </span>
                    }
                </nav>
                <button class="palette-btn" onclick={toggle(state::Popover::Palette)}>{ icon("search") }<span>{ words::PALETTE.text(locale) }</span><kbd>{ "Ctrl K" }</kbd></button>
                <span class="anchor">
                    <button class="chip-btn" aria-label={format!("{} {}", props.settings.kubernetes, words::SETTINGS.text(locale))} title={words::SETTINGS.text(locale)} aria-expanded={is_open(state::Popover::Settings).to_string()} onclick={toggle(state::Popover::Settings)}>{ props.settings.kubernetes.clone() }{ icon("sliders") }</button>
                    if is_open(state::Popover::Settings) {
                        <Popover label={words::SETTINGS.text(locale)} class="right" on_close={on_close.clone()}>
                            { settings_panel(&props.settings, &props.presets, &props.on_action) }
                        </Popover>
                    }
                </span>
                <span class="icons">
                    <button class="icon-btn" aria-label={words::SWITCH_LANGUAGE.text(locale)} title={words::SWITCH_LANGUAGE.text(locale)} onclick={on_language}>{ icon("globe") }</button>
                    <button class="icon-btn" data-theme-button={theme_name(theme).text(Locale::En)} aria-label={theme_word.clone()} title={theme_word} onclick={on_theme}>{ icon(theme_icon(theme)) }</button>
                    <span class="anchor hide-s">
                        <button class="icon-btn" aria-label={words::SHORTCUTS.text(locale)} title={words::SHORTCUTS.text(locale)} aria-expanded={is_open(state::Popover::Shortcuts).to_string()} onclick={toggle(state::Popover::Shortcuts)}>{ icon("keyboard") }</button>
                        if is_open(state::Popover::Shortcuts) {
                            <Popover label={words::SHORTCUTS.text(locale)} class="right" {on_close}>{ shortcuts(locale) }</Popover>
                        }
                    </span>
                </span>
                <button class="line-btn share-btn" aria-label={words::SHARE.text(locale)} onclick={toggle(state::Popover::Share)}>{ icon("share") }<span class="hide-s">{ words::SHARE.text(locale) }</span></button>
            </div>
        </header>
    }
}

fn logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 22 22" aria-hidden="true">
            <path d="M3 15.5h4.5c5 0 2.5-9 7.5-9h1" /><circle cx="3" cy="15.5" r="2.2" />
            <path class="logo-pod" d="m18 2.6 3.3 1.9v3.9L18 10.3l-3.3-1.9V4.5z" />
        </svg>
    }
}

fn saved(is_kept: bool, locale: Locale) -> Html {
    let (class, name, word) =
        if is_kept { ("saved", "ok", words::SAVED) } else { ("saved refused", "warning", words::NOT_SAVED) };
    html! { <span {class} title={word.text(locale)}>{ icon(name) }<span>{ word.text(locale) }</span></span> }
}

fn theme_name(theme: Theme) -> words::Words {
    let [system, light, dark, contrast] = words::THEMES;
    match theme {
        Theme::System => system,
        Theme::Light => light,
        Theme::Dark => dark,
        Theme::Contrast => contrast,
    }
}

fn theme_icon(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "client",
        Theme::Light => "sun",
        Theme::Dark => "moon",
        Theme::Contrast => "contrast",
    }
}
