//! The metadata document. It tells the truth: each value in it works, each other is refused.

#[cfg(test)]
mod tests;
mod tokens;

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthUrl, AuthenticationContextClass, EndSessionUrl, IssuerUrl,
    JsonWebKeySetUrl, LanguageTag, PkceCodeChallengeMethod, ProviderMetadata, RegistrationUrl,
    ResponseTypes, Scope, TokenUrl, UserInfoUrl,
};
use serde::{Deserialize, Serialize};
use url::ParseError;

use crate::jose::Algorithm;
use crate::oauth::client_metadata::ASSERTION_ALGORITHMS;
use crate::oauth::grant_type::GrantType;
use crate::oauth::request_object;
use crate::oauth::response_mode::ResponseMode;
use crate::oauth::response_type::{Offered, ResponseType};
use crate::oidc::claims::{AUTHENTICATION, CLAIMS, SCOPES};
use crate::oidc::discovery::tokens::{Authentication, TokenMetadata};
use crate::oidc::id_token::wire_name;
use crate::oidc::prompt::Prompt;
use crate::oidc::{Cause, Error};

/// The languages of the pages.
const UI_LOCALES: [&str; 2] = ["sv", "en"];

/// What this deployment can do, as far as its configuration decides: one member for each choice
/// that the document tells of.
#[derive(Clone, Debug, Default)]
pub struct Features {
    /// The algorithms of its signing keys.
    pub algorithms: Vec<Algorithm>,
    /// The `acr` values, weakest first: a client that sends them all in this order asks for no more
    /// than the weakest.
    pub acr_values: Vec<String>,
    /// Where the listener for client certificates is reached, if there is one.
    pub mtls: Option<String>,
    /// What its authorization endpoint answers with.
    pub response_types: Offered,
    /// Whether applications can ask by a frame if the login state has changed.
    pub session_management: bool,
    /// Whether every client must push its authorization requests.
    pub require_pushed_requests: bool,
    /// Whether clients may register themselves.
    pub registration: bool,
}

/// The document, rendered once and the same for everyone: at
/// `/.well-known/openid-configuration` ([OpenID Connect Discovery section
/// 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)) and at
/// `/.well-known/oauth-authorization-server`
/// ([RFC 8414 section 2](https://www.rfc-editor.org/rfc/rfc8414#section-2)).
///
/// `request_object_signing_alg_values_supported` is without `none`: every request object is signed.
///
/// # Errors
/// When the issuer is no URL, or the algorithms lack RS256.
pub fn document(issuer: &str, features: &Features) -> Result<Vec<u8>, Error> {
    if !features.algorithms.contains(&Algorithm::RS256) {
        return Err(Error::new("keys.algorithms must hold RS256: OpenID Connect requires it"));
    }
    let metadata = metadata(issuer, features)
        .map_err(Cause::from)
        .map_err(Error::because("the issuer is not a URL"))?;
    let mut document = serde_json::to_value(&metadata)
        .map_err(Cause::from)
        .map_err(Error::because("the discovery document cannot be written"))?;
    if let Some(url) = &features.mtls {
        document["tls_client_certificate_bound_access_tokens"] = true.into();
        document["mtls_endpoint_aliases"] = aliases(&document, issuer, url);
    }
    Ok(document.to_string().into_bytes())
}

/// The endpoints that a client with a certificate calls.
const FOR_PROGRAMS: [&str; 6] = [
    "token_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
    "device_authorization_endpoint",
    "pushed_authorization_request_endpoint",
    "userinfo_endpoint",
];

/// The same endpoints at the listener that asks for certificates
/// ([RFC 8705 section 5](https://www.rfc-editor.org/rfc/rfc8705#section-5)): those of them that the
/// document names.
fn aliases(document: &serde_json::Value, issuer: &str, url: &str) -> serde_json::Value {
    let alias = |name: &str| {
        let path = document.get(name)?.as_str()?.strip_prefix(base(issuer))?;
        Some((name.to_owned(), format!("{}{path}", base(url)).into()))
    };
    serde_json::Value::Object(FOR_PROGRAMS.into_iter().filter_map(alias).collect())
}

