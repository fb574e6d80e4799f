//! The plans of FAPI 2.0.

use anyhow::ensure;

use crate::judge::plan::{Pass, Plan};
use crate::judge::variant::Variant;

/// Puts the prefix of the family before each name.
macro_rules! names {
    ($($name:literal),+ $(,)?) => {
        &[$(concat!("fapi2-security-profile-final-", $name)),+]
    };
}

/// The list of the security profile, with the keys of clients and DPoP.
const SECURITY: &[&str] = names![
    "discovery-end-point-verification",
    "happy-flow",
    "user-rejects-authentication",
    "ensure-authorization-request-without-state-success",
    "ensure-authorization-request-without-nonce-success",
    "ensure-authorization-request-with-64-char-nonce-success",
    "ensure-other-scope-order-succeeds",
    "test-claims-parameter-identity-claims",
    "access-token-type-header-case-sensitivity",
    "check-dpop-proof-nbf-exp",
    "ensure-dpopproof-with-iat-10seconds-before-succeeds",
    "ensure-dpopproof-with-iat-10seconds-after-succeeds",
    "ensure-mismatched-dpop-jkt-fails",
    "ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt",
    "ensure-token-endpoint-fails-with-mismatched-dpop-jkt",
    "ensure-dpopproof-at-par-endpoint-binding-success",
    "ensure-dpop-auth-code-binding-success",
    "ensure-different-nonce-inside-and-outside-request-object",
    "ensure-different-state-inside-and-outside-request-object",
    "ensure-authorization-request-with-long-nonce",
    "ensure-authorization-request-with-long-state",
    "state-only-outside-request-object-not-used",
    "ensure-request-object-without-redirect-uri-fails",
    "plain-fapi-tolerate-unregistered-redirect-uri",
    "ensure-unsigned-authorization-request-without-using-par-fails",
    "ensure-redirect-uri-in-authorization-request",
    "ensure-response-type-code-idtoken-fails",
    "ensure-response-type-token-fails",
    "ensure-client-id-in-token-endpoint",
    "ensure-holder-of-key-required",
    "ensure-authorization-code-is-bound-to-client",
    "attempt-reuse-authorization-code-after-one-second",
    "ensure-token-endpoint-fails-with-expired-auth-code",
    "ensure-signed-client-assertion-with-RS256-fails",
    "ensure-client-assertion-in-token-endpoint",
    "ensure-client-assertion-with-exp-is-5-minutes-in-past-fails",
    "ensure-client-assertion-with-wrong-aud-fails",
    "ensure-client-assertion-with-no-sub-fails",
    "dpop-negative-tests",
    "refresh-token",
    "par-ensure-reused-request-uri-prior-to-auth-completion-succeeds",
    "par-attempt-reuse-request_uri",
    "par-attempt-to-use-expired-request_uri",
    "par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted",
    "par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails",
    "par-attempt-to-use-request_uri-for-different-client",
    "par-authorization-request-containing-request_uri-form-param",
    "par-attempt-invalid-http-method",
    "par-ensure-pkce-required",
    "ensure-pkce-code-verifier-required",
    "incorrect-pkce-code-verifier-rejected",
    "par-plain-pkce-rejected",
    "par-without-duplicate-parameters",
    "par-test-array-as-audience-fails",
    "par-test-par-endpoint-url-as-audience-fails",
    "par-test-token-endpoint-url-as-audience-fails",
];

/// What signed requests add.
const SIGNED: &[&str] = names![
    "ensure-request-object-with-multiple-aud-succeeds",
    "ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted",
    "ensure-request-object-without-exp-fails",
    "ensure-request-object-without-nbf-fails",
    "ensure-expired-request-object-fails",
    "ensure-request-object-with-bad-aud-fails",
    "ensure-request-object-with-exp-over-60-fails",
    "ensure-request-object-with-nbf-over-60-fails",
    "ensure-signed-request-object-with-RS256-fails",
    "ensure-request-object-signature-algorithm-is-not-none",
    "ensure-request-object-with-invalid-signature-fails",
    "ensure-matching-key-in-authorization-request",
    "ensure-unsigned-request-at-par-endpoint-fails",
    "par-authorization-request-containing-request_uri",
];

/// What is left where a client asks for itself, with the token endpoint alone.
const FOR_ITSELF: &[&str] = names![
    "discovery-end-point-verification",
    "happy-flow",
    "access-token-type-header-case-sensitivity",
    "check-dpop-proof-nbf-exp",
    "ensure-dpopproof-with-iat-10seconds-before-succeeds",
    "ensure-dpopproof-with-iat-10seconds-after-succeeds",
    "ensure-client-id-in-token-endpoint",
    "ensure-holder-of-key-required",
    "ensure-signed-client-assertion-with-RS256-fails",
    "ensure-client-assertion-in-token-endpoint",
    "ensure-client-assertion-with-exp-is-5-minutes-in-past-fails",
    "ensure-client-assertion-with-wrong-aud-fails",
    "ensure-client-assertion-with-no-sub-fails",
    "dpop-negative-tests",
];

