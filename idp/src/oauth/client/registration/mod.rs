//! What metadata must satisfy before it becomes a client
//! ([RFC 7591 section 3.2.2](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2)): each check
//! names the member at fault.

mod addresses;
mod authentication;
mod names;

use std::collections::HashSet;

use crate::jose::Algorithm;
use crate::oauth::client_metadata::{
    ApplicationType, ClientMetadata, SubjectType, TokenEndpointAuthMethod,
};
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::grant_type::GrantType;
use crate::oauth::redirect_uri;

/// Asks all that is asked of client metadata, in the order of the table.
pub(super) fn check(metadata: &ClientMetadata) -> Result<(), Error> {
    CHECKS.iter().try_for_each(|check| check(metadata))
}

type Check = fn(&ClientMetadata) -> Result<(), Error>;

const CHECKS: &[Check] = &[
    redirect_uris,
    post_logout_redirect_uris,
    authentication::client_secret,
    authentication::client_keys,
    authentication::key_set,
    authentication::assertion_algorithm,
    authentication::certificate_name,
    pkce,
    grant_types,
    response_types,
    response_modes,
    names::client_names,
    sector,
    fapi,
    fapi_redirect_uris,
    addresses::check_called,
    addresses::check_shown,
    addresses::front_channel_logout,
    addresses::resources,
];

/// [RFC 7591 section 5](https://www.rfc-editor.org/rfc/rfc7591#section-5)
fn redirect_uris(metadata: &ClientMetadata) -> Result<(), Error> {
    let redirects = [GrantType::AuthorizationCode, GrantType::Implicit];
    let needed = metadata.grant_types.iter().any(|grant| redirects.contains(grant));
    if needed && metadata.redirect_uris.is_empty() {
        return Err(Error::new(
            ErrorCode::InvalidRedirectUri,
            "redirect_uris must hold at least one URI",
        ));
    }
    registrable("redirect_uris", &metadata.redirect_uris, metadata.application_type)
        .map_err(|description| Error::new(ErrorCode::InvalidRedirectUri, description))
}

/// [OpenID Connect RP-Initiated Logout section 3.1](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#ClientMetadata)
fn post_logout_redirect_uris(metadata: &ClientMetadata) -> Result<(), Error> {
    let uris = &metadata.post_logout_redirect_uris;
    registrable("post_logout_redirect_uris", uris, metadata.application_type)
        .map_err(Error::invalid_client_metadata)
}

fn registrable(member: &str, uris: &[String], kind: ApplicationType) -> Result<(), String> {
    uris.iter().try_for_each(|uri| {
        redirect_uri::registrable(uri, kind).map_err(|fault| format!("{member}: {fault}"))
    })
}

/// [RFC 9700 section 2.1.1](https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1)
fn pkce(metadata: &ClientMetadata) -> Result<(), Error> {
    let public = metadata.token_endpoint_auth_method == TokenEndpointAuthMethod::None;
    if public && !metadata.require_pkce {
        return Err(Error::invalid_client_metadata(
            "require_pkce cannot be false for a client without a secret",
        ));
    }
    Ok(())
}

/// [RFC 7591 section 2.1](https://www.rfc-editor.org/rfc/rfc7591#section-2.1), and no grant to a
/// client that cannot prove who it is ([RFC 6749 section 4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)).
fn grant_types(metadata: &ClientMetadata) -> Result<(), Error> {
    let public = metadata.token_endpoint_auth_method == TokenEndpointAuthMethod::None;
    let has = |grant| metadata.grant_types.contains(&grant);
    if metadata.grant_types.is_empty() {
        return Err(Error::invalid_client_metadata("grant_types must not be empty"));
    }
    if public && has(GrantType::ClientCredentials) {
        return Err(Error::invalid_client_metadata(
            "grant_types cannot hold client_credentials for a client that does not authenticate",
        ));
    }
    if has(GrantType::RefreshToken)
        && !has(GrantType::AuthorizationCode)
        && !has(GrantType::DeviceCode)
    {
        return Err(Error::invalid_client_metadata(
            "grant_types holds refresh_token, but no grant that a refresh token comes from",
        ));
    }
    Ok(())
}

/// [RFC 7591 section 2.1](https://www.rfc-editor.org/rfc/rfc7591#section-2.1)
fn response_types(metadata: &ClientMetadata) -> Result<(), Error> {
    let has = |grant| metadata.grant_types.contains(&grant);
    let bound =
        metadata.dpop_bound_access_tokens || metadata.tls_client_certificate_bound_access_tokens;
    for response_type in &metadata.response_types {
        if bound && response_type.has_token() {
            return Err(Error::invalid_client_metadata(
                "response_types holds token, which cannot be bound to a key on its way through a \
                 browser",
            ));
        }
        let front = response_type.has_id_token() || response_type.has_token();
        if front && !has(GrantType::Implicit) {
            return Err(Error::invalid_client_metadata(
                "response_types holds id_token or token, which grant_types must match with implicit",
            ));
        }
        // Left out, response_types is code, whatever the client uses.
        if response_type.has_code()
            && !has(GrantType::AuthorizationCode)
            && !metadata.redirect_uris.is_empty()
        {
            return Err(Error::invalid_client_metadata(
                "response_types holds code, which grant_types must match with authorization_code",
            ));
        }
    }
    Ok(())
}

