//! [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449): tokens that need a proof.

use serde_json::{Value, json};

use crate::support::party::{call, introspected, parties, refresh_with, text};
use crate::support::proof::Holder;
use crate::support::{ANNA, Answer, Application, Browser, ISSUER, TestProvider};

async fn started() -> (TestProvider, Browser, Holder) {
    let provider = parties().start().await;
    let browser = Browser::new(&provider);
    (provider, browser, Holder::new())
}

/// Logs in, and redeems the code with a proof.
async fn redeemed(browser: &mut Browser, application: &Application, proof: Option<&str>) -> Answer {
    let page = browser.begin(application).await;
    let answer = if page.parameter("code").is_some() {
        page
    } else {
        browser.log_in(application, ANNA).await
    };
    let (code, provider) = (answer.code(), browser.provider.clone());
    call(&provider, "/token", application.id, &application.redemption(&code), proof).await
}

async fn userinfo(provider: &TestProvider, scheme: &str, token: &str, proof: &str) -> Answer {
    let authorization = format!("{scheme} {token}");
    let headers = [("authorization", authorization.as_str()), ("dpop", proof)];
    let headers = if proof.is_empty() { &headers[..1] } else { &headers[..] };
    Browser::new(provider).send("GET", "/userinfo", headers, axum::body::Body::empty()).await
}

#[track_caller]
fn is_refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!((answer.status, text(&answer.json(), "error").as_str()), (status, error));
}

#[tokio::test]
async fn section_5_and_7_a_bound_access_token_is_accepted_only_with_its_key() {
    let (provider, mut browser, holder) = started().await;
    for id in ["bound", "server"] {
        let proof = holder.at_token(&provider);
        let tokens = redeemed(&mut browser, &Application::new(id), Some(&proof)).await.json();
        assert_eq!(tokens["token_type"], "DPoP", "{tokens}");
        let token = text(&tokens, "access_token");
        let fresh = || holder.at_userinfo(&provider, &token);
        let thief = Holder::new();
        let wrong = json!({"htm": "PUT", "htu": format!("{ISSUER}/userinfo")});
        for (scheme, proof, error) in [
            ("Bearer", String::new(), "invalid_token"),
            ("Bearer", fresh(), "invalid_token"),
            ("DPoP", String::new(), "invalid_dpop_proof"),
            ("DPoP", thief.at_userinfo(&provider, &token), "invalid_token"),
            ("DPoP", holder.at_userinfo(&provider, "other"), "invalid_dpop_proof"),
            ("DPoP", holder.at_token(&provider), "invalid_dpop_proof"),
            ("DPoP", holder.proof(&provider, &wrong), "invalid_dpop_proof"),
        ] {
            let answer = userinfo(&provider, scheme, &token, &proof).await;
            is_refused(&answer, 401, error);
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with(&format!("{scheme} error=\"{error}\"")), "{challenge}");
        }
        for scheme in ["DPoP", "dpop", "dPoP"] {
            assert_eq!(userinfo(&provider, scheme, &token, &fresh()).await.status, 200, "{scheme}");
        }
        let told = introspected(&provider, "server", &tokens["access_token"]).await;
        assert_eq!(told["cnf"], json!({"jkt": holder.thumbprint()}));
        assert_eq!(told["token_type"], "DPoP");
    }
}

#[tokio::test]
async fn section_7_1_an_unbound_access_token_is_refused_with_the_dpop_scheme() {
    let (provider, mut browser, holder) = started().await;
    let tokens = redeemed(&mut browser, &Application::new("server"), None).await.json();
    assert_eq!(tokens["token_type"], "Bearer");
    let token = text(&tokens, "access_token");
    let proof = holder.at_userinfo(&provider, &token);
    is_refused(&userinfo(&provider, "DPoP", &token, &proof).await, 401, "invalid_token");
}

#[tokio::test]
async fn section_11_1_a_proof_is_accepted_once_on_all_nodes() {
    let (provider, mut browser, holder) = started().await;
    let proof = holder.at_token(&provider);
    let server = Application::new("server");
    let tokens = redeemed(&mut browser, &server, Some(&proof)).await.json();
    is_refused(&redeemed(&mut browser, &server, Some(&proof)).await, 400, "invalid_dpop_proof");
    let token = text(&tokens, "access_token");
    let proof = holder.at_userinfo(&provider, &token);
    assert_eq!(userinfo(&provider, "DPoP", &token, &proof).await.status, 200);
    let other = provider.again().await;
    is_refused(&userinfo(&other, "DPoP", &token, &proof).await, 401, "invalid_dpop_proof");
    let fresh = holder.at_userinfo(&provider, &token);
    assert_eq!(userinfo(&other, "DPoP", &token, &fresh).await.status, 200, "bad ones do no harm");
}

