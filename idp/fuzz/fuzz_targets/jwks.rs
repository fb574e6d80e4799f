//! The key set of a stranger: a JSON document of keys.
#![no_main]

use std::sync::LazyLock;

use idp::jose::Algorithm;
use idp::jose::jwks::PublicKeys;
use idp::jose::key::Key;
use idp::jose::keyset::KeySet;
use idp::jose::public_key::PublicKey;
use idp::jose::rotation::State;
use idp::jose::signed_token::{Rules, SignedToken, Types};
use idp_fuzz::token;

/// A token that nobody's key may verify but one that no input can name: it is made anew each time.
static TOKEN: LazyLock<SignedToken> = LazyLock::new(|| {
    let key = Key::generate(Algorithm::ES256).expect("a key");
    let key = KeySet::new(&[(key, State::Active)]).expect("a key set");
    let known = token("{\"alg\":\"ES256\"}\n{}");
    let (message, _) = known.rsplit_once('.').expect("a signature");
    let signing = key.signing(Algorithm::ES256).expect("a key");
    let signature = signing.signature(message.as_bytes()).expect("a signature");
    use base64::Engine as _;
    let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(signature);
    SignedToken::parse(&format!("{message}.{signature}")).expect("a token")
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(keys) = PublicKeys::parse(data) else { return };
    let set: serde_json::Value = serde_json::from_slice(data).expect("JSON");
    for key in set["keys"].as_array().expect("keys") {
        let jwk = key.as_object().expect("a key");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(!jwk.contains_key(private), "a private key was taken");
        }
        let Ok(key) = PublicKey::parse(jwk) else { continue };
        assert_eq!(key.thumbprint().len(), 43);
        assert!(!keys.is_empty());
        for algorithm in Algorithm::ALL {
            assert!(!key.fits(algorithm) || keys.fits(algorithm));
        }
    }
    assert!(keys.is_empty() != Algorithm::ALL.iter().any(|algorithm| keys.fits(*algorithm)));
    let rules = Rules { algorithms: &Algorithm::ALL, types: Types::Optional(&["JWT"]) };
    assert!(TOKEN.verify(&keys, rules).is_err(), "a token of nobody was believed");
});
