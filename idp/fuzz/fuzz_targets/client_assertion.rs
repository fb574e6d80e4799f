//! A client assertion, raw or with a good signature (see `idp_fuzz::token`).
#![no_main]

use idp::jose::signed_token::SignedToken;
use idp::oauth::client_authentication::{
    Audiences, Credentials, JWT_BEARER, Next, Presented, rules,
};
use idp::oauth::parameters::Parameters;
use idp_fuzz::{CLIENT_KEYS, CLIENTS, ISSUER, NOW, holds, spoilt, token};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let assertion = token(text);
    let form = Parameters::from_pairs([
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion.as_str()),
    ]);
    let credentials =
        Credentials { authorization: None, form: &form, certificate: None, network: "", now: NOW };
    let audiences = Audiences::new(ISSUER, &[ISSUER]);
    let presented = match Presented::parse(credentials, &audiences, NOW) {
        Ok(presented) => presented,
        Err(error) => return holds(&error),
    };
    let stranger = presented.next(None, None).expect_err("nobody knows it");
    for client in CLIENTS.iter() {
        let next = match presented.next(Some(client), None) {
            Ok(next) => next,
            Err(error) => {
                assert_eq!(error, stranger, "a client that is known gets another answer");
                continue;
            }
        };
        let Next::VerifyByKeys(read) = next else { panic!("{next:?} of an assertion") };
        let rules = rules(client.metadata());
        let Ok(claims) = read.token().verify(&CLIENT_KEYS, rules) else { continue };
        let other = SignedToken::parse(&spoilt(&assertion).expect("a signature"));
        assert!(other.expect("a token").verify(&CLIENT_KEYS, rules).is_err(), "{assertion}");
        assert_eq!(claims["iss"], "web");
        assert_eq!(claims["sub"], "web");
        assert!(claims["jti"].as_str().is_some_and(|id| !id.is_empty()));
        assert!(client.metadata().fapi.is_none() || claims["aud"] == ISSUER);
        assert!(read.used_until() > NOW, "it could be used again");
        assert_eq!(read.use_key().len(), 43);
    }
});
