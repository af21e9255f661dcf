//! AWS Load Balancer Controller: Ingresses, Services and Gateways to load balancers (`model`), and those to route tables.
//!
//! Source: aws-load-balancer-controller 3.5 `pkg/ingress`, `pkg/service`, `pkg/gateway`. "Rules are evaluated in priority
//! order, lowest first"; priorities follow group order, then document order, and inside one `rules[]` entry Exact, then
//! Prefix by length, then the rest.

mod action;
mod annotation;
mod auth;
mod condition;
mod frontend;
mod gateway;
mod group;
mod json;
mod lower;
pub mod model;
mod nlb;
mod optimize;
mod port;
mod settings;
mod target;

use podpath_cluster::{Cluster, Found, Memo, Reads};
use podpath_objects::{Ingress, IngressPath, IngressRule, PortRef, Service};
use podpath_order::{OrdMap, Order};

use super::{Gateway, origin, whole};
use crate::ladder::Criterion;
use crate::table::{Frozen, Origin, Rejected, Table};

use annotation::Annotations;
use group::{Group, Member};
use model::{Action, Compiled, Fixed, Listener, LoadBalancer, Redirect, Rule, Source, TargetGroup};
use port::{Open, Ports};

/// The Application Load Balancer: the lowest number wins.
pub static GATEWAY: Gateway = Gateway {
    name: "alb",
    title: "ALB",
    is_load_balancer: true,
    ladder: &[Criterion::ListOrder],
    checks_host_against_sni: false,
    no_connection: 504,
    normalizes_paths: false,
};

/// The Network Load Balancer: it has no rules, only a port for each listener. Of several routes of a Gateway that want one
/// port the oldest gets all connections (`pickOneL4Route`).
pub static NLB: Gateway = Gateway {
    name: "nlb",
    title: "NLB",
    ladder: &[Criterion::Oldest, Criterion::Name, Criterion::ListOrder],
    ..GATEWAY
};

/// The start of all annotation keys of the controller on Ingresses.
const PREFIX: &str = "alb.ingress.kubernetes.io/";

fn annotations<'a, T>(found: &Found<'a, T>) -> Annotations<'a> {
    Annotations::of(PREFIX, found)
}

/// The tables of ALBs and of Gateways' NLBs, and the Ingresses that get none.
#[derive(Clone, Debug, Default)]
pub struct Lowered {
    /// One for each group of Ingresses and for each Gateway.
    pub tables: Vec<Table>,
    /// What the controller complains about.
    pub rejected: Vec<Rejected>,
    /// For the next time.
    pub known: Known,
}

/// The tables of groups, by their names: of the ALB, and of the NLB before it where one is wanted.
pub type Known = Memo<String, Vec<Table>>;

/// One table for each group of Ingresses and for each Gateway of an ALB or an NLB; `known` is what was made before.
pub fn lower(cluster: &Cluster, mut known: Known) -> Lowered {
    let (groups, skipped) = group::load(cluster);
    // Which Ingresses belong together is read here; a group is made of its members and of what else it looks up.
    let beside = cluster.reads().without::<Ingress>();
    let mut tables: Vec<_> = groups.iter().flat_map(|it| group_tables(cluster, it, beside, &mut known)).collect();
    tables.extend(gateway::gateways(cluster).0.iter().map(|it| lower::table(cluster, it)));
    let complaint = |it: &model::Skipped| {
        Some(Rejected { origin: it.origin.clone(), reason: it.code, text: it.text.clone()?, by: None })
    };
    Lowered { tables, rejected: skipped.iter().filter_map(complaint).collect(), known }
}

fn group_tables(cluster: &Cluster, group: &Group<'_>, beside: Reads, known: &mut Known) -> Vec<Table> {
    let make = || -> Vec<Table> {
        with_front(load_balancer(cluster, group)).iter().map(|it| lower::table(cluster, it)).collect()
    };
    if group.error.is_some() {
        // What is wrong may stand in an Ingress that is no member.
        return make();
    }
    let members = group.members.iter().flat_map(|it| [Some(it.ingress.id), it.params.map(|it| it.id)]);
    let members: Vec<_> = members.flatten().collect();
    known.part(cluster, group.name.clone(), &members, beside, make).clone()
}

