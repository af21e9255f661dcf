//! What the page shows before it runs: the first example, drawn by the page's own components when the page is built. The
//! program `podpath` gives the answers, as the worker gives them later.
//!
//! `web/first.js` puts the pieces together: for each language the page, and for each width the picture in it.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::rc::Rc;
use std::sync::mpsc;

use podpath_protocol::Locale;
use yew::platform::Runtime;
use yew::{LocalServerRenderer, Reducible};

use crate::app::{App, AppProps, Known, question};
use crate::core::Heard;
use crate::core::conversation::Conversation;
use crate::examples;
use crate::hooks::use_core::{Core, News};
use crate::hooks::use_window::{Look, Width};
use crate::state::{Action, Settings, State};
use crate::view::first_look;

/// One `template` for each language and one for each width in it; `program` answers as `podpath rpc` does.
pub(crate) fn draw(program: Option<OsString>) -> io::Result<String> {
    let program = program.ok_or_else(|| io::Error::other("name the program `podpath`"))?;
    let (tell, hear) = mpsc::channel();
    // Yew draws in a thread of its own runtime, where a value need not be able to change threads.
    Runtime::default().spawn_pinned(move || async move {
        let mut html = String::new();
        for locale in [Locale::En, Locale::Ko] {
            match pages(&program, locale).await {
                Ok(pages) => html.push_str(&templates(locale, &pages)),
                Err(error) => return drop(tell.send(Err(error))),
            }
        }
        drop(tell.send(Ok(html)));
    });
    hear.recv().map_err(io::Error::other)?
}

/// The whole page at each width.
async fn pages(program: &OsStr, locale: Locale) -> io::Result<Vec<String>> {
    let mut pages = Vec::new();
    for (_, width) in Width::ALL {
        let known = known(program, locale, Look { width, ..Look::default() })?;
        let renderer = LocalServerRenderer::<App>::with_props(AppProps { known: Some(known) });
        pages.push(renderer.hydratable(false).render().await);
    }
    Ok(pages)
}

/// The page as it stands when the first example is answered: it looks where there is something to see, and asks again.
fn known(program: &OsStr, locale: Locale, look: Look) -> io::Result<Known> {
    let settings = Settings { locale, ..Settings::default() };
    let state = Rc::new(State { settings: settings.into(), ..State::default() });
    let mut state = state.reduce(Action::Open(examples::first()));
    let mut program = Program::start(program)?;
    program.ask(&state, look)?;
    let trace = program.core.answers.as_ref().and_then(|it| it.trace.as_deref());
    if let Some(range) = trace.and_then(first_look) {
        state = state.reduce(Action::Goto(range));
        program.ask(&state, look)?;
    }
    let core = program.end()?;
    Ok(Known { state, core, look })
}

/// The program that answers, and the talk with it, as the page has one with its worker.
struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
    talk: Conversation,
    /// All that it said.
    core: Rc<Core>,
}

impl Program {
    fn start(name: &OsStr) -> io::Result<Self> {
        let mut child = Command::new(name).arg("rpc").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or_else(|| io::Error::other("the program has no output"))?;
        let mut talk = Conversation::default();
        talk.hear("ready");
        Ok(Self { child, output: BufReader::new(output), talk, core: Rc::default() })
    }

    /// Asks about a state all that the page asks.
    fn ask(&mut self, state: &State, look: Look) -> io::Result<()> {
        let question = Rc::new(question(state, look));
        let mut open = self.talk.want(question.clone());
        while !open.is_empty() {
            for text in std::mem::take(&mut open) {
                let answer = self.answer(&text)?;
                let (heard, more) = self.talk.hear(answer.trim_end());
                match heard {
                    Some(Heard::Failed(message)) => return Err(io::Error::other(message)),
                    Some(heard) => self.core = self.core.clone().reduce(News::Heard(heard)),
                    None => {}
                }
                open.extend(more);
            }
        }
        let is_answered = self.core.answers.as_ref().is_some_and(|it| Rc::ptr_eq(&it.question, &question));
        let unanswered = || io::Error::other("the core did not answer about the first example");
        is_answered.then_some(()).ok_or_else(unanswered)
    }

    /// The answer to one message.
    fn answer(&mut self, text: &str) -> io::Result<String> {
        let input = self.child.stdin.as_mut().ok_or_else(|| io::Error::other("the program has no input"))?;
        writeln!(input, "{text}")?;
        input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line)
    }

    fn end(mut self) -> io::Result<Core> {
        self.child.wait()?;
        Ok((*self.core).clone())
    }
}

/// What the widths share once, with a place for what differs, and what differs for each width.
fn templates(locale: Locale, pages: &[String]) -> String {
    let language = if locale == Locale::Ko { "ko" } else { "en" };
    let (head, tail) = shared(pages);
    let whole = pages.first().map(String::as_str).unwrap_or_default();
    let (before, after) = (whole.get(..head).unwrap_or_default(), whole.get(whole.len() - tail..).unwrap_or_default());
    let shell = format!("{before}<i class=\"first-picture\"></i>{after}");
    let pictures = Width::ALL.iter().zip(pages).map(|((least, _), page)| {
        let picture = page.get(head..page.len() - tail).unwrap_or_default();
        format!("<template data-first=\"{language}\" data-least=\"{least}\">{picture}</template>\n")
    });
    std::iter::once(format!("<template data-first=\"{language}\">{shell}</template>\n")).chain(pictures).collect()
}

/// How many bytes at the begin and at the end are the same on all pages, up to the edge of a tag: letters may share some of
/// theirs, `<` has one alone.
fn shared(pages: &[String]) -> (usize, usize) {
    let least = pages.iter().map(String::len).min().unwrap_or_default();
    let all = |byte: &dyn Fn(&[u8]) -> Option<u8>| {
        let mut bytes = pages.iter().map(|it| byte(it.as_bytes()));
        let first = bytes.next().flatten();
        bytes.all(|it| it == first)
    };
    let n_same = (0..least).take_while(|at| all(&|it| it.get(*at).copied())).count();
    let n_last = (0..least).take_while(|at| all(&|it| it.get(it.len().checked_sub(at + 1)?).copied())).count();
    let whole = pages.first().map(String::as_bytes).unwrap_or_default();
    let is_edge = |byte: &u8| *byte == b'<';
    let head = whole.get(..n_same).and_then(|it| it.iter().rposition(is_edge)).unwrap_or_default();
    let start = whole.len() - n_last.min(least - head);
    let tail = whole.get(start..).and_then(|it| Some(it.len() - it.iter().position(is_edge)?)).unwrap_or_default();
    (head, tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_widths_share_is_written_once() {
        let pages = ["<a><b>1</b><c></c></a>", "<a><b>1</b><d>2</d></a>"].map(str::to_owned);
        let html = templates(Locale::En, &pages);
        assert!(
            html.starts_with("<template data-first=\"en\"><a><b>1</b><i class=\"first-picture\"></i></a></template>")
        );
        assert!(html.contains("data-least=\"640\"><d>2</d></template>"));
    }

    #[test]
    fn letters_that_share_bytes_are_cut_at_the_tags_around_them() {
        // The one pair begins with the same bytes, the other ends with one.
        for (one, other) in [("가", "각"), ("가", "뀀")] {
            let pages = [one, other].map(|it| format!("<a></a><b>{it}</b><c></c>"));
            assert_eq!(shared(&pages), ("<a></a>".len(), "</b><c></c>".len()), "{one} and {other}");
        }
    }
}
