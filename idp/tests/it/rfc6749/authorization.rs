//! Sections 3.1 and 4.1.2: what goes back, and where; with the issuer
//! ([RFC 9207](https://www.rfc-editor.org/rfc/rfc9207)).

use crate::support::application::{CALLBACK, CHALLENGE};
use crate::support::{ANNA, Application, Browser, ISSUER, TestProvider};

#[tokio::test]
async fn section_4_1_2_1_an_invalid_client_id_or_redirect_uri_gets_an_error_page() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    let web = Application::web;
    let cases = [
        ("no client_id", web().without("client_id")),
        ("unknown client", web().with("client_id", "nobody")),
        ("no redirect_uri", web().without("redirect_uri")),
        ("unknown address", web().with("redirect_uri", "https://evil.example/cb")),
        ("a longer path", web().with("redirect_uri", "https://rp.example/cb/")),
        ("an added query", web().with("redirect_uri", "https://rp.example/cb?x=1")),
        ("a fragment", web().with("redirect_uri", "https://rp.example/cb#x")),
        ("another case", web().with("redirect_uri", "https://RP.example/cb")),
        ("with a user", web().with("redirect_uri", "https://rp.example@evil.example/cb")),
        ("another client's", Application::idep().with("redirect_uri", "https://rp.example/other")),
        (
            "even without a page",
            web().with("redirect_uri", "https://evil.example").with("prompt", "none"),
        ),
    ];
    for (case, request) in cases {
        let answer = browser.get(&request.request()).await;
        assert_eq!((answer.status, answer.location()), (400, ""), "{case}");
        assert!(answer.has("error-page"), "{case}");
        assert!(!answer.text("error-code").is_empty(), "{case}");
    }
}

#[tokio::test]
async fn rfc_9207_success_and_error_responses_have_iss_and_no_unexpected_parameters() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let names = |location: &str| {
        let url = url::Url::parse(location).unwrap();
        let mut names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        names.sort();
        names
    };
    let back = browser.log_in(&Application::web(), ANNA).await;
    back.is(200, "leave-page");
    assert!(back.location().starts_with(&format!("{CALLBACK}?")));
    assert_eq!(names(back.location()), ["code", "iss", "state"]);
    assert_eq!(back.parameter("iss").as_deref(), Some(ISSUER));
    assert!(back.code().len() >= 43);
    let refused = browser.get(&Application::web().with("response_type", "none").request()).await;
    assert_eq!(refused.error(), "unsupported_response_type");
    assert_eq!(names(refused.location()), ["error", "error_description", "iss", "state"]);
    assert_eq!(refused.parameter("iss").as_deref(), Some(ISSUER));
}

#[tokio::test]
async fn rfc_7636_section_4_4_1_a_challenge_is_required_and_only_s256() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let cases = [
        Application::web().without("code_challenge").without("code_challenge_method"),
        Application::web().without("code_challenge_method"),
        Application::web().with("code_challenge_method", "plain"),
        Application::web().with("code_challenge_method", "s256"),
        Application::web().with("code_challenge", &CHALLENGE[1..]),
        Application::web().with("code_challenge", &format!("{CHALLENGE}=")),
        Application::public().without("code_challenge"),
    ];
    for request in cases {
        let answer = browser.get(&request.request()).await;
        assert_eq!(answer.error(), "invalid_request", "{request:?}");
    }
}
