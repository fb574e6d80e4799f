//! What a client needs for the way it authenticates.

use crate::jose::jwks::PublicKeys;
use crate::jose::signed_token::HMAC;
use crate::oauth::client_metadata::{ClientMetadata, TokenEndpointAuthMethod};
use crate::oauth::error::Error;
use crate::oauth::mutual_tls;

/// The shortest secret of a confidential client, in characters. A secret is drawn by a machine:
/// 32 characters of base64url are 192 bits, more than the 112 that a plain digest asks for.
const SECRET_LENGTH: usize = 32;

/// [RFC 6749 section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)
pub(super) fn client_secret(metadata: &ClientMetadata) -> Result<(), Error> {
    let used = metadata.token_endpoint_auth_method.uses_secret();
    match &metadata.client_secret {
        Some(_) if !used => Err(Error::invalid_client_metadata(
            "client_secret must be left out: token_endpoint_auth_method does not use it",
        )),
        None if used => Err(Error::invalid_client_metadata(
            "client_secret is missing; a public client says token_endpoint_auth_method none",
        )),
        Some(secret) if secret.expose().chars().count() < SECRET_LENGTH => {
            Err(Error::invalid_client_metadata(format!(
                "client_secret must have at least {SECRET_LENGTH} characters"
            )))
        }
        // RFC 6749 appendix A.2. Common clients disagree about how other characters are sent.
        Some(secret) if !secret.expose().bytes().all(|byte| matches!(byte, b' '..=b'~')) => {
            Err(Error::invalid_client_metadata(
                "client_secret must consist of printable ASCII characters",
            ))
        }
        _ => Ok(()),
    }
}

/// [RFC 7591 section 2](https://www.rfc-editor.org/rfc/rfc7591#section-2): keys stand in one
/// place, and where a method rests on them they must be there.
pub(super) fn client_keys(metadata: &ClientMetadata) -> Result<(), Error> {
    use TokenEndpointAuthMethod::{PrivateKeyJwt, SelfSignedTlsClientAuth};

    let needed =
        matches!(metadata.token_endpoint_auth_method, PrivateKeyJwt | SelfSignedTlsClientAuth)
            || metadata.require_signed_request_object;
    match (&metadata.jwks, &metadata.jwks_uri) {
        (Some(_), Some(_)) => {
            Err(Error::invalid_client_metadata("jwks and jwks_uri exclude each other"))
        }
        (None, None) if needed => Err(Error::invalid_client_metadata(
            "jwks or jwks_uri is missing: the client authenticates or signs with its own keys",
        )),
        _ => Ok(()),
    }
}

/// [RFC 7517 section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5): a registered key set can
/// be read, and holds what the method of the client rests on.
pub(super) fn key_set(metadata: &ClientMetadata) -> Result<(), Error> {
    let Some(jwks) = &metadata.jwks else { return Ok(()) };
    let keys = PublicKeys::from_value(jwks)
        .and_then(|keys| keys.refuse_unfit_rsa().map(|()| keys))
        .map_err(|fault| Error::invalid_client_metadata(format!("jwks: {fault}")))?;
    let fits = match metadata.token_endpoint_auth_method {
        TokenEndpointAuthMethod::PrivateKeyJwt => {
            metadata.assertion_algorithms().iter().any(|algorithm| keys.fits(*algorithm))
        }
        TokenEndpointAuthMethod::SelfSignedTlsClientAuth => keys.names_certificates(),
        _ => true,
    };
    if fits {
        return Ok(());
    }
    Err(Error::invalid_client_metadata(
        "jwks holds no key, or no x5c, that the client can authenticate with",
    ))
}

/// [RFC 7591 section 2](https://www.rfc-editor.org/rfc/rfc7591#section-2)
pub(super) fn assertion_algorithm(metadata: &ClientMetadata) -> Result<(), Error> {
    let Some(registered) = &metadata.token_endpoint_auth_signing_alg else { return Ok(()) };
    let fits = match metadata.token_endpoint_auth_method {
        TokenEndpointAuthMethod::PrivateKeyJwt => !metadata.assertion_algorithms().is_empty(),
        TokenEndpointAuthMethod::ClientSecretJwt => registered == HMAC,
        _ => return Ok(()),
    };
    if fits {
        return Ok(());
    }
    Err(Error::invalid_client_metadata(
        "token_endpoint_auth_signing_alg is not one that its method, or fapi, allows",
    ))
}