/// A client to which no response may travel would have no use for any.
fn response_modes(metadata: &ClientMetadata) -> Result<(), Error> {
    if metadata.response_modes.as_ref().is_some_and(Vec::is_empty) {
        return Err(Error::invalid_client_metadata("response_modes must not be empty"));
    }
    Ok(())
}

/// [OpenID Connect Core section 8.1](https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg):
/// pairwise names need one sector, which a single host is, else a document names it. A client that
/// is never redirected to is a sector of its own.
fn sector(metadata: &ClientMetadata) -> Result<(), Error> {
    if metadata.subject_type == SubjectType::Public
        || metadata.sector_identifier_uri.is_some()
        || metadata.redirect_uris.is_empty()
    {
        return Ok(());
    }
    let hosts: HashSet<_> =
        metadata.redirect_uris.iter().map(|uri| redirect_uri::web_host(uri)).collect();
    if hosts.len() == 1 && !hosts.contains(&None) {
        return Ok(());
    }
    Err(Error::invalid_client_metadata(
        "subject_type pairwise needs redirect_uris of one host, or a sector_identifier_uri",
    ))
}

/// FAPI 2.0 Security Profile sections
/// [5.3.2.1](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.3.2.1) and
/// [5.4.1](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.4.1)
fn fapi(metadata: &ClientMetadata) -> Result<(), Error> {
    use TokenEndpointAuthMethod::{PrivateKeyJwt, SelfSignedTlsClientAuth, TlsClientAuth};

    if metadata.fapi.is_none() {
        return Ok(());
    }
    let methods = [PrivateKeyJwt, TlsClientAuth, SelfSignedTlsClientAuth];
    if !methods.contains(&metadata.token_endpoint_auth_method) {
        return Err(Error::invalid_client_metadata(
            "fapi needs private_key_jwt, tls_client_auth or self_signed_tls_client_auth",
        ));
    }
    if metadata.response_types.iter().any(|kind| kind.has_id_token() || kind.has_token()) {
        return Err(Error::invalid_client_metadata("fapi allows the response type code alone"));
    }
    if metadata.signatures().any(|(_, algorithm)| algorithm == Algorithm::RS256) {
        return Err(Error::invalid_client_metadata(
            "fapi allows signatures by PS256, ES256 and EdDSA, not by RS256",
        ));
    }
    Ok(())
}

/// [FAPI 2.0 Security Profile section 5.3.2.2](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.3.2.2):
/// http stays on the machine of the user, at an address that no name service has a say in.
fn fapi_redirect_uris(metadata: &ClientMetadata) -> Result<(), Error> {
    let native = metadata.application_type == ApplicationType::Native;
    let allowed = |uri: &String| {
        uri.starts_with("https://") || (native && redirect_uri::is_loopback_address(uri))
    };
    if metadata.fapi.is_none() || metadata.redirect_uris.iter().all(allowed) {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::InvalidRedirectUri,
        "redirect_uris: fapi allows http for 127.0.0.1 and [::1] alone, when application_type is \
         native",
    ))
}

#[cfg(test)]
mod tests {
    use crate::oauth::client::tests::register;
    use crate::oauth::error::ErrorCode;

