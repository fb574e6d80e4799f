//! A client's X.509 certificate, as it was shown in the TLS handshake: what RFC 8705 compares of
//! it. Whether its chain is trusted and its key possessed was settled by TLS.

use std::net::IpAddr;
use std::str::FromStr as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext};
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Public};
use openssl::x509::X509;
use serde_json::{Map, Value, json};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::{
    BmpString, Ia5StringRef, PrintableStringRef, TeletexStringRef, Utf8StringRef,
};
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::RdnSequence;

use crate::jose::Error;
use crate::jose::public_key::rsa_size;
use crate::jose::thumbprint::{digest, thumbprint};

/// Longer certificates are not read.
const LONGEST: usize = 64 * 1024;

/// What is compared of a client's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    thumbprint: String,
    key_thumbprint: Option<String>,
    subject: DistinguishedName,
    names: Vec<AlternativeName>,
}

/// A subject alternative name
/// ([RFC 5280 section 4.2.1.6](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6)).
#[derive(Clone, Debug, PartialEq, Eq)]
enum AlternativeName {
    Dns(String),
    Uri(String),
    Ip(IpAddr),
    Email(String),
}

impl Certificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// When it is none, or its RSA key is out of the [bounds](crate::jose::public_key) of keys.
    pub fn parse(der: &[u8]) -> Result<Self, Error> {
        let unreadable = || Error::new("a client's certificate cannot be read");
        if der.len() > LONGEST {
            return Err(unreadable());
        }
        let certificate = x509_cert::Certificate::from_der(der).map_err(|_| unreadable())?;
        let key = X509::from_der(der).and_then(|read| read.public_key()).ok();
        let jwk = key.and_then(|key| public_jwk(&key));
        if jwk.as_ref().is_some_and(|jwk| rsa_size(jwk).is_err()) {
            return Err(Error::new("the RSA key of a client's certificate is out of bounds"));
        }
        let fields = certificate.tbs_certificate;
        let names = match fields.get::<SubjectAltName>() {
            Ok(Some((_, SubjectAltName(names)))) => names.iter().filter_map(alternative).collect(),
            Ok(None) => Vec::new(),
            Err(_) => return Err(unreadable()),
        };
        Ok(Self {
            thumbprint: digest(der),
            key_thumbprint: jwk.and_then(|jwk| thumbprint(&jwk)),
            subject: DistinguishedName::of(&fields.subject),
            names,
        })
    }

    /// `x5t#S256`: SHA-256 over its DER
    /// ([RFC 8705 section 3.1](https://www.rfc-editor.org/rfc/rfc8705#section-3.1)).
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The fingerprint of its public key as a JWK
    /// ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)); none for kinds of key that JWK does
    /// not know.
    #[must_use]
    pub fn key_thumbprint(&self) -> Option<&str> {
        self.key_thumbprint.as_deref()
    }

    /// Whether its subject is that distinguished name
    /// ([RFC 8705 section 2.1.2](https://www.rfc-editor.org/rfc/rfc8705#section-2.1.2),
    /// `tls_client_auth_subject_dn`).
    #[must_use]
    pub fn has_subject(&self, name: &DistinguishedName) -> bool {
        self.subject == *name
    }

    /// Whether it is for that host (`tls_client_auth_san_dns`).
    #[must_use]
    pub fn has_dns(&self, host: &str) -> bool {
        self.has(|name| matches!(name, AlternativeName::Dns(own) if own.eq_ignore_ascii_case(host)))
    }

    /// Whether it is for that URI (`tls_client_auth_san_uri`), letter by letter.
    #[must_use]
    pub fn has_uri(&self, uri: &str) -> bool {
        self.has(|name| matches!(name, AlternativeName::Uri(own) if own == uri))
    }

    /// Whether it is for that address, however it is written (`tls_client_auth_san_ip`).
    #[must_use]
    pub fn has_ip(&self, address: IpAddr) -> bool {
        self.has(|name| matches!(name, AlternativeName::Ip(own) if *own == address))
    }

    /// Whether it is for that e-mail address (`tls_client_auth_san_email`); only the domain is
    /// compared without regard to case
    /// ([RFC 5280 section 7.5](https://www.rfc-editor.org/rfc/rfc5280#section-7.5)).
    #[must_use]
    pub fn has_email(&self, email: &str) -> bool {
        let wanted = email.rsplit_once('@');
        self.has(|name| match (name, wanted) {
            (AlternativeName::Email(own), Some((local, domain))) => own
                .rsplit_once('@')
                .is_some_and(|own| own.0 == local && own.1.eq_ignore_ascii_case(domain)),
            _ => false,
        })
    }

    fn has(&self, wanted: impl Fn(&AlternativeName) -> bool) -> bool {
        self.names.iter().any(wanted)
    }
}

