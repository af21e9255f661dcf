//! The rules of a server: what nginx does with a request at each of its locations, in the order of nginx' phases.
//!
//! First what `rewrite` does (an answer to a preflight, a redirect), then the redirect to HTTPS and the 503 of an upstream
//! without endpoints, then access (addresses, passwords), then the upstream with its canary.

mod cors;
mod forward;
mod rules;

use podpath_cluster::Cluster;

use self::cors::allowed;
use self::rules::Rules;
use super::annotation::{Annotations, field};
use super::config::{Config, setting};
use super::server::{Location, Member, Server};
use super::upstream::Upstreams;
use crate::matcher::{Condition, Matcher, SourceMatch};
use crate::pattern::{PathMatch, Pattern, TextMatch};
use crate::table::{Action, Origin, Redirect, Response, Rule};

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
        let mut rules = Vec::new();
        self.app_root(&mut rules, server);
        for location in &server.locations {
            for path in self.written_paths(server, location, is_regex) {
                self.location(&mut rules, location, &path, is_regex, way);
            }
        }
        if !is_regex {
            self.slashes(&mut rules, server);
            // Where nobody wrote a path for all hosts they hide nothing.
            if server.maker.is_none() && server.locations.iter().any(|it| it.backend.is_some()) {
                self.own_locations(&mut rules);
            }
        }
        rules
    }

    /// The rules of the other name of a host, with `www.` or without.
    pub(super) fn www(&self, redirect: Redirect) -> Vec<Rule> {
        let mut list = Vec::new();
        let label = "from-to-www-redirect".to_owned();
        let rules = Rules { list: &mut list, base: vec![], origin: self.place.clone(), label, told: vec![] };
        self.of_server(rules).last(Action::Redirect(redirect));
        list
    }

    /// The rules of a path, with what its server does before it looks for a location.
    fn begin<'r>(&self, list: &'r mut Vec<Rule>, path: PathMatch, origin: &Origin, label: &str) -> Rules<'r> {
        self.of_server(Rules::at(list, path, origin, label))
    }

    /// What every server does first, to which only the headers of all servers are told.
    fn of_server<'r>(&self, rules: Rules<'r>) -> Rules<'r> {
        let mut rules = rules.telling(self.config.answer_headers.clone());
        rules.block(self.config);
        rules
    }

    /// What the server for all other hosts answers itself: health checks, and its status to nobody outside.
    fn own_locations(&self, rules: &mut Vec<Rule>) {
        for (path, status, reason) in [("/healthz", 200, "health-check"), ("/nginx_status", 403, "source-denied")] {
            let mut rules = self.begin(rules, PathMatch::Prefix(path.to_owned()), self.place, path);
            rules.last(Action::Respond(Response { status, body: None, reason }));
        }
    }

    /// "A permanent redirect with the code 301 will be returned to the requested URI with the slash appended", where only
    /// the path with the slash has a location that passes requests on; one that is denied does not.
    fn slashes(&self, rules: &mut Vec<Rule>, server: &Server<'_>) {
        for location in server.locations.iter().filter(|it| it.path.len() > 1) {
            let Some(bare) = location.path.strip_suffix('/').filter(|it| !it.is_empty()) else { continue };
            let is_denied = self.notes(location).is_some_and(|it| it.denied.is_some());
            if is_denied || server.find(bare, false).or(server.find(bare, true)).is_some() {
                continue;
            }
            let template = Some(format!("$scheme://$host{}$is_args$args", location.path));
            let redirect = Action::Redirect(Redirect { status: 301, template, ..Redirect::default() });
            let path = PathMatch::Exact(bare.to_owned());
            self.begin(rules, path, &location.origin, &location.path).last(redirect);
        }
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
    fn app_root(&self, rules: &mut Vec<Rule>, server: &Server<'_>) {
        let mut written = server.locations.iter().filter(|it| !it.is_catch_all);
        let found = written.find_map(|it| Some((it, self.notes(it)?.app_root.as_ref()?)));
        let Some((location, to)) = found else { return };
        let redirect =
            Redirect { status: 302, template: Some(format!("$scheme://$http_host{to}")), ..Redirect::default() };
        let mut rules = self.begin(rules, PathMatch::Exact("/".into()), &location.origin, "app-root");
        rules.last(Action::Redirect(redirect));
    }

    fn location(&self, rules: &mut Vec<Rule>, location: &Location<'a>, path: &str, is_regex: bool, way: Way) {
        let path_match = match is_regex {
            true => PathMatch::Regex(Pattern::from_start(path)),
            false if location.is_exact => PathMatch::Exact(path.to_owned()),
            // `location /foo/` and `location = /foo`; a path that ends with a slash has no second one.
            false if path.len() > 1 && path.ends_with('/') => PathMatch::Prefix(path.to_owned()),
            false => PathMatch::Elements(path.to_owned()),
        };
        let none = Annotations::default();
        let notes = self.notes(location).unwrap_or(&none);
        let headers = self.config.answer_headers.iter().chain(&notes.headers).cloned().collect();
        let hsts = self.config.hsts.as_ref().filter(|_| way.is_https);
        let rules = self.begin(rules, path_match, &location.origin, path);
        let mut rules = rules.telling(headers).securely(hsts);
        // "Location denied": `return 503` stands in the place of everything else.
        if notes.denied.is_some() {
            rules.last(Action::Respond(Response { status: 503, body: None, reason: "location-denied" }));
            return;
        }
        if let Some(end) = self.rewrite_phase(&mut rules, location, notes, way) {
            rules.answer(notes, None, &end);
            return;
        }
        let member = location.member.and_then(|it| self.members.get(it));
        let served = member.zip(location.backend.as_ref());
        let dead = served.filter(|(member, (backend, _))| !self.upstreams.is_live(member.ingress.namespace(), backend));
        let instead = dead.and_then(|(member, (backend, _))| self.instead(member, backend));
        if let (Some((member, (backend, place))), None) = (dead, &instead) {
            self.without_endpoints(&mut rules, member, backend, place);
            return;
        }
        if let Some(field) = &notes.unmodelled {
            rules.last(Action::Unsupported(field.clone()));
            return;
        }
        let asks = !self.config.no_auth.iter().any(|it| location.path.starts_with(it.as_str()));
        if let Some(field) = self.asked(notes).filter(|_| asks) {
            rules.last(Action::Unsupported(field.clone()));
            return;
        }
        let is_closed = access_phase(&mut rules, notes, self.config);
        match (served, notes.users.as_ref().filter(|_| asks)) {
            (_, Some(users)) => ask_password(&mut rules, notes, users),
            (Some((member, _)), None) => self.forward(&mut rules, location, member, (path, is_regex), instead),
            (None, None) => {
                rules.label = "default backend".into();
                rules.answer(notes, None, &Action::Respond(Response { status: 404, body: None, reason: "no-route" }));
            }
        }
        if is_closed {
            rules.base.truncate(1);
            rules.answer(notes, None, &denied());
        }
    }

    /// Who is asked whether a request may pass, and is not modelled.
    fn asked<'n>(&'n self, notes: &'n Annotations) -> Option<&'n String> {
        notes.unmodelled_auth.as_ref().or(self.config.global_auth.as_ref().filter(|_| notes.global_auth))
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
        // The catch-all keeps what it had of redirects and rewrites: none, and that to HTTPS is of its rewrites.
        if location.is_catch_all {
            return None;
        }
        if let Some((to, status)) = &notes.redirect {
            let is_relative = to.starts_with('/') && !notes.relative_redirects;
            let to = if is_relative { format!("$scheme://$host{to}") } else { to.clone() };
            return Some(Action::Redirect(Redirect { status: *status, template: Some(to), ..Redirect::default() }));
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
        redirect_forwarded(rules, notes, &redirect, way);
        None
    }
}

/// "Trust `X-Forwarded-Proto` headers correctly indicate ssl offloading": `http` is redirected, whatever else is not;
/// without the header the connection itself counts (`lua_ingress.lua`, `rewrite`).
fn redirect_forwarded(rules: &mut Rules<'_>, notes: &Annotations, redirect: &Action, way: Way) {
    let told = "x-forwarded-proto".to_owned();
    let is_plain = Condition::Header(told.clone(), TextMatch::Exact("http".into()));
    rules.answer(notes, Some(&is_plain), redirect);
    if !way.is_https {
        rules.answer(notes, Some(&Condition::WithoutHeader(told, TextMatch::Present)), redirect);
    }
}

/// `deny` and `allow`; true when what is left must be refused at the end. A list for all servers is "inherited from the
/// previous configuration level if and only if there are no such directives on the current level".
fn access_phase(rules: &mut Rules<'_>, notes: &Annotations, config: &Config) -> bool {
    let has_own = !notes.allow.is_empty() || !notes.deny.is_empty();
    let deny = if has_own { &notes.deny } else { &config.blocked_ranges };
    if !has_own && deny.is_empty() {
        return false;
    }
    let name = match (has_own, notes.allow.is_empty()) {
        (false, _) => setting("block-cidrs"),
        (true, true) => field("denylist-source-range"),
        (true, false) => field("whitelist-source-range"),
    };
    rules.push([Condition::Source(SourceMatch::Unknown)], vec![], Action::Unsupported(name));
    if !deny.is_empty() {
        rules.answer(notes, Some(&Condition::Source(SourceMatch::Within(deny.clone()))), &denied());
    }
    if notes.allow.is_empty() {
        return false;
    }
    let allowed = Condition::Source(SourceMatch::Within(notes.allow.clone()));
    rules.base.push(Matcher::new(allowed, rules.origin.location));
    true
}

/// Who is no user of the Secret gets 401; whether the password of a user is right is told by a hash that is not computed.
fn ask_password(rules: &mut Rules<'_>, notes: &Annotations, users: &[String]) {
    if !users.is_empty() {
        rules.push([Condition::User(users.to_vec())], vec![], Action::Unsupported(field("auth-type")));
    }
    rules.answer(notes, None, &Action::Respond(Response { status: 401, body: None, reason: "unauthorized" }));
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
