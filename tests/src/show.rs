//! Answers as short text that a test can hold on to.

use std::fmt::Write as _;

use podpath_protocol::{
    Admission, Backend, BalancerCard, BalancerTarget, Check, Completion, Condition, Definition, EdgeState, Graph, Hop,
    Hover, LbAction, LbTarget, LoadBalancers, Mention, MtlsReason, NodeState, ObjectCard, ObjectStatus, Outcome,
    PodFacts, Range, Ref, Reference, References, SidecarState, Standing, Statuses, Trace, Workloads,
};

use serde_json::json;

use crate::ask::{self, Files};

/// A card: what it is, what is kept (a `+` is a default), ports, Pods, conditions, and references both ways.
pub(crate) fn object(card: &ObjectCard) -> String {
    let mut text =
        format!("{} at {}:{}\n{}\n", name(&card.resource), card.range.file, card.range.start.line, card.summary);
    for it in &card.stored {
        _ = writeln!(text, "{} {}", if it.is_default { '+' } else { '|' }, it.text);
    }
    for it in &card.ports {
        let target = it.target.as_ref().map_or(String::new(), |it| format!(" -> {it}"));
        _ = writeln!(text, "port {} {}{target} {}", it.name.as_deref().unwrap_or("-"), it.port, it.protocol);
    }
    if let Some(list) = &card.endpoints {
        _ = writeln!(text, "{} ready of {}", list.ready, list.total);
        for pod in &list.pods {
            let port = pod.port.map_or(String::new(), |it| format!(":{it}"));
            _ = writeln!(text, "  {}{port}{}", pod.name, if pod.ready { "" } else { " not ready" });
        }
    }
    for it in &card.conditions {
        _ = writeln!(text, "condition {} {} {}: {}", it.kind, it.status, it.reason, it.message);
    }
    let references = |text: &mut String, word: &str, list: &[Reference]| {
        for it in list {
            let place = format!("{}:{}", it.range.file, it.range.start.line);
            _ = writeln!(text, "{word} {} at {place}{}", name(&it.resource), if it.found { "" } else { " (missing)" });
        }
    };
    if let Some(status) = &card.status {
        let object = ObjectStatus { resource: card.resource.clone(), status: status.clone() };
        _ = write!(text, "will write {}", self::status(&Statuses { objects: vec![object] }, ""));
    }
    references(&mut text, "used by", &card.used_by);
    references(&mut text, "uses", &card.uses);
    text
}

/// What the controller writes: of conditions that are as everybody hopes only the type is shown.
pub(crate) fn status(found: &Statuses, names: &str) -> String {
    let mut text = String::new();
    let names: Vec<&str> = names.split_whitespace().collect();
    let asked = |it: &&ObjectStatus| names.is_empty() || names.contains(&name(&it.resource).as_str());
    for object in found.objects.iter().filter(asked) {
        let status = &object.status;
        _ = writeln!(text, "{}{}", name(&object.resource), conditions(&status.conditions));
        if status.attached_listener_sets > 0 {
            _ = writeln!(text, "  attachedListenerSets {}", status.attached_listener_sets);
        }
        for it in &status.listeners {
            let kinds: Vec<_> = it.supported_kinds.iter().map(|it| it.kind.as_str()).collect();
            let kinds = kinds.join(", ");
            _ = writeln!(text, "  {} takes {} of [{kinds}]{}", it.name, it.attached_routes, conditions(&it.conditions));
        }
        for it in &status.parents {
            let parent = &it.parent_ref;
            let section = parent.section_name.as_ref().map_or(String::new(), |it| format!("/{it}"));
            _ = writeln!(text, "  at {}/{}{section}{}", parent.kind, parent.name, conditions(&it.conditions));
        }
    }
    text
}

fn conditions(found: &[Condition]) -> String {
    let plain = |it: &&Condition| it.status == "True" && (it.reason == it.kind) || it.reason == "NoConflicts";
    let mut text = String::new();
    for it in found.iter().filter(|it| it.reason != "NoConflicts") {
        let shown = if plain(&it) { it.kind.clone() } else { format!("{}={} {}", it.kind, it.status, it.reason) };
        _ = write!(text, "{}{shown}", if text.is_empty() { ": " } else { ", " });
    }
    for it in found.iter().filter(|it| !plain(it) && it.status != "True") {
        _ = write!(text, "\n    {}: {}", it.kind, it.message);
    }
    text
}

