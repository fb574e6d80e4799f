//! Floods of strangers, and what is left of them in the database: each network keeps its share
//! (`limits.begun_per_network`), and each browser its own (`limits.begun_per_browser`).

use serde_json::{Value, json};

use crate::support::application::basic;
use crate::support::party::{call, parties};
use crate::support::proof::Holder;
use crate::support::{ANNA, Application, Browser, PASSWORD, TestProvider};

const SMALL: &str = r#"
[limits]
begun_per_network = 5
begun_per_browser = 3

[registration]
mode = "open"

[[client]]
client_id = "wall"
redirect_uris = ["https://rp.example/cb"]
token_endpoint_auth_method = "none"
grant_types = ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"]

[[client]]
client_id = "tv"
client_secret = "0123456789abcdef0123456789abcdef"
grant_types = ["urn:ietf:params:oauth:grant-type:device_code"]
"#;

/// Runs a case on both back ends.
async fn on_both(case: impl AsyncFn(TestProvider)) {
    for provider in parties().settings(SMALL).start_on_both().await {
        case(provider).await;
    }
}

/// Rows of a table, and the bytes of all of them as text.
async fn kept(provider: &TestProvider, table: &str) -> (usize, usize) {
    let rows = provider.rows().await;
    (rows[table].lines().count(), rows[table].len())
}

fn long() -> String {
    "s".repeat(2_000)
}

#[tokio::test]
async fn a_flood_of_logins_from_one_network_keeps_a_limited_number_and_affects_no_other() {
    on_both(async |provider| {
        let application = || Application::web().with("state", &long());
        let mut other = Browser::new(&provider).at([198, 51, 100, 7]);
        let page = other.begin(&application()).await;
        let mut last = Browser::new(&provider);
        for number in 0..40 {
            last = Browser::new(&provider);
            let page = last.begin(&application()).await;
            page.is(200, "login-submit");
            if number % 2 == 0 {
                last.press(&page, "login-cancel").await;
            }
        }
        let (rows, bytes) = kept(&provider, "interactions").await;
        assert_eq!(rows, 5 + 1);
        assert!(bytes < rows * 4_000, "{bytes}");
        other.sign_in(&page, ANNA, PASSWORD).await.code();
        last.log_in(&application(), ANNA).await.code();
    })
    .await;
}

#[tokio::test]
async fn a_browser_keeps_its_newest_logins_and_a_network_those_with_a_proven_password() {
    on_both(async |provider| {
        let mut browser = Browser::new(&provider);
        browser.begin(&Application::web()).await;
        let mut pages = Vec::new();
        for _ in 0..9 {
            // Within a second it is chance which of them is the oldest.
            provider.pass(1);
            pages.push(browser.begin(&Application::web()).await);
        }
        assert_eq!(kept(&provider, "interactions").await.0, 3);
        let gone = browser.get(&pages[0].path.clone()).await;
        assert!((400..500).contains(&gone.status), "{}", gone.status);
        browser.sign_in(&pages[8], ANNA, PASSWORD).await.code();
        // What got a password stays, however many strangers come after.
        for _ in 0..9 {
            Browser::new(&provider).begin(&Application::web()).await.is(200, "login-submit");
        }
        assert_eq!(kept(&provider, "interactions").await.0, 5 + 1);
    })
    .await;
}

/// Registers a client, and tells its name and secret.
async fn register(provider: &TestProvider) -> (String, String) {
    let metadata = json!({
        "client_name": "A", "redirect_uris": ["https://rp.example/cb"],
        "grant_types": ["authorization_code", "client_credentials"],
    });
    let headers = [("content-type", "application/json")];
    let body = metadata.to_string().into();
    let client: Value =
        Browser::new(provider).send("POST", "/register", &headers, body).await.json();
    let text = |name: &str| client[name].as_str().unwrap().to_owned();
    (text("client_id"), text("client_secret"))
}

