//! All tables of a cluster that do not depend on who calls.

use std::cell::OnceCell;

use podpath_cluster::{Change, Cluster, Derived, Memo, PodSource, ResourceId};
use podpath_objects::{Labels, VirtualService};

use crate::dead::{self, DeadRule, Judgement, Unsent};
use crate::gateways::gateway_api::{Problem, Status};
use crate::gateways::{alb, gateway_api, ingress, istio};
use crate::table::{Rejected, Table};
use crate::trace::health::{self, Failing, Health, KnownChecks};
use crate::trace::plays;

/// The tables of load balancers and gateways. Each sort is made again only when an object changed that it looked at.
#[derive(Clone, Debug)]
pub struct Tables {
    alb: Derived<alb::Lowered>,
    nlb: Derived<Vec<Table>>,
    gateway_api: Derived<gateway_api::Lowered>,
    ingress: Derived<(Vec<Table>, Vec<Rejected>)>,
    istio: Derived<istio::Lowered>,
    /// Made at the first question.
    judged: OnceCell<Derived<Judgement>>,
    /// Made at the first question.
    failing: OnceCell<Derived<Failing>>,
}

/// The Pods that serve Istio Gateways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayPods {
    /// The workload or the Pod; none when they are not in the workspace.
    pub source: Option<ResourceId>,
    /// Their namespace.
    pub namespace: String,
    /// Their labels.
    pub labels: Labels,
}

impl Tables {
    /// Lowers everything; linear in the objects, but for VirtualServices, which are read once for each gateway.
    pub fn new(cluster: &Cluster) -> Self {
        Self {
            alb: Derived::new(cluster, |it| alb::lower(it, alb::Known::default())),
            nlb: Derived::new(cluster, alb::lower_services),
            gateway_api: Derived::new(cluster, gateway_api::lower),
            ingress: Derived::new(cluster, ingress_tables),
            istio: Derived::new(cluster, |it| istio::lower(it, istio::Lowered::default(), &Change::default())),
            judged: OnceCell::new(),
            failing: OnceCell::new(),
        }
    }

    /// The tables after a change of the cluster.
    #[must_use]
    pub fn next(self, cluster: &Cluster, change: &Change) -> Self {
        let next = Self {
            alb: self.alb.next(cluster, change, |it, before| alb::lower(it, before.known.after(change))),
            nlb: self.nlb.next(cluster, change, |it, _| alb::lower_services(it)),
            gateway_api: self.gateway_api.next(cluster, change, |it, _| gateway_api::lower(it)),
            ingress: self.ingress.next(cluster, change, |it, _| ingress_tables(it)),
            istio: self.istio.next(cluster, change, |it, before| istio::lower(it, before, change)),
            judged: OnceCell::new(),
            failing: OnceCell::new(),
        };
        if let Some(judged) = self.judged.into_inner() {
            let judge = |cluster: &Cluster, before: Judgement| next.judge(cluster, before.known.after(change));
            // There is nothing in it yet.
            _ = next.judged.set(judged.next(cluster, change, judge));
        }
        if let Some(failing) = self.failing.into_inner() {
            let judge = |cluster: &Cluster, before: Failing| next.checks(cluster, before.known.after(change));
            _ = next.failing.set(failing.next(cluster, change, judge));
        }
        next
    }

    /// For a pass that looks at the tables: what they were made of counts as read.
    #[must_use]
    pub fn read(&self, cluster: &Cluster) -> &Self {
        self.alb.read(cluster);
        self.nlb.read(cluster);
        self.gateway_api.read(cluster);
        self.ingress.read(cluster);
        self.istio.read(cluster);
        self
    }

    /// Every rule that no request reaches because others take them all, in source order.
    pub fn dead_rules(&self, cluster: &Cluster) -> &[DeadRule] {
        &self.judged(cluster).dead
    }

    /// Every rule behind load balancers that never send it anything.
    pub fn unsent_rules(&self, cluster: &Cluster) -> &[Unsent] {
        &self.judged(cluster).unsent
    }

    /// What it was made of counts as read.
    fn judged(&self, cluster: &Cluster) -> &Judgement {
        let judged = self.judged.get_or_init(|| Derived::new(cluster, |it| self.judge(it, dead::Known::default())));
        judged.read(cluster)
    }

    fn judge(&self, cluster: &Cluster, known: dead::Known) -> Judgement {
        dead::judge(cluster, self.read(cluster), known)
    }

    /// ALBs, one for each group of Ingresses, and the load balancers of Gateways.
    pub fn load_balancers(&self) -> &[Table] {
        &self.alb.value.tables
    }

