//! Discovery section 3, for what clients choose when they register: each advertised value is
//! taken, and no other.

use serde_json::{Value, json};

use super::{document, texts};
use crate::rfc7591::{OPEN, metadata, register};
use crate::support::application::{SECRET, basic, token};
use crate::support::{Browser, Setup, TestProvider};

const ALGORITHMS: &[&str] = &[
    "RS256", "PS256", "ES256", "EdDSA", "HS256", "RS384", "RS512", "PS384", "PS512", "ES384",
    "ES512", "ES256K", "HS384", "HS512", "none",
];
const METHODS: &[&str] = &[
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "none",
    "tls_client_auth",
    "self_signed_tls_client_auth",
    "attest_jwt_client_auth",
];
const GRANTS: &[&str] = &[
    "authorization_code",
    "implicit",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    "password",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:openid:params:grant-type:ciba",
];
const RESPONSES: &[&str] = &[
    "code",
    "id_token",
    "id_token token",
    "code id_token",
    "code token",
    "code id_token token",
    "token",
    "none",
];
const SIGNS: &str = "token_endpoint_auth_signing_alg";

/// A member of the document, the one that a client sets, and values of it, known and not.
const CHOICES: [(&str, &str, &[&str]); 10] = [
    ("id_token_signing_alg_values_supported", "id_token_signed_response_alg", ALGORITHMS),
    ("userinfo_signing_alg_values_supported", "userinfo_signed_response_alg", ALGORITHMS),
    ("introspection_signing_alg_values_supported", "introspection_signed_response_alg", ALGORITHMS),
    ("authorization_signing_alg_values_supported", "authorization_signed_response_alg", ALGORITHMS),
    ("request_object_signing_alg_values_supported", "request_object_signing_alg", ALGORITHMS),
    ("token_endpoint_auth_signing_alg_values_supported", SIGNS, ALGORITHMS),
    ("token_endpoint_auth_methods_supported", "token_endpoint_auth_method", METHODS),
    ("subject_types_supported", "subject_type", &["public", "pairwise", "ephemeral"]),
    ("grant_types_supported", "grant_types", GRANTS),
    ("response_types_supported", "response_types", RESPONSES),
];

/// A registration with this one choice, and what else it takes to make it: to sign, keys of every
/// kind.
fn choosing(member: &str, value: &str, jwks: &Value) -> Value {
    let mut asked = metadata();
    asked[member] = match member {
        "grant_types" => json!(["authorization_code", value]),
        "response_types" => json!([value]),
        _ => json!(value),
    };
    if member == "response_types" && value != "code" {
        asked["grant_types"] = json!(["authorization_code", "implicit"]);
    }
    if member == SIGNS {
        let symmetric = value.starts_with("HS");
        asked["token_endpoint_auth_method"] =
            json!(if symmetric { "client_secret_jwt" } else { "private_key_jwt" });
    }
    if asked["token_endpoint_auth_method"] == "private_key_jwt" {
        asked["jwks"] = jwks.clone();
    }
    asked
}

async fn holds_for(provider: &TestProvider) {
    let document = document(provider).await;
    let jwks = Browser::new(provider).get("/jwks.json").await.json();
    for (member, chosen, values) in CHOICES {
        let advertised = texts(&document, member);
        assert!(advertised.iter().all(|value| values.contains(&value.as_str())), "{member}");
        for value in values {
            let answer = register(provider, None, &choosing(chosen, value, &jwks)).await;
            let known = advertised.iter().any(|known| known == value);
            assert_eq!(
                answer.status,
                if known { 201 } else { 400 },
                "{chosen}={value}: {}",
                answer.body
            );
            if known && chosen != "grant_types" && chosen != "response_types" {
                assert_eq!(answer.json()[chosen], *value, "{chosen}");
            }
        }
    }
}

/// P32.
#[tokio::test]
async fn each_advertised_choice_can_be_registered_and_no_other() {
    let open = format!("{OPEN}[limits]\nregistration_attempts = 1000\n");
    holds_for(&Setup::new().settings(&open).start().await).await;
    let legacy = format!("{open}[legacy]\nfront_channel_tokens = true\n");
    holds_for(&Setup::new().settings(&legacy).start().await).await;
}

/// P32.
#[tokio::test]
async fn each_advertised_grant_type_is_answered_and_no_other() {
    let provider = TestProvider::start().await;
    let advertised = texts(&document(&provider).await, "grant_types_supported");
    for grant_type in GRANTS {
        let fields = [("grant_type", *grant_type)];
        let browser = Browser::new(&provider);
        let answer = token(&browser, Some(&basic("web", SECRET)), &fields).await.json();
        let unknown = answer["error"] == "unsupported_grant_type";
        assert_eq!(!unknown, advertised.iter().any(|known| known == grant_type), "{grant_type}");
    }
}
