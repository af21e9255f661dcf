//! Tabs over the editor: a preview is italic, a double click keeps it.

use podpath_protocol::Locale;
use yew::prelude::*;

use super::icon::icon;
use crate::outline;
use crate::rich::file_name;
use crate::state::Action;
use crate::state::files::Text;
use crate::words::{self, counted};

#[derive(Properties, PartialEq)]
pub(crate) struct TabsProps {
    pub(crate) tabs: std::rc::Rc<crate::state::tabs::Tabs>,
    /// Of the open file.
    pub(crate) text: Text,
    pub(crate) locale: Locale,
    pub(crate) on_action: Callback<Action>,
}

#[component]
pub(crate) fn Tabs(props: &TabsProps) -> Html {
    let n_resources: usize = outline::kinds(&props.text).iter().map(|it| it.1).sum();
    html! {
        <div class="crumb">
            <ul class="crumb-tabs" aria-label={words::OPENED.text(props.locale)}>{ for props.tabs.paths.iter().map(|it| tab(it, props)) }</ul>
            <span class="dim">{ counted(props.locale, n_resources, words::RESOURCE, words::RESOURCES) }</span>
        </div>
    }
}

fn tab(path: &Text, props: &TabsProps) -> Html {
    let is_on = props.tabs.open.as_ref() == Some(path);
    let is_preview = props.tabs.preview.as_ref() == Some(path);
    let act = |action: fn(Text) -> Action| {
        let path = path.clone();
        props.on_action.reform(move |event: MouseEvent| {
            event.stop_propagation();
            action(path.clone())
        })
    };
    let label = words::CLOSE_FILE.with(props.locale, &[&file_name(path)]);
    html! {
        <li key={path.to_string()} class={classes!("tab", is_on.then_some("on"), is_preview.then_some("preview"))} title={path.to_string()}>
            <button class="tab-name" aria-current={is_on.then_some("true")} onclick={act(Action::Look)} ondblclick={act(Action::Keep)}>{ file_name(path).to_owned() }</button>
            <button class="x" aria-label={label} onclick={act(Action::Close)}>{ icon("close") }</button>
        </li>
    }
}
