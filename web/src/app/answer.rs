//! The right side: request, verdict, diagram, hops; the examples while there is nothing to answer about.

use std::rc::Rc;

use podpath_protocol::{Fix, Graph, Ref};
use yew::prelude::*;

use super::{Scene, Wishes};
use crate::components::bones::bones;
use crate::components::card::Card;
use crate::components::chips::Chips;
use crate::components::gallery::{Extent, Gallery};
use crate::components::hops::Hops;
use crate::components::notices::Notices;
use crate::components::presets::preset_list;
use crate::components::request::Request;
use crate::components::splitter::Splitter;
use crate::components::stage::Stage;
use crate::components::strip::Strip;
use crate::components::verdict::Verdict;
use crate::core::Answers;
use crate::examples::Example;
use crate::hooks::use_window::Width;
use crate::shared::Shared;
use crate::state::{Action, Pane, Popover};
use crate::view::{card_of, lane_class, lit_cards, n_ghosts};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct AnswerSideProps {
    pub(super) scene: Scene,
    pub(super) wishes: Wishes,
    pub(super) examples: Shared<Vec<Example>>,
}

#[component]
pub(crate) fn AnswerSide(props: &AnswerSideProps) -> Html {
    let Scene { state, core, answers, half_typed, look } = &props.scene;
    let Wishes { on_action, on_goto, on_fix, on_replay, .. } = &props.wishes;
    let locale = state.settings.locale;
    let has_files = !state.files.is_empty();
    let answers = answers.as_ref().filter(|_| has_files);
    let trace = answers.and_then(|it| it.trace.clone());
    let on_fix = use_callback(on_fix.clone(), |fix: Fix, on_fix| on_fix.emit(vec![fix]));
    // The newest graph is looked at when a card is picked, so that the diagram need not be drawn again for it.
    let newest = use_mut_ref(|| None::<Shared<Graph>>);
    *newest.borrow_mut() = answers.map(|it| it.graph.clone());
    let opened = use_state_eq(|| None::<Ref>);
    let on_open = use_callback(opened.setter(), |it: Ref, opened| opened.set(Some(it)));
    let on_pick = use_callback((on_action.clone(), opened.setter()), move |id: AttrValue, (act, opened)| {
        let graph = newest.borrow().clone();
        let Some(card) = graph.as_ref().and_then(|it| it.nodes.iter().find(|it| it.id == id.as_str())) else { return };
        act.emit(Action::Select { card: Some(id.as_str().into()), range: card.range.clone() });
        opened.set(card.resource.clone());
    });
    let card = answers.zip((*opened).clone()).map(|(it, resource)| object_card(it, resource, props, &opened, &on_open));
    let on_copy = {
        let files = state.files.clone();
        Callback::from(move |_: MouseEvent| crate::browser::copy(&crate::rich::everything(&files), || ()))
    };
    if look.width < Width::Snug && state.pane == Pane::More {
        return more(props);
    }
    html! {
        <main class="answer" aria-label={words::ANSWER.text(locale)}>
            <Request draft={state.draft.clone()} graph={answers.map(|it| it.graph.clone())} suggestions={core.suggestions.clone()} {locale} headers_open={state.popover == Some(Popover::Headers)}
                is_slow={core.is_slow} can_replay={trace.is_some()} on_replay={on_replay.clone()} on_action={on_action.clone()} />
            if has_files {
                <Chips suggestions={core.suggestions.clone()} draft={state.draft.clone()} {locale} on_action={on_action.clone()} />
            }
            <Notices health={core.health} half_typed={*half_typed} refusal={state.refusal.clone()} read_only={state.read_only} n_ghosts={answers.map_or(0, |it| n_ghosts(&it.graph))} has_presets={!core.presets.is_empty()} {locale} {on_copy} on_action={on_action.clone()} />
            <Verdict trace={trace.clone()} {has_files} {locale} is_old={half_typed.is_some() || core.is_slow} {on_fix} on_goto={on_goto.clone()}
                graph={answers.map(|it| it.graph.clone())} on_open={on_open.clone()} />
            if let Some(answers) = answers {
                { picture(answers, props, on_pick, &on_open) }
            } else {
                { empty(props) }
            }
            { card.unwrap_or_default() }
        </main>
    }
}

