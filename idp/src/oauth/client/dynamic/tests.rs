use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::clock::Timestamp;

fn terms() -> Terms {
    Terms {
        required_acr: Some("pwd-email".to_owned()),
        require_pkce: false,
        front_channel_tokens: true,
        certificates: true,
        this_machine: false,
        algorithms: vec![Algorithm::RS256, Algorithm::ES256],
        scope: "openid profile email".parse().unwrap(),
    }
}

fn registered_on(terms: &Terms, changes: Value) -> Result<Client, Error> {
    let mut request = json!({ "redirect_uris": ["https://rp.example/cb"] });
    let Value::Object(changes) = changes else { panic!("changes are members") };
    for (member, value) in changes {
        request[member] = value;
    }
    let secret = Secret::new("0123456789abcdef0123456789abcdef".to_owned());
    let id = ClientId::parse("drawn").unwrap();
    Submitted::parse(request.to_string().as_bytes())?.client(&id, &secret, terms)
}

fn registered(changes: Value) -> Result<Client, Error> {
    registered_on(&terms(), changes)
}

fn document(client: &Client) -> Value {
    let (secret, token) = (Secret::new("s".to_owned()), Secret::new("t".to_owned()));
    let issued = Issued {
        client,
        issued_at: Timestamp(7),
        secret: client.secret().map(|_| &secret),
        token: &token,
        uri: "https://op.example/register/drawn",
    };
    issued.document()
}

#[test]
fn rfc_7591_section_3_2_1_the_response_has_all_defaults_and_a_generated_client_secret() {
    let document = document(&registered(json!({ "client_name": "RP" })).unwrap());
    let expected = json!({
        "client_id_issued_at": 7,
        "registration_access_token": "t",
        "registration_client_uri": "https://op.example/register/drawn",
        "client_secret": "s",
        "client_secret_expires_at": 0,
        "client_id": "drawn",
        "redirect_uris": ["https://rp.example/cb"],
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "scope": "openid profile email",
        "subject_type": "public",
        "id_token_signed_response_alg": "RS256",
        "require_signed_request_object": false,
        "require_pushed_authorization_requests": false,
        "dpop_bound_access_tokens": false,
        "tls_client_certificate_bound_access_tokens": false,
        "application_type": "web",
        "client_name": "RP",
    });
    assert_eq!(document, expected);
    let public = registered(json!({ "token_endpoint_auth_method": "none" })).unwrap();
    assert!(public.secret().is_none());
    assert_eq!(self::document(&public).get("client_secret"), None);
}

#[test]
fn rfc_7591_section_2_unknown_members_are_ignored_and_internal_ones_cannot_be_set() {
    let client = registered(json!({
        "cosmos": true, "client_id": "chosen", "client_secret": "chosen", "first_party": true,
        "required_acr": "pwd", "require_pkce": true, "fapi": "security", "resources": ["urn:x"],
        "access_token_format": "jwt", "logo_uri#sv": 7, "policy_uri": null,
    }))
    .unwrap();
    let metadata = client.metadata();
    assert_eq!(client.client_id().as_str(), "drawn");
    assert!(!metadata.first_party && !metadata.require_pkce);
    assert_eq!(metadata.required_acr.as_deref(), Some("pwd-email"));
    assert!(metadata.fapi.is_none() && metadata.resources.is_empty());
    assert!(metadata.policy_uri.is_none());
}

#[test]
fn rfc_9700_section_2_1_1_a_self_registered_public_client_always_requires_pkce() {
    assert!(registered(json!({ "token_endpoint_auth_method": "none" })).unwrap().requires_pkce());
    assert!(!registered(json!({})).unwrap().requires_pkce());
    let strict = Terms { require_pkce: true, ..terms() };
    assert!(registered_on(&strict, json!({})).unwrap().requires_pkce());
}

#[test]
fn rfc_7591_section_2_scope_is_narrowed_to_supported_values() {
    let client = registered(json!({ "scope": "openid email cosmos" })).unwrap();
    assert_eq!(client.metadata().scope.to_string(), "openid email");
}

#[track_caller]
fn blames(request: &Value, member: &str) {
    let error = registered(request.clone()).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidClientMetadata, "{request}: {error}");
    assert!(error.description().starts_with(member), "{request}: {error}");
    assert!(!error.description().contains("secret words"), "{error}");
}

