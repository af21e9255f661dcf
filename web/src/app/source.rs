//! The left side: files, editor, problems.

use std::rc::Rc;

use yew::prelude::*;

use super::{Scene, Wishes};
use crate::components::drop_zone::DropZone;
use crate::components::editor_pane::EditorPane;
use crate::components::files::FilesPane;
use crate::components::icon::icon;
use crate::components::problems::Problems;
use crate::components::refused::refused_line;
use crate::components::splitter::Splitter;
use crate::components::tabs::Tabs;
use crate::editor::Marks;
use crate::shared::Shared;
use crate::state::{Action, Popover, State};
use crate::view::{editor_marks, marks_by_file};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct SourceSideProps {
    pub(super) scene: Scene,
    pub(super) wishes: Wishes,
}

#[component]
pub(crate) fn SourceSide(props: &SourceSideProps) -> Html {
    let Scene { state, core, answers, .. } = &props.scene;
    let Wishes { on_action, on_goto, on_fix, on_hop, .. } = &props.wishes;
    let locale = state.settings.locale;
    let check = core.answers.as_ref().map(|it| it.check.clone());
    let trace = answers.as_ref().and_then(|it| it.trace.clone());
    let marks = use_memo((check.clone(), trace), |(check, trace)| {
        let marks = check.as_ref().map(|it| marks_by_file(it, trace.as_deref()));
        Shared::new(marks.unwrap_or_default())
    });
    let answered = core.answers.as_ref().map(|it| it.question.files.clone()).unwrap_or_default();
    let drawn = drawn_marks(&props.scene);
    let on_fix_number = use_callback((check.clone(), on_fix.clone()), |index: usize, (check, on_fix)| {
        let fix = check.as_ref().and_then(|it| it.diagnostics.get(index)).and_then(|it| it.fix.clone());
        on_fix.emit(fix.into_iter().collect());
    });
    let text = state.open().and_then(|it| state.files.get(it)).cloned().unwrap_or_default();
    html! {
        <section class="source" role="complementary" aria-label={words::MANIFESTS.text(locale)}>
            <FilesPane files={state.files.clone()} open={state.open().cloned()} marks={(*marks).clone()} presets={core.presets.clone()}
                presets_open={state.popover == Some(Popover::Presets)} versions={state.versions.clone()} history_open={state.popover == Some(Popover::History)} {locale} on_action={on_action.clone()} />
            if state.copy_of.is_some() {
                <div class="notice warn" role="status">
                    { icon("copy") }<span>{ words::COPY_HERE.text(locale) }</span>
                    <button class="icon-btn s" aria-label={words::CLOSE.text(locale)} onclick={on_action.reform(|_: MouseEvent| Action::DismissCopy)}>{ icon("close") }</button>
                </div>
            }
            if !state.refused.is_empty() {
                { refused_line(&state.refused, locale, on_action) }
            }
            <Splitter property="--h-files" is_column={false} label={words::RESIZE_FILES} {locale} />
            <div class="editor-wrap">
                if let Some(path) = shown_path(state) {
                    <Tabs tabs={state.tabs.clone()} {text} {locale} on_action={on_action.clone()} />
                    <EditorPane files={state.files.clone()} {path} written={state.written} target={state.target.clone()} choice={state.choice.clone()} marks={drawn} {locale}
                        on_fix={on_fix_number} on_hop={on_hop.clone()} on_goto={on_goto.clone()} on_action={on_action.clone()} />
                } else {
                    <DropZone {locale} on_action={on_action.clone()} />
                }
            </div>
            if let Some(check) = check {
                <Problems {check} files={answered} {locale} on_goto={on_goto.clone()} on_fix={on_fix.clone()} on_ask={on_action.reform(Action::Ask)} />
            }
        </section>
    }
}

fn shown_path(state: &State) -> Option<crate::state::files::Text> {
    state.open().filter(|it| state.files.contains_key(*it)).cloned()
}

/// What is drawn into the open file, while the newest answer is about its text.
fn drawn_marks(scene: &Scene) -> Option<Rc<Marks>> {
    let Scene { state, core, half_typed, .. } = scene;
    let answers = core.answers.as_ref()?;
    let (path, locale) = (state.open()?, state.settings.locale);
    let (text, answered) = (state.files.get(path)?, answers.question.files.get(path)?);
    let trace = answers.trace.as_deref().filter(|_| half_typed.is_none());
    Rc::ptr_eq(text, answered)
        .then(|| Rc::new(editor_marks(&answers.check, trace, path, text, state.caret, words::FIX.text(locale))))
}
