//! Maps and lists of an ALB: `key=value` with commas between.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| podpath_fuzz::ingress_annotation(
    &[
        "target-group-attributes",
        "tags",
        "load-balancer-attributes",
        "target-node-labels",
        "subnets",
        "security-groups"
    ],
    bytes
));
