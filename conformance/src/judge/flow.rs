//! The way from an authorization request to tokens, with every check that all modules share.

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use crate::answer::Answer;
use crate::clock::now;
use crate::judge::authorization::{End, Response, Visit};
use crate::judge::checks::{self, id_token};
use crate::judge::client::Client;
use crate::judge::jwt;
use crate::judge::test::Test;
use crate::request::Request;

/// An ID token that was verified.
#[derive(Clone, Debug)]
pub struct IdToken {
    /// As it came.
    pub text: String,
    /// Its header.
    pub header: Value,
    /// Its claims.
    pub claims: Value,
}

/// A login that went well.
#[derive(Clone, Debug)]
pub struct Login {
    /// How often the person was asked to log in.
    pub logins: usize,
    /// The authorization response.
    pub response: Response,
    /// The answer of the token endpoint; null without a code.
    pub tokens: Value,
    /// The ID token: of the token endpoint, or of the authorization response when that is the only
    /// one.
    id_token: Option<IdToken>,
    /// The access token: of the token endpoint, or of the authorization response.
    access_token: Option<String>,
}

impl Login {
    /// The ID token.
    pub fn id_token(&self) -> anyhow::Result<&IdToken> {
        self.id_token.as_ref().context("no ID token was issued")
    }

    /// A claim of the ID token; null if it is not there.
    #[must_use]
    pub fn claim(&self, name: &str) -> Value {
        self.id_token.as_ref().map(|token| token.claims[name].clone()).unwrap_or_default()
    }

    /// The access token.
    pub fn access_token(&self) -> anyhow::Result<&str> {
        self.access_token.as_deref().context("no access token was issued")
    }

    /// The refresh token, if one was issued.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&str> {
        self.tokens["refresh_token"].as_str()
    }
}

impl Test {
    /// The whole login of the variant: request, response, tokens, each checked.
    pub async fn sign_in(&mut self, client: &Client, request: &Request) -> anyhow::Result<Login> {
        let visit = self.visit(request).await?;
        self.finish_login(client, request, visit).await
    }

    /// A login with the request of the variant as it stands.
    pub async fn log_in(&mut self, client: &Client) -> anyhow::Result<Login> {
        let request = self.request(client)?;
        self.sign_in(client, &request).await
    }

    /// What follows once the person is back at the client.
    pub async fn finish_login(
        &mut self,
        client: &Client,
        request: &Request,
        visit: Visit,
    ) -> anyhow::Result<Login> {
        let logins = visit.logins;
        let response = visit.response()?;
        self.check_success(request, &response)?;
        let code = response.value("code").map(ToOwned::to_owned);
        let mut access_token = response.value("access_token").map(ToOwned::to_owned);
        let mut id_token = None;
        if let Some(text) = response.value("id_token") {
            let hashed = id_token::Hashed {
                code: code.as_deref(),
                access_token: access_token.as_deref(),
                state: request.value("state"),
                demanded: true,
            };
            id_token = Some(self.verify_id_token(client, request, text, &hashed).await?);
        }
        let mut tokens = Value::Null;
        if let Some(code) = code.as_deref() {
            let answer = self.redeem(client, request, code).await?;
            tokens = checks::token::check(&answer, &mut self.findings)?;
            access_token = tokens["access_token"].as_str().map(ToOwned::to_owned);
            let text = tokens["id_token"].as_str().map(ToOwned::to_owned);
            if text.is_none() && asks_openid(request) {
                bail!("the token answer has no id_token: {}", answer.body);
            }
            if let Some(text) = text {
                let hashed = id_token::Hashed {
                    code: Some(code),
                    access_token: access_token.as_deref(),
                    state: request.value("state"),
                    demanded: false,
                };
                let token = self.verify_id_token(client, request, &text, &hashed).await?;
                if let Some(front) = &id_token {
                    id_token::check_pair(&front.claims, &token.claims, &mut self.findings);
                }
                id_token = Some(token);
            }
        }
        Ok(Login { logins, response, tokens, id_token, access_token })
    }

    /// Notes what is wrong with a successful authorization response, and fails if it is none.
    pub fn check_success(&mut self, request: &Request, response: &Response) -> anyhow::Result<()> {
        let issuer = self.judge.issuer.clone();
        checks::response::check(request, response, &issuer, &mut self.findings);
        if let Some(error) = response.value("error") {
            bail!("{error}: {}", response.value("error_description").unwrap_or_default());
        }
        checks::response::check_issued(request, response, &mut self.findings);
        Ok(())
    }

    /// Notes what is wrong with an error response, and gives the error; fails if it is none.
    pub fn check_error(&mut self, request: &Request, visit: Visit) -> anyhow::Result<String> {
        let response = match visit.end {
            End::Response(response) => response,
            End::Page(page) => bail!("an error response was due, not the page {}", page.url),
        };
        let issuer = self.judge.issuer.clone();
        checks::response::check(request, &response, &issuer, &mut self.findings);
        checks::response::check_error(&response, &mut self.findings);
        let error = response.value("error").context("a response without error")?;
        Ok(error.to_owned())
    }

