//! What the editor asks the core about a place. Its places are UTF-16 units, those of the core bytes.

use std::cell::RefCell;
use std::rc::Rc;

use podpath_protocol::{Completion, Definition, Hover, Locale, Mention, Range, References};
use serde_json::{Value, json};
use yew::Callback;

use super::use_editor::Desk;
use crate::core::asker::Asker;
use crate::editor::Told;
use crate::rich::place;
use crate::state::files::{byte_of_unit, units_of_bytes};
use crate::words;

/// Who answers, and who goes.
#[derive(Clone, PartialEq)]
pub(crate) struct Names {
    pub(crate) asker: Asker,
    pub(crate) on_goto: Callback<Range>,
    pub(crate) locale: Locale,
}

type Shelf = Rc<RefCell<Desk>>;

/// Answers a question of the editor.
pub(crate) fn answer(desk: &Shelf, question: Told, names: &Names) {
    match question {
        Told::Visit(range) => {
            if let Ok(range) = crate::json::read(&range) {
                names.on_goto.emit(range);
            }
        }
        Told::Seek { method, unit } if method == "definition" => go(desk, unit, names),
        Told::Seek { unit, .. } => list_users(desk, unit, names),
        Told::Ask { method, unit, answer } if method == "hover" => hover(desk, unit, names, answer),
        Told::Ask { unit, answer, .. } => complete(desk, unit, names, answer),
        _ => {}
    }
}

fn at(desk: &Shelf, unit: usize) -> Value {
    let it = desk.borrow();
    json!({ "file": &*it.path, "offset": byte_of_unit(&it.text(), unit) })
}

/// The units of a range of the open file.
fn units(desk: &Shelf, range: &Range) -> (usize, usize) {
    let bytes = [range.start.offset as usize, range.end.offset as usize];
    match units_of_bytes(&desk.borrow().text(), &bytes)[..] {
        [from, to] => (from, to),
        _ => (0, 0),
    }
}

fn complete(desk: &Shelf, unit: usize, names: &Names, answer: Callback<String>) {
    let asked = at(desk, unit);
    let desk = desk.clone();
    let done = Callback::from(move |found: Option<Completion>| {
        let ready = found.and_then(|it| it.range.as_ref().map(|range| (units(&desk, range).0, it.items.clone())));
        let said = ready.map_or(Value::Null, |(from, items)| json!({ "from": from, "items": items }));
        answer.emit(said.to_string());
    });
    names.asker.ask("complete", asked, done);
}

fn hover(desk: &Shelf, unit: usize, names: &Names, answer: Callback<String>) {
    let asked = at(desk, unit);
    let (desk, locale) = (desk.clone(), names.locale);
    let done = Callback::from(move |found: Option<Hover>| {
        let said = found.and_then(|it| {
            let (from, to) = units(&desk, it.range.as_ref()?);
            let list = users(&it.used_by, locale);
            Some(json!({ "from": from, "to": to, "title": it.title, "text": it.text, "users": list.0, "usersTitle": list.1 }))
        });
        answer.emit(said.unwrap_or_default().to_string());
    });
    names.asker.ask("hover", asked, done);
}

/// Labels and places for the editor, and the words above them.
fn users(all: &[Mention], locale: Locale) -> (Value, String) {
    let one = |it: &Mention| {
        let label = format!("{} {} · {}", it.resource.kind, it.resource.name, place(&it.range));
        json!({ "label": label, "range": serde_json::to_string(&it.range).unwrap_or_default() })
    };
    (all.iter().map(one).collect(), words::NAMED_BY.with(locale, &[&all.len()]))
}

/// To the one thing that is named; several are listed.
fn go(desk: &Shelf, unit: usize, names: &Names) {
    let (asked, on_goto, locale) = (at(desk, unit), names.on_goto.clone(), names.locale);
    let desk = desk.clone();
    let done = Callback::from(move |found: Option<Definition>| match found.unwrap_or_default().targets.as_slice() {
        [] => {}
        [one] => on_goto.emit(one.range.clone()),
        several => offer(&desk, unit, several, locale),
    });
    names.asker.ask("definition", asked, done);
}

fn list_users(desk: &Shelf, unit: usize, names: &Names) {
    let (asked, locale) = (at(desk, unit), names.locale);
    let desk = desk.clone();
    let done = Callback::from(move |found: Option<References>| {
        let found = found.unwrap_or_default();
        if found.resource.is_some() {
            offer(&desk, unit, &found.references, locale);
        }
    });
    names.asker.ask("references", asked, done);
}

fn offer(desk: &Shelf, unit: usize, all: &[Mention], locale: Locale) {
    let (list, title) = users(all, locale);
    if let Some(editor) = &desk.borrow().editor {
        editor.offer(unit, &json!({ "users": list, "usersTitle": title }).to_string());
    }
}
