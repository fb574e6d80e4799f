//! The discovery document (OpenID Connect Discovery section 3, RFC 8414 section 2).

use serde_json::Value;
use url::Url;

use crate::judge::verdict::Findings;

/// The members of the IANA registry "OAuth Authorization Server Metadata".
const REGISTERED: &str = "issuer authorization_endpoint token_endpoint jwks_uri \
    registration_endpoint scopes_supported response_types_supported response_modes_supported \
    grant_types_supported token_endpoint_auth_methods_supported \
    token_endpoint_auth_signing_alg_values_supported service_documentation ui_locales_supported \
    op_policy_uri op_tos_uri revocation_endpoint revocation_endpoint_auth_methods_supported \
    revocation_endpoint_auth_signing_alg_values_supported introspection_endpoint \
    introspection_endpoint_auth_methods_supported \
    introspection_endpoint_auth_signing_alg_values_supported code_challenge_methods_supported \
    signed_metadata device_authorization_endpoint tls_client_certificate_bound_access_tokens \
    mtls_endpoint_aliases nfv_token_signing_alg_values_supported \
    nfv_token_encryption_alg_values_supported nfv_token_encryption_enc_values_supported \
    userinfo_endpoint acr_values_supported subject_types_supported \
    id_token_signing_alg_values_supported id_token_encryption_alg_values_supported \
    id_token_encryption_enc_values_supported userinfo_signing_alg_values_supported \
    userinfo_encryption_alg_values_supported userinfo_encryption_enc_values_supported \
    request_object_signing_alg_values_supported request_object_encryption_alg_values_supported \
    request_object_encryption_enc_values_supported display_values_supported claim_types_supported \
    claims_supported claims_locales_supported claims_parameter_supported \
    request_parameter_supported request_uri_parameter_supported require_request_uri_registration \
    require_signed_request_object pushed_authorization_request_endpoint \
    require_pushed_authorization_requests introspection_signing_alg_values_supported \
    introspection_encryption_alg_values_supported introspection_encryption_enc_values_supported \
    authorization_response_iss_parameter_supported check_session_iframe \
    frontchannel_logout_supported backchannel_logout_supported \
    backchannel_logout_session_supported end_session_endpoint \
    backchannel_token_delivery_modes_supported backchannel_authentication_endpoint \
    backchannel_authentication_request_signing_alg_values_supported \
    backchannel_user_code_parameter_supported dpop_signing_alg_values_supported \
    client_registration_types_supported federation_registration_endpoint \
    signed_jwks_uri jwks organization_name display_name description keywords contacts logo_uri \
    organization_uri request_authentication_methods_supported \
    request_authentication_signing_alg_values_supported prompt_values_supported \
    frontchannel_logout_session_supported authorization_signing_alg_values_supported \
    authorization_encryption_alg_values_supported authorization_encryption_enc_values_supported \
    authorization_details_types_supported global_token_revocation_endpoint \
    global_token_revocation_endpoint_auth_methods_supported \
    credential_response_encryption_supported verified_claims_supported \
    trust_frameworks_supported evidence_supported documents_supported \
    claims_in_verified_claims_supported protected_resources native_sso_supported \
    pre-authorized_grant_anonymous_access_supported authorization_challenge_endpoint \
    dpop_bound_access_tokens";

/// Members that are lists of texts, and must not be empty when they are there.
const LISTS: [&str; 12] = [
    "scopes_supported",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "acr_values_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
    "claims_supported",
    "code_challenge_methods_supported",
    "prompt_values_supported",
    "request_object_signing_alg_values_supported",
];

