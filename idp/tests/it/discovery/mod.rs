//! [OpenID Connect Discovery 1.0](https://openid.net/specs/openid-connect-discovery-1_0.html): the
//! document tells the truth.

mod registration;

use serde_json::Value;

use crate::support::{ANNA, ANNA_COMPANY, Application, Brought, Browser, ISSUER, TestProvider};

async fn document(provider: &TestProvider) -> Value {
    let answer = Browser::new(provider).get("/.well-known/openid-configuration").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    answer.json()
}

fn texts(document: &Value, name: &str) -> Vec<String> {
    let list = document[name].as_array().unwrap();
    list.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn both_well_known_paths_return_the_same_document() {
    let provider = TestProvider::start().await;
    let oauth = Browser::new(&provider).get("/.well-known/oauth-authorization-server").await;
    let document = document(&provider).await;
    assert_eq!(document["issuer"], ISSUER);
    assert_eq!(oauth.json(), document);
}

#[tokio::test]
async fn rfc_9110_section_13_1_2_a_known_document_is_not_sent_again() {
    let provider = TestProvider::start().await;
    for document in ["/.well-known/openid-configuration", "/jwks.json"] {
        let asked = |tag: &str| Browser::new(&provider).with("if-none-match", tag);
        let first = asked("\"another\"").get(document).await;
        assert_eq!(first.status, 200);
        let tag = first.header("etag");
        for known in [tag.to_owned(), format!("\"another\", W/{tag}"), "*".to_owned()] {
            let again = asked(&known).get(document).await;
            assert_eq!(
                (again.status, again.header("etag"), &*again.body),
                (304, tag, ""),
                "{known}"
            );
        }
    }
}

#[tokio::test]
async fn every_endpoint_in_the_document_is_there() {
    let provider = TestProvider::start().await;
    let document = document(&provider).await;
    let mut endpoints = 0;
    for (name, value) in document.as_object().unwrap() {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            let answer = Browser::new(&provider).get(value.as_str().unwrap()).await;
            assert_ne!(answer.status, 404, "{name}");
            endpoints += 1;
        }
    }
    assert_eq!(endpoints, 9);
}

#[tokio::test]
async fn each_advertised_prompt_response_type_and_mode_works_and_no_other() {
    let provider = TestProvider::start().await;
    let document = document(&provider).await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    let cases: [(&str, &str, &[&str]); 4] = [
        (
            "prompt_values_supported",
            "prompt",
            &["none", "login", "consent", "select_account", "create"],
        ),
        (
            "response_types_supported",
            "response_type",
            &["code", "id_token", "token", "code id_token", "none"],
        ),
        (
            "response_modes_supported",
            "response_mode",
            &[
                "query",
                "fragment",
                "form_post",
                "query.jwt",
                "fragment.jwt",
                "form_post.jwt",
                "jwt",
                "web_message",
                "Query",
            ],
        ),
        ("code_challenge_methods_supported", "code_challenge_method", &["S256", "plain"]),
    ];
    for (member, parameter, values) in cases {
        let advertised = texts(&document, member);
        assert!(advertised.iter().all(|value| values.contains(&value.as_str())), "{member}");
        for value in values {
            let request = Application::web().with(parameter, value);
            let answer = browser.begin(&request).await;
            let page = answer.has("login-submit") || answer.has("consent-allow");
            let comes = |name: &&str| ["code", "response"].contains(name);
            let works = page || Brought::by(&answer).names().iter().any(comes);
            assert_eq!(works, advertised.iter().any(|known| known == value), "{parameter}={value}");
        }
    }
}

#[tokio::test]
async fn published_scopes_are_granted_and_all_released_claims_are_published() {
    let provider = TestProvider::start().await;
    let document = document(&provider).await;
    let mut browser = Browser::new(&provider);
    let all = texts(&document, "scopes_supported").join(" ");
    let idep = Application::idep().with("scope", &all);
    let code = browser.log_in_by_mail(&idep, (ANNA, ANNA_COMPANY), false).await.code();
    let answer = idep.token(&browser, &idep.redemption(&code)).await;
    assert_eq!(answer.json()["scope"], all);
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let claims = Application::userinfo(&browser, &token).await.json();
    let supported = texts(&document, "claims_supported");
    for (name, _) in claims.as_object().unwrap() {
        assert!(supported.contains(name), "{name} is not advertised");
    }
    for given in ["name", "email", "phone_number", "address", "parties", "email_step_time"] {
        assert!(claims.get(given).is_some() && supported.contains(&given.to_owned()), "{given}");
    }
}

#[tokio::test]
async fn the_keys_are_public_distinct_and_one_for_each_algorithm() {
    let provider = TestProvider::start().await;
    let algorithms = texts(&document(&provider).await, "id_token_signing_alg_values_supported");
    let answer = Browser::new(&provider).get("/jwks.json").await;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    let mut ids: Vec<_> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), keys.len());
    for key in &keys {
        assert_eq!(key["use"], "sig");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert_eq!(key.get(private), None, "{private}");
        }
    }
    for algorithm in algorithms {
        assert!(keys.iter().any(|key| key["alg"] == algorithm.as_str()), "{algorithm}");
    }
}

/// Whether a header that is a list holds the value.
fn lists(header: &str, value: &str) -> bool {
    header.split(',').any(|listed| listed.trim().eq_ignore_ascii_case(value))
}

#[tokio::test]
async fn cors_preflight_requests_are_answered() {
    let provider = TestProvider::start().await;
    for path in ["/token", "/userinfo", "/jwks.json"] {
        let headers = [
            ("origin", "https://rp.example"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,dpop"),
        ];
        let mut browser = Browser::new(&provider);
        let answer = browser.send("OPTIONS", path, &headers, String::new().into()).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "*"));
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        for name in ["authorization", "content-type", "dpop", "x-fapi-interaction-id"] {
            assert!(lists(answer.header("access-control-allow-headers"), name), "{path}: {name}");
        }
        let answer = browser.send("GET", path, &headers[..1], String::new().into()).await;
        for name in ["www-authenticate", "retry-after", "dpop-nonce", "x-fapi-interaction-id"] {
            assert!(lists(answer.header("access-control-expose-headers"), name), "{path}: {name}");
        }
    }
    let mut browser = Browser::new(&provider);
    let page = browser.begin(&Application::web()).await;
    assert_eq!(page.header("access-control-allow-origin"), "");
}
