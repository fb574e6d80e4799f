use axum::http::StatusCode;

use super::fake_provider::parameters;
use super::world::{FORM, NOW, PARTY, World};

#[tokio::test(flavor = "multi_thread")]
async fn opening_the_form_requests_a_step_up_with_essential_acr_and_max_age() {
    let world = World::new().await;
    let mut browser = world.logged_in("pwd-email-remembered").await;
    let to_provider = browser.get(FORM).await;
    assert_eq!(to_provider.status, StatusCode::SEE_OTHER);
    let asked = parameters(to_provider.location());
    let acr = format!("{}/acr/pwd-email", world.provider.issuer);
    let claims: serde_json::Value = serde_json::from_str(&asked["claims"]).unwrap();
    assert_eq!(claims["id_token"]["acr"], serde_json::json!({ "essential": true, "value": acr }));
    assert_eq!((asked["acr_values"].as_str(), asked["max_age"].as_str()), (acr.as_str(), "1800"));

    let back =
        world.answer(&mut browser, &to_provider, world.provider.claims("pwd-email", NOW)).await;
    assert_eq!(back.location(), FORM);
    let form = browser.get(FORM).await;
    assert_eq!(form.status, StatusCode::OK);
    assert_eq!(form.value("email"), "Magnus.Lange@Scb.se");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_step_up_is_not_repeated_and_keeps_the_session() {
    let world = World::new().await;
    let mut old = world.provider.claims("pwd-email", NOW);
    old["auth_time"] = serde_json::json!(NOW - 1801);
    let mut no_time = world.provider.claims("pwd-email", NOW);
    no_time.as_object_mut().unwrap().remove("email_step_time");
    let weak = world.provider.claims("pwd-email-remembered", NOW);
    for claims in [old, no_time, weak] {
        let mut browser = world.logged_in("pwd-email-remembered").await;
        let to_provider = browser.get(FORM).await;
        let page = world.answer(&mut browser, &to_provider, claims).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(page.body.contains(&format!("href=\"{FORM}\"")));
        assert!(browser.get("/").await.body.contains("rp-user"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn someone_who_is_not_logged_in_logs_in_once_and_lands_on_the_form() {
    let world = World::new().await;
    let mut browser = world.browser();
    let to_provider = browser.get(FORM).await;
    let claims = world.provider.claims("pwd-email", NOW);
    let back = world.answer(&mut browser, &to_provider, claims).await;
    assert_eq!(browser.get(back.location()).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_party_is_opened_directly_and_several_are_listed() {
    let world = World::new().await;
    let mut browser = world.logged_in("pwd-email").await;
    assert_eq!(browser.get("/party-parameters").await.location(), FORM);

    let mut agent = world.browser();
    let request = agent.get("/party-parameters").await;
    let claims = world.provider.claims("pwd-email", NOW);
    let parties = ["559999902501", "559999900901", "999999999999"];
    let query = world.provider.authorize(request.location(), claims, &parties);
    let back = agent.get(&format!("/callback?{query}")).await;
    let list = agent.get(back.location()).await;
    for party in &parties[..2] {
        assert!(list.body.contains(&format!("href=\"/party-parameters/{party}\"")), "{party}");
    }
    let gone = agent.get("/party-parameters/999999999999").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_missing_from_the_claim_is_refused_everywhere() {
    let world = World::new().await;
    let mut browser = world.logged_in("pwd-email").await;
    let page = browser.get(FORM).await;
    for path in ["/party-parameters/559999900901", "/resource/party-parameters/559999900901"] {
        assert_eq!(browser.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let (csrf, seen) = (page.value("csrf"), page.value("updated_at"));
    let form = [("csrf", csrf.as_str()), ("updated_at", &seen), ("email", "a@b.se")];
    let answer = browser.post("/party-parameters/559999900901", &form).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let stored = world.app.store.party("559999900901").await.unwrap().unwrap();
    assert_eq!(stored.parameters.email, "vd@hm.se");
    assert_ne!(stored.party, PARTY);
    let strange = world.browser().get("/party-parameters/%2F%2Fevil.example").await;
    assert_eq!(strange.status, StatusCode::NOT_FOUND);
}
