//! Dynamic client registration
//! ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591),
//! [OpenID Connect Dynamic Client Registration](https://openid.net/specs/openid-connect-registration-1_0.html)).

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::application::{CALLBACK, basic};
use crate::support::{ANNA, Answer, Application, Browser, PASSWORD, Setup, TestProvider};

pub(crate) const OPEN: &str = "[registration]\nmode = \"open\"\n";
const INITIAL: &str = "0123456789abcdef0123456789abcdef";

/// Sends a registration request.
pub(crate) async fn register(
    provider: &TestProvider,
    token: Option<&str>,
    metadata: &Value,
) -> Answer {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
    let body = metadata.to_string().into();
    Browser::new(provider).send("POST", "/register", &headers, body).await
}

pub(crate) fn metadata() -> Value {
    json!({ "client_name": "Appen", "redirect_uris": [CALLBACK] })
}

#[tokio::test]
async fn section_3_without_configuration_there_is_no_registration_endpoint() {
    let provider = TestProvider::start().await;
    assert_eq!(register(&provider, None, &metadata()).await.status, 404);
    let mut browser = Browser::new(&provider);
    assert_eq!(browser.get("/register/web").await.status, 404);
    let published = browser.get("/.well-known/openid-configuration").await.json();
    assert_eq!(published.get("registration_endpoint"), None);
}

#[tokio::test]
async fn section_3_2_1_a_registered_client_can_log_users_in() {
    let provider = Setup::new().settings(OPEN).start().await;
    let mut browser = Browser::new(&provider);
    let published = browser.get("/.well-known/openid-configuration").await.json();
    assert_eq!(published["registration_endpoint"], "https://login.example.se/register");
    let answer = register(&provider, None, &metadata()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let client = answer.json();
    let id = client["client_id"].as_str().unwrap();
    let secret = client["client_secret"].as_str().unwrap();
    assert_eq!(client["client_secret_expires_at"], 0);
    assert_eq!(client["id_token_signed_response_alg"], "RS256");
    let uri = format!("https://login.example.se/register/{id}");
    assert_eq!(client["registration_client_uri"], uri);
    // Without PKCE, which such a client need not use.
    let request = Application::web()
        .with("client_id", id)
        .without("code_challenge")
        .without("code_challenge_method");
    let login = browser.begin(&request).await;
    assert!(login.body.contains("Appen"));
    let mut back = browser.sign_in(&login, ANNA, PASSWORD).await;
    if back.has("consent-allow") {
        back = browser.press(&back, "consent-allow").await;
    }
    let code = back.code();
    let fields =
        [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
    let tokens =
        crate::support::application::token(&browser, Some(&basic(id, secret)), &fields).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
}

#[tokio::test]
async fn section_3_registration_requires_the_initial_access_token_if_configured() {
    let settings =
        format!("[registration]\nmode = \"token\"\ninitial_access_token = \"{INITIAL}\"\n");
    let provider = Setup::new().settings(&settings).start().await;
    let none = register(&provider, None, &metadata()).await;
    assert_eq!((none.status, none.header("www-authenticate")), (401, "Bearer"));
    let wrong = register(&provider, Some("0123456789abcdef0123456789abcdeX"), &metadata()).await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.header("www-authenticate").contains("error=\"invalid_token\""));
    for _ in 0..50 {
        let right = register(&provider, Some(INITIAL), &metadata()).await;
        assert_eq!(right.status, 201, "who holds the token is not counted");
    }
}

#[tokio::test]
async fn section_3_2_2_errors_are_json_with_their_code() {
    let provider = Setup::new().settings(OPEN).start().await;
    for (metadata, code) in [
        (json!({ "redirect_uris": ["https://rp.example/#x"] }), "invalid_redirect_uri"),
        (json!({ "redirect_uris": [CALLBACK], "jwks": 7 }), "invalid_client_metadata"),
        (
            json!({ "redirect_uris": [CALLBACK], "initiate_login_uri": "http://rp.example/" }),
            "invalid_client_metadata",
        ),
        (
            json!({ "redirect_uris": [CALLBACK], "software_statement": "e30.e30." }),
            "unapproved_software_statement",
        ),
        (json!([]), "invalid_client_metadata"),
    ] {
        let answer = register(&provider, None, &metadata).await;
        assert_eq!((answer.status, answer.header("cache-control")), (400, "no-store"));
        assert_eq!(answer.json()["error"], code, "{metadata}");
    }
    let headers = [("content-type", "text/plain")];
    let body = metadata().to_string().into();
    let answer = Browser::new(&provider).send("POST", "/register", &headers, body).await;
    assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some("invalid_request")));
    assert_eq!(Browser::new(&provider).get("/register").await.status, 405);
}

