//! The client information response
//! ([RFC 7591 section 3.2.1](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1)).

use serde_json::Value;

use crate::clock::Timestamp;
use crate::oauth::client::Client;
use crate::secret::{ClientSecret, RegistrationAccessToken, Secret};

/// Our own members: they are the operator's terms and no part of the standards' document.
const OWN: [&str; 6] =
    ["required_acr", "first_party", "require_pkce", "fapi", "access_token_format", "resources"];

/// A registration, as the response shows it.
#[derive(Clone, Copy, Debug)]
pub struct Issued<'a> {
    /// The client.
    pub client: &'a Client,
    /// When its name was issued.
    pub issued_at: Timestamp,
    /// Its secret, if the response shows it: only its digest is stored.
    pub secret: Option<&'a Secret<ClientSecret>>,
    /// What the client manages its registration with.
    pub token: &'a Secret<RegistrationAccessToken>,
    /// Where it manages it.
    pub uri: &'a str,
}

impl Issued<'_> {
    /// All that is registered, the defaults included.
    #[must_use]
    pub fn document(&self) -> Value {
        let mut document = serde_json::json!({
            "client_id_issued_at": self.issued_at.0,
            "registration_access_token": self.token.expose(),
            "registration_client_uri": self.uri,
        });
        if let Some(secret) = self.secret {
            document["client_secret"] = secret.expose().into();
            // It does not expire.
            document["client_secret_expires_at"] = 0.into();
        }
        if let Ok(Value::Object(registered)) = serde_json::to_value(self.client.metadata()) {
            for (member, value) in registered {
                if !OWN.contains(&member.as_str()) {
                    document[member] = value;
                }
            }
        }
        document
    }
}
