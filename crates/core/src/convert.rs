//! The method `convert`: Ingresses as Gateways and HTTPRoutes, with a proof.
//!
//! What is converted is what the controller does, not what is written: the rules of its table become rules of HTTPRoutes.
//! So defaults, redirects and canaries come along, and whatever a rule does that the Gateway API has no words for is told
//! with its place. Then requests made of the rules of both sides are followed through the old and the new, and each that
//! ends elsewhere is told, too.

mod plan;
mod proof;
mod rule;

use podpath_cluster::ResourceId;
use podpath_objects::{GatewayClass, Ingress};
use podpath_order::OrdMap;
use podpath_protocol::{Conversion, Converted, Difference, Locale, Proof, Ref};
use podpath_routing::{Origin, Table};
use podpath_source::{Location, Text};
use serde_json::{Value, json};

use crate::analysis::Analysis;
use crate::object::yaml;
use crate::place::{range, say};
use plan::Plan;

/// The class that a Gateway gets where the workspace names none.
const PLACEHOLDER: &str = "example";

/// Something that the Gateway API has no words for: where, and why.
struct Loss {
    resource: Option<ResourceId>,
    location: Location,
    path: String,
    text: Text,
}

impl Loss {
    fn at(origin: &Origin, text: Text) -> Self {
        Self { resource: origin.resource, location: origin.location, path: origin.path.clone(), text }
    }
}

/// Converts the Ingresses that are named, or all of them.
pub(crate) fn convert(analysis: &Analysis, wanted: Option<&[Ref]>, locale: Locale) -> Conversion {
    let wanted: Option<Vec<_>> = wanted.map(|it| it.iter().filter_map(|it| analysis.resolve(it)).collect());
    let is_wanted = |id: &ResourceId| wanted.as_ref().is_none_or(|it| it.contains(id));
    let mut conversion = Conversion::default();
    let mut losses = Vec::new();
    for table in analysis.tables().all() {
        let members: Vec<_> = table.members.iter().copied().filter(is_wanted).collect();
        let members: Vec<_> = members.into_iter().filter(|it| analysis.cluster.get::<Ingress>(*it).is_some()).collect();
        if members.is_empty() {
            continue;
        }
        if table.gateway.is_load_balancer {
            losses.extend(members.iter().filter_map(|it| balanced(analysis, *it)));
            continue;
        }
        let class = class_name(analysis);
        let plan = Plan::new(analysis, table, &members, &class);
        let path = file_of(analysis, &members, &plan.name);
        conversion.files.insert(path, text(&plan.objects));
        conversion.converted.extend(plan.converted(analysis));
        losses.extend(plan.losses);
        if class == PLACEHOLDER {
            losses.extend(members.first().and_then(|it| no_class(analysis, *it)));
        }
    }
    let (proof, changed) = proof::prove(analysis, &conversion, locale);
    conversion.proof = proof;
    conversion.differences = differences(analysis, &losses, locale);
    conversion.differences.extend(changed);
    let head = head(&conversion, locale);
    if let Some(text) = conversion.files.values_mut().next() {
        text.insert_str(0, &head);
    }
    conversion
}

/// What a reader of the new file has to know.
fn head(conversion: &Conversion, locale: Locale) -> String {
    let Proof { requests, same } = conversion.proof;
    let proved = Text::new(
        format!("{same} of {requests} requests that were tried end the same"),
        format!("시험한 요청 {requests}개 가운데 {same}개가 똑같이 끝납니다"),
    );
    let mut head = format!("# {}\n", say(&proved, locale));
    for Difference { range, path, message, request, .. } in &conversion.differences {
        let at = range.as_ref().map(|it| format!("{}:{} ", it.file, it.start.line)).unwrap_or_default();
        let asked = request.as_ref().map(|it| {
            let (method, scheme) = (it.method.as_deref().unwrap_or("GET"), it.scheme.as_deref().unwrap_or("http"));
            format!("{method} {scheme}://{}{} ", it.host, it.path.as_deref().unwrap_or("/"))
        });
        let path = if path.is_empty() { String::new() } else { format!("{path}: ") };
        // A name may hold anything; a comment ends with its line.
        let line = format!("{at}{}{path}{message}", asked.unwrap_or_default()).replace(['\n', '\r'], " ");
        head.extend(["# ", &line, "\n"]);
    }
    head
}

