use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::oauth::client::tests::client;

const ISSUER: &str = "https://login.example.se";
const NOW: Timestamp = Timestamp(1_800_000_000);
const FAPI: &str = r#"{"client_secret":null,"token_endpoint_auth_method":"private_key_jwt",
    "jwks":{"keys":[{"kty":"EC","crv":"P-256",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]},
    "fapi":"message_signing"}"#;

/// A good object, with the members of `changes` in place of its own; null takes one out.
fn read(metadata: &str, changes: &Value) -> Result<String, Error> {
    let mut claims = json!({
        "iss": "idep", "aud": ISSUER, "client_id": "idep", "response_type": "code",
        "nbf": NOW.0, "exp": NOW.0 + 300,
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let claims = claims.as_object().unwrap();
    let claims = claims.iter().filter(|(_, value)| !value.is_null());
    let claims = claims.map(|(name, value)| (name.clone(), value.clone())).collect();
    parameters(&claims, &client(metadata), ISSUER, NOW).map(|read| read.to_query())
}

#[test]
fn rfc_9101_section_4_members_become_parameters_except_the_registered_jwt_claims() {
    let query = read(
        "{}",
        &json!({
            "max_age": 3600, "claims": {"id_token": null}, "state": "a b", "jti": "x",
            "iat": NOW.0, "resource": ["https://a.example/", "https://b.example/"], "empty": "",
            "flag": true,
        }),
    );
    let expected = [
        ("claims", r#"{"id_token":null}"#),
        ("client_id", "idep"),
        ("flag", "true"),
        ("max_age", "3600"),
        ("resource", "https://a.example/"),
        ("resource", "https://b.example/"),
        ("response_type", "code"),
        ("state", "a b"),
    ];
    let query = Parameters::parse_query(&query.unwrap()).unwrap();
    let mut pairs: Vec<_> = query.iter().collect();
    pairs.sort_unstable();
    assert_eq!(pairs, expected);
}

#[test]
fn rfc_9101_sections_4_and_10_8_request_request_uri_and_sub_members_are_refused() {
    for member in ["request", "request_uri", "sub"] {
        let error = read("{}", &json!({member: "x"})).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequestObject, "{member}");
    }
}

#[test]
fn rfc_9101_section_6_3_iss_client_id_and_aud_of_the_request_object_must_match() {
    for (changes, plain, fapi) in [
        (json!({}), true, true),
        (json!({"aud": ["https://other.example", ISSUER]}), true, true),
        (json!({"iss": null}), true, true),
        (json!({"aud": null}), true, false),
        (json!({"aud": "https://other.example"}), false, false),
        (json!({"aud": []}), false, false),
        (json!({"aud": format!("{ISSUER}/")}), false, false),
        (json!({"iss": "another"}), false, false),
        (json!({"client_id": "another"}), false, false),
        (json!({"client_id": null}), false, false),
        (json!({"client_id": ["idep"]}), false, false),
    ] {
        assert_eq!(read("{}", &changes).is_ok(), plain, "{changes}");
        assert_eq!(read(FAPI, &changes).is_ok(), fapi, "{changes}");
    }
}

#[test]
fn fapi_message_signing_section_5_3_1_nbf_and_exp_are_required_and_at_most_an_hour_apart() {
    for (changes, plain, fapi) in [
        (json!({"nbf": NOW.0 + 8, "exp": NOW.0 + 308}), true, true),
        (json!({"nbf": NOW.0 + 61, "exp": NOW.0 + 361}), false, false),
        (json!({"exp": NOW.0 + 3_600}), true, true),
        (json!({"exp": NOW.0 + 3_601}), true, false),
        (json!({"exp": NOW.0 + 4_200}), true, false),
        (json!({"exp": NOW.0 - 300}), false, false),
        (json!({"exp": null}), true, false),
        (json!({"nbf": null}), true, false),
        (json!({"nbf": NOW.0 - 3_000}), true, true),
        (json!({"nbf": NOW.0 - 4_200}), true, false),
        (json!({"exp": "soon"}), false, false),
    ] {
        assert_eq!(read("{}", &changes).is_ok(), plain, "{changes}");
        assert_eq!(read(FAPI, &changes).is_ok(), fapi, "{changes}");
    }
}

#[test]
fn fapi_section_5_4_1_fapi_clients_may_not_use_rs256_and_a_registered_algorithm_is_exclusive() {
    use Algorithm::{ES256, EdDSA, PS256, RS256};

    let with = |alg: &str| format!(r#"{{"request_object_signing_alg":"{alg}"}}"#);
    assert_eq!(algorithms(&client("{}")), [RS256, ES256, PS256, EdDSA]);
    assert_eq!(algorithms(&client(FAPI)), [ES256, PS256, EdDSA]);
    assert_eq!(algorithms(&client(&with("PS256"))), [PS256]);
    assert_eq!(algorithms(&client(&with("none"))), [], "never unsigned");
    let fapi = FAPI.replace("\"fapi\"", r#""request_object_signing_alg":"RS256","fapi""#);
    assert_eq!(algorithms(&client(&fapi)), []);
}

#[test]
fn rfc_9101_section_5_request_and_request_uri_together_are_refused() {
    let parse = |query: &str| {
        let parameters = Parameters::parse_query(query).unwrap();
        form(&parameters).map(|form| format!("{form:?}")).map_err(|error| error.code)
    };
    assert_eq!(parse("client_id=a").unwrap(), "Plain");
    assert_eq!(parse("request=a.b.c").unwrap(), r#"Value("a.b.c")"#);
    assert_eq!(parse("request_uri=x").unwrap(), r#"Reference("x")"#);
    assert_eq!(parse("request=a&request_uri=x"), Err(ErrorCode::InvalidRequest));
}

#[test]
fn oidc_core_section_6_2_request_uri_must_be_registered_but_for_its_fragment() {
    let client =
        client(r#"{"request_uris":["https://rp.example/ro/1#abc","https://rp.example/2"]}"#);
    for (uri, fetched) in [
        ("https://rp.example/ro/1#abc", Some("https://rp.example/ro/1")),
        ("https://rp.example/ro/1#newer", Some("https://rp.example/ro/1")),
        ("https://rp.example/ro/1", Some("https://rp.example/ro/1")),
        ("https://rp.example/2", Some("https://rp.example/2")),
        ("https://rp.example/ro/12", None),
        ("https://rp.example/ro/1?x#abc", None),
        ("https://evil.example/2", None),
        ("http://rp.example/2", None),
        ("urn:ietf:params:oauth:request_uri:x", None),
    ] {
        let address = address(uri, &client);
        assert_eq!(address.as_ref().map(Url::as_str).ok(), fetched, "{uri}");
    }
    let long = format!("https://rp.example/2#{}", "x".repeat(512));
    assert_eq!(address(&long, &client).unwrap_err().code, ErrorCode::InvalidRequestUri);
}

proptest! {
    #[test]
    fn reading_a_request_object_never_panics(name in "\\PC{0,9}", text in any::<String>(), number in any::<f64>()) {
        for value in [json!(text), json!(number), json!([text]), json!({"x": number})] {
            if let Ok(query) = read("{}", &json!({name.clone(): value})) {
                prop_assert!(Parameters::parse_query(&query).is_ok(), "{query}");
            }
        }
    }
}