/// What is said to each document.
pub(crate) fn admission(found: &Admission) -> String {
    let mut text = String::new();
    for it in &found.documents {
        let name = it.resource.as_ref().map_or_else(|| "-".to_owned(), name);
        _ = writeln!(text, "{}#{} {name} {}", it.file, it.index, if it.accepted { "accepted" } else { "refused" });
        for error in &it.errors {
            let by = if error.source == "webhook" { " (webhook)" } else { "" };
            _ = writeln!(text, "  {} {}{by}: {}", error.sort, error.field, error.detail);
        }
        for warning in &it.warnings {
            _ = writeln!(text, "  warning: {warning}");
        }
    }
    text
}

/// The wires of a diagram, the lit ones with `=`, and the cards that the request does not come to with their reason.
pub(crate) fn graph(found: &Graph) -> String {
    let mut text = String::new();
    let card = |id: &str| {
        let node = found.nodes.iter().find(|it| it.id == id);
        node.map_or_else(String::new, |it| match it.kind.as_str() {
            "" => it.title.clone(),
            kind => format!("{kind} {}", it.title),
        })
    };
    for it in &found.edges {
        let line = if it.on_path { '=' } else { '-' };
        let state = match it.state {
            EdgeState::Off | EdgeState::On => String::new(),
            other => format!(" ({other:?})"),
        };
        let share = it.weight.map_or(String::new(), |(part, whole)| format!(" {part}/{whole}"));
        _ = writeln!(text, "{} {line}{}{line}> {}{share}{state}", card(&it.from), it.label, card(&it.to));
    }
    for it in found.nodes.iter().filter(|it| !matches!(it.state, NodeState::Off | NodeState::On)) {
        _ = writeln!(text, "{:?}: {} {}", it.state, card(&it.id), it.subtitle);
    }
    text
}

/// Each workload with what belongs to it.
pub(crate) fn workloads(found: &Workloads) -> String {
    let mut text = String::new();
    let names = |list: &[Ref]| list.iter().map(name).collect::<Vec<_>>().join(", ");
    for it in &found.workloads {
        _ = writeln!(text, "{} as {}", name(&it.workload), name(&it.service_account));
        _ = writeln!(text, "  pods {}", it.pods.join(", "));
        let labels: Vec<_> = it.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        _ = writeln!(text, "  labels {}", labels.join(", "));
        for (word, list) in [("services", &it.services), ("policies", &it.network_policies), ("uses", &it.uses)] {
            if !list.is_empty() {
                _ = writeln!(text, "  {word} {}", names(list));
            }
        }
        if let Some(role) = &it.iam_role {
            _ = writeln!(text, "  role {role}");
        }
        sidecar(&mut text, &it.sidecar);
        for why in it.mtls.why.iter().filter(|it| it.by.is_some()) {
            mtls(&mut text, why);
        }
        let all = &it.policies;
        let lists = [&all.deny, &all.allow, &all.audit, &all.custom, &all.other];
        for (word, list) in ["deny", "allow", "audit", "custom", "other"].into_iter().zip(lists) {
            if !list.is_empty() {
                _ = writeln!(text, "  {word} {}", names(list));
            }
        }
        let nodes = it.schedulable.nodes.as_ref().map(|it| format!(" {}", it.join(", "))).unwrap_or_default();
        _ = writeln!(text, "  nodes {}{nodes}", it.schedulable.reason);
    }
    text
}

fn sidecar(text: &mut String, it: &SidecarState) {
    let revision = it.revision.as_ref().map(|it| format!(" by {it}")).unwrap_or_default();
    let injected = if it.injected { "yes" } else { "no" };
    _ = writeln!(text, "  sidecar {injected}{revision} {}: {}{}", it.reason, it.detail, spot(it.range.as_ref()));
}