type Metadata = ProviderMetadata<
    Further,
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

/// What other standards add to the document.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Further {
    /// RP-Initiated Logout section 2.1.
    end_session_endpoint: EndSessionUrl,
    /// RFC 8414 section 2, RFC 9700 section 2.1.1.
    code_challenge_methods_supported: Vec<PkceCodeChallengeMethod>,
    /// RFC 9207 section 3.
    authorization_response_iss_parameter_supported: bool,
    /// RFC 8628 section 4.
    device_authorization_endpoint: String,
    /// RFC 9126 section 5.
    pushed_authorization_request_endpoint: String,
    /// RFC 9126 section 5.
    require_pushed_authorization_requests: bool,
    /// Initiating User Registration section 4.2.
    prompt_values_supported: Vec<String>,
    /// JARM section 4.
    authorization_signing_alg_values_supported: Vec<Algorithm>,
    /// Back-Channel Logout section 2.1.
    backchannel_logout_supported: bool,
    /// Back-Channel Logout section 2.1.
    backchannel_logout_session_supported: bool,
    /// Front-Channel Logout section 3.
    frontchannel_logout_supported: bool,
    /// Front-Channel Logout section 3.
    frontchannel_logout_session_supported: bool,
    /// Session Management section 3.3.
    #[serde(skip_serializing_if = "Option::is_none")]
    check_session_iframe: Option<String>,
    #[serde(flatten)]
    tokens: TokenMetadata,
}

impl AdditionalProviderMetadata for Further {}

fn metadata(issuer: &str, features: &Features) -> Result<Metadata, ParseError> {
    let at = |path: &str| format!("{}/{path}", base(issuer));
    let registration = features.registration.then(|| RegistrationUrl::new(at("register")));
    let acr_values = features.acr_values.iter().cloned();
    let claims = AUTHENTICATION.into_iter().chain(CLAIMS.iter().map(|claim| claim.0));
    Ok(ProviderMetadata::new(
        IssuerUrl::new(issuer.to_owned())?,
        AuthUrl::new(at("authorize"))?,
        JsonWebKeySetUrl::new(at("jwks.json"))?,
        response_types(features),
        vec![CoreSubjectIdentifierType::Public, CoreSubjectIdentifierType::Pairwise],
        features.algorithms.iter().copied().map(wire_name).collect(),
        further(issuer, features)?,
    )
    .set_registration_endpoint(registration.transpose()?)
    .set_token_endpoint(Some(TokenUrl::new(at("token"))?))
    .set_userinfo_endpoint(Some(UserInfoUrl::new(at("userinfo"))?))
    .set_scopes_supported(Some(SCOPES.map(|scope| Scope::new(scope.to_owned())).into()))
    .set_userinfo_signing_alg_values_supported(Some(
        features.algorithms.iter().copied().map(wire_name).collect(),
    ))
    .set_response_modes_supported(Some(ResponseMode::names().map(response_mode).collect()))
    .set_grant_types_supported(Some(grant_types(features)))
    .set_acr_values_supported(Some(acr_values.map(AuthenticationContextClass::new).collect()))
    .set_token_endpoint_auth_methods_supported(Some(client_auth_methods(features)))
    .set_token_endpoint_auth_signing_alg_values_supported(Some(assertion_algorithms()))
    .set_claims_supported(Some(claims.map(|name| CoreClaimName::new(name.to_owned())).collect()))
    .set_ui_locales_supported(Some(UI_LOCALES.map(|tag| LanguageTag::new(tag.to_owned())).into()))
    .set_claims_parameter_supported(Some(true))
    .set_request_parameter_supported(Some(true))
    .set_request_uri_parameter_supported(Some(true))
    .set_require_request_uri_registration(Some(true))
    .set_request_object_signing_alg_values_supported(Some(
        request_object::ALGORITHMS.map(wire_name).into(),
    )))
}

