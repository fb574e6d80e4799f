//! What holds for every client.

use super::*;

/// A confidential client, with members of `json` in place of its own.
pub(in crate::oauth) fn client(json: &str) -> Client {
    register(json).unwrap()
}

/// Registers such a client.
pub(in crate::oauth) fn register(json: &str) -> Result<Client, Error> {
    register_with(json, "openid profile email")
}

/// The same at a provider of other scopes.
pub(in crate::oauth) fn register_with(json: &str, scopes: &str) -> Result<Client, Error> {
    let mut members = serde_json::json!({
        "client_id": "idep",
        "client_secret": "a secret of thirty-two letters!!",
        "redirect_uris": ["https://rp.example/cb"],
    });
    let changes: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).unwrap();
    for (member, value) in changes {
        members[member] = value;
    }
    let supported = scopes.parse().unwrap();
    Client::register(serde_json::from_value(members).unwrap(), &supported)
}

/// What makes it a client of FAPI 2.0.
const FAPI: &str = r#"{
    "fapi": "security", "token_endpoint_auth_method": "private_key_jwt", "client_secret": null,
    "jwks_uri": "https://rp.example/jwks.json"
}"#;

#[test]
fn appendix_a_1_a_client_id_is_printable_ascii() {
    for (text, expected) in [
        ("idep.web", true),
        ("a b", true),
        ("", false),
        ("å", false),
        ("a\nb", false),
        (&"x".repeat(128), true),
        (&"x".repeat(129), false),
    ] {
        assert_eq!(ClientId::parse(text).is_some(), expected, "{text}");
    }
}

#[test]
fn a_client_secret_is_serialized_as_a_digest() {
    let client = client("{}");
    let json = serde_json::to_string(&client).unwrap();
    assert!(!json.contains("thirty-two"), "{json}");
    let stored: Client = serde_json::from_str(&json).unwrap();
    assert_eq!(stored.secret(), client.secret());
    assert!(stored.secret().is_some());
    assert_eq!(serde_json::to_string(&stored).unwrap(), json);
}

#[test]
fn a_shared_secret_is_stored_sealed_and_never_open() {
    let master = MasterKey::new([7; 32]);
    let client = client(r#"{"token_endpoint_auth_method":"client_secret_jwt"}"#);
    assert!(client.has_open_secret() && client.secret().is_none());
    assert!(serde_json::to_string(&client).is_err());
    let open = client.shared_secret(&master).unwrap().unwrap();
    let sealed = client.seal(&master).unwrap();
    assert!(!sealed.has_open_secret());
    let json = serde_json::to_string(&sealed).unwrap();
    assert!(!json.contains("thirty-two"), "{json}");
    let stored: Client = serde_json::from_str(&json).unwrap();
    let opened = stored.shared_secret(&master).unwrap().unwrap();
    assert_eq!(opened.expose(), open.expose());
    assert!(stored.shared_secret(&MasterKey::new([8; 32])).is_err());
    assert!(self::client("{}").shared_secret(&master).unwrap().is_none());
}

#[test]
fn a_client_without_scope_gets_all_scopes_and_an_unknown_scope_is_refused() {
    assert_eq!(client("{}").metadata().scope.to_string(), "openid profile email");
    assert_eq!(client(r#"{"scope":"openid"}"#).metadata().scope.to_string(), "openid");
    let error = register(r#"{"scope":"openid cosmos"}"#).unwrap_err();
    assert_eq!(error.code, crate::oauth::error::ErrorCode::InvalidClientMetadata);
    assert!(error.description().starts_with("scope "), "{error}");
}

#[test]
fn rfc_9700_section_2_1_1_require_pkce_false_applies_to_confidential_clients_only() {
    assert!(client("{}").requires_pkce());
    assert!(!client(r#"{"require_pkce":false}"#).requires_pkce());
    let public = r#"{"token_endpoint_auth_method":"none","client_secret":null}"#;
    assert!(client(public).requires_pkce());
    assert!(client(public).is_public());
}

#[test]
fn rfc_7591_section_2_2_the_name_in_the_nearest_language_is_shown() {
    let client = client(
        r##"{"client_name":"Form","client_name#sv":"Formulär","client_name#en-GB":"Form (UK)"}"##,
    );
    for (tag, name) in [
        ("sv", "Formulär"),
        ("sv-FI", "Formulär"),
        ("EN-gb", "Form (UK)"),
        ("en", "Form"),
        ("se", "Form"),
        ("", "Form"),
    ] {
        assert_eq!(client.client_name_in(tag), name, "{tag}");
    }
    assert_eq!(self::client("{}").client_name_in("sv"), "idep");
}

#[test]
fn fapi_2_section_5_3_2_1_a_code_of_a_fapi_client_lives_at_most_60_seconds() {
    let fapi = client(FAPI);
    assert_eq!((fapi.code_seconds(600), fapi.code_seconds(20)), (60, 20));
    assert_eq!(client("{}").code_seconds(600), 600);
}

#[test]
fn fapi_2_section_5_4_1_the_default_signing_algorithm_of_a_fapi_client_is_not_rs256() {
    let fapi = client(FAPI);
    assert_eq!(fapi.id_token_algorithm(), Algorithm::ES256);
    assert_eq!(fapi.metadata().authorization_signed_response_alg, Some(Algorithm::ES256));
    assert_eq!(client("{}").id_token_algorithm(), Algorithm::RS256);
}

#[test]
fn section_2_an_algorithm_without_a_key_is_named_by_its_member() {
    let client = client(r#"{"userinfo_signed_response_alg":"ES256"}"#);
    let both = [Algorithm::RS256, Algorithm::ES256];
    assert_eq!(client.metadata().unsignable(&both), None);
    assert_eq!(client.metadata().unsignable(&both[..1]), Some("userinfo_signed_response_alg"));
    assert_eq!(client.metadata().unsignable(&both[1..]), Some("id_token_signed_response_alg"));
}

#[test]
fn rfc_9701_section_6_introspection_responses_of_fapi_clients_use_an_allowed_algorithm() {
    for (changes, expected) in [
        (r#"{"fapi":null}"#, Algorithm::RS256),
        (r#"{"fapi":null,"id_token_signed_response_alg":"ES256"}"#, Algorithm::RS256),
        ("{}", Algorithm::ES256),
        (r#"{"id_token_signed_response_alg":"EdDSA"}"#, Algorithm::EdDSA),
        (r#"{"introspection_signed_response_alg":"PS256"}"#, Algorithm::PS256),
    ] {
        let mut json: serde_json::Value = serde_json::from_str(FAPI).unwrap();
        let changed: serde_json::Value = serde_json::from_str(changes).unwrap();
        json.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
        let client = client(&json.to_string());
        assert_eq!(client.introspection_algorithm(), expected, "{changes}");
        let asked = client.metadata().introspection_signed_response_alg.is_some();
        assert_eq!(asked, changes.contains("introspection"), "signed only when it was asked for");
    }
}
