//! Text that a database cannot hold, wherever a request can carry text, on both back ends: it is
//! refused as any other wrong text is, and never takes an endpoint down.

use serde_json::json;

use crate::support::application::{CALLBACK, SECRET, basic};
use crate::support::assertion::{ClientKey, JWT_BEARER, assertion, jwks};
use crate::support::proof::Holder;
use crate::support::{ANNA, Answer, Application, Browser, ISSUER, PASSWORD, Setup, TestProvider};

/// As a request carries it: NUL alone and among letters, bytes that are no UTF-8, and long text.
fn texts() -> [String; 4] {
    ["%00".to_owned(), "a%00b".to_owned(), "%FF%FE".to_owned(), "x".repeat(4_000)]
}

/// On both back ends; PostgreSQL where there is one. A client may sign, and anyone may register.
async fn providers(signer: &ClientKey) -> Vec<TestProvider> {
    let client = format!(
        "[registration]\nmode = \"open\"\n[[client]]\nclient_id = \"signer\"\n\
         redirect_uris = [\"{CALLBACK}\"]\ntoken_endpoint_auth_method = \"private_key_jwt\"\n\
         grant_types = [\"authorization_code\", \"client_credentials\"]\njwks = {}\n",
        jwks(&[signer])
    );
    let setup = Setup::new().settings(&client);
    setup.start_on_both().await
}

/// A browser with every cookie that a browser can have.
async fn known(provider: &TestProvider) -> Browser {
    let mut browser = Browser::new(provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    browser
}

#[track_caller]
fn is_answered(case: &str, answer: &Answer) {
    assert!((200..500).contains(&answer.status), "{case:.80}: {} {}", answer.status, answer.body);
}

#[tokio::test]
async fn paths_with_arbitrary_text_are_answered_like_unknown_ones() {
    for provider in providers(&ClientKey::new("own")).await {
        let mut browser = known(&provider).await;
        let bearer = [("authorization", "Bearer some-token")];
        for text in texts() {
            for (method, path, status) in [
                ("GET", format!("/interaction/{text}"), 404),
                ("GET", format!("/interaction/{text}?ui_locales=en"), 404),
                ("POST", format!("/interaction/{text}/password"), 403),
                ("POST", format!("/interaction/{text}/email"), 403),
                ("POST", format!("/interaction/{text}/resend"), 403),
                ("POST", format!("/interaction/{text}/consent"), 403),
                ("POST", format!("/interaction/{text}/cancel"), 403),
                ("GET", format!("/l/{text}"), 404),
                ("POST", format!("/l/{text}"), 404),
                ("GET", format!("/register/{text}"), 401),
                ("DELETE", format!("/register/{text}"), 401),
                ("GET", format!("/acr/{text}"), 404),
            ] {
                let answer = browser.send(method, &path, &bearer, String::new().into()).await;
                assert_eq!(answer.status, status, "{method} {path:.60}: {}", answer.body);
            }
            is_answered(&text, &browser.get(&format!("/static/{text}")).await);
            let headers = [bearer[0], ("content-type", "application/json")];
            let path = format!("/register/{text}");
            assert_eq!(browser.send("PUT", &path, &headers, "{}".into()).await.status, 401);
            let events = browser.get(&format!("/interaction/{text}/events")).await;
            assert!(events.body.contains("\"state\":\"expired\""), "{}", events.body);
        }
    }
}

/// Parameters of an authorization request.
const ASKED: &[&str] = &[
    "client_id",
    "login_hint",
    "state",
    "nonce",
    "scope",
    "id_token_hint",
    "acr_values",
    "ui_locales",
    "request_uri",
    "claims",
    "resource",
    "dpop_jkt",
    "code_challenge",
];

/// Addresses up to the value of a parameter.
const ADDRESSES: &[&str] = &[
    "/device?user_code=",
    "/device?state=",
    "/end_session?client_id=",
    "/end_session?logout_hint=",
    "/end_session?id_token_hint=",
    "/end_session?state=",
    "/end_session?client_id=web&post_logout_redirect_uri=",
    "/acr/pwd?ui_locales=",
];

/// Forms up to the value of a field.
const FORMS: &[(&str, &str)] = &[
    ("/token", "grant_type=authorization_code&redirect_uri=https://rp.example/cb&code="),
    ("/token", "grant_type=refresh_token&refresh_token="),
    ("/token", "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code="),
    ("/token", "grant_type=client_credentials&scope="),
    ("/token", "grant_type="),
    ("/introspect", "token="),
    ("/revoke", "token="),
    ("/par", "response_type=code&redirect_uri=https://rp.example/cb&login_hint="),
    ("/device_authorization", "scope="),
    ("/device", "user_code="),
    ("/end_session", "logout_hint="),
    ("/authorize", "response_type=code&client_id="),
    ("/userinfo", "access_token="),
];

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[tokio::test]
async fn arbitrary_text_in_a_query_causes_no_server_error() {
    for provider in providers(&ClientKey::new("own")).await {
        let mut browser = known(&provider).await;
        for text in texts() {
            for name in ASKED {
                let request = Application::web().without(name).request();
                let answer = browser.get(&format!("{request}&{name}={text}")).await;
                is_answered(name, &browser.follow(answer).await);
            }
            for address in ADDRESSES {
                is_answered(address, &browser.get(&format!("{address}{text}")).await);
            }
        }
    }
}

#[tokio::test]
async fn arbitrary_text_in_a_form_or_client_id_causes_no_server_error() {
    for provider in providers(&ClientKey::new("own")).await {
        let mut browser = known(&provider).await;
        let web = basic("web", SECRET);
        for text in texts() {
            for (path, fields) in FORMS {
                let headers = [FORM, ("authorization", web.as_str())];
                let body = format!("{fields}{text}");
                is_answered(path, &browser.send("POST", path, &headers, body.into()).await);
            }
            for path in ["/token", "/par", "/introspect", "/revoke", "/device_authorization"] {
                let body = format!("token=x&client_secret=x&client_id={text}");
                is_answered(path, &browser.send("POST", path, &[FORM], body.into()).await);
                // HTTP Basic holds the two encoded once more (RFC 6749 section 2.3.1).
                let named = basic(&text, SECRET);
                let headers = [FORM, ("authorization", named.as_str())];
                is_answered(path, &browser.send("POST", path, &headers, "token=x".into()).await);
            }
        }
    }
}

#[tokio::test]
async fn arbitrary_text_typed_by_a_user_causes_no_server_error() {
    for provider in providers(&ClientKey::new("own")).await {
        for typed in ["\0", "anna\0", "\u{fffd}", "\u{10ffff}", &"x".repeat(4_000)] {
            let mut browser = Browser::new(&provider);
            let page = browser.begin(&Application::idep()).await;
            is_answered("username", &browser.sign_in(&page, typed, PASSWORD).await);
            is_answered("password", &browser.sign_in(&page, ANNA, typed).await);
            let page = browser.log_in(&Application::idep(), ANNA).await;
            page.is(200, "email-submit");
            is_answered("address", &browser.type_address(&page, typed, false).await);
            provider.pass(3_600);
        }
    }
}

/// What a signed claim or a JSON member may hold.
fn claims() -> [String; 4] {
    ["\0".to_owned(), "a\0b".to_owned(), "\u{fffd}".to_owned(), "x".repeat(4_000)]
}

/// Asks for a token of its own with this assertion and this proof.
async fn prove(provider: &TestProvider, assertion: &str, proof: &str) -> Answer {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
    ];
    Browser::new(provider).post_with("/token", &fields, &[("dpop", proof)]).await
}

