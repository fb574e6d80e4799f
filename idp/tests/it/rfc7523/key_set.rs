//! The key set that a client keeps at its `jwks_uri`.

use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use futures_util::future::join_all;
use serde_json::json;

use crate::rfc7591::{OPEN, register};
use crate::support::application::token;
use crate::support::assertion::{ClientKey, JWT_BEARER, assertion, believed, present, refused};
use crate::support::{Answer, Browser, Setup, TestProvider};

/// A client's own server.
#[derive(Clone)]
struct Server {
    port: u16,
    keys: Arc<Mutex<Vec<ClientKey>>>,
    status: Arc<AtomicU16>,
    asked: Arc<AtomicUsize>,
}

impl Server {
    async fn start(key: &ClientKey) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            keys: Arc::new(Mutex::new(vec![key.clone()])),
            status: Arc::new(AtomicU16::new(200)),
            asked: Arc::default(),
        };
        let answering = server.clone();
        let router = Router::new().route(
            "/jwks.json",
            get(move || {
                let server = answering.clone();
                async move {
                    server.asked.fetch_add(1, Ordering::SeqCst);
                    let keys: Vec<_> =
                        server.keys.lock().unwrap().iter().map(ClientKey::public).collect();
                    let status = StatusCode::from_u16(server.status.load(Ordering::SeqCst));
                    (status.unwrap(), json!({ "keys": keys }).to_string())
                }
            }),
        );
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    async fn provider(&self) -> TestProvider {
        self.provider_of(&["away"], "").await
    }

    /// A provider whose clients all keep their keys here.
    async fn provider_of(&self, clients: &[&str], further: &str) -> TestProvider {
        let clients: String = clients.iter().map(|id| client(id, self.port)).collect();
        let settings = format!("{further}{OUTBOUND}{clients}");
        Setup::new().settings(&settings).start().await
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn answers(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    fn has(&self, keys: &[&ClientKey]) {
        *self.keys.lock().unwrap() = keys.iter().map(|key| (*key).clone()).collect();
    }
}

const OUTBOUND: &str = "[outbound]\nallow_private_networks = true\ntimeout_seconds = 2\n";

/// A client whose keys, and whose request objects, are kept at this port.
fn client(id: &str, port: u16) -> String {
    format!(
        "[[client]]\nclient_id = \"{id}\"\nredirect_uris = [\"https://rp.example/cb\"]\n\
         token_endpoint_auth_method = \"private_key_jwt\"\n\
         jwks_uri = \"http://localhost:{port}/jwks.json\"\n\
         request_uris = [\"http://localhost:{port}/ro\"]\n"
    )
}

async fn sent(provider: &TestProvider, key: &ClientKey) -> Answer {
    present(provider, &key.sign(&assertion(provider, "away"))).await
}

#[tokio::test]
async fn a_key_set_is_fetched_once_for_parallel_requests_and_again_after_five_minutes() {
    let key = ClientKey::new("k-1");
    let server = Server::start(&key).await;
    let provider = server.provider().await;
    let answers = join_all((0..8).map(|_| sent(&provider, &key))).await;
    answers.iter().for_each(believed);
    assert_eq!(server.asked(), 1);
    provider.pass(299);
    believed(&sent(&provider, &key).await);
    assert_eq!(server.asked(), 1);
    provider.pass(1);
    believed(&sent(&provider, &key).await);
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn an_unknown_kid_causes_a_fetch_at_most_once_a_minute() {
    let (old, new) = (ClientKey::new("k-1"), ClientKey::new("k-2"));
    let server = Server::start(&old).await;
    let provider = server.provider().await;
    believed(&sent(&provider, &old).await);
    server.has(&[&new]);
    provider.pass(60);
    believed(&sent(&provider, &new).await);
    assert_eq!(server.asked(), 2);
    refused(&sent(&provider, &old).await);
    for _ in 0..3 {
        refused(&sent(&provider, &ClientKey::new("k-3")).await);
    }
    assert_eq!(server.asked(), 2, "asked a moment ago");
    provider.pass(60);
    refused(&sent(&provider, &ClientKey::new("k-3")).await);
    assert_eq!(server.asked(), 3);
    believed(&sent(&provider, &new).await);
}

#[tokio::test]
async fn the_last_key_set_is_used_while_jwks_uri_is_unavailable() {
    let key = ClientKey::new("k-1");
    let server = Server::start(&key).await;
    let provider = server.provider().await;
    believed(&sent(&provider, &key).await);
    server.answers(500);
    provider.pass(300);
    believed(&sent(&provider, &key).await);
    believed(&sent(&provider, &key).await);
    assert_eq!(server.asked(), 2, "asked a moment ago");
}

#[tokio::test]
async fn a_key_set_that_was_never_fetched_is_an_invalid_client_error() {
    let key = ClientKey::new("k-1");
    let server = Server::start(&key).await;
    server.answers(404);
    let provider = server.provider().await;
    for _ in 0..2 {
        let answer = sent(&provider, &key).await;
        refused(&answer);
        let told = answer.json()["error_description"].as_str().unwrap().to_owned();
        assert!(told.contains("could not be fetched"), "{told}");
    }
    assert_eq!(server.asked(), 1);
    server.answers(200);
    provider.pass(10);
    believed(&sent(&provider, &key).await);
}

#[tokio::test]
async fn a_fetch_without_free_place_is_503_and_does_not_block_other_purposes() {
    let key = ClientKey::new("k-1");
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let clients: String = (0..6).map(|number| client(&format!("c-{number}"), port)).collect();
    let provider = Setup::new().settings(&format!("{OUTBOUND}{clients}")).start().await;
    let (provider, key) = (&provider, &key);
    let ask = async |number: usize| {
        let name = format!("c-{number}");
        present(provider, &key.sign(&assertion(provider, &name))).await
    };
    let open = async |number: usize| {
        let ro = format!("http%3A%2F%2Flocalhost%3A{port}%2Fro");
        let query = format!("client_id=c-{number}&request_uri={ro}");
        Browser::new(provider).get(&format!("/authorize?{query}")).await
    };
    let (answers, pages) = tokio::join!(join_all((0..6).map(ask)), join_all((0..6).map(open)),);
    let said = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((said(401), said(503)), (4, 2), "four at once for one host, the others without one");
    for answer in answers.iter().filter(|answer| answer.status == 503) {
        assert_eq!(answer.json()["error"], "temporarily_unavailable", "{}", answer.body);
        assert_eq!(answer.header("retry-after"), "5");
    }
    let said = |status: u16| pages.iter().filter(|page| page.status == status).count();
    assert_eq!((said(400), said(503)), (4, 2));
}

/// Presents an assertion from an address.
async fn sent_from(
    provider: &TestProvider,
    address: [u8; 4],
    (client_id, key): (&str, &ClientKey),
) -> Answer {
    let signed = key.sign(&assertion(provider, client_id));
    let form = [
        ("grant_type", "authorization_code"),
        ("code", "unknown"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", &signed),
    ];
    token(&Browser::new(provider).at(address), None, &form).await
}

#[tokio::test]
async fn key_set_fetches_are_limited_per_network_and_per_client() {
    let key = ClientKey::new("k-1");
    let server = Server::start(&key).await;
    let clients = ["a", "b", "c", "d", "e"];
    let provider = server.provider_of(&clients, "[limits]\nbegun_per_minute = 2\n").await;
    let here = [192, 0, 2, 1];
    for id in ["a", "b"] {
        assert_eq!(sent_from(&provider, here, (id, &key)).await.status, 400, "{id}");
    }
    assert_eq!(sent_from(&provider, here, ("c", &key)).await.status, 429);
    assert_eq!(server.asked(), 2);
    assert_eq!(sent_from(&provider, here, ("a", &key)).await.status, 400, "its keys are known");
    let there = [198, 51, 100, 1];
    let answer = sent_from(&provider, there, ("c", &key)).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    // A failed fetch may be tried again after ten seconds, but not from ever other networks.
    server.answers(404);
    for (network, status) in [(1, 401), (2, 401), (3, 429)] {
        provider.pass(10);
        let answer = sent_from(&provider, [203, 0, network, 1], ("d", &key)).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    assert_eq!(server.asked(), 5);
}

#[tokio::test]
async fn slow_key_sets_of_self_registered_clients_do_not_block_configured_clients() {
    let key = ClientKey::new("k-1");
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let settings = format!("{OPEN}{OUTBOUND}{}", client("own", port));
    let provider = Setup::new().settings(&settings).start().await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        let metadata = json!({
            "redirect_uris": ["https://rp.example/cb"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": format!("http://localhost:{port}/jwks.json"),
        });
        let registered = register(&provider, None, &metadata).await;
        ids.push(registered.json()["client_id"].as_str().unwrap().to_owned());
    }
    ids.push("own".to_owned());
    let (provider, key) = (&provider, &key);
    let ask = async |id: &String| present(provider, &key.sign(&assertion(provider, id))).await;
    let answers = join_all(ids.iter().map(ask)).await;
    // Nobody answers, which is the fault of each; the own client was not kept waiting for a place.
    for (id, answer) in ids.iter().zip(&answers) {
        assert_eq!(answer.status, 401, "{id}: {}", answer.body);
    }
}