/// [RFC 8705 section 2.1.2](https://www.rfc-editor.org/rfc/rfc8705#section-2.1.2): exactly one
/// name for `tls_client_auth`, and none without it.
pub(super) fn certificate_name(metadata: &ClientMetadata) -> Result<(), Error> {
    let names = [
        &metadata.tls_client_auth_subject_dn,
        &metadata.tls_client_auth_san_dns,
        &metadata.tls_client_auth_san_uri,
        &metadata.tls_client_auth_san_ip,
        &metadata.tls_client_auth_san_email,
    ];
    let given = names.into_iter().flatten().count();
    let wanted = metadata.token_endpoint_auth_method == TokenEndpointAuthMethod::TlsClientAuth;
    if given == usize::from(wanted) {
        return mutual_tls::unreadable_name(metadata)
            .map_or(Ok(()), |fault| Err(Error::invalid_client_metadata(fault)));
    }
    Err(Error::invalid_client_metadata(
        "tls_client_auth needs exactly one of tls_client_auth_subject_dn, tls_client_auth_san_dns, \
         tls_client_auth_san_uri, tls_client_auth_san_ip and tls_client_auth_san_email, and no \
         other method has any",
    ))
}

#[cfg(test)]
mod tests {
    use crate::oauth::client::tests::register;
    use crate::oauth::error::ErrorCode;

    #[test]
    fn rfc_7591_section_2_missing_or_superfluous_credentials_of_an_auth_method_are_refused() {
        for (json, member) in [
            (r#"{"token_endpoint_auth_method":"private_key_jwt"}"#, "client_secret"),
            (r#"{"token_endpoint_auth_method":"private_key_jwt","client_secret":null}"#, "jwks"),
            (r#"{"jwks":{"keys":[]},"jwks_uri":"https://rp.example/jwks.json"}"#, "jwks"),
            (r#"{"require_signed_request_object":true}"#, "jwks"),
            (r#"{"jwks":[]}"#, "jwks"),
            (r#"{"jwks":{"keys":[{"kty":"oct","k":"AA"}]}}"#, "jwks"),
            (
                r#"{"token_endpoint_auth_method":"private_key_jwt","client_secret":null,"jwks":{"keys":[]}}"#,
                "jwks",
            ),
            (
                r#"{"token_endpoint_auth_method":"self_signed_tls_client_auth","client_secret":null,"jwks":{"keys":[]}}"#,
                "jwks",
            ),
            (
                r#"{"token_endpoint_auth_method":"client_secret_jwt","token_endpoint_auth_signing_alg":"RS256"}"#,
                "token_endpoint_auth_signing_alg",
            ),
            (
                r#"{"token_endpoint_auth_method":"private_key_jwt","client_secret":null,"fapi":"security","jwks_uri":"https://rp.example/j","token_endpoint_auth_signing_alg":"RS256"}"#,
                "token_endpoint_auth_signing_alg",
            ),
            (
                r#"{"token_endpoint_auth_method":"tls_client_auth","client_secret":null,"tls_client_auth_subject_dn":"client"}"#,
                "tls_client_auth_subject_dn",
            ),
            (
                r#"{"token_endpoint_auth_method":"tls_client_auth","client_secret":null,"tls_client_auth_san_ip":"client"}"#,
                "tls_client_auth_san_ip",
            ),
            (
                r#"{"token_endpoint_auth_method":"tls_client_auth","client_secret":null}"#,
                "tls_client_auth",
            ),
            (
                r#"{"token_endpoint_auth_method":"tls_client_auth","client_secret":null,"tls_client_auth_san_dns":"a","tls_client_auth_san_ip":"::1"}"#,
                "tls_client_auth",
            ),
            (r#"{"tls_client_auth_san_dns":"a"}"#, "tls_client_auth"),
        ] {
            let error = register(json).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidClientMetadata, "{json}");
            assert!(error.description().starts_with(member), "{json}: {error}");
        }
    }

    #[test]
    fn a_jwks_with_one_too_small_or_too_large_rsa_key_is_refused() {
        let good = serde_json::json!({"kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
        for (modulus, exponent) in [
            ("_".repeat(340), "AQAB"),
            ("_".repeat(1_366), "AQAB"),
            ("_".repeat(342), "_____w8"),
            ("_".repeat(342), "BA"),
        ] {
            let unfit = serde_json::json!({"kty": "RSA", "n": modulus, "e": exponent});
            for keys in [vec![&good, &unfit], vec![&unfit]] {
                let json = serde_json::json!({"jwks": {"keys": keys}});
                let error = register(&json.to_string()).unwrap_err();
                assert_eq!(error.code, ErrorCode::InvalidClientMetadata, "{json:.200}");
                assert!(error.description().starts_with("jwks: an RSA key must have"), "{error}");
            }
        }
    }

    #[test]
    fn each_auth_method_is_accepted_with_its_credential() {
        for json in [
            r#"{"token_endpoint_auth_method":"private_key_jwt","client_secret":null,"jwks":{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}}"#,
            r#"{"token_endpoint_auth_method":"client_secret_jwt","token_endpoint_auth_signing_alg":"HS256"}"#,
            r#"{"token_endpoint_auth_method":"tls_client_auth","client_secret":null,"tls_client_auth_subject_dn":"CN=a,O=b"}"#,
        ] {
            assert!(register(json).is_ok(), "{json}: {:?}", register(json));
        }
    }
}
