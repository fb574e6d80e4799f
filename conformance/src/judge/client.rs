//! The judge's clients and how they prove themselves (OpenID Connect Core section 9, RFC 8705
//! section 2).

use anyhow::{Context as _, bail};
use reqwest::RequestBuilder;
use serde_json::{Map, Value, json};
use url::Url;

use crate::clock::now;
use crate::judge::configuration::Mtls;
use crate::judge::jwt;

/// `client_assertion_type` of RFC 7523 section 2.2.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client the provider knows.
#[derive(Clone, Debug)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// `client_secret`, when it has one.
    pub secret: Option<String>,
    /// `token_endpoint_auth_method`.
    pub auth: String,
    /// Where its answers go.
    pub redirect_uri: Url,
    /// Its private keys, as JWKs; the first signs.
    pub keys: Vec<Value>,
    /// Its certificate.
    pub mtls: Option<Mtls>,
    /// The answer to its registration; null for a static client.
    pub registration: Value,
}

impl Client {
    /// A client as the configuration file tells it.
    pub fn from_configuration(
        told: &Map<String, Value>,
        auth: &str,
        redirect_uri: Url,
    ) -> anyhow::Result<Self> {
        let text = |name: &str| told.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
        let keys = told.get("jwks").and_then(|set| set["keys"].as_array()).cloned();
        Ok(Self {
            id: text("client_id").context("the configuration has no client_id for this client")?,
            secret: text("client_secret"),
            auth: auth.to_owned(),
            redirect_uri,
            keys: keys.unwrap_or_default(),
            mtls: None,
            registration: Value::Null,
        })
    }

    /// The secret, or an error that names what is missing.
    pub fn secret(&self) -> anyhow::Result<&str> {
        self.secret.as_deref().context("the client has no client_secret")
    }

    /// The key that signs for this client.
    pub fn key(&self) -> anyhow::Result<&Value> {
        self.keys.first().context("the client has no private key")
    }

    /// The claims of an assertion (RFC 7523 section 3, OpenID Connect Core section 9).
    #[must_use]
    pub fn assertion_claims(&self, audience: &str) -> Value {
        json!({
            "iss": self.id, "sub": self.id, "aud": audience, "jti": random(16),
            "iat": now(), "exp": now() + 60,
        })
    }

    /// A request that carries these fields and proves the client. `audience` is that of an
    /// assertion.
    pub fn authenticated(
        &self,
        request: RequestBuilder,
        fields: &[(String, String)],
        audience: &str,
    ) -> anyhow::Result<RequestBuilder> {
        let mut form = fields.to_vec();
        let mut add = |name: &str, value: &str| form.push((name.to_owned(), value.to_owned()));
        let mut request = request;
        match self.auth.as_str() {
            "client_secret_basic" => {
                let (id, secret) = (form_encoded(&self.id), form_encoded(self.secret()?));
                request = request.basic_auth(id, Some(secret));
            }
            "client_secret_post" => {
                add("client_id", &self.id);
                add("client_secret", self.secret()?);
            }
            "private_key_jwt" => {
                let claims = self.assertion_claims(audience);
                add("client_assertion_type", ASSERTION_TYPE);
                add("client_assertion", &jwt::sign_as(self.key()?, None, &claims)?);
            }
            "client_secret_jwt" => {
                let claims = self.assertion_claims(audience);
                add("client_assertion_type", ASSERTION_TYPE);
                add("client_assertion", &jwt::sign_hs256(self.secret()?, &claims)?);
            }
            "none" | "mtls" | "tls_client_auth" | "self_signed_tls_client_auth" => {
                add("client_id", &self.id);
            }
            other => bail!("the judge knows no client authentication {other}"),
        }
        Ok(request.form(&form))
    }
}

/// RFC 6749 section 2.3.1: id and secret are form-encoded before they become user and password.
fn form_encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// Random text of base64url, drawn as that many bytes.
#[must_use]
pub fn random(bytes: u32) -> String {
    openidconnect::CsrfToken::new_random_len(bytes).into_secret()
}
