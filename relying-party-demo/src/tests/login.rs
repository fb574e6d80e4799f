use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE,
};
use serde_json::{Value, json};

use super::fake_provider::{CLIENT, parameters};
use super::world::{NOW, World, config};
use crate::app::App;
use crate::clock::Clock;

#[tokio::test(flavor = "multi_thread")]
async fn a_login_shows_user_and_claims() {
    let world = World::new().await;
    let mut browser = world.browser();
    let start = browser.get("/").await;
    assert!(start.body.contains("id=\"rp-login\"") && !start.body.contains("id=\"rp-user\""));

    let mut browser = world.logged_in("pwd-email-remembered").await;
    let start = browser.get("/").await;
    for shown in [
        "id=\"rp-user\"",
        "202100083750",
        "Statistiska centralbyrån",
        "/acr/pwd-email-remembered</dd>",
        "id=\"rp-claims\"",
        "email_step_time",
        "id=\"rp-logout\"",
        "id=\"rp-parties\"",
        "id=\"rp-party-parameters\"",
    ] {
        assert!(start.body.contains(shown), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authorization_request_has_pkce_state_nonce_ui_locales_and_acr_values() {
    let world = World::new().await;
    let mut browser = world.browser();
    browser.get("/?ui_locales=en").await;
    let asked = parameters(browser.get("/login").await.location());
    let acr = format!("{}/acr/pwd-email-remembered", world.provider.issuer);
    for (name, expected) in [
        ("response_type", "code"),
        ("client_id", CLIENT.0),
        ("redirect_uri", "http://localhost:8401/callback"),
        ("scope", "openid organisation assurance profile"),
        ("code_challenge_method", "S256"),
        ("ui_locales", "en"),
        ("acr_values", &acr),
    ] {
        assert_eq!(asked[name], expected);
    }
    assert!(["state", "nonce", "code_challenge"].iter().all(|name| asked[*name].len() == 43));
    assert!(!asked.contains_key("max_age") && !asked.contains_key("claims"));
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_in_several_tabs_are_valid_for_65_minutes_in_their_browser() {
    let world = World::new().await;
    let mut browser = world.browser();
    let first = browser.get("/login").await;
    let second = browser.get("/login").await;
    world.app.clock.advance(65 * 60);
    let claims = || world.provider.claims("pwd-email", world.app.clock.now());

    let stolen = world.answer(&mut world.browser(), &first, claims()).await;
    assert!(stolen.location().starts_with(&world.provider.issuer), "a login of its own");
    assert_ne!(parameters(stolen.location())["state"], parameters(first.location())["state"]);
    for request in [&second, &first] {
        let back = world.answer(&mut browser, request, claims()).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
    }
    let again = world.answer(&mut browser, &first, claims()).await;
    assert_eq!(again.location(), "/", "whoever is logged in goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unexpected_response_starts_one_new_login_only() {
    let world = World::new().await;
    let mut browser = world.browser();
    let late = browser.get("/login").await;
    world.app.clock.advance(3 * 60 * 60);
    let claims = || world.provider.claims("pwd-email", world.app.clock.now());
    let anew = world.answer(&mut browser, &late, claims()).await;
    assert_eq!(anew.status, StatusCode::SEE_OTHER);
    let mut forgetful = world.browser();
    let page = world.answer(&mut forgetful, &anew, claims()).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "not round and round");
    assert!(page.body.contains("id=\"error-page\"") && page.body.contains("href=\"/login\""));
    let back = world.answer(&mut browser, &anew, claims()).await;
    assert_eq!((back.status, back.location()), (StatusCode::SEE_OTHER, "/"));
    assert!(browser.get("/").await.body.contains("rp-user"));

    let refused = format!("/callback?error=access_denied&state=x&iss={}", world.provider.issuer);
    let page = world.browser().get(&refused).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "nobody is asked again who has cancelled");
    assert!(page.body.contains("href=\"/login\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_with_a_wrong_claim_is_refused() {
    let world = World::new().await;
    let changes: [(&str, Value); 9] = [
        ("nonce", json!("another")),
        ("aud", json!("another")),
        ("aud", json!([CLIENT.0, "another"])),
        ("iss", json!("https://another.example")),
        ("exp", json!(NOW)),
        ("iat", json!(NOW + 61)),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
        ("azp", json!("another")),
        ("broken_signature", json!(true)),
    ];
    for (name, value) in changes {
        let mut browser = world.browser();
        let request = browser.get("/login").await;
        let mut claims = world.provider.claims("pwd-email", NOW);
        claims[name] = value;
        let back = world.answer(&mut browser, &request, claims).await;
        assert_eq!(back.status, StatusCode::BAD_GATEWAY, "{name}: {}", back.body);
        assert!(!browser.get("/").await.body.contains("rp-user"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_with_wrong_iss_or_a_repeated_parameter_is_refused() {
    let world = World::new().await;
    let edits: [fn(&str) -> String; 4] = [
        |query| query.replace("iss=", "isss="),
        |query| query.replace("iss=http", "iss=https"),
        |query| query.replace("code=", "kode="),
        |query| format!("{query}&state=again"),
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        let mut browser = world.browser();
        let request = browser.get("/login").await;
        let claims = world.provider.claims("pwd-email", NOW);
        let query = edit(&world.provider.authorize(request.location(), claims, &[]));
        let back = browser.get(&format!("/callback?{query}")).await;
        assert!(back.status.is_client_error() || back.status.is_server_error(), "{number}");
        assert!(!browser.get("/").await.body.contains("rp-user"), "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acr_below_the_requested_one_is_refused() {
    let world = World::new().await;
    let mut browser = world.browser();
    let request = browser.get("/login").await;
    let back = world.answer(&mut browser, &request, world.provider.claims("pwd", NOW)).await;
    assert_eq!(back.status, StatusCode::FORBIDDEN);
    assert!(back.body.contains("bekräftas med e-post"));
}

#[tokio::test(flavor = "multi_thread")]
async fn new_keys_of_the_provider_are_fetched_when_used() {
    let world = World::new().await;
    world.logged_in("pwd-email").await;
    world.provider.rotate();
    world.logged_in("pwd-email").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn error_responses_of_the_provider_are_explained_with_one_next_step() {
    let world = World::new().await;
    let cases = [
        ("access_denied", StatusCode::FORBIDDEN, "Inloggningen avbröts"),
        ("unmet_authentication_requirements", StatusCode::FORBIDDEN, "bekräftas med e-post"),
        ("temporarily_unavailable", StatusCode::SERVICE_UNAVAILABLE, "har problem"),
        ("invalid_scope<b>", StatusCode::FORBIDDEN, "Inloggningen misslyckades"),
    ];
    for (error, status, words) in cases {
        let mut browser = world.browser();
        let state = parameters(browser.get("/login").await.location())["state"].clone();
        let mut query = url::form_urlencoded::Serializer::new("/callback?".to_owned());
        query.append_pair("error", error).append_pair("state", &state);
        query.append_pair("iss", &world.provider.issuer);
        let page = browser.get(&query.finish()).await;
        assert_eq!(page.status, status, "{error}");
        assert!(page.body.contains(words) && page.body.contains("id=\"error-code\""), "{error}");
        assert_eq!(page.body.matches("class=\"button\"").count(), 1);
        assert!(page.body.contains("href=\"/login\"") && !page.body.contains("<b>"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_answer_is_named_and_tried_again_later() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}/rp.db", folder.path().display());
    let nobody = config("http://127.0.0.1:9", &database);
    let app = App::new(nobody, Clock::System).unwrap();
    app.store.migrate().await.unwrap();
    let world = World::new().await;
    let mut browser = world.browser();
    browser.use_app(app);
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    let page = browser.get("/login").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.headers.contains_key(RETRY_AFTER) && page.body.contains("href=\"/login\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_token_endpoint_is_503_and_not_a_refusal() {
    let world = World::new().await;
    let mut browser = world.browser();
    let request = browser.get("/login").await;
    world.provider.trouble();
    let claims = world.provider.claims("pwd-email", NOW);
    let page = world.answer(&mut browser, &request, claims).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test(flavor = "multi_thread")]
async fn logout_ends_both_sessions_and_checks_state_on_return() {
    let world = World::new().await;
    let mut browser = world.logged_in("pwd-email").await;
    let token = browser.get("/").await.value("csrf");
    let forged = browser.post("/logout", &[("csrf", "guess")]).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let mut thief = browser.clone();

    let to_provider = browser.post("/logout", &[("csrf", &token)]).await;
    let asked = parameters(to_provider.location());
    assert_eq!(asked["post_logout_redirect_uri"], "http://localhost:8401/logged-out");
    assert_eq!(asked["id_token_hint"].split('.').count(), 3);
    assert!(!thief.get("/").await.body.contains("rp-user"), "the session lives on");

    let wrong = browser.get("/logged-out?state=guess").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let back = format!("/logged-out?state={}", asked["state"]);
    assert!(browser.get(&back).await.body.contains("id=\"rp-logged-out\""));
    assert_eq!(browser.get(&back).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_expires_after_an_hour_idle_or_twelve_hours_in_all() {
    let world = World::new().await;
    let mut browser = world.logged_in("pwd-email").await;
    for _ in 0..12 {
        assert!(browser.get("/").await.body.contains("rp-user"));
        world.app.clock.advance(59 * 60);
    }
    world.app.clock.advance(12 * 60);
    assert!(!browser.get("/").await.body.contains("rp-user"), "12 hours have passed");
    let mut browser = world.logged_in("pwd-email").await;
    world.app.clock.advance(60 * 60);
    assert!(!browser.get("/").await.body.contains("rp-user"), "an hour without a request");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_forbids_script_frames_and_caching_and_hides_cookies_from_script() {
    let world = World::new().await;
    let mut browser = world.logged_in("pwd-email").await;
    for path in ["/", "/help", "/nowhere", "/callback?state=x", "/resource/party-parameters/1"] {
        let answer = browser.get(path).await;
        let policy = answer.headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.headers[CACHE_CONTROL], "no-store", "{path}");
        assert_eq!(answer.headers[REFERRER_POLICY], "no-referrer", "{path}");
    }
    let cookies = world.browser().get("/?ui_locales=en").await;
    assert_eq!(cookies.headers.get_all(SET_COOKIE).iter().count(), 2);
    for cookie in cookies.headers.get_all(SET_COOKIE) {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    }
    assert_eq!(browser.post("/help", &[]).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_opened_at_once_without_a_cookie_both_log_in() {
    for turned in [false, true] {
        let world = World::new().await;
        let mut browser = world.browser();
        let mut tab = browser.clone();
        let (first, second) = (browser.get("/login").await, tab.get("/login").await);
        if turned {
            std::mem::swap(&mut browser, &mut tab);
        }
        browser.jar().add(tab.jar().clone());
        for to_provider in [first, second] {
            let claims = world.provider.claims("pwd-email", world.app.clock.now());
            let back = world.answer(&mut browser, &to_provider, claims).await;
            assert_eq!((back.status, back.location()), (StatusCode::SEE_OTHER, "/"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_completes_despite_cookies_of_other_applications() {
    let world = World::new().await;
    let mut browser = world.browser();
    browser.set_cookie("a=åäö \"x\"");
    let to_provider = browser.get("/login").await;
    browser.set_cookie("zz=€");
    let claims = world.provider.claims("pwd-email", world.app.clock.now());
    let back = world.answer(&mut browser, &to_provider, claims).await;
    assert_eq!((back.status, back.location()), (StatusCode::SEE_OTHER, "/"));
    let page = browser.get("/").await;
    assert!(page.body.contains("rp-logout"), "{}", page.body);
}
