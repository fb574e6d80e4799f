//! Back-Channel Logout: the provider tells each application itself.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use idp::oidc::back_channel_logout::State;
use serde_json::{Value, json};

use crate::support::application::claims;
use crate::support::{ANNA, Application, Browser, Setup, TestProvider};

/// An application's own server.
#[derive(Clone)]
struct Server {
    port: u16,
    status: Arc<AtomicU16>,
    told: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            status: Arc::new(AtomicU16::new(200)),
            told: Arc::default(),
        };
        let answering = server.clone();
        let take = move |body: String| async move {
            answering.told.lock().unwrap().push(body);
            StatusCode::from_u16(answering.status.load(Ordering::SeqCst)).unwrap()
        };
        let router = Router::new().route("/logout", post(take));
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    /// A provider that knows two applications to be told, and one that does not want to be.
    async fn provider(&self) -> TestProvider {
        let client = |id: &str| {
            format!(
                "[[client]]\nclient_id = \"{id}\"\nclient_secret = \
                 \"0123456789abcdef0123456789abcdef\"\nredirect_uris = [\"https://rp.example/cb\"]\n\
                 backchannel_logout_uri = \"http://localhost:{}/logout\"\n",
                self.port
            )
        };
        let settings = format!(
            "[outbound]\nallow_private_networks = true\ntimeout_seconds = 2\n{}{}",
            client("first"),
            client("second")
        );
        Setup::new().settings(&settings).start().await
    }

    /// The logout tokens that came, each alone in its form.
    fn tokens(&self) -> Vec<String> {
        let told = self.told.lock().unwrap();
        told.iter().map(|body| body.strip_prefix("logout_token=").unwrap().to_owned()).collect()
    }
}

async fn log_out(browser: &mut Browser) {
    let page = browser.get("/end_session").await;
    browser.press(&page, "logout-confirm").await.is(200, "logout-done");
}

fn header(token: &str) -> Value {
    use base64::Engine as _;
    let header = token.split('.').next().unwrap();
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap();
    serde_json::from_slice(&header).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn section_2_5_every_client_of_the_session_gets_its_own_logout_token() {
    let server = Server::start().await;
    let provider = server.provider().await;
    let mut browser = Browser::new(&provider);
    let first = Application::new("first");
    let code = browser.log_in(&first, ANNA).await.code();
    let one = first.redeem(&browser, &code).await;
    let second = Application::new("second");
    let code = browser.begin(&second).await.code();
    let two = second.redeem(&browser, &code).await;
    browser.begin(&Application::web()).await.code();
    log_out(&mut browser).await;
    assert_eq!(provider.app.provider.notify_clients().await.unwrap(), 2);
    let tokens = server.tokens();
    let mut told: Vec<_> = tokens.iter().map(|token| claims(token)).collect();
    told.sort_by_key(|claims| claims["aud"].as_str().unwrap().to_owned());
    for (told, id_token) in told.iter().zip([&one.claims, &two.claims]) {
        for name in ["iss", "sub", "sid"] {
            assert_eq!(told[name], id_token[name], "{name}");
        }
        assert_eq!(told["aud"], id_token["aud"][0]);
        let event = "http://schemas.openid.net/event/backchannel-logout";
        assert_eq!(told["events"], json!({ event: {} }));
        assert!(told.get("nonce").is_none() && told["exp"].as_i64() > told["iat"].as_i64());
    }
    assert_ne!(told[0]["sid"], told[1]["sid"], "two applications cannot compare sessions");
    assert!(tokens.iter().all(|token| header(token)["typ"] == "logout+jwt"));
    assert_eq!(provider.app.provider.notify_clients().await.unwrap(), 0, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn section_2_8_a_failed_logout_is_retried_with_a_new_jti() {
    let server = Server::start().await;
    let provider = server.provider().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::new("first"), ANNA).await.code();
    server.status.store(503, Ordering::SeqCst);
    log_out(&mut browser).await;
    assert_eq!(provider.app.provider.notify_clients().await.unwrap(), 1);
    assert_eq!(provider.app.provider.notify_clients().await.unwrap(), 0, "not at once");
    let kept = provider.store().logouts(10).await.unwrap();
    assert_eq!((kept[0].state, kept[0].attempts), (State::Open, 1));
    assert_eq!(kept[0].outcome.as_deref(), Some("answered 503"));

    // The provider is started anew in between; the application is well again.
    let again = provider.again().await;
    again.clock.advance(5);
    server.status.store(204, Ordering::SeqCst);
    assert_eq!(again.app.provider.notify_clients().await.unwrap(), 1);
    assert_eq!(again.store().logouts(10).await.unwrap()[0].state, State::Told);
    let tokens = server.tokens();
    assert_ne!(claims(&tokens[0])["jti"], claims(&tokens[1])["jti"]);
    assert_eq!(claims(&tokens[0])["sid"], claims(&tokens[1])["sid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_always_fails_is_given_up_after_ten_attempts() {
    let server = Server::start().await;
    let provider = server.provider().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::new("first"), ANNA).await.code();
    server.status.store(500, Ordering::SeqCst);
    log_out(&mut browser).await;
    for _ in 0..20 {
        provider.app.provider.notify_clients().await.unwrap();
        provider.clock.advance(14_400);
    }
    assert_eq!(provider.store().logouts(10).await.unwrap()[0].state, State::GivenUp);
    assert_eq!(server.tokens().len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_nodes_sends_the_logout_token() {
    let server = Server::start().await;
    let provider = server.provider().await;
    let other = provider.again().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::new("first"), ANNA).await.code();
    log_out(&mut browser).await;
    let (one, two) =
        tokio::join!(provider.app.provider.notify_clients(), other.app.provider.notify_clients());
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(server.tokens().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn disabling_an_account_sends_logout_tokens() {
    let server = Server::start().await;
    let provider = server.provider().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::new("first"), ANNA).await.code();
    assert!(provider.store().disable_account(ANNA, provider.clock.now()).await.unwrap());
    assert_eq!(provider.app.provider.notify_clients().await.unwrap(), 1);
    assert_eq!(server.tokens().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_token_of_a_client_without_back_channel_logout_has_no_sid() {
    let server = Server::start().await;
    let provider = server.provider().await;
    let mut browser = Browser::new(&provider);
    let code = browser.log_in(&Application::web(), ANNA).await.code();
    assert!(Application::web().redeem(&browser, &code).await.claims.get("sid").is_none());
}