/// One table for each Service with an NLB of this controller.
pub fn lower_services(cluster: &Cluster) -> Vec<Table> {
    nlb::services(cluster).0.iter().map(|it| lower::table(cluster, it)).collect()
}

/// Every load balancer that the controller makes.
pub fn compile(cluster: &Cluster) -> Compiled {
    let mut compiled = ingresses(cluster);
    for (made, skipped) in [nlb::services(cluster), gateway::gateways(cluster)] {
        compiled.load_balancers.extend(made);
        compiled.skipped.extend(skipped);
    }
    compiled
}

fn ingresses(cluster: &Cluster) -> Compiled {
    let (groups, skipped) = group::load(cluster);
    let made = groups.iter().flat_map(|it| with_front(load_balancer(cluster, it)));
    Compiled { load_balancers: made.collect(), skipped }
}

/// An ALB, and the NLB before it.
fn with_front(mut made: LoadBalancer) -> Vec<LoadBalancer> {
    let front = made.front.take();
    std::iter::once(made).chain(front.map(|it| *it)).collect()
}

fn load_balancer(cluster: &Cluster, group: &Group<'_>) -> LoadBalancer {
    let origin = group.members.first().map(|it| whole(&it.ingress)).unwrap_or_default();
    let members = group.members.iter().map(|it| it.ingress.id).collect();
    let empty = LoadBalancer::new(Source::Ingress, origin, members, settings::likely_scheme(cluster, group));
    LoadBalancer { group: Some(group.name.clone()), ..empty }.filled(|made| fill(cluster, group, made))
}

/// The first error of a group keeps the whole group as it is.
fn fill(cluster: &Cluster, group: &Group<'_>, made: &mut LoadBalancer) -> Result<(), Frozen> {
    if let Some(error) = &group.error {
        return Err(error.clone());
    }
    let ports = port::merge(&group.members)?;
    let settled = settings::settle(cluster, group)?;
    made.name = settled.name;
    made.scheme = settled.scheme;
    made.address_type = settled.address_type;
    let redirect = settings::ssl_redirect(group, &ports)?;
    let address_type = made.address_type.clone();
    let mut build = Build { cluster, group, address_type, groups: vec![], known: OrdMap::new() };
    made.listeners = build.listeners(&ports, redirect.as_ref())?;
    made.target_groups = build.groups;
    settings::add_ons(group)?;
    made.front = frontend::build(cluster, group, &ports, made)?.map(Box::new);
    Ok(())
}

/// A load balancer while it is made.
struct Build<'a> {
    cluster: &'a Cluster,
    group: &'a Group<'a>,
    address_type: String,
    groups: Vec<TargetGroup>,
    /// Ingress, Service and port as written: one target group each.
    known: OrdMap<(u32, u32, String), usize>,
}

impl<'a> Build<'a> {
    fn listeners(&mut self, ports: &Ports<'_>, redirect: Option<&(u16, Origin)>) -> Result<Vec<Listener>, Frozen> {
        let mut listeners = Vec::new();
        for (number, open) in ports {
            let (default_actions, default_origin) = match redirect {
                Some((to, place)) if !open.is_https => (vec![to_https(*to)], place.clone()),
                _ => self.default(open)?,
            };
            settings::listener_attributes(&self.members(open), open.protocol(), *number)?;
            // "Its rules and default backends are not even built."
            let rules = if redirect.is_some() && !open.is_https { vec![] } else { self.rules(*number, open)? };
            listeners.push(Listener {
                origin: open.origin.clone(),
                port: *number,
                protocol: open.protocol(),
                certificates: open.certificates.clone(),
                verifies_clients: open.verifies_clients(),
                sources: self.sources(open),
                default_actions,
                default_origin,
                rules,
                contenders: vec![],
            });
        }
        Ok(listeners)
    }

    /// "inbound-cidrs: the CIDRs that are allowed to access the load balancer", by port, in the group that the controller makes
    /// where no member names another one (`buildManagedSecurityGroupIngressPermissions`). Who is in a prefix list is not known.
    fn sources(&self, open: &Open<'_>) -> Vec<String> {
        let names_groups =
            self.group.members.iter().any(|it| it.notes().texts("security-groups").is_some_and(|it| !it.is_empty()));
        if names_groups { vec![] } else { open.sources() }
    }

    fn members(&self, open: &Open<'_>) -> Vec<&'a Member<'a>> {
        self.group.members.iter().filter(|it| open.members.contains(&it.ingress.id)).collect()
    }

