//! Annotations of a Service with an NLB.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| podpath_fuzz::service_annotation(
    &[
        "service.beta.kubernetes.io/actions.TCP-80",
        "service.beta.kubernetes.io/aws-load-balancer-target-group-attributes",
        "service.beta.kubernetes.io/aws-load-balancer-ssl-ports",
        "service.beta.kubernetes.io/aws-load-balancer-healthcheck-port",
        "service.beta.kubernetes.io/load-balancer-source-ranges",
        "service.beta.kubernetes.io/aws-load-balancer-attributes"
    ],
    bytes
));