#[tokio::test]
async fn section_5_2_a_proof_is_required_if_dpop_bound_access_tokens_is_registered() {
    let (_, mut browser, _) = started().await;
    let answer = redeemed(&mut browser, &Application::new("bound"), None).await;
    is_refused(&answer, 400, "invalid_dpop_proof");
}

#[tokio::test]
async fn section_5_the_refresh_token_of_a_public_client_is_bound_to_the_key() {
    let (provider, mut browser, holder) = started().await;
    let of = async |browser: &mut Browser, id| {
        let proof = holder.at_token(&provider);
        let tokens = redeemed(browser, &Application::new(id), Some(&proof)).await.json();
        text(&tokens, "refresh_token")
    };
    let thief = Holder::new();
    let token = of(&mut browser, "bound").await;
    let stolen = thief.at_token(&provider);
    let answer = refresh_with(&provider, "bound", &token, &[], Some(&stolen)).await;
    is_refused(&answer, 400, "invalid_grant");
    let proof = holder.at_token(&provider);
    let answer = refresh_with(&provider, "bound", &token, &[], Some(&proof)).await;
    assert_eq!((answer.status, &answer.json()["token_type"]), (200, &json!("DPoP")));
    // A client that authenticates may change its key.
    let token = of(&mut browser, "server").await;
    let proof = thief.at_token(&provider);
    assert_eq!(refresh_with(&provider, "server", &token, &[], Some(&proof)).await.status, 200);
}

#[tokio::test]
async fn section_10_a_code_bound_to_dpop_jkt_is_redeemed_only_with_that_key() {
    let (provider, mut browser, holder) = started().await;
    let application = Application::new("server").with("dpop_jkt", &holder.thumbprint());
    for proof in [None, Some(Holder::new().at_token(&provider))] {
        let answer = redeemed(&mut browser, &application, proof.as_deref()).await;
        is_refused(&answer, 400, "invalid_grant");
    }
    let proof = holder.at_token(&provider);
    assert_eq!(redeemed(&mut browser, &application, Some(&proof)).await.status, 200);
}

#[tokio::test]
async fn section_8_and_9_responses_provide_the_next_nonce_if_nonces_are_required() {
    let provider = parties().settings("[dpop]\nnonces = true\n").start().await;
    let mut browser = Browser::new(&provider);
    let holder = Holder::new();
    let server = Application::new("server");
    let proof = holder.at_token(&provider);
    let answer = redeemed(&mut browser, &server, Some(&proof)).await;
    is_refused(&answer, 400, "use_dpop_nonce");
    let nonce = answer.header("dpop-nonce").to_owned();
    let with = |nonce: &str, htm: &str, path: &str, ath: Value| {
        let htu = format!("{ISSUER}{path}");
        holder.proof(&provider, &json!({"htm": htm, "htu": htu, "nonce": nonce, "ath": ath}))
    };
    let proof = with(&nonce, "POST", "/token", Value::Null);
    let answer = redeemed(&mut browser, &server, Some(&proof)).await;
    let token = text(&answer.json(), "access_token");
    let plain = holder.at_userinfo(&provider, &token);
    let answer = userinfo(&provider, "DPoP", &token, &plain).await;
    is_refused(&answer, 401, "use_dpop_nonce");
    let ath = idp::secret::Secret::<idp::secret::AccessToken>::new(token.clone()).sha256();
    let ath = json!(ath);
    let next = answer.header("dpop-nonce").to_owned();
    let proof = with(&next, "GET", "/userinfo", ath.clone());
    assert_eq!(userinfo(&provider, "DPoP", &token, &proof).await.status, 200);
    provider.pass(599);
    let proof = with(&next, "GET", "/userinfo", ath);
    let old = userinfo(&provider, "DPoP", &token, &proof).await;
    assert!([200, 401].contains(&old.status));
    provider.pass(1);
    let proof = with(&next, "POST", "/token", Value::Null);
    let form = [("grant_type", "client_credentials")];
    let answer = call(&provider, "/token", "server", &form, Some(&proof)).await;
    is_refused(&answer, 400, "use_dpop_nonce");
    assert_ne!(answer.header("dpop-nonce"), next);
}
