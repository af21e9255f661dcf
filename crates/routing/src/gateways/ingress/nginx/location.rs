//! The rules of a server: what nginx does with a request at each of its locations, in the order of nginx' phases.
//!
//! First what `rewrite` does (an answer to a preflight, a redirect), then the redirect to HTTPS and the 503 of an upstream
//! without endpoints, then access (addresses, passwords), then the upstream with its canary.

mod cors;
mod forward;

use podpath_cluster::Cluster;
use podpath_objects::IngressBackend;

use self::cors::allowed;
use super::annotation::{Annotations, Config, field};
use super::server::{Location, Member, Server};
use super::upstream::Upstreams;
use crate::change::fill_variables;
use crate::matcher::{Condition, Matcher, SourceMatch};
use crate::pattern::{PathMatch, Pattern, TextMatch};
use crate::request::Request;
use crate::table::{Action, Filter, Origin, Rank, Redirect, Response, Rule};

/// What every server of the controller shares.
pub(super) struct Context<'a, 'b> {
    pub(super) cluster: &'a Cluster,
    pub(super) config: &'b Config,
    pub(super) members: &'b [Member<'a>],
    pub(super) upstreams: &'b Upstreams,
    pub(super) place: &'b Origin,
}

/// How a request comes to a server.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) is_https: bool,
    /// The server has a certificate that an Ingress names, so it redirects to HTTPS.
    pub(super) has_certificate: bool,
}

/// The rules of a location as they grow: what all of them ask, and whose they are.
struct Rules<'r> {
    list: &'r mut Vec<Rule>,
    base: Vec<Matcher>,
    origin: Origin,
    label: String,
}

impl Rules<'_> {
    fn push(&mut self, extra: impl IntoIterator<Item = Condition>, filters: Vec<Filter>, action: Action) {
        let location = self.origin.location;
        let extra = extra.into_iter().map(|it| Matcher::new(it, location));
        let matchers = self.base.iter().cloned().chain(extra).collect();
        let rank = Rank { order: self.list.len(), ..Rank::default() };
        let (origin, label) = (self.origin.clone(), self.label.clone());
        self.list.push(Rule { origin, label, priority: None, matchers, rank, filters, action });
    }

    /// What no other rule of the location takes.
    fn last(&mut self, action: Action) {
        self.push([], vec![], action);
    }
}

/// A pattern that cannot be read here: nginx may read it otherwise, or not at all.
fn unreadable<'l>(server: &'l Server<'_>) -> Option<&'l Origin> {
    server.locations.iter().find(|it| !Pattern::from_start(&it.path).is_valid()).map(|it| &it.origin)
}