fn further(issuer: &str, features: &Features) -> Result<Further, ParseError> {
    Ok(Further {
        end_session_endpoint: EndSessionUrl::new(format!("{}/end_session", base(issuer)))?,
        code_challenge_methods_supported: vec![PkceCodeChallengeMethod::new("S256".to_owned())],
        authorization_response_iss_parameter_supported: true,
        device_authorization_endpoint: format!("{}/device_authorization", base(issuer)),
        pushed_authorization_request_endpoint: format!("{}/par", base(issuer)),
        require_pushed_authorization_requests: features.require_pushed_requests,
        prompt_values_supported: Prompt::SUPPORTED.map(str::to_owned).into(),
        authorization_signing_alg_values_supported: features.algorithms.clone(),
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
        frontchannel_logout_supported: true,
        frontchannel_logout_session_supported: true,
        check_session_iframe: features
            .session_management
            .then(|| format!("{}/check_session", base(issuer))),
        tokens: TokenMetadata::new(
            base(issuer),
            &features.algorithms,
            Authentication {
                methods: client_auth_methods(features),
                algorithms: assertion_algorithms(),
            },
        ),
    })
}

fn response_types(features: &Features) -> Vec<ResponseTypes<CoreResponseType>> {
    let words = |known: &ResponseType| {
        let word = |has: bool, word| has.then_some(word);
        let words = [
            word(known.has_code(), CoreResponseType::Code),
            word(known.has_id_token(), CoreResponseType::IdToken),
            word(known.has_token(), CoreResponseType::Token),
        ];
        ResponseTypes::new(words.into_iter().flatten().collect())
    };
    features.response_types.response_types().iter().map(words).collect()
}

fn grant_types(features: &Features) -> Vec<CoreGrantType> {
    let mut grant_types = vec![CoreGrantType::AuthorizationCode];
    if features.response_types == Offered::All {
        grant_types.push(CoreGrantType::Implicit);
    }
    grant_types.extend([
        CoreGrantType::RefreshToken,
        CoreGrantType::ClientCredentials,
        CoreGrantType::Extension(GrantType::DeviceCode.as_str().to_owned()),
    ]);
    grant_types
}

fn response_mode(name: &str) -> CoreResponseMode {
    match name {
        "query" => CoreResponseMode::Query,
        "fragment" => CoreResponseMode::Fragment,
        "form_post" => CoreResponseMode::FormPost,
        other => CoreResponseMode::Extension(other.to_owned()),
    }
}

/// How clients authenticate, at every endpoint where they do; by certificates where there is a
/// listener that asks for them
/// ([RFC 8705 section 2](https://www.rfc-editor.org/rfc/rfc8705#section-2)).
fn client_auth_methods(features: &Features) -> Vec<CoreClientAuthMethod> {
    let mutual = ["tls_client_auth", "self_signed_tls_client_auth"];
    let mutual = mutual.into_iter().filter(|_| features.mtls.is_some());
    [
        CoreClientAuthMethod::ClientSecretBasic,
        CoreClientAuthMethod::ClientSecretPost,
        CoreClientAuthMethod::ClientSecretJwt,
        CoreClientAuthMethod::PrivateKeyJwt,
    ]
    .into_iter()
    .chain(mutual.map(|name| CoreClientAuthMethod::Extension(name.to_owned())))
    .chain([CoreClientAuthMethod::None])
    .collect()
}

/// What clients sign their assertions with.
fn assertion_algorithms() -> Vec<CoreJwsSigningAlgorithm> {
    let signed = ASSERTION_ALGORITHMS.into_iter().map(wire_name);
    signed.chain([CoreJwsSigningAlgorithm::HmacSha256]).collect()
}

fn base(issuer: &str) -> &str {
    issuer.trim_end_matches('/')
}
