//! The palette: resources, files and commands by a few letters. A combobox with a list.

mod find;
mod items;

use std::rc::Rc;

use podpath_protocol::{Locale, Resources};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use self::items::{Item, Shelf, groups};
use super::icon::{icon, tile};
use super::overlay::Overlay;
use crate::core::asker::Asker;
use crate::rich::{file_name, middle, place};
use crate::state::files::{Files, Text};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct PaletteProps {
    pub(crate) files: Rc<Files>,
    /// What stands in the field at first.
    pub(crate) start: &'static str,
    pub(crate) open: Option<Text>,
    /// Keys of what was picked before, the newest first.
    pub(crate) recent: Rc<[String]>,
    pub(crate) locale: Locale,
    pub(crate) on_pick: Callback<Item>,
    pub(crate) on_close: Callback<()>,
}

pub(crate) use items::Item as PaletteItem;

#[component]
pub(crate) fn Palette(props: &PaletteProps) -> Html {
    let locale = props.locale;
    let (text, at, resources) = (use_state(|| props.start.to_owned()), use_state_eq(|| 0_usize), use_resources());
    let shelf = Shelf { resources: &resources, files: &props.files, open: props.open.as_ref(), recent: &props.recent };
    let groups = groups(&text, shelf);
    let rows: Vec<Item> = groups.concat();
    let lit = (*at).min(rows.len().saturating_sub(1));
    let oninput = {
        let (text, at) = (text.setter(), at.setter());
        Callback::from(move |event: InputEvent| {
            text.set(event.target_unchecked_into::<HtmlInputElement>().value());
            at.set(0);
        })
    };
    let onkeydown = {
        let (at, on_pick, row) = (at.setter(), props.on_pick.clone(), rows.get(lit).cloned());
        let n_rows = rows.len();
        Callback::from(move |event: KeyboardEvent| {
            if event.is_composing() {
                return;
            }
            match (event.key().as_str(), &row) {
                ("ArrowDown", _) => at.set((lit + 1) % n_rows.max(1)),
                ("ArrowUp", _) => at.set((lit + n_rows.max(1) - 1) % n_rows.max(1)),
                ("Enter", Some(row)) => on_pick.emit(row.clone()),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let active = rows.get(lit).map(|_| format!("pal-{lit}"));
    html! {
        <Overlay label={words::PALETTE.text(locale)} class="palette" on_close={props.on_close.clone()}>
            <div class="pal-in">
                { icon("search") }
                <input role="combobox" aria-expanded="true" aria-controls="pal-list" aria-autocomplete="list" aria-activedescendant={active}
                    aria-label={words::PALETTE.text(locale)} placeholder={words::PALETTE_HELP.text(locale)} autocomplete="off" spellcheck="false" value={(*text).clone()} {oninput} {onkeydown} />
                <button class="kbd-btn" aria-label={format!("Esc {}", words::CLOSE.text(locale))} onclick={props.on_close.reform(|_: MouseEvent| ())}><kbd>{ "Esc" }</kbd></button>
            </div>
            <div id="pal-list" role="listbox" aria-label={words::PALETTE.text(locale)}>
                { list(&groups, lit, props) }
                if rows.is_empty() {
                    <p class="pal-h">{ words::NOTHING_FOUND.text(locale) }</p>
                }
            </div>
        </Overlay>
    }
}

/// All objects of the workspace, asked when the palette opens.
#[hook]
fn use_resources() -> Rc<Resources> {
    let resources = use_state(Rc::<Resources>::default);
    let asker = use_context::<Asker>().unwrap_or_default();
    let setter = resources.setter();
    use_effect_with((), move |()| {
        let on_answer = Callback::from(move |it: Option<Resources>| setter.set(it.unwrap_or_default().into()));
        asker.ask("resources", serde_json::json!({}), on_answer);
    });
    (*resources).clone()
}

fn list(groups: &[Vec<Item>], lit: usize, props: &PaletteProps) -> Html {
    let mut at = 0;
    let group = |rows: &Vec<Item>| {
        let rows: Vec<Html> = rows
            .iter()
            .map(|item| {
                at += 1;
                row(item, at - 1, at - 1 == lit, props)
            })
            .collect();
        rows
    };
    let with_title = |(title, rows): (&'static str, Vec<Html>)| html! { <div role="group" aria-label={title}><p class="pal-h" aria-hidden="true">{ title }</p>{ for rows }</div> };
    let titles = groups.iter().map(|it| title(it.first(), props.locale));
    titles.zip(groups.iter().map(group)).map(with_title).collect()
}

fn title(first: Option<&Item>, locale: Locale) -> &'static str {
    match first {
        Some(Item::Resource { .. }) => words::RESOURCES_H.text(locale),
        Some(Item::Found { .. }) => words::IN_FILES.text(locale),
        Some(Item::Command(_)) => words::COMMANDS.text(locale),
        _ => words::FILES.text(locale),
    }
}

fn row(item: &Item, at: usize, is_lit: bool, props: &PaletteProps) -> Html {
    let onclick = {
        let (item, on_pick) = (item.clone(), props.on_pick.clone());
        Callback::from(move |_: MouseEvent| on_pick.emit(item.clone()))
    };
    let locale = props.locale;
    let inner = match item {
        Item::Resource { kind, name, namespace, range } => {
            let place = if namespace.is_empty() { file_name(&range.file).to_owned() } else { namespace.clone() };
            html! { <>{ tile(crate::view::lane_of_kind(kind)) }<b>{ format!("{kind} {}", middle(name, 44)) }</b><span>{ place }</span></> }
        }
        Item::File(path) => {
            html! { <>{ icon("file") }<b>{ file_name(path).to_owned() }</b><span>{ middle(path, 48) }</span></> }
        }
        Item::Found { line, range } => {
            html! { <>{ icon("right") }<b>{ middle(line, 60) }</b><span>{ place(range) }</span></> }
        }
        Item::Command(command) => {
            let keys = (!command.keys.is_empty()).then(|| html! { <kbd>{ command.keys }</kbd> });
            html! { <>{ icon(command.icon) }<b>{ command.words.text(locale) }</b><span />{ for keys }</> }
        }
        Item::Line(line) => html! { <>{ icon("right") }<b>{ words::GO_TO_LINE.with(locale, &[line]) }</b><span /></> },
    };
    let class = classes!("pal-row", is_lit.then_some("on"));
    html! { <div role="option" id={format!("pal-{at}")} aria-selected={is_lit.to_string()} {class} {onclick}>{ inner }</div> }
}
