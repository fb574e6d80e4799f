//! Management of a registration ([RFC 7592](https://www.rfc-editor.org/rfc/rfc7592)).

use serde_json::{Value, json};

use crate::rfc7591::{OPEN, metadata, register, serve};
use crate::support::{Answer, Browser, Setup, TestProvider};

/// A client that has registered itself.
struct Registered {
    provider: TestProvider,
    document: Value,
}

impl Registered {
    async fn new(changes: Value) -> Self {
        Self::at(OPEN, None, changes).await
    }

    async fn at(settings: &str, token: Option<&str>, changes: Value) -> Self {
        let provider = Setup::new().settings(settings).start().await;
        let mut metadata = metadata();
        let Value::Object(changes) = changes else { panic!("changes are members") };
        for (member, value) in changes {
            metadata[member] = value;
        }
        let answer = register(&provider, token, &metadata).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        Self { provider, document: answer.json() }
    }

    fn text(&self, member: &str) -> &str {
        self.document[member].as_str().unwrap()
    }

    async fn send(&self, method: &str, token: Option<&str>, body: &Value) -> Answer {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        let body = if method == "PUT" { body.to_string() } else { String::new() };
        let uri = self.text("registration_client_uri");
        Browser::new(&self.provider).send(method, uri, &headers, body.into()).await
    }

    async fn own(&self, method: &str, body: &Value) -> Answer {
        self.send(method, Some(self.text("registration_access_token")), body).await
    }

    /// What a change sends: what was told, without what only our answers hold.
    fn change(&self) -> Value {
        let mut change = self.document.clone();
        for ours in [
            "registration_access_token",
            "registration_client_uri",
            "client_secret_expires_at",
            "client_id_issued_at",
        ] {
            change.as_object_mut().unwrap().remove(ours);
        }
        change
    }
}

#[tokio::test]
async fn section_2_1_reading_a_registration_returns_all_but_the_secret() {
    let client = Registered::new(json!({ "initiate_login_uri": "https://rp.example/in" })).await;
    let answer = client.own("GET", &Value::Null).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    assert_eq!(answer.header("content-type"), "application/json");
    let mut expected = client.document.clone();
    expected.as_object_mut().unwrap().remove("client_secret");
    expected.as_object_mut().unwrap().remove("client_secret_expires_at");
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn section_2_a_wrong_token_and_an_unknown_client_get_the_same_response() {
    let client = Registered::new(json!({})).await;
    let other = register(&client.provider, None, &metadata()).await.json();
    let token = other["registration_access_token"].as_str().unwrap();
    for method in ["GET", "PUT", "DELETE"] {
        let none = client.send(method, None, &client.change()).await;
        assert_eq!((none.status, none.header("www-authenticate")), (401, "Bearer"), "{method}");
        let wrong = client.send(method, Some(token), &client.change()).await;
        assert_eq!(wrong.status, 401, "{method}");
        let headers = [("authorization", "Bearer x"), ("content-type", "application/json")];
        let mut browser = Browser::new(&client.provider);
        for path in ["/register/nobody", "/register/web"] {
            let unknown = browser.send(method, path, &headers, "{}".into()).await;
            assert_eq!((unknown.status, &unknown.body), (401, &wrong.body), "{method} {path}");
        }
    }
    assert_eq!(client.own("GET", &Value::Null).await.status, 200);
}

#[tokio::test]
async fn section_2_2_an_update_replaces_the_metadata_and_keeps_client_id_and_secret() {
    let client = Registered::new(json!({ "policy_uri": "https://rp.example/policy" })).await;
    let mut change = client.change();
    change["client_name"] = "Nya appen".into();
    change["policy_uri"] = Value::Null;
    let answer = client.own("PUT", &change).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let changed = answer.json();
    assert_eq!(changed["client_name"], "Nya appen");
    assert_eq!(changed.get("policy_uri"), None);
    assert_eq!(changed["client_id"], client.document["client_id"]);
    assert_eq!(changed["client_id_issued_at"], client.document["client_id_issued_at"]);
    assert_eq!(changed.get("client_secret"), None, "it is the old one");
    assert_eq!(client.own("GET", &Value::Null).await.json(), changed);
    // The secret that was told at first still authenticates.
    let id = client.text("client_id");
    let header = crate::support::application::basic(id, client.text("client_secret"));
    let fields = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", "x")];
    let browser = Browser::new(&client.provider);
    let token = crate::support::application::token(&browser, Some(&header), &fields).await;
    assert_eq!(token.json()["error"], "invalid_grant", "{}", token.body);
}

#[tokio::test]
async fn section_2_2_an_invalid_update_changes_nothing() {
    let client = Registered::new(json!({})).await;
    let before = client.own("GET", &Value::Null).await.json();
    for (member, value, code) in [
        ("client_id", json!("other"), "invalid_request"),
        ("client_secret", json!("chosen by the client itself, long"), "invalid_client_metadata"),
        ("registration_client_uri", json!("x"), "invalid_request"),
        ("redirect_uris", json!(["https://rp.example/#x"]), "invalid_redirect_uri"),
        ("jwks", json!(7), "invalid_client_metadata"),
    ] {
        let mut change = client.change();
        change[member] = value;
        let answer = client.own("PUT", &change).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some(code)), "{member}");
    }
    assert_eq!(client.own("GET", &Value::Null).await.json(), before);
}

