//! JSON of actions of an ALB.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| podpath_fuzz::ingress_annotation(&["actions.web"], bytes));
