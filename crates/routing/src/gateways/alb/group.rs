//! Which Ingresses the controller manages, and how they form groups (`class_loader.go`, `group_loader.go`).

use podpath_cluster::{Cluster, Found, IngressController};
use podpath_objects::{Ingress, IngressClass, IngressClassParams};
use podpath_order::{OrdMap, Order};
use podpath_source::{Text, boolean};

use super::annotation::Annotations;
use super::annotations;
use super::model::Skipped;
use crate::gateways::{full_name, origin, whole};
use crate::table::{Frozen, Origin};

/// Ingresses that share a load balancer, in group order.
pub(super) struct Group<'a> {
    pub(super) name: String,
    pub(super) members: Vec<Member<'a>>,
    /// What keeps the whole group as it is, found while its members are loaded.
    pub(super) error: Option<Frozen>,
}

/// An Ingress with the parameters of its class.
#[derive(Clone)]
pub(super) struct Member<'a> {
    pub(super) ingress: Found<'a, Ingress>,
    pub(super) params: Option<Found<'a, IngressClassParams>>,
    order: i64,
}

impl<'a> Member<'a> {
    /// `namespace/name`, as the controller's messages say it.
    pub(super) fn name(&self) -> String {
        full_name(&self.ingress)
    }

    /// Its annotations.
    pub(super) fn notes(&self) -> Annotations<'a> {
        annotations(&self.ingress)
    }

    /// Where an annotation stands, or the whole Ingress.
    pub(super) fn place(&self, suffix: &str) -> Origin {
        self.notes().get(suffix).map_or_else(|| whole(&self.ingress), |it| it.origin)
    }

    /// The error with the name of the Ingress before it.
    pub(super) fn wrap(&self, mut error: Frozen) -> Frozen {
        error.message = format!("ingress: {}: {}", self.name(), error.message);
        error
    }
}

/// The controller's name in IngressClasses.
const CONTROLLER: &str = "ingress.k8s.aws/alb";

/// Explicit groups leave this finalizer, with their name behind it, on their members.
const GROUP_FINALIZER: &str = "group.ingress.k8s.aws/";

/// Why an Ingress is no member.
enum Refusal {
    /// The controller complains, and leaves the Ingress alone. A group that it belongs to waits until its class is right.
    Invalid(Box<Skipped>),
    /// It goes, or asks for a group that cannot be: a group that it belongs to lets it go.
    Leaving(Box<Skipped>),
    /// The controller complains, and loads no group at all.
    Everything(Box<(Skipped, Frozen)>),
    /// None of the controller's business.
    NotOurs(Box<Skipped>),
}

/// Groups by name; an Ingress without group is one by itself. Those that are not managed are told.
pub(super) fn load(cluster: &Cluster) -> (Vec<Group<'_>>, Vec<Skipped>) {
    let mut groups: OrdMap<String, Group<'_>> = OrdMap::new();
    let mut skipped = Vec::new();
    let (mut stuck, mut deleted) = (Vec::new(), Vec::new());
    let mut everything = None;
    for ingress in cluster.all::<Ingress>() {
        match membership(cluster, ingress) {
            Ok((name, member, error)) => {
                let new = || Group { name: name.clone(), members: vec![], error: None };
                let group = groups.entry(name.clone()).or_insert_with(new);
                group.error = group.error.take().or(error);
                group.members.push(member);
            }
            Err(Refusal::NotOurs(why)) => skipped.push(*why),
            Err(Refusal::Leaving(why)) => {
                if ingress.entry.resource.meta.is_deleting {
                    deleted.push(ingress);
                }
                skipped.push(*why);
            }
            Err(Refusal::Invalid(why)) => {
                let message = format!("Ingress has invalid IngressClass configuration: {}", why.message);
                let message = format!("Ingress: {}: {message}", full_name(&ingress));
                stuck.push((ingress, Frozen { message, origin: why.origin.clone() }));
                skipped.push(*why);
            }
            Err(Refusal::Everything(both)) => {
                let (why, error) = *both;
                skipped.push(why);
                everything = everything.or(Some(error));
            }
        }
    }
    let kept = deleted.into_iter().filter_map(|it| Some((it, protection(&it).err()?)));
    for (ingress, error) in stuck.into_iter().chain(kept) {
        for name in ingress.entry.resource.meta.finalizers.iter().filter_map(|it| it.strip_prefix(GROUP_FINALIZER)) {
            if let Some(group) = groups.get_mut(name) {
                group.error = group.error.take().or(Some(error.clone()));
            }
        }
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    for group in &mut groups {
        group.members.order_by_key(|it| (it.order, it.name()));
        group.error = everything.clone().or(group.error.take());
    }
    groups.order_by_key(|group| group.members.iter().map(|it| it.ingress.id).min());
    (groups, skipped)
}

/// The group of an Ingress, and what is wrong with its order.
fn membership<'a>(
    cluster: &'a Cluster,
    ingress: Found<'a, Ingress>,
) -> Result<(String, Member<'a>, Option<Frozen>), Refusal> {
    let meta = &ingress.entry.resource.meta;
    if meta.is_deleting {
        let text = Text::new("the Ingress is being deleted", "Ingress를 삭제하는 중입니다");
        return Err(Refusal::Leaving(boxed(&ingress, "being-deleted", text.en.clone(), Some(text))));
    }
    let params = match meta.annotation("kubernetes.io/ingress.class") {
        _ if cluster.settings.ingress_controller == Some(IngressController::Alb) => {
            // Asked for whatever the class says; parameters count only where the class is its own.
            class_params(cluster, &ingress).unwrap_or_default()
        }
        _ if cluster.settings.ingress_controller.is_some() => {
            return Err(not_ours(&ingress, "another controller plays all Ingresses"));
        }
        Some(class) if class == own_class(cluster) => None,
        Some(class) => {
            return Err(not_ours(&ingress, &format!("ingress class `{class}` belongs to another controller")));
        }
        None => class_params(cluster, &ingress)?,
    };
    let name = group_name(&ingress, params)?;
    let (order, error) = group_order(&ingress);
    // Explicit groups cannot hold a slash, so the two kinds of names never meet.
    Ok((name.unwrap_or_else(|| full_name(&ingress)), Member { ingress, params, order }, error))
}

