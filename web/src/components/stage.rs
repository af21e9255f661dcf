//! The diagram with what belongs to it: zoom and pan, its tools in the foot of the first lane, and what is folded away.

mod export;
mod zoom;

use std::rc::Rc;

use podpath_order::OrdSet;
use podpath_protocol::{Call, Focus, Graph, Locale, Size, Trace, View};
use yew::prelude::*;

use super::diagram::Diagram;
use super::icon::icon;
use crate::shared::Shared;
use crate::state::Action;
use crate::state::files::Files;
use crate::state::sight::Look;
use crate::words;
use export::Export;
use zoom::{fit, use_zoom};

#[derive(Properties, PartialEq)]
pub(crate) struct StageProps {
    pub(crate) graph: Shared<Graph>,
    pub(crate) trace: Option<Shared<Trace>>,
    pub(crate) call: Option<Call>,
    pub(crate) files: Rc<Files>,
    pub(crate) url: AttrValue,
    pub(crate) view: View,
    pub(crate) size: Size,
    pub(crate) locale: Locale,
    /// Ids of the cards that the caret is in.
    pub(crate) lit: Rc<OrdSet<String>>,
    pub(crate) selected: Option<AttrValue>,
    pub(crate) on_pick: Callback<AttrValue>,
    pub(crate) on_action: Callback<Action>,
}

#[component]
pub(crate) fn Stage(props: &StageProps) -> Html {
    let region = use_node_ref();
    let is_exporting = use_state_eq(|| false);
    use_zoom(&region);
    let locale = props.locale;
    // A group folds at a click; every other card is picked.
    let on_pick = use_callback((props.on_pick.clone(), props.on_action.clone()), |id: AttrValue, (on_pick, act)| {
        match id.strip_prefix("group/") {
            Some(_) => act.emit(Action::Sight(Look::Group(id.to_string()))),
            None => on_pick.emit(id),
        }
    });
    let on_more = props.on_action.reform(|_: MouseEvent| Action::Sight(Look::More));
    html! {
        <div class="stage-wrap">
            <section class={classes!("stage", has_low_client(&props.graph).then_some("low"))} aria-label={words::DIAGRAM.text(locale)} ref={region.clone()}>
                <Diagram graph={props.graph.clone()} size={props.size} {locale} lit={props.lit.clone()} selected={props.selected.clone()} {on_pick} />
                if props.graph.hidden > 0 {
                    <div class="more-row"><button class="line-btn" data-more="" onclick={on_more}>{ words::SHOW_MORE.with(locale, &[&props.graph.hidden]) }{ icon("chevron") }</button></div>
                }
            </section>
            { focus_chip(props) }
            { tools(props, &region, &is_exporting) }
            if *is_exporting {
                <Export trace={props.trace.clone()} call={props.call.clone()} files={props.files.clone()} url={props.url.clone()} view={props.view.clone()} size={props.size} {locale} on_close={close(&is_exporting)} />
            }
        </div>
    }
}

fn close(is_open: &UseStateHandle<bool>) -> Callback<()> {
    let is_open = is_open.setter();
    Callback::from(move |()| is_open.set(false))
}

/// The tools would lie on the client's card, so the picture gets a foot.
fn has_low_client(graph: &Graph) -> bool {
    graph.nodes.iter().any(|it| it.id == "client" && it.y + it.height + 40.0 > graph.height)
}

/// Says that only a part is drawn, and gives everything back.
fn focus_chip(props: &StageProps) -> Html {
    let label = match &props.view.focus {
        None => return Html::default(),
        Some(Focus::Path) => words::ONLY_PATH.text(props.locale).to_owned(),
        Some(Focus::Namespace(name)) => words::ONLY_NAMESPACE.with(props.locale, &[name]),
        Some(Focus::Object(it)) => words::ONLY_OBJECT.with(props.locale, &[&it.name]),
    };
    let onclick = props.on_action.reform(|_: MouseEvent| Action::Sight(Look::Whole));
    html! { <button class="chip on focus-chip" title={words::SHOW_EVERYTHING.text(props.locale)} {onclick}>{ label }{ icon("close") }</button> }
}

fn tools(props: &StageProps, region: &NodeRef, is_exporting: &UseStateHandle<bool>) -> Html {
    let locale = props.locale;
    let is_path = props.view.focus == Some(Focus::Path);
    let on_path = props.on_action.reform(|_: MouseEvent| Action::Sight(Look::Focus(Focus::Path)));
    let on_fit = {
        let region = region.clone();
        Callback::from(move |_: MouseEvent| fit(&region))
    };
    let on_export = {
        let (setter, open) = (is_exporting.setter(), **is_exporting);
        Callback::from(move |_: MouseEvent| setter.set(!open))
    };
    let tool = |name: &str, word: words::Words, pressed: Option<bool>, onclick: Callback<MouseEvent>| {
        let word = word.text(locale);
        html! { <button class="tool" data-tool={name.to_owned()} aria-label={word} title={word} aria-pressed={pressed.map(|it| it.to_string())} {onclick}>{ icon(name) }</button> }
    };
    html! {
        <div class="tools">
            { tool("focus", words::ONLY_PATH, Some(is_path), on_path) }
            { tool("fit", words::FIT, None, on_fit) }
            { tool("download", words::EXPORT, None, on_export) }
        </div>
    }
}
