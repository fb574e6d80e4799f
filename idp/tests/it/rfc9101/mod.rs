//! [RFC 9101](https://www.rfc-editor.org/rfc/rfc9101), OpenID Connect Core section 6 and FAPI 2.0
//! Message Signing section 5.3.1: requests as signed statements.

mod by_reference;
mod message_signing;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::secret_leaks::holds;
use crate::support::application::{CALLBACK, SECRET};
use crate::support::assertion::{ClientKey, jwks};
use crate::support::{
    ANNA, Application, Browser, ISSUER, NOW, PASSWORD, Setup, TestProvider, encoded,
};

/// The claims of a good object: the request of an application, and of the object itself. Null in
/// `changes` takes one out.
fn object(application: &Application, changes: &Value) -> Value {
    let mut claims = json!({
        "iss": application.id, "aud": ISSUER, "nbf": NOW.0, "exp": NOW.0 + 300,
    });
    for (name, value) in application.pairs() {
        claims[name] = value.into();
    }
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let claims = claims.as_object().unwrap().clone();
    Value::Object(claims.into_iter().filter(|(_, value)| !value.is_null()).collect())
}

/// The address of a request with a signed object beside a few parameters.
fn address(object: &str, beside: &[(&str, &str)]) -> String {
    format!("/authorize?{}", encoded(&[beside, &[("request", object)]].concat()))
}

async fn provider(signer: &ClientKey) -> TestProvider {
    let client = |id: &str, more: &str| {
        format!(
            "[[client]]\nclient_id = \"{id}\"\nclient_secret = \"{SECRET}\"\n\
             redirect_uris = [\"{CALLBACK}\", \"https://rp.example/other\"]\njwks = {}\n{more}\n",
            jwks(&[signer])
        )
    };
    let clients = client("signer", "")
        + &client("strict", "require_signed_request_object = true")
        + &client("rs256", "request_object_signing_alg = \"RS256\"");
    Setup::new().settings(&clients).start().await
}

#[tokio::test]
async fn section_4_unknown_members_of_a_request_object_are_not_stored() {
    let signer = ClientKey::new("own");
    let provider = provider(&signer).await;
    let further =
        json!({"state": "kept-signed", "client_secret": "hush-signed", "extra": {"a": 1}});
    let text = signer.sign(&object(&Application::named("signer"), &further));
    let mut browser = Browser::new(&provider);
    let page = browser.get(&address(&text, &[("client_id", "signer")])).await;
    browser.follow(page).await.is(200, "login-submit");
    let stored = provider.stored();
    assert!(holds(&stored, "kept-signed"));
    assert!(!holds(&stored, "hush-signed") && !holds(&stored, &text));
}

#[tokio::test]
async fn section_6_3_only_parameters_in_the_request_object_are_used() {
    let signer = ClientKey::new("own");
    let provider = provider(&signer).await;
    let application = Application::named("signer");
    let text = signer.sign(&object(&application, &json!({"max_age": 3600})));
    for beside in [
        &[("client_id", "signer")][..],
        &[
            ("client_id", "signer"),
            ("response_type", "code"),
            ("scope", "openid profile"),
            ("state", "outside"),
            ("nonce", "outside"),
            ("redirect_uri", "https://evil.example/cb"),
            ("prompt", "none"),
        ],
    ] {
        let mut browser = Browser::new(&provider);
        let page = browser.get(&address(&text, beside)).await;
        let page = browser.follow(page).await;
        let back = browser.sign_in(page.is(200, "login-submit"), ANNA, PASSWORD).await;
        assert!(back.location().starts_with(&format!("{CALLBACK}?")), "{}", back.location());
        assert_eq!(back.parameter("state").as_deref(), Some("st-1"));
        let tokens = application.redeem(&browser, &back.code()).await;
        assert_eq!(tokens.claims["nonce"], "no-1");
    }
    let stateless = signer.sign(&object(&application, &json!({"state": null})));
    let beside = [("client_id", "signer"), ("state", "outside")];
    let mut browser = Browser::new(&provider);
    let page = browser.get(&address(&stateless, &beside)).await;
    let page = browser.follow(page).await;
    let back = browser.sign_in(&page, ANNA, PASSWORD).await;
    assert_eq!((back.code().is_empty(), back.parameter("state")), (false, None));
}

#[tokio::test]
async fn section_4_numbers_and_objects_in_a_request_object_and_its_typ_are_accepted() {
    let signer = ClientKey::new("own");
    let provider = provider(&signer).await;
    let application =
        Application::named("signer").without("code_challenge").with("display", "page");
    let application = application.with("code_challenge", crate::support::application::CHALLENGE);
    for typ in ["JWT", "oauth-authz-req+jwt", "application/oauth-authz-req+jwt"] {
        let claims = json!({"max_age": 0, "claims": {"id_token": {"email": null}}, "extra": [1]});
        let header = json!({"alg": "ES256", "typ": typ});
        let text = signer.sign_as(&header, &object(&application, &claims));
        let mut browser = Browser::new(&provider);
        let page = browser.get(&address(&text, &[("client_id", "signer")])).await;
        let page = browser.follow(page).await;
        browser.sign_in(page.is(200, "login-submit"), ANNA, PASSWORD).await.code();
        let again = browser.get(&address(&text, &[("client_id", "signer")])).await;
        browser.follow(again).await.is(200, "login-submit");
    }
}

