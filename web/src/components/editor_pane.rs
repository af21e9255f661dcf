//! The editor: CodeMirror shows the open file; what it tells becomes actions. Typing waits for nothing here.

use std::rc::Rc;

use podpath_protocol::{Locale, Range};
use yew::prelude::*;

use crate::core::asker::Asker;
use crate::editor::{Marks, Told};
use crate::hooks::use_editor::{Desk, tell, use_choice, use_editor, use_marks, use_text};
use crate::hooks::use_names::{Names, answer};
use crate::rich::file_name;
use crate::state::files::{Files, Text};
use crate::state::{Action, Choice, Target};
use crate::words;

#[derive(Properties, PartialEq)]
pub(crate) struct EditorPaneProps {
    pub(crate) files: Rc<Files>,
    pub(crate) path: Text,
    /// Counts texts from elsewhere.
    pub(crate) written: u32,
    pub(crate) target: Option<Rc<Target>>,
    pub(crate) choice: Option<Rc<Choice>>,
    /// `None` while the answer is about an older text: the editor moves the old ones along.
    pub(crate) marks: Option<Rc<Marks>>,
    pub(crate) locale: Locale,
    pub(crate) on_fix: Callback<usize>,
    pub(crate) on_hop: Callback<usize>,
    pub(crate) on_goto: Callback<Range>,
    pub(crate) on_action: Callback<Action>,
}

#[component]
pub(crate) fn EditorPane(props: &EditorPaneProps) -> Html {
    let host = use_node_ref();
    let desk = use_mut_ref(Desk::default);
    {
        let mut desk = desk.borrow_mut();
        desk.files = props.files.clone();
        desk.path = props.path.clone();
    }
    let names = Names {
        asker: use_context::<Asker>().unwrap_or_default(),
        on_goto: props.on_goto.clone(),
        locale: props.locale,
    };
    let on_told = use_callback(
        (props.on_fix.clone(), props.on_hop.clone(), props.on_action.clone(), props.choice.clone(), names),
        {
            let desk = desk.clone();
            move |told, (on_fix, on_hop, on_action, choice, names)| match told {
                Told::Fix(index) => on_fix.emit(index),
                Told::Choose(number) => {
                    let chosen = choice.as_ref().and_then(|it| Some((it.fixes.get(number)?.clone(), it.basis.clone())));
                    if let Some((fix, basis)) = chosen {
                        on_action.emit(Action::Fix { fixes: vec![fix], basis });
                    }
                }
                Told::Hop(number) => on_hop.emit(number),
                Told::Changed { .. } | Told::Caret { .. } => tell(&desk, told, on_action),
                question => answer(&desk, question, names),
            }
        },
    );
    use_editor(&desk, &host, on_told);
    use_text(&desk, props);
    use_marks(&desk, props);
    use_choice(&desk, props);
    let label = words::EDITOR.with(props.locale, &[&file_name(&props.path)]);
    html! { <div class="editor" role="region" aria-label={label} ref={host} /> }
}
