//! A signature over the mail in the name of the sender's domain
//! ([RFC 6376](https://www.rfc-editor.org/rfc/rfc6376)), with RSA
//! ([RFC 8301](https://www.rfc-editor.org/rfc/rfc8301)) or Ed25519
//! ([RFC 8463](https://www.rfc-editor.org/rfc/rfc8463)).

use std::fmt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;

use crate::clock::Timestamp;
use crate::config;

use crate::mail::message::canonical::{relaxed_body, relaxed_header, split};
use crate::mail::{Error, read};

/// The headers that are signed
/// ([RFC 6376 section 5.4.1](https://www.rfc-editor.org/rfc/rfc6376#section-5.4.1)). Those marked are
/// named once more than they occur, so that a second one added on the way breaks the signature
/// ([section 8.15](https://www.rfc-editor.org/rfc/rfc6376#section-8.15)).
const SIGNED: [(&str, bool); 9] = [
    ("from", true),
    ("to", true),
    ("subject", true),
    ("date", true),
    ("reply-to", true),
    ("message-id", false),
    ("mime-version", false),
    ("content-type", true),
    ("auto-submitted", false),
];

/// The longest line of the header that is added.
const LINE: usize = 76;

/// The key and the place in DNS where its public half stands.
pub struct Dkim {
    key: Key,
    domain: String,
    selector: String,
}

enum Key {
    Ed25519(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>),
}

impl Dkim {
    /// The signer of the settings, or `None` when there is no key.
    ///
    /// # Errors
    /// Names the file that is not a key, or the setting that is missing beside it.
    pub fn new(settings: &config::Mail, domain: &str) -> Result<Option<Self>, Error> {
        let path = settings.dkim_key_file.as_deref().filter(|path| *path != Path::new(""));
        let selector = settings.dkim_selector.trim();
        let Some(path) = path else {
            return if selector.is_empty() { Ok(None) } else { Err(alone("mail.dkim_key_file")) };
        };
        if selector.is_empty() || !selector.bytes().all(is_of_a_name) {
            return Err(alone("mail.dkim_selector"));
        }
        let key = Key::read(&read("mail.dkim_key_file", path)?).map_err(|why| Error::File {
            setting: "mail.dkim_key_file",
            path: path.to_owned(),
            why,
        })?;
        Ok(Some(Self { key, domain: domain.to_owned(), selector: selector.to_owned() }))
    }

    /// The header to put before `raw`, its line end included.
    ///
    /// # Errors
    /// When the key does not sign.
    pub(in crate::mail) fn sign(&self, raw: &[u8], date: Timestamp) -> Result<Vec<u8>, Error> {
        let (headers, body) = split(raw);
        let (names, mut signed) = select(&headers);
        let body_hash = STANDARD.encode(digest(&SHA256, &relaxed_body(body)));
        let unsigned = format!(
            "DKIM-Signature: v=1; a={}; c=relaxed/relaxed;\r\n d={};\r\n s={};\r\n t={};\r\n{}\r\n bh={};\r\n b=",
            self.key.algorithm(),
            self.domain,
            self.selector,
            date.0.max(0),
            folded(&format!("h={names};"), ":"),
            body_hash,
        );
        // Section 3.7: the signature header itself comes last, with an empty `b=` and no line end.
        signed.push_str(relaxed_header(&unsigned).trim_end());
        let signature = self.key.sign(signed.as_bytes()).ok_or_else(|| Error::Setting {
            setting: "mail.dkim_key_file",
            why: "the key does not sign".to_owned(),
        })?;
        let signature = folded(&STANDARD.encode(signature), "");
        Ok(format!("{unsigned}\r\n{signature}\r\n").into_bytes())
    }
}

impl fmt::Debug for Dkim {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { domain, selector, .. } = self;
        write!(formatter, "Dkim({selector}._domainkey.{domain}, {})", self.key.algorithm())
    }
}

