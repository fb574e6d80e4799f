//! Proofs of possession.

use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use idp::jose::Algorithm;
use idp::jose::key::Key;
use idp::jose::keyset::KeySet;
use idp::jose::public_key::PublicKey;
use idp::jose::rotation::State;
use idp::secret::{AccessToken, Secret};
use serde_json::{Value, json};

use super::{ISSUER, TestProvider};

/// A key of a client.
pub(crate) struct Holder(KeySet);

impl Holder {
    pub(crate) fn new() -> Self {
        let key = Key::generate(Algorithm::ES256, 2_048).unwrap();
        Self(KeySet::new(&[(key, State::Active)]).unwrap())
    }

    fn public(&self) -> Value {
        let public = self.0.signing(Algorithm::ES256).unwrap().public().clone();
        json!({"kty": "EC", "crv": "P-256", "x": public["x"], "y": public["y"]})
    }

    pub(crate) fn thumbprint(&self) -> String {
        PublicKey::parse(self.public().as_object().unwrap()).unwrap().thumbprint().to_owned()
    }

    /// A fresh proof for the token endpoint.
    pub(crate) fn at_token(&self, provider: &TestProvider) -> String {
        self.proof(provider, &json!({"htm": "POST", "htu": format!("{ISSUER}/token")}))
    }

    /// A fresh proof for `GET /userinfo` with this token.
    pub(crate) fn at_userinfo(&self, provider: &TestProvider, token: &str) -> String {
        let ath = Secret::<AccessToken>::new(token.to_owned()).sha256();
        let htu = format!("{ISSUER}/userinfo");
        self.proof(provider, &json!({"htm": "GET", "htu": htu, "ath": ath}))
    }

    /// A fresh proof with these claims.
    pub(crate) fn proof(&self, provider: &TestProvider, claims: &Value) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut all = json!({"jti": format!("proof-{number}"), "iat": provider.clock.now().0});
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.public()});
        let [header, claims] = [header, all].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let message = format!("{header}.{claims}");
        let signing = self.0.signing(Algorithm::ES256).unwrap();
        let signature = signing.signature(message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