#[tokio::test]
async fn arbitrary_text_in_a_client_assertion_or_dpop_proof_causes_no_server_error() {
    let (signer, holder) = (ClientKey::new("own"), Holder::new());
    for provider in providers(&signer).await {
        for text in claims() {
            for name in ["iss", "sub", "aud", "jti"] {
                let mut claims = assertion(&provider, "signer");
                claims[name] = text.as_str().into();
                if name == "iss" {
                    claims["sub"] = text.as_str().into();
                }
                let proof = holder.at_token(&provider);
                is_answered(name, &prove(&provider, &signer.sign(&claims), &proof).await);
            }
            let shown = json!({"htm": "POST", "htu": format!("{ISSUER}/token"), "jti": text});
            let proof = holder.proof(&provider, &shown);
            let assertion = signer.sign(&assertion(&provider, "signer"));
            is_answered("proof", &prove(&provider, &assertion, &proof).await);
        }
    }
}

#[tokio::test]
async fn arbitrary_text_in_a_request_object_causes_no_server_error() {
    let signer = ClientKey::new("own");
    for provider in providers(&signer).await {
        for text in claims() {
            for name in ["state", "nonce", "login_hint", "scope", "ui_locales", text.as_str()] {
                let exp = provider.clock.now().0 + 60;
                let mut claims = json!({"iss": "signer", "aud": ISSUER, "exp": exp});
                for (own, value) in Application::named("signer").pairs() {
                    claims[own] = value.into();
                }
                claims[name] = text.as_str().into();
                let request = signer.sign(&claims);
                let mut browser = Browser::new(&provider);
                let address = format!("/authorize?client_id=signer&request={request}");
                let begun = browser.get(&address).await;
                let page = browser.follow(begun).await;
                is_answered(name, &page);
                if page.has("login-submit") {
                    is_answered(name, &browser.sign_in(&page, ANNA, PASSWORD).await);
                }
            }
        }
    }
}

#[tokio::test]
async fn arbitrary_text_in_client_metadata_causes_no_server_error() {
    for provider in providers(&ClientKey::new("own")).await {
        for text in claims() {
            let names = ["client_name", "software_id", "scope", "redirect_uris", "contacts"];
            for member in names.into_iter().chain([text.as_str()]) {
                let mut metadata = json!({"redirect_uris": [CALLBACK]});
                let list = ["redirect_uris", "contacts"].contains(&member);
                metadata[member] = if list { json!([text]) } else { json!(text) };
                let headers = [("content-type", "application/json")];
                let body = metadata.to_string().into();
                let mut browser = Browser::new(&provider);
                let answer = browser.send("POST", "/register", &headers, body).await;
                is_answered(member, &answer);
            }
            provider.pass(3_600);
        }
    }
}
