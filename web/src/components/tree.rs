//! The tree of folders and files: kinds in grey, hop numbers and findings at the right. One tab stop; arrows walk.

mod row;
mod rows;

use std::cell::RefCell;
use std::rc::Rc;

use podpath_order::{OrdMap, OrdSet};
use podpath_protocol::Locale;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::shared::Shared;
use crate::state::Action;
use crate::state::files::{Files, Text};
use crate::view::FileMark;
use crate::words;
use row::{FileRow, FolderRow};
use rows::{Row, found, moved, rows, window};

#[derive(Properties, PartialEq)]
pub(crate) struct TreeProps {
    pub(crate) files: Rc<Files>,
    pub(crate) open: Option<Text>,
    pub(crate) marks: Shared<OrdMap<String, FileMark>>,
    pub(crate) locale: Locale,
    pub(crate) on_action: Callback<Action>,
}

/// Of more rows than this only those in view are drawn.
const N_PLAIN: usize = 200;
/// Letters typed within this time are one word.
const WORD_MS: f64 = 700.0;

#[component]
pub(crate) fn Tree(props: &TreeProps) -> Html {
    let list = use_node_ref();
    let shut = use_state_eq(OrdSet::<String>::new);
    let renaming = use_state_eq(|| None::<Text>);
    let focus = use_state_eq(|| 0_usize);
    let scroll = use_state_eq(|| (0.0, 0.0, 24.0));
    let all = rows(&props.files, &shut);
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
                act.emit(Action::Rename { from: path, to: name.trim().trim_matches('/').into() });
            }
        })
    };
    let onkeydown = use_tree_keys(&all, &list, &focus, &on_folder, &on_rename, props);
    let (ondragstart, ondragover, ondrop) = dragging(&all, &props.on_action);
    let onscroll = {
        let (scroll, list) = (scroll.setter(), list.clone());
        Callback::from(move |_: Event| scroll.set(measured(&list)))
    };
    let (top, view, height) = *scroll;
    let view = if view > 0.0 { view } else { 600.0 };
    let shown = window(all.len(), height, top, view);
    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    let space = |n: usize| {
        // The content security policy refuses a style attribute; the height of a picture is none.
        (n > 0).then(
            || html! { <li role="none" class="space"><svg width="1" height={(n as f64 * height).to_string()} /></li> },
        )
    };
    let (before, after) = (space(shown.start), space(all.len() - shown.end));
    let drawn = all.iter().enumerate().skip(shown.start).take(shown.len());
    html! {
        <ul class="tree" role="tree" aria-label={words::FILES.text(props.locale)} ref={list} {onkeydown} {ondragstart} {ondragover} {ondrop} {onscroll}>
            { before.unwrap_or_default() }
            { for drawn.map(|(at, it)| match it {
                Row::Folder { path, is_shut } => html! {
                    <FolderRow key={format!("{path}/")} {at} path={path.clone()} {is_shut} is_focus={at == *focus} on_folder={on_folder.clone()} />
                },
                Row::File { path } => html! {
                    <FileRow key={path.to_string()} {at} path={path.clone()} text={props.files.get(path).cloned().unwrap_or_default()} is_open={props.open.as_ref() == Some(path)} is_focus={at == *focus}
                        mark={props.marks.get(&**path).cloned()} is_renaming={renaming.as_ref() == Some(path)} on_rename={on_rename.clone()} locale={props.locale} on_action={props.on_action.clone()} />
                },
            }) }
            { after.unwrap_or_default() }
        </ul>
    }
}

/// How far the list is scrolled, how much of it is in view, and the height of a row.
fn measured(list: &NodeRef) -> (f64, f64, f64) {
    let Some(list) = list.cast::<Element>() else { return (0.0, 0.0, 24.0) };
    let row = list.query_selector("[data-row]").ok().flatten().map(|it| it.get_bounding_client_rect().height());
    (f64::from(list.scroll_top()), f64::from(list.client_height()), row.filter(|it| *it > 0.0).unwrap_or(24.0))
}

