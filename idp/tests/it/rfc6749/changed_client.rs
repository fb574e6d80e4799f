//! Sections 5.2 and 6: what a client gets for what was granted is decided by the client as it is
//! registered now, and a client that went and came again finds nothing of before.

use idp::app::ClientRules;
use serde_json::Value;

use crate::rfc8628;
use crate::support::application::{SECRET, basic};
use crate::support::party::{call, introspected, refresh, refresh_with, text, userinfo};
use crate::support::{ANNA, Answer, Application, Browser, Setup, TestProvider, encoded};

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The file with the client `app` of these members.
fn file(members: &str) -> Setup {
    Setup::new().settings(&format!(
        "[[client]]\nclient_id = \"app\"\nclient_secret = \"{SECRET}\"\n\
         redirect_uris = [\"https://rp.example/cb\", \"https://rp.example/other\"]\n{members}\n"
    ))
}

const GRANTS: &str = "grant_types = [\"authorization_code\", \"refresh_token\", \
                      \"urn:ietf:params:oauth:grant-type:device_code\"]";

fn whole() -> Setup {
    file(&format!(
        "{GRANTS}\nscope = \"openid profile email offline_access\"\n\
         resources = [\"https://api.example/\", \"https://other.example/\"]"
    ))
}

/// What `app` has, from before its file was changed.
struct Before {
    provider: TestProvider,
    browser: Browser,
    tokens: Value,
    code: String,
}

impl Before {
    async fn new() -> Self {
        Self::with(&whole(), &asking()).await
    }

    async fn with(setup: &Setup, asking: &Application) -> Self {
        Self::at(setup.start().await, asking).await
    }

    async fn at(provider: TestProvider, asking: &Application) -> Self {
        let mut browser = Browser::new(&provider);
        let code = browser.log_in(asking, ANNA).await.code();
        let tokens = asking.token(&browser, &asking.redemption(&code)).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let code = browser.begin(asking).await.code();
        Self { provider, browser, tokens: tokens.json(), code }
    }

    async fn refresh(&self) -> Answer {
        refresh(&self.provider, "app", &text(&self.tokens, "refresh_token")).await
    }

    async fn redeem(&self) -> Answer {
        let application = asking();
        application.token(&self.browser, &application.redemption(&self.code)).await
    }

    async fn active(&self) -> bool {
        let told = introspected(&self.provider, "app", &self.tokens["access_token"]).await;
        told["active"] == true
    }
}

fn asking() -> Application {
    Application::named("app").with("scope", "openid profile email offline_access")
}

#[track_caller]
fn is(answer: &Answer, error: &str) {
    let told = (answer.status, text(&answer.json(), "error"));
    assert_eq!(told, (400, error.to_owned()), "{}", answer.body);
}

#[tokio::test]
async fn a_reduced_client_scope_narrows_existing_grants() {
    let before = Before::new().await;
    let provider = &before.provider;
    provider.reload(&file(&format!("{GRANTS}\nscope = \"openid email offline_access\""))).await;
    let refreshed = before.refresh().await;
    assert_eq!(refreshed.json()["scope"], "openid email offline_access", "{}", refreshed.body);
    assert_eq!(before.redeem().await.json()["scope"], "openid email offline_access");
    for tokens in [&before.tokens, &refreshed.json()] {
        let token = text(tokens, "access_token");
        let claims = Application::userinfo(&before.browser, &token).await.json();
        assert!(claims.get("email").is_some() && claims.get("name").is_none(), "{claims}");
        let told = introspected(provider, "app", &tokens["access_token"]).await;
        assert_eq!(told["scope"], "openid email offline_access");
    }
    let token = text(&before.tokens, "refresh_token");
    let asked = [("scope", "openid profile")];
    let answer = refresh_with(provider, "app", &token, &asked, None).await;
    assert_eq!(answer.json()["scope"], "openid", "the answer says what is left");
    is(
        &refresh_with(provider, "app", &token, &[("scope", "profile")], None).await,
        "invalid_scope",
    );
}

