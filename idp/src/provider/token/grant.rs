//! Whether a grant still stands: by its client as it is registered now, and by what its login
//! proved.

use crate::account::assurance::Class;
use crate::account::user::Account;
use crate::config::NoAddress;
use crate::grant::Grant;
use crate::oauth::client::Client;
use crate::oauth::error::Error;
use crate::oauth::grant::validity::{self, Remaining};
use crate::oidc::consent::{is_needed, requested_scope};
use crate::oidc::prompt::Prompt;
use crate::provider::token::TokenError;
use crate::provider::{Fault, Provider};

/// The scope of access that outlives its session.
const OFFLINE_ACCESS: &str = "offline_access";

impl Provider {
    /// What is left of a grant for its client.
    pub(crate) fn remaining_of(&self, client: &Client, grant: &Grant) -> Result<Remaining, Error> {
        validity::check(&grant.granted(), client, &self.issuer)
    }

    /// What is left of a grant for which a client asks tokens: also its login must be as strong as
    /// the client wants it now, and its person must have allowed what is asked for.
    ///
    /// # Errors
    /// Those of [`validity::check`]; `invalid_grant` where a login or a question is needed, so that
    /// the application begins a new login.
    pub(crate) async fn check_grant(
        &self,
        client: &Client,
        grant: &Grant,
        account: Option<&Account>,
    ) -> Result<Remaining, TokenError> {
        let left = self.remaining_of(client, grant).map_err(TokenError::Refused)?;
        let refused = |why| Err(TokenError::Refused(Error::invalid_grant(why)));
        if grant.code_used_at.is_some() && grant.offline && !left.scope.contains(OFFLINE_ACCESS) {
            return refused("the client may no longer have access without a session");
        }
        let Some(account) = account else { return Ok(left) };
        if !self.is_strong_enough(client, grant, account).await? {
            return refused("the login is weaker than what the client requires now");
        }
        let metadata = client.metadata();
        let asked = requested_scope(&left.scope, &grant.claims_for(client));
        if !metadata.first_party {
            let given = self.store.consent(&account.id, client.client_id().as_str()).await?;
            if is_needed(Prompt::default(), false, &asked, given.as_ref()) {
                return refused("the user must be asked whether the client may have this");
            }
        }
        Ok(left)
    }

    /// Whether a login reached the least class of its client. Where an account without addresses
    /// may log in by its password, that is enough as long as it has none.
    async fn is_strong_enough(
        &self,
        client: &Client,
        grant: &Grant,
        account: &Account,
    ) -> Result<bool, Fault> {
        let Some(proofs) = &grant.facts.proofs else { return Ok(true) };
        let least = Class::required(client.metadata().required_acr.as_deref());
        if self.weigh(proofs, grant.issued_at).satisfies(least) {
            return Ok(true);
        }
        Ok(self.settings.no_address == NoAddress::Allow
            && self.known_addresses(account).await?.is_empty())
    }
}