    /// Fails unless the request ends in a response with one of these errors.
    pub fn expect_error(
        &mut self,
        request: &Request,
        visit: Visit,
        errors: &[&str],
    ) -> anyhow::Result<()> {
        let error = self.check_error(request, visit)?;
        let due = errors.join(" or ");
        self.findings.require(errors.contains(&error.as_str()), || format!("{error}, not {due}"));
        Ok(())
    }

    /// Verifies a JWT of the provider. A `kid` that is not among the keys makes them be read again
    /// (OpenID Connect Core section 10.1.1).
    pub async fn verify(&mut self, text: &str) -> anyhow::Result<(Value, Value)> {
        let kid = jwt::header(text)?["kid"].clone();
        let keys = self.jwks["keys"].as_array();
        if !kid.is_null() && !keys.is_some_and(|keys| keys.iter().any(|key| key["kid"] == kid)) {
            let body = self.http.get(self.endpoint("jwks_uri")?).send().await?.bytes().await?;
            self.jwks = serde_json::from_slice(&body).context("the JWK Set")?;
        }
        jwt::verify(text, &self.jwks)
    }

    /// Verifies an ID token of this request and notes what is wrong with its claims.
    pub async fn verify_id_token(
        &mut self,
        client: &Client,
        request: &Request,
        text: &str,
        hashed: &id_token::Hashed<'_>,
    ) -> anyhow::Result<IdToken> {
        let (header, claims) = self.verify(text).await.context("the ID token")?;
        let context = id_token::Context {
            issuer: &self.judge.issuer,
            client_id: &client.id,
            nonce: request.value("nonce"),
            max_age: request.value("max_age").is_some(),
            // Scope claims belong in the ID token only when there is no access token (OpenID
            // Connect Core section 5.4).
            asked: asked_claims(request, !self.variant.has_access_token()),
            now: now(),
        };
        id_token::check(&header, &claims, &context, &mut self.findings);
        id_token::check_hashes(&header, &claims, hashed, &mut self.findings);
        Ok(IdToken { text: text.to_owned(), header, claims })
    }

    /// Posts fields to the token endpoint as this client.
    pub async fn post_token(
        &self,
        client: &Client,
        fields: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        let url = self.endpoint_of(client, "token_endpoint")?;
        let audience = self.endpoint("token_endpoint")?;
        let fields: Vec<_> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let request = self.http_of(client)?.post(url);
        let request = client.authenticated(request, &fields, audience.as_str())?;
        Answer::read(request.send().await.context("the token endpoint")?).await
    }

    /// Redeems a code (RFC 6749 section 4.1.3).
    pub async fn redeem(
        &self,
        client: &Client,
        request: &Request,
        code: &str,
    ) -> anyhow::Result<Answer> {
        let redirect_uri = request.redirect_uri.as_str();
        let mut fields = vec![("grant_type", "authorization_code"), ("code", code)];
        if request.value("redirect_uri").is_some() {
            fields.push(("redirect_uri", redirect_uri));
        }
        if let Some(verifier) = &request.verifier {
            fields.push(("code_verifier", verifier));
        }
        self.post_token(client, &fields).await
    }

    /// Asks for userinfo by GET (OpenID Connect Core section 5.3.1).
    pub async fn ask_userinfo(&self, access_token: &str) -> anyhow::Result<Answer> {
        let request = self.http.get(self.endpoint("userinfo_endpoint")?);
        Answer::read(request.bearer_auth(access_token).send().await?).await
    }

    /// The claims of userinfo, checked, with the subject of the login.
    pub async fn userinfo(&mut self, login: &Login) -> anyhow::Result<Value> {
        let answer = self.ask_userinfo(login.access_token()?).await?;
        self.check_userinfo(login, &answer)
    }

    /// Checks an answer of the userinfo endpoint, and gives its claims.
    pub fn check_userinfo(&mut self, login: &Login, answer: &Answer) -> anyhow::Result<Value> {
        ensure!(answer.status == 200, "userinfo answers {}: {}", answer.status, answer.body);
        let claims = answer.json().context("userinfo")?;
        checks::userinfo::check(&claims, &login.claim("sub"), &mut self.findings);
        Ok(claims)
    }
}

/// Whether this is an OpenID Connect request.
fn asks_openid(request: &Request) -> bool {
    request.value("scope").is_some_and(|scope| scope.split(' ').any(|one| one == "openid"))
}

/// The claims that the request asks into the ID token.
fn asked_claims(request: &Request, scopes_too: bool) -> Vec<String> {
    let claims: Value = request
        .value("claims")
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let mut asked: Vec<String> =
        claims["id_token"].as_object().into_iter().flat_map(|map| map.keys().cloned()).collect();
    if scopes_too {
        let scopes = request.value("scope").unwrap_or_default().split(' ');
        asked.extend(scopes.flat_map(checks::userinfo::claims_of).map(|name| (*name).to_owned()));
    }
    asked
}
