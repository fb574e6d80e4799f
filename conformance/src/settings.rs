//! What the tests are told, all of it from the environment.

use std::env;

use anyhow::Context as _;
use url::Url;

/// The issuer under test, the client it knows and the account that may sign in.
#[derive(Clone)]
pub struct Settings {
    /// `ISSUER`, exactly as the provider writes it (OpenID Connect Discovery 1.0 section 3).
    pub issuer: String,
    /// `MAILBOX`: the base address of a mailbox that answers `GET /messages`.
    pub mailbox: Url,
    /// `CLIENT_ID` and `CLIENT_SECRET`.
    pub client: Client,
    /// `REDIRECT_URI`, registered for every client here. It is never visited.
    pub redirect_uri: Url,
    /// `POST_LOGOUT_REDIRECT_URI`; `logged-out` beside the redirect URI when it is not given.
    pub post_logout_redirect_uri: Url,
    /// `USERNAME`: the account's login name.
    pub username: String,
    /// `PASSWORD`: its password.
    pub password: String,
    /// `EMAIL`: one contact address of the account's organisation.
    pub email: String,
    /// `CLIENT_ID_ES256` and so on: clients that asked for another signature algorithm. They have
    /// the same secret and redirect URI.
    pub signing: Vec<(String, Client)>,
    /// `PUBLIC_CLIENT_ID`: a client without a secret, when there is one.
    pub public_client_id: Option<String>,
    /// `RELYING_PARTY`: the relying party demo, when there is one, for its protected resource.
    pub relying_party: Option<Url>,
}

/// A confidential client (RFC 6749 section 2.1).
#[derive(Clone)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// `client_secret`.
    pub secret: String,
}

impl Settings {
    /// Reads the environment and names the variable that is missing.
    pub fn from_environment() -> anyhow::Result<Self> {
        let redirect_uri = address("REDIRECT_URI")?;
        let post_logout_redirect_uri = match env::var("POST_LOGOUT_REDIRECT_URI") {
            Ok(_) => address("POST_LOGOUT_REDIRECT_URI")?,
            Err(_) => redirect_uri.join("logged-out")?,
        };
        let secret = required("CLIENT_SECRET")?;
        let client = Client { id: required("CLIENT_ID")?, secret: secret.clone() };
        let signing = ["RS256", "ES256", "PS256", "EdDSA"]
            .into_iter()
            .filter_map(|algorithm| {
                let id = env::var(format!("CLIENT_ID_{}", algorithm.to_uppercase())).ok()?;
                Some((algorithm.to_owned(), Client { id, secret: secret.clone() }))
            })
            .collect();
        Ok(Self {
            issuer: required("ISSUER")?,
            mailbox: address("MAILBOX")?,
            client,
            redirect_uri,
            post_logout_redirect_uri,
            username: required("USERNAME")?,
            password: required("PASSWORD")?,
            email: required("EMAIL")?,
            signing,
            public_client_id: env::var("PUBLIC_CLIENT_ID").ok(),
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