fn mtls(text: &mut String, it: &MtlsReason) {
    let port = it.port.map(|it| format!(" at {it}")).unwrap_or_default();
    _ = writeln!(text, "  mtls{port} {} {}: {}{}", it.mode, it.reason, it.detail, spot(it.range.as_ref()));
}

fn spot(range: Option<&Range>) -> String {
    range.map(|it| format!(" at {}:{}", it.file, it.start.line)).unwrap_or_default()
}

/// What a card says of Pods.
pub(crate) fn pod(card: &ObjectCard) -> String {
    let mut text = String::new();
    card.pod.iter().for_each(|it| pod_facts(&mut text, it));
    text
}

fn pod_facts(text: &mut String, facts: &PodFacts) {
    sidecar(text, &facts.sidecar);
    facts.mtls.iter().flat_map(|it| &it.why).for_each(|it| mtls(text, it));
    for it in &facts.policies {
        let mark = if it.applies { "policy" } else { "idle policy" };
        _ = writeln!(
            text,
            "  {mark} {} at {}:{}: {}",
            name(&it.resource),
            it.range.file,
            it.range.start.line,
            it.detail
        );
    }
    let account = &facts.service_account;
    let mark = if account.failed { " (fails)" } else { "" };
    _ = writeln!(text, "  as {}{mark}: {}{}", account.resource.name, account.detail, spot(account.range.as_ref()));
    let place = &facts.placement;
    let nodes = place.nodes.as_ref().map(|it| format!(" [{}]", it.join(", "))).unwrap_or_default();
    _ = writeln!(text, "  {}{nodes}: {}", place.reason, place.detail);
    place.wants.iter().for_each(|it| _ = writeln!(text, "    wants {}{}", it.text, spot(it.range.as_ref())));
    place
        .lost
        .iter()
        .for_each(|it| _ = writeln!(text, "    not {}: {}{}", it.name, it.detail, spot(it.range.as_ref())));
}

/// A load balancer as a card shows it.
pub(crate) fn balancer(card: &ObjectCard) -> String {
    let mut text = String::new();
    card.load_balancer.iter().for_each(|it| balancer_card(&mut text, it));
    text
}

fn balancer_card(text: &mut String, card: &BalancerCard) {
    let members = card.members.iter().map(name).collect::<Vec<_>>().join(", ");
    _ = writeln!(text, "balancer {} of {members}", card.title);
    card.frozen.iter().for_each(|it| _ = writeln!(text, "  frozen {}{}", it.message, spot(it.range.as_ref())));
    for listener in &card.listeners {
        let certificates = listener.certificates.join(" ");
        _ = writeln!(text, "  {}:{} {certificates}", listener.protocol, listener.port);
        for it in &listener.rules {
            let number = it.priority.map_or("default".to_owned(), |it| it.to_string());
            let (conditions, actions) = (it.conditions.join(" & "), it.actions.join(", "));
            _ = writeln!(text, "    {number} {conditions} -> {actions}{}", spot(it.range.as_ref()));
        }
    }
    for it in &card.target_groups {
        let target = |it: &BalancerTarget| format!("{}:{}", name(&it.resource), it.port);
        let targets = it.targets.iter().map(target).collect::<Vec<_>>().join(", ");
        _ = writeln!(text, "  group {} {} [{targets}]{}", it.title, it.detail, spot(it.range.as_ref()));
        _ = writeln!(text, "    {}", it.health);
    }
}

