//! Secrets and their digests. A secret is shown once, to the one it is for; only its digest is
//! stored. The purpose is part of the type and of the digest, so that a value made for one use
//! is worthless for every other.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::HEXUPPER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What a one-time or bearer value is for.
pub trait Purpose {
    /// Stands in the digest, so two purposes never share one.
    const NAME: &'static str;
}

macro_rules! purposes {
    ($($(#[$doc:meta])* $purpose:ident = $name:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $purpose;
        impl Purpose for $purpose {
            const NAME: &'static str = $name;
        }
    )*
        /// The digest of one value for every purpose.
        #[cfg(test)]
        fn digests(value: &str) -> Vec<String> {
            vec![$(Secret::<$purpose>::new(value.to_owned()).digest().value),*]
        }
    };
}

purposes! {
    /// An authorization code (RFC 6749 section 4.1.2).
    AuthorizationCode = "authorization_code";
    /// An access token (RFC 6750).
    AccessToken = "access_token";
    /// A refresh token (RFC 6749 section 1.5).
    RefreshToken = "refresh_token";
    /// The cookie that binds an interaction to the browser that began it.
    Browser = "browser";
    /// A client's password (RFC 6749 section 2.3.1).
    ClientSecret = "client_secret";
    /// What a device shows to get its tokens (RFC 8628 section 3.2).
    DeviceCode = "device_code";
    /// What a person types for a device (RFC 8628 section 3.2).
    UserCode = "user_code";
    /// What a registrant must show (RFC 7591 section 3).
    InitialAccessToken = "initial_access_token";
    /// The cookie of a browser that accounts have completed a login in.
    KnownBrowser = "known_browser";
    /// The token of a mailed link.
    Link = "link";
    /// The reference to a pushed authorization request (RFC 9126 section 2.2).
    PushedRequest = "pushed_request";
    /// What a client manages its registration with (RFC 7592 section 3).
    RegistrationAccessToken = "registration_access_token";
    /// The cookie of a browser that completed the e-mail step.
    RememberedBrowser = "remembered_browser";
    /// The cookie of a single sign-on session.
    Session = "session";
    /// What a growing delay is counted for.
    ThrottleKey = "throttle";
    /// A password typed by a person.
    Password = "password";
}

/// SHA-256 of a text, in base64url: for what standards hash in the open.
#[must_use]
pub fn sha256(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

/// SHA-256 of a text that comes in pieces.
#[derive(Clone, Debug, Default)]
pub struct RunningSha256(Sha256);

impl RunningSha256 {
    /// Adds the next piece.
    pub fn update(&mut self, piece: &str) {
        self.0.update(piece.as_bytes());
    }

    /// The digest of all pieces, in base64url.
    #[must_use]
    pub fn finish(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.finalize())
    }
}

/// A value that must not be stored or logged. `Debug` is masked and there is no `Serialize`.
pub struct Secret<P> {
    value: String,
    purpose: PhantomData<P>,
}

impl<P: Purpose> Secret<P> {
    /// Takes a value that came from outside, or was drawn by `entropy`.
    #[must_use]
    pub const fn new(value: String) -> Self {
        Self { value, purpose: PhantomData }
    }

    /// The value itself, for the one place that hands it out.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.value
    }

    /// SHA-256 over purpose and value. Enough for values of 112 bits and more (ASVS 6.5.2); a
    /// person's password goes through `account::password` instead.
    #[must_use]
    pub fn digest(&self) -> Digest<P> {
        let mut hash = Sha256::new();
        hash.update(P::NAME.as_bytes());
        hash.update([0]);
        hash.update(self.value.as_bytes());
        Digest { value: URL_SAFE_NO_PAD.encode(hash.finalize()), purpose: PhantomData }
    }

    /// SHA-1 over the value, in hexadecimal, as lists of breached passwords have it. Never stored.
    #[must_use]
    pub fn sha1(&self) -> String {
        HEXUPPER.encode(&Sha1::digest(self.value.as_bytes()))
    }

    /// SHA-256 over the value alone, as others who know it compute it too
    /// ([RFC 9449 section 4.2](https://www.rfc-editor.org/rfc/rfc9449#section-4.2)). Never stored.
    #[must_use]
    pub fn sha256(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.value.as_bytes()))
    }
}

impl<P> Clone for Secret<P> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), purpose: PhantomData }
    }
}

impl<P: Purpose> fmt::Debug for Secret<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Secret<{}>(…)", P::NAME)
    }
}

/// What the store keeps of a [`Secret`]: 43 characters of base64url.
pub struct Digest<P> {
    value: String,
    purpose: PhantomData<P>,
}

impl<P: Purpose> Digest<P> {
    /// Takes a digest as it was stored.
    #[must_use]
    pub const fn stored(value: String) -> Self {
        Self { value, purpose: PhantomData }
    }

    /// The text to store or to look up.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

impl<P> Clone for Digest<P> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), purpose: PhantomData }
    }
}

impl<P: Purpose> fmt::Debug for Digest<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Digest<{}>({})", P::NAME, self.value)
    }
}

impl<P> PartialEq for Digest<P> {
    /// In constant time.
    fn eq(&self, other: &Self) -> bool {
        self.value.as_bytes().ct_eq(other.value.as_bytes()).into()
    }
}

impl<P> Eq for Digest<P> {}

/// The master secret that stays outside the database. Everything derived from it names its use.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// Takes 32 bytes that were drawn once for this deployment.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// HMAC-SHA-256 over the name of the use and the parts, each with its length before it.
    #[must_use]
    pub fn derive(&self, usage: &str, parts: &[&str]) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length");
        for part in std::iter::once(&usage).chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MasterKey(…)")
    }
}

/// A name for several parts together, for look-up and never to be undone: SHA-256 over them, each
/// with its length before it.
#[must_use]
pub fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// Whether two byte strings are equal, in a time that depends on their length alone.
#[must_use]
pub fn equal(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_has_a_different_digest_for_each_purpose() {
        let digests = digests("the same value");
        assert!(digests.len() >= 16, "{digests:?}");
        assert!(digests.iter().all(|digest| digest.len() == 43));
        let different: std::collections::BTreeSet<_> = digests.iter().collect();
        assert_eq!(different.len(), digests.len());
    }

    #[test]
    fn debug_output_does_not_contain_the_secret() {
        let secret = Secret::<Session>::new("s3cret".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret<session>(…)");
        assert_eq!(format!("{:?}", MasterKey::new([7; 32])), "MasterKey(…)");
    }

    #[test]
    fn a_fingerprint_depends_on_the_border_between_parts() {
        assert_eq!(fingerprint(&["a", "b"]), fingerprint(&["a", "b"]));
        assert_ne!(fingerprint(&["a", "b"]), fingerprint(&["ab"]));
        assert_ne!(fingerprint(&["a", "b"]), fingerprint(&["ab", ""]));
        assert_eq!(fingerprint(&[]).len(), 43);
    }

    #[test]
    fn a_derived_secret_depends_on_usage_and_on_the_boundaries_between_parts() {
        let key = MasterKey::new([7; 32]);
        assert_eq!(key.derive("link", &["a", "b"]), key.derive("link", &["a", "b"]));
        assert_ne!(key.derive("link", &["a", "b"]), key.derive("form", &["a", "b"]));
        assert_ne!(key.derive("link", &["a", "b"]), key.derive("link", &["ab"]));
        assert_ne!(key.derive("link", &["ab", ""]), key.derive("link", &["a", "b"]));
    }
}
