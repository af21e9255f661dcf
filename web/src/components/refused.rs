//! One line that names what was not opened, and why.

use podpath_protocol::Locale;
use yew::prelude::*;

use super::icon::icon;
use crate::rich::file_name;
use crate::state::Action;
use crate::state::intake::Refusal;
use crate::words;

/// So many are named; the others are counted.
const N_NAMED: usize = 3;

#[derive(Properties, PartialEq)]
pub(crate) struct RefusedProps {
    pub(crate) refused: std::rc::Rc<[Refusal]>,
    pub(crate) locale: Locale,
    pub(crate) on_action: Callback<Action>,
}

#[component]
pub(crate) fn Refused(props: &RefusedProps) -> Html {
    let locale = props.locale;
    let one = |it: &Refusal| format!("{} ({})", file_name(&it.path), words::reason(it.reason).text(locale));
    let mut names: Vec<String> = props.refused.iter().take(N_NAMED).map(one).collect();
    if let Some(rest) = props.refused.len().checked_sub(N_NAMED).filter(|it| *it > 0) {
        names.push(words::MORE_FILES.with(locale, &[&rest]));
    }
    html! {
        <div class="notice warn" role="status" data-refused="">
            { icon("warning") }<span>{ words::NOT_OPENED.with(locale, &[&names.join(", ")]) }</span>
            <button class="icon-btn s" aria-label={words::CLOSE.text(locale)} onclick={props.on_action.reform(|_: MouseEvent| Action::DismissRefused)}>{ icon("close") }</button>
        </div>
    }
}
