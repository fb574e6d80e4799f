//! Section 5.2 and OpenID Connect Core section 6.2: the object is fetched from an address of the
//! client's own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use serde_json::json;

use super::object;
use crate::support::NOW;
use crate::support::application::{CALLBACK, SECRET};
use crate::support::assertion::{ClientKey, jwks};
use crate::support::{ANNA, Answer, Application, Browser, PASSWORD, Setup, TestProvider, encoded};

/// A client's own server, and what it last was asked to accept.
struct Server {
    port: u16,
    told: Arc<Mutex<(u16, String)>>,
    accept: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl Server {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (told, accept) = (Arc::new(Mutex::new((200, String::new()))), Arc::default());
        let asked = Arc::new(AtomicUsize::new(0));
        let server = Self {
            port,
            told: Arc::clone(&told),
            accept: Arc::clone(&accept),
            asked: Arc::clone(&asked),
        };
        let answer = async move |headers: HeaderMap| {
            asked.fetch_add(1, Ordering::SeqCst);
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

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn uri(&self, name: &str) -> String {
        format!("http://localhost:{}/ro/{name}", self.port)
    }

    async fn provider(&self, signer: &ClientKey) -> TestProvider {
        self.provider_with(signer, "").await
    }

    async fn provider_with(&self, signer: &ClientKey, further: &str) -> TestProvider {
        let settings = format!(
            "{further}[outbound]\nallow_private_networks = true\ntimeout_seconds = 2\n\
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
    let own = [("client_id", "keeper"), ("redirect_uri", CALLBACK), ("state", "out")];
    let query = encoded(&[&own[..], &[("request_uri", request_uri)]].concat());
    let answer = browser.get(&format!("/authorize?{query}")).await;
    browser.follow(answer).await
}

#[tokio::test]
async fn section_5_2_3_a_registered_request_uri_is_fetched_for_each_fragment() {
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
async fn oidc_core_section_6_2_unregistered_request_uris_and_failed_responses_are_refused() {
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
        // A failure is remembered for a while.
        provider.pass(10);
        let answer = open(&mut browser, &uri).await;
        assert_eq!(answer.error(), error, "{case}");
        assert_eq!(answer.parameter("state").as_deref(), Some("out"), "{case}");
    }
}

#[tokio::test]
async fn oidc_core_section_6_2_request_objects_and_failures_are_cached() {
    let (server, signer) = (Server::start().await, ClientKey::new("own"));
    let provider = server.provider(&signer).await;
    let lasting = json!({"exp": NOW.0 + 3_000});
    server.tell(200, &signer.sign(&object(&Application::named("keeper"), &lasting)));
    for (fragment, seconds) in [("", 30), ("#first", 300)] {
        let (uri, before) = (format!("{}{fragment}", server.uri("own")), server.asked());
        for _ in 0..5 {
            open(&mut Browser::new(&provider), &uri).await.is(200, "login-submit");
        }
        assert_eq!(server.asked(), before + 1, "{uri}");
        provider.pass(seconds);
        open(&mut Browser::new(&provider), &uri).await.is(200, "login-submit");
        assert_eq!(server.asked(), before + 2, "{uri}");
    }
    provider.pass(300);
    server.tell(500, "");
    let before = server.asked();
    for number in 0..5 {
        let uri = format!("{}#{number}", server.uri("own"));
        let answer = open(&mut Browser::new(&provider), &uri).await;
        assert_eq!(answer.error(), "invalid_request_uri");
    }
    assert_eq!(server.asked(), before + 1, "another version is no other server");
}

#[tokio::test]
async fn a_network_over_its_login_limit_causes_no_fetch_of_request_uri() {
    let (server, signer) = (Server::start().await, ClientKey::new("own"));
    let limits = "[limits]\nbegun_per_minute = 3\n";
    let provider = server.provider_with(&signer, limits).await;
    server.tell(404, "");
    let fetch = async |number: u8| {
        provider.pass(10);
        let uri = server.uri("own");
        open(&mut Browser::new(&provider).at([192, 0, 2, number]), &uri).await
    };
    // Calls that come to nothing are counted as well, for the network as a whole.
    for number in 0..3 {
        assert_eq!(fetch(number).await.error(), "invalid_request_uri");
    }
    assert_eq!((fetch(3).await.status, server.asked()), (429, 3));
    provider.pass(60);
    for _ in 0..3 {
        Browser::new(&provider).begin(&Application::web()).await.is(200, "login-submit");
    }
    let mut browser = Browser::new(&provider);
    assert_eq!(open(&mut browser, &server.uri("own")).await.status, 429);
    assert_eq!(server.asked(), 3);
    // Another network still may.
    let mut other = Browser::new(&provider).at([198, 51, 100, 1]);
    assert_eq!(open(&mut other, &server.uri("own")).await.error(), "invalid_request_uri");
    assert_eq!(server.asked(), 4);
}
