//! An authorization code: what is known of it, and what is sent to redeem it.

use crate::clock::Timestamp;
use crate::oauth::client::ClientId;
use crate::oauth::error::Error;
use crate::oauth::parameters::Parameters;
use crate::oauth::pkce::{CodeChallenge, CodeVerifier};
use crate::oauth::scope::Scope;
use crate::secret::{AuthorizationCode, Secret};

/// What a client sends to redeem a code
/// ([RFC 6749 section 4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3)).
#[derive(Clone, Debug)]
pub struct Request {
    /// The code; the store knows its digest.
    pub code: Secret<AuthorizationCode>,
    /// The redirect URI of the authorization request.
    pub redirect_uri: String,
    /// The proof that the sender made the authorization request.
    pub code_verifier: Option<Secret<CodeVerifier>>,
}

impl Request {
    /// Reads the form of a token request.
    ///
    /// # Errors
    /// `invalid_request` when `code` or `redirect_uri` is missing.
    pub fn parse(form: &Parameters) -> Result<Self, Error> {
        let code = form.get("code").ok_or_else(|| Error::invalid_request("code is missing"))?;
        let redirect_uri = form
            .get("redirect_uri")
            .ok_or_else(|| Error::invalid_request("redirect_uri is missing"))?;
        Ok(Self {
            code: Secret::new(code.to_owned()),
            redirect_uri: redirect_uri.to_owned(),
            code_verifier: form.get("code_verifier").map(|text| Secret::new(text.to_owned())),
        })
    }
}

/// What is known of a code: what it was bound to when it was issued, and whether it was redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuedCode<'a> {
    /// Whom it was issued to.
    pub client_id: &'a ClientId,
    /// Where it was sent.
    pub redirect_uri: &'a str,
    /// What it grants.
    pub scope: &'a Scope,
    /// What its redemption must prove.
    pub code_challenge: Option<&'a CodeChallenge>,
    /// The thumbprint of the key whose proof its redemption must hold
    /// ([RFC 9449 section 10](https://www.rfc-editor.org/rfc/rfc9449#section-10)).
    pub dpop_jkt: Option<&'a str>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// From when on it is worthless.
    pub expires_at: Timestamp,
    /// Whether it was redeemed before.
    pub used: bool,
}
