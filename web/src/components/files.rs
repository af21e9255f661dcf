//! The files of the workspace: ways in, presets, and the tree.

use podpath_order::OrdMap;
use podpath_protocol::{Locale, Preset};
use yew::prelude::*;

use super::drop_zone::OpenButton;
use super::history::History;
use super::icon::icon;
use super::popover::Popover;
use super::presets::preset_list;
use super::tree::Tree;
use crate::shared::Shared;
use crate::state::files::Text;
use crate::state::library::Version;
use crate::state::{self, Action};
use crate::view::FileMark;
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct FilesPaneProps {
    pub(crate) files: std::rc::Rc<state::files::Files>,
    pub(crate) open: Option<Text>,
    pub(crate) marks: Shared<OrdMap<String, FileMark>>,
    pub(crate) presets: Shared<Vec<Preset>>,
    pub(crate) presets_open: bool,
    pub(crate) versions: std::rc::Rc<[Version]>,
    pub(crate) history_open: bool,
    pub(crate) locale: Locale,
    pub(crate) on_action: Callback<Action>,
}

#[component]
pub(crate) fn FilesPane(props: &FilesPaneProps) -> Html {
    let (locale, act) = (props.locale, &props.on_action);
    html! {
        <div class="files">
            <div class="bar">
                <h2>{ words::FILES.text(locale) }</h2><span class="count">{ props.files.len() }</span><span class="grow" />
                <History versions={props.versions.clone()} is_open={props.history_open} {locale} on_action={act.clone()} />
                if !props.presets.is_empty() {
                    <span class="anchor">
                        <button class="icon-btn s" data-presets="" aria-label={words::PRESETS.text(locale)} title={words::PRESETS.text(locale)} aria-expanded={props.presets_open.to_string()} onclick={act.reform(|_: MouseEvent| Action::Toggle(state::Popover::Presets))}>{ icon("config") }</button>
                        if props.presets_open {
                            <Popover label={words::PRESETS.text(locale)} class="right" on_close={act.reform(|()| Action::Dismiss)}>
                                { preset_list(&props.presets, locale, act) }
                            </Popover>
                        }
                    </span>
                }
                <button class="icon-btn s" aria-label={words::NEW_FILE.text(locale)} title={words::NEW_FILE.text(locale)} onclick={act.reform(|_: MouseEvent| Action::NewFile)}>{ icon("plus") }</button>
                <OpenButton is_folder={false} {locale} class="icon-btn s" on_action={act.clone()}>{ icon("file") }</OpenButton>
                <OpenButton is_folder={true} {locale} class="icon-btn s" on_action={act.clone()}>{ icon("folder") }</OpenButton>
            </div>
            if props.files.is_empty() {
                <div class="tree-empty">{ words::NO_FILES.text(locale) }</div>
            } else {
                <Tree files={props.files.clone()} open={props.open.clone()} marks={props.marks.clone()} {locale} on_action={act.clone()} />
            }
        </div>
    }
}