fn object_card(
    answers: &Answers,
    resource: Ref,
    props: &AnswerSideProps,
    opened: &UseStateHandle<Option<Ref>>,
    on_open: &Callback<Ref>,
) -> Html {
    let Scene { state, look, .. } = &props.scene;
    let Wishes { on_action, on_goto, .. } = &props.wishes;
    let node = card_of(&answers.graph, &resource);
    let beside = node.map(|it| AttrValue::from(it.id.clone()));
    let lane = lane_class(node, &resource.kind);
    let on_close = {
        let opened = opened.setter();
        Callback::from(move |()| opened.set(None))
    };
    let on_from = {
        let (act, on_close) = (on_action.clone(), on_close.clone());
        Callback::from(move |from| {
            act.emit(Action::From(Some(from)));
            on_close.emit(());
        })
    };
    let on_files = {
        let (act, on_close) = (on_action.clone(), on_close.clone());
        Callback::from(move |files| {
            act.emit(Action::Add { files });
            on_close.emit(());
        })
    };
    html! {
        <Card {resource} {beside} {lane} question={answers.question.clone()} trace={answers.trace.clone()} is_sheet={look.width < Width::Snug} locale={state.settings.locale}
            {on_close} on_goto={on_goto.clone()} on_open={on_open.clone()} {on_from} {on_files} />
    }
}

fn picture(answers: &Answers, props: &AnswerSideProps, on_pick: Callback<AttrValue>, on_open: &Callback<Ref>) -> Html {
    let Scene { state, look, .. } = &props.scene;
    let Wishes { on_action, on_goto, on_hop, .. } = &props.wishes;
    let locale = state.settings.locale;
    let lit = state.open().and_then(|path| Some(lit_cards(&answers.graph, path, state.files.get(path)?, state.caret)));
    let selected = state.selected.as_ref().map(|it| AttrValue::from(it.to_string()));
    html! {
        <>
            if look.width == Width::Phone {
                if let Some(trace) = answers.trace.clone() {
                    <Strip {trace} {locale} on_hop={on_hop.clone()} />
                }
            } else {
                <Stage graph={answers.picture.clone()} trace={answers.trace.clone()} call={answers.question.call.clone()} files={answers.question.files.clone()} url={state.draft.url.clone()}
                    view={answers.question.view.clone()} size={answers.question.size} {locale} lit={Rc::new(lit.unwrap_or_default())} selected={selected.clone()} {on_pick} on_action={on_action.clone()} />
                <Splitter property="--h-stage" is_column={false} label={words::RESIZE_DIAGRAM} {locale} />
            }
            if let Some(trace) = answers.trace.clone() {
                <Hops {trace} call={answers.question.call.clone()} graph={answers.graph.clone()} files={answers.question.files.clone()} url={state.draft.url.clone()} {locale} {selected} on_hop={on_hop.clone()} on_goto={on_goto.clone()} on_open={on_open.clone()} />
            }
        </>
    }
}

fn empty(props: &AnswerSideProps) -> Html {
    let locale = props.scene.state.settings.locale;
    let on_open = props.wishes.on_action.reform(Action::Open);
    html! {
        <section class="stage gallery">
            { bones(locale) }
            if !props.examples.is_empty() {
                <h2 class="g-h">{ words::START_EXAMPLE.text(locale) }</h2>
                <Gallery examples={props.examples.clone()} extent={Extent::Start} {locale} {on_open} />
            }
            <dl class="reads"><dt>{ words::READS.text(locale) }</dt><dd>{ words::READS_KINDS }</dd><dt>{ words::NEEDS.text(locale) }</dt><dd>{ words::NEEDS_NOTHING.text(locale) }</dd></dl>
        </section>
    }
}

/// The phone's last view: examples and presets.
fn more(props: &AnswerSideProps) -> Html {
    let Scene { state, core, .. } = &props.scene;
    let locale = state.settings.locale;
    let act = &props.wishes.on_action;
    let on_open = act.reform(Action::Open);
    html! {
        <main class="answer more" aria-label={words::MORE.text(locale)}>
            <h2 class="g-h">{ words::EXAMPLES.text(locale) }</h2>
            <Gallery examples={props.examples.clone()} extent={Extent::Whole} {locale} {on_open} />
            if !core.presets.is_empty() {
                { preset_list(&core.presets, locale, act) }
            }
        </main>
    }
}
