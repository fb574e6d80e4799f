//! The way on for a browser whose login is over: one, and one that fits what the application still
//! knows.

use crate::account::interaction::{Ended, Interaction};
use crate::clock::Timestamp;
use crate::provider::login::loaded::Loaded;
use crate::provider::login::way_on::WayOn;
use crate::provider::visitor::Visitor;
use crate::provider::{Fault, Provider};

/// Seconds after its beginning for which an application is taken to wait for the answer to a
/// request. Common libraries keep a login's state for 15 minutes and more.
const YOUNG: i64 = 1_800;

impl Provider {
    /// The way on from an interaction, for the browser that began it: to the interaction while it
    /// is open, or to the one that took its place; the same request again while the application
    /// waits for its answer; else to the application.
    pub(crate) async fn way_on(&self, loaded: &Loaded) -> Result<WayOn, Fault> {
        let interaction = &loaded.interaction;
        let way = self.way_back(loaded);
        let next = match interaction.ended {
            None if loaded.now < interaction.expires_at => {
                return Ok(way.with_login(interaction));
            }
            Some((_, Ended::Completed)) => self.find_consent_after(interaction, loaded.now).await?,
            Some((_, Ended::Superseded)) => {
                self.find_restart_after(interaction, loaded.now).await?
            }
            Some((_, Ended::Cancelled)) | None => None,
        };
        if let Some(next) = next {
            return Ok(way.with_login(&next));
        }
        let waits = match interaction.ended {
            Some((_, Ended::Completed)) => {
                let grant = self.grant_of(interaction).await?;
                grant.is_some_and(|grant| grant.code_used_at.is_none() && has_code(loaded))
            }
            // The login that used the same reference took its answer.
            Some((_, Ended::Superseded)) => interaction.pushed_request.is_none(),
            // It got the answer that the login was cancelled, or has waited for too long.
            Some((_, Ended::Cancelled)) | None => false,
        };
        Ok(if waits { self.way_anew(loaded) } else { way })
    }

    /// The way on where the application still waits for its answer: the same request again while it
    /// is young, else to the application.
    pub(crate) fn way_anew(&self, loaded: &Loaded) -> WayOn {
        let way = self.way_back(loaded);
        match self.repeatable(loaded) {
            Some(address) if is_young(&loaded.interaction, loaded.now) => way.with_address(address),
            _ => way,
        }
    }

    fn way_back(&self, loaded: &Loaded) -> WayOn {
        let (client, language) = (&loaded.request.client, &loaded.interaction.language);
        WayOn::to_application(client, language, &self.issuer)
    }

    /// The same request again, if it came as plain parameters and still may. One that was pushed,
    /// or must be signed, only the application can make again.
    fn repeatable(&self, loaded: &Loaded) -> Option<String> {
        let (interaction, client) = (&loaded.interaction, &loaded.request.client);
        let only_the_client = interaction.pushed_request.is_some()
            || self.demands_pushed_requests(client)
            || client.requires_signed_requests();
        let completed = matches!(interaction.ended, Some((_, Ended::Completed)));
        (!only_the_client)
            .then(|| format!("/authorize?{}", without_demands(&interaction.request, completed)))
    }

    /// The way on for a browser that began none of it: to the application that its mail named.
    pub(crate) async fn way_to_application(
        &self,
        interaction: &Interaction,
        visitor: &Visitor,
    ) -> Result<WayOn, Fault> {
        let client = self.client(&interaction.client_id).await?;
        let language = visitor.language.as_str();
        let way = client.map(|client| WayOn::to_application(&client, language, &self.issuer));
        Ok(way.unwrap_or_default())
    }
}

fn has_code(loaded: &Loaded) -> bool {
    loaded.request.authorization.response_type.has_code()
}

fn is_young(interaction: &Interaction, now: Timestamp) -> bool {
    now.since(interaction.started_at) < YOUNG
}

/// The request, and after a login that was completed without what would ask for the password again
/// and again. The pages keep the language that was chosen meanwhile.
fn without_demands(query: &str, completed: bool) -> String {
    let left_out: &[&str] =
        if completed { &["prompt", "max_age", "ui_locales"] } else { &["ui_locales"] };
    let keep = |pair: &&str| !left_out.contains(&pair.split('=').next().unwrap_or_default());
    query.split('&').filter(keep).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_repeated_after_a_login_loses_prompt_and_max_age() {
        let query = "client_id=a&prompt=login&max_age=1&ui_locales=en&state=x%26prompt";
        assert_eq!(without_demands(query, true), "client_id=a&state=x%26prompt");
        let demanding = "client_id=a&prompt=login&max_age=1&state=x%26prompt";
        assert_eq!(without_demands(query, false), demanding);
    }
}
