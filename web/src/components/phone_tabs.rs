//! The views of the phone shell.

use podpath_protocol::Locale;
use yew::prelude::*;

use super::icon::icon;
use crate::state::{Action, Pane};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct PhoneTabsProps {
    pub(crate) pane: Pane,
    pub(crate) n_problems: usize,
    pub(crate) has_errors: bool,
    pub(crate) locale: Locale,
    pub(crate) on_action: Callback<Action>,
}

#[component]
pub(crate) fn PhoneTabs(props: &PhoneTabsProps) -> Html {
    let tab = |pane: Pane, name: &str, text: &'static str, badge: Html| {
        let is_on = props.pane == pane;
        let onclick = props.on_action.reform(move |_: MouseEvent| Action::Pane(pane));
        html! { <button class={classes!(is_on.then_some("on"))} aria-current={is_on.then_some("page")} {onclick}>{ icon(name) }{ text }{ badge }</button> }
    };
    let badge = (props.n_problems > 0).then(
        || html! { <span class={classes!("badge", (!props.has_errors).then_some("warn"))}>{ props.n_problems }</span> },
    );
    let locale = props.locale;
    html! {
        <nav class="tabs" aria-label={words::VIEWS.text(locale)}>
            { tab(Pane::Path, "route", words::PATH.text(locale), Html::default()) }
            { tab(Pane::Yaml, "file", "YAML", Html::default()) }
            { tab(Pane::Problems, "warning", words::PROBLEMS.text(locale), badge.unwrap_or_default()) }
            { tab(Pane::More, "menu", words::MORE.text(locale), Html::default()) }
        </nav>
    }
}
