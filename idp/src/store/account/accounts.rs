//! Accounts, their parties, and the addresses they may use.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::interaction::Ended;
use crate::account::message::QueuedMessage;
use crate::account::password::parameters::Parameters;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::secret::{Digest, ThrottleKey};
use crate::store::error::{Error, Fault, one, won};
use crate::store::jobs::outbox::{MessageRow, Queue as _};
use crate::store::schema::{
    account_parties, accounts, grants, interactions, links, password_parameters,
    remembered_browsers, sessions, throttles,
};
use crate::store::{Store, json};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts)]
pub(in crate::store) struct AccountRow {
    id: String,
    username: String,
    subject: String,
    organisation: String,
    organisation_name: String,
    claims: String,
    password_hash: Option<String>,
    created_at: i64,
    password_changed_at: Option<i64>,
    disabled_at: Option<i64>,
}

impl AccountRow {
    pub(in crate::store) const fn disabled_at(&self) -> Option<i64> {
        self.disabled_at
    }
}

impl TryFrom<AccountRow> for Account {
    type Error = Error;

    fn try_from(row: AccountRow) -> Result<Self, Error> {
        Ok(Self {
            claims: json::read("accounts", &row.id, &row.claims)?,
            id: row.id,
            username: row.username,
            subject: row.subject,
            organisation: row.organisation,
            organisation_name: row.organisation_name,
            password_hash: row.password_hash,
            created_at: Timestamp(row.created_at),
            password_changed_at: row.password_changed_at.map(Timestamp),
            disabled_at: row.disabled_at.map(Timestamp),
        })
    }
}

impl TryFrom<&Account> for AccountRow {
    type Error = Error;

    fn try_from(account: &Account) -> Result<Self, Error> {
        Ok(Self {
            id: account.id.clone(),
            username: account.username.clone(),
            subject: account.subject.clone(),
            organisation: account.organisation.clone(),
            organisation_name: account.organisation_name.clone(),
            claims: json::write(&account.claims)?,
            password_hash: account.password_hash.clone(),
            created_at: account.created_at.0,
            password_changed_at: account.password_changed_at.map(|at| at.0),
            disabled_at: account.disabled_at.map(|at| at.0),
        })
    }
}

step!(
    /// Takes the row lock of an account that may sign in, so that its end and a login wait for
    /// one another. Portable: a statement that changes nothing.
    LockAccount: fn lock_account(c, id: &str) {
        let account = accounts::table.find(id).filter(accounts::disabled_at.is_null());
        one(diesel::update(account).set(accounts::subject.eq(accounts::subject)).execute(c).await?)
    }
);

step!(
    /// The same, if the password is still the one that was checked.
    LockProven: fn lock_proven(c, id: &str, password_changed_at: Option<i64>) {
        c.lock_account(id).await?;
        let account = accounts::table.find(id).select(accounts::password_changed_at);
        let present: Option<i64> = account.get_result(c).await?;
        if present == password_changed_at { Ok(()) } else { Err(Fault::Lost) }
    }
);

step!(
    /// All that a changed password or a disabled account ends: remembered browsers, sessions, every
    /// grant, also for offline access, open links and open interactions.
    EndLogins: fn end_logins(c, account: &str, now: i64) {
        diesel::delete(remembered_browsers::table)
            .filter(remembered_browsers::account_id.eq(account))
            .execute(c)
            .await?;
        diesel::update(grants::table)
            .filter(grants::account_id.eq(account))
            .filter(grants::revoked_at.is_null())
            .set(grants::revoked_at.eq(now))
            .execute(c)
            .await?;
        diesel::update(sessions::table)
            .filter(sessions::account_id.eq(account))
            .filter(sessions::ended_at.is_null())
            .set(sessions::ended_at.eq(now))
            .execute(c)
            .await?;
        diesel::update(links::table)
            .filter(links::account_id.eq(account))
            .filter(links::used_at.is_null())
            .filter(links::void_at.is_null())
            .set(links::void_at.eq(now))
            .execute(c)
            .await?;
        diesel::update(interactions::table)
            .filter(interactions::account_id.eq(account))
            .filter(interactions::ended_at.is_null())
            .set((
                interactions::ended_at.eq(now),
                interactions::ended_how.eq(Ended::Superseded.as_str()),
                interactions::version.eq(interactions::version + 1),
            ))
            .execute(c)
            .await?;
        Ok(())
    }
);