#[tokio::test]
async fn section_6_an_invalid_request_object_redirects_only_to_a_given_and_registered_uri() {
    let signer = ClientKey::new("own");
    let provider = provider(&signer).await;
    let mut browser = Browser::new(&provider);
    let application = Application::named("signer");
    let good = object(&application, &json!({}));
    let changed = |changes: Value| signer.sign(&object(&application, &changes));
    let mut tampered = signer.sign(&good);
    tampered.replace_range(tampered.len() - 9..tampered.len() - 8, "_");
    let unsigned = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
        URL_SAFE_NO_PAD.encode(good.to_string())
    );
    let cases = [
        ("no JWT", "a.b.c".to_owned()),
        ("unsigned", unsigned),
        ("tampered with", tampered),
        ("another's key", ClientKey::new("own").sign(&good)),
        ("no such algorithm", signer.sign_as(&json!({"alg": "HS256", "kid": "own"}), &good)),
        ("another kind", signer.sign_as(&json!({"alg": "ES256", "typ": "dpop+jwt"}), &good)),
        ("another client_id", changed(json!({"client_id": "web"}))),
        ("no client_id", changed(json!({"client_id": null}))),
        ("another iss", changed(json!({"iss": "web"}))),
        ("another aud", changed(json!({"aud": "https://other.example"}))),
        ("expired", changed(json!({"exp": NOW.0 - 60}))),
        ("too early", changed(json!({"nbf": NOW.0 + 120}))),
        ("an object in it", changed(json!({"request": "a.b.c"}))),
        ("a reference in it", changed(json!({"request_uri": "https://rp.example/ro"}))),
    ];
    for (case, text) in &cases {
        let safe = [("client_id", "signer"), ("redirect_uri", CALLBACK), ("state", "out")];
        let answer = browser.get(&address(text, &safe)).await;
        assert_eq!(answer.error(), "invalid_request_object", "{case}");
        assert_eq!(answer.parameter("state").as_deref(), Some("out"), "{case}");
        for beside in [
            &[("client_id", "signer")][..],
            &[("client_id", "signer"), ("redirect_uri", "https://evil.example")],
        ] {
            let answer = browser.get(&address(text, beside)).await;
            assert_eq!(answer.is(400, "error-page").location(), "", "{case}");
            assert_eq!(answer.text("error-code"), "invalid_request_object", "{case}");
        }
    }
}

#[tokio::test]
async fn a_request_inside_an_object_is_checked_like_any_other() {
    let signer = ClientKey::new("own");
    let provider = provider(&signer).await;
    let mut browser = Browser::new(&provider);
    let application = Application::named("signer");
    let mut open = async |changes: Value| {
        let text = signer.sign(&object(&application, &changes));
        browser.get(&address(&text, &[("client_id", "signer"), ("redirect_uri", CALLBACK)])).await
    };
    let refused = open(json!({"response_type": "cosmos"})).await;
    assert_eq!(refused.error(), "unsupported_response_type");
    assert_eq!(open(json!({"scope": null})).await.error(), "invalid_scope");
    assert_eq!(open(json!({"code_challenge": null})).await.error(), "invalid_request");
    assert_eq!(open(json!({"registration": {}})).await.error(), "registration_not_supported");
    for redirect_uri in [json!(null), json!("https://evil.example/cb"), json!([CALLBACK])] {
        open(json!({"redirect_uri": redirect_uri})).await.is(400, "error-page");
    }
    let both = format!("{}&request_uri=x", address("a.b.c", &[("client_id", "signer")]));
    let answer = browser.get(&both).await;
    assert_eq!(answer.is(400, "error-page").text("error-code"), "invalid_request");
}

#[tokio::test]
async fn section_10_5_an_unsigned_request_is_refused_if_a_request_object_is_required() {
    let signer = ClientKey::new("own");
    let provider = provider(&signer).await;
    let mut browser = Browser::new(&provider);
    let strict = Application::named("strict");
    assert_eq!(browser.get(&strict.request()).await.error(), "invalid_request");
    let text = signer.sign(&object(&strict, &json!({})));
    let page = browser.get(&address(&text, &[("client_id", "strict")])).await;
    let page = browser.follow(page).await;
    provider.pass(600);
    browser.sign_in(&page, ANNA, PASSWORD).await.code();
}

#[tokio::test]
async fn registration_section_2_the_registered_algorithm_is_the_only_one() {
    let signer = ClientKey::new("own");
    let provider = provider(&signer).await;
    let application = Application::named("rs256");
    let text = signer.sign(&object(&application, &json!({})));
    let beside = [("client_id", "rs256"), ("redirect_uri", CALLBACK)];
    let answer = Browser::new(&provider).get(&address(&text, &beside)).await;
    assert_eq!(answer.error(), "invalid_request_object");
}

#[tokio::test]
async fn oidc_core_section_6_1_a_request_object_is_accepted_by_post() {
    let signer = ClientKey::new("own");
    let provider = provider(&signer).await;
    let mut browser = Browser::new(&provider);
    let text = signer.sign(&object(&Application::named("signer"), &json!({})));
    let posted = browser.post("/authorize", &[("client_id", "signer"), ("request", &text)]).await;
    let page = browser.follow(posted).await;
    browser.sign_in(page.is(200, "login-submit"), ANNA, PASSWORD).await.code();
}
