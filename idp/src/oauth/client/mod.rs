//! Clients: what they register, and what of it is stored.

pub mod dynamic;
pub mod keys;
mod registration;
mod secret;
mod sector;
#[cfg(test)]
pub(in crate::oauth) mod tests;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::jose::{self, Algorithm};
use crate::oauth::client_metadata::{ClientMetadata, Fapi, TokenEndpointAuthMethod};
use crate::oauth::error::Error;
use crate::oauth::grant_type::GrantType;
use crate::oauth::redirect_uri;
use crate::oauth::scope::Scope;
use crate::secret::{ClientSecret, Digest, MasterKey, Secret};
use secret::KeptSecret;

pub use crate::oauth::client_metadata::ClientId;

/// A registered client. What is serialized for the store holds its secret as a digest, or sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Client {
    /// Shared by all copies: each request has one.
    metadata: Arc<ClientMetadata>,
    #[serde(with = "secret", rename = "client_secret_digest")]
    secret: Option<KeptSecret>,
    /// Whether it registered itself. The store knows it by its registration.
    #[serde(skip)]
    self_registered: bool,
}

impl Client {
    /// Checks metadata and makes a client of it
    /// ([RFC 7591 section 2](https://www.rfc-editor.org/rfc/rfc7591#section-2)). `supported` is
    /// the scope of this provider, and the client's own when it names none.
    ///
    /// # Errors
    /// `invalid_redirect_uri` or `invalid_client_metadata`, naming the member at fault.
    pub fn register(mut metadata: ClientMetadata, supported: &Scope) -> Result<Self, Error> {
        registration::check(&metadata)?;
        if metadata.fapi.is_some() {
            metadata.id_token_signed_response_alg.get_or_insert(Algorithm::ES256);
            metadata.authorization_signed_response_alg.get_or_insert(Algorithm::ES256);
        }
        metadata.id_token_signed_response_alg.get_or_insert(Algorithm::RS256);
        if metadata.scope.is_empty() {
            metadata.scope = supported.clone();
        }
        if metadata.scope.narrow(supported) != metadata.scope {
            return Err(Error::invalid_client_metadata(format!(
                "scope may list only what this provider knows: {supported}"
            )));
        }
        let shared = TokenEndpointAuthMethod::ClientSecretJwt;
        let secret = match metadata.client_secret.take() {
            Some(secret) if metadata.token_endpoint_auth_method == shared => {
                Some(KeptSecret::Whole(secret))
            }
            shown => shown.map(|secret| KeptSecret::Digest(secret.digest())),
        };
        Ok(Self { metadata: Arc::new(metadata), secret, self_registered: false })
    }

    /// The same as one that nobody here has vouched for: it registered itself.
    #[must_use]
    pub fn as_self_registered(self) -> Self {
        Self { self_registered: true, ..self }
    }

    /// Whether it registered itself, and is known by nothing but what it says
    /// ([RFC 7591 section 5](https://www.rfc-editor.org/rfc/rfc7591#section-5)).
    #[must_use]
    pub const fn is_self_registered(&self) -> bool {
        self.self_registered
    }

