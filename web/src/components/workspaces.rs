//! The workspaces that this browser keeps: one opens, is copied, or is deleted with a way back.

use podpath_protocol::Locale;
use yew::prelude::*;

use super::icon::icon;
use crate::state::Action;
use crate::state::files::Text;
use crate::state::library::{Listed, Wish};
use crate::words;

/// The context that says what is kept, and which one is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Library {
    pub(crate) open: Text,
    pub(crate) workspaces: std::rc::Rc<[Listed]>,
}

#[derive(Properties, PartialEq)]
pub(crate) struct WorkspacesProps {
    pub(crate) locale: Locale,
    pub(crate) on_action: Callback<Action>,
}

#[component]
pub(crate) fn Workspaces(props: &WorkspacesProps) -> Html {
    let (locale, act) = (props.locale, &props.on_action);
    let library = use_context::<Library>().unwrap_or_default();
    use_effect_with((), {
        let act = act.clone();
        move |()| act.emit(Action::Library(Wish::List))
    });
    let on_copy = act.reform(|_: MouseEvent| Action::Library(Wish::Duplicate));
    html! {
        <>
            <button class="kept-item" data-duplicate="" onclick={on_copy}>{ icon("copy") }{ words::DUPLICATE.text(locale) }</button>
            if !library.workspaces.is_empty() {
                <h3 class="pop-title">{ words::WORKSPACES.text(locale) }</h3>
                <ul class="kept">{ for library.workspaces.iter().map(|it| row(it, &library.open, locale, act)) }</ul>
            }
        </>
    }
}

fn row(it: &Listed, open: &Text, locale: Locale, act: &Callback<Action>) -> Html {
    let name = if it.name.is_empty() { words::UNTITLED.text(locale).to_owned() } else { it.name.clone() };
    let wish = |wish: fn(Text) -> Wish| {
        let id: Text = it.id.as_str().into();
        act.reform(move |_: MouseEvent| Action::Library(wish(id.clone())))
    };
    let delete = words::DELETE_FILE.with(locale, &[&name]);
    html! {
        <li key={it.id.clone()} class={classes!((*it.id == **open).then_some("on"))}>
            <button class="kept-item" data-workspace={it.id.clone()} onclick={wish(Wish::Open)}>{ icon("file") }<span class="fn">{ name }</span></button>
            <button class="icon-btn s" aria-label={delete.clone()} title={delete} onclick={wish(Wish::Delete)}>{ icon("close") }</button>
        </li>
    }
}