impl Key {
    fn read(text: &str) -> Result<Self, String> {
        let rejected = |error: ring::error::KeyRejected| match error.to_string().as_str() {
            "TooSmall" => "an RSA key must have at least 2048 bits".to_owned(),
            why => format!("this key cannot sign: {why}"),
        };
        if let Ok(seed) = STANDARD.decode(text.split_whitespace().collect::<String>()) {
            return Ed25519KeyPair::from_seed_unchecked(&seed).map(Self::Ed25519).map_err(|_| {
                "without PEM lines this must be the 32 bytes of an Ed25519 key".to_owned()
            });
        }
        match PrivateKeyDer::from_pem_slice(text.as_bytes()) {
            Ok(PrivateKeyDer::Pkcs1(der)) => RsaKeyPair::from_der(der.secret_pkcs1_der())
                .map(|key| Self::Rsa(Box::new(key)))
                .map_err(rejected),
            Ok(PrivateKeyDer::Pkcs8(der)) => {
                let der = der.secret_pkcs8_der();
                match Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
                    Ok(key) => Ok(Self::Ed25519(key)),
                    Err(_) => RsaKeyPair::from_pkcs8(der)
                        .map(|key| Self::Rsa(Box::new(key)))
                        .map_err(rejected),
                }
            }
            _ => Err("there is no private key in it, neither RSA nor Ed25519".to_owned()),
        }
    }

    const fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "ed25519-sha256",
            Self::Rsa(_) => "rsa-sha256",
        }
    }

    /// RSA signs the text, Ed25519 its SHA-256
    /// ([RFC 8463 section 3](https://www.rfc-editor.org/rfc/rfc8463#section-3)).
    fn sign(&self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Ed25519(key) => Some(key.sign(digest(&SHA256, text).as_ref()).as_ref().to_vec()),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                // The signature is deterministic; the generator only blinds the computation.
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature).ok()?;
                Some(signature)
            }
        }
    }
}

fn alone(setting: &'static str) -> Error {
    let why = "a key file and the name of the key in DNS are needed together".to_owned();
    Error::Setting { setting, why }
}

const fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