    #[test]
    fn rfc_7591_section_3_2_2_the_member_at_fault_is_named() {
        let long = "x".repeat(31);
        for (json, member) in [
            (r#"{"post_logout_redirect_uris":["/bye"]}"#.to_owned(), "post_logout_redirect_uris"),
            (r#"{"client_secret":null}"#.to_owned(), "client_secret"),
            (format!(r#"{{"client_secret":"{long}"}}"#), "client_secret"),
            (r#"{"token_endpoint_auth_method":"none"}"#.to_owned(), "client_secret"),
            (
                r#"{"token_endpoint_auth_method":"none","client_secret":null,"require_pkce":false}"#
                    .to_owned(),
                "require_pkce",
            ),
            (r#"{"grant_types":[]}"#.to_owned(), "grant_types"),
            (r#"{"grant_types":["refresh_token","client_credentials"]}"#.to_owned(), "grant_types"),
            (
                r#"{"token_endpoint_auth_method":"none","client_secret":null,"grant_types":["client_credentials"]}"#
                    .to_owned(),
                "grant_types",
            ),
            (r#"{"grant_types":["implicit"]}"#.to_owned(), "response_types"),
            (r#"{"response_types":["code","id_token"]}"#.to_owned(), "response_types"),
            (r#"{"response_modes":[]}"#.to_owned(), "response_modes"),
            (
                r#"{"grant_types":["authorization_code","implicit"],"response_types":["code token"],"dpop_bound_access_tokens":true}"#
                    .to_owned(),
                "response_types",
            ),
            (r#"{"fapi":"security"}"#.to_owned(), "fapi"),
            (r#"{"initiate_login_uri":"http://rp.example/in"}"#.to_owned(), "initiate_login_uri"),
            (r#"{"request_uris":["http://rp.example/r#x"]}"#.to_owned(), "request_uris"),
            (r#"{"backchannel_logout_uri":"https://rp.example/#x"}"#.to_owned(), "backchannel"),
            (r#"{"resources":["api"]}"#.to_owned(), "resources"),
            (
                r#"{"subject_type":"pairwise","redirect_uris":["https://a.example/","https://b.example/"]}"#
                    .to_owned(),
                "subject_type",
            ),
            (
                r#"{"subject_type":"pairwise","application_type":"native","redirect_uris":["com.example.app://a.example/"]}"#
                    .to_owned(),
                "subject_type",
            ),
            (
                r#"{"token_endpoint_auth_method":"private_key_jwt","client_secret":null,"fapi":"security","jwks_uri":"https://rp.example/jwks.json","userinfo_signed_response_alg":"RS256"}"#.to_owned(),
                "fapi",
            ),
            (
                r#"{"frontchannel_logout_uri":"https://other.example/out"}"#.to_owned(),
                "frontchannel_logout_uri",
            ),
            (r#"{"policy_uri":"javascript:alert(1)"}"#.to_owned(), "policy_uri"),
            (r#"{"logo_uri":"http://rp.example/l.png"}"#.to_owned(), "logo_uri"),
        ] {
            let error = register(&json).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidClientMetadata, "{json}");
            assert!(error.description().starts_with(member), "{json}: {error}");
        }
    }

    #[test]
    fn rfc_7591_section_3_2_2_a_bad_redirect_uri_has_its_own_code() {
        for json in [
            r#"{"redirect_uris":[]}"#,
            r#"{"redirect_uris":["https://rp.example/cb","https://rp.example/#x"]}"#,
            r#"{"redirect_uris":["http://rp.example/"]}"#,
        ] {
            let error = register(json).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidRedirectUri, "{json}");
            assert!(error.description().starts_with("redirect_uris"), "{json}: {error}");
        }
    }

    #[test]
    fn fapi_2_0_section_5_3_2_2_fapi_redirect_uris_use_https_except_native_loopback_addresses() {
        for (kind, uri, fapi, welcome) in [
            ("web", "https://rp.example/cb", true, true),
            ("web", "http://localhost:8401/cb", true, false),
            ("web", "http://localhost:8401/cb", false, true),
            ("native", "http://localhost:8401/cb", true, false),
            ("native", "http://localhost:8401/cb", false, true),
            ("native", "http://127.0.0.1/cb", true, true),
            ("native", "http://[::1]:8401/cb", true, true),
            ("native", "https://rp.example/cb", true, true),
        ] {
            let json = serde_json::json!({
                "application_type": kind, "redirect_uris": ["https://rp.example/", uri],
                "fapi": fapi.then_some("security"), "client_secret": null,
                "token_endpoint_auth_method": "private_key_jwt",
                "jwks_uri": "https://rp.example/jwks.json",
            });
            let refused = register(&json.to_string()).err().map(|error| error.code);
            let expected = (!welcome).then_some(ErrorCode::InvalidRedirectUri);
            assert_eq!(refused, expected, "{kind} {uri} {fapi}");
        }
    }

    #[test]
    fn supported_metadata_is_accepted() {
        for json in [
            "{}",
            r#"{"required_acr":"pwd-email-remembered","tos_uri":"https://rp.example/terms"}"#,
            r#"{"token_endpoint_auth_method":"client_secret_post","default_max_age":3600}"#,
            r#"{"token_endpoint_auth_method":"none","client_secret":null}"#,
            r#"{"id_token_signed_response_alg":"ES256","contacts":["drift@rp.example"]}"#,
            r#"{"grant_types":["authorization_code","refresh_token"],"first_party":false}"#,
            r#"{"grant_types":["implicit"],"response_types":["token id_token"]}"#,
            r#"{"grant_types":["client_credentials"],"redirect_uris":[]}"#,
            r#"{"token_endpoint_auth_method":"private_key_jwt","client_secret":null,"fapi":"security","jwks_uri":"https://rp.example/jwks.json"}"#,
            r#"{"scope":"profile"}"#,
            r#"{"response_modes":["form_post","query.jwt"]}"#,
            r#"{"subject_type":"pairwise"}"#,
            r#"{"request_uris":["https://rp.example/r#x"],"resources":["https://api.example/"]}"#,
        ] {
            assert!(register(json).is_ok(), "{json}: {:?}", register(json));
        }
    }
}
