//! Servers and their locations, as the controller builds them out of all its Ingresses.
//!
//! Source: `internal/ingress/controller/controller.go` (`createServers`, `getBackendServers`) and `location.go`.

use podpath_cluster::Found;
use podpath_objects::{Ingress, IngressBackend};
use podpath_order::{OrdMap, Order};
use podpath_source::{Span, Text};

use super::annotation::Annotations;
use super::upstream::Upstreams;
use crate::gateways::{full_name, origin};
use crate::table::{Origin, Rejected};

/// An Ingress and what its annotations ask.
pub(super) struct Member<'a> {
    pub(super) ingress: Found<'a, Ingress>,
    pub(super) notes: Annotations,
}

/// The server of every host that no other one serves.
pub(super) const CATCH_ALL: &str = "_";

/// A host with all paths that any Ingress writes for it.
#[derive(Default)]
pub(super) struct Server<'a> {
    /// The Ingress that it was made for; none for the catch-all.
    pub(super) maker: Option<usize>,
    /// In the order of length, then in reverse order of letters; the one for `/` is always there.
    pub(super) locations: Vec<Location<'a>>,
    pub(super) aliases: Vec<String>,
    /// Hosts of the certificates that its Ingresses name; it has one as soon as an Ingress has `tls`.
    pub(super) tls_hosts: Option<Vec<String>>,
    pub(super) from_to_www: bool,
    /// Where each path of each type stands.
    places: OrdMap<(String, bool), usize>,
}

/// A path of a host.
pub(super) struct Location<'a> {
    /// The number of its Ingress; none for what the controller does by itself.
    pub(super) member: Option<usize>,
    pub(super) path: String,
    pub(super) is_exact: bool,
    /// The backend and its field; none is the controller's own 404.
    pub(super) backend: Option<(&'a IngressBackend, String)>,
    pub(super) origin: Origin,
    /// Nobody wrote it: it is there because every server answers `/`.
    pub(super) is_default: bool,
    /// It is the catch-all, to which redirects and rewrites of its Ingress do not apply.
    pub(super) is_catch_all: bool,
}

impl Location<'_> {
    fn key(&self) -> (String, bool) {
        (self.path.clone(), self.is_exact)
    }
}

/// "Sort Ingresses using the CreationTimestamp field"; as old as one another: by name, backwards.
pub(super) fn oldest_first(members: &mut [Member<'_>]) {
    members.order_by(|a, b| {
        let created = |it: &Member<'_>| it.ingress.entry.resource.meta.created.clone();
        let key = |it: &Member<'_>| (created(it).is_none(), created(it));
        key(a).cmp(&key(b)).then_with(|| full_name(&b.ingress).cmp(&full_name(&a.ingress)))
    });
}

/// All servers by host, `_` being the one for the hosts that no other one serves; and the paths that another Ingress has.
pub(super) fn servers<'a>(
    members: &[Member<'a>],
    upstreams: &Upstreams,
    place: &Origin,
) -> (OrdMap<String, Server<'a>>, Vec<Rejected>) {
    let mut servers = podpath_order::map([(CATCH_ALL.to_owned(), catch_all(members, place))]);
    for (number, member) in members.iter().enumerate().filter(|(_, it)| it.notes.canary.is_none()) {
        for rule in &member.ingress.object.rules {
            let host = host_of(rule.host.as_ref().map(|it| it.value.as_str()));
            let is_catch_all = host == CATCH_ALL;
            let server =
                servers.entry(host).or_insert_with(|| Server::of(root(Some((number, member)), place), Some(number)));
            if server.aliases.is_empty() {
                server.aliases.clone_from(&member.notes.aliases);
            }
            // The catch-all has the controller's own certificate from the start, which no alias is in.
            let tls = &member.ingress.object.tls;
            if server.tls_hosts.is_none() && !tls.is_empty() && !is_catch_all {
                let hosts = tls.iter().flat_map(|it| &it.hosts).map(|it| it.value.to_ascii_lowercase());
                server.tls_hosts = Some(hosts.collect());
            }
        }
    }
    let mut taken = Vec::new();
    for (number, member) in members.iter().enumerate() {
        for path in written(member, upstreams) {
            let host = host_of(path.host);
            // Canaries make no servers: where no other Ingress has the host, a path of one whose Service counts as
            // ordinary stands in the catch-all server.
            let host = if servers.contains_key(&host) { host } else { CATCH_ALL.to_owned() };
            let Some(server) = servers.get_mut(&host) else { continue };
            let field = path.field();
            let location = Location {
                member: Some(number),
                path: path.path.to_owned(),
                is_exact: path.is_exact,
                backend: Some((path.backend, field.clone())),
                origin: origin(&member.ingress, path.span, field),
                is_default: false,
                is_catch_all: false,
            };
            // A path that has no place asks nothing of its server.
            match server.add(location) {
                None => server.from_to_www |= member.notes.from_to_www,
                Some((refused, keeper)) => {
                    let keeper = server.locations.get(keeper);
                    taken.extend(keeper.map(|keeper| already_defined(members, &host, refused, keeper)));
                }
            }
        }
    }
    for server in servers.values_mut() {
        server.locations.order_by(|a, b| b.path.len().cmp(&a.path.len()).then_with(|| b.path.cmp(&a.path)));
        server.places = server.locations.iter().enumerate().map(|(place, it)| (it.key(), place)).collect();
    }
    (servers, taken)
}

fn already_defined(members: &[Member<'_>], host: &str, refused: Location<'_>, keeper: &Location<'_>) -> Rejected {
    let owner = keeper.member.and_then(|it| members.get(it));
    let name = owner.map_or(String::new(), |it| full_name(&it.ingress));
    let path = &refused.path;
    let text = Text::new(
        format!("host \"{host}\" and path \"{path}\" is already defined in ingress {name}, which is older"),
        format!(
            "먼저 만들어진 `{name}` Ingress에 같은 호스트와 경로가 있습니다 (host \"{host}\" and path \"{path}\" is already defined)"
        ),
    );
    Rejected { origin: refused.origin, reason: "already-defined", text, by: Some(keeper.origin.clone()) }
}

impl<'a> Server<'a> {
    /// The oldest Ingress keeps a path of the same type; one that nobody wrote gives way. Gives back what has no place,
    /// with the number of what has it.
    fn add(&mut self, location: Location<'a>) -> Option<(Location<'a>, usize)> {
        let next = self.locations.len();
        let place = *self.places.entry(location.key()).or_insert(next);
        match self.locations.get_mut(place) {
            Some(known) if known.is_default => *known = location,
            Some(_) => return Some((location, place)),
            None => self.locations.push(location),
        }
        None
    }

    /// The location of a path and a type.
    pub(super) fn find(&self, path: &str, is_exact: bool) -> Option<&Location<'a>> {
        self.locations.get(*self.places.get(&(path.to_owned(), is_exact))?)
    }

    /// A server with the one location that every server has.
    fn of(root: Location<'a>, maker: Option<usize>) -> Self {
        let places = podpath_order::map([(root.key(), 0)]);
        Self { maker, places, locations: vec![root], ..Self::default() }
    }
}

/// A path of an Ingress that has a Service.
pub(super) struct Written<'a> {
    pub(super) host: Option<&'a str>,
    pub(super) path: &'a str,
    pub(super) is_exact: bool,
    pub(super) backend: &'a IngressBackend,
    pub(super) span: Span,
    /// The numbers of its rule and of the path in it.
    pub(super) place: (usize, usize),
}

