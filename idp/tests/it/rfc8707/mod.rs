//! [RFC 8707](https://www.rfc-editor.org/rfc/rfc8707): the resources that access is asked for.

use serde_json::Value;

use crate::support::application::{CALLBACK, SECRET};
use crate::support::party::{call, parties, refresh_with, text, userinfo};
use crate::support::{ANNA, Application, Browser, ISSUER, NOW, Setup, TestProvider};

const API: &str = "https://api.example/";
const FORMS: &str = "https://forms.example/v1";

async fn provider() -> TestProvider {
    let client = format!(
        "[[client]]\nclient_id = \"reader\"\nclient_secret = \"{SECRET}\"\n\
         redirect_uris = [\"{CALLBACK}\"]\nresources = [\"{API}\", \"{FORMS}\"]\n"
    );
    Setup::new().settings(&client).start().await
}

#[tokio::test]
async fn section_2_several_registered_resources_may_be_requested() {
    let provider = provider().await;
    let reader = Application::named("reader").and("resource", API).and("resource", FORMS);
    let code = Browser::new(&provider).log_in(&reader, ANNA).await.code();
    let digest = idp::secret::Secret::new(code).digest();
    let grant = provider.store().grant_by_code(&digest, NOW).await.unwrap().unwrap();
    assert_eq!(grant.facts.resources, [API, FORMS]);
}

#[tokio::test]
async fn section_2_any_other_resource_is_an_invalid_target() {
    let provider = provider().await;
    let mut browser = Browser::new(&provider);
    let reader = || Application::named("reader");
    for request in [
        reader().and("resource", "https://other.example/"),
        reader().and("resource", API).and("resource", "https://api.example/x"),
        reader().and("resource", "not-a-uri"),
        Application::web().and("resource", API),
    ] {
        let answer = browser.get(&request.request()).await;
        assert_eq!(answer.error(), "invalid_target", "{request:?}");
        assert_eq!(answer.parameter("state").as_deref(), Some("st-1"));
    }
}

/// The tokens of a login with these resources.
async fn tokens(provider: &TestProvider, id: &'static str, resources: &[&str]) -> Value {
    let request = Application::named(id).with("scope", "openid profile email offline_access");
    let request = resources.iter().fold(request, |request, one| request.and("resource", one));
    let code = Browser::new(provider).log_in(&request, ANNA).await.code();
    let answer = call(provider, "/token", id, &request.redemption(&code), None).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

#[tokio::test]
async fn rfc_9068_section_4_userinfo_refuses_tokens_without_the_issuer_as_audience() {
    let provider = parties().start().await;
    let both = [API, "https://other.example/"];
    for (id, resources, status) in [
        ("server", &[][..], 200),
        ("server", &[API], 401),
        ("server", &both, 401),
        ("server", &[ISSUER], 200),
        ("server", &[API, ISSUER], 200),
        ("signed", &[], 200),
        ("signed", &[API], 401),
        ("signed", &[API, ISSUER], 200),
    ] {
        let token = text(&tokens(&provider, id, resources).await, "access_token");
        let answer = Application::userinfo(&Browser::new(&provider), &token).await;
        assert_eq!(answer.status, status, "{id} {resources:?}");
        if status == 401 {
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with("Bearer error=\"invalid_token\""), "{challenge}");
        }
    }
}

#[tokio::test]
async fn section_2_2_a_client_gets_one_token_for_userinfo_and_one_for_its_resource() {
    let provider = parties().start().await;
    let first = tokens(&provider, "server", &[API]).await;
    let refresh_token = text(&first, "refresh_token");
    for (resource, status) in [(ISSUER, 200), (API, 401)] {
        let further = [("resource", resource)];
        let answer = refresh_with(&provider, "server", &refresh_token, &further, None).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let token = &answer.json()["access_token"];
        assert_eq!(userinfo(&provider, token).await, status, "{resource}");
    }
}
