//! The checks that strangers' metadata must pass beside those of all clients. Each names the member
//! at fault ([RFC 7591 section 3.2.2](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2)).

use serde_json::Value;
use url::Url;

use super::{Check, Terms};
use crate::jose::Algorithm;
use crate::jose::jwks::PublicKeys;
use crate::jose::signed_token::HMAC;
use crate::oauth::client::sector;
use crate::oauth::client_metadata::{
    ApplicationType, ClientMetadata, SubjectType, TokenEndpointAuthMethod,
};
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::grant_type::GrantType;

const CHECKS: &[Check] = &[
    amounts,
    names,
    addresses,
    sector_identifier,
    front_channel,
    implicit_redirects,
    certificates,
    signed_responses,
    signed_by_client,
    keys,
];

/// More of a kind is not registered: all of it is read at every request of the client.
const MOST: usize = 100;
/// Characters of a name on our pages.
const NAME_LENGTH: usize = 100;

pub(super) fn check(metadata: &ClientMetadata, terms: &Terms) -> Result<(), Error> {
    CHECKS.iter().try_for_each(|check| check(metadata, terms))
}

fn refuse(description: impl Into<std::borrow::Cow<'static, str>>) -> Result<(), Error> {
    Err(Error::invalid_client_metadata(description))
}

fn amounts(metadata: &ClientMetadata, _: &Terms) -> Result<(), Error> {
    for (member, amount) in [
        ("redirect_uris", metadata.redirect_uris.len()),
        ("post_logout_redirect_uris", metadata.post_logout_redirect_uris.len()),
        ("request_uris", metadata.request_uris.len()),
        ("contacts", metadata.contacts.len()),
        ("default_acr_values", metadata.default_acr_values.len()),
        ("client_name", metadata.client_name.len()),
    ] {
        if amount > MOST {
            return refuse(format!("{member} must not have more than {MOST} values"));
        }
    }
    Ok(())
}

/// A name is shown to people in our words: no length that hides them.
fn names(metadata: &ClientMetadata, _: &Terms) -> Result<(), Error> {
    if metadata.client_name.values().all(|name| name.chars().count() <= NAME_LENGTH) {
        return Ok(());
    }
    refuse(format!("client_name must be plain text of 1 to {NAME_LENGTH} characters"))
}

/// Where http to this machine is of no use, it would reach any service that listens there.
fn addresses(metadata: &ClientMetadata, terms: &Terms) -> Result<(), Error> {
    match metadata.at_this_machine() {
        Some(member) if !terms.this_machine => refuse(format!("{member} must use https")),
        _ => Ok(()),
    }
}

/// What a document lists is proven for those addresses alone
/// ([OpenID Connect Dynamic Client Registration section 5](https://openid.net/specs/openid-connect-registration-1_0.html#SectorIdentifierValidation)):
/// where names reach the client by another way, it cannot share those of the sector.
fn sector_identifier(metadata: &ClientMetadata, _: &Terms) -> Result<(), Error> {
    if metadata.sector_identifier_uri.is_none() {
        return Ok(());
    }
    if metadata.redirect_uris.is_empty() {
        return refuse("sector_identifier_uri proves nothing without redirect_uris");
    }
    if metadata.subject_type == SubjectType::Pairwise && !sector::is_proven(metadata) {
        return refuse(
            "sector_identifier_uri needs redirect_uris that use https, no device grant, and \
             backchannel_logout_uri on a host of the redirect_uris",
        );
    }
    Ok(())
}

/// Tokens from the authorization endpoint are off unless the operator turns them on
/// ([RFC 9700 section 2.1.2](https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2)).
fn front_channel(metadata: &ClientMetadata, terms: &Terms) -> Result<(), Error> {
    let front = metadata.response_types.iter().any(|kind| kind.has_id_token() || kind.has_token());
    if front && !terms.front_channel_tokens {
        return refuse("response_types may hold code alone at this provider");
    }
    if metadata.grant_types.contains(&GrantType::Implicit) && !terms.front_channel_tokens {
        return refuse("grant_types must not hold implicit at this provider");
    }
    Ok(())
}