/// An ALB is converted by its own controller's rules, which have annotations of their own.
fn balanced(analysis: &Analysis, id: ResourceId) -> Option<Loss> {
    let found = analysis.cluster.get::<Ingress>(id)?;
    let text = Text::new(
        "Ingresses of the AWS Load Balancer Controller are not converted",
        "AWS Load Balancer Controller의 Ingress는 변환하지 않습니다",
    );
    let location = found.at(found.entry.resource.meta.name_span());
    Some(Loss { resource: Some(id), location, path: "metadata.name".into(), text })
}

fn no_class(analysis: &Analysis, id: ResourceId) -> Option<Loss> {
    let found = analysis.cluster.get::<Ingress>(id)?;
    let text = Text::new(
        format!("no GatewayClass is here: put the one of your implementation in place of `{PLACEHOLDER}`"),
        format!("GatewayClass가 없습니다. `{PLACEHOLDER}` 자리에 쓰는 구현체의 클래스를 적으세요"),
    );
    let location = found.at(found.entry.resource.meta.name_span());
    Some(Loss { resource: Some(id), location, path: "spec.ingressClassName".into(), text })
}

/// The one GatewayClass of the workspace.
fn class_name(analysis: &Analysis) -> String {
    let mut classes = analysis.cluster.all::<GatewayClass>();
    match (classes.next(), classes.next()) {
        (Some(only), None) => only.name().to_owned(),
        _ => PLACEHOLDER.to_owned(),
    }
}

/// A file beside the first Ingress.
fn file_of(analysis: &Analysis, members: &[ResourceId], name: &str) -> String {
    let entry = members.first().and_then(|it| analysis.cluster.entry(*it));
    let placed = entry.and_then(|it| analysis.placed(it.document));
    let folder = placed.and_then(|it| it.path.rsplit_once('/')).map_or(String::new(), |it| format!("{}/", it.0));
    let taken = |path: &str| analysis.documents().any(|(_, it)| *it.path == *path);
    let numbered = |nth: u32| {
        format!("{folder}{name}.gateway-api{}.yaml", if nth == 1 { String::new() } else { format!("-{nth}") })
    };
    (1..=u32::MAX).map(numbered).find(|it| !taken(it)).unwrap_or_default()
}

fn text(objects: &[Value]) -> String {
    objects.iter().map(yaml).collect::<Vec<_>>().join("---\n")
}

fn differences(analysis: &Analysis, losses: &[Loss], locale: Locale) -> Vec<Difference> {
    let mut found: Vec<Difference> = Vec::new();
    for loss in losses {
        let (Some(resource), Some(range)) =
            (loss.resource.and_then(|it| analysis.reference(it)), range(analysis, loss.location))
        else {
            continue;
        };
        let difference = Difference {
            resource: Some(resource),
            range: Some(range),
            path: loss.path.clone(),
            message: say(&loss.text, locale),
            request: None,
        };
        if !found.contains(&difference) {
            found.push(difference);
        }
    }
    found
}

impl Plan {
    /// Which Ingress became what.
    fn converted(&self, analysis: &Analysis) -> Vec<Converted> {
        let reference = |object: &Value| Ref {
            api_version: "gateway.networking.k8s.io/v1".into(),
            kind: object.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned(),
            namespace: object.pointer("/metadata/namespace").and_then(Value::as_str).map(str::to_owned),
            name: object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned(),
        };
        let mut by: OrdMap<ResourceId, Vec<Ref>> = OrdMap::new();
        for (id, at) in &self.routes {
            by.entry(*id).or_default().extend(self.objects.get(*at).map(reference));
        }
        let gateway = self.objects.first().map(reference);
        let whole = |(id, to): (ResourceId, Vec<Ref>)| {
            let to = gateway.iter().cloned().chain(to).collect();
            Some(Converted { from: analysis.reference(id)?, to })
        };
        by.into_iter().filter_map(whole).collect()
    }
}

/// An object of the Gateway API.
fn object(kind: &str, namespace: &str, name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": kind,
        "metadata": { "name": name, "namespace": namespace },
        "spec": spec
    })
}

/// The tables that have a rule of these objects: what the proof asks.
fn tables_of<'a>(analysis: &'a Analysis, members: &'a [ResourceId]) -> impl Iterator<Item = &'a Table> {
    analysis.tables().gateways().filter(|it| it.members.iter().any(|id| members.contains(id)))
}