/// A name of the directory, in the form in which two of them are compared
/// ([RFC 4517 section 4.2.15](https://www.rfc-editor.org/rfc/rfc4517#section-4.2.15)): the same
/// attributes in the same order, texts without regard to case and to the number of spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistinguishedName(Vec<Vec<(String, String)>>);

impl DistinguishedName {
    /// Reads the text form, as `CN=client,O=Example\, Inc.,C=SE`
    /// ([RFC 4514](https://www.rfc-editor.org/rfc/rfc4514)).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let name = RdnSequence::from_str(text).ok().filter(|name| !name.is_empty())?;
        Some(Self::of(&name))
    }

    fn of(name: &RdnSequence) -> Self {
        let attributes = name.0.iter().map(|relative| {
            let mut attributes: Vec<_> = relative.0.iter().map(comparable).collect();
            attributes.sort();
            attributes
        });
        Self(attributes.collect())
    }
}

/// The type of an attribute, and its value as it is compared.
fn comparable(attribute: &AttributeTypeAndValue) -> (String, String) {
    let value = &attribute.value;
    let text = Utf8StringRef::try_from(value)
        .map(|text| text.as_str().to_owned())
        .or_else(|_| PrintableStringRef::try_from(value).map(|text| text.as_str().to_owned()))
        .or_else(|_| Ia5StringRef::try_from(value).map(|text| text.as_str().to_owned()))
        .or_else(|_| TeletexStringRef::try_from(value).map(|text| text.as_str().to_owned()))
        .or_else(|_| value.decode_as::<BmpString>().map(|text| text.to_string()));
    let value = match text {
        Ok(text) => {
            let words: Vec<_> = text.split_whitespace().map(str::to_lowercase).collect();
            format!("={}", words.join(" "))
        }
        Err(_) => format!("#{}", digest(&value.to_der().unwrap_or_default())),
    };
    (attribute.oid.to_string(), value)
}

fn alternative(name: &GeneralName) -> Option<AlternativeName> {
    match name {
        GeneralName::DnsName(host) => Some(AlternativeName::Dns(host.to_string())),
        GeneralName::UniformResourceIdentifier(uri) => Some(AlternativeName::Uri(uri.to_string())),
        GeneralName::Rfc822Name(email) => Some(AlternativeName::Email(email.to_string())),
        GeneralName::IpAddress(octets) => {
            let octets = octets.as_bytes();
            let four = <[u8; 4]>::try_from(octets).map(IpAddr::from);
            let sixteen = <[u8; 16]>::try_from(octets).map(IpAddr::from);
            four.or(sixteen).ok().map(AlternativeName::Ip)
        }
        _ => None,
    }
}

/// The key as the required members of a JWK.
fn public_jwk(key: &PKey<Public>) -> Option<Map<String, Value>> {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let jwk = match key.id() {
        Id::RSA => {
            let rsa = key.rsa().ok()?;
            json!({"kty": "RSA", "n": text(&rsa.n().to_vec()), "e": text(&rsa.e().to_vec())})
        }
        Id::EC => {
            let ec = key.ec_key().ok()?;
            let (curve, length) = match ec.group().curve_name()? {
                Nid::X9_62_PRIME256V1 => ("P-256", 32),
                Nid::SECP384R1 => ("P-384", 48),
                Nid::SECP521R1 => ("P-521", 66),
                _ => return None,
            };
            let (mut x, mut y) = (BigNum::new().ok()?, BigNum::new().ok()?);
            let mut context = BigNumContext::new().ok()?;
            let point = ec.public_key();
            point.affine_coordinates(ec.group(), &mut x, &mut y, &mut context).ok()?;
            let (x, y) = (x.to_vec_padded(length).ok()?, y.to_vec_padded(length).ok()?);
            json!({"kty": "EC", "crv": curve, "x": text(&x), "y": text(&y)})
        }
        Id::ED25519 => {
            json!({"kty": "OKP", "crv": "Ed25519", "x": text(&key.raw_public_key().ok()?)})
        }
        _ => return None,
    };
    match jwk {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests;
