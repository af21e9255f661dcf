//! The object card: everything about one object, beside its card in the diagram; on a phone a sheet at the bottom.

mod balancer;
mod facts;
mod place;
mod pod;
mod written;

use std::rc::Rc;

use podpath_order::Gather;
use podpath_protocol::{Conversion, From, Locale, ObjectCard, Range, Ref, Trace};
use web_sys::HtmlElement;
use yew::prelude::*;

use super::icon::{icon, tile};
use crate::browser::give_back_focus;
use crate::core::Question;
use crate::core::asker::Asker;
use crate::hooks::use_escape::use_escape;
use crate::rich::place as place_of;
use crate::shared::Shared;
use crate::state::files::Files;
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct CardProps {
    pub(crate) resource: Ref,
    /// Id of the card in the diagram that it stands beside.
    pub(crate) beside: Option<AttrValue>,
    pub(crate) lane: &'static str,
    /// The question that the page shows the answer of: another one asks again.
    pub(crate) question: Rc<Question>,
    /// The way whose rules are lit.
    pub(crate) trace: Option<Shared<Trace>>,
    pub(crate) is_sheet: bool,
    pub(crate) locale: Locale,
    pub(crate) on_close: Callback<()>,
    pub(crate) on_goto: Callback<Range>,
    pub(crate) on_open: Callback<Ref>,
    pub(crate) on_from: Callback<From>,
    /// New files that were made of the object.
    pub(crate) on_files: Callback<Files>,
}

/// What is known by now.
#[derive(Clone, PartialEq)]
enum Known {
    Asked,
    Gone,
    Card(Rc<ObjectCard>),
}

#[component]
pub(crate) fn Card(props: &CardProps) -> Html {
    let panel = use_node_ref();
    let known = use_answer(props);
    use_focus(&panel);
    {
        let (panel, is_sheet) = (panel.clone(), props.is_sheet);
        use_effect_with((props.beside.clone(), (*known).clone(), is_sheet), move |(beside, _, _)| {
            place::place(&panel, beside.as_deref(), is_sheet);
        });
    }
    let locale = props.locale;
    use_escape(&props.on_close, Some(".pop, dialog[open]"));
    let resource = &props.resource;
    let group = [Some(resource.kind.as_str()), Some(resource.api_version.as_str()), resource.namespace.as_deref()];
    let under = group.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let is_wide = matches!(&*known, Known::Card(it) if it.load_balancer.is_some() || it.pod.is_some());
    let body = match &*known {
        Known::Asked => Html::default(),
        Known::Gone => html! { <p class="oc-gone">{ words::OBJECT_GONE.text(locale) }</p> },
        Known::Card(card) => html! {
            <>
                <div class="oc-body">
                    if let Some(made) = &card.load_balancer {
                        { balancer::balancer(made, props) }
                    }
                    { facts::facts(card, props) }
                </div>
                { footer(card, props) }
            </>
        },
    };
    html! {
        <aside class={classes!("ocard", is_wide.then_some("wide"))} role="dialog" aria-label={words::CARD.with(locale, &[&resource.name])} tabindex="-1" ref={panel}>
            <header>
                { tile(props.lane) }
                <div><b>{ resource.name.clone() }</b><span>{ under }</span></div>
                <button class="icon-btn s" aria-label={words::CLOSE.text(locale)} onclick={props.on_close.reform(|_: MouseEvent| ())}>{ icon("close") }</button>
            </header>
            { body }
        </aside>
    }
}

/// Asks about the object, again after each change; what is known stays while it is asked.
#[hook]
fn use_answer(props: &CardProps) -> UseStateHandle<Known> {
    let known = use_state_eq(|| Known::Asked);
    let asker = use_context::<Asker>();
    let newest = use_mut_ref(|| 0_u32);
    {
        let known = known.setter();
        let key = (props.resource.clone(), Rc::as_ptr(&props.question) as usize);
        use_effect_with(key, move |(resource, _)| {
            let Some(asker) = asker else { return };
            *newest.borrow_mut() += 1;
            let (mine, resource) = (*newest.borrow(), serde_json::json!({ "resource": resource }));
            let on_answer = Callback::from(move |it: Option<ObjectCard>| {
                if *newest.borrow() == mine {
                    known.set(it.map_or(Known::Gone, |it| Known::Card(Rc::new(it))));
                }
            });
            asker.ask("object", resource, on_answer);
        });
    }
    known
}

/// The card takes the focus, and gives it back when it goes.
#[hook]
fn use_focus(panel: &NodeRef) {
    let panel = panel.clone();
    use_effect_with((), move |()| {
        let before = gloo::utils::document().active_element();
        if let Some(panel) = panel.cast::<HtmlElement>() {
            let _ = panel.focus();
        }
        move || give_back_focus(before)
    });
}

fn footer(card: &ObjectCard, props: &CardProps) -> Html {
    let locale = props.locale;
    let on_line = {
        let range = card.range.clone();
        props.on_goto.reform(move |_: MouseEvent| range.clone())
    };
    let on_copy = {
        let text: String = card.stored.iter().flat_map(|it| [it.text.as_str(), "\n"]).collect();
        Callback::from(move |_: MouseEvent| crate::browser::copy(&text, || crate::browser::flash(".oc-copy")))
    };
    let convert = (card.resource.kind == "Ingress")
        .then(|| html! { <Convert resource={card.resource.clone()} {locale} on_files={props.on_files.clone()} /> });
    let from = card.trace_from.clone().map(|from| {
        let onclick = props.on_from.reform(move |_: MouseEvent| from.clone());
        html! { <button class="line-btn" data-from="" {onclick}>{ icon("play") }{ words::TRACE_FROM_HERE.text(locale) }</button> }
    });
    html! {
        <footer>
            <button class="line-btn" data-line="" onclick={on_line}>{ words::CARD_GO_TO_LINE.text(locale) }<span class="mono">{ place_of(&card.range) }</span></button>
            <button class="line-btn oc-copy" data-copy="" onclick={on_copy}>{ icon("copy") }{ words::COPY_STORED.text(locale) }</button>
            { from.unwrap_or_default() }
            { convert.unwrap_or_default() }
        </footer>
    }
}

#[derive(Properties, PartialEq)]
struct ConvertProps {
    resource: Ref,
    locale: Locale,
    on_files: Callback<Files>,
}

/// Makes objects of the Gateway API of an Ingress, and puts them beside it.
#[component]
fn Convert(props: &ConvertProps) -> Html {
    let asker = use_context::<Asker>();
    let onclick = {
        let (on_files, resource) = (props.on_files.clone(), props.resource.clone());
        Callback::from(move |_: MouseEvent| {
            let Some(asker) = &asker else { return };
            let on_answer = on_files.clone();
            let on_answer = Callback::from(move |it: Option<Conversion>| {
                let files: Files = it
                    .map(|it| it.files)
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(path, text)| (path.into(), text.into()))
                    .gather();
                if !files.is_empty() {
                    on_answer.emit(files);
                }
            });
            asker.ask("convert", serde_json::json!({ "resources": [resource] }), on_answer);
        })
    };
    html! { <button class="line-btn" data-convert="" {onclick}>{ icon("wand") }{ words::CONVERT.text(props.locale) }</button> }
}
