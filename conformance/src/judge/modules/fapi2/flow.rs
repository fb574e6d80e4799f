//! The way of FAPI 2.0: a pushed request, the browser, the token endpoint.

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::party::{Party, Post, Shown};
use crate::answer::Answer;
use crate::clock::now;
use crate::judge::authorization::{End, Response, Visit};
use crate::judge::checks::{self, fapi, id_token};
use crate::judge::client::random;
use crate::judge::flow::IdToken;
use crate::judge::jwt;
use crate::judge::person::Will;
use crate::judge::proof::changed;
use crate::judge::test::Test;
use crate::request::{Parameters, Request};

/// What a pushed request may be refused with (RFC 9126 section 2.3).
pub(super) const BAD_REQUEST: &[&str] = &["invalid_request", "invalid_request_object"];

/// What the token endpoint gave.
#[derive(Clone, Debug)]
pub(super) struct Granted {
    /// The answer.
    pub tokens: Value,
    /// The access token.
    pub access_token: String,
    /// The ID token, of an OpenID Connect request.
    pub id_token: Option<IdToken>,
}

impl Test {
    /// The client of the plan.
    pub(super) async fn party(&mut self) -> anyhow::Result<Party> {
        let client = self.client().await?;
        Party::new(self, client)
    }

    /// The other client of the plan.
    pub(super) async fn second_party(&mut self) -> anyhow::Result<Party> {
        let client = self.second_client().await?;
        Party::new(self, client)
    }

    /// Whether requests are those of OpenID Connect.
    pub(super) fn is_openid(&self) -> bool {
        !self.variant.is("openid", "plain_oauth")
    }

    /// Whether requests are signed (FAPI 2.0 Message Signing section 5.3).
    pub(super) fn signs_requests(&self) -> bool {
        self.variant.is("fapi_request_method", "signed_non_repudiation")
    }

    /// The authorization request of the variant.
    pub(super) fn fapi_request(&self, party: &Party) -> anyhow::Result<Request> {
        let told = self.judge.configuration.client.get("scope").and_then(Value::as_str);
        let scopes = told.unwrap_or("openid profile").split(' ');
        let scopes: Vec<_> = scopes.filter(|one| self.is_openid() || *one != "openid").collect();
        let mut request = self
            .request(&party.client)?
            .with("response_type", "code")
            .with("scope", &scopes.join(" "))
            .with_pkce();
        // FAPI 2.0 Security Profile section 5.3.2.2: always, whatever the metadata promise.
        request.iss_promised = true;
        if !self.is_openid() {
            request = request.without("nonce");
        }
        if self.variant.is("fapi_response_mode", "jarm") {
            request = request.with("response_mode", "jwt");
        }
        Ok(request)
    }

    /// The claims of the request object for a request (RFC 9101 section 4).
    pub(super) fn object_claims(&self, party: &Party, request: &Request) -> Value {
        let mut claims = json!({
            "iss": party.client.id, "aud": self.judge.issuer,
            "iat": now(), "nbf": now(), "exp": now() + 300, "jti": random(16),
        });
        for (name, value) in &request.parameters {
            claims[name] = match name.as_str() {
                "claims" => serde_json::from_str(value).unwrap_or_default(),
                _ => json!(value),
            };
        }
        claims
    }

    /// The fields of a pushed request: the parameters, or one signed object of them.
    pub(super) fn push_fields(
        &self,
        party: &Party,
        request: &Request,
    ) -> anyhow::Result<Parameters> {
        if !self.signs_requests() {
            return Ok(request.parameters.clone());
        }
        let claims = self.object_claims(party, request);
        let object = jwt::sign_as(party.client.key()?, Some("oauth-authz-req+jwt"), &claims)?;
        Ok(vec![("request".to_owned(), object)])
    }

    /// Pushes a request.
    pub(super) async fn push(&self, party: &Party, request: &Request) -> anyhow::Result<Answer> {
        Post::push(self.push_fields(party, request)?).send(self, party).await
    }

    /// Pushes a request object with changed claims.
    pub(super) async fn push_object(
        &self,
        party: &Party,
        request: &Request,
        changes: &Value,
    ) -> anyhow::Result<Answer> {
        let claims = changed(self.object_claims(party, request), changes);
        let object = jwt::sign_as(party.client.key()?, Some("oauth-authz-req+jwt"), &claims)?;
        Post::push(vec![("request".to_owned(), object)]).send(self, party).await
    }

    /// Pushes a request, and gives the reference to it and its seconds.
    pub(super) async fn pushed(
        &mut self,
        party: &Party,
        request: &Request,
    ) -> anyhow::Result<(String, u64)> {
        let answer = self.push(party, request).await?;
        fapi::check_pushed(&answer, &mut self.findings)
    }

    /// Notes a failure unless a push was refused with one of these errors.
    pub(super) fn expect_refusal(&mut self, answer: &Answer, errors: &[&str]) {
        checks::token::check_error(answer, errors, &mut self.findings);
    }

    /// Opens a pushed request in the browser, with further parameters beside its reference.
    pub(super) async fn visit_pushed(
        &mut self,
        request: &Request,
        uri: &str,
        beside: &[(&str, &str)],
        will: Will,
    ) -> anyhow::Result<Visit> {
        let client_id = request.value("client_id").context("no client_id")?.to_owned();
        let mut front = Request { parameters: Vec::new(), ..request.clone() }
            .with("client_id", &client_id)
            .with("request_uri", uri);
        for (name, value) in beside {
            front = front.with(name, value);
        }
        let visit = self.visit_as(&front, will).await?;
        self.unsealed(request, visit).await
    }

