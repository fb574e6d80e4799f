//! Which files hold secrets, so that a check can say who may read them.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// A file that holds a secret, and the setting that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretFile {
    /// The setting, or what the configuration file itself holds.
    pub setting: String,
    /// The file.
    pub file: PathBuf,
}

/// Settings that name a file with a secret, beside `keys.secret_file`, which has a default.
const NAMED: &[&str] =
    &["client_secret_file", "dkim_key_file", "initial_access_token_file", "key_file", "url_file"];

/// Settings that are a secret.
const SECRETS: &[&str] = &["client_secret", "initial_access_token", "secret"];

impl SecretFile {
    /// The file that a setting names.
    #[must_use]
    pub fn new(setting: &str, file: &Path) -> Self {
        Self { setting: setting.to_owned(), file: file.to_owned() }
    }

    /// The permissions of the file when everybody on the machine may read it.
    #[must_use]
    pub fn open_to_others(&self) -> Option<u32> {
        use std::os::unix::fs::PermissionsExt as _;

        let mode = std::fs::metadata(&self.file).ok()?.permissions().mode() & 0o777;
        (mode & 0o007 != 0).then_some(mode)
    }
}

/// The files that the settings name, and the configuration `file` when a secret stands in it.
pub(super) fn of_table(table: &Table, file: &Path) -> Vec<SecretFile> {
    let mut found = Vec::new();
    search(&Value::Table(table.clone()), "", &mut |setting, key, text| {
        let of_key_set = setting.starts_with("keys.files") && key == "file";
        if (NAMED.contains(&key) || of_key_set) && !text.is_empty() {
            found.push(SecretFile::new(setting, Path::new(text)));
        }
        if SECRETS.contains(&key) || (key == "url" && has_password(text)) {
            found.push(SecretFile::new(&format!("{setting} in"), file));
        }
    });
    found
}

/// Calls `visit` with the path, the key and the text of each setting that is a text.
fn search(value: &Value, path: &str, visit: &mut impl FnMut(&str, &str, &str)) {
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match value {
                    Value::String(text) => visit(&path, key, text),
                    _ => search(value, &path, visit),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| search(value, path, visit)),
        _ => {}
    }
}

/// Whether a URL has a password before its host.
fn has_password(url: &str) -> bool {
    let authority = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?']).next().unwrap_or_default();
    authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_with_a_secret_is_found_by_its_setting() {
        let text = r#"
            [tls]
            cert_file = "cert.pem"
            key_file = "tls.key"
            [mail]
            url = "smtps://user:secret@mx.example.se"
            dkim_key_file = ""
            [database]
            url_file = "db"
            [[keys.files]]
            file = "rs256.pem"
            [[client]]
            client_id = "a"
            client_secret_file = "a.secret"
            [[client]]
            client_id = "b"
            client_secret = "x"
            [party_parameters]
            url = "postgres://reader@db/a:b"
        "#;
        let found = of_table(&text.parse().unwrap(), Path::new("idp.toml"));
        let found: Vec<_> = found
            .iter()
            .map(|secret| (secret.setting.as_str(), secret.file.to_str().unwrap()))
            .collect();
        let mut expected = [
            ("tls.key_file", "tls.key"),
            ("mail.url in", "idp.toml"),
            ("database.url_file", "db"),
            ("keys.files.file", "rs256.pem"),
            ("client.client_secret_file", "a.secret"),
            ("client.client_secret in", "idp.toml"),
        ];
        expected.sort_unstable();
        let mut found = found;
        found.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_secret_file_accessible_to_others_is_detected_and_one_for_its_group_is_accepted() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let secret = SecretFile::new("keys.secret_file", &folder.path().join("secret"));
        assert_eq!(secret.open_to_others(), None, "one that is not there yet");
        std::fs::write(&secret.file, "x").unwrap();
        for (mode, open) in
            [(0o600, None), (0o640, None), (0o644, Some(0o644)), (0o602, Some(0o602))]
        {
            std::fs::set_permissions(&secret.file, PermissionsExt::from_mode(mode)).unwrap();
            assert_eq!(secret.open_to_others(), open, "{mode:o}");
        }
    }
}
