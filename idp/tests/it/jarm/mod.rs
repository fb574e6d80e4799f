//! [JWT Secured Authorization Response Mode](https://openid.net/specs/oauth-v2-jarm-final.html).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::support::application::claims;
use crate::support::{ANNA, Answer, Application, Brought, Browser, ISSUER, NOW, TestProvider};

#[track_caller]
fn response(answer: &Answer) -> String {
    Brought::by(answer).get("response").to_owned()
}

#[tokio::test]
async fn section_2_1_the_response_jwt_has_the_parameters_and_iss_aud_and_exp() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let web = Application::web().with("response_mode", "jwt");
    let told = claims(&response(&browser.log_in(&web, ANNA).await));
    let mut names: Vec<_> = told.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["aud", "code", "exp", "iss", "state"]);
    assert_eq!((told["iss"].as_str(), told["aud"].as_str()), (Some(ISSUER), Some("web")));
    assert_eq!((told["exp"].as_i64(), told["state"].as_str()), (Some(NOW.0 + 300), Some("st-1")));
    web.redeem(&browser, told["code"].as_str().unwrap()).await;
}

#[tokio::test]
async fn section_3_the_client_chooses_the_algorithm_and_rs256_is_the_default() {
    let provider = TestProvider::start().await;
    for (application, algorithm) in [(Application::web(), "RS256"), (Application::eddsa(), "ES256")]
    {
        let request = application.with("response_mode", "query.jwt").with("prompt", "none");
        let answer = Browser::new(&provider).get(&request.request()).await;
        let token = response(&answer);
        let header = token.split('.').next().unwrap();
        let header: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
        assert_eq!(header["alg"], algorithm);
        let keys: Value = Browser::new(&provider).get("/jwks.json").await.json();
        let published = keys["keys"].as_array().unwrap();
        assert!(published.iter().any(|key| key["kid"] == header["kid"] && key["alg"] == algorithm));
        assert!(provider.app.provider.key_set().verify(&token, None, ISSUER).is_ok());
    }
}

#[tokio::test]
async fn a_response_jwt_is_refused_as_id_token_hint() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let web = Application::web();
    let signed = browser.log_in(&web.clone().with("response_mode", "jwt"), ANNA).await;
    let hint = web.with("id_token_hint", &response(&signed));
    assert_eq!(browser.get(&hint.request()).await.error(), "invalid_request");
}
