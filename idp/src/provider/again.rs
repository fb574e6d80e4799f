//! The way back for a browser whose login is over.

use crate::account::interaction::Ended;
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
        let completed = matches!(interaction.ended, Some((_, Ended::Completed)));
        Some(format!("/authorize?{}", repeatable(&interaction.request, completed)))
    }
}

/// The request, and after a login that was completed without what would ask for the password again
/// and again. The pages keep the language that was chosen meanwhile.
fn repeatable(query: &str, completed: bool) -> String {
    let left_out: &[&str] =
        if completed { &["prompt", "max_age", "ui_locales"] } else { &["ui_locales"] };
    let keep = |pair: &&str| !left_out.contains(&pair.split('=').next().unwrap_or_default());
    query.split('&').filter(keep).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_repeated_after_a_login_does_not_ask_for_the_password_again() {
        let query = "client_id=a&prompt=login&max_age=1&ui_locales=en&state=x%26prompt";
        assert_eq!(repeatable(query, true), "client_id=a&state=x%26prompt");
        let demanding = "client_id=a&prompt=login&max_age=1&state=x%26prompt";
        assert_eq!(repeatable(query, false), demanding);
    }
}