impl Store {
    /// Adds an account and the parties it may report for. `false` when the username is taken.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_account(&self, account: &Account, parties: &[String]) -> Result<bool, Error> {
        let row = AccountRow::try_from(account)?;
        let parties = parties.to_vec();
        let parameters = account.password_hash.as_deref().and_then(Parameters::of_hash);
        let parameters = parameters.map(|parameters| parameters.to_string());
        won(commit!(self, |c| {
            if let Some(parameters) = &parameters {
                diesel::insert_into(password_parameters::table)
                    .values(password_parameters::parameters.eq(parameters))
                    .on_conflict_do_nothing()
                    .execute(c)
                    .await?;
            }
            let added = diesel::insert_into(accounts::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(c)
                .await?;
            one(added)?;
            for party in &parties {
                diesel::insert_into(account_parties::table)
                    .values((
                        account_parties::account_id.eq(&row.id),
                        account_parties::party.eq(party),
                    ))
                    .on_conflict_do_nothing()
                    .execute(c)
                    .await?;
            }
            Ok(())
        }))
    }

    /// The parameters of all password hashes that were ever added: a few.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn password_parameters(&self) -> Result<Vec<Parameters>, Error> {
        let rows: Vec<String> = read!(self, |c| password_parameters::table
            .select(password_parameters::parameters)
            .load(c)
            .await)?;
        Ok(rows.iter().filter_map(|text| Parameters::parse(text)).collect())
    }

    /// The account with this login name, in canonical form.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_by_username(&self, username: &str) -> Result<Option<Account>, Error> {
        let row = read!(self, |c| accounts::table
            .filter(accounts::username.eq(username))
            .select(AccountRow::as_select())
            .get_result(c)
            .await
            .optional())?;
        row.map(Account::try_from).transpose()
    }

    /// The account with this internal id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_by_id(&self, id: &str) -> Result<Option<Account>, Error> {
        let row = read!(self, |c| accounts::table
            .find(id)
            .select(AccountRow::as_select())
            .get_result(c)
            .await
            .optional())?;
        row.map(Account::try_from).transpose()
    }

    /// How many accounts there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_accounts(&self) -> Result<i64, Error> {
        read!(self, |c| accounts::table.count().get_result(c).await)
    }

    /// Sets a password, ends every login of the account and queues the notices, or nothing.
    /// `false` when there is no such account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_password(
        &self,
        account_id: &str,
        hash: &str,
        notices: &[QueuedMessage],
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (id, hash, now) = (account_id.to_owned(), hash.to_owned(), now.0);
        let notices: Vec<_> = notices.iter().map(MessageRow::from).collect();
        won(commit!(self, |c| {
            let changed = diesel::update(accounts::table.find(&id))
                .set((accounts::password_hash.eq(&hash), accounts::password_changed_at.eq(now)))
                .execute(c)
                .await?;
            one(changed)?;
            c.end_logins(&id, now).await?;
            c.queue(&notices).await
        }))
    }

    /// Replaces a hash by one of the same password with newer parameters. `false` when the
    /// password has been changed meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn upgrade_password_hash(
        &self,
        account_id: &str,
        old_hash: &str,
        new_hash: &str,
    ) -> Result<bool, Error> {
        let id = account_id.to_owned();
        let (old, new) = (old_hash.to_owned(), new_hash.to_owned());
        won(commit!(self, |c| {
            let account = accounts::table.find(&id).filter(accounts::password_hash.eq(&old));
            let change = diesel::update(account).set(accounts::password_hash.eq(&new));
            one(change.execute(c).await?)
        }))
    }

    /// Disables an account and ends every login of it. `false` when there is no such account, or
    /// it was disabled already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn disable_account(&self, username: &str, now: Timestamp) -> Result<bool, Error> {
        let (username, now) = (username.to_owned(), now.0);
        won(commit!(self, |c| {
            let id = diesel::update(accounts::table)
                .filter(accounts::username.eq(&username))
                .filter(accounts::disabled_at.is_null())
                .set(accounts::disabled_at.eq(now))
                .returning(accounts::id)
                .get_result::<String>(c)
                .await
                .optional()?;
            c.end_logins(&id.ok_or(Fault::Lost)?, now).await
        }))
    }

    /// Lets an account sign in again, and at once: what was counted against its name, whose
    /// digest is `counted`, is forgotten. `false` when there is no such account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unlock_account(
        &self,
        username: &str,
        counted: &Digest<ThrottleKey>,
    ) -> Result<bool, Error> {
        let (username, counted) = (username.to_owned(), counted.as_str().to_owned());
        won(commit!(self, |c| {
            let enabled = diesel::update(accounts::table)
                .filter(accounts::username.eq(&username))
                .set(accounts::disabled_at.eq(None::<i64>))
                .execute(c)
                .await?;
            one(enabled)?;
            diesel::delete(throttles::table.filter(throttles::account.eq(&counted)))
                .execute(c)
                .await?;
            Ok(())
        }))
    }
}
