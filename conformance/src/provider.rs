//! The provider as a relying party sees it: discovery, keys, token and userinfo endpoints.

use std::str::FromStr as _;

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet};
use openidconnect::{ClientId, ClientSecret, IssuerUrl, Nonce};
use serde_json::Value;
use url::Url;

use crate::answer::{Answer, Callback};
use crate::clock::now;
use crate::mailbox::Mailbox;
use crate::request::AuthorizationRequest;
use crate::settings::{Client, Settings};

/// How a client proves itself at the token endpoint (OpenID Connect Core section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// `client_secret_basic`.
    Basic,
    /// `client_secret_post`.
    Post,
    /// `none`.
    Public,
}

/// What the token endpoint issued.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The whole answer.
    pub response: Value,
    /// `access_token`.
    pub access_token: String,
    /// `id_token`, as it came.
    pub id_token: String,
    /// The claims of the ID token, after all checks.
    pub claims: Value,
}

/// A provider that was discovered.
#[derive(Clone)]
pub struct Provider {
    /// What the tests were told.
    pub settings: Settings,
    /// The discovery document.
    pub metadata: Value,
    /// Where its mail arrives.
    pub mailbox: Mailbox,
    /// A client without cookies and redirects.
    pub http: reqwest::Client,
}

impl Provider {
    /// Reads the environment and the discovery document (OpenID Connect Discovery 1.0 section 4).
    pub async fn discover() -> anyhow::Result<Self> {
        // A second call finds it installed, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings = Settings::from_environment()?;
        let http =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let base = settings.issuer.trim_end_matches('/');
        let url = format!("{base}/.well-known/openid-configuration");
        let answer = Answer::read(http.get(&url).send().await.context(url)?).await?;
        ensure!(answer.status == 200, "discovery answers {}", answer.status);
        let mailbox = Mailbox::new(&settings.mailbox)?;
        Ok(Self { metadata: answer.json()?, settings, mailbox, http })
    }

    /// An endpoint by its metadata name.
    pub fn endpoint(&self, name: &str) -> anyhow::Result<Url> {
        let value = self.metadata[name].as_str();
        Ok(Url::parse(value.with_context(|| format!("discovery has no {name}"))?)?)
    }

    /// The values of a metadata list; empty when it is not published.
    #[must_use]
    pub fn supported(&self, name: &str) -> Vec<String> {
        let values = self.metadata[name].as_array().cloned().unwrap_or_default();
        values.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
    }

    /// The full value of one of the product's assurance classes.
    #[must_use]
    pub fn acr(&self, name: &str) -> String {
        format!("{}/acr/{name}", self.settings.issuer.trim_end_matches('/'))
    }

    /// An authorization request of the client under test.
    pub fn request(&self) -> anyhow::Result<AuthorizationRequest> {
        self.request_of(&self.settings.client)
    }

    /// An authorization request of another client.
    pub fn request_of(&self, client: &Client) -> anyhow::Result<AuthorizationRequest> {
        let endpoint = self.endpoint("authorization_endpoint")?;
        Ok(AuthorizationRequest::new(endpoint, client.clone(), &self.settings.redirect_uri))
    }

    /// Posts to the token endpoint.
    pub async fn token(
        &self,
        client: &Client,
        authentication: ClientAuthentication,
        fields: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        let mut form = fields.to_vec();
        let mut request = self.http.post(self.endpoint("token_endpoint")?);
        match authentication {
            ClientAuthentication::Basic => {
                request = request.basic_auth(encoded(&client.id), Some(encoded(&client.secret)));
            }
            ClientAuthentication::Post => {
                form.extend([("client_id", &*client.id), ("client_secret", &*client.secret)]);
            }
            ClientAuthentication::Public => form.push(("client_id", &client.id)),
        }
        Answer::read(request.form(&form).send().await?).await
    }

