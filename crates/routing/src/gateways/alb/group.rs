//! Which Ingresses the controller manages, and how they form groups.

use std::collections::BTreeMap;

use podpath_cluster::{Cluster, Found, IngressController};
use podpath_objects::{Ingress, IngressClass, IngressClassParams};
use podpath_source::Text;

use super::{annotation, skipped};
use crate::gateways::{full_name, origin};
use crate::table::{Frozen, Rejected};

/// Ingresses that share a load balancer, in group order.
pub(super) struct Group<'a> {
    pub(super) members: Vec<Member<'a>>,
}

/// An Ingress with the parameters of its class.
pub(super) struct Member<'a> {
    pub(super) ingress: Found<'a, Ingress>,
    pub(super) params: Option<Found<'a, IngressClassParams>>,
    order: i32,
    /// What keeps the whole group as it is.
    pub(super) error: Option<Frozen>,
}

impl Member<'_> {
    /// `namespace/name`, as the controller's messages say it.
    pub(super) fn name(&self) -> String {
        full_name(&self.ingress)
    }
}

/// The controller's name in IngressClasses.
const CONTROLLER: &str = "ingress.k8s.aws/alb";

/// Groups by name; an Ingress without group is one by itself. Those that are not managed are told.
pub(super) fn load(cluster: &Cluster) -> (Vec<Group<'_>>, Vec<Rejected>) {
    let mut groups: BTreeMap<String, Vec<Member<'_>>> = BTreeMap::new();
    let mut rejected = Vec::new();
    for ingress in cluster.all::<Ingress>() {
        match membership(cluster, ingress) {
            Ok(Some((group, member))) => groups.entry(group).or_default().push(member),
            Ok(None) => {}
            Err(why) => rejected.push(why),
        }
    }
    let mut groups: Vec<_> = groups.into_values().map(|members| Group { members }).collect();
    for group in &mut groups {
        group.members.sort_by_key(|it| (it.order, it.name()));
    }
    groups.sort_by_key(|group| group.members.iter().map(|it| it.ingress.id).min());
    (groups, rejected)
}

type Membership<'a> = Result<Option<(String, Member<'a>)>, Rejected>;

/// The group of an Ingress; None when another controller has it.
fn membership<'a>(cluster: &'a Cluster, ingress: Found<'a, Ingress>) -> Membership<'a> {
    let class_annotation = ingress.entry.resource.meta.annotation("kubernetes.io/ingress.class");
    let params = match class_annotation {
        _ if cluster.settings.ingress_controller.is_some() => {
            if cluster.settings.ingress_controller != Some(IngressController::Alb) {
                return Ok(None);
            }
            // Asked for whatever the class says; parameters count only where the class is its own.
            class_params(cluster, &ingress).unwrap_or_default().flatten()
        }
        Some(class) if class == cluster.settings.alb_ingress_class => None,
        Some(_) => return Ok(None),
        None => match class_params(cluster, &ingress)? {
            Some(params) => params,
            None => return Ok(None),
        },
    };
    let named = params.as_ref().and_then(|it| it.object.group.as_ref()).map(|it| it.value.clone());
    let named = named.or_else(|| annotation(&ingress, "group.name").map(|it| it.value.clone()));
    let order = group_order(&ingress);
    // Explicit groups cannot hold a slash, so the two kinds of names never meet.
    let group = named.unwrap_or_else(|| full_name(&ingress));
    let (order, error) = match order {
        Ok(order) => (order, None),
        Err(error) => (0, Some(error)),
    };
    Ok(Some((group, Member { ingress, params, order, error })))
}

/// -1000 to 1000, 0 unless told; a bad value is an error of the whole group.
fn group_order(ingress: &Found<'_, Ingress>) -> Result<i32, Frozen> {
    let Some(written) = annotation(ingress, "group.order") else { return Ok(0) };
    let order = written.value.parse::<i32>().ok().filter(|it| (-1000..=1000).contains(it));
    order.ok_or_else(|| Frozen {
        message: format!("invalid ingress group order {}: it must be within [-1000, 1000]", written.value),
        origin: origin(ingress, written.span, "metadata.annotations"),
    })
}

/// The class that the admission of the API server would fill in is one of this controller.
fn is_own(cluster: &Cluster, ingress: &Found<'_, Ingress>) -> bool {
    let class = crate::gateways::ingress::class_of(cluster, ingress);
    class.is_some_and(|it| it.object.controller.as_ref().is_some_and(|it| it.value == CONTROLLER))
}

/// The parameters of the class; the outer None when the class belongs to another controller.
fn class_params<'a>(
    cluster: &'a Cluster,
    ingress: &Found<'a, Ingress>,
) -> Result<Option<Option<Found<'a, IngressClassParams>>>, Rejected> {
    let class = match &ingress.object.class {
        Some(name) => match cluster.find::<IngressClass>("", &name.value) {
            Some(class) => class,
            // Whose it is nobody knows; the plain Ingress lowering tells that the class is missing.
            None => return Ok(None),
        },
        None => {
            let mut defaults = cluster.all::<IngressClass>().filter(|it| it.object.is_default);
            match (defaults.next(), defaults.next()) {
                (Some(class), None) => class,
                (Some(_), Some(_)) if is_own(cluster, ingress) => {
                    let text = Text::new(
                        "the controller takes no Ingress without a class: multiple default IngressClasses found",
                        "기본 IngressClass가 여럿이라 클래스가 없는 Ingress를 맡지 않습니다 (multiple default IngressClasses found)",
                    );
                    return Err(skipped(ingress, "multiple-default-classes", text));
                }
                _ => return Ok(None),
            }
        }
    };
    if class.object.controller.as_ref().is_none_or(|it| it.value != CONTROLLER) {
        return Ok(None);
    }
    let Some(reference) = &class.object.parameters else { return Ok(Some(None)) };
    let name = &reference.name.value;
    if reference.group != "elbv2.k8s.aws" || reference.kind != "IngressClassParams" {
        let en = format!("IngressClass `{}` references unknown parameters", class.name());
        let ko = format!("`{}` IngressClass가 알 수 없는 parameters를 참조합니다", class.name());
        return Err(skipped(ingress, "unknown-parameters", Text::new(en, ko)));
    }
    let Some(params) = cluster.find::<IngressClassParams>("", name) else {
        let en = format!("ingressclassparams.elbv2.k8s.aws \"{name}\" not found");
        let ko =
            format!("`{name}` IngressClassParams가 없습니다 (ingressclassparams.elbv2.k8s.aws \"{name}\" not found)");
        return Err(skipped(ingress, "parameters-not-found", Text::new(en, ko)));
    };
    let labels = cluster.namespace_labels(ingress.namespace());
    if params.object.namespace_selector.as_ref().is_some_and(|it| !it.matches(&labels)) {
        let en = format!("the class allows other namespaces only, not `{}`", ingress.namespace());
        let ko = format!("이 클래스는 `{}` 네임스페이스를 허용하지 않습니다", ingress.namespace());
        return Err(skipped(ingress, "namespace-not-allowed", Text::new(en, ko)));
    }
    Ok(Some(Some(params)))
}
