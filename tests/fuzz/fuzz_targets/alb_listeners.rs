//! JSON of the listeners of an ALB and of client certificates.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| podpath_fuzz::ingress_annotation(
    &["listen-ports", "mutual-authentication", "ssl-redirect", "inbound-cidrs", "certificate-arn"],
    bytes
));
