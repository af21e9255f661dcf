//! Numbers, booleans and words of an ALB.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| podpath_fuzz::ingress_annotation(
    &[
        "healthcheck-port",
        "healthcheck-interval-seconds",
        "success-codes",
        "group.name",
        "group.order",
        "use-regex-path-match",
        "backend-protocol-version",
        "target-type"
    ],
    bytes
));
