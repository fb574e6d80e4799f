//! Drawing tokens: what stands in an access token and an ID token, and the answer that hands them
//! out. Whether they are issued is decided, and that they were is committed, by the endpoint.

use crate::account::assurance::Weighed;
use crate::account::factor::Proofs;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::grant::Grant;
use crate::oauth::client::Client;
use crate::oauth::client_metadata::AccessTokenFormat;
use crate::oauth::confirmation::Confirmation;
use crate::oauth::grant::refresh_token::IssuedRefreshToken;
use crate::oauth::introspection::Login;
use crate::oauth::jwt_access_token::JwtAccessToken;
use crate::oauth::scope::Scope;
use crate::oauth::token::{IssuedAccessToken, TokenResponse, TokenType};
use crate::oidc::id_token::Beside;
use crate::oidc::subject;
use crate::provider::{Fault, Provider};
use crate::secret::{AccessToken, RefreshToken, Secret};

/// For whom, and for what, tokens are drawn.
#[derive(Clone, Debug)]
pub(crate) struct Issue<'a> {
    pub(crate) client: &'a Client,
    pub(crate) grant: &'a Grant,
    /// Whose login it was; none where the client acts on its own behalf.
    pub(crate) account: Option<&'a Account>,
    pub(crate) scope: Scope,
    pub(crate) audience: Vec<String>,
    pub(crate) confirmation: Option<Confirmation>,
    pub(crate) now: Timestamp,
}

impl Provider {
    /// The name by which a client knows an account.
    pub(crate) fn sub(&self, client: &Client, account: &Account) -> String {
        subject::subject(&self.master, client, &account.subject)
    }

    /// The proofs of a login, weighed at a moment.
    pub(crate) const fn weigh<'a>(&self, proofs: &'a Proofs, now: Timestamp) -> Weighed<'a> {
        Weighed { proofs, now, remember_days: self.settings.remember_days }
    }

    /// How strong the login of a grant was, by the name of its class.
    pub(crate) fn class_of(&self, grant: &Grant) -> Option<&'static str> {
        let proofs = grant.facts.proofs.as_ref()?;
        Some(self.weigh(proofs, grant.issued_at).class_for(&grant.facts.essential_acr).name())
    }

    /// How and when the End-User of a grant logged in.
    pub(crate) fn login(&self, grant: &Grant) -> Option<Login> {
        let proofs = grant.facts.proofs.as_ref()?;
        let weighed = self.weigh(proofs, grant.issued_at);
        let class = weighed.class_for(&grant.facts.essential_acr);
        Some(Login {
            acr: class.acr(&self.issuer),
            amr: weighed.amr(class).to_vec(),
            auth_time: proofs.authenticated_at(),
        })
    }

    /// A fresh access token: 256 random bits, or a signed text.
    pub(crate) fn access_token(
        &self,
        issue: &Issue<'_>,
    ) -> Result<(Secret<AccessToken>, IssuedAccessToken), Fault> {
        let now = issue.now;
        let issued = IssuedAccessToken {
            scope: issue.scope.clone(),
            audience: issue.audience.clone(),
            confirmation: issue.confirmation.clone(),
            issued_at: now,
            expires_at: now.plus(self.settings.access_token),
        };
        let metadata = issue.client.metadata();
        if metadata.access_token_format == AccessTokenFormat::Opaque {
            return Ok((self.entropy.secret(), issued));
        }
        let client_id = metadata.client_id.as_str();
        let sub = issue.account.map(|account| self.sub(issue.client, account));
        let token = JwtAccessToken {
            iss: &self.issuer,
            aud: &issued.audience,
            sub: sub.as_deref().unwrap_or(client_id),
            client_id,
            iat: now,
            exp: issued.expires_at,
            jti: self.entropy.id(now),
            scope: &issued.scope,
            login: self.login(issue.grant),
            confirmation: issued.confirmation.as_ref(),
        };
        let text = token.sign(&self.keys.current(), issue.client.id_token_algorithm())?;
        Ok((text, issued))
    }

    /// What is to be known of the first refresh token of a grant. Of a client that authenticates,
    /// it is bound to the client and to no key
    /// ([RFC 9449 section 5](https://www.rfc-editor.org/rfc/rfc9449#section-5)).
    pub(crate) fn refresh_token_of(&self, issue: &Issue<'_>) -> IssuedRefreshToken {
        let (now, grant) = (issue.now, issue.grant);
        let days = i64::from(self.settings.refresh_token_days);
        let longest = grant.issued_at.plus(days * 86_400);
        let session = grant.facts.proofs.as_ref().filter(|_| !grant.offline);
        let session_ends =
            session.map(|p| p.authenticated_at().plus(self.settings.session.absolute));
        let expires_at = session_ends.map_or(longest, |ends| ends.min(longest));
        IssuedRefreshToken {
            scope: issue.scope.clone(),
            confirmation: issue.confirmation.clone().filter(|_| issue.client.is_public()),
            issued_at: now,
            idle_expires_at: self.idle_end(expires_at, now),
            expires_at,
            used: None,
        }
    }

    /// When a refresh token used now ends if it is not used again.
    pub(crate) fn idle_end(&self, expires_at: Timestamp, now: Timestamp) -> Timestamp {
        now.plus(self.settings.refresh_token_idle).min(expires_at)
    }

    /// The answer that hands out tokens, with an ID token where there is a login and `openid` was
    /// granted.
    pub(crate) async fn token_response(
        &self,
        issue: &Issue<'_>,
        access_token: Secret<AccessToken>,
        refresh_token: Option<Secret<RefreshToken>>,
    ) -> Result<TokenResponse, Fault> {
        let beside = Beside { access_token: Some(&access_token), ..Beside::default() };
        let id_token = match issue.account {
            Some(account) if issue.scope.contains("openid") => {
                Some(self.id_token(issue.client, issue.grant, account, beside, issue.now).await?)
            }
            _ => None,
        };
        Ok(TokenResponse {
            access_token,
            token_type: TokenType::of(issue.confirmation.as_ref()),
            expires_in: self.settings.access_token,
            refresh_token,
            scope: issue.scope.clone(),
            id_token,
        })
    }
}
