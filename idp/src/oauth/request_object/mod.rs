//! Request objects: authorization requests as signed statements, by value in `request` or by
//! reference in `request_uri`. [RFC 9101](https://www.rfc-editor.org/rfc/rfc9101) and
//! [OpenID Connect Core section 6](https://openid.net/specs/openid-connect-core-1_0.html#JWTRequests).
//!
//! Where the two differ, RFC 9101 is followed: only what stands in the object counts, whatever
//! stands beside it (section 6.3), and an object is never unsigned.

use serde_json::{Map, Value};
use url::Url;

use crate::clock::Timestamp;
use crate::jose::Algorithm;
use crate::jose::signed_token::{Refusal, Rules, Types};
use crate::jose::times::TimeRules;
use crate::oauth::client::Client;
use crate::oauth::client_metadata::Fapi;
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::parameters::Parameters;

/// The types an object may give itself; most of them give none
/// ([RFC 9101 section 10.8](https://www.rfc-editor.org/rfc/rfc9101#section-10.8)).
const TYPES: Types<'static> = Types::Optional(&["oauth-authz-req+jwt", "JWT"]);

/// The longest `request_uri`, in bytes
/// ([RFC 9101 section 5.2](https://www.rfc-editor.org/rfc/rfc9101#section-5.2)).
const LONGEST_URI: usize = 512;

/// By how many seconds a client's clock may be off
/// ([FAPI 2.0 Security Profile section 5.3.2.1](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.3.2.1)).
const SKEW: i64 = 30;

/// How long an object of a FAPI client may be valid, and how old it may be, in seconds
/// ([FAPI 2.0 Message Signing section 5.3.1](https://openid.net/specs/fapi-message-signing-2_0-final.html#section-5.3.1)).
const FAPI_LIFETIME: i64 = 3_600;

/// The algorithms an object may be signed with, all of them.
pub const ALGORITHMS: [Algorithm; 4] = Algorithm::ALL;

/// Without the one that FAPI does without
/// ([FAPI 2.0 Security Profile section 5.4.1](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.4.1)).
const FAPI_ALGORITHMS: [Algorithm; 3] = [Algorithm::ES256, Algorithm::PS256, Algorithm::EdDSA];

/// The claims that speak of the object and not of the request.
const ABOUT_THE_OBJECT: [&str; 6] = ["iss", "aud", "exp", "nbf", "iat", "jti"];

/// How the request arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form<'a> {
    /// As parameters.
    Plain,
    /// In an object.
    Value(&'a str),
    /// In an object to be fetched.
    Reference(&'a str),
}

/// Finds out how a request arrives.
///
/// # Errors
/// `invalid_request` when it arrives in two ways at once
/// ([RFC 9101 section 5](https://www.rfc-editor.org/rfc/rfc9101#section-5)).
pub fn form(parameters: &Parameters) -> Result<Form<'_>, Error> {
    match (parameters.get("request"), parameters.get("request_uri")) {
        (None, None) => Ok(Form::Plain),
        (Some(object), None) => Ok(Form::Value(object)),
        (None, Some(uri)) => Ok(Form::Reference(uri)),
        (Some(_), Some(_)) => {
            Err(Error::invalid_request("request and request_uri exclude each other"))
        }
    }
}

/// The address to fetch an object from: one the client has registered. What follows the `#` tells
/// versions apart ([OpenID Connect Core section 6.2](https://openid.net/specs/openid-connect-core-1_0.html#RequestUriParameter))
/// and is not sent.
///
/// # Errors
/// `invalid_request_uri`.
pub fn address(request_uri: &str, client: &Client) -> Result<Url, Error> {
    let refused = |why: &'static str| Error::new(ErrorCode::InvalidRequestUri, why);
    if request_uri.len() > LONGEST_URI {
        return Err(refused("request_uri is longer than 512 characters"));
    }
    let bare = |uri: &str| uri.split('#').next().unwrap_or_default().to_owned();
    let asked = bare(request_uri);
    if !client.metadata().request_uris.iter().any(|own| bare(own) == asked) {
        return Err(refused("request_uri is not registered for this client"));
    }
    Url::parse(&asked).map_err(|_| refused("request_uri is not a URL"))
}

/// What must hold of an object's header before its signature is looked at: the client's registered
/// algorithm or any of ours, and never none.
#[must_use]
pub fn algorithms(client: &Client) -> Vec<Algorithm> {
    let metadata = client.metadata();
    let allowed: &[Algorithm] =
        if metadata.fapi.is_some() { &FAPI_ALGORITHMS } else { &ALGORITHMS };
    let registered = metadata.request_object_signing_alg.as_deref();
    let fits = |algorithm: &Algorithm| {
        registered.is_none_or(|name| Algorithm::of_stranger(name) == Some(*algorithm))
    };
    allowed.iter().copied().filter(fits).collect()
}

