//! Where a page leads that ends something: one way on.

use crate::account::interaction::Interaction;
use crate::oauth::client::Client;

/// Where a page that ends something leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WayOn {
    /// The application, as its people know it; empty when none is known.
    pub application: String,
    /// The address; empty when none is known, and the page must say it in words.
    pub address: String,
    /// Whether a login that is still open goes on there.
    pub resumes: bool,
}

impl WayOn {
    /// To the application itself: the address where it begins logins, else its home page.
    pub(crate) fn to_application(client: &Client, language: &str, issuer: &str) -> Self {
        Self {
            application: client.client_name_in(language).to_owned(),
            address: client.begins_at(issuer).unwrap_or_default(),
            resumes: false,
        }
    }

    /// The same application at another address.
    pub(crate) fn with_address(self, address: String) -> Self {
        Self { address, ..self }
    }

    /// To a login of the same application that is still open.
    pub(crate) fn with_login(self, interaction: &Interaction) -> Self {
        Self { address: format!("/interaction/{}", interaction.id), resumes: true, ..self }
    }
}
