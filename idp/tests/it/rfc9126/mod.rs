//! [RFC 9126](https://www.rfc-editor.org/rfc/rfc9126): requests that are handed over beforehand.

mod request_uri;

use crate::secret_leaks::holds;
use crate::support::application::{CALLBACK, SECRET, basic};
use crate::support::{Answer, Application, Browser, Setup, TestProvider, encoded};

/// Clients that must push, one with a place to begin again.
fn clients() -> String {
    let client = |id: &str, more: &str| {
        format!(
            "[[client]]\nclient_id = \"{id}\"\nclient_secret = \"{SECRET}\"\n\
             redirect_uris = [\"{CALLBACK}\"]\n{more}\n"
        )
    };
    client("pusher", "require_pushed_authorization_requests = true")
        + &client("starter", "initiate_login_uri = \"https://rp.example/start?x=1\"")
}

async fn provider() -> TestProvider {
    Setup::new().settings(&clients()).start().await
}

/// Pushes the request of an application, with its own credentials.
async fn push(provider: &TestProvider, application: &Application) -> Answer {
    let mut fields = application.pairs();
    match application.id {
        "idep" => fields.push(("client_secret", SECRET)),
        "public" => {}
        id => return send(provider, Some(&basic(id, SECRET)), &fields).await,
    }
    send(provider, None, &fields).await
}

async fn send(
    provider: &TestProvider,
    authorization: Option<&str>,
    fields: &[(&str, &str)],
) -> Answer {
    let headers: Vec<_> = authorization.map(|value| ("authorization", value)).into_iter().collect();
    Browser::new(provider).post_with("/par", fields, &headers).await
}

/// The address to send a browser to, for a request that was taken.
pub(crate) async fn pushed(provider: &TestProvider, application: &Application) -> String {
    let answer = push(provider, application).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let request_uri = answer.json()["request_uri"].as_str().unwrap().to_owned();
    address(application.id, &request_uri, &[])
}

fn address(client_id: &str, request_uri: &str, beside: &[(&str, &str)]) -> String {
    let own = [("client_id", client_id), ("request_uri", request_uri)];
    format!("/authorize?{}", encoded(&[&own[..], beside].concat()))
}

#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str) {
    let told = &answer.json()["error"];
    assert_eq!((answer.status, told), (status, &error.into()), "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn section_2_2_the_response_has_an_unguessable_request_uri() {
    let provider = provider().await;
    for application in [Application::web(), Application::idep(), Application::public()] {
        let answer = push(&provider, &application).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
        let json = answer.json();
        assert_eq!(json.as_object().unwrap().len(), 2);
        assert_eq!(json["expires_in"], 90);
        let request_uri = json["request_uri"].as_str().unwrap();
        let secret = request_uri.strip_prefix("urn:ietf:params:oauth:request_uri:").unwrap();
        assert_eq!(secret.len(), 43);
    }
}

#[tokio::test]
async fn section_2_1_the_client_authenticates_as_at_the_token_endpoint() {
    let provider = provider().await;
    let web = Application::web();
    let fields = web.pairs();
    for authorization in [None, Some(basic("web", "wrong"))] {
        let answer = send(&provider, authorization.as_deref(), &fields).await;
        refused(&answer, 401, "invalid_client");
    }
    let idep = basic("idep", SECRET);
    refused(&send(&provider, Some(&idep), &fields).await, 400, "invalid_request");
    let unnamed: Vec<_> = fields.iter().copied().filter(|(name, _)| *name != "client_id").collect();
    let answer = send(&provider, Some(&basic("web", SECRET)), &unnamed).await;
    assert_eq!(answer.status, 201, "whoever authenticated is the client: {}", answer.body);
}

