//! Adding accounts, one by one or as a list.

use serde_json::{Map, Value};

use crate::account::credential::{Credential, SetBy};
use crate::account::event::{Circumstances, EventKind};
use crate::account::new_account::NewAccount;
use crate::account::password::parameters::{MOST_KINDS, Parameters};
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::provider::Provider;
use crate::provider::account::AccountError;
use crate::secret::{Password, Secret};
use crate::store::Recording;

/// An account of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedAccount {
    /// The account.
    pub account: NewAccount,
    /// Its password's hash; `None` for an account without password.
    pub password_hash: Option<String>,
}

/// What became of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Accounts that were added.
    pub added: usize,
    /// Accounts that were there already, and stay as they are.
    pub kept: usize,
}

impl Provider {
    /// Adds an account, with standard claims of it
    /// ([OpenID Connect Core section 5.1](https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims)).
    ///
    /// # Errors
    /// When the password cannot be used or the name is taken, or a fault.
    pub async fn create_account(
        &self,
        new: NewAccount,
        claims: Map<String, Value>,
        password: Secret<Password>,
        by: &Circumstances,
    ) -> Result<(), AccountError> {
        let parties = new.parties.clone();
        let account = Account { claims, ..self.complete_account(new, by.at) };
        self.check_new_password(&account, &password).await?;
        let hash = self.hash_password(password).await?;
        let password = Credential::new(hash, SetBy::Operator, account.created_at);
        let store = self.adding(&account, Some(&password), &parties, by);
        match store.add_account(&account, Some(&password), &parties).await? {
            true => Ok(()),
            false => Err(AccountError::Taken),
        }
    }

    /// Adds the accounts of a list. Those that are there already stay as they are.
    ///
    /// # Errors
    /// When the hashes are of too many kinds, before anything is added; or a fault.
    pub async fn import_accounts(
        &self,
        listed: Vec<ListedAccount>,
        by: &Circumstances,
    ) -> Result<Imported, AccountError> {
        let mut kinds = self.store.password_parameters().await?;
        for account in &listed {
            bound_kinds(&mut kinds, account.password_hash.as_deref())?;
        }
        let mut imported = Imported { added: 0, kept: 0 };
        for ListedAccount { account, password_hash } in listed {
            let parties = account.parties.clone();
            let account = self.complete_account(account, by.at);
            let password =
                password_hash.map(|hash| Credential::new(hash, SetBy::Import, account.created_at));
            let store = self.adding(&account, password.as_ref(), &parties, by);
            match store.add_account(&account, password.as_ref(), &parties).await? {
                true => imported.added += 1,
                false => imported.kept += 1,
            }
        }
        Ok(imported)
    }

    /// The store that records that an account is added.
    fn adding(
        &self,
        account: &Account,
        password: Option<&Credential>,
        parties: &[String],
        by: &Circumstances,
    ) -> Recording {
        let set_by = password.and_then(|password| password.set_by).map(SetBy::as_str);
        let event = self.event(EventKind::AccountAdded, by).concerning(account);
        let event = event.fact("password_set_by", set_by).fact("parties", parties.len());
        self.store.recording([event])
    }

    /// The account with its ids and times.
    fn complete_account(&self, new: NewAccount, now: Timestamp) -> Account {
        Account {
            id: self.entropy.id(now),
            username: new.username,
            subject: self.entropy.subject(),
            organisation: new.organisation.as_str().to_owned(),
            organisation_name: new.organisation_name,
            claims: Map::new(),
            created_at: now,
            disabled_at: None,
        }
    }
}

fn bound_kinds(kinds: &mut Vec<Parameters>, hash: Option<&str>) -> Result<(), AccountError> {
    let Some(parameters) = hash.and_then(Parameters::of_hash) else { return Ok(()) };
    if parameters != Parameters::TODAY && !kinds.contains(&parameters) {
        kinds.push(parameters);
        if kinds.iter().filter(|kind| **kind != Parameters::TODAY).count() > MOST_KINDS {
            return Err(AccountError::TooManyKinds);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_of_too_many_kinds_are_refused() {
        let mut kinds = vec![Parameters::TODAY];
        let rest = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let hash = |passes| format!("$argon2id$v=19$m=8,t={passes},p=1${rest}");
        for passes in 1..=4 {
            for _ in 0..3 {
                bound_kinds(&mut kinds, Some(&hash(passes))).unwrap();
            }
        }
        bound_kinds(&mut kinds, None).unwrap();
        assert!(bound_kinds(&mut kinds, Some(&hash(5))).is_err());
    }
}
