//! Signing a payload as a compact JWS
//! ([RFC 7515 section 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)).

use josekit::jws::JwsHeader;

use crate::jose::keyset::KeySet;
use crate::jose::{Algorithm, Error};

impl KeySet {
    /// Signs `payload` with the active key. `typ` says what kind of token it is, so that one kind
    /// is never taken for another
    /// ([RFC 8725 section 3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11)); ID tokens
    /// have none.
    ///
    /// # Errors
    /// When no key of `algorithm` is active, or OpenSSL cannot sign.
    pub fn sign(
        &self,
        algorithm: Algorithm,
        typ: Option<&str>,
        payload: &[u8],
    ) -> Result<String, Error> {
        let signing = self.signing(algorithm)?;
        let mut header = JwsHeader::new();
        if let Some(typ) = typ {
            header.set_token_type(typ);
        }
        josekit::jws::serialize_compact(payload, &header, signing.signer())
            .map_err(Error::because(format!("the signing key {} did not sign", signing.id())))
    }
}
