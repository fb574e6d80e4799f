//! The plans of OpenID Connect Core.

use anyhow::{bail, ensure};

use crate::judge::plan::{Pass, Plan};
use crate::judge::variant::Variant;

/// The list of the basic plan. The others are the same list without what cannot apply.
const BASIC: &[&str] = &[
    "oidcc-server",
    "oidcc-response-type-missing",
    "oidcc-idtoken-signature",
    "oidcc-idtoken-unsigned",
    "oidcc-userinfo-get",
    "oidcc-userinfo-post-header",
    "oidcc-userinfo-post-body",
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
    "oidcc-ensure-request-without-nonce-fails",
    "oidcc-scope-profile",
    "oidcc-scope-email",
    "oidcc-scope-address",
    "oidcc-scope-phone",
    "oidcc-scope-all",
    "oidcc-alternate-happy-flow",
    "oidcc-display-page",
    "oidcc-display-popup",
    "oidcc-prompt-login",
    "oidcc-prompt-none-not-logged-in",
    "oidcc-prompt-none-logged-in",
    "oidcc-max-age-1",
    "oidcc-max-age-10000",
    "oidcc-ensure-request-with-unknown-parameter-succeeds",
    "oidcc-id-token-hint",
    "oidcc-login-hint",
    "oidcc-ui-locales",
    "oidcc-claims-locales",
    "oidcc-ensure-request-with-acr-values-succeeds",
    "oidcc-codereuse",
    "oidcc-codereuse-30seconds",
    "oidcc-ensure-registered-redirect-uri",
    "oidcc-ensure-post-request-succeeds",
    "oidcc-server-client-secret-post",
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
    "oidcc-claims-essential",
    "oidcc-ensure-request-object-with-redirect-uri",
    "oidcc-refresh-token",
    "oidcc-ensure-request-with-valid-pkce-succeeds",
];

/// Needs a client that is registered for the module.
const DYNAMIC_ONLY: &[&str] = &[
    "oidcc-idtoken-signature",
    "oidcc-idtoken-unsigned",
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
];

/// Needs a code.
const CODE_ONLY: &[&str] = &[
    "oidcc-codereuse",
    "oidcc-codereuse-30seconds",
    "oidcc-refresh-token",
    "oidcc-ensure-request-with-valid-pkce-succeeds",
    "oidcc-server-client-secret-post",
];

/// Runs where a code is all there is.
const BASIC_ONLY: &[&str] = &["oidcc-idtoken-unsigned", "oidcc-ensure-post-request-succeeds"];

/// Needs an access token.
const TOKEN_ONLY: &[&str] =
    &["oidcc-userinfo-get", "oidcc-userinfo-post-header", "oidcc-userinfo-post-body"];

/// The response types of OpenID Connect Core section 3 and of Multiple Response Types.
const RESPONSE_TYPES: &[&str] =
    &["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"];

/// The list of the dynamic plan.
const DYNAMIC: &[&str] = &[
    "oidcc-idtoken-rs256",
    "oidcc-idtoken-unsigned",
    "oidcc-userinfo-rs256",
    "oidcc-ensure-redirect-uri-in-authorization-request",
    "oidcc-redirect-uri-query-OK",
    "oidcc-redirect-uri-query-mismatch",
    "oidcc-redirect-uri-query-added",
    "oidcc-redirect-uri-regfrag",
    "oidcc-discovery-endpoint-verification",
    "oidcc-server",
    "oidcc-registration-logo-uri",
    "oidcc-registration-policy-uri",
    "oidcc-registration-tos-uri",
    "oidcc-registration-jwks-uri",
    "oidcc-registration-sector-uri",
    "oidcc-registration-sector-bad",
    "oidcc-server-rotate-keys",
    "oidcc-refresh-token-rp-key-rotation",
    "oidcc-request-uri-unsigned",
    "oidcc-request-uri-signed-rs256",
    "oidcc-ensure-request-object-with-redirect-uri",
    "oidcc-refresh-token",
    "oidcc-ensure-client-assertion-with-iss-aud-succeeds",
];

/// The plans.
pub(super) const PLANS: &[Plan] = &[
    Plan { name: "oidcc-config-certification-test-plan", passes: config },
    Plan { name: "oidcc-basic-certification-test-plan", passes: basic },
    Plan { name: "oidcc-implicit-certification-test-plan", passes: implicit },
    Plan { name: "oidcc-hybrid-certification-test-plan", passes: hybrid },
    Plan { name: "oidcc-formpost-basic-certification-test-plan", passes: formpost_basic },
    Plan { name: "oidcc-formpost-implicit-certification-test-plan", passes: formpost_implicit },
    Plan { name: "oidcc-formpost-hybrid-certification-test-plan", passes: formpost_hybrid },
    Plan { name: "oidcc-dynamic-certification-test-plan", passes: dynamic },
    Plan { name: "oidcc-3rdparty-init-login-certification-test-plan", passes: initiated },
];

fn config(picked: &Variant) -> anyhow::Result<Vec<Pass>> {
    let variant = picked.clone().with("client_registration", "static_client");
    Ok(vec![Pass { variant, modules: vec!["oidcc-discovery-endpoint-verification"] }])
}

fn basic(picked: &Variant) -> anyhow::Result<Vec<Pass>> {
    passes(picked, &["code"])
}

fn implicit(picked: &Variant) -> anyhow::Result<Vec<Pass>> {
    passes(picked, &["id_token", "id_token token"])
}