impl<'a> Context<'a, '_> {
    /// The rules of a server.
    pub(super) fn rules(&self, server: &Server<'a>, way: Way) -> Vec<Rule> {
        if let Some(field) = &self.config.unmodelled {
            return vec![Rule::plain(self.place.clone(), "configuration", Action::Unsupported(field.clone()))];
        }
        let is_regex = self.is_regex(server);
        if let Some(unreadable) = unreadable(server).filter(|_| is_regex) {
            return vec![Rule::plain(
                unreadable.clone(),
                "paths",
                Action::Unsupported(format!("{}.path", unreadable.path)),
            )];
        }
        let mut rules = self.app_root(server);
        for location in &server.locations {
            for path in self.written_paths(server, location, is_regex) {
                self.location(&mut rules, location, &path, is_regex, way);
            }
        }
        if !is_regex {
            slashes(&mut rules, server);
            // Where nobody wrote a path for all hosts they hide nothing.
            let hides = server.maker.is_none() && server.locations.iter().any(|it| it.backend.is_some());
            rules.extend(self.own_locations().filter(|_| hides));
        }
        rules
    }

    /// What the server for all other hosts answers itself: health checks, and its status to nobody outside.
    fn own_locations(&self) -> impl Iterator<Item = Rule> {
        [("/healthz", 200, "health-check"), ("/nginx_status", 403, "source-denied")].into_iter().map(
            |(path, status, reason)| {
                let mut rule =
                    Rule::plain(self.place.clone(), path, Action::Respond(Response { status, body: None, reason }));
                rule.matchers =
                    vec![Matcher::new(Condition::Path(PathMatch::Prefix(path.to_owned())), rule.origin.location)];
                rule
            },
        )
    }

    fn notes(&self, location: &Location<'_>) -> Option<&Annotations> {
        self.members.get(location.member?).map(|it| &it.notes)
    }

    /// The `rewrite-target` of a location, and whether it is a regular expression.
    fn rewrite(&self, location: &Location<'_>) -> (Option<&str>, bool) {
        let notes = self.notes(location).filter(|_| !location.is_catch_all);
        notes.map_or((None, false), |it| (it.rewrite_target.as_deref(), it.use_regex))
    }

    /// "Enforce the regex modifier if at least one location has it, or a rewrite": on every location of the server.
    fn is_regex(&self, server: &Server<'_>) -> bool {
        server.locations.iter().any(|it| {
            let (target, use_regex) = self.rewrite(it);
            use_regex
                || target.is_some_and(|to| nginx_paths(server, it, (target, use_regex)).iter().any(|path| path != to))
        })
    }

    /// The paths that a location stands for, each of which has its own rules.
    fn written_paths(&self, server: &Server<'_>, location: &Location<'_>, is_regex: bool) -> Vec<String> {
        if is_regex { nginx_paths(server, location, self.rewrite(location)) } else { vec![location.path.clone()] }
    }

    /// "if ($uri = /) return 302": before any location of the server.
    fn app_root(&self, server: &Server<'_>) -> Vec<Rule> {
        let found = server.locations.iter().find_map(|it| Some((it, self.notes(it)?.app_root.as_ref()?)));
        let Some((location, to)) = found else { return vec![] };
        let redirect =
            Redirect { status: 302, template: Some(format!("$scheme://$http_host{to}")), ..Redirect::default() };
        let mut rule = Rule::plain(location.origin.clone(), "app-root", Action::Redirect(redirect));
        rule.matchers = vec![Matcher::new(Condition::Path(PathMatch::Exact("/".into())), rule.origin.location)];
        vec![rule]
    }

    fn location(&self, rules: &mut Vec<Rule>, location: &Location<'a>, path: &str, is_regex: bool, way: Way) {
        let path_match = match is_regex {
            true => PathMatch::Regex(Pattern::from_start(path)),
            false if location.is_exact => PathMatch::Exact(path.to_owned()),
            // `location /foo/` and `location = /foo`; a path that ends with a slash has no second one.
            false if path.len() > 1 && path.ends_with('/') => PathMatch::Prefix(path.to_owned()),
            false => PathMatch::Elements(path.to_owned()),
        };
        let origin = location.origin.clone();
        let base = vec![Matcher::new(Condition::Path(path_match), origin.location)];
        let mut rules = Rules { list: rules, base, label: path.to_owned(), origin };
        let none = Annotations::default();
        let notes = self.notes(location).unwrap_or(&none);
        // "Location denied": `return 503` stands in the place of everything else.
        if notes.denied.is_some() {
            rules.last(Action::Respond(Response { status: 503, body: None, reason: "location-denied" }));
            return;
        }
        if let Some(end) = self.rewrite_phase(&mut rules, location, notes, way) {
            rules.last(end);
            return;
        }
        let member = location.member.and_then(|it| self.members.get(it));
        let served = member.zip(location.backend.as_ref());
        let is_dead =
            |it: &(&Member<'_>, &(&IngressBackend, String))| !self.upstreams.is_live(it.0.ingress.namespace(), it.1.0);
        if let Some((member, (backend, place))) = served.filter(is_dead) {
            self.without_endpoints(&mut rules, member, backend, place);
            return;
        }
        if let Some(field) = &notes.unmodelled {
            rules.last(Action::Unsupported(field.clone()));
            return;
        }
        let is_closed = access_phase(&mut rules, notes);
        match served {
            _ if notes.asks_password => ask_password(&mut rules),
            Some((member, _)) => self.forward(&mut rules, location, member, (path, is_regex)),
            None => {
                rules.label = "default backend".into();
                rules.last(Action::Respond(Response { status: 404, body: None, reason: "no-route" }));
            }
        }
        if is_closed {
            rules.base.truncate(1);
            rules.last(denied());
        }
    }

    /// Preflights, `return` of a redirect, the redirect to HTTPS: what ends a request before its upstream is asked.
    fn rewrite_phase(
        &self,
        rules: &mut Rules<'_>,
        location: &Location<'_>,
        notes: &Annotations,
        way: Way,
    ) -> Option<Action> {
        if let Some(field) = notes.unmodelled.as_ref().filter(|it| it.contains("snippet")) {
            return Some(Action::Unsupported(field.clone()));
        }
        if let Some((condition, filters)) = notes.cors.as_ref().map(allowed) {
            let method = Condition::Method(TextMatch::Exact("OPTIONS".into()));
            let answer = Action::Respond(Response { status: 204, body: None, reason: "preflight" });
            rules.push([method].into_iter().chain(condition), filters, answer);
        }
        if let Some((to, status)) = notes.redirect.as_ref().filter(|_| !location.is_catch_all) {
            let is_relative = to.starts_with('/') && !notes.relative_redirects;
            let to = if is_relative { format!("$scheme://$host{to}") } else { to.clone() };
            return Some(match fill_variables(&to, &Request::default()) {
                Ok(_) => Action::Redirect(Redirect { status: *status, template: Some(to), ..Redirect::default() }),
                Err(_) => Action::Unsupported(field("permanent-redirect")),
            });
        }
        let is_free = self.config.no_tls_redirect.iter().any(|it| location.path.starts_with(it.as_str()));
        let asks = notes.force_ssl_redirect || notes.ssl_redirect && way.has_certificate;
        if is_free || !asks {
            return None;
        }
        let uri = if notes.keeps_trailing_slash { "$request_uri" } else { "$trimmed_uri" };
        let host = if self.config.uses_forwarded_headers { "$forwarded_host" } else { "$redirect_host" };
        let template = Some(format!("https://{host}{uri}"));
        let redirect =
            Action::Redirect(Redirect { status: self.config.redirect_code, template, ..Redirect::default() });
        if !self.config.uses_forwarded_headers {
            return (!way.is_https).then_some(redirect);
        }
        redirect_forwarded(rules, redirect, way);
        None
    }
}

