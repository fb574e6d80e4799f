use std::net::IpAddr;

use openssl::asn1::Asn1Time;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::pkey::Private;
use openssl::rsa::Rsa;
use openssl::x509::extension::SubjectAlternativeName;
use openssl::x509::{X509Builder, X509NameBuilder};
use proptest::prelude::*;

use super::*;

/// A certificate for that subject, such as `C=SE,O=Example,CN=client` in this order, signed with
/// its own key, as DER; and its public key as a JWK.
pub(crate) fn self_signed(subject: &str) -> (Vec<u8>, Value) {
    let (der, jwk) = signed(&elliptic(), subject, &[]);
    (der, Value::Object(jwk.unwrap()))
}

/// As [`self_signed`], with a subject alternative name of a kind: `dns`, `uri`, `ip`, `email`.
pub(crate) fn with_name(kind: &str, name: &str) -> Certificate {
    Certificate::parse(&signed(&elliptic(), "CN=client", &[(kind, name)]).0).unwrap()
}

fn elliptic() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

type Signed = (Vec<u8>, Option<Map<String, Value>>);

fn signed(key: &PKey<Private>, subject: &str, names: &[(&str, &str)]) -> Signed {
    let mut name = X509NameBuilder::new().unwrap();
    for part in subject.split(',') {
        let (kind, value) = part.split_once('=').unwrap();
        name.append_entry_by_text(kind, value).unwrap();
    }
    let name = name.build();
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    if !names.is_empty() {
        let mut extension = SubjectAlternativeName::new();
        for (kind, name) in names {
            match *kind {
                "dns" => extension.dns(name),
                "uri" => extension.uri(name),
                "ip" => extension.ip(name),
                "email" => extension.email(name),
                other => panic!("no such kind of name: {other}"),
            };
        }
        let context = builder.x509v3_context(None, None);
        let extension = extension.build(&context).unwrap();
        builder.append_extension(extension).unwrap();
    }
    let digest = match key.id() {
        Id::ED25519 => MessageDigest::null(),
        _ => MessageDigest::sha256(),
    };
    builder.sign(key, digest).unwrap();
    let public = PKey::public_key_from_der(&key.public_key_to_der().unwrap()).unwrap();
    (builder.build().to_der().unwrap(), public_jwk(&public))
}

fn named(subject: &str) -> Certificate {
    Certificate::parse(&self_signed(subject).0).unwrap()
}

fn dn(text: &str) -> DistinguishedName {
    DistinguishedName::parse(text).unwrap()
}

#[test]
fn rfc_4514_a_subject_dn_is_compared_in_reverse_order_and_case_insensitively() {
    let certificate = named("C=SE,O=Example  AB,CN=Client One");
    for (text, is_it) in [
        ("CN=Client One,O=Example AB,C=SE", true),
        ("cn=client one,o=EXAMPLE   ab,c=se", true),
        ("2.5.4.3=Client One,O=Example AB,C=SE", true),
        (r"CN=Client\20One,O=Example AB,C=SE", true),
        ("C=SE,O=Example AB,CN=Client One", false),
        ("CN=Client One,O=Example AB", false),
        ("CN=Client One+O=Example AB,C=SE", false),
        ("CN=Client Two,O=Example AB,C=SE", false),
        ("OU=Client One,O=Example AB,C=SE", false),
    ] {
        assert_eq!(certificate.has_subject(&dn(text)), is_it, "{text}");
    }
    assert!(
        named("emailAddress=a@example.se,DC=se")
            .has_subject(&dn("DC=se,emailAddress=a@example.se"))
    );
}

#[test]
fn rfc_4514_a_malformed_distinguished_name_is_refused() {
    for text in ["", "client", "CN", "nonsense=x", "CN=a,", "CN=a, O=b", r"CN=\zz", "CN=#zz"] {
        assert_eq!(DistinguishedName::parse(text), None, "{text}");
    }
    assert_ne!(dn(r"CN=a\,b"), dn("CN=a"));
    assert_eq!(dn("CN=a+OU=b"), dn("OU=b+CN=a"));
}