/// Load balancers as AWS keeps them: a line for each listener, rule and target group.
pub(crate) fn load_balancers(found: &LoadBalancers) -> String {
    let mut text = String::new();
    for made in &found.load_balancers {
        let members = made.members.iter().map(name).collect::<Vec<_>>().join(", ");
        _ = writeln!(text, "{} {} {} of {members}", made.kind, made.scheme, made.ip_address_type);
        made.frozen.iter().for_each(|it| _ = writeln!(text, "  frozen {it}"));
        for listener in &made.listeners {
            let certificates = listener.certificates.join(" ");
            _ = writeln!(text, "  {} {} {certificates}", listener.protocol, listener.port);
            for rule in &listener.rules {
                _ = writeln!(text, "    {} {}", rule.priority, rule.path);
                let conditions = rule.conditions.iter().map(|it| json!(it).to_string());
                conditions.for_each(|it| _ = writeln!(text, "      if {it}"));
                let transforms = rule.transforms.iter().map(|it| json!(it).to_string());
                transforms.for_each(|it| _ = writeln!(text, "      change {it}"));
                rule.actions.iter().for_each(|it| _ = writeln!(text, "      {}", action(it)));
            }
            listener.default_actions.iter().for_each(|it| _ = writeln!(text, "    default {}", action(it)));
        }
        for it in &made.target_groups {
            let (port, health) = (json!(it.service_port), &it.health_check);
            let service = it.service.as_ref().map(name).unwrap_or_default();
            let version = it.protocol_version.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
            _ = writeln!(text, "  {} {service} {port}: {} {} {}{version}", it.id, it.target_type, it.port, it.protocol);
            let path = health.path.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
            _ = writeln!(text, "    check {} {}{path}", health.protocol, json!(health.port));
            let attributes: Vec<_> = it.attributes.iter().map(|(key, value)| format!("{key}={value}")).collect();
            // What every target group of an NLB for a Service has tells nothing.
            if !matches!(attributes.as_slice(), [only] if only == "proxy_protocol_v2.enabled=false") {
                for it in attributes {
                    _ = writeln!(text, "    set {it}");
                }
            }
        }
    }
    for it in &found.skipped {
        _ = writeln!(text, "none for {} {}: {}", name(&it.resource), it.code, it.message);
    }
    text
}

/// Target groups by their ids and what keeps clients with them, everything else as JSON.
fn action(action: &LbAction) -> String {
    let LbAction::Forward { target_groups, stickiness } = action else { return json!(action).to_string() };
    let share = |it: &LbTarget| {
        let weight = it.weight.map(|it| format!(" x{it}")).unwrap_or_default();
        format!("{}{weight}", it.id.as_ref().or(it.arn.as_ref()).or(it.name.as_ref()).cloned().unwrap_or_default())
    };
    let sticky = stickiness.as_ref().map(|it| format!(" sticky {}", json!(it))).unwrap_or_default();
    format!("forward {}{sticky}", target_groups.iter().map(share).collect::<Vec<_>>().join(", "))
}

/// A way: the end, the backends, each hop and each loser with its reason.
pub(crate) fn trace(trace: &Trace) -> String {
    let mut text = String::new();
    let status = trace.status.map_or(String::new(), |status| format!(" {status}"));
    let outcome = match trace.outcome {
        Outcome::Delivered => "delivered",
        Outcome::Redirected => "redirected",
        Outcome::Answered => "answered",
        Outcome::Refused => "refused",
        Outcome::Passthrough => "passthrough",
        Outcome::Unsupported => "unsupported",
    };
    let grpc = trace.grpc_status.as_ref().map_or(String::new(), |it| format!(" {it}"));
    _ = writeln!(text, "{outcome}{status}{grpc} {}", trace.reason.as_deref().unwrap_or_default());
    if let Some(location) = &trace.location {
        _ = writeln!(text, "location {location}");
    }
    trace.backends.iter().for_each(|it| backend(&mut text, it));
    if let Some(upstream) = trace.upstream.as_ref().filter(|_| trace.outcome == Outcome::Delivered) {
        let sni = upstream.sni.as_ref().map_or(String::new(), |it| format!(" for {it}"));
        let tls = if upstream.tls == "none" { String::new() } else { format!(" tls {}{sni}", upstream.tls) };
        _ = writeln!(text, "upstream {} {}{}{tls}", upstream.method, upstream.host, upstream.path);
    }
    for (name, value) in trace.response.iter().flat_map(|it| &it.headers) {
        _ = writeln!(text, "response {name}: {value}");
    }
    for mirror in &trace.mirrors {
        let (part, whole) = mirror.fraction;
        _ = writeln!(text, "mirror {}/{} to {}", part, whole, name(&mirror.service));
    }
    trace.hops.iter().skip(1).for_each(|it| hop(&mut text, it));
    text
}

