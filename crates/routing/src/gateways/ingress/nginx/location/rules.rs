//! What a location does, rule by rule.

use super::forward::variants;
use crate::gateways::ingress::nginx::annotation::{Annotations, Headers};
use crate::gateways::ingress::nginx::config::Config;
use crate::matcher::{Condition, Matcher};
use crate::pattern::PathMatch;
use crate::table::{Action, Filter, HeaderChange, Origin, Rank, Response, Rule};

/// The rules of a location as they grow: what all of them ask, and whose they are.
pub(super) struct Rules<'r> {
    pub(super) list: &'r mut Vec<Rule>,
    pub(super) base: Vec<Matcher>,
    pub(super) origin: Origin,
    pub(super) label: String,
    /// What is done to every answer.
    pub(super) told: Vec<Filter>,
}

impl<'r> Rules<'r> {
    /// The rules of a path.
    pub(super) fn at(list: &'r mut Vec<Rule>, path: PathMatch, origin: &Origin, label: &str) -> Self {
        let base = vec![Matcher::new(Condition::Path(path), origin.location)];
        Self { list, base, origin: origin.clone(), label: label.to_owned(), told: vec![] }
    }

    /// With headers that every answer gets.
    pub(super) fn telling(self, headers: Headers) -> Self {
        let change = HeaderChange { set: headers, ..HeaderChange::default() };
        let told = if change.set.is_empty() { vec![] } else { vec![Filter::ResponseHeaders(change)] };
        Self { told, ..self }
    }

    /// Over TLS, where answers say that they want it.
    pub(super) fn securely(mut self, hsts: Option<&String>) -> Self {
        self.told.extend(hsts.cloned().map(Filter::Hsts));
        self
    }

    pub(super) fn push(&mut self, extra: impl IntoIterator<Item = Condition>, filters: Vec<Filter>, action: Action) {
        let location = self.origin.location;
        let extra = extra.into_iter().map(|it| Matcher::new(it, location));
        let matchers = self.base.iter().cloned().chain(extra).collect();
        let rank = Rank { order: self.list.len(), ..Rank::default() };
        let (origin, label) = (self.origin.clone(), self.label.clone());
        let filters = filters.into_iter().chain(self.told.iter().cloned()).collect();
        self.list.push(Rule { origin, label, priority: None, matchers, rank, filters, action });
    }

    /// What no other rule of the location takes.
    pub(super) fn last(&mut self, action: Action) {
        self.push([], vec![], action);
    }

    /// An answer of nginx itself after its rewrite phase: the headers of CORS stand on it, whatever its status
    /// (`more_set_headers`).
    pub(super) fn answer(&mut self, notes: &Annotations, extra: Option<&Condition>, action: &Action) {
        for (condition, filters) in variants(notes) {
            self.push(extra.cloned().into_iter().chain(condition), filters, action.clone());
        }
    }

    /// "if ($block_ua) return 403" of every server, before anything else.
    pub(super) fn block(&mut self, config: &Config) {
        for condition in &config.blocked {
            let answer = Response { status: 403, body: None, reason: "blocked" };
            self.push([condition.clone()], vec![], Action::Respond(answer));
        }
    }
}
