//! What the controller will write into the status of an object: its own conditions, its listeners', its parents'.

use podpath_protocol::{Condition, ControllerStatus, ListenerStatus, Locale, ParentStatus};
use yew::prelude::*;

use crate::components::icon::icon;
use crate::words;

/// Conditions that are good when they are false.
const BAD_WHEN_TRUE: [&str; 4] =
    ["Conflicted", "InsecureFrontendValidationMode", "OverlappingTLSConfig", "PartiallyInvalid"];

pub(super) fn written(status: &ControllerStatus, locale: Locale) -> Html {
    html! {
        <>
            { for status.conditions.iter().map(condition) }
            { for status.listeners.iter().map(|it| listener(it, locale)) }
            { for status.parents.iter().map(parent) }
        </>
    }
}

/// Whether there is anything to say.
pub(super) fn is_empty(status: &ControllerStatus) -> bool {
    status.conditions.is_empty() && status.listeners.is_empty() && status.parents.is_empty()
}

pub(super) fn condition(it: &Condition) -> Html {
    let is_good = (it.status == "True") != BAD_WHEN_TRUE.contains(&it.kind.as_str());
    let (class, glyph) = if is_good { ("ok", "ok") } else { ("err", "error") };
    html! {
        <span class={classes!("oc-state", class)} title={it.message.clone()}>{ icon(glyph) }{ format!("{} {} {}", it.kind, it.status, it.reason) }
            if !is_good && !it.message.is_empty() {
                <small>{ it.message.clone() }</small>
            }
        </span>
    }
}

fn listener(it: &ListenerStatus, locale: Locale) -> Html {
    html! {
        <div class="oc-part">
            <span class="oc-row"><code>{ it.name.clone() }</code>{ words::ATTACHED_ROUTES.with(locale, &[&it.attached_routes]) }</span>
            { for it.conditions.iter().map(condition) }
        </div>
    }
}

fn parent(it: &ParentStatus) -> Html {
    let name = &it.parent_ref;
    let section = name.section_name.as_ref().map(|it| format!("/{it}")).unwrap_or_default();
    html! {
        <div class="oc-part">
            <span class="oc-row"><code>{ format!("{} {}{section}", name.kind, name.name) }</code></span>
            { for it.conditions.iter().map(condition) }
        </div>
    }
}