#[test]
fn rfc_7591_section_3_2_2_the_member_at_fault_is_named_and_never_quoted() {
    let long = "x".repeat(101);
    let many: Vec<_> = (0..101).map(|n| format!("https://rp.example/{n}")).collect();
    for (request, member) in [
        (json!({ "token_endpoint_auth_method": "secret words" }), "token_endpoint_auth_method"),
        (json!({ "grant_types": "secret words" }), "grant_types"),
        (json!({ "response_types": ["secret"] }), "response_types"),
        (json!({ "default_max_age": -1 }), "default_max_age"),
        (json!({ "client_name": 7 }), "client_name"),
        (json!({ "client_name": long }), "client_name"),
        (json!({ "client_name": " " }), "client_name"),
        (json!({ "client_name#sv": "a\u{202e}b" }), "client_name"),
        (json!({ "client_name#\"evil": 7 }), "client_name"),
        (json!({ "client_name": "a\nb" }), "client_name"),
        (json!({ "redirect_uris": many }), "redirect_uris"),
        (json!({ "id_token_signed_response_alg": "none" }), "id_token_signed_response_alg"),
        (json!({ "id_token_signed_response_alg": "PS256" }), "id_token_signed_response_alg"),
        (json!({ "userinfo_signed_response_alg": "EdDSA" }), "userinfo_signed_response_alg"),
        (json!({ "request_object_signing_alg": "none" }), "request_object_signing_alg"),
        (json!({ "token_endpoint_auth_signing_alg": "none" }), "token_endpoint_auth_signing_alg"),
        (
            json!({
                "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [] },
                "token_endpoint_auth_signing_alg": "HS256",
            }),
            "token_endpoint_auth_signing_alg",
        ),
        (
            json!({
                "token_endpoint_auth_method": "client_secret_jwt",
                "token_endpoint_auth_signing_alg": "RS256",
            }),
            "token_endpoint_auth_signing_alg",
        ),
    ] {
        blames(&request, member);
    }
}

#[test]
fn rfc_7591_section_3_2_2_addresses_keys_and_encryption_are_checked() {
    let private = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "d": "AA" }] });
    for (request, member) in [
        (json!({ "id_token_encrypted_response_alg": "RSA-OAEP" }), "id_token_encrypted"),
        (json!({ "userinfo_encrypted_response_enc": "A128GCM" }), "userinfo_encrypted"),
        (json!({ "request_object_encryption_alg": "RSA-OAEP" }), "request_object_encryption"),
        (json!({ "jwks": { "keys": 7 } }), "jwks"),
        (json!({ "jwks": private }), "jwks"),
        (
            json!({ "jwks": { "keys": [] }, "jwks_uri": "https://rp.example/jwks" }),
            "jwks and jwks_uri",
        ),
        (json!({ "initiate_login_uri": "http://rp.example/in" }), "initiate_login_uri"),
        (json!({ "logo_uri": "javascript:alert(1)" }), "logo_uri"),
        (json!({ "tos_uri": "http://rp.example/tos" }), "tos_uri"),
        (json!({ "request_uris": ["http://rp.example/r"] }), "request_uris"),
        (
            json!({
                "subject_type": "pairwise",
                "redirect_uris": ["https://a.example/", "https://b.example/"],
            }),
            "subject_type pairwise",
        ),
        (
            json!({ "frontchannel_logout_uri": "https://other.example/out" }),
            "frontchannel_logout_uri",
        ),
    ] {
        blames(&request, member);
    }
}

#[test]
fn rfc_7591_section_3_2_2_a_bad_redirect_uri_has_its_own_code() {
    for request in [
        json!({ "redirect_uris": [] }),
        json!({ "redirect_uris": null }),
        json!({ "redirect_uris": "https://rp.example/" }),
        json!({ "redirect_uris": ["https://rp.example/#fragment"] }),
        json!({ "redirect_uris": ["https://user@rp.example/"] }),
        json!({
            "grant_types": ["implicit"], "response_types": ["id_token"],
            "redirect_uris": ["http://localhost/cb"],
        }),
    ] {
        let error = registered(request.clone()).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRedirectUri, "{request}");
    }
}

#[test]
fn metadata_of_disabled_features_cannot_be_registered() {
    let bare = Terms { front_channel_tokens: false, certificates: false, ..terms() };
    for (request, member) in [
        (
            json!({ "grant_types": ["implicit"], "response_types": ["id_token token"] }),
            "response_types",
        ),
        (json!({ "grant_types": ["authorization_code", "implicit"] }), "grant_types"),
        (
            json!({
                "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "a",
            }),
            "token_endpoint_auth_method",
        ),
        (
            json!({ "tls_client_certificate_bound_access_tokens": true }),
            "tls_client_certificate_bound_access_tokens",
        ),
    ] {
        assert!(registered(request.clone()).is_ok(), "{request}");
        let error = registered_on(&bare, request).unwrap_err();
        assert!(error.description().starts_with(member), "{error}");
    }
}

#[test]
fn rfc_7591_section_3_1_1_a_software_statement_is_refused_as_unapproved() {
    let error = Submitted::parse(br#"{"software_statement":"e30.e30."}"#).unwrap_err();
    assert_eq!(error.code, ErrorCode::UnapprovedSoftwareStatement);
    for body in ["", "[]", "{", "7", "\"a\""] {
        let error = Submitted::parse(body.as_bytes()).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidClientMetadata, "{body}");
    }
}

