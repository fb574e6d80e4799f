//! The identity provider, as we see it through the openidconnect crate: discovery, the
//! authorization request, the code's exchange with every check of the ID token, and logout.

use std::sync::Arc;
use std::time::Duration;

use openidconnect::core::{
    CoreAuthenticationFlow, CoreErrorResponseType, CoreIdToken, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AuthenticationContextClass, AuthorizationCode, ClaimsVerificationError,
    ClientId, ClientSecret, CsrfToken, IssuerUrl, LanguageTag, LogoutRequest, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl,
    RedirectUrl, RequestTokenError, Scope, SignatureVerificationError, TokenResponse as _,
};
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use url::Url;

use crate::assurance::Demand;
use crate::config::Config;
use crate::error;
use crate::language::Language;

mod access_token;
mod claims;
mod kinds;
mod outbound;

pub(crate) use access_token::Unusable;
use claims::payload;
use kinds::{Client, Metadata};
use outbound::Outbound;

/// How long a discovery document is believed before it is fetched again.
const METADATA_SECONDS: i64 = 600;

/// Why a conversation with the provider failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// It cannot be reached, or is out of order: trying again later may help.
    #[error("the provider cannot be reached: {0}")]
    Unreachable(String),
    /// It refused the code.
    #[error("the provider refused the code: {0}")]
    Refused(String),
    /// It answered what must not be believed.
    #[error("the provider's answer cannot be trusted: {0}")]
    NotTrusted(String),
}

/// What an authorization request is made of.
#[derive(Debug)]
pub(crate) struct AuthorizationRequest {
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) code_verifier: String,
    pub(crate) demand: Demand,
    pub(crate) language: Language,
}

/// What the provider told us about a login: a verified ID token and the userinfo answer.
#[derive(Debug)]
pub(crate) struct Evidence {
    pub(crate) id_token: String,
    pub(crate) id_token_claims: Map<String, Value>,
    pub(crate) userinfo_claims: Map<String, Value>,
}

struct Known {
    metadata: Metadata,
    fetched_at: i64,
}

/// The provider. Nothing is asked of it before someone logs in, so it may start later than we.
pub(crate) struct Provider {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    redirect_uri: RedirectUrl,
    post_logout_redirect_uri: PostLogoutRedirectUrl,
    resource: String,
    outbound: Outbound,
    known: Mutex<Option<Arc<Known>>>,
}

impl Provider {
    /// Prepares the conversation; connects to nothing.
    pub(crate) fn new(config: &Config) -> error::Result<Self> {
        let wrong = |error: url::ParseError| error::Error::Configuration(error.to_string());
        Ok(Self {
            issuer: IssuerUrl::new(config.issuer.clone()).map_err(wrong)?,
            client_id: ClientId::new(config.client_id.clone()),
            client_secret: config.client_secret.clone().map(ClientSecret::new),
            redirect_uri: RedirectUrl::new(config.redirect_uri()).map_err(wrong)?,
            post_logout_redirect_uri: PostLogoutRedirectUrl::new(config.post_logout_redirect_uri())
                .map_err(wrong)?,
            resource: config.resource(),
            outbound: Outbound::new()?,
            known: Mutex::new(None),
        })
    }

    /// Where to send the browser to log in: code flow with PKCE S256, `state` and `nonce`, and
    /// the demanded class both as a wish and, for a fresh e-mail step, as an essential claim
    /// (OpenID Connect Core 1.0 sections 3.1.2.1 and 5.5.1.1).
    pub(crate) async fn authorization_url(
        &self,
        request: AuthorizationRequest,
        now: i64,
    ) -> Result<Url, Error> {
        let client = self.client(&*self.known(now).await?);
        let verifier = PkceCodeVerifier::new(request.code_verifier);
        let acr = request.demand.class().acr(self.issuer.as_str());
        let mut url = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(request.state),
                || Nonce::new(request.nonce),
            )
            .add_scopes(
                ["organisation", "assurance", "profile"].map(|it| Scope::new(it.to_owned())),
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_ui_locale(LanguageTag::new(request.language.as_str().to_owned()))
            .add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
        if let Some(max_age) = request.demand.max_age() {
            let claims = serde_json::json!({
                "id_token": { "acr": { "essential": true, "value": acr } }
            });
            url = url
                .set_max_age(Duration::from_secs(max_age.unsigned_abs()))
                .add_extra_param("claims", claims.to_string());
        }
        Ok(url.url().0)
    }