    /// The NLB of a Service, when the AWS Load Balancer Controller makes it one.
    pub fn network(&self, service: ResourceId) -> Option<&Table> {
        self.nlb.value.iter().find(|it| it.members.contains(&service))
    }

    /// The ALB of a Gateway, or of an Ingress.
    pub(crate) fn application(&self, cluster: &Cluster, id: ResourceId) -> Option<&Table> {
        self.alb.read(cluster);
        self.load_balancers().iter().find(|it| it.members.contains(&id) && it.gateway.name == alb::GATEWAY.name)
    }

    /// All load balancers, those of Services too.
    pub(crate) fn balancers(&self) -> impl Iterator<Item = &Table> {
        self.load_balancers().iter().chain(&self.nlb.value)
    }

    /// The health checks of load balancers that every target fails for certain.
    ///
    /// What they were decided by counts as read: VirtualServices only where targets are Pods of an Istio gateway.
    pub fn failing_checks(&self, cluster: &Cluster) -> &[Health] {
        let failing = self.failing.get_or_init(|| Derived::new(cluster, |it| self.checks(it, Memo::default())));
        &failing.read(cluster).found
    }

    fn checks(&self, cluster: &Cluster, known: KnownChecks) -> Failing {
        self.alb.read(cluster);
        self.nlb.read(cluster);
        health::failing(cluster, self, known)
    }

    /// Gateway API Gateways and Ingress controllers.
    pub fn gateways(&self) -> impl Iterator<Item = &Table> {
        self.gateway_api.value.tables.iter().chain(&self.ingress.value.0)
    }

    /// What a controller of the Gateway API writes into the statuses of its objects.
    pub fn statuses(&self, cluster: &Cluster) -> Vec<Status> {
        gateway_api::statuses(cluster, &self.gateway_api.value)
    }

    /// What a controller of the Gateway API refuses, and every reference that it cannot resolve, each with the object that
    /// says it.
    pub fn problems(&self) -> impl Iterator<Item = (ResourceId, &Problem)> {
        self.gateway_api.value.problems()
    }

    /// Ingress gateways of Istio: the Pods, and their table.
    pub fn istio(&self) -> &[(GatewayPods, Table)] {
        &self.istio.value.tables
    }

    /// The Pods of ingress gateways of Istio, and the Gateways that they serve.
    pub fn gateway_pods(&self, cluster: &Cluster) -> impl Iterator<Item = (&GatewayPods, &[ResourceId])> {
        self.note_gateway_pods(cluster);
        self.istio().iter().map(|(pods, table)| (pods, table.members.as_slice()))
    }

    /// Which Pods serve which Gateways no VirtualService decides.
    fn note_gateway_pods(&self, cluster: &Cluster) {
        cluster.note(self.istio.reads().without::<VirtualService>());
    }

    /// What no controller takes.
    pub fn rejected(&self) -> impl Iterator<Item = &Rejected> {
        self.alb.value.rejected.iter().chain(&self.ingress.value.1)
    }

    /// The table of the Istio gateway that these Pods serve.
    pub fn istio_of(&self, pods: &PodSource<'_>) -> Option<&Table> {
        self.istio().iter().find(|(known, _)| known.source == Some(pods.id)).map(|(_, table)| table)
    }

    /// The table of the gateway that Pods play, and the port of it that a connection to a port of theirs is for; none where it
    /// does not listen there.
    ///
    /// Tables of Istio count by the ports of Pods. Others count by those that clients dial: the Pods have them, too, or the
    /// port of the Service leads to where they listen.
    pub(crate) fn played(
        &self,
        cluster: &Cluster,
        pods: &PodSource<'_>,
        port: u16,
        service_port: Option<u16>,
    ) -> Option<(&Table, Option<u16>)> {
        self.note_gateway_pods(cluster);
        if let Some(table) = self.istio_of(pods) {
            self.istio.read(cluster);
            return Some((table, Some(port)));
        }
        self.gateway_api.read(cluster);
        self.ingress.read(cluster);
        let table = self.gateways().find(|it| plays(cluster, it, pods))?;
        let listens = |port: &u16| table.listeners.iter().any(|it| it.port == *port);
        Some((table, [Some(port), service_port].into_iter().flatten().find(listens)))
    }

    /// All tables.
    pub fn all(&self) -> impl Iterator<Item = &Table> {
        self.load_balancers().iter().chain(self.gateways()).chain(self.istio().iter().map(|(_, table)| table))
    }
}

fn ingress_tables(cluster: &Cluster) -> (Vec<Table>, Vec<Rejected>) {
    (ingress::lower(cluster), ingress::rejected(cluster))
}