/// The plans.
pub(super) const PLANS: &[Plan] = &[
    Plan { name: "fapi2-security-profile-final-test-plan", passes: security },
    Plan { name: "fapi2-message-signing-final-test-plan", passes: message_signing },
];

fn security(picked: &Variant) -> anyhow::Result<Vec<Pass>> {
    let picked = picked.clone().or("fapi_profile", "plain_fapi");
    match picked.get("fapi_profile") {
        "fapi_client_credentials_grant" => {
            let picked = picked.with("openid", "plain_oauth");
            pass(&picked, FOR_ITSELF.to_vec())
        }
        _ => pass(&picked, SECURITY.to_vec()),
    }
}

fn message_signing(picked: &Variant) -> anyhow::Result<Vec<Pass>> {
    let picked = picked
        .clone()
        .or("fapi_profile", "plain_fapi")
        .or("fapi_request_method", "signed_non_repudiation")
        .or("fapi_response_mode", "plain_response");
    let mut modules = SECURITY.to_vec();
    if picked.is("fapi_request_method", "signed_non_repudiation") {
        modules.extend(SIGNED);
    }
    pass(&picked, modules)
}

fn pass(picked: &Variant, modules: Vec<&'static str>) -> anyhow::Result<Vec<Pass>> {
    let variant = picked
        .clone()
        .with("client_registration", "static_client")
        .or("client_auth_type", "private_key_jwt")
        .or("sender_constrain", "dpop")
        .or("openid", "openid_connect");
    for (name, values) in [
        ("client_auth_type", &["private_key_jwt", "mtls"][..]),
        ("sender_constrain", &["dpop", "mtls"]),
        ("openid", &["openid_connect", "plain_oauth"]),
        ("fapi_profile", &["plain_fapi", "fapi_client_credentials_grant"]),
    ] {
        let value = variant.get(name);
        ensure!(values.contains(&value), "no {name}={value}; there are {}", values.join(", "));
    }
    // What a module tests stands in its name.
    let tests = |name: &str, words: &[&str]| words.iter().any(|word| name.contains(word));
    let runs = |name: &&str| {
        (variant.is("sender_constrain", "dpop") || !tests(name, &["dpop"]))
            && (variant.is("client_auth_type", "private_key_jwt")
                || !tests(name, &["assertion", "as-audience"]))
            && (variant.is("openid", "openid_connect")
                || !tests(name, &["nonce", "scope-order", "claims"]))
    };
    let modules = modules.into_iter().filter(runs).collect();
    Ok(vec![Pass { variant, modules }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::plan;

    fn count(plan: &str, rest: &str, [auth, bound, openid]: [&str; 3]) -> usize {
        let written = format!(
            "fapi2-{plan}-final-test-plan[client_auth_type={auth}][sender_constrain={bound}]\
             [openid={openid}]{rest}"
        );
        let (name, variant) = Variant::parse(&written).expect("a plan");
        let passes = (plan::plan(&name).expect("a plan").passes)(&variant).expect("passes");
        let names = passes.iter().flat_map(|pass| pass.modules.iter());
        names.filter(|name| plan::module(name).is_ok()).count()
    }

    #[test]
    fn the_plans_have_as_many_modules_as_the_official_ones() {
        for (auth, bound, openid, plain, alone) in [
            ("private_key_jwt", "dpop", 56, 50, 14),
            ("private_key_jwt", "mtls", 47, 41, 10),
            ("mtls", "dpop", 46, 40, 9),
            ("mtls", "mtls", 37, 31, 5),
        ] {
            for (kind, due) in [("openid_connect", openid), ("plain_oauth", plain)] {
                let of = |plan, rest| count(plan, rest, [auth, bound, kind]);
                assert_eq!(of("security-profile", ""), due, "{auth} {bound} {kind}");
                assert_eq!(of("message-signing", ""), due + 14, "{auth} {bound} {kind}");
                assert_eq!(of("message-signing", "[fapi_request_method=unsigned]"), due);
                assert_eq!(of("message-signing", "[fapi_response_mode=jarm]"), due + 14);
            }
            let profile = "[fapi_profile=fapi_client_credentials_grant]";
            let variant = [auth, bound, "plain_oauth"];
            assert_eq!(count("security-profile", profile, variant), alone, "{auth} {bound}");
        }
    }

    #[test]
    fn an_unsupported_variant_is_refused() {
        let (name, variant) = Variant::parse(
            "fapi2-security-profile-final-test-plan[client_auth_type=client_secret_basic]",
        )
        .expect("a plan");
        assert!((plan::plan(&name).expect("a plan").passes)(&variant).is_err());
    }
}
