use serde_json::{Value, json};

use super::*;

#[rustfmt::skip]
const CLAIMS_SUPPORTED: &[&str] = &[
    "sub", "iss", "auth_time", "acr", "amr", "name", "given_name", "family_name",
    "middle_name", "nickname", "preferred_username", "profile", "picture", "website",
    "gender", "birthdate", "zoneinfo", "locale", "updated_at", "email", "email_verified",
    "address", "phone_number", "phone_number_verified",
    "https://id.oidc.se/claim/orgNumber", "https://id.oidc.se/claim/orgName", "parties",
    "email_step_time", "email_step_role",
];

/// A deployment with nothing switched on.
fn plain() -> Features {
    let acr_values = ["pwd", "pwd-email-remembered", "pwd-email"];
    let acr = |class| format!("https://login.example.se/acr/{class}");
    Features {
        algorithms: Algorithm::ALL.into(),
        acr_values: acr_values.map(acr).into(),
        ..Features::default()
    }
}

fn published(issuer: &str) -> Value {
    published_with(issuer, &plain())
}

fn published_with(issuer: &str, features: &Features) -> Value {
    serde_json::from_slice(&document(issuer, features).unwrap()).unwrap()
}

/// What logout and devices add to the document.
fn of_logout_and_devices() -> serde_json::Map<String, Value> {
    let added = json!({
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        "device_authorization_endpoint": "https://login.example.se/device_authorization",
    });
    added.as_object().unwrap().clone()
}

#[test]
fn discovery_section_3_the_document_has_exactly_the_expected_members() {
    let mut expected = json!({
        "issuer": "https://login.example.se",
        "authorization_endpoint": "https://login.example.se/authorize",
        "token_endpoint": "https://login.example.se/token",
        "userinfo_endpoint": "https://login.example.se/userinfo",
        "jwks_uri": "https://login.example.se/jwks.json",
        "end_session_endpoint": "https://login.example.se/end_session",
        "scopes_supported":
            ["openid", "profile", "email", "address", "phone", "organisation", "assurance",
             "offline_access"],
        "response_types_supported": ["code"],
        "response_modes_supported": [
            "query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt",
            "jwt",
        ],
        "grant_types_supported":
            ["authorization_code", "refresh_token", "client_credentials",
             "urn:ietf:params:oauth:grant-type:device_code"],
        "acr_values_supported": [
            "https://login.example.se/acr/pwd",
            "https://login.example.se/acr/pwd-email-remembered",
            "https://login.example.se/acr/pwd-email",
        ],
        "subject_types_supported": ["public", "pairwise"],
        "userinfo_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA"],
        "token_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"],
        "token_endpoint_auth_signing_alg_values_supported":
            ["RS256", "ES256", "PS256", "EdDSA", "HS256"],
        "claims_supported": CLAIMS_SUPPORTED,
        "ui_locales_supported": ["sv", "en"],
        "claims_parameter_supported": true,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
        "request_object_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA"],
        "pushed_authorization_request_endpoint": "https://login.example.se/par",
        "require_pushed_authorization_requests": false,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "authorization_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA"],
        "introspection_endpoint": "https://login.example.se/introspect",
        "introspection_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"],
        "introspection_endpoint_auth_signing_alg_values_supported":
            ["RS256", "ES256", "PS256", "EdDSA", "HS256"],
        "introspection_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA"],
        "revocation_endpoint": "https://login.example.se/revoke",
        "revocation_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"],
        "revocation_endpoint_auth_signing_alg_values_supported":
            ["RS256", "ES256", "PS256", "EdDSA", "HS256"],
        "dpop_signing_alg_values_supported": ["ES256", "PS256", "EdDSA"],
    });
    expected.as_object_mut().unwrap().extend(of_logout_and_devices());
    assert_eq!(published("https://login.example.se"), expected);
}

#[test]
fn rfc_8705_section_5_mtls_endpoint_aliases_are_published_if_mutual_tls_is_enabled() {
    let none = published("https://login.example.se");
    assert_eq!(none.get("mtls_endpoint_aliases"), None);
    assert_eq!(none.get("tls_client_certificate_bound_access_tokens"), None);
    let features = Features { mtls: Some("https://mtls.example.se:8443".to_owned()), ..plain() };
    let published = published_with("https://login.example.se", &features);
    assert_eq!(published["tls_client_certificate_bound_access_tokens"], true);
    let aliases = published["mtls_endpoint_aliases"].as_object().unwrap();
    assert_eq!(aliases["token_endpoint"], "https://mtls.example.se:8443/token");
    assert_eq!(aliases["userinfo_endpoint"], "https://mtls.example.se:8443/userinfo");
    assert!(aliases.keys().all(|name| published.get(name).is_some()), "{aliases:?}");
    assert!(!aliases.contains_key("authorization_endpoint"));
}

#[test]
fn rfc_8705_section_2_mtls_auth_methods_are_published_if_mutual_tls_is_enabled() {
    let mtls = Some("https://mtls.example.se:8443".to_owned());
    let published = published_with("https://a.se", &Features { mtls, ..plain() });
    let methods = published["token_endpoint_auth_methods_supported"].as_array().unwrap();
    for method in ["tls_client_auth", "self_signed_tls_client_auth"] {
        assert!(methods.contains(&method.into()), "{method}");
    }
}

#[test]
fn discovery_section_3_implicit_and_hybrid_types_are_published_if_enabled() {
    let legacy = Features { response_types: Offered::All, ..plain() };
    let published = published_with("https://login.example.se", &legacy);
    let types = ResponseType::ALL.map(ResponseType::as_str);
    assert_eq!(published["response_types_supported"], json!(types));
    assert_eq!(published["grant_types_supported"][1], "implicit");
}

#[test]
fn discovery_section_4_3_the_issuer_is_published_exactly_as_configured() {
    let published = published("http://localhost:8400");
    assert_eq!(published["issuer"], "http://localhost:8400");
    assert_eq!(published["jwks_uri"], "http://localhost:8400/jwks.json");
}

#[test]
fn discovery_section_3_an_algorithm_list_without_rs256_is_refused() {
    let fault =
        document("https://a.se", &Features { algorithms: vec![Algorithm::ES256], ..plain() })
            .unwrap_err();
    assert!(fault.to_string().contains("keys.algorithms"), "{fault}");
    assert!(document("not a URL", &plain()).is_err());
}

#[test]
fn the_openidconnect_crate_parses_the_discovery_document() {
    let document = document("https://login.example.se", &plain()).unwrap();
    serde_json::from_slice::<openidconnect::core::CoreProviderMetadata>(&document).unwrap();
}
