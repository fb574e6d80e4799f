//! What the tests are told about the provider, from the environment.

use std::env;

use anyhow::Context as _;
use url::Url;

use crate::judge::client::Client;

/// The issuer under test, the client it knows and the account that may sign in.
#[derive(Clone)]
pub struct Settings {
    /// `ISSUER`, exactly as the provider writes it (OpenID Connect Discovery 1.0 section 3).
    pub issuer: String,
    /// `MAILBOX`: the base address of a mailbox that answers `GET /messages`.
    pub mailbox: Url,
    /// `CLIENT_ID`, `CLIENT_SECRET` and `REDIRECT_URI`, which is never visited.
    pub client: Client,
    /// `USERNAME`: the account's login name.
    pub username: String,
    /// `PASSWORD`: its password.
    pub password: String,
    /// `EMAIL`: one contact address of the account's organisation.
    pub email: String,
    /// `RELYING_PARTY`: the relying party demo, when there is one, for its protected resource.
    pub relying_party: Option<Url>,
}

impl Settings {
    /// Reads the environment and names the variable that is missing.
    pub fn from_environment() -> anyhow::Result<Self> {
        let told =
            [("client_id", required("CLIENT_ID")?), ("client_secret", required("CLIENT_SECRET")?)];
        let told = told.map(|(name, value)| (name.to_owned(), value.into())).into_iter().collect();
        let redirect_uri = address("REDIRECT_URI")?;
        Ok(Self {
            issuer: required("ISSUER")?,
            mailbox: address("MAILBOX")?,
            client: Client::from_configuration(&told, "client_secret_basic", redirect_uri)?,
            username: required("USERNAME")?,
            password: required("PASSWORD")?,
            email: required("EMAIL")?,
            relying_party: env::var("RELYING_PARTY")
                .is_ok()
                .then(|| address("RELYING_PARTY"))
                .transpose()?,
        })
    }
}

fn required(name: &str) -> anyhow::Result<String> {
    env::var(name).with_context(|| format!("{name} is not set; see conformance/README.md"))
}

fn address(name: &str) -> anyhow::Result<Url> {
    let value = required(name)?;
    Url::parse(&value).with_context(|| format!("{name} is no address: {value}"))
}
