//! A client of FAPI 2.0 and what it sends to the provider itself: assertions, proofs, certificates.

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::judge::client::{ASSERTION_TYPE, Client};
use crate::judge::jwt;
use crate::judge::proof::{Proof, changed};
use crate::judge::test::Test;

/// A client, and the key its tokens are bound to.
#[derive(Clone, Debug)]
pub(super) struct Party {
    /// The client.
    pub client: Client,
    /// The key of its DPoP proofs; none when its certificate binds the tokens.
    pub key: Option<Value>,
}

impl Party {
    /// The client with a new key of the variant's kind.
    pub(super) fn new(test: &Test, client: Client) -> anyhow::Result<Self> {
        let told = test.judge.configuration.client.get("dpop_signing_alg").and_then(Value::as_str);
        let key = match test.variant.is("sender_constrain", "dpop") {
            true => Some(jwt::generate(told.unwrap_or("ES256"), "dpop")?),
            false => None,
        };
        Ok(Self { client, key })
    }

    /// The same client with another DPoP key.
    pub(super) fn with_new_key(&self, test: &Test) -> anyhow::Result<Self> {
        Self::new(test, self.client.clone())
    }

    /// The key of its proofs.
    pub(super) fn key(&self) -> anyhow::Result<&Value> {
        self.key.as_ref().context("the variant has no DPoP")
    }

    /// An assertion with changed claims; a member that is null is left out.
    pub(super) fn assertion(&self, test: &Test, changes: &Value) -> anyhow::Result<String> {
        let claims = changed(self.client.assertion_claims(&test.judge.issuer), changes);
        jwt::sign_as(self.client.key()?, None, &claims)
    }

    /// `Authorization` for an access token (RFC 6750 section 2.1, RFC 9449 section 7.1).
    pub(super) const fn scheme(&self) -> &'static str {
        if self.key.is_some() { "DPoP" } else { "Bearer" }
    }
}

/// What a request shows beside its fields.
#[derive(Clone, Debug)]
pub(super) enum Shown {
    /// What is right for the client.
    Right,
    /// This.
    Text(String),
    /// Nothing.
    Nothing,
}

/// A request to one of the provider's endpoints.
#[derive(Clone, Debug)]
pub(super) struct Post {
    endpoint: &'static str,
    fields: Vec<(String, String)>,
    assertion: Shown,
    proof: Shown,
    certificate: bool,
}

impl Post {
    /// A request to the token endpoint, with a proof.
    pub(super) fn token(grant_type: &str) -> Self {
        Self {
            endpoint: "token_endpoint",
            fields: Vec::new(),
            assertion: Shown::Right,
            proof: Shown::Right,
            certificate: true,
        }
        .with("grant_type", grant_type)
    }

    /// A pushed request (RFC 9126 section 2.1), without a proof.
    pub(super) const fn push(fields: Vec<(String, String)>) -> Self {
        Self {
            endpoint: "pushed_authorization_request_endpoint",
            fields,
            assertion: Shown::Right,
            proof: Shown::Nothing,
            certificate: true,
        }
    }

    /// The same with one field more.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with another assertion.
    pub(super) fn assertion(mut self, assertion: Shown) -> Self {
        self.assertion = assertion;
        self
    }

    /// The same with another proof.
    pub(super) fn proof(mut self, proof: Shown) -> Self {
        self.proof = proof;
        self
    }

    /// The same over a connection without a certificate.
    pub(super) const fn without_certificate(mut self) -> Self {
        self.certificate = false;
        self
    }

    /// Sends it; a nonce that the provider asks for is sent along in a second try (RFC 9449
    /// section 8).
    pub(super) async fn send(&self, test: &Test, party: &Party) -> anyhow::Result<Answer> {
        let first = self.send_once(test, party, None).await?;
        let asked = first.json().is_ok_and(|body| body["error"] == "use_dpop_nonce");
        match first.header("dpop-nonce") {
            Some(nonce) if asked => self.send_once(test, party, Some(nonce)).await,
            _ => Ok(first),
        }
    }

    async fn send_once(
        &self,
        test: &Test,
        party: &Party,
        nonce: Option<&str>,
    ) -> anyhow::Result<Answer> {
        let client = &party.client;
        let url = test.endpoint_of(client, self.endpoint)?;
        let mut form = self.fields.clone();
        let mut add = |name: &str, value: &str| form.push((name.to_owned(), value.to_owned()));
        match (client.auth.as_str(), &self.assertion) {
            ("private_key_jwt", Shown::Right) => {
                add("client_assertion_type", ASSERTION_TYPE);
                add("client_assertion", &party.assertion(test, &json!({}))?);
            }
            ("private_key_jwt", Shown::Text(assertion)) => {
                add("client_assertion_type", ASSERTION_TYPE);
                add("client_assertion", assertion);
            }
            _ if self.fields.iter().all(|(name, _)| name != "client_id") => {
                add("client_id", &client.id);
            }
            _ => {}
        }
        let http = if self.certificate { test.http_of(client)? } else { test.http.clone() };
        let mut request = http.post(url.clone()).form(&form);
        match (&self.proof, &party.key) {
            (Shown::Right, Some(key)) => {
                let mut proof = Proof::new(key, "POST", url.as_str(), None)?;
                if let Some(nonce) = nonce {
                    proof = proof.claims(&json!({ "nonce": nonce }));
                }
                request = request.header("DPoP", proof.sign()?);
            }
            (Shown::Text(proof), _) => request = request.header("DPoP", proof),
            _ => {}
        }
        Answer::read(request.send().await.with_context(|| url.to_string())?).await
    }
}
