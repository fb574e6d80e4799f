//! What an access token tells: our own at the userinfo endpoint, and those that others present to
//! us, for whom we are the resource server.

use openidconnect::core::CoreGenderClaim;
use openidconnect::{
    AccessToken, RequestTokenError, SubjectIdentifier, TokenIntrospectionResponse as _,
    UserInfoClaims,
};
use serde_json::{Map, Value};

use super::claims::{self, OtherClaims};
use super::kinds::Client;
use super::{Error, Provider};

/// A login that someone proves by an access token.
#[derive(Debug)]
pub(crate) struct Presented {
    /// The introspection answer, with `sub`, `acr` and `auth_time`.
    pub(crate) token_claims: Map<String, Value>,
    /// The userinfo answer for the same `sub`.
    pub(crate) userinfo_claims: Map<String, Value>,
}

/// Why an access token is of no use to us.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// It is not active, not for us, or bound to a key whose proof we do not ask for.
    Invalid,
    /// It lacks a scope.
    Scope,
    /// The provider could not be asked.
    Fault(Error),
}

impl From<Error> for Unusable {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

impl Provider {
    /// Looks into an access token that was presented as a bearer token ([RFC 7662 section
    /// 2](https://www.rfc-editor.org/rfc/rfc7662#section-2)), and asks who it stands for.
    pub(crate) async fn look_into(
        &self,
        token: String,
        scopes: &[&str],
        now: i64,
    ) -> Result<Presented, Unusable> {
        let known = self.known(now).await?;
        let endpoints = &known.metadata.additional_metadata().additional_metadata;
        let endpoint = endpoints.introspection_endpoint.clone();
        let endpoint =
            endpoint.ok_or_else(|| Error::NotTrusted("it has no introspection".to_owned()))?;
        let client = self.client(&known);
        let token = AccessToken::new(token);
        let answer = client
            .clone()
            .set_introspection_url(endpoint)
            .introspect(&token)
            .set_token_type_hint("access_token")
            .request_async(&self.outbound)
            .await
            .map_err(|error| match error {
                RequestTokenError::Request(error) => Error::Unreachable(claims::chain(&error)),
                other => Error::NotTrusted(format!("introspection: {other}")),
            })?;
        // A token without `sub` stands for a client alone. RFC 9449 section 7.1: a bound token is
        // no bearer token. RFC 8707 section 2: one with an audience is for those it names.
        let bound = answer.extra_fields().cnf.is_some();
        let ours = answer.aud().is_none_or(|aud| aud.contains(&self.resource));
        let subject = answer.sub().filter(|_| answer.active() && ours && !bound);
        let subject = subject.ok_or(Unusable::Invalid)?;
        let granted: Vec<_> = answer.scopes().into_iter().flatten().map(|it| it.as_str()).collect();
        if scopes.iter().any(|scope| !granted.contains(scope)) {
            return Err(Unusable::Scope);
        }
        let userinfo_claims = self.userinfo(&client, &token, subject).await?;
        match serde_json::to_value(&answer) {
            Ok(Value::Object(token_claims)) => Ok(Presented { token_claims, userinfo_claims }),
            _ => Err(Error::NotTrusted("introspection: no JSON object".to_owned()).into()),
        }
    }

    /// Asks the userinfo endpoint; its `sub` must be the one we know (OpenID Connect Core 1.0
    /// section 5.3.2).
    pub(super) async fn userinfo(
        &self,
        client: &Client,
        token: &AccessToken,
        subject: &str,
    ) -> Result<Map<String, Value>, Error> {
        let untrusted = |what: String| Error::NotTrusted(format!("userinfo: {what}"));
        let subject = SubjectIdentifier::new(subject.to_owned());
        let answer: UserInfoClaims<OtherClaims, CoreGenderClaim> = client
            .user_info(token.clone(), Some(subject))
            .map_err(|error| untrusted(error.to_string()))?
            .request_async(&self.outbound)
            .await
            .map_err(|error| match error {
                openidconnect::UserInfoError::Request(error) => {
                    Error::Unreachable(claims::chain(&error))
                }
                other => untrusted(other.to_string()),
            })?;
        match serde_json::to_value(&answer) {
            Ok(Value::Object(claims)) => Ok(claims),
            _ => Err(untrusted("it is no JSON object".to_owned())),
        }
    }
}