    fn rules(&mut self, port: u16, open: &Open<'_>) -> Result<Vec<Rule>, Frozen> {
        let mut rules = Vec::new();
        for member in self.members(open) {
            for (r, rule) in member.ingress.object.rules.iter().enumerate() {
                for (p, path) in in_order(rule) {
                    let place = format!("spec.rules[{r}].http.paths[{p}]");
                    rules.push(self.rule(member, rule, path, &place, open.is_https).map_err(|it| member.wrap(it))?);
                }
            }
        }
        Ok(optimize::optimize(rules, port, open.is_https))
    }

    fn rule(
        &mut self,
        member: &Member<'_>,
        rule: &IngressRule,
        path: &IngressPath,
        place: &str,
        is_https: bool,
    ) -> Result<Rule, Frozen> {
        let mut built = action::build(self, member, &path.backend, place)?;
        let given = std::mem::take(&mut built.conditions);
        let conditions = condition::of_path(member, rule, path, given).map_err(|mut it| {
            it.origin.path = if it.origin.path == "spec.rules" { format!("{place}.path") } else { it.origin.path };
            it
        })?;
        let actions = action::actions(self, member, &built, is_https)?;
        Ok(Rule {
            origin: origin(&member.ingress, path.span, place),
            conditions,
            transforms: built.transforms,
            actions,
        })
    }

    /// The one default backend of the members on this port, else 404.
    fn default(&mut self, open: &Open<'_>) -> Result<(Vec<Action>, Origin), Frozen> {
        let given = self.members(open).into_iter();
        let given: Vec<_> = given.filter_map(|it| Some((it, it.ingress.object.default_backend.as_ref()?))).collect();
        match given.as_slice() {
            [] => Ok((vec![not_found()], open.origin.clone())),
            [(member, backend)] => {
                let place = "spec.defaultBackend";
                let built = action::build(self, member, backend, place)?;
                let actions = action::actions(self, member, &built, open.is_https)?;
                Ok((actions, origin(&member.ingress, backend.span, place)))
            }
            [.., (last, _)] => {
                let names = given.iter().map(|(it, _)| it.name()).collect::<Vec<_>>().join(" ");
                let message = format!("multiple ingress defined default backend: [{names}]");
                Err(Frozen { message, origin: whole(&last.ingress) })
            }
        }
    }

    /// The number of a target group, made at its first use.
    fn target_group(
        &mut self,
        member: &Member<'_>,
        service: &Found<'a, Service>,
        port: &PortRef,
        place: &Origin,
    ) -> Result<usize, Frozen> {
        let key = (member.ingress.id.0, service.id.0, port.to_string());
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let wanted = target::Wanted {
            cluster: self.cluster,
            source: member.ingress.id,
            service,
            port,
            target_type: member.params.and_then(|it| it.object.target_type.as_ref()).map(|it| it.value.as_str()),
            address_type: &self.address_type,
            notes: member.notes().under(service),
            own: member.notes(),
            origin: place,
        };
        self.groups.push(wanted.build()?);
        let number = self.groups.len() - 1;
        self.known.insert(key, number);
        Ok(number)
    }
}

/// What an ALB answers when nothing else is said.
fn not_found() -> Action {
    Action::Fixed(Fixed {
        status: 404,
        content_type: Some("text/plain".into()),
        body: None,
        reason: "no-route",
        missing: None,
    })
}

/// Every request is sent to HTTPS.
fn to_https(port: u16) -> Action {
    let redirect =
        Redirect { protocol: Some("HTTPS".into()), port: Some(port.to_string()), status: 301, ..Redirect::default() };
    Action::Redirect(redirect)
}

/// Exact in document order, Prefix by length (longest first), the rest in document order: inside one `rules[]` entry.
fn in_order(rule: &IngressRule) -> Vec<(usize, &IngressPath)> {
    let key = |path: &IngressPath| match path.path_type.as_ref().map(|it| it.value.as_str()) {
        Some("Exact") => (0, 0),
        Some("Prefix") => (1, usize::MAX - path.path.as_ref().map_or(0, |it| it.value.len())),
        _ => (2, 0),
    };
    let mut paths: Vec<_> = rule.paths.iter().enumerate().collect();
    paths.order_by_key(|(_, path)| key(path));
    paths
}
