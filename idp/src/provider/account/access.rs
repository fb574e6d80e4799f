//! Whether an account may log in, and what it has allowed applications.

use crate::account::event::{Circumstances, EventKind};
use crate::clock::Timestamp;
use crate::provider::Provider;
use crate::provider::account::AccountError;
use crate::provider::account::sessions::counted_against;

impl Provider {
    /// Disables an account: its sessions, links and remembered browsers end.
    ///
    /// # Errors
    /// When there is no such account that may log in, or a fault.
    pub async fn disable_account(
        &self,
        name: &str,
        by: &Circumstances,
    ) -> Result<(), AccountError> {
        let account = self.named_account(name).await?;
        let event = self.event(EventKind::AccountDisabled, by).concerning(&account);
        match self.store.recording([event]).disable_account(&account.username, by.at).await? {
            true => Ok(()),
            false => Err(AccountError::NotEnabled),
        }
    }

    /// Enables a disabled account, and forgets its wrong passwords.
    ///
    /// # Errors
    /// When there is no such account, or a fault.
    pub async fn enable_account(&self, name: &str, by: &Circumstances) -> Result<(), AccountError> {
        let account = self.named_account(name).await?;
        let counted = counted_against(&account);
        let lifted = self.event(EventKind::ThrottleLifted, by).concerning(&account);
        let enabled = self.event(EventKind::AccountEnabled, by).concerning(&account);
        let store = self.store.recording([enabled, lifted]);
        match store.unlock_account(&account.username, &counted).await? {
            true => Ok(()),
            false => Err(AccountError::Unknown),
        }
    }

    /// What an account has allowed clients, and since when.
    ///
    /// # Errors
    /// When there is no such account, or a fault.
    pub async fn consents_of(
        &self,
        name: &str,
    ) -> Result<Vec<(String, String, Timestamp)>, AccountError> {
        let account = self.named_account(name).await?;
        Ok(self.store.consents_of(&account.id).await?)
    }

    /// Takes back what an account has allowed a client; all that it got for it ends.
    ///
    /// # Errors
    /// When there is no such account or consent, or a fault.
    pub async fn withdraw_consent(
        &self,
        name: &str,
        client_id: &str,
        by: &Circumstances,
    ) -> Result<(), AccountError> {
        let account = self.named_account(name).await?;
        let event = self.event(EventKind::ConsentWithdrawn, by).concerning(&account);
        let store = self.store.recording([event.client(client_id)]);
        match store.withdraw_consent(&account.id, client_id, by.at).await? {
            true => Ok(()),
            false => Err(AccountError::NoConsent(client_id.to_owned())),
        }
    }
}
