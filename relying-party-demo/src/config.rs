//! The configuration file, `rp.toml`. An unknown key is an error that names the key and the file.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::Url;

use crate::error::{Error, Result};

/// The settings of one relying party.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The provider's issuer identifier, exactly as in its discovery document (OpenID Connect
    /// Discovery 1.0 section 3).
    pub issuer: String,
    /// Our client identifier at the provider (RFC 6749 section 2.2).
    pub client_id: String,
    /// Our password at the provider (RFC 6749 section 2.3.1).
    pub client_secret: Option<String>,
    /// A file that holds the password instead; read by [`Config::from_file`].
    pub client_secret_file: Option<PathBuf>,
    /// Where the program listens when it runs on its own.
    pub listen: SocketAddr,
    /// The address people use, without a path: `https://idep.example.se`.
    pub base_url: String,
    /// The database of the party parameters, sessions and pending logins.
    pub database: Database,
}

/// Where the data lives.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite://path/to/file.db` or `postgres://…`.
    pub url: String,
}

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`Error::Configuration`], naming the file and what is wrong in it.
    pub fn from_file(path: &Path) -> Result<Self> {
        let wrong = |what: String| Error::Configuration(format!("{}: {what}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let mut config: Self =
            toml::from_str(&text).map_err(|error| wrong(error.to_string().trim().to_owned()))?;
        if let Some(file) = config.client_secret_file.take() {
            if config.client_secret.is_some() {
                return Err(wrong("give client_secret or client_secret_file, not both".to_owned()));
            }
            let secret = std::fs::read_to_string(&file).map_err(|error| {
                wrong(format!("client_secret_file {}: {error}", file.display()))
            })?;
            config.client_secret = Some(secret.trim().to_owned());
        }
        config.check().map_err(wrong)?;
        Ok(config)
    }

    /// Where the provider sends the browser back to, to be registered there as a redirect URI
    /// (RFC 6749 section 3.1.2).
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        format!("{}/callback", self.base())
    }

    /// Where the provider sends the browser after logout, to be registered there (OpenID Connect
    /// RP-Initiated Logout 1.0 section 3).
    #[must_use]
    pub fn post_logout_redirect_uri(&self) -> String {
        format!("{}/logged-out", self.base())
    }

    /// The name of our protected resource, to be registered at the provider as one of ours
    /// (RFC 8707 section 2).
    #[must_use]
    pub fn resource(&self) -> String {
        format!("{}/resource", self.base())
    }

    /// Refuses settings that could not work or would not be safe.
    pub(crate) fn check(&self) -> std::result::Result<(), String> {
        safe_address("issuer", &self.issuer)?;
        let base = safe_address("base_url", &self.base_url)?;
        if base.path() != "/" {
            return Err(format!("base_url: {} must not have a path", self.base_url));
        }
        match self.client_secret.as_deref() {
            None => Err("client_secret or client_secret_file is missing".to_owned()),
            Some("") => Err("client_secret must not be empty".to_owned()),
            Some(_) if self.client_id.is_empty() => Err("client_id must not be empty".to_owned()),
            Some(_) => Ok(()),
        }
    }

    /// Whether people reach us over TLS, so that cookies can be `__Host-` ones.
    pub(crate) fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }

    fn base(&self) -> &str {
        self.base_url.trim_end_matches('/')
    }
}

/// https, or http on this very machine.
fn safe_address(key: &str, value: &str) -> std::result::Result<Url, String> {
    let url = Url::parse(value).map_err(|error| format!("{key}: {value}: {error}"))?;
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let safe = url.scheme() == "https" || (url.scheme() == "http" && local);
    if !safe {
        return Err(format!("{key}: {value} must be https (http is for localhost only)"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("{key}: {value} must not have a query or fragment"));
    }
    Ok(url)
}

impl fmt::Debug for Config {
    /// Without the password and the database address, which may hold one.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Config")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("listen", &self.listen)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        issuer = "https://login.example.se"
        client_id = "idep-web"
        client_secret = "s3cret"
        listen = "127.0.0.1:8401"
        base_url = "https://idep.example.se"
        [database]
        url = "sqlite://rp.db"
    "#;

    fn read(text: &str) -> std::result::Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rp.toml");
        std::fs::write(&path, text).unwrap();
        Config::from_file(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn the_example_is_a_good_file() {
        let config = read(include_str!("../rp.example.toml")).unwrap();
        assert_eq!(config.redirect_uri(), "http://localhost:8401/callback");
        assert_eq!(config.resource(), "http://localhost:8401/resource");
        assert!(!config.is_https());
    }

    #[test]
    fn redirect_uris_are_derived_from_the_configuration() {
        let config = read(GOOD).unwrap();
        assert_eq!(config.redirect_uri(), "https://idep.example.se/callback");
        assert_eq!(config.post_logout_redirect_uri(), "https://idep.example.se/logged-out");
        assert!(!format!("{config:?}").contains("s3cret"));
    }

    #[test]
    fn an_invalid_setting_is_named_with_its_file() {
        let cases = [
            (GOOD.replace("client_id", "client_idd"), "client_idd"),
            (GOOD.replace("[database]", "[databse]"), "databse"),
            (GOOD.replace("https://login", "http://login"), "issuer"),
            (GOOD.replace("idep.example.se", "idep.example.se/app"), "base_url"),
            (GOOD.replace("client_secret = \"s3cret\"", ""), "client_secret"),
            (GOOD.replace("client_secret =", "client_secret_file ="), "client_secret_file"),
        ];
        for (text, named) in cases {
            let error = read(&text).unwrap_err();
            assert!(error.contains(named) && error.contains("rp.toml"), "{error}");
        }
    }
}
