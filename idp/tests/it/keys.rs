//! Rotation of the signing keys under the eyes of applications.

use std::collections::HashSet;

use idp::account::event::{Actor, Circumstances};

use crate::support::party::{call, parties, text};
use crate::support::{Browser, DAY, ISSUER, TestProvider};

const FORM: [(&str, &str); 1] = [("grant_type", "client_credentials")];

async fn issued(provider: &TestProvider) -> String {
    text(&call(provider, "/token", "signed", &FORM, None).await.json(), "access_token")
}

/// Two nodes, of which either may rotate and the other learns of it an hour later; applications
/// that keep the key set for twelve hours. Four tokens are issued at once each time.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_verify_with_a_cached_jwks_during_half_a_year_of_key_rotation() {
    let first = parties().start().await;
    let second = first.again().await;
    let mut known = [first.app.provider.key_set(), second.app.provider.key_set()];
    let mut signed_by = HashSet::new();
    for step in 0..360 {
        let (leads, follows) = if step % 3 == 0 { (&second, &first) } else { (&first, &second) };
        leads.app.provider.maintain_keys().await.unwrap();
        let tokens = tokio::join!(issued(leads), issued(follows), issued(leads), issued(follows));
        for token in [tokens.0, tokens.1, tokens.2, tokens.3] {
            for keys in &known {
                let verified = keys.verify(&token, Some("at+jwt"), ISSUER);
                assert!(verified.is_ok(), "step {step}: {verified:?}");
            }
            signed_by.insert(token.split('.').next().unwrap().to_owned());
        }
        first.pass(3_600);
        follows.app.provider.maintain_keys().await.unwrap();
        known = [leads.app.provider.key_set(), follows.app.provider.key_set()];
        first.pass(DAY / 2 - 3_600);
    }
    assert!(signed_by.len() > 1, "no key was rotated");
}

/// The bits of the published RSA keys, ascending.
async fn rsa_bits(provider: &TestProvider) -> Vec<usize> {
    let published = Browser::new(provider).get("/jwks.json").await.json();
    let keys = published["keys"].as_array().unwrap().iter();
    // Six bits a character; the length of a modulus is a multiple of eight.
    let bits = keys.filter_map(|key| Some(key["n"].as_str()?.len() * 6 / 8 * 8));
    let mut bits: Vec<_> = bits.collect();
    bits.sort_unstable();
    bits
}

#[tokio::test]
async fn new_rsa_keys_have_as_many_bits_as_are_set() {
    let provider = TestProvider::start().await;
    assert_eq!(rsa_bits(&provider).await, [3_072, 3_072]);
    let mut config = (*provider.config).clone();
    config.keys.rsa_bits = 2_048;
    let renewed = provider.app.read_again(&config).await.unwrap();
    provider.app.take_into_use(renewed).await.unwrap();
    assert_eq!(rsa_bits(&provider).await, [3_072, 3_072], "those that exist stay");
    let by = Circumstances::of(Actor::Operator("test".to_owned()), provider.clock.now());
    provider.app.provider.rotate_keys(&by).await.unwrap();
    assert_eq!(rsa_bits(&provider).await, [2_048, 2_048, 3_072, 3_072]);
}
