//! Certificates of clients ([RFC 8705](https://www.rfc-editor.org/rfc/rfc8705)).

/// The certificate that a client showed in the TLS handshake, for those who may not name `jose`.
pub use crate::jose::certificate::Certificate;
