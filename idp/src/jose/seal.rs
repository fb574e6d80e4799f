//! Private keys at rest: encrypted under the master key, which stays outside the database.
//!
//! JWE in compact form with `dir` and `A256GCM`
//! ([RFC 7518 sections 4.5 and 5.3](https://www.rfc-editor.org/rfc/rfc7518#section-4.5)). Each
//! signing key is encrypted under a key derived for its own `kid`, so a sealed text that was moved
//! to another name does not open.

use josekit::jwe::{Dir, JweHeader};

use crate::jose::Error;
use crate::jose::key::Key;
use crate::secret::MasterKey;

/// The text to store of a signing key.
///
/// # Errors
/// When OpenSSL cannot encrypt.
pub fn seal(master: &MasterKey, key: &Key) -> Result<String, Error> {
    let encrypter = Dir
        .encrypter_from_bytes(derived(master, key.id()))
        .map_err(Error::because("the master key cannot encrypt"))?;
    let mut header = JweHeader::new();
    header.set_content_encryption("A256GCM");
    josekit::jwe::serialize_compact(key.to_text().as_bytes(), &header, &encrypter)
        .map_err(Error::because(format!("the signing key {} cannot be sealed", key.id())))
}

/// The signing key that was sealed under the name `id`.
///
/// # Errors
/// When the master key is another one, or the text was damaged or belongs to another `id`.
pub fn open(master: &MasterKey, id: &str, sealed: &str) -> Result<Key, Error> {
    let fault = || format!("the signing key {id} does not open: another master key, or damaged");
    let decrypter = Dir
        .decrypter_from_bytes(derived(master, id))
        .map_err(Error::because("the master key cannot decrypt"))?;
    let (text, header) =
        josekit::jwe::deserialize_compact(sealed, &decrypter).map_err(Error::because(fault()))?;
    if header.content_encryption() != Some("A256GCM") {
        return Err(Error::new(fault()));
    }
    let text = String::from_utf8(text).map_err(|_| Error::new(fault()))?;
    let key = Key::parse(&text)?;
    if key.id() == id { Ok(key) } else { Err(Error::new(fault())) }
}

fn derived(master: &MasterKey, id: &str) -> [u8; 32] {
    master.derive("signing-key", &[id])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::Algorithm;

    #[test]
    fn a_sealed_key_opens_under_its_own_name_and_master_key_alone() {
        let master = MasterKey::new([7; 32]);
        let key = Key::generate(Algorithm::ES256).unwrap();
        let sealed = seal(&master, &key).unwrap();
        assert_eq!(open(&master, key.id(), &sealed).unwrap().to_text(), key.to_text());

        let mut damaged = sealed.clone();
        let last = if damaged.pop() == Some('A') { 'Q' } else { 'A' };
        damaged.push(last);
        let cases = [
            ("another master key", MasterKey::new([8; 32]), key.id(), sealed.as_str()),
            ("another name", master.clone(), "another", sealed.as_str()),
            ("damaged", master.clone(), key.id(), damaged.as_str()),
            ("not sealed", master.clone(), key.id(), "{}"),
        ];
        for (name, master, id, text) in cases {
            let fault = open(&master, id, text).unwrap_err().to_string();
            assert!(fault.contains("another master key, or damaged"), "{name}: {fault}");
        }
    }

    #[test]
    fn a_sealed_key_shows_nothing_of_the_private_one_and_no_two_sealings_are_equal() {
        let master = MasterKey::new([7; 32]);
        let key = Key::generate(Algorithm::EdDSA).unwrap();
        let sealed = seal(&master, &key).unwrap();
        assert_ne!(sealed, seal(&master, &key).unwrap());
        assert_eq!(sealed.split('.').count(), 5);
        assert_eq!(sealed.split('.').nth(1), Some(""), "dir has no encrypted key");
        assert!(!sealed.contains(key.id()));
    }
}
