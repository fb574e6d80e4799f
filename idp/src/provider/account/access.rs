//! Whether an account may log in, and what it has allowed applications.

use crate::account::event::{Actor, Event, EventKind};
use crate::account::throttle::{Key, Origin};
use crate::clock::Timestamp;
use crate::provider::Provider;
use crate::provider::account::AccountError;
use crate::provider::events::record;
use crate::secret::{Secret, ThrottleKey};

impl Provider {
    /// Disables an account: its sessions, links and remembered browsers end.
    ///
    /// # Errors
    /// When there is no such account that may log in, or a fault.
    pub async fn disable_account(&self, name: &str, actor: &Actor) -> Result<(), AccountError> {
        let account = self.named_account(name).await?;
        if !self.store.disable_account(&account.username, self.clock.now()).await? {
            return Err(AccountError::NotEnabled);
        }
        record(&Event::new(EventKind::AccountDisabled).account(&account.id), actor);
        Ok(())
    }

    /// Enables a disabled account, and forgets its wrong passwords.
    ///
    /// # Errors
    /// When there is no such account, or a fault.
    pub async fn enable_account(&self, name: &str, actor: &Actor) -> Result<(), AccountError> {
        let account = self.named_account(name).await?;
        let counted = Key::Password(account.username.clone(), Origin::Anywhere).text();
        let counted = Secret::<ThrottleKey>::new(counted).digest();
        if !self.store.unlock_account(&account.username, &counted).await? {
            return Err(AccountError::Unknown);
        }
        record(&Event::new(EventKind::AccountEnabled).account(&account.id), actor);
        Ok(())
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
        actor: &Actor,
    ) -> Result<(), AccountError> {
        let account = self.named_account(name).await?;
        if !self.store.withdraw_consent(&account.id, client_id, self.clock.now()).await? {
            return Err(AccountError::NoConsent(client_id.to_owned()));
        }
        let client = client_id.to_owned();
        record(
            &Event::new(EventKind::ConsentWithdrawn).account(&account.id).client(&client),
            actor,
        );
        Ok(())
    }
}
