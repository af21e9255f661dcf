//! One-off questions to the core: what a card holds, what a name means. Any component may ask, by the context of the page.

use serde::de::DeserializeOwned;
use serde_json::Value;
use yew::Callback;

/// A question beside the conversation; its answer is about the newest text that the core knows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Aside {
    pub(crate) method: &'static str,
    /// The fields of the method; `workspace` and `options` are filled in.
    pub(crate) params: Value,
    /// Hears the result, or `None` when the core refused or was started again.
    pub(crate) on_answer: Callback<Option<Value>>,
}

/// Asks the core. Found by `use_context::<Asker>()`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Asker(Callback<Aside>);

impl Asker {
    pub(crate) fn new(tell: Callback<Aside>) -> Self {
        Self(tell)
    }

    /// Asks `method` with `params`, a JSON object without `workspace` and `options`.
    pub(crate) fn ask<T: DeserializeOwned + 'static>(
        &self,
        method: &'static str,
        params: Value,
        on_answer: Callback<Option<T>>,
    ) {
        let on_answer =
            Callback::from(move |it: Option<Value>| on_answer.emit(it.and_then(|it| crate::json::of(it).ok())));
        self.0.emit(Aside { method, params, on_answer });
    }
}
