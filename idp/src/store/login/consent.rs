//! The end of an interaction that asked for consent.

use crate::account::interaction::Ended;
use crate::clock::Timestamp;
use crate::oauth::scope::Scope;
use crate::store::Recording;
use crate::store::account::consents::RecordConsent as _;
use crate::store::error::{Error, won};
use crate::store::grant::grants::{AskSession as _, Issue as _, NewGrant};
use crate::store::login::interactions::EndInteraction as _;

impl Recording {
    /// Ends the interaction that asked, keeps what was allowed, and issues the grant: all or
    /// nothing. `false` when the interaction is no longer as it was or its session has ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn allow(
        &self,
        (id, version): (&str, i64),
        account_id: &str,
        allowed: &Scope,
        new: &NewGrant,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (id, account, now) = (id.to_owned(), account_id.to_owned(), now.0);
        let (allowed, new) = (allowed.to_string(), new.clone());
        won(act!(self, |c| {
            c.end_interaction(&id, version, Ended::Completed, now).await?;
            c.ask_session(&new.grant).await?;
            c.record_consent(&account, new.grant.client_id.as_str(), &allowed, now).await?;
            c.issue(&new).await
        }))
    }
}
