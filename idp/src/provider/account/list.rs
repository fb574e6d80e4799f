//! Accounts as their operator sees them.

use crate::account::credential::SetBy;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::contact::KnownAddress;
use crate::provider::account::AccountError;
use crate::provider::{Fault, Provider};

/// An account with what belongs to it.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The account.
    pub account: Account,
    /// The parties it may report for.
    pub parties: Vec<String>,
    /// The addresses to which its link may be mailed.
    pub addresses: Vec<KnownAddress>,
    /// Who set its password and when, where it has one.
    pub password: Option<(Option<SetBy>, Timestamp)>,
    /// How many sessions may still be used.
    pub sessions: usize,
    /// How many browsers are remembered.
    pub browsers: usize,
}

impl Provider {
    /// Accounts behind a login name, in their order; no more than `limit`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_accounts(&self, behind: &str, limit: i64) -> Result<Vec<Account>, Fault> {
        Ok(self.store.accounts_behind(behind, limit).await?)
    }

    /// An account with what belongs to it.
    ///
    /// # Errors
    /// When there is no such account, or a fault.
    pub async fn show_account(&self, name: &str) -> Result<Overview, AccountError> {
        let account = self.named_account(name).await?;
        let stored = self.store.account_with_password(&account.username).await?;
        let password = stored.and_then(|(_, credential)| credential);
        Ok(Overview {
            parties: self.store.parties_of(&account).await?,
            addresses: self.known_addresses(&account).await?,
            password: password.map(|password| (password.set_by, password.set_at)),
            sessions: self.list_sessions(name).await?.len(),
            browsers: self.list_browsers(name).await?.len(),
            account,
        })
    }
}
