//! What one login granted to one client: carried by the authorization code, and then by the
//! tokens bought with it. A client that acts on its own behalf has a grant without a login. Above
//! `oauth`, `oidc` and `account`, whose facts it joins; pure like them.

use serde::{Deserialize, Deserializer, Serialize};

use crate::account::assurance::Class;
use crate::account::factor::Proofs;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::oauth::client::{Client, ClientId};
use crate::oauth::grant::issued_code::IssuedCode;
use crate::oauth::grant::validity::{Granted, Origin};
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::scope::Scope;
use crate::oauth::token::IssuedAccessToken;
use crate::oidc::claims::request::ClaimsRequest;

/// The facts that a grant stands for, fixed when it is made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The redirect URI of the authorization request, to be repeated at the token endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// Granted scope.
    pub scope: Scope,
    /// The value that the ID token repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// PKCE S256 challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<CodeChallenge>,
    /// What the `claims` parameter asked for.
    #[serde(default, skip_serializing_if = "is_empty", deserialize_with = "read_claims")]
    pub claims: ClaimsRequest,
    /// The classes one of which the client demanded.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "read_classes")]
    pub essential_acr: Vec<Class>,
    /// The thumbprint of the key whose proof redeems the code (RFC 9449 section 10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// The resources that access was granted to (RFC 8707 section 2.1); none means no restriction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// What was proven when the grant was made; nothing where no person logged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proofs: Option<Proofs>,
}

fn is_empty(claims: &ClaimsRequest) -> bool {
    *claims == ClaimsRequest::default()
}

/// Until November 2026 the request was stored as text within the text; such grants live on.
fn read_claims<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ClaimsRequest, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Request(ClaimsRequest),
        Text(String),
    }
    match Stored::deserialize(deserializer)? {
        Stored::Request(claims) => Ok(claims),
        Stored::Text(text) => serde_json::from_str(&text).map_err(serde::de::Error::custom),
    }
}

/// Until then the classes were stored as the values that the client had sent, ours and others.
fn read_classes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Class>, D::Error> {
    let stored = Vec::<String>::deserialize(deserializer)?;
    let name = |value: &String| Class::named(value.rsplit('/').next().unwrap_or_default());
    Ok(stored.iter().filter_map(name).collect())
}

/// A stored grant.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// Internal id: the family of everything issued from one code.
    pub id: String,
    /// The client it was made for.
    pub client_id: ClientId,
    /// Whose login it was; none where a client acts on its own behalf.
    pub account_id: Option<String>,
    /// The session it was made in; logout there ends the grant, unless it is offline.
    pub session_id: Option<String>,
    /// Whether it outlives its session
    /// ([OpenID Connect Core section 11](https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess)).
    pub offline: bool,
    /// What it stands for.
    pub facts: Facts,
    /// When the code was issued.
    pub issued_at: Timestamp,
    /// When the code ends, unused; the time of issue where there is none.
    pub code_expires_at: Timestamp,
    /// When the code was redeemed.
    pub code_used_at: Option<Timestamp>,
    /// When everything issued from it was made worthless.
    pub revoked_at: Option<Timestamp>,
}

/// All that an access token stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Access {
    /// What it was bought from.
    pub grant: Grant,
    /// Whose it is; none where a client acts on its own behalf.
    pub account: Option<Account>,
    /// The token itself.
    pub token: IssuedAccessToken,
}

impl Grant {
    /// Its authorization code; `None` where there was no authorization response that could have
    /// brought one.
    #[must_use]
    pub fn issued_code(&self) -> Option<IssuedCode<'_>> {
        Some(IssuedCode {
            client_id: &self.client_id,
            redirect_uri: self.facts.redirect_uri.as_deref()?,
            scope: &self.facts.scope,
            code_challenge: self.facts.code_challenge.as_ref(),
            dpop_jkt: self.facts.dpop_jkt.as_deref(),
            issued_at: self.issued_at,
            expires_at: self.code_expires_at,
            used: self.code_used_at.is_some() || self.revoked_at.is_some(),
        })
    }

    /// What of it depends on its client as registered now.
    #[must_use]
    pub fn granted(&self) -> Granted<'_> {
        let origin = match &self.facts.redirect_uri {
            Some(uri) => Origin::AuthorizationResponse(uri),
            None if self.account_id.is_some() => Origin::Device,
            None => Origin::ClientCredentials,
        };
        Granted { scope: &self.facts.scope, resources: &self.facts.resources, origin }
    }

    /// The claims that were asked for one by one and that its client may still have.
    #[must_use]
    pub fn claims_for(&self, client: &Client) -> ClaimsRequest {
        self.facts.claims.clone().narrow(&client.metadata().scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_of_a_grant_are_read_in_the_current_and_the_former_stored_form() {
        let claims = ClaimsRequest::parse(Some(r#"{"userinfo":{"name":null}}"#)).unwrap();
        let facts = Facts { claims: claims.clone(), ..Facts::default() };
        let stored = serde_json::to_string(&facts).unwrap();
        assert_eq!(stored, r#"{"scope":"","claims":{"userinfo":{"name":{}}}}"#);
        let former = r#"{"scope":"","claims":"{\"userinfo\":{\"name\":{}}}"}"#;
        for text in [stored.as_str(), former] {
            assert_eq!(serde_json::from_str::<Facts>(text).unwrap().claims, claims, "{text}");
        }
    }

    #[test]
    fn classes_of_a_grant_are_read_in_the_current_and_the_former_stored_form() {
        let essential_acr = vec![Class::PasswordEmail, Class::Password];
        let facts = Facts { essential_acr: essential_acr.clone(), ..Facts::default() };
        let stored = serde_json::to_string(&facts).unwrap();
        assert_eq!(stored, r#"{"scope":"","essential_acr":["pwd-email","pwd"]}"#);
        let former = r#"{"scope":"","essential_acr":
            ["https://id.example/acr/pwd-email","urn:other","https://id.example/acr/pwd"]}"#;
        for text in [stored.as_str(), former] {
            assert_eq!(serde_json::from_str::<Facts>(text).unwrap().essential_acr, essential_acr);
        }
    }

    #[test]
    fn stored_facts_with_invalid_values_are_refused() {
        for text in [r#"{"scope":"a\"b"}"#, r#"{"scope":"a","code_challenge":"short"}"#] {
            assert!(serde_json::from_str::<Facts>(text).is_err(), "{text}");
        }
    }
}