#[test]
fn rfc_8705_section_2_1_2_a_certificate_matches_its_subject_alternative_names() {
    let dns = with_name("dns", "Client.Example.se");
    assert!(dns.has_dns("client.example.se") && !dns.has_dns("example.se"));
    assert!(!dns.has_uri("Client.Example.se") && !dns.has_email("Client.Example.se"));
    let uri = with_name("uri", "https://client.example.se/a");
    assert!(uri.has_uri("https://client.example.se/a"));
    assert!(!uri.has_uri("https://client.example.se/A") && !uri.has_dns("client.example.se"));
    let email = with_name("email", "client@Example.se");
    assert!(email.has_email("client@example.se"));
    assert!(!email.has_email("Client@example.se") && !email.has_email("example.se"));
    for (name, other) in [("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::2")] {
        let ip = with_name("ip", name);
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(ip.has_ip(address(name)) && !ip.has_ip(address(other)), "{name}");
    }
    assert!(with_name("ip", "2001:db8::1").has_ip("2001:DB8:0:0::1".parse().unwrap()));
}

#[test]
fn rfc_8705_section_3_1_the_certificate_thumbprint_is_the_sha_256_of_the_der() {
    let (der, _) = self_signed("CN=client");
    let certificate = Certificate::parse(&der).unwrap();
    assert_eq!(certificate.thumbprint(), digest(&der));
    assert_eq!(certificate.thumbprint().len(), 43);
}

#[test]
fn a_certificate_with_an_rsa_key_out_of_bounds_is_refused() {
    let long = BigNum::from_slice(&[1, 0, 0, 0, 1]).unwrap();
    let weak = Rsa::generate(1_024).unwrap();
    let expensive = Rsa::generate_with_e(2_048, &long).unwrap();
    for key in [weak, expensive] {
        let (der, _) = signed(&PKey::from_rsa(key).unwrap(), "CN=client", &[]);
        let refused = Certificate::parse(&der).unwrap_err().to_string();
        assert!(refused.contains("out of bounds"), "{refused}");
    }
}

#[test]
fn rfc_7638_a_key_has_one_thumbprint_in_a_certificate_and_as_a_jwk() {
    let curve = |nid| {
        let group = EcGroup::from_curve_name(nid).unwrap();
        PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
    };
    let keys = [
        (PKey::from_rsa(Rsa::generate(2_048).unwrap()).unwrap(), true),
        (curve(Nid::X9_62_PRIME256V1), true),
        (curve(Nid::SECP384R1), true),
        (curve(Nid::SECP521R1), true),
        (curve(Nid::SECP256K1), false),
        (PKey::generate_ed25519().unwrap(), true),
    ];
    for (key, is_known) in keys {
        let (der, jwk) = signed(&key, "CN=client", &[]);
        let certificate = Certificate::parse(&der).unwrap();
        assert_eq!(certificate.key_thumbprint().is_some(), is_known, "{:?}", key.id());
        let expected = jwk.and_then(|jwk| thumbprint(&jwk));
        assert_eq!(certificate.key_thumbprint(), expected.as_deref());
    }
}

#[test]
fn malformed_der_is_refused_as_certificate() {
    let (der, _) = self_signed("CN=client");
    let mut longer = der.clone();
    longer.push(0);
    for bytes in [&[][..], b"-----BEGIN CERTIFICATE-----", &der[..der.len() - 1], &longer] {
        assert!(Certificate::parse(bytes).is_err());
    }
}

proptest! {
    #[test]
    fn parsing_a_distinguished_name_never_panics(text in r"(CN|O|1\.2\.3|[a-z]{0,3})[=+,#\\ ]?\PC{0,30}") {
        let _ = DistinguishedName::parse(&text);
    }

    #[test]
    fn parsing_a_damaged_certificate_never_panics(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut der = self_signed("CN=client").0;
        let at = at.index(der.len());
        der[at] = byte;
        let _ = Certificate::parse(&der);
    }
}
