use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::jose::key::Key;
use crate::jose::keyset::KeySet;
use crate::jose::rotation::State;

const NOW: Timestamp = Timestamp(1_795_438_800);

struct Holder(KeySet, Algorithm);

impl Holder {
    fn new(algorithm: Algorithm) -> Self {
        let key = Key::generate(algorithm, 2_048).unwrap();
        Self(KeySet::new(&[(key, State::Active)]).unwrap(), algorithm)
    }

    fn public(&self) -> Value {
        self.0.signing(self.1).unwrap().public().clone()
    }

    /// A good proof, with members of `header` and `claims` in place of its own; null removes.
    fn proof(&self, header: &Value, claims: &Value) -> String {
        let good = json!({"typ": "dpop+jwt", "alg": self.1, "jwk": self.public()});
        let header = changed(good, header);
        let good = json!({
            "jti": "-BwC3ESc6acc2lTc", "htm": "POST", "iat": NOW.0,
            "htu": "https://server.example.com/token",
        });
        let claims = changed(good, claims);
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.0.signing(self.1).unwrap().signature(message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn changed(mut good: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            good.as_object_mut().unwrap().remove(name);
        } else {
            good[name] = value.clone();
        }
    }
    good
}

fn check(headers: &[&str]) -> Result<Option<Proof>, Error> {
    check_at(headers, NOW)
}

fn check_at(headers: &[&str], now: Timestamp) -> Result<Option<Proof>, Error> {
    let urls = ["https://server.example.com/token".to_owned()];
    let (access_token, nonces) = (None, None);
    Proof::check(headers, &Expected { method: "POST", urls: &urls, access_token, nonces, now })
}

#[track_caller]
fn is_refused(headers: &[&str], case: &str) {
    let error = check(headers).expect_err(case);
    assert_eq!(error.code, ErrorCode::InvalidDpopProof, "{case}");
}

#[test]
fn section_4_3_a_valid_proof_yields_its_key_thumbprint_despite_additional_members() {
    assert_eq!(check(&[]), Ok(None));
    for algorithm in ALGORITHMS {
        let holder = Holder::new(algorithm);
        let plain = check(&[&holder.proof(&json!({}), &json!({}))]).unwrap().unwrap();
        assert_eq!(plain.thumbprint().len(), 43);
        let header = json!({"kid": "mine", "x": {"y": 1}});
        let claims = json!({"nbf": NOW.0 - 10, "exp": NOW.0 + 30, "extra": ["z"], "nonce": "n"});
        let more = check(&[&holder.proof(&header, &claims)]).unwrap().unwrap();
        assert_eq!(more.thumbprint(), plain.thumbprint(), "{algorithm}");
    }
}

#[test]
fn section_4_3_a_proof_that_fails_any_single_check_is_refused() {
    let holder = Holder::new(Algorithm::ES256);
    let good = holder.proof(&json!({}), &json!({}));
    is_refused(&[&good, &good], "two headers");
    is_refused(&[""], "no JWT");
    is_refused(&["a.b.c"], "no JWT either");
    let mut private = holder.public();
    private["d"] = "AAAA".into();
    let other = Holder::new(Algorithm::ES256).public();
    for header in [
        json!({"typ": null}),
        json!({"typ": "JWT"}),
        json!({"alg": null}),
        json!({"alg": "none"}),
        json!({"alg": "RS256"}),
        json!({"jwk": null}),
        json!({"jwk": private}),
        json!({"jwk": other}),
        json!({"jwk": {"kty": "oct", "k": "AAAA"}}),
        json!({"crit": ["x"]}),
    ] {
        is_refused(&[&holder.proof(&header, &json!({}))], &header.to_string());
    }
    for claims in [
        json!({"jti": null}),
        json!({"jti": ""}),
        json!({"jti": "x".repeat(513)}),
        json!({"htm": null}),
        json!({"htm": "PUT"}),
        json!({"htm": "post"}),
        json!({"htu": null}),
        json!({"htu": "https://server.example.com/userinfo"}),
        json!({"htu": "http://server.example.com/token"}),
        json!({"htu": "https://server.example.com:8443/token"}),
        json!({"htu": "https://x@server.example.com/token"}),
        json!({"htu": "/token"}),
        json!({"iat": null}),
        json!({"iat": "now"}),
        json!({"iat": NOW.0 - 3600}),
        json!({"iat": NOW.0 + 3600}),
        json!({"exp": NOW.0 - 3600}),
        json!({"nbf": NOW.0 + 3600}),
    ] {
        is_refused(&[&holder.proof(&json!({}), &claims)], &claims.to_string());
    }
    let rsa = Holder::new(Algorithm::RS256);
    is_refused(&[&rsa.proof(&json!({}), &json!({}))], "RS256");
}

#[test]
fn section_4_3_htu_is_compared_after_normalization_without_query_and_fragment() {
    let holder = Holder::new(Algorithm::ES256);
    for htu in [
        "https://server.example.com/token?a=b",
        "https://server.example.com/token#c",
        "HTTPS://Server.Example.COM/token",
        "https://server.example.com:443/token",
    ] {
        assert!(check(&[&holder.proof(&json!({}), &json!({"htu": htu}))]).is_ok(), "{htu}");
    }
}

#[test]
fn section_11_1_iat_may_differ_by_a_minute_and_the_replay_key_lasts_as_long() {
    let holder = Holder::new(Algorithm::ES256);
    let proof = holder.proof(&json!({}), &json!({}));
    for (seconds, good) in [(-61, false), (-60, true), (-10, true), (10, true), (60, true)] {
        assert_eq!(check_at(&[&proof], NOW.plus(seconds)).is_ok(), good, "{seconds}");
    }
    let read = check(&[&proof]).unwrap().unwrap();
    assert!(check_at(&[&proof], read.used_until()).is_err());
    assert_eq!(read.use_key(), check_at(&[&proof], NOW.plus(9)).unwrap().unwrap().use_key());
    let other = Holder::new(Algorithm::ES256).proof(&json!({}), &json!({}));
    assert_ne!(read.use_key(), check(&[&other]).unwrap().unwrap().use_key());
}

#[test]
fn section_7_a_proof_at_a_resource_must_have_ath_of_the_access_token() {
    let holder = Holder::new(Algorithm::EdDSA);
    // The token and its hash of section 7.1.
    let token = Secret::new("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU".to_owned());
    let ath = "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo";
    let urls = ["https://resource.example.org/protectedresource".to_owned()];
    let claims = |ath: Option<&str>| json!({"htm": "GET", "htu": urls[0], "ath": ath});
    for (sent, good) in [(Some(ath), true), (Some("x"), false), (None, false)] {
        let proof = holder.proof(&json!({}), &claims(sent));
        let (access_token, nonces) = (Some(&token), None);
        let expected = Expected { method: "GET", urls: &urls, access_token, nonces, now: NOW };
        assert_eq!(Proof::check(&[&proof], &expected).is_ok(), good, "{sent:?}");
    }
}

#[test]
fn section_8_only_the_current_or_previous_nonce_is_accepted() {
    let holder = Holder::new(Algorithm::ES256);
    let nonces = Nonces { current: "now".to_owned(), previous: "before".to_owned() };
    let urls = ["https://server.example.com/token".to_owned()];
    let (access_token, nonces) = (None, Some(&nonces));
    let expected = Expected { method: "POST", urls: &urls, access_token, nonces, now: NOW };
    for (nonce, refusal) in [
        (json!("now"), None),
        (json!("before"), None),
        (json!("long ago"), Some(ErrorCode::UseDpopNonce)),
        (json!(null), Some(ErrorCode::UseDpopNonce)),
        (json!(1), Some(ErrorCode::UseDpopNonce)),
    ] {
        let proof = holder.proof(&json!({}), &json!({"nonce": nonce}));
        let code = Proof::check(&[&proof], &expected).err().map(|error| error.code);
        assert_eq!(code, refusal, "{nonce}");
    }
}

proptest! {
    #[test]
    fn checking_a_dpop_proof_never_panics(header in "\\PC{0,80}") {
        let _ = check(&[&header]);
    }
}
