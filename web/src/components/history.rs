//! What the workspace held before its last changes: one of them comes back as a change like any other.

use podpath_protocol::Locale;
use yew::prelude::*;

use super::icon::icon;
use super::popover::Popover;
use crate::rich::file_name;
use crate::state::library::{Version, Wish};
use crate::state::{self, Action};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct HistoryProps {
    pub(crate) versions: std::rc::Rc<[Version]>,
    pub(crate) is_open: bool,
    pub(crate) locale: Locale,
    pub(crate) on_action: Callback<Action>,
}

/// The button at the bar of the files, with its panel.
#[component]
pub(crate) fn History(props: &HistoryProps) -> Html {
    let (locale, act) = (props.locale, &props.on_action);
    let word = words::HISTORY.text(locale);
    let on_toggle = {
        let is_open = props.is_open;
        act.reform(move |_: MouseEvent| if is_open { Action::Dismiss } else { Action::Library(Wish::History) })
    };
    html! {
        <span class="anchor">
            <button class="icon-btn s" data-history="" aria-label={word} title={word} aria-expanded={props.is_open.to_string()} onclick={on_toggle}>{ icon("replay") }</button>
            if props.is_open {
                <Popover label={word} class="right history" on_close={act.reform(|()| Action::Toggle(state::Popover::History))}>
                    <h3 class="pop-title">{ word }</h3>
                    <p class="pop-say">{ words::HISTORY_SAY.text(locale) }</p>
                    if props.versions.is_empty() {
                        <p class="pop-say">{ words::NO_HISTORY.text(locale) }</p>
                    }
                    { for props.versions.iter().map(|it| row(it, locale, act)) }
                </Popover>
            }
        </span>
    }
}

fn row(version: &Version, locale: Locale, act: &Callback<Action>) -> Html {
    let key = version.key;
    let onclick = act.reform(move |_: MouseEvent| Action::Library(Wish::Restore(key)));
    html! {
        <button key={key} class="menu-item two" data-version={key.to_string()} {onclick}>
            { icon("replay") }<span><b>{ time(version.at, locale) }</b><small>{ said(version, locale) }</small></span>
        </button>
    }
}

/// `before typing in server.yaml`, and how many files more.
fn said(version: &Version, locale: Locale) -> String {
    let found = words::BEFORE.iter().find(|it| it.0 == version.deed);
    let first = version.paths.first().map_or("", |it| file_name(it));
    let others = match version.paths.len() {
        0 | 1 => String::new(),
        n => format!(" + {}", n - 1),
    };
    found.map_or_else(String::new, |it| it.1.with(locale, &[&format!("{first}{others}")]))
}

/// The clock of the person, with the day where that is not today.
fn time(at: f64, locale: Locale) -> String {
    let date = js_sys::Date::new(&at.into());
    let tag = if locale == Locale::Ko { "ko" } else { "en" };
    let is_today = js_sys::Date::new_0().to_date_string() == date.to_date_string();
    let time = date.to_locale_time_string(tag);
    if is_today {
        time.into()
    } else {
        format!("{} {time}", String::from(date.to_locale_date_string(tag, &js_sys::Object::new())))
    }
}
