//! What metadata must satisfy before it becomes a client
//! ([RFC 7591 section 3.2.2](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2)): each check
//! names the member at fault.

use crate::oauth::client::metadata::{ApplicationType, ClientMetadata, TokenEndpointAuthMethod};
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::redirect_uri;

/// Asks all that is asked of client metadata, in the order of the table.
pub(super) fn check(metadata: &ClientMetadata) -> Result<(), Error> {
    CHECKS.iter().try_for_each(|check| check(metadata))
}

type Check = fn(&ClientMetadata) -> Result<(), Error>;

const CHECKS: &[Check] = &[
    redirect_uris,
    post_logout_redirect_uris,
    client_secret,
    pkce,
    grant_types,
    response_types,
    scope,
    required_acr,
    first_party,
    addresses,
];

/// The shortest secret of a confidential client, in characters. A secret is drawn by a machine:
/// 32 characters of base64url are 192 bits, more than the 112 that a plain digest asks for.
const SECRET_LENGTH: usize = 32;

/// The names of the classes a client may ask for as its least.
const ACR_CLASSES: [&str; 3] = ["pwd", "pwd-email-remembered", "pwd-email"];

/// [RFC 7591 section 5](https://www.rfc-editor.org/rfc/rfc7591#section-5)
fn redirect_uris(metadata: &ClientMetadata) -> Result<(), Error> {
    if metadata.redirect_uris.is_empty() {
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

/// [RFC 6749 section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)
fn client_secret(metadata: &ClientMetadata) -> Result<(), Error> {
    let public = metadata.token_endpoint_auth_method == TokenEndpointAuthMethod::None;
    match &metadata.client_secret {
        Some(_) if public => Err(Error::invalid_client_metadata(
            "client_secret must be left out when token_endpoint_auth_method is none",
        )),
        None if !public => Err(Error::invalid_client_metadata(
            "client_secret is missing; a public client says token_endpoint_auth_method none",
        )),
        Some(secret) if secret.expose().chars().count() < SECRET_LENGTH => {
            Err(Error::invalid_client_metadata(format!(
                "client_secret must have at least {SECRET_LENGTH} characters"
            )))
        }
        _ => Ok(()),
    }
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

fn grant_types(metadata: &ClientMetadata) -> Result<(), Error> {
    if metadata.grant_types != ["authorization_code"] {
        return Err(Error::invalid_client_metadata(
            "grant_types may hold authorization_code and nothing else",
        ));
    }
    Ok(())
}

fn response_types(metadata: &ClientMetadata) -> Result<(), Error> {
    if metadata.response_types != ["code"] {
        return Err(Error::invalid_client_metadata(
            "response_types may hold code and nothing else",
        ));
    }
    Ok(())
}

fn scope(metadata: &ClientMetadata) -> Result<(), Error> {
    if !metadata.scope.is_empty() && !metadata.scope.contains("openid") {
        return Err(Error::invalid_client_metadata("scope must contain openid"));
    }
    Ok(())
}

fn required_acr(metadata: &ClientMetadata) -> Result<(), Error> {
    if !ACR_CLASSES.contains(&metadata.required_acr.as_str()) {
        return Err(Error::invalid_client_metadata(format!(
            "required_acr must be one of {}",
            ACR_CLASSES.join(", ")
        )));
    }
    Ok(())
}

fn first_party(metadata: &ClientMetadata) -> Result<(), Error> {
    if !metadata.first_party {
        return Err(Error::invalid_client_metadata(
            "first_party cannot be false: this version has no consent page",
        ));
    }
    Ok(())
}

/// The addresses that are shown to people become links; `javascript:` must not be one of them.
fn addresses(metadata: &ClientMetadata) -> Result<(), Error> {
    let members = [
        ("client_uri", &metadata.client_uri),
        ("logo_uri", &metadata.logo_uri),
        ("policy_uri", &metadata.policy_uri),
        ("tos_uri", &metadata.tos_uri),
    ];
    for (member, uri) in members {
        if let Some(uri) = uri {
            redirect_uri::registrable(uri, ApplicationType::Web)
                .map_err(|fault| Error::invalid_client_metadata(format!("{member}: {fault}")))?;
        }
    }
    Ok(())
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
            (r#"{"grant_types":["implicit"]}"#.to_owned(), "grant_types"),
            (r#"{"grant_types":["authorization_code","refresh_token"]}"#.to_owned(), "grant_types"),
            (r#"{"response_types":["code","token"]}"#.to_owned(), "response_types"),
            (r#"{"scope":"profile"}"#.to_owned(), "scope"),
            (r#"{"required_acr":"mfa"}"#.to_owned(), "required_acr"),
            (r#"{"first_party":false}"#.to_owned(), "first_party"),
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
    fn a_client_that_asks_for_no_more_than_there_is_is_welcome() {
        for json in [
            "{}",
            r#"{"required_acr":"pwd-email-remembered","tos_uri":"https://rp.example/terms"}"#,
            r#"{"token_endpoint_auth_method":"client_secret_post","default_max_age":3600}"#,
            r#"{"token_endpoint_auth_method":"none","client_secret":null}"#,
            r#"{"id_token_signed_response_alg":"ES256","contacts":["drift@rp.example"]}"#,
        ] {
            assert!(register(json).is_ok(), "{json}: {:?}", register(json));
        }
    }
}
