//! FAPI 2.0 Message Signing section 5.3.1: signed requests, pushed. One case for each module of the
//! official suite that is about them.

use serde_json::{Value, json};

use super::object;
use crate::support::application::CALLBACK;
use crate::support::assertion::{ClientKey, JWT_BEARER, assertion, jwks};
use crate::support::{
    ANNA, Answer, Application, Browser, ISSUER, NOW, PASSWORD, Setup, TestProvider, encoded,
};

async fn provider(signer: &ClientKey) -> TestProvider {
    let client = format!(
        "[[client]]\nclient_id = \"fapi\"\nredirect_uris = [\"{CALLBACK}\"]\n\
         token_endpoint_auth_method = \"private_key_jwt\"\nfapi = \"message_signing\"\n\
         jwks = {}\n",
        jwks(&[signer])
    );
    Setup::new().settings(&client).start().await
}

/// Pushes these fields, authenticated with a fresh assertion.
async fn push(provider: &TestProvider, signer: &ClientKey, fields: &[(&str, &str)]) -> Answer {
    let assertion = signer.sign(&assertion(provider, "fapi"));
    let own = [
        ("client_id", "fapi"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion.as_str()),
    ];
    Browser::new(provider).post("/par", &[fields, &own[..]].concat()).await
}

/// Pushes a good object with these changes.
async fn push_object(provider: &TestProvider, signer: &ClientKey, changes: Value) -> Answer {
    let text = signer.sign(&object(&Application::named("fapi"), &changes));
    push(provider, signer, &[("request", &text)]).await
}

#[tokio::test]
async fn a_pushed_request_object_is_used_and_parameters_outside_it_are_ignored() {
    let signer = ClientKey::new("own");
    let provider = provider(&signer).await;
    let mut browser = Browser::new(&provider);
    let long = ["x".repeat(384), "-._~".repeat(250)];
    let claims = json!({"nonce": long[0], "state": long[1]});
    let text = signer.sign(&object(&Application::named("fapi"), &claims));
    let fields = [("request", text.as_str()), ("state", "outside"), ("nonce", "outside")];
    let taken = push(&provider, &signer, &fields).await;
    assert_eq!(taken.status, 201, "{}", taken.body);
    let json = taken.json();
    let request_uri = json["request_uri"].as_str().unwrap();
    let own = [("client_id", "fapi"), ("state", "further outside"), ("request_uri", request_uri)];
    let page = browser.get(&format!("/authorize?{}", encoded(&own))).await;
    let page = browser.follow(page).await;
    let back = browser.sign_in(page.is(200, "login-submit"), ANNA, PASSWORD).await;
    assert_eq!(back.parameter("state").as_ref(), Some(&long[1]));
    let digest = idp::secret::Secret::new(back.code()).digest();
    let grant = provider.store().grant_by_code(&digest, NOW).await.unwrap().unwrap();
    assert_eq!(grant.facts.nonce.as_ref(), Some(&long[0]));
}

#[tokio::test]
async fn optional_members_of_a_request_object_may_be_omitted() {
    let signer = ClientKey::new("own");
    let provider = provider(&signer).await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    for (case, changes) in [
        ("without-state", json!({"state": null})),
        ("without-nonce", json!({"nonce": null})),
        ("with-64-char-nonce", json!({"nonce": "n".repeat(64)})),
        ("other-scope-order", json!({"scope": "profile openid"})),
        ("without iss", json!({"iss": null})),
    ] {
        let taken = push_object(&provider, &signer, changes).await;
        assert_eq!(taken.status, 201, "{case}: {}", taken.body);
        let json = taken.json();
        let own = [("client_id", "fapi"), ("request_uri", json["request_uri"].as_str().unwrap())];
        let back = browser.get(&format!("/authorize?{}", encoded(&own))).await;
        back.code();
        let state = (case != "without-state").then_some("st-1");
        assert_eq!(back.parameter("state").as_deref(), state, "{case}");
        assert_eq!(back.parameter("iss").as_deref(), Some(ISSUER), "{case}");
    }
}

