//! `[keys]`: signing keys and the master secret.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

/// The signing algorithms, and the secret that stays outside the database.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// Algorithms that clients may choose for ID tokens; RS256 must be among them
    /// (OpenID Connect Core section 15.1). Default RS256, ES256, PS256, EdDSA.
    pub algorithms: Vec<String>,
    /// Days after which a signing key is replaced. Default 30.
    pub rotate_days: u32,
    /// Bits of new RSA keys: 2048, 3072 or 4096. Default 3072.
    pub rsa_bits: u32,
    /// Private keys in files, in the place of those that the provider makes and rotates in its
    /// database. The operator rotates them: publishes a key, makes it active, retires it.
    pub files: Vec<KeyFile>,
    /// The master secret, 32 bytes in base64url: it encrypts the signing keys in the database and
    /// makes the mailed links. All nodes share it. Given here (or by the environment) it takes the
    /// place of the file.
    pub secret: Option<String>,
    /// The file that holds the master secret. It is made at the first start of a new database and
    /// never after that: without it the keys in the database are worthless. Keep a copy apart from
    /// the database. Default `var/idp.secret`.
    pub secret_file: PathBuf,
}

/// One private key in a file, `[[keys.files]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    /// A private JWK, or PEM.
    pub file: PathBuf,
    /// What it signs with; a JWK may say so itself.
    #[serde(default)]
    pub algorithm: Option<String>,
    /// `published`, `active` or `retired`. Default `active`.
    #[serde(default = "active")]
    pub state: String,
}

fn active() -> String {
    "active".to_owned()
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            algorithms: ["RS256", "ES256", "PS256", "EdDSA"].map(str::to_owned).into(),
            rotate_days: 30,
            rsa_bits: 3_072,
            files: Vec::new(),
            secret: None,
            secret_file: PathBuf::from("var/idp.secret"),
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Keys")
            .field("algorithms", &self.algorithms)
            .field("rotate_days", &self.rotate_days)
            .field("rsa_bits", &self.rsa_bits)
            .field("secret_file", &self.secret_file)
            .finish_non_exhaustive()
    }
}