/// The rules of the signature.
#[must_use]
pub const fn rules(algorithms: &[Algorithm]) -> Rules<'_> {
    Rules { algorithms, types: TYPES }
}

/// The request that an object of `client` holds, once its signature was verified.
///
/// # Errors
/// `invalid_request_object`.
pub fn parameters(
    claims: &Map<String, Value>,
    client: &Client,
    issuer: &str,
    now: Timestamp,
) -> Result<Parameters, Error> {
    parties(claims, client, issuer)?;
    times(claims, client, now)?;
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err(invalid("it must not hold request or request_uri"));
    }
    let requested = claims.iter().filter(|(name, _)| !ABOUT_THE_OBJECT.contains(&name.as_str()));
    let pairs: Vec<(&str, String)> =
        requested.flat_map(|(name, value)| texts(name, value)).collect();
    let is_readable = |text: &str| !text.contains('\0');
    if !pairs.iter().all(|(name, text)| is_readable(name) && is_readable(text)) {
        return Err(invalid("it holds the character NUL"));
    }
    Ok(Parameters::from_pairs(pairs.iter().map(|(name, text)| (*name, text.as_str()))))
}

/// What to say of an object that cannot be read
/// ([RFC 9101 section 10.2](https://www.rfc-editor.org/rfc/rfc9101#section-10.2)).
#[must_use]
pub fn unreadable(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Unsigned => Error::new(
            ErrorCode::InvalidRequestObject,
            "unsigned request objects are not accepted; sign it, with an alg that is not none",
        ),
        refusal => invalid(refusal),
    }
}

/// What to say of an object that cannot be accepted.
pub fn invalid(why: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::InvalidRequestObject, format!("the request object: {why}"))
}

/// [RFC 9101 section 6.3](https://www.rfc-editor.org/rfc/rfc9101#section-6.3): it is this client's
/// own. [Section 4](https://www.rfc-editor.org/rfc/rfc9101#section-4): `iss` and `aud` need not be
/// there; for a FAPI client `aud` must
/// ([Message Signing section 5.3.1](https://openid.net/specs/fapi-message-signing-2_0-final.html#section-5.3.1)).
fn parties(claims: &Map<String, Value>, client: &Client, issuer: &str) -> Result<(), Error> {
    let client_id = client.client_id().as_str();
    if claims.get("client_id").is_none_or(|own| own != client_id) {
        return Err(invalid("its client_id is not that of the request"));
    }
    // What has a subject could be shown as a client assertion (RFC 9101 section 10.8).
    if claims.contains_key("sub") {
        return Err(invalid("it must not hold sub"));
    }
    if claims.get("iss").is_some_and(|iss| iss != client_id) {
        return Err(invalid("its iss is not the client_id"));
    }
    let is_for_us = match claims.get("aud") {
        None => client.metadata().fapi != Some(Fapi::MessageSigning),
        Some(Value::Array(all)) => all.iter().any(|one| one == issuer),
        Some(one) => one == issuer,
    };
    if is_for_us { Ok(()) } else { Err(invalid("its aud is not this issuer")) }
}

/// [FAPI 2.0 Message Signing section 5.3.1](https://openid.net/specs/fapi-message-signing-2_0-final.html#section-5.3.1):
/// `nbf` and `exp` are there and not far apart, and `nbf` is no longer ago. Of any other client
/// what is there must hold.
fn times(claims: &Map<String, Value>, client: &Client, now: Timestamp) -> Result<(), Error> {
    let bound = (client.metadata().fapi == Some(Fapi::MessageSigning)).then_some(FAPI_LIFETIME);
    let rules = TimeRules {
        skew: SKEW,
        // From nbf, which may itself lie ahead by as much as the clocks differ.
        expires_within: bound,
        issued_within: None,
        not_before_within: bound,
    };
    let times = rules.check(claims, now).map_err(invalid)?;
    let lifetime = times.expires_at.zip(times.not_before).map(|(end, start)| end.since(start));
    if bound.zip(lifetime).is_some_and(|(most, lifetime)| lifetime > most) {
        return Err(invalid("its exp is more than 60 minutes after its nbf"));
    }
    Ok(())
}

/// The texts that a member stands for
/// ([RFC 9101 section 4](https://www.rfc-editor.org/rfc/rfc9101#section-4)): a text is itself, a
/// number its digits, `claims` and other structures their JSON; several resources are an array
/// ([RFC 8707 section 2](https://www.rfc-editor.org/rfc/rfc8707#section-2)).
fn texts<'a>(name: &'a str, value: &Value) -> Vec<(&'a str, String)> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(all) if name == "resource" => {
            all.iter().map(|one| (name, text(one))).collect()
        }
        one => vec![(name, text(one))],
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
