//! The provider as an application of its own: a page of its own that needs a login asks for one as
//! any application does, and so passes the same rules.

use data_encoding::BASE64URL_NOPAD;

use crate::oauth::client::Client;
use crate::oauth::error::Error;
use crate::secret::MasterKey;

/// Its name as a client. No client can register it: names of registered clients are drawn, and the
/// configuration is refused that has it.
pub(crate) const ID: &str = "urn:idp:own-pages";

/// The client of the provider's own pages.
///
/// # Errors
/// When the issuer is no address that a client may redirect to.
pub(crate) fn own_client(issuer: &str, service: &str, master: &MasterKey) -> Result<Client, Error> {
    let metadata = serde_json::json!({
        "client_id": ID,
        "client_name": service,
        "client_secret": BASE64URL_NOPAD.encode(&master.derive("own client", &[])),
        "redirect_uris": [format!("{issuer}/device")],
        "application_type": "native",
        "require_pkce": false,
        "scope": "openid",
    });
    let metadata = serde_json::from_value(metadata)
        .map_err(|_| Error::invalid_client_metadata("the provider's own client is unusable"))?;
    Client::register(metadata, &["openid"].into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_for_own_pages_can_be_registered_for_every_valid_issuer() {
        let master = MasterKey::new([7; 32]);
        for issuer in ["https://login.example.se", "http://localhost:8400", "http://127.0.0.1:1"] {
            let client = own_client(issuer, "Inloggning", &master).unwrap();
            assert!(client.metadata().first_party && !client.requires_pkce(), "{issuer}");
        }
    }
}
