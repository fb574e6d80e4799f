//! Certificates of clients ([RFC 8705](https://www.rfc-editor.org/rfc/rfc8705)).

/// The certificate that a client showed in the TLS handshake, for those who may not name `jose`.
pub use crate::jose::certificate::Certificate;

/// A certificate whose key a client was seen to hold
/// ([RFC 8705 section 2](https://www.rfc-editor.org/rfc/rfc8705#section-2)). The listener that asks
/// for certificates puts it, in an `Arc`, among the extensions of each request of its connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// The certificate.
    pub certificate: Certificate,
    /// Whether an authority of `[mtls] client_ca_file` vouches for it (section 2.1).
    pub is_trusted: bool,
}