/// Notes what is wrong with the document of an OpenID Provider.
pub fn check(metadata: &Value, issuer: &str, allowed: &[String], findings: &mut Findings) {
    check_issuer(metadata, issuer, findings);
    check_types(metadata, findings);
    for (name, value) in metadata.as_object().into_iter().flatten() {
        if name.ends_with("_endpoint") || name == "jwks_uri" || name == "check_session_iframe" {
            check_address(name, value, findings);
        }
        let known = REGISTERED.split(' ').any(|one| one == name) || allowed.contains(name);
        findings.prefer(known, || format!("{name} is no registered metadata"));
    }
    for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        let due = name != "token_endpoint" || lists(metadata, "response_types_supported", "code");
        findings.require(!due || metadata[name].is_string(), || format!("{name} is missing"));
    }
    for name in ["response_types_supported", "subject_types_supported"] {
        findings.require(metadata[name].is_array(), || format!("{name} is missing"));
    }
    for name in ["userinfo_endpoint", "claims_supported", "scopes_supported"] {
        findings.prefer(!metadata[name].is_null(), || format!("{name} is missing"));
    }
    check_values(metadata, findings);
}

fn check_issuer(metadata: &Value, issuer: &str, findings: &mut Findings) {
    let found = &metadata["issuer"];
    findings.require(found == issuer, || format!("issuer is {found}, asked was {issuer}"));
    let Ok(url) = Url::parse(issuer) else {
        return findings.fail(format!("the issuer {issuer} is no URL"));
    };
    let plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    findings.require(plain, || format!("the issuer {issuer} is more than an address"));
    findings.require(url.scheme() == "https", || format!("the issuer {issuer} is not https"));
}

fn check_address(name: &str, value: &Value, findings: &mut Findings) {
    let url = value.as_str().and_then(|text| Url::parse(text).ok());
    let right = url.is_some_and(|url| url.scheme() == "https" && url.fragment().is_none());
    findings.require(right, || format!("{name} is {value}"));
}

fn check_types(metadata: &Value, findings: &mut Findings) {
    for name in LISTS {
        let Some(value) = metadata.get(name) else { continue };
        let texts = value.as_array().is_some_and(|all| {
            !all.is_empty()
                && all.iter().all(|one| one.as_str().is_some_and(|text| !text.is_empty()))
        });
        findings.require(texts, || format!("{name} is {value}"));
    }
    for (name, value) in metadata.as_object().into_iter().flatten() {
        let flag = name.ends_with("_parameter_supported")
            || name.ends_with("logout_supported")
            || name.ends_with("session_supported")
            || name.starts_with("require_");
        findings.require(!flag || value.is_boolean(), || format!("{name} is {value}"));
        findings.require(!value.is_null(), || format!("{name} is null"));
    }
}

fn check_values(metadata: &Value, findings: &mut Findings) {
    let subjects = ["public", "pairwise"];
    let known = subjects.iter().any(|one| lists(metadata, "subject_types_supported", one));
    findings
        .require(known, || "subject_types_supported has neither public nor pairwise".to_owned());
    let signed = lists(metadata, "id_token_signing_alg_values_supported", "RS256");
    findings.require(signed, || "id_token_signing_alg_values_supported lacks RS256".to_owned());
    let scope =
        metadata["scopes_supported"].is_null() || lists(metadata, "scopes_supported", "openid");
    findings.require(scope, || "scopes_supported lacks openid".to_owned());
    let objects = "request_object_signing_alg_values_supported";
    let asked = metadata[objects].is_null() || lists(metadata, objects, "RS256");
    findings.prefer(asked, || format!("{objects} lacks RS256"));
    for method in texts(metadata, "code_challenge_methods_supported") {
        let known = ["S256", "plain"].contains(&method);
        findings.require(known, || format!("code_challenge_methods_supported has {method}"));
    }
    for name in ["ui_locales_supported", "claims_locales_supported"] {
        for locale in texts(metadata, name) {
            check_locale(name, locale, findings);
        }
    }
}

/// BCP 47: letters and digits in parts of at most eight; the region in capitals.
fn check_locale(name: &str, locale: &str, findings: &mut Findings) {
    let mut parts = locale.split('-');
    let language = parts.next().unwrap_or_default();
    let well_formed = (2..=8).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.clone().all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    findings.require(well_formed, || format!("{name} has {locale}, which is no BCP 47 tag"));
    let canonical = language == language.to_lowercase()
        && parts.all(|part| part.len() != 2 || part == part.to_uppercase());
    findings.prefer(canonical, || format!("{name} has {locale} in odd case"));
}

