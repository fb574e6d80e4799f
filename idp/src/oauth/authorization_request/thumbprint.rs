/// The SHA-256 thumbprint of a public key ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)), as
/// the parameter `dpop_jkt` names the key that a code is to be bound to
/// ([RFC 9449 section 10](https://www.rfc-editor.org/rfc/rfc9449#section-10)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumbprint(String);

impl Thumbprint {
    /// Takes 43 characters of base64url.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (text.len() == 43 && text.bytes().all(base64url)).then(|| Self(text.to_owned()))
    }

    /// The thumbprint as sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