#[tokio::test]
async fn section_5_3_1_times_and_audience_of_an_object_are_as_demanded() {
    let signer = ClientKey::new("own");
    let provider = provider(&signer).await;
    for (case, changes, taken) in [
        ("multiple-aud", json!({"aud": ["https://other.example", ISSUER]}), true),
        ("nbf-8-seconds-in-the-future", json!({"nbf": NOW.0 + 8}), true),
        ("without-exp", json!({"exp": null}), false),
        ("without-nbf", json!({"nbf": null}), false),
        ("expired", json!({"exp": NOW.0 - 300}), false),
        ("bad-aud", json!({"aud": "https://other.example"}), false),
        ("without aud", json!({"aud": null}), false),
        ("exp-over-60", json!({"exp": NOW.0 + 4_200}), false),
        ("nbf-over-60", json!({"nbf": NOW.0 - 4_200}), false),
        ("without-redirect-uri", json!({"redirect_uri": null}), false),
        ("request_uri within", json!({"request_uri": "urn:x"}), false),
    ] {
        let answer = push_object(&provider, &signer, changes).await;
        assert_eq!(answer.status, if taken { 201 } else { 400 }, "{case}: {}", answer.body);
        let error = &answer.json()["error"];
        let errors = [json!("invalid_request_object"), json!("invalid_request")];
        assert_eq!(errors.contains(error), !taken, "{case}: {error}");
    }
}

#[tokio::test]
async fn section_5_3_1_only_a_request_object_signed_by_the_client_is_accepted() {
    let signer = ClientKey::new("own");
    let provider = provider(&signer).await;
    let fapi = Application::named("fapi");
    let good = object(&fapi, &json!({}));
    let signed = signer.sign(&good);
    let rest = &signed[signed.find('.').unwrap()..];
    let with_header = |header: &str| {
        use base64::Engine as _;
        let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(header);
        format!("{header}{rest}")
    };
    let unsigned = with_header(r#"{"alg":"none"}"#);
    for (case, text) in [
        ("signature-algorithm-is-not-none", unsigned[..=unsigned.rfind('.').unwrap()].to_owned()),
        ("RS256", with_header(r#"{"alg":"RS256"}"#)),
        ("invalid-signature", signed[..signed.len() - 8].to_owned() + "AAAAAAAA"),
        ("matching-key", ClientKey::new("own").sign(&good)),
    ] {
        let answer = push(&provider, &signer, &[("request", &text)]).await;
        let error = &answer.json()["error"];
        assert_eq!((answer.status, error), (400, &json!("invalid_request_object")), "{case}");
    }
    let mut plain = fapi.pairs();
    plain.retain(|(name, _)| *name != "client_id");
    let answer = push(&provider, &signer, &plain).await;
    assert_eq!(answer.json()["error"], "invalid_request", "unsigned-request-at-par-endpoint");
    let beside = [("request", signed.as_str()), ("request_uri", "urn:x")];
    let answer = push(&provider, &signer, &beside).await;
    assert_eq!(answer.json()["error"], "invalid_request", "containing-request_uri-form-param");
}

#[tokio::test]
async fn a_request_of_a_fapi_client_not_pushed_is_refused_even_if_signed() {
    let signer = ClientKey::new("own");
    let provider = provider(&signer).await;
    let mut browser = Browser::new(&provider);
    let fapi = Application::named("fapi");
    assert_eq!(browser.get(&fapi.request()).await.error(), "invalid_request");
    let text = signer.sign(&object(&fapi, &json!({})));
    let beside = [("client_id", "fapi"), ("redirect_uri", CALLBACK)];
    let answer = browser.get(&super::address(&text, &beside)).await;
    assert_eq!(answer.error(), "invalid_request");
}