fn texts<'a>(metadata: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    metadata[name].as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// Whether a list of the document has the value.
#[must_use]
pub fn lists(metadata: &Value, name: &str, value: &str) -> bool {
    texts(metadata, name).any(|one| one == value)
}

/// Notes what a provider with dynamic clients must offer too (OpenID Connect Core section 15.2).
pub fn check_dynamic(metadata: &Value, findings: &mut Findings) {
    for due in ["code", "id_token", "id_token token"] {
        let mut due: Vec<_> = due.split(' ').collect();
        due.sort_unstable();
        let offered = texts(metadata, "response_types_supported").any(|one| {
            let mut words: Vec<_> = one.split(' ').collect();
            words.sort_unstable();
            words == due
        });
        findings.require(offered, || format!("response_types_supported lacks {due:?}"));
    }
    if !metadata["grant_types_supported"].is_null() {
        for due in ["authorization_code", "implicit"] {
            let offered = lists(metadata, "grant_types_supported", due);
            findings.require(offered, || format!("grant_types_supported lacks {due}"));
        }
    }
    let registers = metadata["registration_endpoint"].is_string();
    findings.require(registers, || "registration_endpoint is missing".to_owned());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({
            "issuer": "https://op.example",
            "authorization_endpoint": "https://op.example/authorize",
            "token_endpoint": "https://op.example/token",
            "userinfo_endpoint": "https://op.example/userinfo",
            "jwks_uri": "https://op.example/jwks.json",
            "scopes_supported": ["openid"],
            "claims_supported": ["sub"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "RS256"],
            "ui_locales_supported": ["sv", "en-GB"],
            "request_uri_parameter_supported": false,
        })
    }

    fn judged(metadata: &Value) -> Findings {
        let mut findings = Findings::default();
        check(metadata, "https://op.example", &[], &mut findings);
        findings
    }

    #[test]
    fn a_valid_discovery_document_passes_and_each_invalid_member_fails() {
        assert!(judged(&document()).is_empty(), "{:?}", judged(&document()));
        for (name, value) in [
            ("issuer", json!("https://op.example/")),
            ("authorization_endpoint", json!("http://op.example/authorize")),
            ("authorization_endpoint", json!("https://op.example/authorize#f")),
            ("token_endpoint", json!(null)),
            ("response_types_supported", json!([])),
            ("response_types_supported", json!("code")),
            ("subject_types_supported", json!(["private"])),
            ("id_token_signing_alg_values_supported", json!(["ES256"])),
            ("scopes_supported", json!(["profile"])),
            ("grant_types_supported", json!([])),
            ("code_challenge_methods_supported", json!(["S512"])),
            ("ui_locales_supported", json!(["svenska språket"])),
            ("request_parameter_supported", json!("false")),
            ("end_session_endpoint", json!("/end_session")),
        ] {
            let mut wrong = document();
            wrong[name] = value.clone();
            assert!(!judged(&wrong).failures.is_empty(), "{name}: {value}");
        }
    }

    #[test]
    fn unknown_missing_or_unusual_metadata_warns() {
        for (name, value) in [
            ("own_extension", json!(true)),
            ("ui_locales_supported", json!(["en-gb"])),
            ("request_object_signing_alg_values_supported", json!(["ES256"])),
        ] {
            let mut odd = document();
            odd[name] = value;
            let found = judged(&odd);
            assert_eq!((found.failures.len(), found.warnings.len()), (0, 1), "{name}: {found:?}");
        }
        for name in ["userinfo_endpoint", "claims_supported"] {
            let mut less = document();
            less.as_object_mut().expect("a document").remove(name);
            assert_eq!(judged(&less).warnings.len(), 1, "{name}");
        }
    }

    #[test]
    fn dynamic_providers_offer_the_implicit_flow_and_registration() {
        let mut findings = Findings::default();
        check_dynamic(&document(), &mut findings);
        assert_eq!(findings.failures.len(), 3);
        let mut whole = document();
        whole["response_types_supported"] = json!(["code", "id_token", "token id_token"]);
        whole["registration_endpoint"] = json!("https://op.example/register");
        findings = Findings::default();
        check_dynamic(&whole, &mut findings);
        assert!(findings.is_empty());
    }
}
