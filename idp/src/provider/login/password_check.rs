//! Checking a password against the stored one.

use crate::account::credential::Credential;
use crate::account::event::{Actor, Circumstances, EventKind};
use crate::account::password::{Check, LONGEST, SALT, Stored};
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::hashing::{self, Caller};
use crate::provider::{Fault, Provider};
use crate::secret::{Password, Secret};

impl Provider {
    /// The account and its stored password, if that is the one given and the account may log in.
    pub(super) async fn check_password(
        &self,
        caller: Caller,
        found: Option<(Account, Option<Credential>)>,
        password: Secret<Password>,
        now: Timestamp,
    ) -> Result<Option<(Account, Credential)>, Fault> {
        // A longer one is checked as an empty one: never right, at the same cost.
        let too_long = password.expose().len() > LONGEST;
        let password = if too_long { Secret::new(String::new()) } else { password };
        let (account, credential) = found.unzip();
        let credential = credential.flatten();
        let hash = credential.as_ref().map(|credential| credential.verifier.clone());
        let enabled = account.as_ref().is_some_and(|account| account.disabled_at.is_none());
        let stored = Stored { hash, may_log_in: enabled && !too_long };
        let in_use = self.store.password_parameters().await?;
        let check = self.hashing.check(caller, password.clone(), stored, in_use).await;
        let check = check.inspect_err(|_| self.measures.password_check("busy"))?;
        let (Some(account), Some(credential)) = (account, credential) else { return Ok(None) };
        match check {
            Check::Wrong => return Ok(None),
            Check::Uncomputable => {
                let by = Circumstances::of(Actor::Provider("passwords"), now);
                let event = self.event(EventKind::PasswordHashUncomputable, &by);
                self.store.recording([event.concerning(&account)]).record().await?;
                return Ok(None);
            }
            Check::Right => {}
            Check::RightButOutdated => {
                self.upgrade(&account, &credential.verifier, password, now).await?;
            }
        }
        Ok(Some((account, credential)))
    }

    /// Makes a hash again with today's parameters. When the threads are too busy for that, the next
    /// login will do it.
    async fn upgrade(
        &self,
        account: &Account,
        old: &str,
        password: Secret<Password>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let salt = self.entropy.bytes::<SALT>();
        match self.hashing.hash(password, salt).await {
            Ok(hash) => {
                let by = Circumstances::of(Actor::Provider("passwords"), now);
                let event = self.event(EventKind::PasswordHashUpgraded, &by).concerning(account);
                let store = self.store.recording([event]);
                store.upgrade_password_hash(&account.id, old, &hash).await?;
                Ok(())
            }
            Err(hashing::Error::Busy) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
