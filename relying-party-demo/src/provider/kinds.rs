//! The types of the openidconnect crate, with what the provider says beyond its core.

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse, CoreSubjectIdentifierType,
    CoreTokenResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalProviderMetadata, EmptyAdditionalClaims, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, ExtraTokenFields, IntrospectionUrl, LogoutProviderMetadata, ProviderMetadata,
    StandardErrorResponse, StandardTokenIntrospectionResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The discovery document.
pub(super) type Metadata = ProviderMetadata<
    LogoutProviderMetadata<Endpoints>,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Endpoints of [RFC 8414 section 2](https://www.rfc-editor.org/rfc/rfc8414#section-2).
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Endpoints {
    /// Where access tokens are looked into, if the provider lets us.
    pub(super) introspection_endpoint: Option<IntrospectionUrl>,
}

impl AdditionalProviderMetadata for Endpoints {}

/// What the provider says of an access token.
pub(super) type Introspection = StandardTokenIntrospectionResponse<Login, CoreTokenType>;

/// The login behind an access token: what [RFC 9470 section
/// 6.2](https://www.rfc-editor.org/rfc/rfc9470#section-6.2) adds to the answer, and the key that
/// the token is bound to ([RFC 7800 section 3](https://www.rfc-editor.org/rfc/rfc7800#section-3)).
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Login {
    acr: Option<String>,
    auth_time: Option<i64>,
    pub(super) cnf: Option<Value>,
}

impl ExtraTokenFields for Login {}

/// We at the provider.
pub(super) type Client = openidconnect::Client<
    EmptyAdditionalClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    CoreTokenResponse,
    Introspection,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;
