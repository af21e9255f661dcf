//! The answer: one sentence, the fact behind it, the one fix, the place, and the three checks.

use podpath_protocol::{Fix, Graph, Locale, Range, Ref, Stage, Trace};
use yew::prelude::*;

use super::icon::icon;
use crate::rich::{place, rich, rich_with};
use crate::shared::Shared;
use crate::view::{Ending, named, split_status};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct VerdictProps {
    /// `None` while nothing is asked.
    pub(crate) trace: Option<Shared<Trace>>,
    pub(crate) has_files: bool,
    pub(crate) locale: Locale,
    /// The answer is about an older text.
    pub(crate) is_old: bool,
    pub(crate) on_fix: Callback<Fix>,
    pub(crate) on_goto: Callback<Range>,
    /// The objects that a sentence may name.
    pub(crate) graph: Option<Shared<Graph>>,
    pub(crate) on_open: Callback<Ref>,
}

#[component]
pub(crate) fn Verdict(props: &VerdictProps) -> Html {
    let Some(trace) = &props.trace else { return idle(props.has_files, props.locale) };
    let verdict = &trace.verdict;
    let ending = Ending::of(trace.outcome, trace.status, verdict.stage);
    let (status, title) = split_status(&verdict.title, trace.status);
    let fix = verdict.fix.as_ref().map(|fix| {
        let onclick = props.on_fix.reform({
            let fix = fix.clone();
            move |_: MouseEvent| fix.clone()
        });
        html! { <button class="solid-btn" data-fix="" {onclick}>{ icon("wand") }<span>{ rich(&fix.title) }</span></button> }
    });
    let jump = verdict.range.as_ref().filter(|_| ending != Ending::Good).map(|range| {
        let onclick = props.on_goto.reform({
            let range = range.clone();
            move |_: MouseEvent| range.clone()
        });
        html! { <button class="line-btn mono" aria-label={words::GO_TO.with(props.locale, &[&place(range)])} {onclick}>{ place(range) }</button> }
    });
    let has_actions = fix.is_some() || jump.is_some();
    html! {
        <section class={classes!("verdict", props.is_old.then_some("old"))} id="verdict" aria-labelledby="verdict-text">
            <div class={classes!("v", ending.class())}>
                <span class="v-ic">{ icon(ending.icon()) }</span>
                <div class="v-t">
                    <h1 id="verdict-text" tabindex="-1">if let Some(status) = status { <b class="status">{ status }</b> }{ rich_with(title, |it| name(it, props)) }</h1>
                    if !verdict.detail.is_empty() {
                        <p>{ rich_with(&verdict.detail, |it| name(it, props)) }</p>
                    }
                </div>
                if has_actions {
                    <div class="v-a">{ fix }{ jump }</div>
                }
            </div>
            { stages(verdict.stage, ending, props.locale) }
        </section>
    }
}

/// The name of an object opens its card.
fn name(text: &str, props: &VerdictProps) -> Option<Html> {
    let resource = named(props.graph.as_ref()?, text)?;
    let onclick = props.on_open.reform(move |_: MouseEvent| resource.clone());
    Some(html! { <button class="name-btn" {onclick}>{ text.to_owned() }</button> })
}

fn idle(has_files: bool, locale: Locale) -> Html {
    let detail = if has_files { words::NO_RESULT } else { words::EMPTY_DETAIL };
    html! {
        <section class="verdict" id="verdict" aria-labelledby="verdict-text">
            <div class="v idle">
                <span class="v-ic">{ icon("question") }</span>
                <div class="v-t"><h1 id="verdict-text" tabindex="-1">{ words::EMPTY_TITLE.text(locale) }</h1><p>{ detail.text(locale) }</p></div>
            </div>
        </section>
    }
}

/// The first check that fails is red, later ones are not made.
fn stages(failed: Option<Stage>, ending: Ending, locale: Locale) -> Html {
    let all =
        [(Stage::Accepted, words::ACCEPTED), (Stage::Attached, words::ATTACHED), (Stage::Traffic, words::TRAFFIC)];
    let failed = all.iter().position(|it| Some(it.0) == failed).or((ending == Ending::Unknown).then_some(1));
    let row = |(at, (_, word)): (usize, &(Stage, words::Words))| {
        let word = word.text(locale);
        match failed {
            Some(it) if it == at && ending != Ending::Unknown => {
                html! { <li class="err">{ icon("error") }{ word }</li> }
            }
            Some(it) if it < at => {
                html! { <li class="none" title={words::NOT_CHECKED.text(locale)}>{ icon("question") }{ word }<span class="sr">{ words::NOT_CHECKED.text(locale) }</span></li> }
            }
            _ => html! { <li class="ok">{ icon("ok") }{ word }</li> },
        }
    };
    html! { <ol class="stages" aria-label={words::THREE_CHECKS.text(locale)}>{ for all.iter().enumerate().map(row) }</ol> }
}
