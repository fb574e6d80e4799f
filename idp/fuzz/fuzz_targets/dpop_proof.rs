//! A DPoP proof, raw or with a good signature (see `idp_fuzz::token`; `$JWK` in its header stands
//! for the key that signs).
#![no_main]

use idp::oauth::dpop::{Expected, Nonces, Proof};
use idp::secret::Secret;
use idp_fuzz::{ISSUER, NOW, SECRET, holds, spoilt, token};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let proof = token(text);
    let urls = [format!("{ISSUER}/token")];
    let others = [format!("{ISSUER}/par")];
    let plain =
        Expected { method: "POST", urls: &urls, access_token: None, nonces: None, now: NOW };
    let nonces = Nonces { current: "n1".to_owned(), previous: "n0".to_owned() };
    let refused = |text: &str, expected: &Expected<'_>| match Proof::check(&[text], expected) {
        Ok(_) => false,
        Err(error) => {
            holds(&error);
            true
        }
    };
    assert!(Proof::check(&[&proof, &proof], &plain).is_err(), "two proofs");
    let _ = refused(&proof, &Expected { nonces: Some(&nonces), ..plain });
    let read = match Proof::check(&[&proof], &plain) {
        Ok(read) => read.expect("a proof"),
        Err(error) => return holds(&error),
    };
    assert_eq!(read.thumbprint().len(), 43);
    assert!(read.used_until() > NOW, "it could be used again");
    let bound = [SECRET, ISSUER].map(|text| Secret::new(text.to_owned()));
    let mut bound = bound.iter().map(|token| Expected { access_token: Some(token), ..plain });
    assert!(bound.any(|token| refused(&proof, &token)), "it fits two access tokens");
    assert!(refused(&proof, &Expected { method: "GET", ..plain }), "another method");
    assert!(refused(&proof, &Expected { urls: &others, ..plain }), "another address");
    assert!(refused(&proof, &Expected { now: read.used_until(), ..plain }), "it is too old");
    assert!(refused(&spoilt(&proof).expect("a signature"), &plain), "another signature");
});
