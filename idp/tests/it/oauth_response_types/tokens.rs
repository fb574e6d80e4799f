//! Sections 3 and 5, and [OpenID Connect Core sections 3.2 and 3.3](https://openid.net/specs/openid-connect-core-1_0.html#HybridFlowAuth):
//! what comes from the authorization endpoint.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256, Sha512};

use super::{TYPES, asks, legacy, old};
use crate::support::application::{SECRET, claims};
use crate::support::{
    ANNA, ANNA_COMPANY, Answer, Application, Brought, Browser, EMAIL, ISSUER, NOW, PWD,
    TestProvider,
};

/// The modes that may carry a token; the first is the default.
const MODES: [&str; 4] = ["fragment", "form_post", "fragment.jwt", "form_post.jwt"];

fn half(bytes: &[u8]) -> Value {
    URL_SAFE_NO_PAD.encode(&bytes[..bytes.len() / 2]).into()
}

/// What `at_hash`, `c_hash` and `s_hash` must be under RS256.
fn hash(text: &str) -> Value {
    half(&Sha256::digest(text.as_bytes()))
}

#[track_caller]
fn verified(provider: &TestProvider, id_token: &str) -> Map<String, Value> {
    provider.app.provider.key_set().verify(id_token, None, ISSUER).unwrap()
}

/// The names of the parameters that a response type brings, in the order of the alphabet.
fn expected(response_type: &str, mode: &str) -> Vec<&'static str> {
    let mut names = vec!["iss", "state"];
    let mut add = |word, brings: &[&'static str]| {
        if asks(response_type, word) {
            names.extend_from_slice(brings);
        }
    };
    add("code", &["code"]);
    add("id_token", &["id_token"]);
    add("token", &["access_token", "expires_in", "scope", "token_type"]);
    if mode.ends_with(".jwt") {
        names.extend(["aud", "exp"]);
    }
    names.sort_unstable();
    names
}

/// Everything that came is worth what it says and is held together.
async fn holds(
    browser: &Browser,
    answer: &Answer,
    request: &Application,
    response_type: &str,
    mode: &str,
) {
    let case = format!("{response_type} {mode}");
    let provider = &browser.provider;
    let brought = Brought::in_mode(answer, mode, provider);
    assert_eq!(brought.names(), expected(response_type, mode), "{case}");
    assert_eq!((brought.get("state"), brought.get("iss")), ("st-1", ISSUER), "{case}");
    if asks(response_type, "id_token") {
        let claims = verified(provider, brought.get("id_token"));
        assert_eq!(
            (&claims["aud"], &claims["nonce"]),
            (&json!([request.id]), &json!("no-1")),
            "{case}"
        );
        assert_eq!(
            (&claims["iat"], &claims["exp"]),
            (&json!(NOW), &json!(NOW.plus(300))),
            "{case}"
        );
        assert_eq!(claims["s_hash"], hash("st-1"), "{case}");
        for (name, word, parameter) in
            [("c_hash", "code", "code"), ("at_hash", "token", "access_token")]
        {
            let wanted = asks(response_type, word).then(|| hash(brought.get(parameter)));
            assert_eq!(claims.get(name), wanted.as_ref(), "{case} {name}");
        }
        assert!(!claims.contains_key("sid") && !claims.contains_key("name"), "{case}");
    }
    if asks(response_type, "token") {
        assert_eq!((brought.get("token_type"), brought.get("expires_in")), ("Bearer", "600"));
        assert_eq!(brought.get("scope"), "openid", "{case}");
        let told = Application::userinfo(browser, brought.get("access_token")).await;
        assert_eq!(told.json()["sub"], format!("sub-{ANNA}"), "{case}");
    }
    if asks(response_type, "code") {
        let tokens = request.redeem(browser, brought.get("code")).await;
        let claims = verified(provider, &tokens.id_token);
        assert_eq!(
            (&claims["sub"], &claims["nonce"]),
            (&json!(format!("sub-{ANNA}")), &json!("no-1"))
        );
        assert!(!claims.contains_key("c_hash") && !claims.contains_key("s_hash"), "{case}");
        let told = Application::userinfo(browser, &tokens.access_token).await;
        assert_eq!(told.status, 200, "{case}");
    }
}

#[tokio::test]
async fn section_5_each_response_type_returns_its_parts_in_every_mode_from_a_session() {
    let provider = legacy().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&old("code"), ANNA).await.code();
    for response_type in &TYPES[1..] {
        let request = old(response_type);
        let answer = browser.begin(&request).await;
        holds(&browser, &answer, &request, response_type, "fragment").await;
        for mode in MODES {
            let request = request.clone().with("response_mode", mode).with("prompt", "none");
            let answer = browser.begin(&request).await;
            assert!(!answer.location().contains('?'), "{response_type} {mode}");
            holds(&browser, &answer, &request, response_type, mode).await;
        }
    }
}

#[tokio::test]
async fn section_5_each_response_type_returns_its_parts_at_the_end_of_a_login() {
    let provider = legacy().await;
    for (response_type, mode) in TYPES[1..].iter().zip(MODES.into_iter().cycle()) {
        let request = old(response_type).with("response_mode", mode);
        let mut browser = Browser::new(&provider);
        let answer = browser.log_in(&request, ANNA).await;
        holds(&browser, &answer, &request, response_type, mode).await;

        let request = request.with("acr_values", EMAIL);
        let mut browser = Browser::new(&provider);
        let answer = browser.log_in_by_mail(&request, (ANNA, ANNA_COMPANY), false).await;
        holds(&browser, &answer, &request, response_type, mode).await;
        let brought = Brought::in_mode(&answer, mode, &provider);
        if asks(response_type, "id_token") {
            assert_eq!(verified(&provider, brought.get("id_token"))["acr"], EMAIL);
        }
    }
}

