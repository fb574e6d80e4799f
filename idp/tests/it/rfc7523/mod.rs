//! [RFC 7523](https://www.rfc-editor.org/rfc/rfc7523): clients that prove themselves by a signed
//! assertion.

mod key_set;

use futures_util::future::join_all;
use serde_json::json;

use crate::support::application::SECRET;
use crate::support::assertion::{ClientKey, assertion, believed, jwks, keyed, present, refused};
use crate::support::{ISSUER, Setup, TestProvider};
use idp::account::event::{Actor, Circumstances};
use idp::oauth::client::Client;

async fn provider(key: &ClientKey) -> TestProvider {
    setup(key).start().await
}

fn setup(key: &ClientKey) -> Setup {
    let jwks = jwks(&[key]);
    let common = "redirect_uris = [\"https://rp.example/cb\"]";
    let settings = format!(
        "[[client]]\nclient_id = \"signer\"\n{common}\n\
         token_endpoint_auth_method = \"private_key_jwt\"\njwks = {jwks}\n\
         [[client]]\nclient_id = \"bank\"\n{common}\nfapi = \"security\"\n\
         token_endpoint_auth_method = \"private_key_jwt\"\njwks = {jwks}\n\
         [[client]]\nclient_id = \"shared\"\n{common}\nclient_secret = \"{SECRET}\"\n\
         token_endpoint_auth_method = \"client_secret_jwt\"\n"
    );
    Setup::new().settings(&settings)
}

#[tokio::test]
async fn section_2_2_only_an_assertion_signed_with_the_key_of_the_client_is_accepted() {
    let key = ClientKey::new("k-1");
    let provider = provider(&key).await;
    believed(&present(&provider, &key.sign(&assertion(&provider, "signer"))).await);
    let mut claims = assertion(&provider, "signer");
    claims["aud"] = json!(format!("{ISSUER}/token"));
    believed(&present(&provider, &key.sign(&claims)).await);

    let forged = ClientKey::new("k-1").sign(&assertion(&provider, "signer"));
    let wrong = present(&provider, &forged).await;
    refused(&wrong);
    let nobody = present(&provider, &key.sign(&assertion(&provider, "nobody"))).await;
    assert_eq!((wrong.status, &wrong.body), (nobody.status, &nobody.body));
    let basic = present(&provider, &key.sign(&assertion(&provider, "web"))).await;
    refused(&basic);
}

#[tokio::test]
async fn section_3_an_assertion_with_a_missing_or_wrong_claim_is_refused() {
    let key = ClientKey::new("k-1");
    let provider = provider(&key).await;
    let now = provider.clock.now().0;
    for (name, value) in [
        ("aud", json!("https://another.example.se")),
        ("exp", json!(now - 300)),
        ("exp", json!(null)),
        ("nbf", json!(now + 61)),
        ("jti", json!("")),
        ("sub", json!("web")),
        ("iss", json!("web")),
    ] {
        let mut claims = assertion(&provider, "signer");
        claims[name] = value;
        refused(&present(&provider, &key.sign(&claims)).await);
    }
    let mut claims = assertion(&provider, "signer");
    claims["nbf"] = json!(now + 8);
    believed(&present(&provider, &key.sign(&claims)).await);
}

#[tokio::test]
async fn section_3_an_assertion_is_accepted_once_on_all_nodes_and_after_a_restart() {
    let key = ClientKey::new("k-1");
    let provider = provider(&key).await;
    let once = key.sign(&assertion(&provider, "signer"));
    believed(&present(&provider, &once).await);
    refused(&present(&provider, &once).await);
    let other = provider.again().await;
    refused(&present(&other, &once).await);
    provider.pass(89);
    refused(&present(&other, &once).await);
    believed(&present(&other, &key.sign(&assertion(&other, "signer"))).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_several_parallel_uses_of_an_assertion_is_accepted_on_both_back_ends() {
    let key = ClientKey::new("k-1");
    for provider in setup(&key).start_on_both().await {
        let nodes = [provider.clone(), provider.again().await];
        for _ in 0..5 {
            let once = key.sign(&assertion(&provider, "signer"));
            let tries = (0..8).map(|number| {
                let (node, once) = (nodes[number % 2].clone(), once.clone());
                tokio::spawn(async move { present(&node, &once).await })
            });
            let answers: Vec<_> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
            let (won, lost): (Vec<_>, Vec<_>) =
                answers.iter().partition(|answer| answer.status == 400);
            assert_eq!((won.len(), lost.len()), (1, 7));
            won.into_iter().for_each(believed);
            lost.into_iter().for_each(refused);
        }
    }
}

#[tokio::test]
async fn a_refused_assertion_does_not_consume_its_jti() {
    let key = ClientKey::new("k-1");
    let provider = provider(&key).await;
    let claims = assertion(&provider, "signer");
    refused(&present(&provider, &ClientKey::new("k-1").sign(&claims)).await);
    believed(&present(&provider, &key.sign(&claims)).await);
}

#[tokio::test]
async fn core_section_9_client_secret_jwt_is_accepted_once_with_the_client_secret() {
    let provider = provider(&ClientKey::new("k-1")).await;
    let claims = assertion(&provider, "shared");
    refused(&present(&provider, &keyed(&"x".repeat(32), &claims)).await);
    believed(&present(&provider, &keyed(SECRET, &claims)).await);
    refused(&present(&provider, &keyed(SECRET, &claims)).await);
    refused(&present(&provider, &keyed(SECRET, &assertion(&provider, "signer"))).await);
}

#[tokio::test]
async fn a_client_secret_jwt_secret_is_stored_encrypted() {
    let provider = TestProvider::start().await;
    let metadata = json!({
        "client_id": "stored", "client_secret": SECRET, "redirect_uris": ["https://rp.example/cb"],
        "token_endpoint_auth_method": "client_secret_jwt",
    });
    let client =
        Client::register(serde_json::from_value(metadata).unwrap(), &"openid".parse().unwrap());
    let client = client.unwrap();
    let now = provider.clock.now();
    assert!(provider.store().add_client(&client, now).await.is_err(), "an open secret");
    let operator = Circumstances::of(Actor::Operator("anna".to_owned()), now);
    provider.app.provider.add_client(client, &operator).await.unwrap();
    // Another process reads it from the database.
    let other = provider.again().await;
    believed(&present(&other, &keyed(SECRET, &assertion(&other, "stored"))).await);
    refused(&present(&other, &keyed(&"x".repeat(32), &assertion(&other, "stored"))).await);
}

#[tokio::test]
async fn fapi_2_section_5_3_2_1_only_the_issuer_as_a_single_string_is_accepted_as_audience() {
    let key = ClientKey::new("k-1");
    let provider = provider(&key).await;
    for aud in [json!([ISSUER]), json!(format!("{ISSUER}/token")), json!(format!("{ISSUER}/par"))] {
        let mut claims = assertion(&provider, "bank");
        claims["aud"] = aud;
        refused(&present(&provider, &key.sign(&claims)).await);
    }
    // Believed, it is told what else it needs: a key to bind its tokens to.
    let answer = present(&provider, &key.sign(&assertion(&provider, "bank"))).await;
    let error = &answer.json()["error"];
    assert_eq!((answer.status, error), (400, &"invalid_request".into()), "{}", answer.body);
}
