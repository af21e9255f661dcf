//! Sign-in at an ALB: JSON of its providers, of tokens, and the plain keys.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| podpath_fuzz::ingress_annotation(
    &["auth-idp-oidc", "auth-idp-cognito", "jwt-validation", "auth-type", "auth-session-timeout"],
    bytes
));
