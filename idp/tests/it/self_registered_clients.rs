//! Clients that registered themselves: nobody here knows them, and people are told so
//! (RFC 7591 section 5, RFC 9700 section 4.11.2, OpenID Connect Core section 8.1).

use serde_json::{Value, json};

use crate::rfc7591::{register, serve};
use crate::support::application::{CALLBACK, basic, claims, token};
use crate::support::party::text;
use crate::support::{ANNA, Answer, Application, Browser, PASSWORD, Setup, TestProvider};

const OPEN: &str = "[registration]\nmode = \"open\"\n[limits]\nregistration_attempts = 1000\n";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A client that registered itself with these members beside its redirect URI.
async fn stranger(provider: &TestProvider, members: Value) -> Value {
    let answer = try_register(provider, members).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

async fn try_register(provider: &TestProvider, members: Value) -> Answer {
    let mut metadata = json!({"client_name": "Appen", "redirect_uris": [CALLBACK]});
    for (name, value) in members.as_object().unwrap() {
        metadata[name] = value.clone();
    }
    register(provider, None, &metadata).await
}

fn of(client: &Value) -> Application {
    let id = text(client, "client_id");
    Application::web().with("client_id", &id)
}

#[tokio::test]
async fn rfc_9700_section_4_11_2_errors_do_not_redirect_to_a_self_registered_client_by_default() {
    let provider = Setup::new().settings(OPEN).start().await;
    let client = stranger(&provider, json!({})).await;
    for (name, value) in [
        ("response_type", "cosmos"),
        ("response_type", ""),
        ("scope", "cosmos"),
        ("scope", "\""),
        ("prompt", "none login"),
        ("max_age", "x"),
        ("request", "a.b.c"),
        ("claims", "{"),
        ("resource", "https://api.example/"),
        ("id_token_hint", "x"),
        ("response_mode", "cosmos"),
    ] {
        for silent in [false, true] {
            let mut request = of(&client).with(name, value);
            if silent && name != "prompt" {
                request = request.with("prompt", "none");
            }
            let page = Browser::new(&provider).get(&request.request()).await;
            assert_eq!(page.is(400, "error-onward").location(), "", "{name}={value}");
            assert!(page.body.contains("rp.example"), "{name}={value}");
        }
    }
}

#[tokio::test]
async fn the_error_page_of_a_self_registered_client_links_to_it_in_every_response_mode() {
    let provider = Setup::new().settings(OPEN).start().await;
    let client = stranger(&provider, json!({})).await;
    let wrong = of(&client).with("scope", "cosmos");
    for (language, shown) in [("sv", "inte vår"), ("en", "not one of ours")] {
        let mut browser = Browser::new(&provider).with("accept-language", language);
        let page = browser.get(&wrong.request()).await;
        assert!(page.is(400, "error-onward").body.contains(shown), "{language}");
        let unescaped = page.body.replace("&#x2F;", "/").replace("&amp;", "&");
        assert!(unescaped.contains("href=\"https://rp.example/cb?error=invalid_scope"));
        assert!(unescaped.contains("state=st-1"));
    }
    let posted = wrong.with("response_mode", "form_post");
    let page = Browser::new(&provider).get(&posted.request()).await;
    page.is(400, "error-onward");
    assert!(!page.has("form-post"), "nothing is posted by itself");
    let form = page.form("error-onward");
    assert_eq!(form.action, CALLBACK);
    assert!(form.fields.iter().any(|field| *field == ("error".into(), "invalid_scope".into())));
    let policy = page.header("content-security-policy");
    assert!(!policy.contains("form-action"), "the application may redirect it: {policy}");
}

#[tokio::test]
async fn errors_redirect_if_the_client_is_known_a_session_exists_or_prompt_is_none() {
    let provider = Setup::new().settings(OPEN).start().await;
    let client = stranger(&provider, json!({})).await;
    let wrong = of(&client).with("scope", "cosmos");
    let mut browser = Browser::new(&provider);
    let known = Application::web().with("scope", "cosmos");
    assert_eq!(browser.get(&known.request()).await.error(), "invalid_scope");
    let silent = of(&client).with("prompt", "none");
    assert_eq!(browser.get(&silent.request()).await.error(), "login_required");
    browser.log_in(&Application::web(), ANNA).await.code();
    assert_eq!(browser.get(&wrong.request()).await.error(), "invalid_scope");
    // Who turns back from the login has asked for it.
    let mut other = Browser::new(&provider);
    let page = other.begin(&of(&client)).await;
    assert_eq!(other.press(&page, "login-cancel").await.error(), "access_denied");
}

/// Registers a device, and returns its user code beside what it is told.
async fn device(provider: &TestProvider, client: &Value) -> Value {
    let basic = basic(&text(client, "client_id"), &text(client, "client_secret"));
    let (scope, headers) = ([("scope", "openid")], [("authorization", basic.as_str())]);
    let answer = Browser::new(provider).post_with("/device_authorization", &scope, &headers).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

async fn confirm(browser: &mut Browser, codes: &Value) -> Answer {
    let address = format!("/device?user_code={}", text(codes, "user_code"));
    let answer = browser.get(&address).await;
    let page = browser.follow(answer).await;
    if page.has("login-submit") { browser.sign_in(&page, ANNA, PASSWORD).await } else { page }
}

#[tokio::test]
async fn the_device_page_marks_a_self_registered_client_in_both_languages() {
    let provider = Setup::new().settings(OPEN).start().await;
    for (uri, host) in [(json!("https://app.example.org/"), true), (Value::Null, false)] {
        let members = json!({
            "redirect_uris": [], "response_types": [], "grant_types": [DEVICE], "client_uri": uri,
            "client_name": "Skatteverket",
        });
        let client = stranger(&provider, members).await;
        for (language, shown) in
            [("sv", "inte en av våra tjänster"), ("en", "not one of our services")]
        {
            let mut browser = Browser::new(&provider).with("accept-language", language);
            let codes = device(&provider, &client).await;
            let page = confirm(&mut browser, &codes).await;
            page.is(200, "consent-stranger");
            assert!(page.body.contains(shown), "{language}");
            assert_eq!(page.has("consent-host"), host);
            assert_eq!(page.body.contains("app.example.org"), host);
        }
    }
}

#[tokio::test]
async fn the_consent_page_marks_only_self_registered_clients() {
    let provider = Setup::new().settings(OPEN).start().await;
    let client = stranger(&provider, json!({})).await;
    let mut browser = Browser::new(&provider);
    let page = browser.log_in(&of(&client), ANNA).await;
    page.is(200, "consent-stranger");
    assert_eq!(page.text("consent-host"), "rp.example");
    let known = Setup::new().settings(
        "[[client]]\nclient_id = \"third\"\nclient_secret = \
         \"0123456789abcdef0123456789abcdef\"\nredirect_uris = [\"https://rp.example/cb\"]\n\
         first_party = false\n",
    );
    let provider = known.start().await;
    let page = Browser::new(&provider).log_in(&Application::named("third"), ANNA).await;
    assert!(page.is(200, "consent-allow").has("consent-host") && !page.has("consent-stranger"));
}

/// The pairwise name of Anna at a client, by its authorization code.
async fn name_at(provider: &TestProvider, client: &Value) -> String {
    let mut browser = Browser::new(provider);
    let request = of(client);
    let mut page = browser.log_in(&request, ANNA).await;
    if page.has("consent-allow") {
        page = browser.press(&page, "consent-allow").await;
    }
    let code = page.code();
    let tokens = token(&browser, Some(&own_basic(client)), &request.redemption(&code)).await;
    text(&claims(&text(&tokens.json(), "id_token")), "sub")
}

fn own_basic(client: &Value) -> String {
    basic(&text(client, "client_id"), &text(client, "client_secret"))
}

#[tokio::test]
async fn a_self_registered_client_with_device_grant_does_not_get_the_pairwise_sub_of_a_host() {
    let provider = Setup::new().settings(OPEN).start().await;
    let victim = stranger(&provider, json!({"subject_type": "pairwise"})).await;
    let name = name_at(&provider, &victim).await;
    let partner = stranger(&provider, json!({"subject_type": "pairwise"})).await;
    assert_eq!(name_at(&provider, &partner).await, name, "one host is one sector");
    let members = json!({
        "subject_type": "pairwise", "grant_types": ["authorization_code", DEVICE],
    });
    let thief = stranger(&provider, members).await;
    let mut browser = Browser::new(&provider);
    let codes = device(&provider, &thief).await;
    let page = confirm(&mut browser, &codes).await;
    browser.press(&page, "consent-allow").await.is(200, "device-done");
    let form = [("grant_type", DEVICE), ("device_code", &text(&codes, "device_code"))];
    let tokens = token(&browser, Some(&own_basic(&thief)), &form).await.json();
    assert_ne!(text(&claims(&text(&tokens, "id_token")), "sub"), name);
    let token = text(&tokens, "access_token");
    let userinfo = Application::userinfo(&browser, &token).await.json();
    assert_ne!(text(&userinfo, "sub"), name);
}

#[tokio::test]
async fn a_self_registered_client_moved_to_another_host_gets_no_pairwise_sub_of_that_host() {
    let provider = Setup::new().settings(OPEN).start().await;
    let at = |uri: &str| {
        json!({
            "subject_type": "pairwise", "redirect_uris": [uri],
            "grant_types": ["authorization_code", "refresh_token"],
        })
    };
    let thief = stranger(&provider, at(CALLBACK)).await;
    let mut browser = Browser::new(&provider);
    let page = browser.log_in(&of(&thief), ANNA).await;
    let code = browser.press(&page, "consent-allow").await.code();
    let tokens =
        token(&browser, Some(&own_basic(&thief)), &of(&thief).redemption(&code)).await.json();
    let mut change = at("https://victim.example/cb");
    change["client_id"] = thief["client_id"].clone();
    let bearer = format!("Bearer {}", text(&thief, "registration_access_token"));
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    let uri = text(&thief, "registration_client_uri");
    let changed =
        Browser::new(&provider).send("PUT", &uri, &headers, change.to_string().into()).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let form =
        [("grant_type", "refresh_token"), ("refresh_token", &text(&tokens, "refresh_token"))];
    let refreshed = token(&browser, Some(&own_basic(&thief)), &form).await;
    assert_eq!(refreshed.json()["error"], "invalid_grant");
    let userinfo = Application::userinfo(&browser, &text(&tokens, "access_token")).await;
    assert_eq!(userinfo.status, 401);
}

#[tokio::test]
async fn dcr_section_5_a_sector_identifier_uri_without_redirect_uris_is_refused() {
    let settings = format!("{OPEN}[outbound]\nallow_private_networks = true\n");
    let provider = Setup::new().settings(&settings).start().await;
    let listed = json!([CALLBACK, "http://localhost:8401/cb"]).to_string();
    let port = serve(200, listed).await;
    let sector = format!("http://localhost:{port}/sector.json");
    for (members, status) in [
        (json!({"redirect_uris": [], "response_types": [], "grant_types": [DEVICE]}), 400),
        (json!({"grant_types": ["authorization_code", DEVICE]}), 400),
        (json!({"redirect_uris": ["http://localhost:8401/cb"]}), 400),
        (json!({"backchannel_logout_uri": "https://evil.example/out"}), 400),
        (json!({"redirect_uris": ["https://evil.example/cb"]}), 400),
        (json!({}), 201),
    ] {
        let mut members = members;
        members["subject_type"] = "pairwise".into();
        members["sector_identifier_uri"] = sector.as_str().into();
        let answer = try_register(&provider, members.clone()).await;
        assert_eq!(answer.status, status, "{members} {}", answer.body);
        if status == 400 {
            assert_eq!(answer.json()["error"], "invalid_client_metadata", "{members}");
        }
    }
    // Whatever names are given to it.
    let members = json!({
        "redirect_uris": [], "response_types": [], "grant_types": [DEVICE],
        "subject_type": "public", "sector_identifier_uri": sector,
    });
    let answer = try_register(&provider, members).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    let why = text(&answer.json(), "error_description");
    assert!(why.contains("proves nothing without redirect_uris"), "{why}");
}

#[tokio::test]
async fn uris_called_by_the_provider_must_use_https_unless_private_networks_are_allowed() {
    let members = [
        "jwks_uri",
        "initiate_login_uri",
        "backchannel_logout_uri",
        "sector_identifier_uri",
        "request_uris",
    ];
    for (settings, local) in [
        (OPEN.to_owned(), 400),
        (format!("{OPEN}[outbound]\nallow_private_networks = true\n"), 201),
    ] {
        let provider = Setup::new().settings(&settings).start().await;
        let port = serve(200, json!([CALLBACK]).to_string()).await;
        for member in members {
            for (uri, status) in [
                (format!("http://localhost:{port}/x"), local),
                ("http://rp.example/x".to_owned(), 400),
                ("http://127.0.0.1/x".to_owned(), 400),
                ("https:///x".to_owned(), 400),
                ("https://rp%2eexample/x".to_owned(), 400),
                ("https://rp.example./x".to_owned(), 400),
            ] {
                let uris = json!([uri]);
                let value = if member == "request_uris" { uris } else { uris[0].clone() };
                let answer = try_register(&provider, json!({ member: value })).await;
                assert_eq!(answer.status, status, "{member} {uri} {}", answer.body);
            }
        }
    }
}