/// The value of `h=`, and the fields it names in that order, canonicalised
/// ([RFC 6376 section 5.4.2](https://www.rfc-editor.org/rfc/rfc6376#section-5.4.2)).
fn select(fields: &[String]) -> (String, String) {
    let (mut names, mut signed) = (Vec::new(), String::new());
    let fields: Vec<_> = fields.iter().map(|field| relaxed_header(field)).collect();
    for (name, once_more) in SIGNED {
        let own = fields
            .iter()
            .rev()
            .filter(|field| field.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')));
        for field in own {
            names.push(name);
            signed.push_str(field);
        }
        if once_more {
            names.push(name);
        }
    }
    (names.join(":"), signed)
}

/// Lines that begin with a blank and end after `separator`; anywhere when it is empty.
fn folded(text: &str, separator: &str) -> String {
    let mut lines = vec![" ".to_owned()];
    let pieces: Vec<&str> = if separator.is_empty() {
        text.split_inclusive(|_: char| true).collect()
    } else {
        text.split_inclusive(separator).collect()
    };
    for piece in pieces {
        match lines.last_mut().filter(|line| line.len() + piece.len() <= LINE) {
            Some(line) => line.push_str(piece),
            None => lines.push(format!(" {piece}")),
        }
    }
    lines.join("\r\n")
}

#[cfg(test)]
mod tests {
    use ring::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    /// [RFC 8463 appendix A](https://www.rfc-editor.org/rfc/rfc8463#appendix-A).
    const SEED: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    const PUBLIC: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    const MAIL: &str = "From: Joe SixPack <joe@football.example.com>\r\n\
        To: Suzie Q <suzie@shopping.example.net>\r\n\
        Subject: Is dinner ready?\r\n\
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
        Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\
        \r\n\
        Hi.\r\n\
        \r\n\
        We lost the game.  Are you hungry yet?\r\n\
        \r\n\
        Joe.\r\n";
    const THEIRS: &str = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n \
        d=football.example.com; i=@football.example.com;\r\n \
        q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n \
        subject : date : message-id : from : subject : date;\r\n \
        bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n \
        b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3F\r\n \
        Y5OsU7ZbnKELq+eXdp1Q1Dw==\r\n";

    fn signer(key: Key) -> Dkim {
        Dkim { key, domain: "football.example.com".to_owned(), selector: "brisbane".to_owned() }
    }

    /// A verifier by the letter of RFC 6376 section 6.1.3, apart from the signer but for the
    /// canonical forms.
    fn verify(header: &str, raw: &[u8], check: impl Fn(&[u8], &[u8]) -> bool) -> bool {
        let unfolded: String = header.split_whitespace().collect();
        let tag = |name: &str| {
            let tags = unfolded.trim_start_matches("DKIM-Signature:").split(';');
            tags.filter_map(|tag| tag.split_once('=')).find(|(key, _)| *key == name).unwrap().1
        };
        let (fields, body) = split(raw);
        let mut left = fields.clone();
        let mut text = String::new();
        for name in tag("h").split(':') {
            let own = |field: &String| relaxed_header(field).starts_with(&format!("{name}:"));
            if let Some(at) = left.iter().rposition(own) {
                text.push_str(&relaxed_header(&left.remove(at)));
            }
        }
        let own = &header[..header.rfind(" b=").unwrap() + 3];
        text.push_str(relaxed_header(own).trim_end());
        let signature = STANDARD.decode(tag("b")).unwrap();
        tag("bh") == STANDARD.encode(digest(&SHA256, &relaxed_body(body)))
            && check(text.as_bytes(), &signature)
    }

    fn of_ed25519(text: &[u8], signature: &[u8]) -> bool {
        let public = UnparsedPublicKey::new(&ED25519, STANDARD.decode(PUBLIC).unwrap());
        public.verify(digest(&SHA256, text).as_ref(), signature).is_ok()
    }

    #[test]
    fn the_signature_of_rfc_8463_appendix_a_verifies() {
        assert!(verify(THEIRS, MAIL.as_bytes(), of_ed25519));
        let changed = MAIL.replace("dinner", "supper");
        assert!(!verify(THEIRS, changed.as_bytes(), of_ed25519));
    }

    #[test]
    fn a_generated_signature_verifies_and_breaks_with_a_second_from_header() {
        let dkim = signer(Key::read(SEED).unwrap());
        let header = dkim.sign(MAIL.as_bytes(), Timestamp(1_528_637_909)).unwrap();
        let header = String::from_utf8(header).unwrap();
        assert!(
            header.ends_with("\r\n") && header.lines().all(|line| line.len() <= 78),
            "{header}"
        );
        assert!(verify(&header, MAIL.as_bytes(), of_ed25519), "{header}");
        for changed in [
            format!("From: eve@example.com\r\n{MAIL}"),
            format!("Reply-To: eve@example.com\r\n{MAIL}"),
            MAIL.replace("hungry", "angry"),
            MAIL.replace("Suzie", "Eve"),
        ] {
            assert!(!verify(&header, changed.as_bytes(), of_ed25519), "{changed}");
        }
        let refolded = MAIL.replace("Is dinner ready?", "Is \r\n dinner\t ready? ");
        assert!(verify(&header, refolded.as_bytes(), of_ed25519), "relaxed");
    }

    #[test]
    fn rsa_keys_of_2048_bits_sign_and_smaller_ones_are_refused() {
        let rsa = openssl::rsa::Rsa::generate(2048).unwrap();
        let pkcs1 = String::from_utf8(rsa.private_key_to_pem().unwrap()).unwrap();
        let key = openssl::pkey::PKey::from_rsa(rsa).unwrap();
        let pkcs8 = String::from_utf8(key.private_key_to_pem_pkcs8().unwrap()).unwrap();
        let public = key.rsa().unwrap().public_key_to_der_pkcs1().unwrap();
        let check = |text: &[u8], signature: &[u8]| {
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public)
                .verify(text, signature)
                .is_ok()
        };
        for pem in [pkcs1, pkcs8] {
            let dkim = signer(Key::read(&pem).unwrap());
            let header = dkim.sign(MAIL.as_bytes(), Timestamp(1)).unwrap();
            let header = String::from_utf8(header).unwrap();
            assert!(verify(&header, MAIL.as_bytes(), check), "{header}");
        }
        let small = openssl::rsa::Rsa::generate(1024).unwrap().private_key_to_pem().unwrap();
        let why = Key::read(std::str::from_utf8(&small).unwrap()).err().unwrap();
        assert!(why.contains("2048"), "{why}");
    }

    #[test]
    fn an_ed25519_key_is_read_from_pem_and_an_unusable_key_file_is_named() {
        let key = openssl::pkey::PKey::generate_ed25519().unwrap();
        let pem = String::from_utf8(key.private_key_to_pem_pkcs8().unwrap()).unwrap();
        assert_eq!(Key::read(&pem).unwrap().algorithm(), "ed25519-sha256");

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dkim.pem");
        for text in ["", "no key", "AAAA", "-----BEGIN PRIVATE KEY-----\nAAAA\n"] {
            std::fs::write(&file, text).unwrap();
            let settings = config::Mail {
                dkim_key_file: Some(file.clone()),
                dkim_selector: "s1".to_owned(),
                ..Default::default()
            };
            let error = Dkim::new(&settings, "example.se").unwrap_err().to_string();
            assert!(error.contains("mail.dkim_key_file") && error.contains("dkim.pem"), "{error}");
        }
    }

    #[test]
    fn dkim_key_file_and_selector_must_be_set_together() {
        for (file, selector, fault) in [
            (None, "", None),
            (Some(""), "", None),
            (None, "s1", Some("mail.dkim_key_file")),
            (Some("/nowhere/key"), "", Some("mail.dkim_selector")),
            (Some("/nowhere/key"), "s1; d=evil", Some("mail.dkim_selector")),
            (Some("/nowhere/key"), "s1", Some("/nowhere/key")),
        ] {
            let settings = config::Mail {
                dkim_key_file: file.map(Into::into),
                dkim_selector: selector.to_owned(),
                ..Default::default()
            };
            let said = Dkim::new(&settings, "example.se").err().map(|error| error.to_string());
            assert_eq!(said.is_some(), fault.is_some(), "{file:?} {selector}");
            assert!(said.unwrap_or_default().contains(fault.unwrap_or_default()));
        }
    }
}