#[tokio::test]
async fn core_section_3_1_2_4_allowed_and_denied_consent_is_returned_in_every_mode() {
    let provider = legacy().await;
    for mode in MODES {
        let response_type = "code id_token token";
        let request = Application::named("stranger")
            .with("response_type", response_type)
            .with("response_mode", mode)
            .with("prompt", "consent");
        let mut browser = Browser::new(&provider);
        let page = browser.log_in(&request, ANNA).await;
        let answer = browser.press(&page, "consent-deny").await;
        let brought = Brought::in_mode(&answer, mode, &provider);
        assert_eq!(brought.get("error"), "access_denied", "{mode}");
        let page = browser.begin(&request).await;
        let answer = browser.press(&page, "consent-allow").await;
        holds(&browser, &answer, &request, response_type, mode).await;
    }
}

#[tokio::test]
async fn core_section_3_3_2_11_c_hash_at_hash_and_s_hash_are_correct() {
    let provider = legacy().await;
    let request = Application::named("older").with("response_type", "code id_token token");
    let answer = Browser::new(&provider).log_in(&request, ANNA).await;
    let brought = Brought::by(&answer);
    let claims = verified(&provider, brought.get("id_token"));
    for (name, text) in [
        ("c_hash", brought.get("code")),
        ("at_hash", brought.get("access_token")),
        ("s_hash", "st-1"),
    ] {
        assert_eq!(claims[name], half(&Sha512::digest(text.as_bytes())), "{name}");
    }
    let stateless = request.without("state");
    let answer = Browser::new(&provider).log_in(&stateless, ANNA).await;
    let brought = Brought::by(&answer);
    assert!(!verified(&provider, brought.get("id_token")).contains_key("s_hash"));
}

#[tokio::test]
async fn rfc_9068_section_2_a_front_channel_access_token_may_be_a_jwt() {
    let provider = legacy().await;
    let request = Application::named("older").with("response_type", "id_token token");
    let mut browser = Browser::new(&provider);
    let answer = browser.log_in(&request, ANNA).await;
    let brought = Brought::by(&answer);
    let token = brought.get("access_token");
    let told = claims(token);
    assert_eq!((&told["aud"], &told["client_id"]), (&json!(ISSUER), &json!("older")));
    assert_eq!((&told["sub"], &told["acr"]), (&json!(format!("sub-{ANNA}")), &json!(PWD)));
    assert_eq!(Application::userinfo(&browser, token).await.status, 200);
}

#[tokio::test]
async fn core_section_5_4_scope_claims_are_in_the_id_token_only_for_response_type_id_token() {
    let provider = legacy().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&old("code"), ANNA).await.code();
    let wish = json!({"id_token": {"preferred_username": null}}).to_string();
    for response_type in &TYPES[1..] {
        if !asks(response_type, "id_token") {
            continue;
        }
        let scope = "openid email phone organisation";
        let request = old(response_type).with("scope", scope).with("claims", &wish);
        let brought = Brought::by(&browser.begin(&request).await);
        let claims = verified(&provider, brought.get("id_token"));
        let alone = *response_type == "id_token";
        for name in ["email", "phone_number", "parties", "https://id.oidc.se/claim/orgName"] {
            assert_eq!(claims.contains_key(name), alone, "{response_type} {name}");
        }
        assert_eq!(claims["preferred_username"], ANNA, "{response_type}");
        assert!(!claims.contains_key("name"), "{response_type}: the scope profile is not there");
        assert_eq!(claims["acr"], PWD);
    }
}

#[tokio::test]
async fn rfc_6749_section_4_1_2_a_replayed_code_revokes_the_front_channel_token() {
    let provider = legacy().await;
    let mut browser = Browser::new(&provider);
    let request = old("code token");
    let brought = Brought::by(&browser.log_in(&request, ANNA).await);
    let (code, token) = (brought.get("code"), brought.get("access_token"));
    request.redeem(&browser, code).await;
    assert_eq!(Application::userinfo(&browser, token).await.status, 200);
    let again = request.token(&browser, &request.redemption(code)).await;
    assert_eq!((again.status, again.json()["error"].clone()), (400, json!("invalid_grant")));
    assert_eq!(Application::userinfo(&browser, token).await.status, 401);
}

#[tokio::test]
async fn a_front_channel_access_token_ends_with_its_lifetime_and_its_session() {
    let provider = legacy().await;
    let mut browser = Browser::new(&provider);
    let request = old("id_token token");
    let short = Brought::by(&browser.log_in(&request, ANNA).await);
    provider.pass(599);
    assert_eq!(Application::userinfo(&browser, short.get("access_token")).await.status, 200);
    provider.pass(1);
    assert_eq!(Application::userinfo(&browser, short.get("access_token")).await.status, 401);

    let brought = Brought::by(&browser.begin(&request).await);
    let hint = brought.get("id_token");
    let logout = format!("/end_session?id_token_hint={hint}");
    browser.get(&logout).await;
    assert_eq!(browser.cookie("session"), None);
    assert_eq!(Application::userinfo(&browser, brought.get("access_token")).await.status, 401);
}

#[tokio::test]
async fn issued_codes_and_tokens_are_not_stored_in_clear() {
    let provider = legacy().await;
    let mut browser = Browser::new(&provider);
    let request = old("code id_token token");
    let brought = Brought::by(&browser.log_in(&request, ANNA).await);
    for name in ["code", "access_token", "id_token"] {
        let value = brought.get(name);
        assert!(value.len() >= 43 && value != SECRET, "{name}");
        for file in std::fs::read_dir(provider.folder()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            let found = bytes.windows(value.len()).any(|window| window == value.as_bytes());
            assert!(!found, "{name} stands in the database");
        }
    }
}