    /// The visit with a signed response taken apart (JARM section 2.3).
    pub(super) async fn unsealed(
        &mut self,
        request: &Request,
        visit: Visit,
    ) -> anyhow::Result<Visit> {
        let signed = request.value("response_mode") == Some("jwt");
        let End::Response(response) = &visit.end else { return Ok(visit) };
        if !signed {
            return Ok(visit);
        }
        let text = response.value("response").context("the response is not signed")?.to_owned();
        for (name, value) in &response.parameters {
            let own = request.redirect_uri.query_pairs().any(|(own, _)| own == name.as_str());
            self.findings.require(own || name == "response", || {
                format!("{name}={value} beside the signed response")
            });
        }
        let (header, claims) = self.verify(&text).await.context("the signed response")?;
        fapi::check_signature("the response", &header, &mut self.findings);
        let client_id = request.value("client_id").unwrap_or_default();
        let issuer = self.judge.issuer.clone();
        fapi::check_signed_response(&claims, &issuer, client_id, now(), &mut self.findings);
        let about = ["aud", "exp", "iat", "nbf"];
        let members = claims.as_object().into_iter().flatten();
        let said = members.filter(|(name, _)| !about.contains(&name.as_str()));
        let said = said.map(|(name, value)| {
            (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        });
        let response = Response { parameters: said.collect(), ..response.clone() };
        Ok(Visit { end: End::Response(response), ..visit })
    }

    /// Pushes a request, has the person agree, and gives the code.
    pub(super) async fn obtain_code(
        &mut self,
        party: &Party,
        request: &Request,
    ) -> anyhow::Result<String> {
        let (uri, _) = self.pushed(party, request).await?;
        let visit = self.visit_pushed(request, &uri, &[], Will::Agree).await?;
        self.code_of(request, visit)
    }

    /// The code of a visit that went well.
    pub(super) fn code_of(&mut self, request: &Request, visit: Visit) -> anyhow::Result<String> {
        let response = visit.response()?;
        self.check_success(request, &response)?;
        Ok(response.code()?.to_owned())
    }

    /// The token request for a code.
    pub(super) fn redemption(request: &Request, code: &str) -> Post {
        let post = Post::token("authorization_code")
            .with("code", code)
            .with("redirect_uri", request.redirect_uri.as_str());
        match &request.verifier {
            Some(verifier) => post.with("code_verifier", verifier),
            None => post,
        }
    }

    /// Notes what is wrong with a token answer, and gives what is in it.
    pub(super) async fn check_granted(
        &mut self,
        party: &Party,
        request: &Request,
        code: Option<&str>,
        answer: &Answer,
    ) -> anyhow::Result<Granted> {
        let tokens = checks::token::check(answer, &mut self.findings)?;
        let access_token = tokens["access_token"].as_str().context("no access_token")?.to_owned();
        checks::response::check_secret("the access token", &access_token, &mut self.findings);
        let kind = tokens["token_type"].as_str().unwrap_or_default();
        let right = kind.eq_ignore_ascii_case(party.scheme());
        self.findings.require(right, || format!("token_type is {kind}, not {}", party.scheme()));
        let mut id_token = None;
        match tokens["id_token"].as_str() {
            Some(text) if self.is_openid() => {
                let hashed = id_token::Hashed {
                    code,
                    access_token: Some(&access_token),
                    ..Default::default()
                };
                let verified = self.verify_id_token(&party.client, request, text, &hashed).await?;
                fapi::check_signature("the ID token", &verified.header, &mut self.findings);
                id_token = Some(verified);
            }
            Some(_) => self.findings.fail("an ID token for a request without openid"),
            None if self.is_openid() => bail!("the token answer has no id_token"),
            None => {}
        }
        Ok(Granted { tokens, access_token, id_token })
    }

    /// From the pushed request to the tokens.
    pub(super) async fn grant(
        &mut self,
        party: &Party,
        request: &Request,
    ) -> anyhow::Result<Granted> {
        let code = self.obtain_code(party, request).await?;
        self.exchange(party, request, &code).await
    }

    /// From the code to the tokens.
    pub(super) async fn exchange(
        &mut self,
        party: &Party,
        request: &Request,
        code: &str,
    ) -> anyhow::Result<Granted> {
        let answer = Self::redemption(request, code).send(self, party).await?;
        self.check_granted(party, request, Some(code), &answer).await
    }

    /// Notes a failure unless this ends without a code: in an error page, or in a response with one
    /// of these errors.
    pub(super) fn expect_no_code(
        &mut self,
        request: &Request,
        visit: Visit,
        errors: &[&str],
    ) -> anyhow::Result<()> {
        match visit.end {
            End::Page(page) => {
                self.expect_error_page(&page);
                Ok(())
            }
            End::Response(_) => self.expect_error(request, visit, errors),
        }
    }

    /// Refuses with what a token request is refused with when its client is not proven.
    pub(super) async fn expect_unproven(
        &mut self,
        party: &Party,
        post: Post,
        assertion: Shown,
    ) -> anyhow::Result<()> {
        let answer = post.assertion(assertion).send(self, party).await?;
        self.expect_refusal(&answer, &["invalid_client", "invalid_request"]);
        Ok(())
    }
}

/// Fails unless the answer is an error of the client's making.
pub(super) fn ensure_client_error(answer: &Answer) -> anyhow::Result<()> {
    let status = answer.status;
    ensure!((400..500).contains(&status), "answered {status}: {}", answer.body);
    Ok(())
}
