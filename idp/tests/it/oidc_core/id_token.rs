//! Sections 2 and 3.1.3.7: the ID token, verified by a client that knows nothing of us.

use openidconnect::core::{
    CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
};
use openidconnect::{AccessToken, AccessTokenHash, ClientId, ClientSecret, IssuerUrl, Nonce};
use std::str::FromStr as _;

use crate::support::application::SECRET;
use crate::support::{ANNA, ANNA_COMPANY, Application, Browser, ISSUER, NOW, TestProvider};

#[tokio::test]
async fn a_client_verifies_the_id_token_under_each_algorithm() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in_by_mail(&Application::idep(), (ANNA, ANNA_COMPANY), false).await.code();
    let keys = browser.get("/jwks.json").await;
    let keys: CoreJsonWebKeySet = serde_json::from_str(&keys.body).unwrap();
    let cases = [
        (Application::web(), CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256),
        (Application::idep(), CoreJwsSigningAlgorithm::EcdsaP256Sha256),
        (Application::public(), CoreJwsSigningAlgorithm::RsaSsaPssSha256),
        (Application::eddsa(), CoreJwsSigningAlgorithm::EdDsa),
    ];
    for (application, algorithm) in cases {
        let code = browser.begin(&application).await.code();
        let tokens = application.redeem(&browser, &code).await;
        let issuer = IssuerUrl::new(ISSUER.to_owned()).unwrap();
        let id = ClientId::new(application.id.to_owned());
        let verifier = if application.id == "public" {
            CoreIdTokenVerifier::new_public_client(id, issuer, keys.clone())
        } else {
            let secret = ClientSecret::new(SECRET.to_owned());
            CoreIdTokenVerifier::new_confidential_client(id, secret, issuer, keys.clone())
        };
        let now = chrono::DateTime::from_timestamp(NOW.0, 0).unwrap();
        let verifier = verifier.set_allowed_algs([algorithm.clone()]).set_time_fn(move || now);
        let token = CoreIdToken::from_str(&tokens.id_token).unwrap();
        let nonce = Nonce::new("no-1".to_owned());
        let claims = token.claims(&verifier, &nonce).unwrap();
        assert_eq!(claims.subject().as_str(), format!("sub-{ANNA}"));
        assert_eq!(claims.expiration().timestamp(), NOW.0 + 300);
        let hash = AccessTokenHash::from_token(
            &AccessToken::new(tokens.access_token.clone()),
            token.signing_alg().unwrap(),
            token.signing_key(&verifier).unwrap(),
        );
        assert_eq!(claims.access_token_hash(), Some(&hash.unwrap()));
        assert!(token.claims(&verifier, &Nonce::new("other".to_owned())).is_err());
    }
}

#[tokio::test]
async fn an_id_token_has_no_nonce_if_the_request_had_none() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let web = Application::web().without("nonce").without("state");
    let back = browser.log_in(&web, ANNA).await;
    assert_eq!(back.parameter("state"), None);
    let tokens = web.redeem(&browser, &back.code()).await;
    assert_eq!(tokens.claims.get("nonce"), None);
}
