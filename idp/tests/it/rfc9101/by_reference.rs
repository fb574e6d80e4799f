//! Section 5.2 and OpenID Connect Core section 6.2: the object is fetched from an address of the
//! client's own.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use serde_json::json;

use super::object;
use crate::support::application::{CALLBACK, SECRET};
use crate::support::assertion::{ClientKey, jwks};
use crate::support::{ANNA, Answer, Application, Browser, PASSWORD, Setup, TestProvider};

/// A client's own server, and what it last was asked to accept.
struct Server {
    port: u16,
    told: Arc<Mutex<(u16, String)>>,
    accept: Arc<Mutex<String>>,
}

impl Server {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (told, accept) = (Arc::new(Mutex::new((200, String::new()))), Arc::default());
        let server = Self { port, told: Arc::clone(&told), accept: Arc::clone(&accept) };
        let answer = async move |headers: HeaderMap| {
            *accept.lock().unwrap() = headers["accept"].to_str().unwrap().to_owned();
            let (status, body) = told.lock().unwrap().clone();
            (StatusCode::from_u16(status).unwrap(), body)
        };
        let router = Router::new().route("/ro/{name}", get(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    fn tell(&self, status: u16, body: &str) {
        *self.told.lock().unwrap() = (status, body.to_owned());
    }

    fn uri(&self, name: &str) -> String {
        format!("http://localhost:{}/ro/{name}", self.port)
    }

    async fn provider(&self, signer: &ClientKey) -> TestProvider {
        let settings = format!(
            "[outbound]\nallow_private_networks = true\ntimeout_seconds = 2\n\
             [[client]]\nclient_id = \"keeper\"\nclient_secret = \"{SECRET}\"\n\
             redirect_uris = [\"{CALLBACK}\"]\njwks = {}\n\
             request_uris = [\"{}#first\", \"http://localhost:1/gone\"]\n",
            jwks(&[signer]),
            self.uri("own"),
        );
        Setup::new().settings(&settings).start().await
    }
}

async fn open(browser: &mut Browser, request_uri: &str) -> Answer {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", "keeper"), ("redirect_uri", CALLBACK), ("state", "out")])
        .append_pair("request_uri", request_uri)
        .finish();
    let answer = browser.get(&format!("/authorize?{query}")).await;
    browser.follow(answer).await
}

#[tokio::test]
async fn section_5_2_3_a_registered_address_is_asked_each_time() {
    let (server, signer) = (Server::start().await, ClientKey::new("own"));
    let provider = server.provider(&signer).await;
    let keeper = Application::named("keeper");
    for (number, fragment) in ["#first", "#second", ""].iter().enumerate() {
        let state = format!("inside-{number}");
        let text = signer.sign(&object(&keeper, &json!({"state": state})));
        server.tell(200, &format!("{text}\n"));
        let mut browser = Browser::new(&provider);
        let page = open(&mut browser, &format!("{}{fragment}", server.uri("own"))).await;
        let back = browser.sign_in(page.is(200, "login-submit"), ANNA, PASSWORD).await;
        assert_eq!(back.parameter("state"), Some(state));
        back.code();
    }
    let accept = server.accept.lock().unwrap().clone();
    assert!(accept.starts_with("application/oauth-authz-req+jwt"), "{accept}");
}

#[tokio::test]
async fn oidc_core_section_6_2_no_other_address_and_no_failed_answer_counts() {
    let (server, signer) = (Server::start().await, ClientKey::new("own"));
    let provider = server.provider(&signer).await;
    let mut browser = Browser::new(&provider);
    let text = signer.sign(&object(&Application::named("keeper"), &json!({})));
    let own = server.uri("own");
    let long = "x".repeat(30_000);
    let cases = [
        ("not registered", server.uri("other"), 200, text.as_str(), "invalid_request_uri"),
        ("a longer path", format!("{own}/x"), 200, &text, "invalid_request_uri"),
        ("no address", "nonsense".to_owned(), 200, &text, "invalid_request_uri"),
        ("nobody listens", "http://localhost:1/gone".to_owned(), 200, &text, "invalid_request_uri"),
        ("not found", own.clone(), 404, &text, "invalid_request_uri"),
        ("elsewhere", own.clone(), 302, &text, "invalid_request_uri"),
        ("too long", own.clone(), 200, &long, "invalid_request_uri"),
        ("no object", own.clone(), 200, "<html>", "invalid_request_object"),
    ];
    for (case, uri, status, body, error) in cases {
        server.tell(status, body);
        let answer = open(&mut browser, &uri).await;
        assert_eq!(answer.error(), error, "{case}");
        assert_eq!(answer.parameter("state").as_deref(), Some("out"), "{case}");
    }
}