    /// Its name.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.metadata.client_id
    }

    /// What it registered, without its secret.
    #[must_use]
    pub fn metadata(&self) -> &ClientMetadata {
        &self.metadata
    }

    /// The digest of the secret that it shows; none when it authenticates otherwise.
    #[must_use]
    pub const fn secret(&self) -> Option<&Digest<ClientSecret>> {
        match &self.secret {
            Some(KeptSecret::Digest(digest)) => Some(digest),
            _ => None,
        }
    }

    /// The secret that it shares with this provider, for `client_secret_jwt`.
    ///
    /// # Errors
    /// When it was sealed under another master key.
    pub fn shared_secret(
        &self,
        master: &MasterKey,
    ) -> Result<Option<Secret<ClientSecret>>, jose::Error> {
        let whole = |kept: &KeptSecret| kept.whole(master, self.client_id().as_str());
        self.secret.as_ref().map_or(Ok(None), whole)
    }

    /// Whether it must be [sealed](Self::seal) before it is stored.
    #[must_use]
    pub const fn has_open_secret(&self) -> bool {
        matches!(self.secret, Some(KeptSecret::Whole(_)))
    }

    /// The client as it may be stored: a secret that it shares is encrypted under the master key.
    ///
    /// # Errors
    /// When it cannot be encrypted.
    pub fn seal(self, master: &MasterKey) -> Result<Self, jose::Error> {
        let id = self.metadata.client_id.as_str();
        let secret = self.secret.clone().map(|secret| secret.seal(master, id)).transpose()?;
        Ok(Self { secret, ..self })
    }

    /// How its ID tokens, and all that has no algorithm of its own, are signed: RS256, or ES256 for
    /// FAPI 2.0, unless it registered another
    /// ([OpenID Connect Dynamic Client Registration section 2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata)).
    #[must_use]
    pub fn id_token_algorithm(&self) -> Algorithm {
        self.metadata.id_token_signed_response_alg.unwrap_or(Algorithm::RS256)
    }

    /// How its introspection answers are signed: RS256 unless it registered another
    /// ([RFC 9701 section 6](https://www.rfc-editor.org/rfc/rfc9701#section-6)), and what its ID
    /// tokens are signed with for FAPI 2.0, which has no RS256
    /// ([Security Profile section 5.4.1](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.4.1)).
    #[must_use]
    pub fn introspection_algorithm(&self) -> Algorithm {
        let default = match self.metadata.fapi {
            Some(_) => self.id_token_algorithm(),
            None => Algorithm::RS256,
        };
        self.metadata.introspection_signed_response_alg.unwrap_or(default)
    }

    /// How long its codes are good for, in seconds, where others have `code_seconds`: at most a
    /// minute for FAPI 2.0
    /// ([Security Profile section 5.3.2.1](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.3.2.1)).
    #[must_use]
    pub fn code_seconds(&self, code_seconds: i64) -> i64 {
        if self.metadata.fapi.is_some() { code_seconds.min(60) } else { code_seconds }
    }

    /// Whether it cannot keep a secret
    /// ([RFC 6749 section 2.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.1)).
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.metadata.token_endpoint_auth_method == TokenEndpointAuthMethod::None
    }

    /// Whether its authorization requests must hold a code challenge
    /// ([RFC 9700 section 2.1.1](https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1)).
    #[must_use]
    pub fn requires_pkce(&self) -> bool {
        self.metadata.require_pkce || self.is_public() || self.metadata.fapi.is_some()
    }

    /// Whether it may use a grant.
    #[must_use]
    pub fn may_use(&self, grant_type: GrantType) -> bool {
        self.metadata.grant_types.contains(&grant_type)
    }

    /// Whether its authorization requests must be pushed
    /// ([RFC 9126 section 6](https://www.rfc-editor.org/rfc/rfc9126#section-6),
    /// [FAPI 2.0 Security Profile section 5.3.2.2](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.3.2.2)).
    #[must_use]
    pub fn requires_pushed_requests(&self) -> bool {
        self.metadata.require_pushed_authorization_requests || self.metadata.fapi.is_some()
    }

    /// Whether its authorization requests must be signed
    /// ([RFC 9101 section 10.5](https://www.rfc-editor.org/rfc/rfc9101#section-10.5),
    /// [FAPI 2.0 Message Signing section 5.3.1](https://openid.net/specs/fapi-message-signing-2_0-final.html)).
    #[must_use]
    pub fn requires_signed_requests(&self) -> bool {
        self.metadata.require_signed_request_object
            || self.metadata.fapi == Some(Fapi::MessageSigning)
    }

    /// Whether its ID tokens name the session: those of a client that is notified of its end
    /// ([Back-Channel Logout section 2.1](https://openid.net/specs/openid-connect-backchannel-1_0.html#OPMetadata)).
    #[must_use]
    pub fn wants_session_id(&self) -> bool {
        let metadata = &self.metadata;
        metadata.backchannel_logout_uri.is_some() || metadata.frontchannel_logout_uri.is_some()
    }

    /// Whether each refresh hands out another refresh token
    /// ([RFC 9700 section 4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2)): of a
    /// client that authenticates, the refresh token is bound to it and stays.
    #[must_use]
    pub fn rotates_refresh_tokens(&self) -> bool {
        self.is_public()
    }

    /// Where the application itself begins a login: the address for others to begin one
    /// ([OpenID Connect Core section 4](https://openid.net/specs/openid-connect-core-1_0.html#ThirdPartyInitiatedLogin)),
    /// else its home page.
    #[must_use]
    pub fn begins_at(&self, issuer: &str) -> Option<String> {
        let metadata = &self.metadata;
        let initiate = metadata.initiate_login_uri.as_deref();
        let initiate = initiate.map(|uri| redirect_uri::with_query(uri, [("iss", issuer)]));
        initiate.or_else(|| metadata.client_uri.clone())
    }

    /// The origin of its logo, which browsers load from where the client keeps it; empty without
    /// a logo.
    #[must_use]
    pub fn logo_origin(&self) -> String {
        self.metadata.logo_uri.as_deref().and_then(redirect_uri::origin).unwrap_or_default()
    }

    /// The name to show to people who read the language `language_tag`: the one registered for
    /// just that tag, else for its primary language, else the one without a tag, else the
    /// `client_id`.
    #[must_use]
    pub fn client_name_in(&self, language_tag: &str) -> &str {
        let names = &self.metadata.client_name;
        let tagged = |wanted: &str| {
            names.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(wanted)).map(|(_, name)| name)
        };
        let primary = language_tag.split('-').next().unwrap_or_default();
        tagged(language_tag)
            .or_else(|| tagged(primary))
            .or_else(|| tagged(""))
            .map_or(self.client_id().as_str(), String::as_str)
    }
}