    /// Exchanges a code and verifies what comes back. If the keys have changed since they were
    /// fetched, they are fetched again, once.
    pub(crate) async fn redeem(
        &self,
        code: String,
        nonce: &str,
        code_verifier: &str,
        now: i64,
    ) -> Result<Evidence, Error> {
        let client = self.client(&*self.known(now).await?);
        let exchange = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| Error::NotTrusted(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(code_verifier.to_owned()));
        let tokens = exchange.request_async(&self.outbound).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(refusal)
                if *refusal.error() == CoreErrorResponseType::InvalidGrant =>
            {
                Error::Refused(refusal.to_string())
            }
            RequestTokenError::Request(error) => Error::Unreachable(claims::chain(&error)),
            other => Error::NotTrusted(other.to_string()),
        })?;
        let nonce = Nonce::new(nonce.to_owned());
        let verified = match self.verify(&client, &tokens, &nonce, now) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let fresh = self.client(&*self.fetch(now).await?);
                self.verify(&fresh, &tokens, &nonce, now)
            }
            verified => verified,
        };
        let id_token = verified.map_err(|error| Error::NotTrusted(error.to_string()))?;
        let id_token = id_token.to_string();
        let id_token_claims = payload(&id_token)
            .ok_or_else(|| Error::NotTrusted("the ID token is no JSON object".to_owned()))?;
        let subject = id_token_claims.get("sub").and_then(Value::as_str).unwrap_or_default();
        let userinfo_claims = self.userinfo(&client, tokens.access_token(), subject).await?;
        Ok(Evidence { id_token, id_token_claims, userinfo_claims })
    }

    /// Where to send the browser to log out at the provider too, if it takes logouts (OpenID
    /// Connect RP-Initiated Logout 1.0 section 2).
    pub(crate) async fn end_session_url(
        &self,
        id_token: &str,
        state: &str,
        language: Language,
        now: i64,
    ) -> Result<Option<Url>, Error> {
        let known = self.known(now).await?;
        let endpoint = known.metadata.additional_metadata().end_session_endpoint.clone();
        let Some(endpoint) = endpoint else { return Ok(None) };
        let hint: CoreIdToken = id_token
            .parse()
            .map_err(|error: serde_json::Error| Error::NotTrusted(error.to_string()))?;
        let request = LogoutRequest::from(endpoint)
            .set_id_token_hint(&hint)
            .set_client_id(self.client_id.clone())
            .set_post_logout_redirect_uri(self.post_logout_redirect_uri.clone())
            .set_state(CsrfToken::new(state.to_owned()))
            .add_ui_locale(LanguageTag::new(language.as_str().to_owned()));
        Ok(Some(request.http_get_url()))
    }

    /// Signature, `iss`, `aud`, `exp`, `iat`, `nonce` and `at_hash` (OpenID Connect Core 1.0
    /// sections 3.1.3.7 and 3.1.3.8). `acr` and `auth_time` are judged by `assurance`.
    fn verify<'a>(
        &self,
        client: &Client,
        tokens: &'a CoreTokenResponse,
        nonce: &Nonce,
        now: i64,
    ) -> Result<&'a CoreIdToken, ClaimsVerificationError> {
        let other = |text: &str| ClaimsVerificationError::Other(text.to_owned());
        let id_token = tokens.id_token().ok_or_else(|| other("no ID token"))?;
        let verifier = claims::at(client.id_token_verifier(), now);
        let claims = id_token.claims(&verifier, nonce)?;
        if claims.authorized_party().is_some_and(|azp| *azp != self.client_id) {
            return Err(other("azp names another client"));
        }
        let stated = claims.access_token_hash().ok_or_else(|| other("no at_hash"))?;
        let signature = ClaimsVerificationError::SignatureVerification;
        let actual = AccessTokenHash::from_token(
            tokens.access_token(),
            id_token.signing_alg().map_err(signature)?,
            id_token.signing_key(&verifier).map_err(signature)?,
        )
        .map_err(|error| other(&error.to_string()))?;
        if actual == *stated { Ok(id_token) } else { Err(other("at_hash does not fit")) }
    }

    fn client(&self, known: &Known) -> Client {
        Client::from_provider_metadata(
            known.metadata.clone(),
            self.client_id.clone(),
            self.client_secret.clone(),
        )
        .set_redirect_uri(self.redirect_uri.clone())
    }

    async fn known(&self, now: i64) -> Result<Arc<Known>, Error> {
        let known = self.known.lock().await.clone();
        match known {
            Some(known) if now - known.fetched_at < METADATA_SECONDS => Ok(known),
            _ => self.fetch(now).await,
        }
    }

    /// Fetches discovery document and keys; a failure is not remembered.
    async fn fetch(&self, now: i64) -> Result<Arc<Known>, Error> {
        let metadata = Metadata::discover_async(self.issuer.clone(), &self.outbound)
            .await
            .map_err(|error| Error::Unreachable(claims::chain(&error)))?;
        let known = Arc::new(Known { metadata, fetched_at: now });
        *self.known.lock().await = Some(Arc::clone(&known));
        Ok(known)
    }
}