fn hybrid(picked: &Variant) -> anyhow::Result<Vec<Pass>> {
    passes(picked, &["code id_token", "code token", "code id_token token"])
}

fn formpost_basic(picked: &Variant) -> anyhow::Result<Vec<Pass>> {
    basic(&picked.clone().with("response_mode", "form_post"))
}

fn formpost_implicit(picked: &Variant) -> anyhow::Result<Vec<Pass>> {
    implicit(&picked.clone().with("response_mode", "form_post"))
}

fn formpost_hybrid(picked: &Variant) -> anyhow::Result<Vec<Pass>> {
    hybrid(&picked.clone().with("response_mode", "form_post"))
}

fn passes(picked: &Variant, response_types: &[&str]) -> anyhow::Result<Vec<Pass>> {
    let one = |response_type: &&str| {
        let variant = picked.clone().with("response_type", response_type);
        let modules = BASIC.iter().copied().filter(|name| runs(name, &variant)).collect();
        Pass { variant, modules }
    };
    Ok(response_types.iter().map(one).collect())
}

fn runs(name: &str, variant: &Variant) -> bool {
    let nonce_due = variant.has_front_id_token();
    // A plan of several passes runs these in one of them.
    let only_in = match name {
        "oidcc-response-type-missing" => &["code", "id_token token", "code id_token"][..],
        "oidcc-ensure-request-with-valid-pkce-succeeds" => &["code", "code id_token"],
        "oidcc-alternate-happy-flow" => &["code", "id_token", "id_token token", "code id_token"],
        _ => RESPONSE_TYPES,
    };
    (variant.is_dynamic() || !DYNAMIC_ONLY.contains(&name))
        && (variant.has_code() || !CODE_ONLY.contains(&name))
        && (variant.response_type() == "code" || !BASIC_ONLY.contains(&name))
        && (variant.has_access_token() || !TOKEN_ONLY.contains(&name))
        && only_in.contains(&variant.response_type())
        && match name {
            "oidcc-ensure-request-without-nonce-succeeds-for-code-flow" => !nonce_due,
            "oidcc-ensure-request-without-nonce-fails" => nonce_due,
            _ => true,
        }
}

fn dynamic(picked: &Variant) -> anyhow::Result<Vec<Pass>> {
    ensure!(picked.is_dynamic(), "the dynamic plan has dynamic clients only");
    let picked =
        picked.clone().or("response_type", "code").with("client_auth_type", "private_key_jwt");
    if !RESPONSE_TYPES.contains(&picked.response_type()) {
        bail!(
            "no response_type {}; there are {}",
            picked.response_type(),
            RESPONSE_TYPES.join(", ")
        );
    }
    let code_only = [
        "oidcc-registration-jwks-uri",
        "oidcc-refresh-token-rp-key-rotation",
        "oidcc-refresh-token",
        "oidcc-ensure-client-assertion-with-iss-aud-succeeds",
    ];
    let modules = DYNAMIC
        .iter()
        .copied()
        .filter(|name| picked.has_code() || !code_only.contains(name))
        .filter(|name| picked.has_access_token() || *name != "oidcc-userinfo-rs256")
        // An ID token of the front channel is never without a signature.
        .filter(|name| {
            !(picked.has_code() && picked.has_front_id_token() && *name == "oidcc-idtoken-unsigned")
        })
        .collect();
    Ok(vec![Pass { variant: picked, modules }])
}

fn initiated(picked: &Variant) -> anyhow::Result<Vec<Pass>> {
    ensure!(picked.is_dynamic(), "this plan has dynamic clients only");
    let variant = picked.clone().or("response_type", "code");
    let modules = vec!["oidcc-3rd_party-init-login", "oidcc-3rd_party-init-login-nohttps"];
    Ok(vec![Pass { variant, modules }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::plan;

    fn count(written: &str) -> usize {
        let (name, variant) = Variant::parse(written).expect("a plan");
        let passes = (plan::plan(&name).expect("a plan").passes)(&variant).expect("passes");
        let names = passes.iter().flat_map(|pass| pass.modules.iter());
        names.filter(|name| plan::module(name).is_ok()).count()
    }

    #[test]
    fn the_plans_have_as_many_modules_as_the_official_ones() {
        let [fixed, open] =
            ["[client_registration=static_client]", "[client_registration=dynamic_client]"];
        for (name, in_fixed, in_open) in [
            ("oidcc-basic-certification-test-plan", 35, 38),
            ("oidcc-implicit-certification-test-plan", 54, 58),
            ("oidcc-hybrid-certification-test-plan", 96, 102),
            ("oidcc-formpost-basic-certification-test-plan", 35, 38),
        ] {
            assert_eq!(count(&format!("{name}{fixed}")), in_fixed, "{name}");
            assert_eq!(count(&format!("{name}{open}")), in_open, "{name}");
        }
        assert_eq!(count("oidcc-config-certification-test-plan"), 1);
        for (response_type, due) in [
            ("code", 23),
            ("code token", 23),
            ("code id_token", 22),
            ("code id_token token", 22),
            ("id_token", 18),
            ("id_token token", 19),
        ] {
            let plan = "oidcc-dynamic-certification-test-plan";
            let written = format!("{plan}[response_type={response_type}]{open}");
            assert_eq!(count(&written), due, "{response_type}");
        }
        assert_eq!(count(&format!("oidcc-3rdparty-init-login-certification-test-plan{open}")), 2);
    }
}
