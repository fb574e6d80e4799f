//! Which key a token is bound to, and whether the sender holds that key.

use crate::oauth::bearer::Scheme;
use crate::oauth::client::Client;
use crate::oauth::confirmation::Confirmation;
use crate::oauth::dpop::{self, Proof};
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::mutual_tls::{Certificate, Presented};

/// What a request shows of its sender, beside the credentials of a client.
#[derive(Clone, Debug)]
pub struct Sender<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// The path of the endpoint, without a slash before it.
    pub endpoint: &'static str,
    /// The values of the header `DPoP`.
    pub proofs: Vec<&'a str>,
    /// The certificate of the connection.
    pub certificate: Option<&'a Presented>,
}

impl Sender<'_> {
    /// The certificate of the connection. That its key is possessed is all that is asked of it
    /// ([RFC 8705 section 3](https://www.rfc-editor.org/rfc/rfc8705#section-3)).
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.map(|presented| &presented.certificate)
    }
}

/// The key that the tokens of this request are bound to. A proof binds them even where the client
/// need not send one ([RFC 9449 section 5](https://www.rfc-editor.org/rfc/rfc9449#section-5)); a
/// certificate binds them where the client has registered that
/// ([RFC 8705 section 3](https://www.rfc-editor.org/rfc/rfc8705#section-3)) or keeps to FAPI 2.0.
///
/// # Errors
/// `invalid_dpop_proof` or `invalid_request` where they must be bound and no key is shown.
pub fn bind(
    client: &Client,
    proof: Option<&Proof>,
    certificate: Option<&Certificate>,
) -> Result<Option<Confirmation>, Error> {
    let metadata = client.metadata();
    if let Some(proof) = proof {
        return Ok(Some(proof.confirmation()));
    }
    if metadata.dpop_bound_access_tokens {
        return Err(dpop::missing());
    }
    let must = metadata.tls_client_certificate_bound_access_tokens || metadata.fapi.is_some();
    match certificate {
        _ if !must => Ok(None),
        Some(certificate) => {
            Ok(Some(Confirmation::Certificate(certificate.thumbprint().to_owned())))
        }
        None => Err(Error::invalid_request(
            "tokens of this client are bound to a key: it must send a DPoP proof or a certificate",
        )),
    }
}

/// Whether a token may be used by the one who shows it in this way.
///
/// # Errors
/// `invalid_token` when it is bound to another key, or shown by another scheme than its own
/// ([RFC 9449 section 7.1](https://www.rfc-editor.org/rfc/rfc9449#section-7.1),
/// [RFC 8705 section 3](https://www.rfc-editor.org/rfc/rfc8705#section-3)).
pub fn check_binding(
    bound_to: Option<&Confirmation>,
    scheme: Scheme,
    proof: Option<&Proof>,
    certificate: Option<&Certificate>,
) -> Result<(), Error> {
    let fits = match (bound_to, scheme) {
        (Some(Confirmation::Jkt(jkt)), Scheme::Dpop) => {
            proof.is_some_and(|proof| proof.thumbprint() == jkt)
        }
        (Some(Confirmation::Certificate(thumbprint)), Scheme::Bearer) => {
            certificate.is_some_and(|shown| shown.thumbprint() == thumbprint)
        }
        (None, Scheme::Bearer) => true,
        _ => false,
    };
    if fits {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::InvalidToken,
        "the access token is bound to another key, or shown by a scheme that is not its own",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::client::tests::client;

    fn key(name: &str) -> Confirmation {
        Confirmation::Jkt(name.to_owned())
    }

    #[test]
    fn rfc_9449_section_5_2_a_client_with_bound_tokens_is_refused_without_proof_or_certificate() {
        assert_eq!(bind(&client("{}"), None, None), Ok(None));
        let dpop = client(r#"{"dpop_bound_access_tokens":true}"#);
        let error = bind(&dpop, None, None).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidDpopProof);
        let tls = client(r#"{"tls_client_certificate_bound_access_tokens":true}"#);
        assert_eq!(bind(&tls, None, None).unwrap_err().code, ErrorCode::InvalidRequest);
        let fapi = client(
            r#"{"fapi":"security","token_endpoint_auth_method":"private_key_jwt",
                "client_secret":null,"jwks_uri":"https://rp.example/jwks.json"}"#,
        );
        assert_eq!(bind(&fapi, None, None).unwrap_err().code, ErrorCode::InvalidRequest);
    }

    #[test]
    fn rfc_9449_section_7_1_a_bound_access_token_is_refused_without_its_key() {
        assert_eq!(check_binding(None, Scheme::Bearer, None, None), Ok(()));
        let certificate = Confirmation::Certificate("bwcK".to_owned());
        for (bound_to, scheme) in [
            (None, Scheme::Dpop),
            (Some(key("a")), Scheme::Bearer),
            (Some(key("a")), Scheme::Dpop),
            (Some(certificate.clone()), Scheme::Bearer),
            (Some(certificate), Scheme::Dpop),
        ] {
            let error = check_binding(bound_to.as_ref(), scheme, None, None).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidToken, "{bound_to:?} {scheme:?}");
        }
    }
}
