//! JSON of transforms of an ALB.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| podpath_fuzz::ingress_annotation(&["transforms.web"], bytes));
