//! Findings: counts in the bar, a row each, grouped by file from twenty on; a row jumps, its button repairs.

use std::rc::Rc;

use podpath_protocol::{Call, Check, Diagnostic, Fix, Locale, Range};
use web_sys::Element;
use yew::prelude::*;

use super::fixes::SafeFixes;
use super::icon::icon;
use crate::rich::{place, plain, rich};
use crate::shared::Shared;
use crate::state::files::Files;
use crate::view::safe_fixes;
use crate::words::{self, Words};

#[derive(Properties, PartialEq)]
pub(crate) struct ProblemsProps {
    pub(crate) check: Shared<Check>,
    /// The texts that it is about.
    pub(crate) files: Rc<Files>,
    pub(crate) locale: Locale,
    pub(crate) on_goto: Callback<Range>,
    pub(crate) on_fix: Callback<Vec<Fix>>,
    pub(crate) on_ask: Callback<Call>,
}

const N_ROWS: usize = 100;
const N_GROUPED: usize = 20;
/// Severity, its class, its icon, its word.
const SEVERITIES: [(&str, &str, &str, Words); 3] = [
    ("error", "err", "error", words::ERRORS),
    ("warning", "warn", "warning", words::WARNINGS),
    ("info", "info", "info", words::NOTES),
];

#[component]
pub(crate) fn Problems(props: &ProblemsProps) -> Html {
    let is_open = use_state_eq(|| false);
    let was_opened = use_mut_ref(|| false);
    let n_wanted = use_state_eq(|| N_ROWS);
    let (locale, all) = (props.locale, &props.check.diagnostics);
    let has_error = all.iter().any(|it| it.severity == "error");
    {
        let is_open = is_open.setter();
        use_effect_with(has_error, move |has_error| {
            if *has_error && !was_opened.replace(true) {
                is_open.set(true);
            }
        });
    }
    let fixes = safe_fixes(&props.check);
    let onclick = {
        let is_open = is_open.clone();
        Callback::from(move |_: MouseEvent| is_open.set(!*is_open))
    };
    let n_rows = (*n_wanted).min(all.len());
    let onscroll = {
        let n_wanted = n_wanted.clone();
        Callback::from(move |event: Event| {
            let list: Element = event.target_unchecked_into();
            // The next rows are made before the end comes into view.
            if list.scroll_height() - list.scroll_top() < list.client_height() * 3 {
                n_wanted.set(n_rows + N_ROWS);
            }
        })
    };
    html! {
        <section class="problems" aria-label={words::PROBLEMS.text(locale)}>
            <div class="p-bar" {onclick}>
                // The button is for the keyboard: its click reaches the bar, which is the larger target for a pointer.
                <button class="p-fold" aria-expanded={is_open.to_string()}>
                    <span class="ptitle">{ words::PROBLEMS.text(locale) }</span>
                    { for SEVERITIES.iter().map(|it| count(all, it, locale)) }
                </button>
                <span class="grow" />
                if !fixes.is_empty() {
                    <SafeFixes {fixes} files={props.files.clone()} {locale} on_fix={props.on_fix.clone()} />
                }
                <span class="chev">{ icon("chevron") }</span>
            </div>
            if *is_open {
                if all.is_empty() {
                    <p class="p-none">{ words::NO_PROBLEMS.text(locale) }</p>
                }
                <ul {onscroll}>{ rows(all.get(..n_rows).unwrap_or_default(), props) }</ul>
            }
        </section>
    }
}

fn count(
    all: &[Diagnostic],
    (severity, class, name, word): &(&str, &'static str, &str, Words),
    locale: Locale,
) -> Html {
    let n = all.iter().filter(|it| it.severity == *severity).count();
    if n == 0 && *severity != "error" {
        return Html::default();
    }
    html! { <span class={classes!("pgroup", if n == 0 { "none" } else { class })}><span class="sr">{ word.text(locale) }</span>{ icon(name) }{ n }</span> }
}

fn rows(all: &[Diagnostic], props: &ProblemsProps) -> Html {
    let is_grouped = all.len() >= N_GROUPED;
    let mut file = "";
    let rows = all.iter().enumerate().map(|(at, it)| {
        let is_new = is_grouped && *it.range.file != *file;
        file = &it.range.file;
        html! { <>{ is_new.then(|| html! { <li class="p-file">{ it.range.file.clone() }</li> }) }{ row(at, it, props) }</> }
    });
    rows.collect()
}

fn row(at: usize, diagnostic: &Diagnostic, props: &ProblemsProps) -> Html {
    let [.., info] = &SEVERITIES;
    let (_, class, name, word) = SEVERITIES.iter().find(|it| it.0 == diagnostic.severity).unwrap_or(info);
    let on_goto = props.on_goto.reform({
        let range = diagnostic.range.clone();
        move |_: MouseEvent| range.clone()
    });
    let fix = diagnostic.fix.clone().map(|fix| {
        let title = plain(&fix.title);
        let onclick = props.on_fix.reform(move |event: MouseEvent| {
            event.stop_propagation();
            vec![fix.clone()]
        });
        let label = format!("{}: {title}", words::FIX.text(props.locale));
        html! { <button class="mini-btn" {title} aria-label={label} {onclick}>{ icon("wand") }{ words::FIX.text(props.locale) }</button> }
    });
    let witness = diagnostic.request.clone().map(|call| {
        let onclick = props.on_ask.reform(move |event: MouseEvent| {
            event.stop_propagation();
            call.clone()
        });
        html! { <button class="mini-btn" data-witness="" title={words::WITNESS.text(props.locale)} {onclick}>{ icon("play") }{ words::TRY.text(props.locale) }</button> }
    });
    let where_ = format!("{} · {}", place(&diagnostic.range), diagnostic.code);
    html! {
        <li key={at} class={*class} data-code={diagnostic.code.clone()}>
            { icon(name) }
            <button class="pm" onclick={on_goto}><span class="sr">{ word.text(props.locale) }</span><b>{ rich(&diagnostic.message) }</b><span class="pw">{ where_ }</span></button>
            { witness }{ fix }
        </li>
    }
}
