//! Accounts: who there is, who may log in, and the end of all logins of one.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::interaction::Ended;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::secret::{Digest, ThrottleKey};
use crate::store::error::{Error, Fault, one, won};
use crate::store::schema::{
    accounts, grants, interactions, links, remembered_browsers, sessions, throttles,
};
use crate::store::{Recording, Store, json};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
pub(in crate::store) struct AccountRow {
    id: String,
    username: String,
    subject: String,
    organisation: String,
    organisation_name: String,
    claims: String,
    created_at: i64,
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
            created_at: Timestamp(row.created_at),
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
            created_at: account.created_at.0,
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
    pub async fn account_by_id(&self, id: &str, now: Timestamp) -> Result<Option<Account>, Error> {
        if let Some(account) = self.cache().accounts.get(id, self.cache().moment(now)) {
            return Ok(Some(account));
        }
        let row = read!(self, |c| accounts::table
            .find(id)
            .select(AccountRow::as_select())
            .get_result(c)
            .await
            .optional())?;
        row.map(Account::try_from).transpose()
    }

    /// Accounts behind a login name, in their order; no more than `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts_behind(&self, name: &str, limit: i64) -> Result<Vec<Account>, Error> {
        let rows: Vec<AccountRow> = read!(self, |c| accounts::table
            .filter(accounts::username.gt(name))
            .order(accounts::username)
            .limit(limit)
            .select(AccountRow::as_select())
            .load(c)
            .await)?;
        rows.into_iter().map(Account::try_from).collect()
    }

    /// How many accounts there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_accounts(&self) -> Result<i64, Error> {
        read!(self, |c| accounts::table.count().get_result(c).await)
    }
}

impl Recording {
    /// Disables an account and ends every login of it. `false` when there is no such account, or
    /// it was disabled already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn disable_account(&self, username: &str, now: Timestamp) -> Result<bool, Error> {
        let (username, now) = (username.to_owned(), now.0);
        won(act!(self, |c| {
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

    /// Forgets what was counted against the name of an account, whose digest is `counted`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lift_throttles(&self, counted: &Digest<ThrottleKey>) -> Result<(), Error> {
        let counted = counted.as_str().to_owned();
        Ok(act!(self, transaction, |c| {
            diesel::delete(throttles::table.filter(throttles::account.eq(&counted)))
                .execute(c)
                .await?;
            Ok(())
        })?)
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
        won(act!(self, |c| {
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