#[tokio::test]
async fn offline_grants_end_when_the_client_loses_offline_access_and_all_when_it_loses_all_scopes()
{
    let before = Before::new().await;
    before.provider.reload(&file(&format!("{GRANTS}\nscope = \"openid profile\""))).await;
    is(&before.refresh().await, "invalid_grant");
    let redeemed = before.redeem().await.json();
    assert_eq!(
        (redeemed.get("refresh_token"), &redeemed["scope"]),
        (None, &"openid profile".into())
    );
    let before = Before::new().await;
    before.provider.reload(&file(&format!("{GRANTS}\nscope = \"phone\""))).await;
    is(&before.redeem().await, "invalid_grant");
    assert_eq!(before.refresh().await.status, 400);
    assert_eq!(userinfo(&before.provider, &before.tokens["access_token"]).await, 401);
    assert!(!before.active().await);
}

#[tokio::test]
async fn rfc_8707_section_2_2_a_resource_that_was_removed_gets_no_token() {
    let asked =
        asking().with("resource", "https://api.example/").and("resource", "https://other.example/");
    let before = Before::with(&whole(), &asked).await;
    let resources = |list: &str| file(&format!("{GRANTS}\nresources = [{list}]"));
    before.provider.reload(&resources("\"https://api.example/\"")).await;
    let tokens = before.refresh().await.json();
    let told = introspected(&before.provider, "app", &tokens["access_token"]).await;
    assert_eq!(told["aud"], "https://api.example/");
    let token = text(&before.tokens, "refresh_token");
    let other = [("resource", "https://other.example/")];
    is(&refresh_with(&before.provider, "app", &token, &other, None).await, "invalid_target");
    before.provider.reload(&resources("")).await;
    is(&before.refresh().await, "invalid_target");
    is(&before.redeem().await, "invalid_target");
}

#[tokio::test]
async fn grants_of_a_weaker_login_are_refused_after_required_acr_was_raised() {
    for class in ["pwd-email-remembered", "pwd-email"] {
        let before = Before::new().await;
        let raised = file(&format!("{GRANTS}\nrequired_acr = \"{class}\""));
        before.provider.reload(&raised).await;
        is(&before.refresh().await, "invalid_grant");
        is(&before.redeem().await, "invalid_grant");
        before.provider.reload(&whole()).await;
        assert_eq!(before.refresh().await.status, 200, "nothing was spent");
    }
}

#[tokio::test]
async fn grants_are_refused_after_their_grant_type_was_removed() {
    let before = Before::new().await;
    before.provider.reload(&file("grant_types = [\"authorization_code\"]")).await;
    is(&before.refresh().await, "unauthorized_client");
    let redeemed = before.redeem().await.json();
    assert_eq!(redeemed.get("refresh_token"), None);
    let before = Before::new().await;
    before
        .provider
        .reload(&file(&format!(
            "grant_types = [\"{DEVICE}\", \"refresh_token\"]\nresponse_types = []"
        )))
        .await;
    is(&before.refresh().await, "unauthorized_client");
    is(&before.redeem().await, "unauthorized_client");
    assert_eq!(userinfo(&before.provider, &before.tokens["access_token"]).await, 401);
    assert!(!before.active().await);
}

#[tokio::test]
async fn a_code_of_a_redirect_uri_no_longer_registered_is_refused() {
    let before = Before::new().await;
    let moved = format!("{GRANTS}\nclient_name = \"App\"");
    let moved = Setup::new().settings(&format!(
        "[[client]]\nclient_id = \"app\"\nclient_secret = \"{SECRET}\"\n\
         redirect_uris = [\"https://rp.example/new\"]\n{moved}\n"
    ));
    before.provider.reload(&moved).await;
    is(&before.redeem().await, "invalid_grant");
}

#[tokio::test]
async fn unbound_refresh_tokens_require_a_proof_after_dpop_became_required() {
    let before = Before::new().await;
    let bound = file(&format!("{GRANTS}\ndpop_bound_access_tokens = true"));
    before.provider.reload(&bound).await;
    is(&before.refresh().await, "invalid_dpop_proof");
    let holder = crate::support::proof::Holder::new();
    let (token, proof) = (text(&before.tokens, "refresh_token"), holder.at_token(&before.provider));
    let answer = refresh_with(&before.provider, "app", &token, &[], Some(&proof)).await;
    assert_eq!(answer.json()["token_type"], "DPoP", "{}", answer.body);
}

