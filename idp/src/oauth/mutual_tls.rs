//! Certificates of clients ([RFC 8705](https://www.rfc-editor.org/rfc/rfc8705)).

use std::net::IpAddr;

use crate::jose::certificate::DistinguishedName;
use crate::oauth::client_metadata::ClientMetadata;

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

/// Whether the certificate bears the one name that the client has registered
/// ([RFC 8705 section 2.1.2](https://www.rfc-editor.org/rfc/rfc8705#section-2.1.2)), and an
/// authority vouches for it.
#[must_use]
pub fn is_named(metadata: &ClientMetadata, presented: &Presented) -> bool {
    let certificate = &presented.certificate;
    let checks = [
        metadata.tls_client_auth_subject_dn.as_deref().map(|name| {
            DistinguishedName::parse(name).is_some_and(|name| certificate.has_subject(&name))
        }),
        metadata.tls_client_auth_san_dns.as_deref().map(|host| certificate.has_dns(host)),
        metadata.tls_client_auth_san_uri.as_deref().map(|uri| certificate.has_uri(uri)),
        metadata.tls_client_auth_san_ip.as_deref().map(|address| {
            address.parse::<IpAddr>().is_ok_and(|address| certificate.has_ip(address))
        }),
        metadata.tls_client_auth_san_email.as_deref().map(|email| certificate.has_email(email)),
    ];
    let mut registered = checks.into_iter().flatten();
    // Registration demands exactly one.
    presented.is_trusted && registered.next() == Some(true) && registered.next().is_none()
}

/// Whether a registered name can be found in a certificate at all: the member at fault.
#[must_use]
pub fn unreadable_name(metadata: &ClientMetadata) -> Option<&'static str> {
    let subject = metadata.tls_client_auth_subject_dn.as_deref();
    let address = metadata.tls_client_auth_san_ip.as_deref();
    if subject.is_some_and(|name| DistinguishedName::parse(name).is_none()) {
        return Some("tls_client_auth_subject_dn must be a name as RFC 4514 writes it");
    }
    if address.is_some_and(|address| address.parse::<IpAddr>().is_err()) {
        return Some("tls_client_auth_san_ip must be an IP address");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::certificate::tests::{self_signed, with_name};
    use crate::oauth::client::tests::client;

    fn named(member: &str, value: &str, presented: &Presented) -> bool {
        let json = serde_json::json!({
            "client_secret": null, "token_endpoint_auth_method": "tls_client_auth", member: value,
        });
        is_named(client(&json.to_string()).metadata(), presented)
    }

    fn presented(certificate: Certificate) -> Presented {
        Presented { certificate, is_trusted: true }
    }

    #[test]
    fn section_2_1_2_a_certificate_matches_the_registered_subject_or_alternative_name() {
        let der = self_signed("C=SE,O=Example AB,CN=client").0;
        let subject = presented(Certificate::parse(&der).unwrap());
        for (member, kind, good, bad) in [
            ("tls_client_auth_san_dns", "dns", "client.example.se", "other.example.se"),
            ("tls_client_auth_san_uri", "uri", "https://c.example.se/", "https://c.example.se/x"),
            ("tls_client_auth_san_ip", "ip", "192.0.2.1", "192.0.2.2"),
            ("tls_client_auth_san_ip", "ip", "2001:db8::1", "2001:db8::2"),
            ("tls_client_auth_san_email", "email", "c@example.se", "d@example.se"),
        ] {
            let certificate = presented(with_name(kind, good));
            assert!(named(member, good, &certificate), "{member}");
            assert!(!named(member, bad, &certificate), "{member}");
            assert!(!named(member, good, &subject), "{member}");
        }
        let name = "CN=client,O=Example AB,C=SE";
        assert!(named("tls_client_auth_subject_dn", name, &subject));
        assert!(!named("tls_client_auth_subject_dn", "CN=client", &subject));
        let untrusted = Presented { is_trusted: false, ..subject };
        assert!(!named("tls_client_auth_subject_dn", name, &untrusted));
    }
}
