//! Setting a password.

use crate::account::credential::{Credential, SetBy};
use crate::account::event::{Circumstances, EventKind};
use crate::account::message::{NoticePayload, Occasion};
use crate::account::password::usable;
use crate::provider::account::AccountError;
use crate::provider::notices::notices;
use crate::provider::{Fault, Provider};
use crate::secret::{Password, Secret};

impl Provider {
    /// Sets a password that an operator has chosen. The sessions, open logins and remembered browsers
    /// of the account end, and all its addresses get a notice.
    ///
    /// # Errors
    /// When there is no such account or the password cannot be used, or a fault.
    pub async fn set_password(
        &self,
        name: &str,
        password: Secret<Password>,
        by: &Circumstances,
    ) -> Result<(), AccountError> {
        let account = self.named_account(name).await?;
        usable(&password)?;
        let hash = self.hash_password(password).await?;
        let now = by.at;
        let known = self.store.known_addresses(&account, false).await?;
        let subject = account.shown_username();
        let payload = NoticePayload { event: Occasion::PasswordChanged, subject, at: now };
        let addresses = known.iter().map(|known| &known.address);
        let notices = notices(Some(&account.id), addresses, &payload, &self.entropy);
        let password = Credential::new(hash, SetBy::Operator, now);
        let event = self.event(EventKind::PasswordSet, by).concerning(&account);
        let event = event.fact("password_set_by", SetBy::Operator.as_str());
        let mut events = vec![event];
        events
            .extend(notices.iter().map(|notice| self.mail_queued(notice, by).concerning(&account)));
        let store = self.store.recording(events);
        store.set_password(&account.id, &password, &notices).await?;
        for _ in &notices {
            self.measures.mail("queued");
            self.mail_queued.notify_one();
        }
        Ok(())
    }

    /// Hashes a password with today's parameters.
    pub(super) async fn hash_password(&self, password: Secret<Password>) -> Result<String, Fault> {
        Ok(self.hashing.hash(password, self.entropy.bytes()).await?)
    }
}