#[tokio::test]
async fn grants_without_consent_are_refused_after_the_client_lost_first_party() {
    let before = Before::new().await;
    before.provider.reload(&file(&format!("{GRANTS}\nfirst_party = false"))).await;
    is(&before.refresh().await, "invalid_grant");
    is(&before.redeem().await, "invalid_grant");
}

#[tokio::test]
async fn a_device_grant_is_checked_against_the_client_when_tokens_are_requested() {
    for (members, error) in [
        (format!("{GRANTS}\nrequired_acr = \"pwd-email\""), "invalid_grant"),
        ("grant_types = [\"authorization_code\"]".to_owned(), "unauthorized_client"),
    ] {
        let provider = whole().start().await;
        let mut browser = Browser::new(&provider);
        let codes = rfc8628::begin(&browser, "app").await;
        let page = rfc8628::confirm(&mut browser, &codes).await;
        browser.press(&page, "consent-allow").await.is(200, "device-done");
        provider.reload(&file(&members)).await;
        is(&rfc8628::ask(&browser, "app", &codes).await, error);
    }
}

/// A client of the file, its authorization code, tokens, consent, pushed request and device.
async fn all_are_gone(provider: TestProvider, gone: impl AsyncFn(&TestProvider) -> TestProvider) {
    let before = Before::at(provider, &asking()).await;
    let pushed = call(&before.provider, "/par", "app", &asking().pairs(), None).await.json();
    let codes = rfc8628::begin(&before.browser, "app").await;
    let provider = gone(&before.provider).await;
    let browser = Browser::new(&provider);
    let application = asking();
    is(&application.token(&browser, &application.redemption(&before.code)).await, "invalid_grant");
    let token = text(&before.tokens, "refresh_token");
    is(&refresh(&provider, "app", &token).await, "invalid_grant");
    assert_eq!(userinfo(&provider, &before.tokens["access_token"]).await, 401);
    for name in ["access_token", "refresh_token"] {
        let told = introspected(&provider, "app", &before.tokens[name]).await;
        assert_eq!(told, serde_json::json!({"active": false}), "{name}");
    }
    let query = encoded(&[("client_id", "app"), ("request_uri", &text(&pushed, "request_uri"))]);
    let page = Browser::new(&provider).get(&format!("/authorize?{query}")).await;
    page.is(400, "error-page");
    is(&rfc8628::ask(&browser, "app", &codes).await, "invalid_grant");
    let mut again = Browser::new(&provider);
    again.log_in(&application, ANNA).await.code();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configured_client_removed_and_added_again_has_no_former_grants() {
    for provider in whole().start_on_both().await {
        all_are_gone(provider, async |provider| {
            provider.reload(&Setup::new()).await;
            provider.reload(&whole()).await;
            provider.clone()
        })
        .await;
    }
}

#[tokio::test]
async fn a_client_removed_and_added_at_restarts_has_no_former_grants_and_a_restart_keeps_them() {
    let before = Before::new().await;
    let restarted = before.provider.again().await;
    let token = text(&before.tokens, "refresh_token");
    assert_eq!(refresh(&restarted, "app", &token).await.status, 200);
    all_are_gone(whole().start().await, async |provider| {
        provider.again_with(&Setup::new()).await;
        provider.again_with(&whole()).await
    })
    .await;
}

#[tokio::test]
async fn a_client_added_by_command_has_no_grants_of_a_former_client_with_its_id() {
    let provider = Setup::new().start().await;
    let add = async || {
        let metadata = serde_json::json!({
            "client_id": "app", "client_secret": SECRET,
            "redirect_uris": ["https://rp.example/cb"],
            "grant_types": ["authorization_code", "refresh_token", DEVICE],
        });
        let metadata = metadata.as_object().unwrap().clone();
        let client = ClientRules::new(&provider.config).unwrap().client(metadata).unwrap();
        provider.store().add_client(&client, provider.clock.now()).await.unwrap();
    };
    add().await;
    all_are_gone(provider.clone(), async |provider| {
        let now = provider.clock.now();
        assert!(provider.store().remove_client("app", now).await.unwrap());
        add().await;
        provider.clone()
    })
    .await;
    let unknown = call(&provider, "/token", "app", &[("grant_type", "x")], None).await;
    assert_eq!(unknown.status, 400, "{} {}", basic("app", SECRET), unknown.body);
}
