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

use super::{Error, read};

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
    pub(super) fn sign(&self, raw: &[u8], date: Timestamp) -> Result<Vec<u8>, Error> {
        let (headers, body) = split(raw);
        let (names, mut signed) = select(&headers);
        let body_hash = STANDARD.encode(digest(&SHA256, &relaxed_body(body)));
        let unsigned = format!(
            "DKIM-Signature: v=1; a={}; c=relaxed/relaxed; d={};\r\n s={}; t={};\r\n{}\r\n bh={};\r\n b=",
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

/// Header fields, each with its folding and line end, and the body.
fn split(raw: &[u8]) -> (Vec<String>, &[u8]) {
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n").map_or(raw.len(), |at| at + 2);
    let mut fields: Vec<String> = Vec::new();
    for line in String::from_utf8_lossy(&raw[..end]).split_inclusive("\r\n") {
        match fields.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
            Some(field) => field.push_str(line),
            None => fields.push(line.to_owned()),
        }
    }
    (fields, raw.get(end + 2..).unwrap_or_default())
}

/// The value of `h=`, and the fields it names in that order, canonicalised
/// ([RFC 6376 section 5.4.2](https://www.rfc-editor.org/rfc/rfc6376#section-5.4.2)).
fn select(fields: &[String]) -> (String, String) {
    let (mut names, mut signed) = (Vec::new(), String::new());
    let fields: Vec<_> = fields.iter().map(|field| relaxed_header(field)).collect();
    for (name, once_more) in SIGNED {
        let own = fields.iter().rev().filter(|field| {
            field.strip_prefix(name).is_some_and(|rest| rest.starts_with(':'))
        });
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

/// [RFC 6376 section 3.4.2](https://www.rfc-editor.org/rfc/rfc6376#section-3.4.2).
fn relaxed_header(field: &str) -> String {
    let (name, value) = field.split_once(':').unwrap_or((field, ""));
    let words: Vec<_> = value.split([' ', '\t', '\r', '\n']).filter(|w| !w.is_empty()).collect();
    format!("{}:{}\r\n", name.trim_end().to_ascii_lowercase(), words.join(" "))
}

/// [RFC 6376 section 3.4.4](https://www.rfc-editor.org/rfc/rfc6376#section-3.4.4).
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut canonical = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r\n").unwrap_or(line);
        let mut blank = false;
        for byte in line {
            match byte {
                b' ' | b'\t' => blank = true,
                _ => {
                    if std::mem::take(&mut blank) {
                        canonical.push(b' ');
                    }
                    canonical.push(*byte);
                }
            }
        }
        canonical.extend_from_slice(b"\r\n");
    }
    while canonical.ends_with(b"\r\n\r\n") {
        canonical.truncate(canonical.len() - 2);
    }
    if canonical == b"\r\n" { Vec::new() } else { canonical }
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
