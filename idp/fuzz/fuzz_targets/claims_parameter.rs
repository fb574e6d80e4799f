//! The `claims` parameter: what is kept of it is flat, bounded, and read again as the same.
#![no_main]

use idp::oidc::claims::request::ClaimsRequest;
use idp_fuzz::holds;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let request = match ClaimsRequest::parse(Some(text)) {
        Ok(request) => request,
        Err(error) => return holds(&error),
    };
    assert!(serde_json::from_str::<serde_json::Value>(text).is_ok());
    let stored = serde_json::to_string(&request).expect("JSON");
    // A claim asked for as null is written as an empty object; nothing else grows.
    assert!(stored.len() <= 2 * text.len() + 64, "{} of {}", stored.len(), text.len());
    assert_eq!(serde_json::from_str::<ClaimsRequest>(&stored).expect("the same"), request);
    assert_eq!(ClaimsRequest::parse(Some(&stored)).expect("the same"), request);
    let openid = "openid".parse().expect("a scope");
    let narrowed = request.clone().narrow(&openid);
    assert_eq!(narrowed.clone().narrow(&openid), narrowed);
    assert!(narrowed.userinfo.keys().all(|name| request.userinfo.contains_key(name)));
    let _ = (request.acr(), request.accepts_subject("x"));
});
