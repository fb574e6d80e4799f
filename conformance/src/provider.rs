//! The provider as a relying party sees it. What it answers passes the judge's checks, or is an
//! error.

use anyhow::{Context as _, ensure};
use reqwest::RequestBuilder;
use serde_json::Value;
use url::Url;

use crate::answer::Answer;
use crate::clock::now;
use crate::judge::authorization::Response;
use crate::judge::checks::{id_token, response, token};
use crate::judge::client::{Client, random};
use crate::judge::jwt;
use crate::judge::verdict::Findings;
use crate::mailbox::Mailbox;
use crate::request::Request;
use crate::settings::Settings;

/// What the token endpoint issued.
#[derive(Clone, Debug)]
pub struct Tokens {
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
        Self::discover_at(Settings::from_environment()?).await
    }

    /// The same of other settings than those of the environment.
    pub async fn discover_at(settings: Settings) -> anyhow::Result<Self> {
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
    pub fn request(&self) -> anyhow::Result<Request> {
        self.request_of(&self.settings.client)
    }

    /// A code flow request of a client, with PKCE, state and nonce for scope `openid`.
    pub fn request_of(&self, client: &Client) -> anyhow::Result<Request> {
        let request = Request {
            endpoint: self.endpoint("authorization_endpoint")?,
            parameters: Vec::new(),
            redirect_uri: client.redirect_uri.clone(),
            verifier: None,
            iss_promised: true,
        };
        Ok(request
            .with("response_type", "code")
            .with("client_id", &client.id)
            .with("redirect_uri", client.redirect_uri.as_str())
            .with("scope", "openid")
            .with("state", &random(16))
            .with("nonce", &random(16))
            .with_pkce())
    }

    /// Reads the authorization response to a request.
    pub fn response(&self, request: &Request, url: Url) -> anyhow::Result<Response> {
        let found = Response::from_url(url);
        let mut findings = Findings::default();
        response::check(request, &found, &self.settings.issuer, &mut findings);
        match found.value("error") {
            Some(_) => response::check_error(&found, &mut findings),
            None => response::check_issued(request, &found, &mut findings),
        }
        findings.into_result()?;
        Ok(found)
    }

    /// A request to an endpoint, by a client that proves itself.
    pub fn post(
        &self,
        client: &Client,
        endpoint: &str,
        fields: &[(&str, &str)],
    ) -> anyhow::Result<RequestBuilder> {
        let fields: Vec<_> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let request = self.http.post(self.endpoint(endpoint)?);
        client.authenticated(request, &fields, &self.settings.issuer)
    }

    /// A token request for a code, with the verifier that belongs to it.
    pub fn redemption(
        &self,
        client: &Client,
        request: &Request,
        code: &str,
    ) -> anyhow::Result<RequestBuilder> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", request.redirect_uri.as_str()),
            ("code_verifier", request.verifier.as_deref().unwrap_or_default()),
        ];
        self.post(client, "token_endpoint", &fields)
    }

    /// Redeems the code of a response and verifies the ID token.
    pub async fn tokens(
        &self,
        client: &Client,
        request: &Request,
        response: &Response,
    ) -> anyhow::Result<Tokens> {
        let code = response.code()?;
        let answer = self.redemption(client, request, code)?.send().await?;
        let mut findings = Findings::default();
        let tokens = token::check(&Answer::read(answer).await?, &mut findings)?;
        let text = |name: &str| tokens[name].as_str().map(ToOwned::to_owned);
        let access_token = text("access_token").context("no access_token")?;
        let id_token = text("id_token").context("no id_token")?;
        let keys = self.http.get(self.endpoint("jwks_uri")?).send().await?;
        let (header, claims) = jwt::verify(&id_token, &Answer::read(keys).await?.json()?)?;
        let context = id_token::Context {
            issuer: &self.settings.issuer,
            client_id: &client.id,
            nonce: request.value("nonce"),
            max_age: request.value("max_age").is_some(),
            asked: Vec::new(),
            now: now(),
        };
        id_token::check(&header, &claims, &context, &mut findings);
        let hashed = id_token::Hashed {
            code: Some(code),
            access_token: Some(&access_token),
            state: request.value("state"),
            demanded: false,
        };
        id_token::check_hashes(&header, &claims, &hashed, &mut findings);
        findings.into_result()?;
        Ok(Tokens { access_token, id_token, claims })
    }

    /// The answer of the userinfo endpoint (OpenID Connect Core section 5.3), asked by GET.
    pub async fn userinfo(&self, access_token: &str) -> anyhow::Result<Answer> {
        let url = self.endpoint("userinfo_endpoint")?;
        Answer::read(self.http.get(url).bearer_auth(access_token).send().await?).await
    }
}