impl Written<'_> {
    /// Its field.
    pub(super) fn field(&self) -> String {
        let (r, p) = self.place;
        format!("spec.rules[{r}].http.paths[{p}]")
    }
}

/// The paths of an Ingress that get a location: not those of canaries.
fn written<'a>(member: &Member<'a>, upstreams: &Upstreams) -> Vec<Written<'a>> {
    let all = paths(member.ingress);
    all.into_iter().filter(|it| !upstreams.is_canary(member.ingress.namespace(), it.backend)).collect()
}

/// The paths of an Ingress that have a Service. The controller's store writes `/` where no path is told.
pub(super) fn paths(ingress: Found<'_, Ingress>) -> Vec<Written<'_>> {
    let mut found = Vec::new();
    for (r, rule) in ingress.object.rules.iter().enumerate() {
        for (p, path) in rule.paths.iter().enumerate().filter(|(_, it)| it.backend.service.is_some()) {
            let text = path.path.as_ref().map_or("", |it| it.value.as_str());
            found.push(Written {
                host: rule.host.as_ref().map(|it| it.value.as_str()),
                path: if text.is_empty() { "/" } else { text },
                // Anything but Exact is played as Prefix.
                is_exact: path.path_type.as_ref().is_some_and(|it| it.value == "Exact"),
                backend: &path.backend,
                span: path.path.as_ref().map_or(path.span, |it| it.span),
                place: (r, p),
            });
        }
    }
    found
}

/// The name of the server for a host.
pub(super) fn host_of(host: Option<&str>) -> String {
    host.filter(|it| !it.is_empty()).map_or_else(|| CATCH_ALL.to_owned(), str::to_ascii_lowercase)
}

/// "An Ingress with a backend and no rules: the catch-all server." The oldest one counts.
fn catch_all<'a>(members: &[Member<'a>], place: &Origin) -> Server<'a> {
    let is_catch_all = |it: &&(usize, &Member<'_>)| {
        let ingress = it.1.ingress.object;
        it.1.notes.canary.is_none() && ingress.rules.is_empty() && ingress.default_backend.is_some()
    };
    let found = members.iter().enumerate().find(|it| is_catch_all(&it));
    let mut location = root(found, place);
    location.is_default = location.backend.is_none();
    location.is_catch_all = true;
    Server::of(location, None)
}

/// The location for `/` that every server has: the `defaultBackend` of the Ingress that made the server, else 404.
fn root<'a>(maker: Option<(usize, &Member<'a>)>, place: &Origin) -> Location<'a> {
    let backend = maker.and_then(|(_, it)| it.ingress.object.default_backend.as_ref().map(|backend| (it, backend)));
    let backend = backend.filter(|(_, it)| it.service.is_some());
    let field = "spec.defaultBackend";
    Location {
        member: maker.map(|(number, _)| number),
        path: "/".into(),
        is_exact: false,
        backend: backend.map(|(_, it)| (it, field.to_owned())),
        origin: backend.map_or_else(|| place.clone(), |(it, backend)| origin(&it.ingress, backend.span, field)),
        is_default: true,
        is_catch_all: false,
    }
}
