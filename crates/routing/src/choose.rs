//! The engine: which listener, host and rule of a table take a request, and why every other one does not.

use std::sync::Arc;

use podpath_source::Text;

use crate::gateways::Gateway;
use crate::ladder::{Criterion, prefer};
use crate::matcher::{Matcher, Mismatch};
use crate::pattern::HostPattern;
use crate::request::Request;
use crate::table::{Access, Listener, Protocol, Rule, Table, VirtualHost};

/// How a rule fared.
#[derive(Clone, Copy, Debug)]
pub enum Standing<'a> {
    /// It takes the request.
    Chosen,
    /// It matches, but another one goes first, by this criterion.
    Lost(Criterion),
    /// It does not match.
    Mismatch(Obstacle<'a>),
}

/// What keeps a rule from a request. Put into words when somebody asks, since most are never shown.
#[derive(Clone, Copy, Debug)]
pub enum Obstacle<'a> {
    /// The first of its conditions that does not hold.
    Condition(&'a Matcher),
    /// Its host.
    Host(&'a HostPattern),
    /// Its listener, by its name.
    Listener(&'a str),
}

/// A rule and how it fared.
#[derive(Clone, Debug)]
pub struct Considered<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// How it fared.
    pub standing: Standing<'a>,
}

/// Which rule takes a request.
#[derive(Clone, Debug)]
pub struct Choice<'a> {
    /// The listener.
    pub listener: &'a Listener,
    /// The rule; the fallback counts. None when nothing takes it.
    pub rule: Option<&'a Rule>,
    /// What decided against the strongest loser.
    pub decided_by: Option<Criterion>,
    /// Every rule of the host that matched; of other hosts and of the other listeners of the port one for each object.
    pub considered: Vec<Considered<'a>>,
}

/// Why no listener takes a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoListener {
    /// Nothing listens on the port.
    Port,
    /// The port is open to clients of other addresses.
    Source,
    /// No listener of the port has a certificate or a route for the server name.
    ServerName,
    /// TLS meets a plain port, or plain text a TLS port.
    Protocol,
    /// No listener of the port serves the host: 404.
    Host,
    /// The connection serves another host: 421.
    Misdirected,
    /// The client shows no certificate that the listener trusts.
    ClientCertificate,
}

/// The listener that takes a request.
pub fn choose_listener<'a>(table: &'a Table, request: &Request) -> Result<&'a Listener, NoListener> {
    let is_open = |it: &&Listener| it.port == request.port && !matches!(it.access, Access::Closed(_));
    let on_port: Vec<_> = table.listeners.iter().filter(is_open).collect();
    if on_port.is_empty() {
        return Err(NoListener::Port);
    }
    if on_port.iter().all(|it| it.access.keeping_out(request.source_ip.as_deref()).is_some()) {
        return Err(NoListener::Source);
    }
    let speaking: Vec<_> = on_port.into_iter().filter(|it| speaks(it.protocol, request)).collect();
    if speaking.is_empty() {
        return Err(NoListener::Protocol);
    }
    let by = |name: &str| most_specific(&speaking, name);
    if !request.scheme.is_tls() {
        let any = !request.scheme.is_http();
        return by(&request.host).or(if any { speaking.first().copied() } else { None }).ok_or(NoListener::Host);
    }
    let name = request.server_name().to_ascii_lowercase();
    let listener = by(&name).ok_or(NoListener::ServerName)?;
    if listener.access.asks_certificate() && !request.has_certificate {
        return Err(NoListener::ClientCertificate);
    }
    if table.gateway.checks_host_against_sni && listener.protocol == Protocol::Https {
        match (by(&request.host), serves(listener, &request.host)) {
            (Some(better), Some(own)) if specificity(better, &request.host) > own => {
                return Err(NoListener::Misdirected);
            }
            (Some(_), None) => return Err(NoListener::Misdirected),
            (None, None) => return Err(NoListener::Host),
            _ => {}
        }
    }
    Ok(listener)
}

fn speaks(protocol: Protocol, request: &Request) -> bool {
    use crate::request::Scheme;
    match protocol {
        Protocol::Http => matches!(request.scheme, Scheme::Http | Scheme::Grpc),
        Protocol::Https | Protocol::TlsPassthrough | Protocol::TlsTerminate => request.scheme.is_tls(),
        Protocol::Tcp => request.scheme != Scheme::Udp,
        Protocol::Udp => request.scheme == Scheme::Udp,
    }
}

fn most_specific<'a>(listeners: &[&'a Listener], name: &str) -> Option<&'a Listener> {
    let mut best: Option<(&Listener, (u8, usize))> = None;
    for listener in listeners {
        let Some(found) = serves(listener, name) else { continue };
        if best.is_none_or(|(_, known)| found > known) {
            best = Some((listener, found));
        }
    }
    best.map(|(listener, _)| listener)
}

fn specificity(listener: &Listener, name: &str) -> (u8, usize) {
    serves(listener, name).unwrap_or((0, 0))
}

/// How specifically a listener serves a name.
fn serves(listener: &Listener, name: &str) -> Option<(u8, usize)> {
    if listener.hostnames.is_empty() {
        return Some((0, 0));
    }
    listener.hostnames.iter().filter(|it| it.matches(name)).map(HostPattern::specificity).max()
}

