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

/// The line; a person can take it away.
pub(crate) fn refused_line(refused: &[Refusal], locale: Locale, on_action: &Callback<Action>) -> Html {
    let one = |it: &Refusal| format!("{} ({})", file_name(&it.path), words::reason(it.reason).text(locale));
    let mut names: Vec<String> = refused.iter().take(N_NAMED).map(one).collect();
    if let Some(rest) = refused.len().checked_sub(N_NAMED).filter(|it| *it > 0) {
        names.push(words::MORE_FILES.with(locale, &[&rest]));
    }
    html! {
        <div class="notice warn" role="status" data-refused="">
            { icon("warning") }<span>{ words::NOT_OPENED.with(locale, &[&names.join(", ")]) }</span>
            <button class="icon-btn s" aria-label={words::CLOSE.text(locale)} onclick={on_action.reform(|_: MouseEvent| Action::DismissRefused)}>{ icon("close") }</button>
        </div>
    }
}
