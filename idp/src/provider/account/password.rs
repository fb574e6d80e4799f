//! Setting a password.

use crate::account::credential::{Credential, SetBy};
use crate::account::event::{Circumstances, EventKind};
use crate::account::message::{NoticePayload, Occasion};
use crate::account::password::rules::{Rules, Unusable};
use crate::account::user::Account;
use crate::breached::Breached;
use crate::provider::account::AccountError;
use crate::provider::notices::notices;
use crate::provider::{Fault, Provider};
use crate::secret::{Password, Secret};

/// Which passwords may be set at this service.
#[derive(Debug)]
pub struct PasswordPolicy {
    /// The least number of characters.
    pub minimum: usize,
    /// The name of the service.
    pub service: String,
    /// The operator's words, which no password may contain.
    pub context: Vec<String>,
    /// The list of breached passwords.
    pub breached: Option<Breached>,
}

impl Provider {
    /// Whether an account may have this password from now on: the same rules at every door.
    pub(super) async fn check_new_password(
        &self,
        account: &Account,
        password: &Secret<Password>,
    ) -> Result<(), AccountError> {
        let PasswordPolicy { minimum, service, context, breached } = &self.passwords;
        let rules = Rules::new(*minimum, account, service, context);
        self.hashing.judge(rules, password.clone()).await.map_err(Fault::from)??;
        let is_breached = breached.as_ref().map_or(Ok(false), |list| list.contains(password));
        match is_breached {
            Ok(false) => Ok(()),
            Ok(true) => Err(Unusable::Breached.into()),
            // A list that has gone away keeps nobody from setting a password.
            Err(error) => {
                tracing::error!(%error, "passwords.breached_file cannot be read; it was passed over");
                Ok(())
            }
        }
    }

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
        self.check_new_password(&account, &password).await?;
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