#[tokio::test]
async fn section_2_1_and_2_3_an_invalid_pushed_request_is_refused() {
    let provider = provider().await;
    let web = Application::web;
    let reference = "urn:ietf:params:oauth:request_uri:x";
    let cases = [
        ("a reference", web().with("request_uri", reference), "invalid_request"),
        ("an address", web().with("request_uri", "https://rp.example/ro"), "invalid_request"),
        ("no redirect_uri", web().without("redirect_uri"), "invalid_request"),
        ("another's", web().with("redirect_uri", "https://evil.example/cb"), "invalid_request"),
        ("no response_type", web().without("response_type"), "invalid_request"),
        ("token", web().with("response_type", "token"), "unsupported_response_type"),
        ("no challenge", web().without("code_challenge"), "invalid_request"),
        ("plain", web().with("code_challenge_method", "plain"), "invalid_request"),
        ("doubled", web().and("state", "x"), "invalid_request"),
        ("scope", web().with("scope", "cosmos"), "invalid_scope"),
        ("a prompt", web().with("prompt", "none login"), "invalid_request"),
        ("claims", web().with("claims", "{"), "invalid_request"),
        ("a resource", web().with("resource", "https://api.example/"), "invalid_target"),
        ("registration", web().with("registration", "{}"), "registration_not_supported"),
    ];
    for (case, request, error) in cases {
        let answer = push(&provider, &request).await;
        assert_eq!(answer.json()["error"], error, "{case}: {}", answer.body);
        refused(&answer, 400, error);
        assert_eq!(answer.location(), "", "{case}");
    }
}

#[tokio::test]
async fn section_2_3_the_endpoint_accepts_only_a_form_by_post() {
    let provider = provider().await;
    let mut browser = Browser::new(&provider);
    for method in ["GET", "PUT", "DELETE"] {
        let answer = browser.send(method, "/par", &[], String::new().into()).await;
        assert_eq!(answer.status, 405, "{method}");
    }
    let headers = [("content-type", "application/json")];
    let json = browser.send("POST", "/par", &headers, "{}".into()).await;
    refused(&json, 400, "invalid_request");
}

#[tokio::test]
async fn sections_5_and_6_a_request_not_pushed_is_refused_if_pushing_is_required() {
    let provider = provider().await;
    let mut browser = Browser::new(&provider);
    let pusher = Application::named("pusher");
    let answer = browser.get(&pusher.request()).await;
    assert_eq!(answer.error(), "invalid_request");
    assert_eq!(answer.parameter("state").as_deref(), Some("st-1"));
    let elsewhere = pusher.clone().with("redirect_uri", "https://evil.example/cb");
    browser.get(&elsewhere.request()).await.is(400, "error-page");
    let page = browser.get(&pushed(&provider, &pusher).await).await;
    browser.follow(page).await.is(200, "login-submit");
    let metadata = browser.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["require_pushed_authorization_requests"], false);

    let settings = "[authorization]\nrequire_pushed_requests = true\npushed_request_seconds = 60\n";
    let provider = Setup::new().settings(settings).start().await;
    let mut browser = Browser::new(&provider);
    let metadata = browser.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["require_pushed_authorization_requests"], true);
    let par = metadata["pushed_authorization_request_endpoint"].as_str().unwrap();
    assert_eq!(par, format!("{}/par", provider.issuer()));
    let web = Application::web();
    assert_eq!(browser.get(&web.request()).await.error(), "invalid_request");
    assert_eq!(push(&provider, &web).await.json()["expires_in"], 60);
    let page = browser.get(&pushed(&provider, &web).await).await;
    browser.follow(page).await.is(200, "login-submit");
}

#[tokio::test]
async fn rfc_6749_section_3_1_unknown_parameters_are_ignored_and_not_stored() {
    let provider = provider().await;
    let strange = |marker| {
        let request = Application::public().with("state", &format!("kept-{marker}"));
        request
            .with("client_secret", &format!("hush-{marker}"))
            .with("extra", &format!("x-{marker}"))
    };
    let mut browser = Browser::new(&provider);
    let page = browser.get(&strange("sent").request()).await;
    browser.follow(page).await.is(200, "login-submit");
    let pushing = strange("pushed").without("client_secret").with("client_password", "hush-pushed");
    let page = browser.get(&pushed(&provider, &pushing).await).await;
    browser.follow(page).await.is(200, "login-submit");
    let stored = provider.stored();
    for marker in ["sent", "pushed"] {
        assert!(holds(&stored, &format!("kept-{marker}")), "{marker}");
        assert!(!holds(&stored, &format!("hush-{marker}")), "{marker}");
        assert!(!holds(&stored, &format!("x-{marker}")), "{marker}");
    }
}