/// The headers of the request as it goes to the backend.
pub(crate) fn headers(trace: &Trace) -> String {
    let mut text = String::new();
    for (name, value) in trace.upstream.iter().flat_map(|it| &it.headers) {
        _ = writeln!(text, "{name}: {value}");
    }
    text
}

fn backend(text: &mut String, backend: &Backend) {
    let (part, whole) = backend.weight;
    let who = backend.service.as_ref().map_or_else(|| backend.host.clone().unwrap_or_default(), name);
    let port = backend.port.map_or(String::new(), |port| format!(":{port}"));
    let subset = backend.subset.as_ref().map_or(String::new(), |subset| format!(" subset {subset}"));
    let fault = backend.reason.as_ref().map_or(String::new(), |reason| format!(" fails: {reason}"));
    _ = write!(text, "{part}/{whole} {who}{port}{subset}{fault}");
    for endpoint in &backend.endpoints {
        let who = endpoint.workload.as_ref().map_or_else(|| endpoint.address.clone().unwrap_or_default(), name);
        let ready = if endpoint.ready { "" } else { " not ready" };
        _ = write!(text, " -> {who}:{} x{}{ready}", endpoint.port, endpoint.replicas);
    }
    text.push('\n');
}

fn hop(text: &mut String, hop: &Hop) {
    let who = hop.resource.as_ref().map_or_else(|| hop.title.clone(), name);
    let by = hop.decided_by.as_ref().map_or(String::new(), |by| format!(" by {by}"));
    let failed = if hop.failed { " (fails)" } else { "" };
    _ = writeln!(text, "{who}: {}{by}{failed}", hop.detail);
    for note in &hop.notes {
        _ = writeln!(text, "  note {}: {}", note.reason, note.detail);
    }
    for candidate in hop.candidates.iter().filter(|it| it.verdict != Standing::Chosen) {
        let who = candidate.resource.as_deref().map_or(String::new(), name);
        _ = writeln!(text, "  not {who} {}: {}", candidate.path, candidate.reason);
    }
}

fn name(reference: &Ref) -> String {
    format!("{}/{}", reference.kind, reference.name)
}

/// Findings, a line each.
pub(crate) fn diagnostics(check: &Check) -> String {
    let mut text = String::new();
    for it in &check.diagnostics {
        let (start, end) = (it.range.start, it.range.end);
        let place = format!("{}:{}:{}-{}", it.range.file, start.line, start.column, end.column);
        _ = writeln!(text, "{place} {}[{}] {}", it.severity, it.code, it.message);
    }
    text
}

/// What an editor is told at a place.
pub(crate) fn place(method: &str, files: &Files, place: &str) -> Result<String, String> {
    let mut text = String::new();
    let spot = |it: &Option<Range>| it.as_ref().map_or("nothing".to_owned(), where_);
    let mentions = |text: &mut String, all: &[Mention]| {
        for it in all {
            _ = writeln!(text, "{} {}", where_(&it.range), name(&it.resource));
        }
    };
    match method {
        "complete" => {
            let found: Completion = ask::at(method, files, place)?;
            _ = writeln!(text, "{}", spot(&found.range));
            for it in &found.items {
                _ = writeln!(text, "{:?} {} ({}) {:?}", it.kind, it.label, it.detail, it.insert);
            }
        }
        "hover" => {
            let found: Hover = ask::at(method, files, place)?;
            _ = writeln!(text, "{} {}: {}", spot(&found.range), found.title, found.text);
            mentions(&mut text, &found.used_by);
        }
        "definition" => {
            let found: Definition = ask::at(method, files, place)?;
            _ = writeln!(text, "{}", spot(&found.origin));
            mentions(&mut text, &found.targets);
        }
        _ => {
            let found: References = ask::at(method, files, place)?;
            _ = writeln!(text, "{}", found.resource.as_ref().map_or("nothing".to_owned(), name));
            mentions(&mut text, &found.references);
        }
    }
    Ok(text)
}

fn where_(range: &Range) -> String {
    format!("{}:{}:{}-{}", range.file, range.start.line, range.start.column, range.end.column)
}
