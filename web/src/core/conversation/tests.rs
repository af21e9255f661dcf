//! The talk, against a worker that is played by hand.

use podpath_protocol::{Call, Size};

use super::*;

fn question(text: &str) -> Rc<Question> {
    let files = Rc::new(Files::from([("a.yaml".into(), text.into())]));
    let call = Some(Call { host: "a.example".into(), ..Call::default() });
    Rc::new(Question {
        files,
        call,
        settings: Rc::default(),
        size: Size::Wide,
        view: podpath_protocol::View::default(),
    })
}

fn methods(posts: &[String]) -> Vec<String> {
    posts.iter().map(|it| serde_json::from_str::<Value>(it).unwrap()["method"].as_str().unwrap().to_owned()).collect()
}

/// Answers every post as a core with nothing to say would.
fn answer(posts: &[String], revision: u64) -> Vec<String> {
    let reply = |post: &String| {
        let post: Value = serde_json::from_str(post).unwrap();
        let result = match post["method"].as_str().unwrap() {
            "workspace" => serde_json::json!({ "revision": revision }),
            "check" => serde_json::json!({ "diagnostics": [] }),
            "trace" => serde_json::json!({ "traces": [] }),
            "graph" => serde_json::to_value(Graph::default()).unwrap(),
            "suggest" => serde_json::json!({ "suggestions": [] }),
            _ => serde_json::json!({ "presets": [] }),
        };
        serde_json::json!({ "id": post["id"], "result": result }).to_string()
    };
    posts.iter().map(reply).collect()
}

/// Lets the worker answer; gives what was heard and what is posted next.
fn round(talk: &mut Conversation, posts: &[String], revision: u64) -> (Vec<Heard>, Vec<String>) {
    let (mut heard, mut next) = (Vec::new(), Vec::new());
    for text in answer(posts, revision) {
        let (it, more) = talk.hear(&text);
        heard.extend(it);
        next.extend(more);
    }
    (heard, next)
}

#[test]
fn nothing_is_posted_before_the_worker_is_ready() {
    let mut talk = Conversation::default();
    assert!(talk.want(question("a")).is_empty());
    assert_eq!(methods(&talk.hear("ready").1), ["workspace"]);
}

#[test]
fn the_answer_comes_before_what_can_wait() {
    let mut talk = Conversation::default();
    talk.want(question("a"));
    let (_, posts) = talk.hear("ready");
    let (_, posts) = round(&mut talk, &posts, 1);
    assert_eq!(methods(&posts), ["trace", "graph", "check"]);
    let (heard, posts) = round(&mut talk, &posts, 1);
    assert!(matches!(heard.as_slice(), [Heard::Answers(_)]));
    assert_eq!(methods(&posts), ["suggest", "presets"]);
    assert_eq!(round(&mut talk, &posts, 1).1, Vec::<String>::new());
    assert!(!talk.is_waiting());
}

#[test]
fn suggestions_that_cannot_be_read_are_none() {
    let mut talk = Conversation::default();
    talk.want(question("a"));
    let (_, posts) = talk.hear("ready");
    let (_, posts) = round(&mut talk, &posts, 1);
    let (_, posts) = round(&mut talk, &posts, 1);
    let post: Value = serde_json::from_str(&posts[0]).unwrap();
    let reply = serde_json::json!({ "id": post["id"], "result": { "suggestions": 1 } }).to_string();
    assert!(matches!(talk.hear(&reply).0, Some(Heard::Suggestions { suggestions, .. }) if suggestions.is_empty()));
}

#[test]
fn the_newest_text_wins_and_the_stale_answer_is_dropped() {
    let mut talk = Conversation::default();
    talk.want(question("a"));
    let (_, posts) = talk.hear("ready");
    let (_, posts) = round(&mut talk, &posts, 1);
    assert!(talk.want(question("ab")).is_empty());
    assert!(talk.want(question("abc")).is_empty());
    let (heard, posts) = round(&mut talk, &posts, 1);
    assert_eq!(heard, []);
    let post: Value = serde_json::from_str(&posts[0]).unwrap();
    assert_eq!(
        post["params"]["edit"],
        serde_json::json!([{ "file": "a.yaml", "start": 1, "end": 1, "newText": "bc" }])
    );
}

#[test]
fn a_new_worker_gets_the_whole_workspace_again() {
    let mut talk = Conversation::default();
    talk.want(question("a"));
    talk.hear("ready");
    let mut talk = talk.restarted();
    let (_, posts) = talk.hear("ready");
    let post: Value = serde_json::from_str(&posts[0]).unwrap();
    assert_eq!(post["params"]["open"], serde_json::json!({ "a.yaml": "a" }));
}

#[test]
fn an_edit_never_cuts_a_letter() {
    for (old, new) in [("가나", "가다"), ("각", "간"), ("aa", "aaa"), ("", "x"), ("x", ""), ("a😀b", "a😁b")]
    {
        let it = edit("f", old, new);
        let made = format!("{}{}{}", &old[..it.start], it.new_text, &old[it.end..]);
        assert_eq!(made, new, "{old} to {new}");
    }
}

#[test]
fn an_aside_waits_for_the_newest_text_and_is_answered_by_its_number() {
    let mut talk = Conversation::default();
    talk.want(question("a"));
    assert!(talk.ask_aside(7, "object", serde_json::json!({})).is_empty());
    let (_, posts) = talk.hear("ready");
    let (_, posts) = round(&mut talk, &posts, 1);
    let (_, posts) = round(&mut talk, &posts, 1);
    let (_, posts) = round(&mut talk, &posts, 1);
    assert_eq!(methods(&posts), ["object"]);
    let post: Value = serde_json::from_str(&posts[0]).unwrap();
    assert_eq!(post["params"]["workspace"], 1);
    let reply = serde_json::json!({ "id": post["id"], "result": { "a": 1 } }).to_string();
    let wanted = Heard::Aside { number: 7, result: Some(serde_json::json!({ "a": 1 })) };
    assert_eq!(talk.hear(&reply), (Some(wanted), Vec::new()));
}