    /// Posts a code with the verifier that belongs to it.
    pub async fn redeem(
        &self,
        request: &AuthorizationRequest,
        code: &str,
    ) -> anyhow::Result<Answer> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", request.value("redirect_uri").unwrap_or_default()),
            ("code_verifier", &request.verifier),
        ];
        self.token(&request.client, ClientAuthentication::Basic, &fields).await
    }

    /// Redeems the code of a callback and verifies the ID token.
    pub async fn tokens(
        &self,
        request: &AuthorizationRequest,
        callback: &Callback,
    ) -> anyhow::Result<Tokens> {
        let answer = self.redeem(request, callback.code()?).await?;
        self.accept(request, &answer).await
    }

    /// Checks a token answer (RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3).
    pub async fn accept(
        &self,
        request: &AuthorizationRequest,
        answer: &Answer,
    ) -> anyhow::Result<Tokens> {
        let response = answer.json()?;
        ensure!(answer.status == 200, "the token endpoint answers {} {response}", answer.status);
        answer.uncached()?;
        let kind = response["token_type"].as_str().unwrap_or_default();
        ensure!(kind.eq_ignore_ascii_case("bearer"), "token_type is {kind:?}");
        let life = response["expires_in"].as_u64().context("no expires_in")?;
        ensure!((1..=31_536_000).contains(&life), "expires_in is {life}");
        let text = |name: &str| response[name].as_str().map(ToOwned::to_owned);
        let access_token = text("access_token").context("no access_token")?;
        let id_token = text("id_token").context("no id_token")?;
        let claims = self.verify(&id_token, request).await?;
        Ok(Tokens { response, access_token, id_token, claims })
    }

    /// Verifies an ID token against the published keys (OpenID Connect Core section 3.1.3.7) and
    /// gives its claims.
    pub async fn verify(
        &self,
        id_token: &str,
        request: &AuthorizationRequest,
    ) -> anyhow::Result<Value> {
        let keys: CoreJsonWebKeySet = serde_json::from_value(self.jwks().await?)?;
        let verifier = CoreIdTokenVerifier::new_confidential_client(
            ClientId::new(request.client.id.clone()),
            ClientSecret::new(request.client.secret.clone()),
            IssuerUrl::new(self.settings.issuer.clone())?,
            keys,
        )
        .allow_any_alg();
        let asked = request.value("nonce").map(ToOwned::to_owned);
        let same = |nonce: Option<&Nonce>| match (asked.as_deref(), nonce.map(Nonce::secret)) {
            (Some(asked), Some(nonce)) if asked == nonce => Ok(()),
            (None, None) => Ok(()),
            (asked, nonce) => Err(format!("nonce {nonce:?} where {asked:?} was sent")),
        };
        let header = part(id_token, 0)?;
        let algorithm = header["alg"].as_str().unwrap_or_default();
        if algorithm.starts_with("HS") || algorithm == "none" {
            bail!("the ID token is signed with {algorithm}");
        }
        CoreIdToken::from_str(id_token)?
            .claims(&verifier, same)
            .with_context(|| format!("ID token with header {header}"))?;
        part(id_token, 1)
    }

    /// The published keys, as JSON.
    pub async fn jwks(&self) -> anyhow::Result<Value> {
        let answer = Answer::read(self.http.get(self.endpoint("jwks_uri")?).send().await?).await?;
        ensure!(answer.status == 200, "jwks_uri answers {}", answer.status);
        Ok(serde_json::from_str(&answer.body)?)
    }

    /// The claims of the userinfo endpoint (OpenID Connect Core section 5.3), asked by GET.
    pub async fn userinfo(&self, access_token: &str) -> anyhow::Result<Answer> {
        let url = self.endpoint("userinfo_endpoint")?;
        Answer::read(self.http.get(url).bearer_auth(access_token).send().await?).await
    }
}

/// The header (0) or the payload (1) of a JWS, not verified.
pub fn part(jws: &str, index: usize) -> anyhow::Result<Value> {
    let part = jws.split('.').nth(index).context("too few parts")?;
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part)?)?)
}

/// Waits until the clock shows this second.
pub async fn until(second: u64) {
    let mut tick = tokio::time::interval(std::time::Duration::from_millis(50));
    while now() < second {
        tick.tick().await;
    }
}

/// RFC 6749 section 2.3.1: id and secret are form-encoded before they become user and password.
fn encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}
