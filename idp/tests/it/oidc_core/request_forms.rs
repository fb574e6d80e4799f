//! P33: what is doubled, empty or too long is answered alike, however a request arrives.

use serde_json::{Value, json};

use crate::support::application::{CALLBACK, SECRET};
use crate::support::assertion::{ClientKey, jwks};
use crate::support::party::call;
use crate::support::{Answer, Application, Browser, ISSUER, NOW, Setup, TestProvider, encoded};

async fn provider(key: &ClientKey) -> TestProvider {
    let client = format!(
        "[[client]]\nclient_id = \"signer\"\nclient_secret = \"{SECRET}\"\n\
         redirect_uris = [\"{CALLBACK}\"]\njwks = {}\n",
        jwks(&[key])
    );
    Setup::new().settings(&client).start().await
}

/// The claims of an object with these members, each as often as it comes.
fn object(pairs: &[(&str, &str)]) -> String {
    let own = [
        ("iss", json!("signer")),
        ("aud", json!(ISSUER)),
        ("nbf", json!(NOW.0)),
        ("exp", json!(NOW.0 + 300)),
    ];
    let asked = pairs.iter().map(|(name, value)| (*name, Value::from(*value)));
    let members = own.into_iter().chain(asked).map(|(name, value)| format!("{name:?}:{value}"));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// The error, wherever it is told; nothing where the login begins.
fn told(answer: &Answer) -> String {
    if answer.has("error-page") {
        assert_eq!((answer.status, answer.location()), (400, ""));
        return answer.text("error-code");
    }
    let json = answer.json()["error"].as_str().map(str::to_owned);
    json.or_else(|| answer.parameter("error")).unwrap_or_default()
}

/// The errors by GET, by POST, pushed, and in a signed object.
async fn arrived(provider: &TestProvider, key: &ClientKey, pairs: &[(&str, &str)]) -> [String; 4] {
    let mut browser = Browser::new(provider);
    let got = browser.get(&format!("/authorize?{}", encoded(pairs))).await;
    let posted = browser.post("/authorize", pairs).await;
    let posted = if posted.location().starts_with("/authorize?") {
        browser.get(posted.location()).await
    } else {
        posted
    };
    let pushed = call(provider, "/par", "signer", pairs, None).await;
    let object = key.sign_text(&object(pairs));
    let beside = [("client_id", "signer"), ("redirect_uri", CALLBACK), ("request", &object)];
    let signed = browser.get(&format!("/authorize?{}", encoded(&beside))).await;
    [told(&got), told(&posted), told(&pushed), told(&signed)]
}

#[tokio::test]
async fn repeated_empty_and_too_long_parameters_have_the_same_error_in_every_request_form() {
    let key = ClientKey::new("own");
    let provider = provider(&key).await;
    let signer = || Application::named("signer");
    let (long, longest) = ("x".repeat(4_097), "x".repeat(40_000));
    let (ok, plain, signed) = ("", "invalid_request", "invalid_request_object");
    let cases = [
        ("good", signer(), ok, ok),
        ("state twice", signer().and("state", "x"), plain, signed),
        ("the same scope twice", signer().and("scope", "openid"), plain, signed),
        ("client_id twice", signer().and("client_id", "signer"), plain, signed),
        ("redirect_uri twice", signer().and("redirect_uri", CALLBACK), plain, signed),
        ("an unknown one twice", signer().and("x", "1").and("x", "2"), plain, signed),
        ("one of two empty", signer().and("nonce", ""), plain, signed),
        // RFC 6749 section 3.1: as if it were left out.
        ("an empty state", signer().with("state", ""), ok, ok),
        ("an empty max_age", signer().with("max_age", ""), ok, ok),
        ("an empty response_type", signer().with("response_type", ""), plain, plain),
        ("an empty redirect_uri", signer().with("redirect_uri", ""), plain, plain),
        ("an empty challenge", signer().with("code_challenge", ""), plain, plain),
        ("a long state", signer().with("state", &long), plain, plain),
        ("a long nonce", signer().with("nonce", &long), plain, plain),
        ("an unknown one beyond all", signer().with("x", &longest), plain, plain),
    ];
    for (case, asked, plain, signed) in cases {
        let errors = arrived(&provider, &key, &asked.pairs()).await;
        assert_eq!(errors, [plain, plain, plain, signed], "{case}");
    }
}
