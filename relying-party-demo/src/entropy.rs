//! The only place that draws randomness, and the digests under which what it drew is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What a random value is for. It is part of the digest, so that a value made for one use is
/// worthless for every other.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// The cookie that names the browser.
    Browser,
    /// The token in each form, derived from the browser's cookie.
    Form,
    /// The cookie of a session.
    Session,
    /// The `state` of an authorization request (RFC 6749 section 4.1.1).
    State,
    /// The name of a draft of the form.
    Draft,
}

/// A fresh secret of 256 bits, 43 characters of base64url: long enough for a `code_verifier`
/// (RFC 7636 section 4.1).
pub(crate) fn secret() -> String {
    let mut bytes = [0_u8; 32];
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// SHA-256 over purpose and value: what is stored of a secret.
pub(crate) fn digest(purpose: Purpose, value: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{purpose:?}\0"));
    hash.update(value);
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// Whether two texts are equal, in a time that depends on their length alone.
pub(crate) fn equal(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_has_different_digests_for_different_purposes() {
        assert_ne!(digest(Purpose::Browser, "x"), digest(Purpose::Form, "x"));
        assert!(equal(&digest(Purpose::State, "x"), &digest(Purpose::State, "x")));
    }

    #[test]
    fn secrets_differ_and_are_as_long_as_a_code_verifier_must_be() {
        assert_ne!(secret(), secret());
        assert_eq!(secret().len(), 43);
    }
}
