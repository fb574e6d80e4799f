//! Pushed authorization requests, [RFC 9126](https://www.rfc-editor.org/rfc/rfc9126): a client
//! hands its request over beforehand and sends the browser with a reference to it.

use serde::Serialize;

use crate::clock::Timestamp;
use crate::oauth::client::ClientId;
use crate::oauth::dpop::Proof;
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::parameters::Parameters;
use crate::secret::{PushedRequest, Secret};

/// What every reference begins with
/// ([RFC 9126 section 2.2](https://www.rfc-editor.org/rfc/rfc9126#section-2.2)).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// Parameters of the client's authentication, which are no part of its request
/// ([RFC 9126 section 2.1](https://www.rfc-editor.org/rfc/rfc9126#section-2.1)).
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// A request that was pushed and had passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// Whose it is.
    pub client_id: String,
    /// The request, as its encoded parameters.
    pub parameters: String,
    /// When the reference ends.
    pub expires_at: Timestamp,
    /// When a login with it completed.
    pub used_at: Option<Timestamp>,
}

/// The response to the client
/// ([RFC 9126 section 2.2](https://www.rfc-editor.org/rfc/rfc9126#section-2.2)).
#[derive(Clone, Debug, Serialize)]
pub struct PushedResponse {
    /// The reference.
    pub request_uri: String,
    /// Seconds it can be opened.
    pub expires_in: i64,
}

/// The reference that carries a secret.
#[must_use]
pub fn request_uri(handle: &Secret<PushedRequest>) -> String {
    format!("{PREFIX}{}", handle.expose())
}

/// The secret of a reference; `None` when `request_uri` is the address of a request object.
#[must_use]
pub fn handle(request_uri: &str) -> Option<Secret<PushedRequest>> {
    request_uri.strip_prefix(PREFIX).map(|secret| Secret::new(secret.to_owned()))
}

/// What of the form belongs to the request; `client_id` is that of the client which authenticated.
///
/// # Errors
/// `invalid_request` for a form that holds a reference itself
/// ([RFC 9126 section 2.1](https://www.rfc-editor.org/rfc/rfc9126#section-2.1)).
pub fn request(form: &Parameters, client_id: &ClientId) -> Result<Parameters, Error> {
    if form.get("request_uri").is_some() {
        return Err(Error::invalid_request("request_uri has no place in a pushed request"));
    }
    let kept = form.iter().filter(|(name, _)| *name != "client_id" && !CREDENTIALS.contains(name));
    Ok(Parameters::from_pairs([("client_id", client_id.as_str())].into_iter().chain(kept)))
}

/// The request with its code bound to the key of the proof that it was pushed with
/// ([RFC 9449 section 10.1](https://www.rfc-editor.org/rfc/rfc9449#section-10.1)).
///
/// # Errors
/// `invalid_dpop_proof` when the request itself names another key.
pub fn bound(request: Parameters, proof: Option<&Proof>) -> Result<Parameters, Error> {
    let Some(proof) = proof else { return Ok(request) };
    match request.get("dpop_jkt") {
        Some(jkt) if jkt == proof.thumbprint() => Ok(request),
        Some(_) => Err(Error::new(
            ErrorCode::InvalidDpopProof,
            "dpop_jkt is not the thumbprint of the key of the proof",
        )),
        None => {
            let jkt = [("dpop_jkt", proof.thumbprint())];
            Ok(Parameters::from_pairs(request.iter().chain(jkt)))
        }
    }
}

/// Whether `pushed` can be opened now by a browser that `client_id` sent. It may be opened again
/// until a login with it completes, for people reload pages
/// ([RFC 9126 section 4](https://www.rfc-editor.org/rfc/rfc9126#section-4)).
///
/// # Errors
/// `invalid_request_uri`, for a page: nothing else of the request is known
/// ([RFC 9126 section 2.2](https://www.rfc-editor.org/rfc/rfc9126#section-2.2)).
pub fn open<'a>(
    pushed: Option<&'a Pushed>,
    client_id: &ClientId,
    now: Timestamp,
) -> Result<&'a Pushed, Error> {
    // One answer for what is not known and what belongs to somebody else.
    let pushed = pushed
        .filter(|pushed| pushed.client_id == client_id.as_str())
        .ok_or_else(|| refuse("request_uri is not known for this client"))?;
    if pushed.used_at.is_some() {
        return Err(refuse("request_uri has been used"));
    }
    if now >= pushed.expires_at {
        return Err(refuse("request_uri has expired"));
    }
    Ok(pushed)
}

/// What to say when a login with the same reference was faster.
#[must_use]
pub fn already_used() -> Error {
    refuse("request_uri has been used")
}

fn refuse(description: &'static str) -> Error {
    Error::new(ErrorCode::InvalidRequestUri, description)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_id() -> ClientId {
        ClientId::parse("idep").unwrap()
    }

    fn pushed() -> Pushed {
        Pushed {
            client_id: "idep".to_owned(),
            parameters: "client_id=idep".to_owned(),
            expires_at: Timestamp(90),
            used_at: None,
        }
    }

    #[test]
    fn section_2_2_a_request_uri_encodes_its_secret_and_an_https_uri_is_not_a_pushed_request() {
        let secret = Secret::<PushedRequest>::new("s3cret".to_owned());
        let uri = request_uri(&secret);
        assert_eq!(uri, "urn:ietf:params:oauth:request_uri:s3cret");
        assert_eq!(handle(&uri).unwrap().digest(), secret.digest());
        assert!(handle("https://rp.example/request.jwt").is_none());
    }

    #[test]
    fn section_2_1_client_credentials_are_removed_from_the_pushed_request() {
        let form = "client_secret=x&client_assertion=a&client_assertion_type=b&scope=openid\
                    &resource=c&resource=d&client_id=idep";
        let request = request(&Parameters::parse_query(form).unwrap(), &client_id()).unwrap();
        assert_eq!(request.to_query(), "client_id=idep&scope=openid&resource=c&resource=d");
    }

    #[test]
    fn section_2_1_a_pushed_request_with_request_uri_is_refused() {
        let form = Parameters::parse_query("request_uri=urn%3Ax").unwrap();
        let error = request(&form, &client_id()).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest);
    }

    #[test]
    fn section_4_a_request_uri_is_valid_for_its_client_until_expiry_or_use() {
        let used = Pushed { used_at: Some(Timestamp(5)), ..pushed() };
        let others = Pushed { client_id: "web".to_owned(), ..pushed() };
        for (case, pushed, now, opens) in [
            ("new", Some(pushed()), 0, true),
            ("in its last second", Some(pushed()), 89, true),
            ("over", Some(pushed()), 90, false),
            ("used", Some(used), 6, false),
            ("another client's", Some(others), 0, false),
            ("not known", None, 0, false),
        ] {
            let opened = open(pushed.as_ref(), &client_id(), Timestamp(now));
            assert_eq!(opened.is_ok(), opens, "{case}");
            if let Err(error) = opened {
                assert_eq!(error.code, ErrorCode::InvalidRequestUri, "{case}");
            }
        }
    }
}
