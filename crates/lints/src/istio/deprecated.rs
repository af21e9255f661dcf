//! What Istio still reads and is about to drop: fields, kinds and providers.
//!
//! Rule (istio `analyzers/deprecation`, `analyzers/telemetry/lightstep.go`).

use podpath_objects::Telemetry;
use podpath_order::OrdSet;
use podpath_routing::mesh::with_yaml;
use podpath_source::{Diagnostic, Severity};

use crate::rule::{Rule, say};
use crate::{Check, Context, DocumentContext, Lint};

/// IST0002: a field.
pub(crate) static FIELD: Rule = Rule {
    lint: Lint {
        code: "deprecated-field",
        severity: Severity::Warning,
        aliases: &["IST0002"],
        check: Check::Document(field),
    },
    message: ["`{0}` is deprecated", "`{0}` 필드는 deprecated입니다"],
    help: [
        "use `{1}`: new versions of Istio ignore the old field",
        "`{1}` 필드를 쓰세요. 새 Istio 버전은 옛 필드를 무시합니다",
    ],
};

/// IST0002: a kind that is gone.
pub(crate) static KIND: Rule = Rule {
    lint: Lint {
        code: "removed-kind",
        severity: Severity::Warning,
        aliases: &["IST0002"],
        check: Check::Document(kind),
    },
    message: ["Istio has no kind `{0}` any more", "Istio에는 더 이상 `{0}` kind가 없습니다"],
    help: [
        "its objects have no effect; AuthorizationPolicy took its place",
        "이 kind의 오브젝트는 효과가 없습니다. AuthorizationPolicy로 바꾸세요",
    ],
};

/// IST0002: a tracing provider.
pub(crate) static PROVIDER: Rule = Rule {
    lint: Lint {
        code: "deprecated-provider",
        severity: Severity::Warning,
        aliases: &["IST0002"],
        check: Check::Cluster(provider),
    },
    message: [
        "the provider `{0}` is of the kind `lightstep`, which is deprecated",
        "`{0}` 프로바이더의 종류인 `lightstep`은 deprecated입니다",
    ],
    help: [
        "Lightstep takes OpenTelemetry: make it a provider of the kind `opentelemetry` in the mesh configuration",
        "Lightstep은 OpenTelemetry를 받습니다. 메시 설정에서 `opentelemetry` 프로바이더로 바꾸세요",
    ],
};

fn field(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    for (object, _) in context.objects(&[("networking.istio.io", "VirtualService")]) {
        let delays = object.get("spec").get("http").items().map(|it| it.get("fault").get("delay"));
        // An analyzer's message names the object, not the rule: one finding says it.
        let old = delays.filter(|it| it.get("percent").int().is_some_and(|it| it.value > 0));
        for (nth, delay) in old.enumerate() {
            let finding =
                FIELD.found(context.at(delay.key_span("percent")), &["fault.delay.percent", "percentage.value"]);
            found.push(if nth == 0 { finding } else { Diagnostic { aliases: &[], ..finding } });
        }
    }
    for (object, _) in context.objects(&[("networking.istio.io", "Sidecar")]) {
        let policy = object.get("spec").get("outboundTrafficPolicy");
        if policy.get("egressProxy").exists() {
            let place = context.at(policy.key_span("egressProxy"));
            found.push(Diagnostic { help: Some(say(NO_EGRESS_PROXY, &[])), ..FIELD.found(place, &[EGRESS_PROXY, ""]) });
        }
    }
}

const EGRESS_PROXY: &str = "outboundTrafficPolicy.egressProxy";

/// What to do instead, where no other field took its place.
const NO_EGRESS_PROXY: [&str; 2] = [
    "new versions of Istio may drop it: send calls to a host outside through an egress gateway by a ServiceEntry and a VirtualService",
    "새 Istio 버전에서 사라질 수 있습니다. 외부 호스트로 가는 호출은 ServiceEntry와 VirtualService로 egress gateway를 거치게 하세요",
];

fn kind(context: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    const GONE: &[&str] = &["ClusterRbacConfig", "RbacConfig", "ServiceRole", "ServiceRoleBinding"];
    for (object, _) in context.objects(&[("apiextensions.k8s.io", "CustomResourceDefinition")]) {
        let spec = object.get("spec");
        let name = spec.get("names").get("kind").text();
        let is_old = spec.get("group").text().is_some_and(|it| it.value == "rbac.istio.io");
        if let Some(name) = name.filter(|it| is_old && GONE.contains(&it.value.as_str())) {
            found.push(KIND.found(context.at(name.span), &[&name.value]));
        }
    }
}

fn provider(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let old: OrdSet<String> = with_yaml(context.cluster, "istio", "mesh", |mesh| {
        let providers = mesh.get("extensionProviders").items().filter(|it| it.get("lightstep").exists());
        providers.filter_map(|it| it.get("name").text()).map(|it| it.value).collect()
    });
    for telemetry in context.cluster.all::<Telemetry>() {
        let named = telemetry.object.tracers.iter().filter(|it| old.contains(&it.value));
        found.extend(named.map(|it| PROVIDER.found(telemetry.at(it.span), &[&it.value])));
    }
}