/// "Trust `X-Forwarded-Proto` headers [to] correctly indicate ssl offloading": `http` is redirected, whatever else is not;
/// without the header the connection itself counts (`lua_ingress.lua`, `rewrite`).
fn redirect_forwarded(rules: &mut Rules<'_>, redirect: Action, way: Way) {
    let told = "x-forwarded-proto".to_owned();
    let is_plain = Condition::Header(told.clone(), TextMatch::Exact("http".into()));
    rules.push([is_plain], vec![], redirect.clone());
    if !way.is_https {
        rules.push([Condition::WithoutHeader(told, TextMatch::Present)], vec![], redirect);
    }
}

/// `deny` and `allow`; true when what is left must be refused at the end.
fn access_phase(rules: &mut Rules<'_>, notes: &Annotations) -> bool {
    if notes.allow.is_empty() && notes.deny.is_empty() {
        return false;
    }
    let name = if notes.allow.is_empty() { "denylist-source-range" } else { "whitelist-source-range" };
    rules.push([Condition::Source(SourceMatch::Unknown)], vec![], Action::Unsupported(field(name)));
    if !notes.deny.is_empty() {
        rules.push([Condition::Source(SourceMatch::Within(notes.deny.clone()))], vec![], denied());
    }
    if notes.allow.is_empty() {
        return false;
    }
    let allowed = Condition::Source(SourceMatch::Within(notes.allow.clone()));
    rules.base.push(Matcher::new(allowed, rules.origin.location));
    true
}

/// Who shows no password gets 401; whether one is right stands in a Secret that is not read.
fn ask_password(rules: &mut Rules<'_>) {
    let missing = Condition::WithoutHeader("authorization".into(), TextMatch::Present);
    let answer = Response { status: 401, body: None, reason: "unauthorized" };
    rules.push([missing], vec![], Action::Respond(answer));
    rules.last(Action::Unsupported(field("auth-type")));
}

fn denied() -> Action {
    Action::Respond(Response { status: 403, body: None, reason: "source-denied" })
}

/// The `location` blocks of a location: a prefix without rewrite is `/foo/` and `= /foo`, which may be there already.
fn nginx_paths(server: &Server<'_>, location: &Location<'_>, (target, use_regex): (Option<&str>, bool)) -> Vec<String> {
    let path = &location.path;
    let rewrites = target.is_some_and(|it| it != path);
    if path == "/" || location.is_exact || rewrites || use_regex {
        return vec![path.clone()];
    }
    let with_slash = if path.ends_with('/') { path.clone() } else { format!("{path}/") };
    let has_exact = server.find(path, true).is_some();
    if has_exact || with_slash == *path { vec![with_slash] } else { vec![with_slash, path.clone()] }
}

/// "A permanent redirect with the code 301 will be returned to the requested URI with the slash appended", where only the
/// path with the slash has a location.
fn slashes(rules: &mut Vec<Rule>, server: &Server<'_>) {
    for location in server.locations.iter().filter(|it| it.path.len() > 1) {
        let Some(bare) = location.path.strip_suffix('/').filter(|it| !it.is_empty()) else { continue };
        if server.find(bare, false).or(server.find(bare, true)).is_some() {
            continue;
        }
        let template = Some(format!("$scheme://$host{}$is_args$args", location.path));
        let redirect = Action::Redirect(Redirect { status: 301, template, ..Redirect::default() });
        let base = vec![Matcher::new(Condition::Path(PathMatch::Exact(bare.to_owned())), location.origin.location)];
        let label = location.path.clone();
        Rules { list: rules, base, origin: location.origin.clone(), label }.last(redirect);
    }
}
