//! Ingresses: who plays each of them, and the tables of those that no ALB plays.
//!
//! Source: kubernetes.io/docs/concepts/services-networking/ingress (classes); the DefaultIngressClass admission of the API
//! server; `internal/ingress/controller/store` of ingress-nginx.

mod backend;
mod class;
mod nginx;
mod spec;

use podpath_cluster::{Cluster, Found, IngressController};
use podpath_objects::{Ingress, IngressClass};

use self::class::Untaken;
use super::{origin, whole};
use crate::table::{Origin, Rejected, Table};

pub use class::class_of;
pub use nginx::NGINX;
pub use spec::GATEWAY;
pub(super) use spec::path_rule;

/// The controller that this module leaves to the ALB's.
const ALB_CONTROLLER: &str = "ingress.k8s.aws/alb";

/// The controller name of ingress-nginx.
const NGINX_CONTROLLER: &str = "k8s.io/ingress-nginx";

/// The controller name of istiod.
const ISTIO_CONTROLLER: &str = "istio.io/ingress-controller";

/// The annotation by which istiod takes an Ingress: `ingressClass` of its mesh configuration, unless told otherwise.
const ISTIO_ANNOTATION: &str = "istio";

/// The annotation by which ingress-nginx takes an Ingress, whether a class of that name exists or not: its flag
/// `--ingress-class`, unless told otherwise.
const NGINX_ANNOTATION: &str = "nginx";

/// One table for ingress-nginx, and one for each class that another controller plays.
pub fn lower(cluster: &Cluster) -> Vec<Table> {
    match cluster.settings.ingress_controller {
        Some(IngressController::Alb) => vec![],
        Some(IngressController::Nginx) => nginx_table(cluster, |_| true).into_iter().collect(),
        Some(IngressController::Spec) => table(cluster, None, |_| true, spec::lower).into_iter().collect(),
        None => {
            let ours = |it: &Found<'_, IngressClass>| {
                ![ALB_CONTROLLER, NGINX_CONTROLLER, ISTIO_CONTROLLER].contains(&controller(it))
            };
            let classes = cluster.all::<IngressClass>().filter(ours);
            let plain = classes.filter_map(|class| {
                let is_of = |it: &Found<'_, Ingress>| class_of(cluster, it).is_some_and(|found| found.id == class.id);
                table(cluster, Some(whole(&class)), is_of, spec::lower)
            });
            plain.chain(nginx_table(cluster, |it| is_nginx(cluster, it))).collect()
        }
    }
}

/// "The controller takes every class whose `spec.controller` is its own": one proxy for all of them.
fn nginx_table(cluster: &Cluster, is_of: impl Fn(&Found<'_, Ingress>) -> bool) -> Option<Table> {
    let class = cluster.all::<IngressClass>().find(|it| controller(it) == NGINX_CONTROLLER);
    table(cluster, class.map(|it| whole(&it)), is_of, nginx::lower)
}

fn table(
    cluster: &Cluster,
    place: Option<Origin>,
    is_of: impl Fn(&Found<'_, Ingress>) -> bool,
    lower: fn(&Cluster, Origin, &[Found<'_, Ingress>]) -> Table,
) -> Option<Table> {
    let members: Vec<_> = cluster.all::<Ingress>().filter(|it| is_of(it)).collect();
    let first = members.first()?;
    Some(lower(cluster, place.unwrap_or_else(|| whole(first)), &members))
}

/// The annotation is compared with the flag, never with the names of classes; only the field names one (ingress-nginx
/// `store.go`, `GetIngressClass`).
fn is_nginx(cluster: &Cluster, ingress: &Found<'_, Ingress>) -> bool {
    let class = class_of(cluster, ingress);
    let is_own = class.as_ref().is_none_or(|it| controller(it) == NGINX_CONTROLLER);
    match class::annotation(ingress) {
        Some(name) => is_own && name == NGINX_ANNOTATION,
        None => is_own && class.is_some(),
    }
}

/// Its annotation names a class of ingress-nginx, which that does not look at.
fn is_passed_over(cluster: &Cluster, ingress: &Found<'_, Ingress>) -> bool {
    let class = class_of(cluster, ingress);
    class.is_some_and(|it| controller(&it) == NGINX_CONTROLLER) && !is_nginx(cluster, ingress)
}

/// istiod plays an Ingress by the annotation alone where there is one, else by the controller of its class
/// (istio `pilot/pkg/config/kube/ingress`, `shouldProcessIngressWithClass` in mode STRICT, which is the default).
pub(super) fn is_istio(cluster: &Cluster, ingress: &Found<'_, Ingress>) -> bool {
    if cluster.settings.ingress_controller.is_some() {
        return false;
    }
    match class::annotation(ingress) {
        Some(name) => name == ISTIO_ANNOTATION,
        None => class_of(cluster, ingress).is_some_and(|it| controller(&it) == ISTIO_CONTROLLER),
    }
}

fn controller<'a>(class: &Found<'a, IngressClass>) -> &'a str {
    class.object.controller.as_ref().map_or("", |it| it.value.as_str())
}

/// Ingresses whose class does not exist or is not told: no controller takes them.
pub fn rejected(cluster: &Cluster) -> Vec<Rejected> {
    if cluster.settings.ingress_controller.is_some() {
        return vec![];
    }
    let is_taken = |it: &Found<'_, Ingress>| {
        let by_annotation = class::annotation(it);
        class_of(cluster, it).is_some() && !is_passed_over(cluster, it)
            || by_annotation == Some(NGINX_ANNOTATION)
            || is_istio(cluster, it)
            || by_annotation == Some(&cluster.settings.alb_ingress_class)
    };
    let homeless = cluster.all::<Ingress>().filter(|it| !is_taken(it));
    let refused = |it: Found<'_, Ingress>| {
        let why = if is_passed_over(cluster, &it) { Untaken::PassedOver } else { Untaken::NoClass };
        let (span, path, text) = class::missing(&it, why);
        Rejected { origin: origin(&it, span, path), reason: "no-ingress-class", text, by: None }
    };
    homeless.map(refused).collect()
}
