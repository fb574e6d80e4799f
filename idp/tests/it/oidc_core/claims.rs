//! Sections 5.4 and 5.5: scopes and the `claims` parameter.

use serde_json::{Value, json};

use crate::support::{
    ANNA, ANNA_COMPANY, Application, BERIT, Browser, NOW, PASSWORD, TestProvider,
};

fn names(claims: &Value) -> Vec<&str> {
    let mut names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn each_scope_releases_its_own_claims_only_at_userinfo() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let idep = Application::idep();
    browser.log_in_by_mail(&idep, (ANNA, ANNA_COMPANY), false).await.code();
    let own = [
        "https://id.oidc.se/claim/orgName",
        "https://id.oidc.se/claim/orgNumber",
        "parties",
        "sub",
    ];
    let cases: [(&str, &[&str]); 7] = [
        ("openid", &["sub"]),
        ("openid profile", &["name", "preferred_username", "sub"]),
        ("openid email", &["email", "email_verified", "sub"]),
        ("openid address phone", &["address", "phone_number", "sub"]),
        ("openid organisation", &own),
        ("openid assurance", &["email_step_role", "email_step_time", "sub"]),
        ("openid unknown", &["sub"]),
    ];
    for (scope, expected) in cases {
        let asked = idep.clone().with("scope", scope);
        let code = browser.begin(&asked).await.code();
        let tokens = idep.redeem(&browser, &code).await;
        let mut always = names(&tokens.claims);
        always.retain(|name| *name != "at_hash");
        let expected_there =
            ["acr", "amr", "aud", "auth_time", "exp", "iat", "iss", "nonce", "sub"];
        assert_eq!(always, expected_there, "{scope}");
        let released = Application::userinfo(&browser, &tokens.access_token).await.json();
        assert_eq!(names(&released), expected, "{scope}");
    }
}

#[tokio::test]
async fn organisation_claims_are_those_of_the_account() {
    let provider = TestProvider::start().await;
    let web = Application::web().with("scope", "openid organisation");
    for (name, party) in [(ANNA, "202100083701"), (BERIT, "202100083702")] {
        let mut browser = Browser::new(&provider);
        let code = browser.log_in(&web, name).await.code();
        let tokens = web.redeem(&browser, &code).await;
        let claims = Application::userinfo(&browser, &tokens.access_token).await.json();
        assert_eq!(claims["parties"], json!([party]));
        assert_eq!(claims["https://id.oidc.se/claim/orgNumber"], "2021000837");
    }
}

#[tokio::test]
async fn individually_requested_claims_are_returned_only_where_requested() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let claims = json!({
        "userinfo": {"email": {"essential": true}, "phone_number": null},
        "id_token": {"name": null, "preferred_username": {"value": ANNA}, "unknown": null},
    });
    let web = Application::web().with("claims", &claims.to_string());
    let code = browser.log_in(&web, ANNA).await.code();
    let tokens = web.redeem(&browser, &code).await;
    assert_eq!(tokens.claims["name"], "Anna Andersson");
    assert_eq!(tokens.claims["preferred_username"], ANNA);
    assert_eq!(tokens.claims.get("email"), None);
    let released = Application::userinfo(&browser, &tokens.access_token).await.json();
    assert_eq!(names(&released), ["email", "phone_number", "sub"]);
}

#[tokio::test]
async fn the_claims_parameter_is_limited_by_the_scope_of_the_client() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let claims = json!({"userinfo": {"email": null, "parties": null}, "id_token": {"email": null}});
    let narrow = Application::eddsa()
        .with("claims", &claims.to_string())
        .with("scope", "openid profile email organisation");
    let code = browser.log_in(&narrow, ANNA).await.code();
    let tokens = narrow.redeem(&browser, &code).await;
    assert_eq!(tokens.claims.get("email"), None);
    let released = Application::userinfo(&browser, &tokens.access_token).await.json();
    assert_eq!(names(&released), ["name", "preferred_username", "sub"]);
}

#[tokio::test]
async fn a_requested_sub_must_be_the_user_who_logs_in() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let sub = crate::support::provider::subject(ANNA);
    let claims = json!({"id_token": {"sub": {"value": sub}}}).to_string();
    let web = Application::web().with("claims", &claims);
    let page = browser.begin(&web).await;
    assert_eq!(browser.sign_in(&page, BERIT, PASSWORD).await.error(), "login_required");
    browser.log_in(&web, ANNA).await.code();
    browser.begin(&web.with("prompt", "none")).await.code();
    assert_eq!(provider.clock.now(), NOW);
}
