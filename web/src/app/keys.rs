//! What each key does, given what is on the page.

use podpath_protocol::{Diagnostic, Focus};
use yew::prelude::*;

use super::{Scene, Wishes};
use crate::findings::{Way, fixes_at, step};
use crate::hooks::use_keys::Key;
use crate::state::sight::Look;
use crate::state::{Action, Opening, Popover};
use crate::view::{card_of_hop, safe_fixes};

/// The handler; it says whether the key was used.
pub(super) fn handler(scene: &Scene, wishes: &Wishes) -> Callback<Key, bool> {
    let (scene, wishes) = (scene.clone(), wishes.clone());
    Callback::from(move |key| handle(key, &scene, &wishes))
}

/// Does what a key asks for; false when there is nothing to do.
pub(super) fn handle(key: Key, scene: &Scene, wishes: &Wishes) -> bool {
    let n_hops = scene.answers.as_ref().and_then(|it| it.trace.as_ref()).map_or(0, |it| it.hops.len());
    match key {
        Key::Url => crate::browser::focus("#url"),
        Key::Hop(number) if number <= n_hops => wishes.on_hop.emit(number),
        Key::Hop(_) => return false,
        Key::NextHop | Key::LastHop if n_hops == 0 => return false,
        Key::NextHop => wishes.on_hop.emit((hop_now(scene) + 1).min(n_hops)),
        Key::LastHop => wishes.on_hop.emit(hop_now(scene).saturating_sub(1).max(1)),
        Key::NextProblem | Key::LastProblem => return problem(key, scene, wishes),
        Key::FixHere => return fix_here(scene, wishes),
        Key::FixAll => return fix_all(scene, wishes),
        Key::Save => crate::browser::flash(".saved"),
        Key::Undo if scene.state.undo.is_empty() => return false,
        Key::Undo => wishes.on_action.emit(Action::Undo),
        Key::LeftColumn => crate::browser::toggle_root("data-left"),
        Key::Replay => wishes.on_replay.emit(()),
        Key::Shortcuts => wishes.on_action.emit(Action::Toggle(Popover::Shortcuts)),
        Key::Palette => wishes.on_action.emit(Action::Toggle(Popover::Palette)),
        Key::FindAll => wishes.on_action.emit(Action::Toggle(Popover::Find)),
        Key::Share => wishes.on_action.emit(Action::Toggle(Popover::Share)),
        Key::Settings => wishes.on_action.emit(Action::Toggle(Popover::Settings)),
        Key::Examples => wishes.on_action.emit(Action::Toggle(Popover::Examples)),
        Key::NewFile => wishes.on_action.emit(Action::NewFile),
        Key::NewWorkspace => wishes.on_action.emit(Action::Open(Opening::default())),
        Key::SaveZip => wishes.on_zip.emit(()),
        Key::Language => wishes.on_action.emit(Action::Settle(scene.state.settings.next_language())),
        Key::Theme => wishes.on_action.emit(Action::Settle(scene.state.settings.next_theme())),
        Key::Go(region) => crate::browser::focus(region.selector()),
        Key::OnlyPath | Key::OnlyNamespace | Key::OnlyObject => return only(key, scene, wishes),
        Key::Escape if scene.state.popover.is_none() => return false,
        Key::Escape => wishes.on_action.emit(Action::Dismiss),
    }
    true
}

/// Draws only a part of the diagram: about the selected card, else about the end of the path.
fn only(key: Key, scene: &Scene, wishes: &Wishes) -> bool {
    let Some(answers) = &scene.answers else { return false };
    let nodes = &answers.graph.nodes;
    let selected = scene.state.selected.as_ref().and_then(|id| nodes.iter().find(|it| *it.id == **id));
    let here = selected.or_else(|| nodes.iter().filter(|it| it.resource.is_some()).max_by_key(|it| it.hop));
    let resource = here.and_then(|it| it.resource.clone());
    let focus = match key {
        Key::OnlyPath => Some(Focus::Path),
        Key::OnlyNamespace => resource.and_then(|it| it.namespace).map(Focus::Namespace),
        _ => resource.map(Focus::Object),
    };
    let is_some = focus.is_some();
    if let Some(focus) = focus {
        wishes.on_action.emit(Action::Sight(Look::Focus(focus)));
    }
    is_some
}

fn hop_now(scene: &Scene) -> usize {
    let (Some(answers), Some(selected)) = (&scene.answers, &scene.state.selected) else { return 0 };
    (1..=9).find(|it| card_of_hop(&answers.graph, *it).is_some_and(|card| *card.id == **selected)).unwrap_or_default()
}

fn diagnostics(scene: &Scene) -> &[Diagnostic] {
    scene.core.answers.as_ref().map_or(&[], |it| &it.check.diagnostics)
}

fn problem(key: Key, scene: &Scene, wishes: &Wishes) -> bool {
    let way = if key == Key::NextProblem { Way::Next } else { Way::Last };
    let open = scene.state.open().map(ToString::to_string).unwrap_or_default();
    let Some(range) = step(diagnostics(scene), &open, scene.state.caret, way) else { return false };
    wishes.on_goto.emit(range.clone());
    true
}

/// One fix is applied at once; of several one is chosen.
fn fix_here(scene: &Scene, wishes: &Wishes) -> bool {
    let Some(path) = scene.state.open() else { return false };
    let Some(text) = scene.state.files.get(path) else { return false };
    let fixes = fixes_at(diagnostics(scene), path, text, scene.state.caret);
    let n_fixes = fixes.len();
    match n_fixes {
        0 | 1 => wishes.on_fix.emit(fixes),
        _ => wishes.on_choice.emit(fixes),
    }
    n_fixes > 0
}

fn fix_all(scene: &Scene, wishes: &Wishes) -> bool {
    let fixes = scene.core.answers.as_ref().map(|it| safe_fixes(&it.check)).unwrap_or_default();
    let is_some = !fixes.is_empty();
    wishes.on_fix.emit(fixes);
    is_some
}
