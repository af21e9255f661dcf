//! All safe fixes as one diff: seen first, then applied in one step that can be taken back.

use std::rc::Rc;

use podpath_protocol::{Fix, Locale};
use yew::prelude::*;

use super::icon::icon;
use super::popover::Popover;
use crate::state::files::Files;
use crate::state::hunk::{Hunk, hunks};
use crate::words::{self, counted};

#[derive(Properties, PartialEq)]
pub(crate) struct SafeFixesProps {
    pub(crate) fixes: Vec<Fix>,
    /// The texts that the fixes speak of.
    pub(crate) files: Rc<Files>,
    pub(crate) locale: Locale,
    pub(crate) on_fix: Callback<Vec<Fix>>,
}

/// More lines than this are counted, not shown.
const N_HUNKS: usize = 100;

#[component]
pub(crate) fn SafeFixes(props: &SafeFixesProps) -> Html {
    let is_open = use_state_eq(|| false);
    let locale = props.locale;
    let word = counted(locale, props.fixes.len(), words::APPLY_SAFE_FIX, words::APPLY_SAFE_FIXES);
    let on_toggle = {
        let is_open = is_open.clone();
        Callback::from(move |event: MouseEvent| {
            // The button stands in the bar that folds the list.
            event.prevent_default();
            event.stop_propagation();
            is_open.set(!*is_open);
        })
    };
    let on_close = {
        let is_open = is_open.setter();
        Callback::from(move |()| is_open.set(false))
    };
    let on_apply = {
        let (is_open, fixes, on_fix) = (is_open.setter(), props.fixes.clone(), props.on_fix.clone());
        Callback::from(move |_: MouseEvent| {
            is_open.set(false);
            on_fix.emit(fixes.clone());
        })
    };
    html! {
        <span class="anchor" onclick={Callback::from(|event: MouseEvent| event.stop_propagation())}>
            <button class="link" data-fixes="" aria-expanded={is_open.to_string()} onclick={on_toggle.clone()}>{ icon("wand") }{ word.clone() }</button>
            if *is_open {
                <Popover label={word.clone()} class="up diff-pop" {on_close}>
                    { diff(props) }
                    <div class="diff-b">
                        <button class="line-btn" onclick={on_toggle}>{ words::CANCEL.text(locale) }</button>
                        <button class="line-btn" data-first="" data-apply="" onclick={on_apply}>{ icon("wand") }{ word }</button>
                    </div>
                </Popover>
            }
        </span>
    }
}

fn diff(props: &SafeFixesProps) -> Html {
    let all = hunks(&props.files, &props.fixes);
    let mut file = "";
    let shown = all.iter().take(N_HUNKS).map(|it| {
        let head = (it.file != file).then(|| html! { <h3 class="pop-title">{ it.file.clone() }</h3> });
        file = &it.file;
        html! { <>{ head.unwrap_or_default() }{ lines(it) }</> }
    });
    let shown: Html = shown.collect();
    html! {
        <div class="diff">
            { shown }
            if let Some(rest) = all.len().checked_sub(N_HUNKS).filter(|it| *it > 0) {
                <p class="pop-say">{ words::MORE_FILES.with(props.locale, &[&rest]) }</p>
            }
        </div>
    }
}

fn lines(hunk: &Hunk) -> Html {
    let line = |(class, sign, at, text): (&'static str, &'static str, usize, &String)| {
        html! { <div {class}><span class="n">{ at }</span><span>{ sign }</span><code>{ text.clone() }</code></div> }
    };
    let gone = hunk.old.iter().enumerate().map(|(at, it)| line(("gone", "−", hunk.line + at, it)));
    let new = hunk.new.iter().enumerate().map(|(at, it)| line(("new", "+", hunk.line + at, it)));
    html! { <div class="hunk">{ for gone }{ for new }</div> }
}
