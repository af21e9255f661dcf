//! The state through its actions.

use podpath_protocol::{Position, TextEdit};

use super::*;

fn state(files: &[(&str, &str)]) -> Rc<State> {
    let files: Files = files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
    Rc::new(State::default()).reduce(Action::Open(Opening { files, is_example: true, ..Opening::default() }))
}

fn range(file: &str, from: u32, to: u32) -> Range {
    let at = |offset| Position { line: 1, column: offset + 1, offset };
    Range { file: file.into(), start: at(from), end: at(to) }
}

fn fix(file: &str, from: u32, to: u32, new_text: &str) -> Fix {
    Fix {
        title: "fix".into(),
        safe: true,
        edits: vec![TextEdit { range: range(file, from, to), new_text: new_text.into() }],
    }
}

fn typed(from: usize, to: usize, insert: &str) -> Action {
    Action::Edit { file: "a.yaml".into(), changes: vec![Change { from, to, insert: insert.into() }] }
}

#[test]
fn typing_changes_one_text_and_leaves_the_others_alone() {
    let old = state(&[("a.yaml", "kind: Pod"), ("b.yaml", "kind: Job")]);
    let new = old.clone().reduce(typed(6, 9, "Service"));
    assert_eq!(&**new.files.get("a.yaml").unwrap(), "kind: Service");
    assert!(Rc::ptr_eq(old.files.get("b.yaml").unwrap(), new.files.get("b.yaml").unwrap()));
    assert_eq!(old.written, new.written, "the editor wrote it itself");
}

#[test]
fn several_changes_refer_to_the_text_before_them() {
    let changes =
        vec![Change { from: 0, to: 1, insert: "xx".into() }, Change { from: 2, to: 3, insert: String::new() }];
    let new = state(&[("a.yaml", "abc")]).reduce(Action::Edit { file: "a.yaml".into(), changes });
    assert_eq!(&**new.files.get("a.yaml").unwrap(), "xxb");
}

#[test]
fn what_changes_nothing_keeps_the_state() {
    let old = state(&[("a.yaml", "abc")]);
    assert!(Rc::ptr_eq(&old, &old.clone().reduce(Action::Dismiss)));
}

#[test]
fn a_fix_is_applied_and_taken_back() {
    let old = state(&[("a.yaml", "app: sever")]);
    let new = old.clone().reduce(Action::Fix { fixes: vec![fix("a.yaml", 5, 10, "server")], basis: old.files.clone() });
    assert_eq!((&**new.files.get("a.yaml").unwrap(), new.offered), ("app: server", true));
    let back = new.reduce(Action::Undo);
    assert_eq!((&**back.files.get("a.yaml").unwrap(), back.offered), ("app: sever", false));
}

#[test]
fn a_fix_of_an_older_text_is_not_applied() {
    let old = state(&[("a.yaml", "app: sever")]);
    let basis = old.files.clone();
    let new =
        old.reduce(typed(0, 0, "# x\n")).reduce(Action::Fix { fixes: vec![fix("a.yaml", 5, 10, "server")], basis });
    assert_eq!(&**new.files.get("a.yaml").unwrap(), "# x\napp: sever");
}

#[test]
fn a_step_back_never_takes_typing_with_it() {
    let old = state(&[("a.yaml", "app: sever")]);
    let basis = old.files.clone();
    let new = old.reduce(Action::Fix { fixes: vec![fix("a.yaml", 5, 10, "server")], basis }).reduce(typed(0, 0, "my-"));
    assert!(!new.offered);
    assert_eq!(&**new.reduce(Action::Undo).files.get("a.yaml").unwrap(), "my-app: server");
}

#[test]
fn a_deleted_file_comes_back() {
    let new = state(&[("a.yaml", "a"), ("b.yaml", "b")]).reduce(Action::Delete("a.yaml".into()));
    assert_eq!(new.open().map(|it| &**it), Some("b.yaml"));
    assert_eq!(new.reduce(Action::Undo).files.len(), 2);
}

#[test]
fn an_example_takes_the_place_of_work_only_with_a_step_back() {
    let untouched = state(&[("a.yaml", "a")]).reduce(Action::Open(Opening::default()));
    assert!(!untouched.offered);
    let worked = state(&[("a.yaml", "a")]).reduce(typed(0, 0, "b")).reduce(Action::Open(Opening::default()));
    assert!(worked.offered && worked.files.is_empty());
    assert_eq!(&**worked.reduce(Action::Undo).files.get("a.yaml").unwrap(), "ba");
}

#[test]
fn going_to_a_place_opens_its_file() {
    let old = state(&[("a.yaml", "a"), ("b.yaml", "b")]);
    let new = old.reduce(Action::Goto(range("b.yaml", 0, 1)));
    assert_eq!(new.open().map(|it| &**it), Some("b.yaml"));
    let again = new.clone().reduce(Action::Goto(range("b.yaml", 0, 1)));
    assert_ne!(new.target, again.target, "the same place again is a new wish");
}

#[test]
fn a_rename_does_not_overwrite() {
    let old = state(&[("a.yaml", "a"), ("b.yaml", "b")]);
    let same = old.clone().reduce(Action::Rename { from: "a.yaml".into(), to: "b.yaml".into() });
    assert_eq!(same.files, old.files);
}
