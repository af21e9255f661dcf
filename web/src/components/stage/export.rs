//! The diagram and the trace for elsewhere: SVG, PNG, Mermaid and a Markdown report, each as a file and as a copy.

mod picture;

use std::rc::Rc;

use podpath_protocol::{Call, Graph, Locale, Size, Trace, View};
use yew::prelude::*;

use crate::browser;
use crate::components::icon::icon;
use crate::components::popover::Popover;
use crate::core::asker::Asker;
use crate::hooks::use_escape::use_escape;
use crate::report::report;
use crate::shared::Shared;
use crate::state::files::Files;
use crate::words::{self, Words};

#[derive(Properties, PartialEq)]
pub(crate) struct ExportProps {
    pub(crate) trace: Option<Shared<Trace>>,
    pub(crate) call: Option<Call>,
    pub(crate) files: Rc<Files>,
    pub(crate) url: AttrValue,
    pub(crate) view: View,
    pub(crate) size: Size,
    pub(crate) locale: Locale,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn Export(props: &ExportProps) -> Html {
    let locale = props.locale;
    let graph = use_texts(props);
    use_escape(&props.on_close, None);
    let done = use_state_eq(|| None::<&'static str>);
    let text = |name: &'static str, file: &'static str, mime: &'static str, say: Words, text: Option<String>| {
        let text = text.filter(|it| !it.is_empty());
        let (save, copy) = match text {
            None => (None, None),
            Some(text) => {
                let (saved, done) = (text.clone(), done.setter());
                let save = Callback::from(move |_: MouseEvent| browser::save::save_text(file, mime, &saved));
                let copy = Callback::from(move |_: MouseEvent| {
                    let done = done.clone();
                    browser::copy(&text, move || done.set(Some(name)));
                });
                (Some(save), Some(copy))
            }
        };
        row(name, say, locale, *done == Some(name), save, copy)
    };
    let svg = graph.as_ref().map(|it| it.svg.clone());
    let png = {
        let save = svg.clone().map(|svg| Callback::from(move |_: MouseEvent| picture::save(&svg)));
        let copy = svg.clone().map(|svg| {
            let done = done.setter();
            Callback::from(move |_: MouseEvent| {
                let done = done.clone();
                picture::copy(&svg, move || done.set(Some("PNG")));
            })
        });
        row("PNG", words::EXPORT_PNG, locale, *done == Some("PNG"), save, copy)
    };
    let markdown = props.trace.as_ref().map(|it| report(it, &props.url, &props.files, locale));
    html! {
        <Popover label={words::EXPORT.text(locale)} class="export" on_close={props.on_close.clone()}>
            <p class="pop-title">{ words::EXPORT.text(locale) }</p>
            { text("SVG", "podpath.svg", "image/svg+xml", words::EXPORT_SVG, svg) }
            { png }
            { text("Mermaid", "podpath.mmd", "text/plain", words::EXPORT_MERMAID, graph.as_ref().map(|it| it.mermaid.clone())) }
            { text("Markdown", "podpath.md", "text/markdown", words::EXPORT_REPORT, markdown) }
        </Popover>
    }
}

/// The picture as texts, asked for when somebody wants them.
#[hook]
fn use_texts(props: &ExportProps) -> UseStateHandle<Option<Rc<Graph>>> {
    let graph = use_state(|| None::<Rc<Graph>>);
    let asker = use_context::<Asker>();
    {
        let graph = graph.setter();
        let asked = (props.call.clone(), props.view.clone(), props.size, props.locale);
        use_effect_with(asked, move |(call, view, size, _)| {
            let Some(asker) = asker else { return };
            let params = serde_json::json!({ "trace": call, "view": view, "size": size, "texts": true });
            asker.ask("graph", params, Callback::from(move |it: Option<Graph>| graph.set(it.map(Rc::new))));
        });
    }
    graph
}

fn row(
    name: &'static str,
    say: Words,
    locale: Locale,
    is_copied: bool,
    save: Option<Callback<MouseEvent>>,
    copy: Option<Callback<MouseEvent>>,
) -> Html {
    let (label, copy_label) =
        (words::EXPORT_DOWNLOAD.with(locale, &[&name]), words::EXPORT_COPY.with(locale, &[&name]));
    html! {
        <div class="ex-row" data-export={name}>
            <div><b>{ name }</b><small>{ say.text(locale) }</small></div>
            <button class="icon-btn s" disabled={save.is_none()} aria-label={label.clone()} title={label} onclick={save}>{ icon("download") }</button>
            <button class="icon-btn s" disabled={copy.is_none()} aria-label={copy_label.clone()} title={copy_label} onclick={copy}>{ icon(if is_copied { "ok" } else { "copy" }) }</button>
        </div>
    }
}