#[hook]
fn use_tree_keys(
    all: &[Row],
    list: &NodeRef,
    focus: &UseStateHandle<usize>,
    on_folder: &Callback<String>,
    on_rename: &Callback<(Text, Option<String>)>,
    props: &TreeProps,
) -> Callback<KeyboardEvent> {
    let typed = use_mut_ref(|| (String::new(), 0.0));
    let wanted = use_mut_ref(|| None::<usize>);
    // The same row may be gone to twice.
    let redraw = use_state(|| 0_u32);
    use_focus(list, &wanted);
    let (all, list, focus) = (all.to_vec(), list.clone(), focus.clone());
    let (on_folder, on_rename, act) = (on_folder.clone(), on_rename.clone(), props.on_action.clone());
    Callback::from(move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() {
            return;
        }
        let at = row_of(&event).unwrap_or(*focus);
        let go = |to: usize| {
            *wanted.borrow_mut() = Some(to);
            focus.set(to);
            redraw.set(*redraw + 1);
            show_row(&list, to);
        };
        let key = event.key();
        match (key.as_str(), all.get(at)) {
            ("ArrowDown", _) => go((at + 1).min(all.len().saturating_sub(1))),
            ("ArrowUp", _) => go(at.saturating_sub(1)),
            ("Home", _) => go(0),
            ("End", _) => go(all.len().saturating_sub(1)),
            ("ArrowLeft", Some(Row::Folder { path, is_shut: false }))
            | ("ArrowRight", Some(Row::Folder { path, is_shut: true })) => {
                on_folder.emit(path.clone());
                // Rows that come and go move the others, which takes the focus away.
                go(at);
            }
            ("F2", Some(Row::File { path })) => on_rename.emit((path.clone(), None)),
            ("Delete", Some(Row::File { path })) => act.emit(Action::Delete(path.clone())),
            (letter, _) if letter.chars().count() == 1 && letter != " " => {
                let word = word(&mut typed.borrow_mut(), letter);
                if let Some(to) = found(&all, at, &word) {
                    go(to);
                }
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    })
}

/// What is typed so far.
fn word((typed, last): &mut (String, f64), letter: &str) -> String {
    let now = js_sys::Date::now();
    if now - *last > WORD_MS {
        typed.clear();
    }
    *last = now;
    typed.push_str(letter);
    typed.clone()
}

fn row_of(event: &Event) -> Option<usize> {
    let row = event.target()?.dyn_into::<Element>().ok()?.closest("[data-row]").ok()??;
    row.get_attribute("data-row")?.parse().ok()
}

/// Scrolls to a row that is out of view; it is drawn, and takes the focus, after that.
fn show_row(list: &NodeRef, to: usize) {
    let Some(element) = list.cast::<Element>() else { return };
    let (top, view, height) = measured(list);
    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    let at = to as f64 * height;
    if at < top || at + height > top + view {
        #[expect(clippy::cast_possible_truncation, reason = "pixels")]
        element.set_scroll_top((at - view / 2.0).max(0.0) as i32);
    }
}

/// Gives the focus to the row that keys went to, as soon as it is there.
#[hook]
fn use_focus(list: &NodeRef, wanted: &Rc<RefCell<Option<usize>>>) {
    let (list, wanted) = (list.clone(), wanted.clone());
    use_effect(move || {
        let Some(to) = *wanted.borrow() else { return };
        let row = list
            .cast::<Element>()
            .and_then(|it| it.query_selector(&format!("[data-row='{to}'] > [role=treeitem]")).ok()?);
        if let Some(row) = row.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
            *wanted.borrow_mut() = None;
            let _ = row.focus();
        }
    });
}

type Dragging = (Callback<DragEvent>, Callback<DragEvent>, Callback<DragEvent>);

/// A file that is dragged to another folder moves there. Files from outside are taken by the page.
fn dragging(all: &[Row], act: &Callback<Action>) -> Dragging {
    const KIND: &str = "application/x-podpath-file";
    let (start_rows, rows, act) = (all.to_vec(), all.to_vec(), act.clone());
    let on_start = Callback::from(move |event: DragEvent| {
        let row = row_of(&event).and_then(|at| start_rows.get(at));
        if let (Some(Row::File { path }), Some(data)) = (row, event.data_transfer()) {
            let _ = data.set_data(KIND, path);
            data.set_effect_allowed("move");
        }
    });
    let on_over = Callback::from(|event: DragEvent| event.prevent_default());
    let on_drop = Callback::from(move |event: DragEvent| {
        let path = event.data_transfer().and_then(|it| it.get_data(KIND).ok()).filter(|it| !it.is_empty());
        let Some(path) = path else { return };
        event.prevent_default();
        event.stop_propagation();
        let folder = row_of(&event).and_then(|at| rows.get(at)).map_or("", Row::folder);
        if let Some(to) = moved(&path, folder) {
            act.emit(Action::Rename { from: path.into(), to });
        }
    });
    (on_start, on_over, on_drop)
}