#[test]
fn core_section_8_1_redirect_uris_on_several_hosts_require_a_complete_sector_document() {
    let one = json!({
        "subject_type": "pairwise",
        "redirect_uris": ["https://a.example/1", "https://a.example/2"],
    });
    assert!(registered(one).is_ok());
    let several = registered(json!({
        "subject_type": "pairwise",
        "redirect_uris": ["https://a.example/", "https://b.example/"],
        "sector_identifier_uri": "https://a.example/sector",
    }));
    let client = several.unwrap();
    for (document, good) in [
        (r#"["https://a.example/","https://c.example/","https://b.example/"]"#, true),
        (r#"["https://a.example/"]"#, false),
        (r#"["https://a.example","https://b.example/"]"#, false),
        (r#"{"https://a.example/":"https://b.example/"}"#, false),
        ("", false),
    ] {
        assert_eq!(sector(document.as_bytes(), client.metadata()).is_ok(), good, "{document}");
    }
}

#[test]
fn rfc_7592_section_2_2_an_update_must_have_the_client_id_and_no_server_assigned_members() {
    let client = registered(json!({})).unwrap();
    let secret = "0123456789abcdef0123456789abcdef";
    for (request, code) in [
        (json!({ "client_id": "drawn" }), None),
        (json!({ "client_id": "drawn", "client_secret": secret }), None),
        (json!({}), Some(ErrorCode::InvalidRequest)),
        (json!({ "client_id": "other" }), Some(ErrorCode::InvalidRequest)),
        (
            json!({ "client_id": "drawn", "registration_access_token": "t" }),
            Some(ErrorCode::InvalidRequest),
        ),
        (
            json!({ "client_id": "drawn", "client_secret_expires_at": 0 }),
            Some(ErrorCode::InvalidRequest),
        ),
    ] {
        let submitted = Submitted::parse(request.to_string().as_bytes()).unwrap();
        assert_eq!(submitted.is_of(&client).err().map(|error| error.code), code, "{request}");
    }
}

#[test]
fn rfc_7592_section_2_2_the_current_secret_is_recognised_and_kept_if_still_usable() {
    let master = crate::secret::MasterKey::new([7; 32]);
    let own = Secret::new("0123456789abcdef0123456789abcdef".to_owned());
    let other = Secret::new("another".to_owned());
    let with = |method: &str| {
        registered(json!({ "token_endpoint_auth_method": method })).unwrap().seal(&master).unwrap()
    };
    for (method, has) in
        [("client_secret_post", true), ("client_secret_jwt", true), ("none", false)]
    {
        let client = with(method);
        assert_eq!(client.is_secret(&own, &master).unwrap(), has, "{method}");
        assert!(!client.is_secret(&other, &master).unwrap(), "{method}");
    }
    for (before, after, kept) in [
        ("client_secret_basic", "client_secret_post", true),
        ("client_secret_jwt", "client_secret_jwt", true),
        ("client_secret_basic", "client_secret_jwt", false),
        ("client_secret_jwt", "client_secret_basic", false),
        ("none", "client_secret_basic", false),
        ("client_secret_basic", "none", false),
    ] {
        let request = json!({ "token_endpoint_auth_method": after });
        let changed = registered(request).unwrap().keeping_secret_of(&with(before));
        assert_eq!(changed.1, kept, "{before} {after}");
    }
    let submitted = Submitted::parse(br#"{"client_secret":7}"#).unwrap();
    assert_eq!(submitted.secret().unwrap_err().code, ErrorCode::InvalidClientMetadata);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(Value::from("https://rp.example/cb")),
        Just(Value::from("none")),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map("\\PC{0,6}", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_metadata_never_panics_and_never_registers_more_than_the_settings_allow(
        members in prop::collection::hash_map(
            prop::sample::select(vec![
                "redirect_uris", "grant_types", "response_types", "jwks", "jwks_uri",
                "token_endpoint_auth_method", "client_name", "client_name#sv", "scope",
                "default_max_age", "first_party", "required_acr", "fapi", "contacts",
            ]),
            any_json(), 0..6,
        ),
    ) {
        let members: Map<_, _> =
            members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        match registered(Value::Object(members)) {
            Ok(client) => {
                let metadata = client.metadata();
                prop_assert!(!metadata.first_party && metadata.fapi.is_none());
                prop_assert_eq!(metadata.required_acr.as_deref(), Some("pwd-email"));
            }
            Err(error) => prop_assert!(matches!(
                error.code,
                ErrorCode::InvalidClientMetadata | ErrorCode::InvalidRedirectUri
            )),
        }
    }
}
