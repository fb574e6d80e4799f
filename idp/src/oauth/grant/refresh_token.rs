//! The refresh token grant ([RFC 6749 section 6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).

use crate::clock::Timestamp;
use crate::oauth::confirmation::Confirmation;
use crate::oauth::scope::Scope;

/// What is known of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedRefreshToken {
    /// What it grants; a refresh may ask for less, and never loses the rest.
    pub scope: Scope,
    /// The key it is bound to: that of a client which does not authenticate.
    pub confirmation: Option<Confirmation>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// From when on it is worthless for want of use.
    pub idle_expires_at: Timestamp,
    /// From when on it is worthless, used or not.
    pub expires_at: Timestamp,
}
