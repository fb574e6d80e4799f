//! The master secret and the signing keys that stand in files, from the section `[keys]`.

use std::path::Path;

use crate::app::error::Error;
use crate::config::{KeyFile, Keys, read_text_file};
use crate::entropy::Entropy;
use crate::jose::key::Key;
use crate::jose::{self, Algorithm, rotation};
use crate::provider::keys::Policy;
use crate::secret::MasterKey;

/// The signing algorithms and their schedule.
///
/// # Errors
/// When an algorithm is not known.
pub(super) fn policy(keys: &Keys) -> Result<Policy, Error> {
    let parse = |name: &String| {
        name.parse::<Algorithm>().map_err(|_| {
            Error::Setting(format!("keys.algorithms: {name} is not RS256, ES256, PS256 or EdDSA"))
        })
    };
    let mut algorithms = keys.algorithms.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let read = |file: &KeyFile| key_file(file, file.algorithm.as_ref().map(parse).transpose()?);
    let files = keys.files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let files = (!files.is_empty()).then_some(files);
    if let Some(files) = &files {
        let signs = |algorithm: &Algorithm| {
            files.iter().any(|(key, state)| {
                key.algorithm() == *algorithm && *state == rotation::State::Active
            })
        };
        algorithms = Algorithm::ALL.into_iter().filter(signs).collect();
        if !algorithms.contains(&Algorithm::RS256) {
            return Err(Error::Setting("keys.files: no active key is for RS256".to_owned()));
        }
    }
    let (rotate_days, rsa_bits) = (i64::from(keys.rotate_days), keys.rsa_bits);
    Ok(Policy { algorithms, rotate_days, rsa_bits, files })
}

fn key_file(
    setting: &KeyFile,
    algorithm: Option<Algorithm>,
) -> Result<(Key, rotation::State), Error> {
    let name = setting.file.display();
    let text = read_text_file(&setting.file)
        .map_err(|error| Error::Setting(format!("keys.files: {name} cannot be read: {error}")))?;
    let key = jose::key_file::read(&text, algorithm)
        .map_err(|error| Error::Setting(format!("keys.files: {name}: {error}")))?;
    let state = rotation::State::parse(&setting.state).ok_or_else(|| {
        Error::Setting(format!("keys.files: {name}: state must be published, active or retired"))
    })?;
    Ok((key, state))
}

/// The master secret: given, read from its file, or made for a database that has no keys yet.
pub(super) fn master_key(
    keys: &Keys,
    has_keys: bool,
    entropy: &Entropy,
) -> Result<MasterKey, Error> {
    if let Some(text) = &keys.secret {
        return decoded(text).ok_or_else(|| {
            Error::Setting("keys.secret: must be 32 bytes in base64url".to_owned())
        });
    }
    let file = &keys.secret_file;
    let name = file.display();
    match read_text_file(file) {
        Ok(text) => decoded(text.trim()).ok_or_else(|| {
            Error::Setting(format!("keys.secret_file: {name} must hold 32 bytes in base64url"))
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !has_keys => {
            make_secret(file, entropy)
                .map_err(|error| Error::Setting(format!("keys.secret_file: {name}: {error}")))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::Setting(format!(
            "keys.secret_file: {name} is missing, and the keys in the database are worthless \
             without it; restore it from its backup"
        ))),
        Err(error) => {
            Err(Error::Setting(format!("keys.secret_file: {name} cannot be read: {error}")))
        }
    }
}

fn decoded(text: &str) -> Option<MasterKey> {
    let bytes =
        data_encoding::BASE64URL_NOPAD.decode(text.trim_end_matches('=').as_bytes()).ok()?;
    bytes.try_into().ok().map(MasterKey::new)
}

/// Written aside and then linked to its name, so that it is whole or not there, and so that of two
/// nodes that start at once one makes it and the other reads it.
fn make_secret(file: &Path, entropy: &Entropy) -> std::io::Result<MasterKey> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;

    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let suffix = data_encoding::HEXLOWER.encode(&entropy.bytes::<8>());
    let aside = file.with_extension(format!("{suffix}.new"));
    let bytes = entropy.bytes::<32>();
    let mut open = std::fs::OpenOptions::new();
    let mut written = open.write(true).create_new(true).mode(0o600).open(&aside)?;
    written.write_all(data_encoding::BASE64URL_NOPAD.encode(&bytes).as_bytes())?;
    written.sync_all()?;
    let linked = std::fs::hard_link(&aside, file);
    std::fs::remove_file(&aside)?;
    match linked {
        Ok(()) => Ok(MasterKey::new(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            decoded(&read_text_file(file)?)
                .ok_or_else(|| std::io::Error::other("it holds something else"))
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(file: &Path) -> Keys {
        Keys { secret_file: file.to_owned(), ..Keys::default() }
    }

    #[test]
    fn a_master_secret_is_generated_only_for_a_database_without_keys() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sub/idp.secret");
        let error = master_key(&keys(&file), true, &Entropy::Os).unwrap_err().to_string();
        assert!(error.contains("is missing"), "{error}");
        let made = master_key(&keys(&file), false, &Entropy::Os).unwrap();
        let read = master_key(&keys(&file), true, &Entropy::Os).unwrap();
        assert_eq!(made.derive("x", &[]), read.derive("x", &[]));
        assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn key_files_replace_the_keys_of_the_database() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, algorithm: Algorithm, state: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, Key::generate(algorithm, 2_048).unwrap().to_text()).unwrap();
            KeyFile { file, algorithm: None, state: state.to_owned() }
        };
        let (rs256, es256) =
            (file("a", Algorithm::RS256, "active"), file("b", Algorithm::ES256, "published"));
        let with = |files: &[&KeyFile]| {
            let files = files.iter().map(|file| (*file).clone()).collect();
            policy(&Keys { files, ..Keys::default() })
        };
        let both = with(&[&rs256, &es256]).unwrap();
        assert_eq!(both.algorithms, [Algorithm::RS256], "the other does not sign yet");
        assert_eq!(both.files.unwrap().len(), 2);
        assert!(with(&[]).unwrap().files.is_none());
        let missing = KeyFile { file: folder.path().join("none"), ..rs256.clone() };
        let unknown = KeyFile { state: "old".to_owned(), ..rs256.clone() };
        let renamed = KeyFile { algorithm: Some("ES256".to_owned()), ..rs256.clone() };
        for wrong in [&[&es256][..], &[&missing], &[&unknown], &[&renamed]] {
            let fault = with(wrong).unwrap_err().to_string();
            assert!(fault.starts_with("keys.files: "), "{fault}");
        }
    }

    #[test]
    fn a_damaged_master_secret_stops_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("idp.secret");
        for damaged in ["", "half", "!!!"] {
            std::fs::write(&file, damaged).unwrap();
            let error = master_key(&keys(&file), false, &Entropy::Os).unwrap_err().to_string();
            assert!(error.contains("must hold 32 bytes"), "{error}");
        }
    }
}
