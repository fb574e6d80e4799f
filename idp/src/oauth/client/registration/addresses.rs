//! The addresses of a client other than those to which responses go.

use crate::oauth::client_metadata::{ApplicationType, ClientMetadata};
use crate::oauth::error::Error;
use crate::oauth::redirect_uri;

/// The addresses that programs and browsers are sent to: over TLS alone
/// ([OpenID Connect Core section 4](https://openid.net/specs/openid-connect-core-1_0.html#ThirdPartyInitiatedLogin)).
pub(super) fn check_called(metadata: &ClientMetadata) -> Result<(), Error> {
    let members = [
        ("jwks_uri", metadata.jwks_uri.as_ref()),
        ("sector_identifier_uri", metadata.sector_identifier_uri.as_ref()),
        ("initiate_login_uri", metadata.initiate_login_uri.as_ref()),
        ("backchannel_logout_uri", metadata.backchannel_logout_uri.as_ref()),
        ("frontchannel_logout_uri", metadata.frontchannel_logout_uri.as_ref()),
    ];
    let given = members.into_iter().filter_map(|(member, uri)| Some((member, uri?)));
    for (member, uri) in given.chain(metadata.request_uris.iter().map(|uri| ("request_uris", uri)))
    {
        // What follows the # of a request URI tells its versions apart (section 6.2).
        let uri = if member == "request_uris" { uri.split('#').next().unwrap_or(uri) } else { uri };
        redirect_uri::registrable(uri, ApplicationType::Web)
            .map_err(|fault| Error::invalid_client_metadata(format!("{member}: {fault}")))?;
    }
    Ok(())
}

/// The addresses that are shown to people become links; `javascript:` must not be one of them.
pub(super) fn check_shown(metadata: &ClientMetadata) -> Result<(), Error> {
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

/// [Front-Channel Logout section 2](https://openid.net/specs/openid-connect-frontchannel-1_0.html#RPLogout):
/// of the origin of a redirect URI.
pub(super) fn front_channel_logout(metadata: &ClientMetadata) -> Result<(), Error> {
    let Some(logout) = &metadata.frontchannel_logout_uri else { return Ok(()) };
    let origin = redirect_uri::origin(logout);
    if metadata.redirect_uris.iter().any(|uri| redirect_uri::origin(uri) == origin) {
        return Ok(());
    }
    Err(Error::invalid_client_metadata(
        "frontchannel_logout_uri must be of the origin of a redirect URI",
    ))
}

/// [RFC 8707 section 2](https://www.rfc-editor.org/rfc/rfc8707#section-2)
pub(super) fn resources(metadata: &ClientMetadata) -> Result<(), Error> {
    let absolute = |uri: &String| url::Url::parse(uri).is_ok_and(|uri| uri.fragment().is_none());
    if metadata.resources.iter().all(absolute) {
        return Ok(());
    }
    Err(Error::invalid_client_metadata("resources must hold absolute URIs without a fragment"))
}
