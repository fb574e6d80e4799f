//! A client's own keys, and what it makes with them.

use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jws::{ES256, HS256, JwsSigner};
use serde_json::{Value, json};

use super::application::token;
use super::{Answer, Browser, ISSUER, NOW, TestProvider};

/// The value of `client_assertion_type`.
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A key of a client, for ES256.
#[derive(Clone)]
pub(crate) struct ClientKey {
    private: Jwk,
}

impl ClientKey {
    pub(crate) fn new(kid: &str) -> Self {
        let mut private = Jwk::generate_ec_key(EcCurve::P256).unwrap();
        private.set_key_id(kid);
        Self { private }
    }

    /// Its public half.
    pub(crate) fn public(&self) -> Value {
        let mut public = self.private.to_public_key().unwrap();
        public.set_key_id(self.private.key_id().unwrap());
        Value::Object(public.into())
    }

    /// A JWT with these claims.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let kid = self.private.key_id().unwrap();
        self.sign_as(&json!({"alg": "ES256", "typ": "JWT", "kid": kid}), claims)
    }

    /// The same with claims as a text, however it was written.
    pub(crate) fn sign_text(&self, claims: &str) -> String {
        let signer = ES256.signer_from_jwk(&self.private).unwrap();
        let header = json!({"alg": "ES256", "kid": self.private.key_id().unwrap()}).to_string();
        signed_text(&signer, &header, claims)
    }

    /// The same under any header.
    pub(crate) fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let signer = ES256.signer_from_jwk(&self.private).unwrap();
        signed(&signer, header, claims)
    }
}

/// A JWT authenticated with a shared secret.
pub(crate) fn keyed(secret: &str, claims: &Value) -> String {
    let signer = HS256.signer_from_bytes(secret).unwrap();
    signed(&signer, &json!({"alg": "HS256"}), claims)
}

fn signed(signer: &dyn JwsSigner, header: &Value, claims: &Value) -> String {
    signed_text(signer, &header.to_string(), &claims.to_string())
}

fn signed_text(signer: &dyn JwsSigner, header: &str, claims: &str) -> String {
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
    let message = format!("{header}.{claims}");
    let signature = signer.sign(message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A key set as a value of the configuration file.
pub(crate) fn jwks(keys: &[&ClientKey]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| toml(&key.public())).collect();
    format!("{{ keys = [{}] }}", keys.join(", "))
}

/// A flat JSON object as an inline table.
pub(crate) fn toml(object: &Value) -> String {
    let members = object.as_object().unwrap().iter();
    let members: Vec<_> = members.map(|(name, value)| format!("{name:?} = {value}")).collect();
    format!("{{ {} }}", members.join(", "))
}

/// The claims of a good assertion at the present moment, with an id of their own.
pub(crate) fn assertion(provider: &TestProvider, client_id: &str) -> Value {
    static IDS: AtomicU32 = AtomicU32::new(0);
    let id = IDS.fetch_add(1, Ordering::Relaxed);
    let now = provider.clock.now().0.max(NOW.0);
    json!({
        "iss": client_id, "sub": client_id, "aud": ISSUER, "jti": format!("j-{id}"),
        "iat": now, "exp": now + 60,
    })
}

/// Asks for tokens with a code that nobody knows: `invalid_grant` says that the client was
/// believed.
pub(crate) async fn present(provider: &TestProvider, assertion: &str) -> Answer {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", "unknown"),
        ("redirect_uri", "https://rp.example/cb"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
    ];
    token(&Browser::new(provider), None, &form).await
}

#[track_caller]
pub(crate) fn believed(answer: &Answer) {
    let error = &answer.json()["error"];
    assert_eq!((answer.status, error), (400, &"invalid_grant".into()), "{}", answer.body);
}

#[track_caller]
pub(crate) fn refused(answer: &Answer) {
    let error = &answer.json()["error"];
    assert_eq!((answer.status, error), (401, &"invalid_client".into()), "{}", answer.body);
}
