//! What is known about each annotation of Istio: where it counts, how stable it is, what it takes.
//!
//! Source: istio/api `annotation/annotations.yaml` for names, kinds, stages and deprecations; istio `pkg/kube/inject/validate.go`
//! for what the injector checks.

use std::net::IpAddr;

/// An annotation.
pub(super) struct Known {
    pub(super) name: &'static str,
    /// Where it counts; empty is everywhere.
    pub(super) kinds: &'static [&'static str],
    /// Alpha, and not written by Istio itself.
    pub(super) is_alpha: bool,
    /// What to use instead, where it is deprecated.
    pub(super) instead: Option<[&'static str; 2]>,
    /// Istio's network plugin writes it where no `istio-init` does its work.
    pub(super) by_cni: bool,
    /// What it takes.
    pub(super) form: Form,
}

/// What an annotation takes, as far as the injector checks it.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Any,
    Bool,
    Number,
    Port,
    Ports,
    PortsOrAll,
    Ranges,
    RangesOrAll,
    Mode,
}

impl Known {
    /// True when it counts at this kind.
    pub(super) fn fits(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

impl Form {
    /// What `inject.AnnotationValidation` says to a value.
    pub(super) fn takes(self, value: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Bool => {
                let known = ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"];
                known.contains(&value)
            }
            Self::Number => value.parse::<u32>().is_ok(),
            Self::Port => value.trim().parse::<u16>().is_ok(),
            Self::Ports => is_list(value.trim(), |it| it.trim().parse::<u16>().is_ok()),
            Self::PortsOrAll => value == "*" || Self::Ports.takes(value),
            Self::Ranges => is_list(value, is_range),
            Self::RangesOrAll => value == "*" || Self::Ranges.takes(value),
            Self::Mode => matches!(value, "REDIRECT" | "TPROXY" | "NONE"),
        }
    }

    /// The same for people.
    pub(super) fn words(self) -> [&'static str; 2] {
        match self {
            Self::Any => ["any text", "아무 글"],
            Self::Bool => ["`true` or `false`", "`true`나 `false`"],
            Self::Number => ["a whole number", "0 이상의 정수"],
            Self::Port => ["a port", "포트 번호"],
            Self::Ports => ["ports with commas between", "쉼표로 나눈 포트 번호"],
            Self::PortsOrAll => ["`*` or ports with commas between", "`*`나 쉼표로 나눈 포트 번호"],
            Self::Ranges => ["CIDR ranges with commas between", "쉼표로 나눈 CIDR 범위"],
            Self::RangesOrAll => ["`*` or CIDR ranges with commas between", "`*`나 쉼표로 나눈 CIDR 범위"],
            Self::Mode => ["`REDIRECT`, `TPROXY` or `NONE`", "`REDIRECT`, `TPROXY`, `NONE`"],
        }
    }
}

/// Items with commas between; nothing is a list of none.
fn is_list(value: &str, fits: fn(&str) -> bool) -> bool {
    value.is_empty() || value.split(',').all(fits)
}

fn is_range(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    match address.parse::<IpAddr>() {
        Ok(address) => length.parse::<u8>().is_ok_and(|it| it <= if address.is_ipv4() { 32 } else { 128 }),
        Err(_) => false,
    }
}

const ANY: &[&str] = &[];
const GATEWAY: &[&str] = &["Gateway"];
const POD: &[&str] = &["Pod"];
const SERVICE: &[&str] = &["Service"];

/// An alpha annotation that takes any text.
const fn alpha(name: &'static str, kinds: &'static [&'static str]) -> Known {
    Known { name, kinds, is_alpha: true, instead: None, by_cni: false, form: Form::Any }
}

/// One that is stable, or that Istio writes itself.
const fn settled(name: &'static str, kinds: &'static [&'static str]) -> Known {
    Known { is_alpha: false, ..alpha(name, kinds) }
}

/// Every annotation, by name.
pub(super) static TABLE: &[Known] = &[
    Known {
        instead: Some(["an AuthorizationPolicy", "AuthorizationPolicy"]),
        ..alpha("alpha.istio.io/canonical-serviceaccounts", SERVICE)
    },
    Known {
        instead: Some(["an AuthorizationPolicy", "AuthorizationPolicy"]),
        ..alpha("alpha.istio.io/kubernetes-serviceaccounts", SERVICE)
    },
    alpha("ambient.istio.io/bypass-inbound-capture", POD),
    alpha("ambient.istio.io/dns-capture", POD),
    settled("ambient.istio.io/redirection", POD),
    alpha("ambient.istio.io/waypoint-inbound-binding", &["GatewayClass", "Gateway"]),
    alpha("galley.istio.io/analyze-suppress", ANY),
    settled("gateway.istio.io/controller-version", ANY),
    alpha("gateway.istio.io/name-override", GATEWAY),
    alpha("gateway.istio.io/service-account", GATEWAY),
    alpha("inject.istio.io/templates", POD),
    alpha("install.operator.istio.io/chart-owner", ANY),
    alpha("install.operator.istio.io/owner-generation", ANY),
    alpha("install.operator.istio.io/version", ANY),
    alpha("istio.io/autoRegistrationGroup", &["WorkloadEntry"]),
    alpha("istio.io/connectedAt", &["WorkloadEntry"]),
    alpha("istio.io/disconnectedAt", &["WorkloadEntry"]),
    alpha("istio.io/dry-run", &["AuthorizationPolicy"]),
    alpha("istio.io/reroute-virtual-interfaces", POD),
    settled("istio.io/rev", POD),
    alpha("istio.io/workloadController", &["WorkloadEntry"]),
    settled("kubernetes.io/ingress.class", &["Ingress"]),
    alpha("networking.istio.io/address-type", GATEWAY),
    alpha("networking.istio.io/exportTo", SERVICE),
    alpha("networking.istio.io/service-type", GATEWAY),
    alpha("networking.istio.io/traffic-distribution", &["Service", "ServiceEntry", "Namespace"]),
    Known { form: Form::Bool, ..alpha("prometheus.istio.io/merge-metrics", POD) },
    settled("proxy.istio.io/config", POD),
    settled("proxy.istio.io/overrides", POD),
    alpha("readiness.status.sidecar.istio.io/applicationPorts", POD),
    Known { form: Form::Number, ..alpha("readiness.status.sidecar.istio.io/failureThreshold", POD) },
    Known { form: Form::Number, ..alpha("readiness.status.sidecar.istio.io/initialDelaySeconds", POD) },
    Known { form: Form::Number, ..alpha("readiness.status.sidecar.istio.io/periodSeconds", POD) },
    alpha("sidecar.istio.io/agentLogLevel", POD),
    alpha("sidecar.istio.io/bootstrapOverride", POD),
    alpha("sidecar.istio.io/componentLogLevel", POD),
    Known {
        instead: Some([
            "`discoveryAddress` in `proxy.istio.io/config`",
            "`proxy.istio.io/config`의 `discoveryAddress`",
        ]),
        ..alpha("sidecar.istio.io/discoveryAddress", POD)
    },
    alpha("sidecar.istio.io/enableCoreDump", POD),
    Known { instead: Some(["the Telemetry API", "Telemetry API"]), ..alpha("sidecar.istio.io/extraStatTags", POD) },
    Known {
        instead: Some(["the label `sidecar.istio.io/inject`", "`sidecar.istio.io/inject` 레이블"]),
        ..settled("sidecar.istio.io/inject", POD)
    },
    Known { by_cni: true, form: Form::Mode, ..alpha("sidecar.istio.io/interceptionMode", POD) },
    alpha("sidecar.istio.io/logLevel", POD),
    alpha("sidecar.istio.io/nativeSidecar", POD),
    alpha("sidecar.istio.io/proxyCPU", POD),
    alpha("sidecar.istio.io/proxyCPULimit", POD),
    alpha("sidecar.istio.io/proxyImage", POD),
    alpha("sidecar.istio.io/proxyImageType", POD),
    alpha("sidecar.istio.io/proxyMemory", POD),
    alpha("sidecar.istio.io/proxyMemoryLimit", POD),
    alpha("sidecar.istio.io/rewriteAppHTTPProbers", POD),
    alpha("sidecar.istio.io/statsCompression", POD),
    alpha("sidecar.istio.io/statsEvictionInterval", POD),
    alpha("sidecar.istio.io/statsHistogramBuckets", POD),
    Known {
        instead: Some([
            "`proxyStatsMatcher` in `proxy.istio.io/config`",
            "`proxy.istio.io/config`의 `proxyStatsMatcher`",
        ]),
        ..alpha("sidecar.istio.io/statsInclusionPrefixes", POD)
    },
    Known {
        instead: Some([
            "`proxyStatsMatcher` in `proxy.istio.io/config`",
            "`proxy.istio.io/config`의 `proxyStatsMatcher`",
        ]),
        ..alpha("sidecar.istio.io/statsInclusionRegexps", POD)
    },
    Known {
        instead: Some([
            "`proxyStatsMatcher` in `proxy.istio.io/config`",
            "`proxy.istio.io/config`의 `proxyStatsMatcher`",
        ]),
        ..alpha("sidecar.istio.io/statsInclusionSuffixes", POD)
    },
    settled("sidecar.istio.io/status", POD),
    alpha("sidecar.istio.io/userVolume", POD),
    alpha("sidecar.istio.io/userVolumeMount", POD),
    Known { form: Form::Port, ..alpha("status.sidecar.istio.io/port", POD) },
    alpha("topology.istio.io/controlPlaneClusters", &["Namespace"]),
    settled("traffic.istio.io/nodeSelector", SERVICE),
    Known { by_cni: true, form: Form::Ports, ..alpha("traffic.sidecar.istio.io/excludeInboundPorts", POD) },
    alpha("traffic.sidecar.istio.io/excludeInterfaces", POD),
    Known { form: Form::Ranges, ..alpha("traffic.sidecar.istio.io/excludeOutboundIPRanges", POD) },
    Known { form: Form::Ports, ..alpha("traffic.sidecar.istio.io/excludeOutboundPorts", POD) },
    Known { by_cni: true, form: Form::PortsOrAll, ..alpha("traffic.sidecar.istio.io/includeInboundPorts", POD) },
    Known { by_cni: true, form: Form::RangesOrAll, ..alpha("traffic.sidecar.istio.io/includeOutboundIPRanges", POD) },
    alpha("traffic.sidecar.istio.io/includeOutboundPorts", POD),
    Known {
        instead: Some(["`istio.io/reroute-virtual-interfaces`", "`istio.io/reroute-virtual-interfaces`"]),
        ..alpha("traffic.sidecar.istio.io/kubevirtInterfaces", POD)
    },
];