/// The rule of a listener that takes a request.
pub fn choose_rule<'a>(table: &'a Table, listener: &'a Listener, request: &Request) -> Choice<'a> {
    let host = choose_host(listener, request);
    let mut considered: Vec<Considered<'a>> = Vec::new();
    if let Some(host) = host {
        considered.extend(consider(table.gateway, &host.rules, request));
    }
    let others = listener.hosts.iter().filter(|it| !host.is_some_and(|chosen| std::ptr::eq(it.as_ref(), chosen)));
    let host_of = |it: &'a Arc<VirtualHost>| objects(&it.rules).map(|rule| (rule, Obstacle::Host(&it.pattern)));
    let others = others.flat_map(host_of);
    let elsewhere = table.listeners.iter().filter(|it| !std::ptr::eq(*it, listener) && it.port == listener.port);
    let rules_of = |it: &'a Listener| it.hosts.iter().flat_map(|host| objects(&host.rules));
    let elsewhere = elsewhere.flat_map(|it| rules_of(it).map(|rule| (rule, Obstacle::Listener(&it.name))));
    let failing = |(rule, obstacle)| Considered { rule, standing: Standing::Mismatch(obstacle) };
    considered.extend(others.chain(elsewhere).map(failing));
    let chosen = considered.iter().find(|it| matches!(it.standing, Standing::Chosen)).map(|it| it.rule);
    let decided_by = considered.iter().find_map(|it| match it.standing {
        Standing::Lost(criterion) => Some(criterion),
        _ => None,
    });
    let rule = chosen.or(listener.fallback.as_ref());
    Choice { listener, rule, decided_by, considered }
}

/// The first rule of each object: where the host decides, it decides about the whole object.
fn objects(rules: &[Rule]) -> impl Iterator<Item = &Rule> {
    let mut last = None;
    rules.iter().filter(move |rule| {
        let is_new = last != Some(rule.origin.resource);
        last = Some(rule.origin.resource);
        is_new
    })
}

/// The most specific host; there is no second try in a less specific one.
fn choose_host<'a>(listener: &'a Listener, request: &Request) -> Option<&'a VirtualHost> {
    let mut best: Option<&VirtualHost> = None;
    for host in listener.hosts.iter().filter(|it| it.pattern.matches(&request.host)) {
        if best.is_none_or(|known| host.pattern.specificity() > known.pattern.specificity()) {
            best = Some(host);
        }
    }
    best
}

fn consider<'a>(gateway: &Gateway, rules: &'a [Rule], request: &Request) -> Vec<Considered<'a>> {
    let failing = |rule: &'a Rule| rule.matchers.iter().find(|it| !it.holds(request));
    let checked: Vec<_> = rules.iter().map(|rule| (rule, failing(rule))).collect();
    let matching = checked.iter().filter(|(_, failing)| failing.is_none()).map(|(rule, _)| *rule);
    let winner = winner(gateway, matching, request);
    let standing = |rule: &Rule, failing: Option<&'a Matcher>| match (failing, winner) {
        (Some(matcher), _) => Standing::Mismatch(Obstacle::Condition(matcher)),
        (None, Some(winner)) if !std::ptr::eq(winner, rule) => {
            Standing::Lost(prefer(gateway.ladder, winner, rule, request).1)
        }
        (None, _) => Standing::Chosen,
    };
    checked.into_iter().map(|(rule, failing)| Considered { rule, standing: standing(rule, failing) }).collect()
}

/// Of rules that match, the one that goes first.
pub(crate) fn winner<'a>(
    gateway: &Gateway,
    matching: impl Iterator<Item = &'a Rule>,
    request: &Request,
) -> Option<&'a Rule> {
    let mut winner: Option<&Rule> = None;
    for rule in matching {
        if winner.is_none_or(|known| prefer(gateway.ladder, rule, known, request).0.is_lt()) {
            winner = Some(rule);
        }
    }
    winner
}

impl Obstacle<'_> {
    /// In words, for the rule that it keeps from a request.
    pub fn told(&self, rule: &Rule, request: &Request) -> Mismatch {
        let (reason, text) = match self {
            Self::Condition(matcher) => return matcher.mismatch(request),
            Self::Host(pattern) => ("host-mismatch", other_host(pattern, request)),
            Self::Listener(name) => ("other-listener", other_listener(name)),
        };
        Mismatch { reason, text, location: rule.origin.location }
    }
}

fn other_host(pattern: &HostPattern, request: &Request) -> Text {
    if pattern.matches(&request.host) {
        return Text::new(
            format!("host `{pattern}` is less specific than the one that matched"),
            format!("`{pattern}` 호스트는 선택된 호스트보다 덜 구체적입니다"),
        );
    }
    Text::new(
        format!("host differs: it serves `{pattern}`, not `{}`", request.host),
        format!("호스트가 다릅니다. `{pattern}` 호스트만 받습니다"),
    )
}

fn other_listener(name: &str) -> Text {
    Text::new(
        format!("listener `{name}` of the same port did not take the request"),
        format!("같은 포트의 `{name}` 리스너는 이 요청을 받지 않습니다"),
    )
}