#[tokio::test]
async fn open_registration_is_rate_limited_per_network() {
    let settings = format!("{OPEN}[limits]\nregistration_attempts = 3\n");
    let provider = Setup::new().settings(&settings).start().await;
    for _ in 0..3 {
        assert_eq!(register(&provider, None, &metadata()).await.status, 201);
    }
    let more = register(&provider, None, &metadata()).await;
    assert_eq!((more.status, more.header("retry-after")), (429, "2"));
    assert_eq!(more.json()["error"], "temporarily_unavailable");
    let headers = [("content-type", "application/json")];
    let mut elsewhere = Browser::new(&provider).at([198, 51, 100, 7]);
    let answer = elsewhere.send("POST", "/register", &headers, metadata().to_string().into()).await;
    assert_eq!(answer.status, 201);
    provider.pass(2);
    assert_eq!(register(&provider, None, &metadata()).await.status, 201);
}

/// A server that answers everyone with this document.
pub(crate) async fn serve(status: u16, document: String) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let length = document.len();
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n\r\n");
            let _ = stream.read(&mut [0; 4_096]).await;
            let _ = stream.write_all(format!("{head}{document}").as_bytes()).await;
        }
    });
    port
}

#[tokio::test]
async fn dcr_section_5_the_sector_document_is_fetched_and_must_list_every_redirect_uri() {
    let uris = ["https://a.example/cb", "https://b.example/cb"];
    let allowed = format!("{OPEN}[outbound]\nallow_private_networks = true\n");
    for (settings, status, document, good) in [
        (allowed.as_str(), 200, json!(uris).to_string(), true),
        (&allowed, 200, json!(uris[..1]).to_string(), false),
        (&allowed, 404, json!(uris).to_string(), false),
        (&allowed, 200, "[".repeat(70_000), false),
        (OPEN, 200, json!(uris).to_string(), false),
    ] {
        let provider = Setup::new().settings(settings).start().await;
        let port = serve(status, document).await;
        let metadata = json!({
            "redirect_uris": uris,
            "subject_type": "pairwise",
            "sector_identifier_uri": format!("http://localhost:{port}/sector.json"),
        });
        let answer = register(&provider, None, &metadata).await;
        if good {
            assert_eq!(answer.status, 201, "{}", answer.body);
            assert_eq!(answer.json()["subject_type"], "pairwise");
        } else {
            assert_eq!(answer.json()["error"], "invalid_client_metadata", "{}", answer.body);
        }
    }
}

#[tokio::test]
async fn dcr_section_2_the_login_page_shows_logo_policy_and_terms_of_the_client() {
    let provider = Setup::new().settings(OPEN).start().await;
    let mut metadata = metadata();
    metadata["logo_uri"] = "https://cdn.rp.example/logo.png?a=1".into();
    metadata["policy_uri"] = "https://rp.example/policy".into();
    metadata["tos_uri"] = "https://rp.example/terms".into();
    let client = register(&provider, None, &metadata).await.json();
    let request = Application::web().with("client_id", client["client_id"].as_str().unwrap());
    let page = Browser::new(&provider).begin(&request).await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("img-src 'self' https://cdn.rp.example;"), "{policy}");
    assert!(page.has("client-logo") && page.has("client-policy") && page.has("client-terms"));
    for shown in ["https://cdn.rp.example/logo.png?a=1", "https://rp.example/policy"] {
        let escaped = shown.replace('/', "&#x2F;");
        assert!(page.body.contains(shown) || page.body.contains(&escaped), "{shown}");
    }
    let plain = Browser::new(&provider).begin(&Application::web()).await;
    assert!(!plain.has("client-logo") && !plain.has("client-policy"));
    let policy = plain.header("content-security-policy");
    assert!(policy.contains("img-src 'self';"), "{policy}");
}
