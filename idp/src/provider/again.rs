//! The way back for a browser whose login is over.

use crate::provider::Provider;
use crate::provider::interaction::Loaded;

impl Provider {
    /// Where a login can begin again: with the same request, if it came as plain parameters and
    /// still may. One that was pushed, or must be signed, only the application can make anew, so
    /// the way leads there, where that is known.
    pub(crate) fn again(&self, loaded: &Loaded) -> Option<String> {
        let (interaction, client) = (&loaded.interaction, &loaded.request.client);
        let only_the_client = interaction.pushed_request.is_some()
            || self.demands_pushed_requests(client)
            || client.requires_signed_requests();
        if only_the_client {
            return client.begins_at(&self.issuer);
        }
        Some(format!("/authorize?{}", repeatable(&interaction.request)))
    }
}

/// The request without what would ask the password again and again.
fn repeatable(query: &str) -> String {
    let keep = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        !["prompt", "max_age", "ui_locales"].contains(&name)
    };
    query.split('&').filter(keep).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_request_does_not_ask_for_the_password_again() {
        let query = "client_id=a&prompt=login&max_age=1&ui_locales=en&state=x%26prompt";
        assert_eq!(repeatable(query), "client_id=a&state=x%26prompt");
    }
}
