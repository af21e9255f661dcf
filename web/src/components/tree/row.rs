//! One row of the tree: a folder, a file, or a file that gets another name.

use podpath_protocol::Locale;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::components::icon::icon;
use crate::outline;
use crate::rich::file_name;
use crate::state::Action;
use crate::state::files::Text;
use crate::view::{FileMark, span_of};
use crate::words;

#[derive(Properties, PartialEq)]
pub(super) struct FolderRowProps {
    pub(super) at: usize,
    pub(super) path: AttrValue,
    pub(super) is_shut: bool,
    pub(super) is_focus: bool,
    pub(super) on_folder: Callback<String>,
}

#[component]
pub(super) fn FolderRow(props: &FolderRowProps) -> Html {
    let path = props.path.to_string();
    let onclick = props.on_folder.reform(move |_: MouseEvent| path.clone());
    let tabindex = if props.is_focus { "0" } else { "-1" };
    html! {
        <li role="none" data-row={props.at.to_string()} class={classes!("dir", props.is_shut.then_some("shut"))}>
            <button role="treeitem" {tabindex} aria-expanded={(!props.is_shut).to_string()} {onclick}>{ icon("chevron") }{ icon("folder") }<span class="fn">{ props.path.clone() }</span></button>
        </li>
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct FileRowProps {
    pub(super) at: usize,
    pub(super) path: Text,
    pub(super) text: Text,
    pub(super) is_open: bool,
    pub(super) is_focus: bool,
    pub(super) is_renaming: bool,
    pub(super) mark: Option<FileMark>,
    pub(super) locale: Locale,
    /// Without a name: begin; with one: done.
    pub(super) on_rename: Callback<(Text, Option<String>)>,
    pub(super) on_action: Callback<Action>,
}

#[component]
pub(super) fn FileRow(props: &FileRowProps) -> Html {
    let path = &props.path;
    let kinds = use_memo(props.text.clone(), |text| outline::label(text));
    let act = |action: fn(Text) -> Action| {
        let path = path.clone();
        props.on_action.reform(move |_: MouseEvent| action(path.clone()))
    };
    if props.is_renaming {
        return rename_row(props);
    }
    let name = file_name(path).to_owned();
    let on_rename = props.on_rename.reform({
        let path = path.clone();
        move |_: MouseEvent| (path.clone(), None)
    });
    let tabindex = if props.is_focus { "0" } else { "-1" };
    let rename = words::RENAME_FILE.with(props.locale, &[&name]);
    let delete = words::DELETE_FILE.with(props.locale, &[&name]);
    let class = classes!(path.contains('/').then_some("d1"), props.is_open.then_some("sel"));
    html! {
        <li role="none" data-row={props.at.to_string()} {class} draggable="true">
            <button role="treeitem" {tabindex} aria-selected={props.is_open.to_string()} aria-keyshortcuts="F2 Delete" title={path.to_string()} onclick={act(Action::Look)} ondblclick={act(Action::Keep)}>
                { icon("file") }<span class="fn">{ name }</span><span class="res">{ (*kinds).clone() }</span>
            </button>
            // For the pointer only: a tree holds nothing but its items, and keys do the same on these.
            <span class="row-tools" aria-hidden="true">
                <button class="icon-btn xs" tabindex="-1" title={rename} onclick={on_rename}>{ icon("pencil") }</button>
                <button class="icon-btn xs" tabindex="-1" title={delete} onclick={act(Action::Delete)}>{ icon("close") }</button>
            </span>
            if let Some(mark) = &props.mark {
                { badges(mark) }
            }
        </li>
    }
}

fn rename_row(props: &FileRowProps) -> Html {
    let onblur = {
        let (path, rename) = (props.path.clone(), props.on_rename.clone());
        Callback::from(move |event: FocusEvent| {
            rename.emit((path.clone(), Some(event.target_unchecked_into::<HtmlInputElement>().value())));
        })
    };
    let path = props.path.to_string();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        event.stop_propagation();
        if event.key() == "Escape" {
            input.set_value(&path);
        }
        if matches!(event.key().as_str(), "Enter" | "Escape") && !event.is_composing() {
            event.prevent_default();
            let _ = input.blur();
        }
    });
    let label = words::RENAME_FILE.with(props.locale, &[&props.path]);
    html! { <li role="none" class="renaming">{ icon("file") }<RenameField path={props.path.clone()} {label} {onblur} {onkeydown} /></li> }
}

#[derive(Properties, PartialEq)]
struct RenameFieldProps {
    path: Text,
    label: String,
    onblur: Callback<FocusEvent>,
    onkeydown: Callback<KeyboardEvent>,
}

/// The whole path can be edited; its name without ending is selected.
#[component]
fn RenameField(props: &RenameFieldProps) -> Html {
    let input = use_node_ref();
    {
        let (input, path) = (input.clone(), props.path.clone());
        use_effect_with((), move |()| {
            let Some(input) = input.cast::<HtmlInputElement>() else { return };
            let units = |it: &str| u32::try_from(it.encode_utf16().count()).unwrap_or_default();
            let start = path.rfind('/').map_or(0, |it| it + 1);
            let end = path.rfind('.').filter(|it| *it > start).unwrap_or(path.len());
            let _ = input.focus();
            let range = (path.get(..start).map_or(0, units), path.get(..end).map_or(0, units));
            let _ = input.set_selection_range(range.0, range.1);
        });
    }
    html! { <input class="field mono" ref={input} value={props.path.to_string()} aria-label={props.label.clone()} onblur={props.onblur.clone()} onkeydown={props.onkeydown.clone()} /> }
}

fn badges(mark: &FileMark) -> Html {
    html! {
        <span class="badges">
            if mark.n_errors > 0 { <span class="dot-err">{ mark.n_errors }</span> } else if mark.n_warnings > 0 { <span class="dot-warn">{ mark.n_warnings }</span> }
            if !mark.hops.is_empty() { <b class="pn">{ span_of(&mark.hops) }</b> }
        </span>
    }
}