/// "With the flag at \"\" the value of the annotation is `alb`."
fn own_class(cluster: &Cluster) -> &str {
    let class = cluster.settings.alb_ingress_class.as_str();
    if class.is_empty() { "alb" } else { class }
}

fn not_ours(ingress: &Found<'_, Ingress>, message: &str) -> Refusal {
    Refusal::NotOurs(boxed(ingress, "class-of-another-controller", message.to_owned(), None))
}

fn skipped(ingress: &Found<'_, Ingress>, code: &'static str, message: String, text: Option<Text>) -> Skipped {
    let span = ingress.object.class.as_ref().map_or(ingress.entry.resource.meta.name_span(), |it| it.span);
    Skipped { origin: origin(ingress, span, "spec.ingressClassName"), code, message, text }
}

fn boxed(ingress: &Found<'_, Ingress>, code: &'static str, message: String, text: Option<Text>) -> Box<Skipped> {
    Box::new(skipped(ingress, code, message, text))
}

/// A class that cannot be used, in the controller's words.
fn invalid_class(ingress: &Found<'_, Ingress>, code: &'static str, why: &str, ko: &str) -> Refusal {
    let message = format!("invalid ingress class: {why}");
    let text = Text::new(message.clone(), format!("{ko} ({message})"));
    Refusal::Invalid(boxed(ingress, code, message, Some(text)))
}

/// `spec.group.name` of the class parameters, else the annotation.
fn group_name(
    ingress: &Found<'_, Ingress>,
    params: Option<Found<'_, IngressClassParams>>,
) -> Result<Option<String>, Refusal> {
    let note = annotations(ingress).get("group.name");
    let by_class = params.and_then(|it| it.object.group.as_ref()).map(|it| it.value.clone());
    let Some(name) = by_class.or_else(|| note.as_ref().map(|it| it.value.to_owned())) else { return Ok(None) };
    let why = if !is_group_name(&name) {
        "groupName must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
    } else if name.len() > 63 {
        "groupName must be no more than 63 characters"
    } else {
        return Ok(Some(name));
    };
    let message = format!("invalid ingress group: {why}");
    let text = Text::new(message.clone(), format!("그룹 이름이 잘못되었습니다 ({message})"));
    let origin = note.map_or_else(|| whole(ingress), |it| it.origin);
    Err(Refusal::Leaving(Box::new(Skipped { origin, code: "invalid-group", message, text: Some(text) })))
}

/// "A member that is being deleted, and protects the load balancer against that, is an error of its group."
fn protection(ingress: &Found<'_, Ingress>) -> Result<(), Frozen> {
    let (notes, suffix) = (annotations(ingress), "load-balancer-attributes");
    let attributes = notes.map(suffix)?;
    let told = attributes.iter().find(|(key, _)| key == "deletion_protection.enabled");
    let Some((note, (_, value))) = notes.get(suffix).zip(told) else { return Ok(()) };
    match boolean(value) {
        Some(false) => Ok(()),
        Some(true) => {
            Err(note.error(format!("deletion_protection is enabled, cannot delete the ingress: {}", ingress.name())))
        }
        None => Err(note.error(format!("strconv.ParseBool: parsing \"{value}\": invalid syntax"))),
    }
}

