//! Secrets at rest that must be read again: encrypted under the master key, which stays outside
//! the database.
//!
//! JWE in compact form with `dir` and `A256GCM`
//! ([RFC 7518 sections 4.5 and 5.3](https://www.rfc-editor.org/rfc/rfc7518#section-4.5)). Each is
//! encrypted under a key derived for its purpose and its own name, so a sealed text that was moved
//! to another place does not open.

use josekit::jwe::{Dir, JweHeader};

use crate::jose::Error;
use crate::jose::key::Key;
use crate::secret::{ClientSecret, MasterKey, Secret};

/// The text to store of a signing key.
///
/// # Errors
/// When OpenSSL cannot encrypt.
pub fn seal(master: &MasterKey, key: &Key) -> Result<String, Error> {
    Place::signing_key(key.id()).seal(master, &key.to_text())
}

/// The signing key that was sealed under the name `id`.
///
/// # Errors
/// When the master key is another one, or the text was damaged or belongs to another `id`.
pub fn open(master: &MasterKey, id: &str, sealed: &str) -> Result<Key, Error> {
    let place = Place::signing_key(id);
    let key = Key::parse(&place.open(master, sealed)?)?;
    if key.id() == id { Ok(key) } else { Err(place.fault()) }
}

/// The text to store of the secret of a client that proves to know it without showing it
/// (`client_secret_jwt`), so that a digest does not do.
///
/// # Errors
/// When OpenSSL cannot encrypt.
pub fn seal_client_secret(
    master: &MasterKey,
    client_id: &str,
    secret: &Secret<ClientSecret>,
) -> Result<String, Error> {
    Place::client_secret(client_id).seal(master, secret.expose())
}

/// The secret that was sealed for `client_id`.
///
/// # Errors
/// When the master key is another one, or the text was damaged or is another client's.
pub fn open_client_secret(
    master: &MasterKey,
    client_id: &str,
    sealed: &str,
) -> Result<Secret<ClientSecret>, Error> {
    Place::client_secret(client_id).open(master, sealed).map(Secret::new)
}

/// What a sealed text is, and whose.
struct Place<'a> {
    usage: &'static str,
    what: &'static str,
    id: &'a str,
}

impl<'a> Place<'a> {
    const fn signing_key(id: &'a str) -> Self {
        Self { usage: "signing-key", what: "the signing key", id }
    }

    const fn client_secret(id: &'a str) -> Self {
        Self { usage: "client-secret", what: "the secret of the client", id }
    }

    fn seal(&self, master: &MasterKey, text: &str) -> Result<String, Error> {
        let encrypter = Dir
            .encrypter_from_bytes(self.derive_key(master))
            .map_err(Error::because("the master key cannot encrypt"))?;
        let mut header = JweHeader::new();
        header.set_content_encryption("A256GCM");
        josekit::jwe::serialize_compact(text.as_bytes(), &header, &encrypter)
            .map_err(Error::because(format!("{} {} cannot be sealed", self.what, self.id)))
    }

    fn open(&self, master: &MasterKey, sealed: &str) -> Result<String, Error> {
        let decrypter = Dir
            .decrypter_from_bytes(self.derive_key(master))
            .map_err(Error::because("the master key cannot decrypt"))?;
        let (text, header) = josekit::jwe::deserialize_compact(sealed, &decrypter)
            .map_err(Error::because(self.message()))?;
        if header.content_encryption() != Some("A256GCM") {
            return Err(self.fault());
        }
        String::from_utf8(text).map_err(|_| self.fault())
    }

    fn derive_key(&self, master: &MasterKey) -> [u8; 32] {
        master.derive(self.usage, &[self.id])
    }

    fn fault(&self) -> Error {
        Error::new(self.message())
    }

    fn message(&self) -> String {
        format!("{} {} does not open: another master key, or damaged", self.what, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::Algorithm;

    #[test]
    fn a_sealed_key_is_decrypted_only_with_its_kid_and_master_key() {
        let master = MasterKey::new([7; 32]);
        let key = Key::generate(Algorithm::ES256, 2_048).unwrap();
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
    fn sealing_a_key_twice_gives_different_texts_without_the_kid() {
        let master = MasterKey::new([7; 32]);
        let key = Key::generate(Algorithm::EdDSA, 2_048).unwrap();
        let sealed = seal(&master, &key).unwrap();
        assert_ne!(sealed, seal(&master, &key).unwrap());
        assert_eq!(sealed.split('.').count(), 5);
        assert_eq!(sealed.split('.').nth(1), Some(""), "dir has no encrypted key");
        assert!(!sealed.contains(key.id()));
    }

    #[test]
    fn a_sealed_client_secret_is_decrypted_only_for_its_client_and_purpose() {
        let master = MasterKey::new([7; 32]);
        let secret = Secret::new("a secret of thirty-two letters!!".to_owned());
        let sealed = seal_client_secret(&master, "idep", &secret).unwrap();
        assert!(!sealed.contains("letters"));
        let opened = open_client_secret(&master, "idep", &sealed).unwrap();
        assert_eq!(opened.expose(), secret.expose());
        assert!(open_client_secret(&master, "another", &sealed).is_err());
        assert!(open_client_secret(&MasterKey::new([8; 32]), "idep", &sealed).is_err());

        let key = Key::generate(Algorithm::EdDSA, 2_048).unwrap();
        let sealed = seal(&master, &key).unwrap();
        assert!(open_client_secret(&master, key.id(), &sealed).is_err());
    }
}