/// [OpenID Connect Dynamic Client Registration section 2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata),
/// `application_type`: with the implicit grant a web client uses https, and not its own machine.
fn implicit_redirects(metadata: &ClientMetadata, _: &Terms) -> Result<(), Error> {
    let bound = metadata.application_type == ApplicationType::Web
        && metadata.grant_types.contains(&GrantType::Implicit);
    let elsewhere = |uri: &String| {
        Url::parse(uri)
            .is_ok_and(|url| url.scheme() == "https" && url.host_str() != Some("localhost"))
    };
    if bound && !metadata.redirect_uris.iter().all(elsewhere) {
        return Err(Error::new(
            ErrorCode::InvalidRedirectUri,
            "redirect_uris of a web client with the implicit grant must be https, and not localhost",
        ));
    }
    Ok(())
}

/// Certificates need the listener that asks for them.
fn certificates(metadata: &ClientMetadata, terms: &Terms) -> Result<(), Error> {
    use TokenEndpointAuthMethod::{SelfSignedTlsClientAuth, TlsClientAuth};
    if terms.certificates {
        return Ok(());
    }
    if matches!(metadata.token_endpoint_auth_method, TlsClientAuth | SelfSignedTlsClientAuth) {
        return refuse("token_endpoint_auth_method is not supported at this provider");
    }
    if metadata.tls_client_certificate_bound_access_tokens {
        return refuse("tls_client_certificate_bound_access_tokens is not supported here");
    }
    Ok(())
}

/// What we sign, we sign with the keys we have.
fn signed_responses(metadata: &ClientMetadata, terms: &Terms) -> Result<(), Error> {
    match metadata.unsignable(&terms.algorithms) {
        Some(member) => refuse(format!("{member} is not among the algorithms of this provider")),
        None => Ok(()),
    }
}

/// What the client signs, we can verify; nothing is taken unsigned
/// ([RFC 9101 section 10.2](https://www.rfc-editor.org/rfc/rfc9101#section-10.2)).
fn signed_by_client(metadata: &ClientMetadata, _: &Terms) -> Result<(), Error> {
    let own_key = |name: &String| Algorithm::of_stranger(name).is_some();
    if !metadata.request_object_signing_alg.iter().all(own_key) {
        return refuse("request_object_signing_alg is not supported");
    }
    let secret = |name: &String| name == HMAC;
    let fits = match metadata.token_endpoint_auth_method {
        TokenEndpointAuthMethod::ClientSecretJwt => {
            metadata.token_endpoint_auth_signing_alg.iter().all(secret)
        }
        TokenEndpointAuthMethod::PrivateKeyJwt => {
            metadata.token_endpoint_auth_signing_alg.iter().all(own_key)
        }
        _ => metadata.token_endpoint_auth_signing_alg.iter().all(|it| own_key(it) || secret(it)),
    };
    if fits { Ok(()) } else { refuse("token_endpoint_auth_signing_alg is not supported") }
}

fn keys(metadata: &ClientMetadata, _: &Terms) -> Result<(), Error> {
    match metadata.jwks.as_ref().map(PublicKeys::from_value) {
        Some(Err(fault)) => refuse(format!("jwks: {fault}")),
        _ => Ok(()),
    }
}

/// Whether the document at `sector_identifier_uri` lists all redirect URIs
/// ([OpenID Connect Dynamic Client Registration section 5](https://openid.net/specs/openid-connect-registration-1_0.html#SectorIdentifierValidation)).
///
/// # Errors
/// `invalid_client_metadata`.
pub fn sector(document: &[u8], metadata: &ClientMetadata) -> Result<(), Error> {
    let Ok(listed) = serde_json::from_slice::<Vec<Value>>(document) else {
        return refuse("sector_identifier_uri: the document is not a JSON array");
    };
    let is_listed = |uri: &String| listed.iter().any(|other| other.as_str() == Some(uri));
    // An empty list would be listed by every document.
    if !metadata.redirect_uris.is_empty() && metadata.redirect_uris.iter().all(is_listed) {
        return Ok(());
    }
    refuse("sector_identifier_uri: the document does not list all redirect_uris")
}
