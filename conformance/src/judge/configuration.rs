//! The configuration file: the official suite's own, with two members of ours, `user` and
//! `rotate_keys`. Members that only the official suite needs are left unread.

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What a run is told.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Configuration {
    /// Part of the addresses of the judge's own site, which static clients have registered.
    pub alias: String,
    /// `server`: what requests say beyond the standard values.
    pub server: Server,
    /// `client`: credentials, or the words to register with; `jwks` holds private keys.
    pub client: Map<String, Value>,
    /// `client2`: another client.
    pub client2: Map<String, Value>,
    /// A client that is registered with `client_secret_post`.
    pub client_secret_post: Map<String, Value>,
    /// The certificate of `client`.
    pub mtls: Option<Mtls>,
    /// The certificate of `client2`.
    pub mtls2: Option<Mtls>,
    /// `resource`: a protected resource, by default the userinfo endpoint.
    pub resource: Map<String, Value>,
    /// The person who signs in, and where on the pages.
    pub user: User,
    /// A program with its arguments that makes the provider use a new key.
    pub rotate_keys: Vec<String>,
}

/// `server`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Server {
    /// `login_hint` of the module of that name; by default the user's name.
    pub login_hint: Option<String>,
    /// Metadata members beyond the registered ones that are no warning.
    pub allow_unexpected_metadata_fields: Vec<String>,
    /// Seconds until the provider reads a client's `jwks_uri` again. Default 60.
    pub jwks_refresh_delay: Option<u64>,
    /// Seconds that a code lasts. Default 60, the most that FAPI allows.
    pub code_seconds: Option<u64>,
}

/// A certificate and its private key, each as PEM.
#[derive(Clone, Debug, Deserialize)]
pub struct Mtls {
    /// The certificate, and its chain.
    pub cert: String,
    /// The private key.
    pub key: String,
}

/// The person.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct User {
    /// The login name.
    pub username: String,
    /// The password.
    pub password: String,
    /// Where on the pages.
    pub elements: Elements,
}

/// The ids of the elements a person uses.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Elements {
    /// The field of the login name.
    pub login_username: String,
    /// The field of the password.
    pub login_password: String,
    /// The button beside them.
    pub login_submit: String,
    /// The button that ends the login without one.
    pub login_cancel: String,
    /// The button that agrees to what the client wants.
    pub consent_allow: String,
    /// The button that does not.
    pub consent_deny: String,
    /// The button that agrees to log out.
    pub logout_confirm: String,
    /// What is only on the page that says it is done.
    pub logout_done: String,
    /// What is only on an error page.
    pub error_page: String,
}

impl Default for Elements {
    fn default() -> Self {
        Self {
            login_username: "login-username".to_owned(),
            login_password: "login-password".to_owned(),
            login_submit: "login-submit".to_owned(),
            login_cancel: "login-cancel".to_owned(),
            consent_allow: "consent-allow".to_owned(),
            consent_deny: "consent-deny".to_owned(),
            logout_confirm: "logout-confirm".to_owned(),
            logout_done: "logout-done".to_owned(),
            error_page: "error-page".to_owned(),
        }
    }
}

impl Configuration {
    /// Reads a file's text, where `{NAME}` stands for a value given beside it.
    pub fn read(text: &str, values: &[(String, String)]) -> anyhow::Result<Self> {
        let mut document: Value = serde_json::from_str(text).context("the configuration")?;
        fill(&mut document, values);
        serde_json::from_value(document).context("the configuration")
    }
}

/// Puts the values into all texts of a document.
fn fill(document: &mut Value, values: &[(String, String)]) {
    match document {
        Value::String(text) => {
            for (name, value) in values {
                *text = text.replace(&format!("{{{name}}}"), value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, values)),
        Value::Object(members) => members.values_mut().for_each(|member| fill(member, values)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_the_official_suite_are_read() {
        for text in [
            include_str!("../../plans/basic.json"),
            include_str!("../../plans/config.json"),
            include_str!("../../plans/rp-initiated-logout.json"),
        ] {
            let values = [("ALIAS".to_owned(), "own".to_owned())];
            let read = Configuration::read(text, &values).expect("a configuration");
            assert_eq!(read.alias, "own");
            assert_eq!(read.user.elements.login_submit, "login-submit");
        }
    }
}
