//! The tree of folders and files: kinds in grey, hop numbers and findings at the right.

use std::collections::{BTreeMap, BTreeSet};

use podpath_protocol::Locale;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::icon::icon;
use crate::outline;
use crate::rich::file_name;
use crate::shared::Shared;
use crate::state::Action;
use crate::state::files::{Files, Text};
use crate::view::{FileMark, span_of};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct TreeProps {
    pub(crate) files: std::rc::Rc<Files>,
    pub(crate) open: Option<Text>,
    pub(crate) marks: Shared<BTreeMap<String, FileMark>>,
    pub(crate) locale: Locale,
    pub(crate) on_action: Callback<Action>,
}

/// More rows than this are drawn only when asked for.
const N_ROWS: usize = 200;

#[component]
pub(crate) fn Tree(props: &TreeProps) -> Html {
    let shut = use_state_eq(BTreeSet::<String>::new);
    let is_long = use_state_eq(|| false);
    let renaming = use_state_eq(|| None::<Text>);
    let on_folder = {
        let shut = shut.clone();
        Callback::from(move |folder: String| {
            let mut next = (*shut).clone();
            if !next.remove(&folder) {
                next.insert(folder);
            }
            shut.set(next);
        })
    };
    let on_rename = {
        let (renaming, act) = (renaming.setter(), props.on_action.clone());
        Callback::from(move |(path, name): (Text, Option<String>)| match name {
            None => renaming.set(Some(path)),
            Some(name) => {
                renaming.set(None);
                act.emit(Action::Rename { from: path, to: name.trim().into() });
            }
        })
    };
    let on_long = {
        let is_long = is_long.setter();
        Callback::from(move |_: MouseEvent| is_long.set(true))
    };
    let n_rows = if *is_long { usize::MAX } else { N_ROWS };
    let mut folder = None;
    let (mut rows, mut n_hidden) = (Vec::new(), 0);
    for (path, text) in props.files.iter() {
        let here = path.rsplit_once('/').map(|it| it.0);
        if rows.len() >= n_rows && props.open.as_ref() != Some(path) {
            n_hidden += 1;
            continue;
        }
        if here != folder {
            folder = here;
            rows.extend(here.map(|it| folder_row(it, shut.contains(it), &on_folder)));
        }
        if here.is_none_or(|it| !shut.contains(it)) {
            let is_renaming = renaming.as_ref() == Some(path);
            rows.push(html! {
                <FileRow key={path.to_string()} path={path.clone()} text={text.clone()} is_open={props.open.as_ref() == Some(path)} mark={props.marks.get(&**path).cloned()}
                    is_renaming={is_renaming} on_rename={on_rename.clone()} locale={props.locale} on_action={props.on_action.clone()} />
            });
        }
    }
    html! {
        <ul class="tree" role="tree" aria-label={words::FILES.text(props.locale)}>
            { for rows }
            if n_hidden > 0 {
                <li key="more" role="none"><button class="link" onclick={on_long}>{ words::SHOW_ALL.with(props.locale, &[&props.files.len()]) }</button></li>
            }
        </ul>
    }
}

fn folder_row(folder: &str, is_shut: bool, on_folder: &Callback<String>) -> Html {
    let name = folder.to_owned();
    let onclick = on_folder.reform(move |_: MouseEvent| name.clone());
    html! {
        <li key={format!("{folder}/")} role="none" class={classes!("dir", is_shut.then_some("shut"))}>
            <button role="treeitem" aria-expanded={(!is_shut).to_string()} {onclick}>{ icon("chevron") }{ icon("folder") }<span class="fn">{ folder.to_owned() }</span></button>
        </li>
    }
}

#[derive(Properties, PartialEq)]
struct FileRowProps {
    path: Text,
    text: Text,
    is_open: bool,
    is_renaming: bool,
    mark: Option<FileMark>,
    locale: Locale,
    /// Without a name: begin; with one: done.
    on_rename: Callback<(Text, Option<String>)>,
    on_action: Callback<Action>,
}

#[component]
fn FileRow(props: &FileRowProps) -> Html {
    let path = &props.path;
    let kinds = use_memo(props.text.clone(), |text| outline::label(text));
    let act = |action: fn(Text) -> Action| {
        let path = path.clone();
        props.on_action.reform(move |_: MouseEvent| action(path.clone()))
    };
    let onkeydown = {
        let (path, rename, act) = (path.clone(), props.on_rename.clone(), props.on_action.clone());
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "F2" => rename.emit((path.clone(), None)),
            "Delete" => act.emit(Action::Delete(path.clone())),
            _ => {}
        })
    };
    if props.is_renaming {
        return rename_row(props);
    }
    let name = file_name(path).to_owned();
    let on_rename = props.on_rename.reform({
        let path = path.clone();
        move |_: MouseEvent| (path.clone(), None)
    });
    let is_deep = path.contains('/');
    html! {
        <li role="none" class={classes!(is_deep.then_some("d1"), props.is_open.then_some("sel"))}>
            <button role="treeitem" aria-selected={props.is_open.to_string()} aria-keyshortcuts="F2 Delete" title={path.to_string()} onclick={act(Action::Look)} ondblclick={act(Action::Keep)} {onkeydown}>
                { icon("file") }<span class="fn">{ name.clone() }</span><span class="res">{ (*kinds).clone() }</span>
            </button>
            // For the pointer only: a tree holds nothing but its items, and keys do the same on these.
            <span class="row-tools" aria-hidden="true">
                <button class="icon-btn xs" tabindex="-1" title={words::RENAME_FILE.with(props.locale, &[&name])} onclick={on_rename}>{ icon("pencil") }</button>
                <button class="icon-btn xs" tabindex="-1" title={words::DELETE_FILE.with(props.locale, &[&name])} onclick={act(Action::Delete)}>{ icon("close") }</button>
            </span>
            if let Some(mark) = &props.mark {
                { badges(mark) }
            }
        </li>
    }
}

fn rename_row(props: &FileRowProps) -> Html {
    let done = |path: Text, rename: Callback<(Text, Option<String>)>| {
        move |name: String| rename.emit((path.clone(), Some(name)))
    };
    let finish = done(props.path.clone(), props.on_rename.clone());
    let onblur =
        Callback::from(move |event: FocusEvent| finish(event.target_unchecked_into::<HtmlInputElement>().value()));
    let path = props.path.to_string();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        if event.key() == "Escape" {
            input.set_value(&path);
        }
        if matches!(event.key().as_str(), "Enter" | "Escape") {
            event.prevent_default();
            let _ = input.blur();
        }
    });
    html! { <li role="none" class="renaming">{ icon("file") }<input class="field mono" autofocus={true} value={props.path.to_string()} aria-label={words::RENAME_FILE.with(props.locale, &[&props.path])} {onblur} {onkeydown} /></li> }
}

fn badges(mark: &FileMark) -> Html {
    html! {
        <span class="badges">
            if mark.n_errors > 0 { <span class="dot-err">{ mark.n_errors }</span> } else if mark.n_warnings > 0 { <span class="dot-warn">{ mark.n_warnings }</span> }
            if !mark.hops.is_empty() { <b class="pn">{ span_of(&mark.hops) }</b> }
        </span>
    }
}