#[tokio::test]
async fn stored_pushed_requests_are_limited_for_public_and_self_registered_clients_only() {
    on_both(async |provider| {
        let (id, secret) = register(&provider).await;
        let authorization = basic(&id, &secret);
        let request = Application::web().with("client_id", &id).with("state", &long());
        for _ in 0..12 {
            let headers = [("authorization", authorization.as_str())];
            let mut server = Browser::new(&provider);
            let pushed = server.post_with("/par", &request.pairs(), &headers).await;
            assert_eq!(pushed.status, 201, "{}", pushed.body);
            let spa = Application::new("spa").with("state", &long());
            assert_eq!(call(&provider, "/par", "spa", &spa.pairs(), None).await.status, 201);
        }
        let (rows, bytes) = kept(&provider, "pushed_requests").await;
        assert_eq!(rows, 5);
        assert!(bytes < rows * 4_000, "{bytes}");
        for _ in 0..12 {
            let own = Application::new("server");
            assert_eq!(call(&provider, "/par", "server", &own.pairs(), None).await.status, 201);
        }
        assert_eq!(kept(&provider, "pushed_requests").await.0, 5 + 12);
    })
    .await;
}

#[tokio::test]
async fn stored_device_codes_are_limited_for_public_clients_only() {
    on_both(async |provider| {
        let mut codes = Vec::new();
        for _ in 0..12 {
            let wall = [("client_id", "wall")];
            let begun = Browser::new(&provider).post("/device_authorization", &wall).await;
            assert_eq!(begun.status, 200, "{}", begun.body);
            codes.push(begun.json()["device_code"].as_str().unwrap().to_owned());
            provider.pass(1);
        }
        assert_eq!(kept(&provider, "device_codes").await.0, 5);
        let grant = ("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
        for (code, error) in [(&codes[0], "invalid_grant"), (&codes[11], "authorization_pending")] {
            let form = [grant, ("device_code", code.as_str()), ("client_id", "wall")];
            let asked = Browser::new(&provider).post("/token", &form).await;
            assert_eq!(asked.json()["error"], error);
        }
        for _ in 0..12 {
            assert_eq!(call(&provider, "/device_authorization", "tv", &[], None).await.status, 200);
        }
        assert_eq!(kept(&provider, "device_codes").await.0, 5 + 12);
    })
    .await;
}

#[tokio::test]
async fn client_credentials_grants_of_a_self_registered_client_are_limited() {
    let settings = "[limits]\nbegun_per_minute = 100\n[registration]\nmode = \"open\"\n";
    for provider in parties().settings(settings).start_on_both().await {
        let (id, secret) = register(&provider).await;
        let authorization = basic(&id, &secret);
        let headers = [("authorization", authorization.as_str())];
        let own = [("grant_type", "client_credentials")];
        for number in 0..9 {
            let mut server = Browser::new(&provider);
            let answer = server.post_with("/token", &own, &headers).await;
            assert_eq!(answer.status, if number < 5 { 200 } else { 429 }, "{}", answer.body);
        }
        assert_eq!(kept(&provider, "grants").await.0, 5);
        assert_eq!(kept(&provider, "access_tokens").await.0, 5);
        for _ in 0..9 {
            assert_eq!(call(&provider, "/token", "server", &own, None).await.status, 200);
        }
    }
}

#[tokio::test]
async fn stored_dpop_proofs_of_unauthenticated_callers_are_limited_per_minute() {
    for provider in parties().settings("[limits]\nbegun_per_minute = 4\n").start_on_both().await {
        let holder = Holder::new();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", "unknown"),
            ("redirect_uri", "https://rp.example/cb"),
            ("code_verifier", "0123456789012345678901234567890123456789012"),
        ];
        for number in 0..9 {
            let proof = holder.at_token(&provider);
            let answer = call(&provider, "/token", "bound", &form, Some(&proof)).await;
            let expected = if number < 4 { "invalid_grant" } else { "temporarily_unavailable" };
            assert_eq!(answer.json()["error"], expected, "{}", answer.body);
        }
        // A client of ours that does not prove who it is leaves nothing at all.
        let client = [("grant_type", "client_credentials")];
        for _ in 0..3 {
            let (wrong, proof) = (basic("server", "wrong"), holder.at_token(&provider));
            let headers = [("authorization", wrong.as_str()), ("dpop", proof.as_str())];
            let mut caller = Browser::new(&provider);
            let refused = caller.post_with("/token", &client, &headers).await;
            assert_eq!(refused.status, 401);
        }
        assert_eq!(kept(&provider, "used_ids").await.0, 4);
        for _ in 0..9 {
            let proof = holder.at_token(&provider);
            let answer = call(&provider, "/token", "server", &client, Some(&proof)).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    }
}
