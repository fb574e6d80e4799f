//! Section 10.1: a code that is bound to the key its request was pushed with.

use serde_json::json;

use crate::support::party::{call, parties, text};
use crate::support::proof::Holder;
use crate::support::{ANNA, Answer, Application, Browser, ISSUER, TestProvider};

fn proof(holder: &Holder, provider: &TestProvider) -> String {
    holder.proof(provider, &json!({"htm": "POST", "htu": format!("{ISSUER}/par")}))
}

async fn push(provider: &TestProvider, application: &Application, proof: &str) -> Answer {
    call(provider, "/par", application.id, &application.pairs(), Some(proof)).await
}

#[tokio::test]
async fn section_10_1_the_code_is_redeemed_with_the_key_of_the_pushed_request() {
    let provider = parties().start().await;
    let (holder, thief) = (Holder::new(), Holder::new());
    let server = Application::new("server");
    let mut browser = Browser::new(&provider);
    browser.log_in(&server, ANNA).await.code();
    for named in [false, true] {
        let jkt = holder.thumbprint();
        let request = if named { server.clone().with("dpop_jkt", &jkt) } else { server.clone() };
        let answer = push(&provider, &request, &proof(&holder, &provider)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let request_uri = text(&answer.json(), "request_uri");
        let address = format!("/authorize?client_id=server&request_uri={request_uri}");
        let code = browser.get(&address).await.code();
        let redeem = server.redemption(&code);
        for proof in [None, Some(thief.at_token(&provider))] {
            let answer = call(&provider, "/token", "server", &redeem, proof.as_deref()).await;
            assert_eq!(text(&answer.json(), "error"), "invalid_grant");
        }
        let own = holder.at_token(&provider);
        let answer = call(&provider, "/token", "server", &redeem, Some(&own)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

#[tokio::test]
async fn section_10_1_a_pushed_request_with_dpop_jkt_and_a_proof_of_another_key_is_refused() {
    let provider = parties().start().await;
    let (holder, other) = (Holder::new(), Holder::new());
    let request = Application::new("server").with("dpop_jkt", &other.thumbprint());
    let used = proof(&holder, &provider);
    let server = Application::new("server");
    assert_eq!(push(&provider, &server, &used).await.status, 201);
    for (request, proof) in [
        (&request, proof(&holder, &provider)),
        (&server, used),
        (&server, holder.at_token(&provider)),
    ] {
        let answer = push(&provider, request, &proof).await;
        let error = text(&answer.json(), "error");
        assert_eq!((answer.status, error.as_str()), (400, "invalid_dpop_proof"));
    }
}