#[tokio::test]
async fn section_2_2_an_update_to_a_secret_based_method_returns_a_new_secret() {
    let client = Registered::new(json!({ "token_endpoint_auth_method": "none" })).await;
    assert_eq!(client.document.get("client_secret"), None);
    let mut change = client.change();
    change["token_endpoint_auth_method"] = "client_secret_post".into();
    let changed = client.own("PUT", &change).await.json();
    assert_eq!(changed["client_secret"].as_str().unwrap().len(), 43);
    assert_eq!(changed["client_secret_expires_at"], 0);
    change["token_endpoint_auth_method"] = "none".into();
    let changed = client.own("PUT", &change).await.json();
    assert_eq!(changed.get("client_secret"), None);
}

#[tokio::test]
async fn section_2_2_an_update_may_contain_the_current_secret_but_no_other() {
    for method in ["client_secret_basic", "client_secret_jwt"] {
        let client = Registered::new(json!({ "token_endpoint_auth_method": method })).await;
        let changed = client.own("PUT", &client.change()).await;
        assert_eq!(changed.status, 200, "{method} {}", changed.body);
        assert_eq!(changed.json().get("client_secret"), None, "{method}");
        let mut change = client.change();
        change["client_secret"] = "another secret, long enough to be".into();
        assert_eq!(client.own("PUT", &change).await.status, 400, "{method}");
    }
}

#[tokio::test]
async fn an_update_with_a_sector_identifier_uri_is_rate_limited_like_a_registration() {
    let port = serve(200, json!(metadata()["redirect_uris"]).to_string()).await;
    let sector = json!({ "sector_identifier_uri": format!("http://localhost:{port}/sector.json") });
    let limited = |mode| {
        format!(
            "{mode}[limits]\nregistration_attempts = 3\n[outbound]\nallow_private_networks = true\n"
        )
    };
    let client = Registered::at(&limited(OPEN), None, sector.clone()).await;
    for _ in 0..2 {
        let answer = client.own("PUT", &client.change()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let more = client.own("PUT", &client.change()).await;
    assert_eq!((more.status, more.header("retry-after")), (429, "2"));
    let mut without = client.change();
    without["sector_identifier_uri"] = Value::Null;
    assert_eq!(client.own("PUT", &without).await.status, 200, "it calls nobody");
    let initial = "0123456789abcdef0123456789abcdef";
    let mode = format!("[registration]\nmode = \"token\"\ninitial_access_token = \"{initial}\"\n");
    let client = Registered::at(&limited(&mode), Some(initial), sector).await;
    for _ in 0..4 {
        assert_eq!(client.own("PUT", &client.change()).await.status, 200, "bound by its token");
    }
}

#[tokio::test]
async fn section_2_3_a_removed_client_is_gone_and_so_is_its_token() {
    let client = Registered::new(json!({})).await;
    let answer = client.own("DELETE", &Value::Null).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(answer.header("cache-control"), "no-store");
    for method in ["GET", "PUT", "DELETE"] {
        assert_eq!(client.own(method, &client.change()).await.status, 401, "{method}");
    }
    let request = crate::support::Application::web().with("client_id", client.text("client_id"));
    Browser::new(&client.provider).get(&request.request()).await.is(400, "error-page");
}