/// `([a-z0-9][-a-z0-9.]*)?[a-z0-9]`
fn is_group_name(name: &str) -> bool {
    let is_plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    let bytes = name.as_bytes();
    let ends = [bytes.first(), bytes.last()].into_iter().all(|it| it.is_some_and(|it| is_plain(*it)));
    ends && bytes.iter().all(|it| is_plain(*it) || matches!(it, b'-' | b'.'))
}

/// -1000 to 1000, 0 unless told; a bad value is an error of the whole group.
fn group_order(ingress: &Found<'_, Ingress>) -> (i64, Option<Frozen>) {
    let Some(note) = annotations(ingress).get("group.order") else { return (0, None) };
    let error = |why: String| (0, Some(note.error(why)));
    match note.int64() {
        Ok(order) if (-1000..=1000).contains(&order) => (order, None),
        Ok(order) => error(format!(
            "explicit Ingress group order must be within [-1000:1000], Ingress: {}, order: {order}",
            full_name(ingress)
        )),
        Err(why) => {
            error(format!("failed to load Ingress group order for ingress: {}: {}", full_name(ingress), why.message))
        }
    }
}

/// The parameters of the class, when it is one of this controller.
fn class_params<'a>(
    cluster: &'a Cluster,
    ingress: &Found<'a, Ingress>,
) -> Result<Option<Found<'a, IngressClassParams>>, Refusal> {
    let Some(class) = class_of(cluster, ingress)? else { return Ok(None) };
    if class.object.controller.as_ref().is_none_or(|it| it.value != CONTROLLER) {
        return Err(not_ours(ingress, &format!("IngressClass `{}` belongs to another controller", class.name())));
    }
    let Some(reference) = &class.object.parameters else { return Ok(None) };
    let name = &reference.name.value;
    if reference.group != "elbv2.k8s.aws" || reference.kind != "IngressClassParams" {
        let why = format!("IngressClass {} references unknown parameters", class.name());
        let ko = format!("`{}` IngressClass가 알 수 없는 parameters를 참조합니다", class.name());
        return Err(invalid_class(ingress, "unknown-parameters", &why, &ko));
    }
    let Some(params) = cluster.find::<IngressClassParams>("", name) else {
        let why = format!("IngressClassParams.elbv2.k8s.aws \"{name}\" not found");
        let ko = format!("`{name}` IngressClassParams가 없습니다");
        return Err(invalid_class(ingress, "parameters-not-found", &why, &ko));
    };
    let labels = cluster.namespace_labels(ingress.namespace());
    if params.object.namespace_selector.as_ref().is_some_and(|it| !it.matches(&labels)) {
        let why = format!("namespaceSelector of IngressClassParams {name} mismatch");
        let ko = format!("이 클래스는 `{}` 네임스페이스를 허용하지 않습니다", ingress.namespace());
        return Err(invalid_class(ingress, "namespace-not-allowed", &why, &ko));
    }
    Ok(Some(params))
}

/// `spec.ingressClassName`, else the default class; none at all is managed only by a controller with an empty class.
fn class_of<'a>(
    cluster: &'a Cluster,
    ingress: &Found<'a, Ingress>,
) -> Result<Option<Found<'a, IngressClass>>, Refusal> {
    if let Some(name) = &ingress.object.class {
        return cluster.find::<IngressClass>("", &name.value).map(Some).ok_or_else(|| {
            let message = format!("invalid ingress class: IngressClass.networking.k8s.io \"{}\" not found", name.value);
            // Whose class it is nobody knows; the plain Ingress lowering tells people that it is missing.
            Refusal::Invalid(boxed(ingress, "class-not-found", message, None))
        });
    }
    let mut defaults = cluster.all::<IngressClass>().filter(|it| it.object.is_default);
    match (defaults.next(), defaults.next()) {
        (Some(class), None) => Ok(Some(class)),
        (Some(_), Some(_)) => {
            let why = "multiple default IngressClasses found";
            let message = format!("Ingress: {}: {why}", full_name(ingress));
            let text = Text::new(
                format!("the controller takes no Ingress without a class: {why}"),
                format!("기본 IngressClass가 여럿이라 클래스가 없는 Ingress를 맡지 않습니다 ({why})"),
            );
            let found =
                skipped(ingress, "multiple-default-classes", format!("invalid ingress class: {why}"), Some(text));
            Err(Refusal::Everything(Box::new((found, Frozen { message, origin: whole(ingress) }))))
        }
        _ if cluster.settings.alb_ingress_class.is_empty() => Ok(None),
        _ => Err(not_ours(ingress, "the Ingress has no class, and there is no default one")),
    }
}
