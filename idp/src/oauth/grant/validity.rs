//! Whether a grant still stands, and what is left of it: decided by the client as it is registered
//! when tokens are asked for or shown, not as it was when the person logged in. A client may have
//! lost scope, resources, grants or addresses since then
//! ([RFC 6749 section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).

use crate::oauth::client::Client;
use crate::oauth::client_metadata::SubjectType;
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::grant_type::GrantType;
use crate::oauth::redirect_uri::Registered;
use crate::oauth::scope::Scope;

/// What was granted.
#[derive(Clone, Copy, Debug)]
pub struct Granted<'a> {
    /// The scope.
    pub scope: &'a Scope,
    /// The resources; none means no restriction.
    pub resources: &'a [String],
    /// How it came about.
    pub origin: Origin<'a>,
}

/// How a grant came about.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    /// By an authorization response to this redirect URI.
    AuthorizationResponse(&'a str),
    /// A person let a device in.
    Device,
    /// The client acts on its own behalf.
    ClientCredentials,
}

/// What is left of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// The scope that the client may still have.
    pub scope: Scope,
    /// The resources that it may still ask for; none means no restriction.
    pub resources: Vec<String>,
}

/// Checks a grant each time something is requested with it.
///
/// # Errors
/// `unauthorized_client` when the client may no longer use the grant; `invalid_grant` when its
/// redirect URI is gone and names people by it, or no scope is left, or what outlives the session
/// may no longer; `invalid_target` when none of its resources is left.
pub fn check(granted: &Granted<'_>, client: &Client, issuer: &str) -> Result<Remaining, Error> {
    uses_its_grant(granted.origin, client)?;
    if client.metadata().subject_type == SubjectType::Pairwise
        && let Origin::AuthorizationResponse(uri) = granted.origin
    {
        // The pairwise name is that of the host of this URI.
        registered(uri, client)?;
    }
    let allowed = &client.metadata().scope;
    let scope = granted.scope.narrow(allowed);
    if scope.is_empty() && !granted.scope.is_empty() {
        return Err(Error::invalid_grant("the client may have nothing of what was granted"));
    }
    Ok(Remaining { scope, resources: resources(granted.resources, client, issuer)? })
}

/// Whether a redirect URI is still the client's own.
///
/// # Errors
/// `invalid_grant`.
pub fn registered(redirect_uri: &str, client: &Client) -> Result<(), Error> {
    let found = Registered::matching(redirect_uri, client.metadata());
    found
        .map(drop)
        .map_err(|_| Error::invalid_grant("the redirect_uri of the grant is no longer registered"))
}

fn uses_its_grant(origin: Origin<'_>, client: &Client) -> Result<(), Error> {
    let one_of: &[GrantType] = match origin {
        Origin::AuthorizationResponse(_) => &[GrantType::AuthorizationCode, GrantType::Implicit],
        Origin::Device => &[GrantType::DeviceCode],
        Origin::ClientCredentials => &[GrantType::ClientCredentials],
    };
    if one_of.iter().any(|grant_type| client.may_use(*grant_type)) {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::UnauthorizedClient,
        "the client may no longer use the grant that this came from",
    ))
}

/// [RFC 8707 section 2.2](https://www.rfc-editor.org/rfc/rfc8707#section-2.2): none left is an
/// error, since no resources at all would mean no restriction.
fn resources(granted: &[String], client: &Client, issuer: &str) -> Result<Vec<String>, Error> {
    let own = &client.metadata().resources;
    let is_left = |resource: &&String| *resource == issuer || own.contains(resource);
    let left: Vec<_> = granted.iter().filter(is_left).cloned().collect();
    if left.is_empty() && !granted.is_empty() {
        return Err(Error::new(
            ErrorCode::InvalidTarget,
            "the client may ask for none of the resources that were granted",
        ));
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::client::tests::client;

    const ISSUER: &str = "https://login.example.se";
    const RESPONSE: Origin<'_> = Origin::AuthorizationResponse("https://rp.example/cb");

    fn left(
        json: &str,
        origin: Origin<'_>,
        resources: &[&str],
    ) -> Result<(String, usize), ErrorCode> {
        let scope = "openid profile".parse().unwrap();
        let resources: Vec<_> = resources.iter().map(|text| (*text).to_owned()).collect();
        let granted = Granted { scope: &scope, resources: &resources, origin };
        let left = check(&granted, &client(json), ISSUER).map_err(|error| error.code)?;
        Ok((left.scope.to_string(), left.resources.len()))
    }

    #[test]
    fn granted_scope_and_resources_are_narrowed_to_the_current_registration() {
        let all = Ok(("openid profile".to_owned(), 0));
        assert_eq!(left("{}", RESPONSE, &[]), all);
        let narrow = left(r#"{"scope":"openid email"}"#, RESPONSE, &[]);
        assert_eq!(narrow, Ok(("openid".to_owned(), 0)));
        assert_eq!(left(r#"{"scope":"email"}"#, RESPONSE, &[]), Err(ErrorCode::InvalidGrant));
        let one = r#"{"resources":["https://a.example/"]}"#;
        let two = ["https://a.example/", "https://b.example/"];
        assert_eq!(left(one, RESPONSE, &two).unwrap().1, 1);
        assert_eq!(left(one, RESPONSE, &[ISSUER]).unwrap().1, 1);
        assert_eq!(left("{}", RESPONSE, &two), Err(ErrorCode::InvalidTarget));
    }

    #[test]
    fn a_grant_of_a_grant_type_no_longer_registered_is_refused() {
        let refused = |json, origin| left(json, origin, &[]).err();
        let device = r#"{"response_types":[],"grant_types":["urn:ietf:params:oauth:grant-type:device_code"]}"#;
        let own = r#"{"response_types":[],"grant_types":["client_credentials"]}"#;
        let gone = Some(ErrorCode::UnauthorizedClient);
        for (json, response, device, own) in
            [("{}", None, gone, gone), (device, gone, None, gone), (own, gone, gone, None)]
        {
            assert_eq!(refused(json, RESPONSE), response, "{json}");
            assert_eq!(refused(json, Origin::Device), device, "{json}");
            assert_eq!(refused(json, Origin::ClientCredentials), own, "{json}");
        }
    }

    #[test]
    fn oidc_core_section_8_1_a_pairwise_sub_requires_a_redirect_uri_that_is_still_registered() {
        let other = |kind: &str| {
            let json = format!(
                r#"{{"subject_type":"{kind}","redirect_uris":["https://victim.example/cb"]}}"#
            );
            left(&json, RESPONSE, &[]).err()
        };
        assert_eq!(other("pairwise"), Some(ErrorCode::InvalidGrant));
        assert_eq!(other("public"), None);
    }
}
