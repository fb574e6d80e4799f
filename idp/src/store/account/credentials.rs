//! Credentials, and the accounts that are added with one.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::credential::{Credential, SetBy};
use crate::account::message::QueuedMessage;
use crate::account::password::parameters::Parameters;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::store::account::accounts::{AccountRow, EndLogins as _, LockAccount as _};
use crate::store::error::{Error, Fault, one, won};
use crate::store::jobs::outbox::{MessageRow, Queue as _};
use crate::store::schema::{account_parties, accounts, credentials, password_parameters};
use crate::store::{Recording, Store};

/// The kind of a password.
const PASSWORD: &str = "password";

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = credentials, primary_key(account_id, kind), treat_none_as_null = true)]
struct CredentialRow {
    account_id: String,
    kind: String,
    verifier: String,
    set_by: Option<String>,
    set_at: i64,
}

impl From<CredentialRow> for Credential {
    fn from(row: CredentialRow) -> Self {
        Self {
            verifier: row.verifier,
            // A name that this version does not know is one that it does not need.
            set_by: row.set_by.as_deref().and_then(SetBy::parse),
            set_at: Timestamp(row.set_at),
        }
    }
}

/// Accounts, each with its credential of a kind.
#[diesel::dsl::auto_type(no_type_alias)]
fn with_credential<'a>(kind: &'a str) -> _ {
    let theirs = credentials::account_id.eq(accounts::id).and(credentials::kind.eq(kind));
    accounts::table.left_join(credentials::table.on(theirs))
}

step!(
    /// Takes the row lock of an account that may sign in, if its password is still the one that was
    /// checked.
    LockProven: fn lock_proven(c, id: &str, password_set_at: Option<i64>) {
        c.lock_account(id).await?;
        let password = credentials::table.find((id, PASSWORD)).select(credentials::set_at);
        let present: Option<i64> = password.get_result(c).await.optional()?;
        if present == password_set_at { Ok(()) } else { Err(Fault::Lost) }
    }
);

step!(
    /// Sets the password of an account whose row it locks. Nodes of the former version read it
    /// there.
    PutPassword: fn put_password(c, account: &str, password: &Credential) {
        let row = CredentialRow {
            account_id: account.to_owned(),
            kind: PASSWORD.to_owned(),
            verifier: password.verifier.clone(),
            set_by: password.set_by.map(|by| by.as_str().to_owned()),
            set_at: password.set_at.0,
        };
        let former = diesel::update(accounts::table.find(account))
            .set((
                accounts::password_hash.eq(&row.verifier),
                accounts::password_changed_at.eq(row.set_at),
            ))
            .execute(c)
            .await?;
        one(former)?;
        diesel::insert_into(credentials::table)
            .values(&row)
            .on_conflict((credentials::account_id, credentials::kind))
            .do_update()
            .set(&row)
            .execute(c)
            .await?;
        Ok(())
    }
);

impl Store {
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

    /// The account with this login name, in canonical form, and its password.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_with_password(
        &self,
        username: &str,
    ) -> Result<Option<(Account, Option<Credential>)>, Error> {
        let found: Option<(AccountRow, Option<CredentialRow>)> =
            read!(self, |c| with_credential(PASSWORD)
                .filter(accounts::username.eq(username))
                .select((AccountRow::as_select(), Option::<CredentialRow>::as_select()))
                .get_result(c)
                .await
                .optional())?;
        found.map(|(row, password)| Ok((row.try_into()?, password.map(Into::into)))).transpose()
    }

    /// The account with this internal id, and when its password was set.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_in_login(
        &self,
        id: &str,
    ) -> Result<Option<(Account, Option<Timestamp>)>, Error> {
        let found: Option<(AccountRow, Option<i64>)> = read!(self, |c| with_credential(PASSWORD)
            .filter(accounts::id.eq(id))
            .select((AccountRow::as_select(), credentials::set_at.nullable()))
            .get_result(c)
            .await
            .optional())?;
        found.map(|(row, set_at)| Ok((row.try_into()?, set_at.map(Timestamp)))).transpose()
    }
}

impl Recording {
    /// Adds an account, its password if it has one, and the parties it may report for. `false` when
    /// the username is taken.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_account(
        &self,
        account: &Account,
        password: Option<&Credential>,
        parties: &[String],
    ) -> Result<bool, Error> {
        let row = AccountRow::try_from(account)?;
        let (id, parties, password) = (account.id.clone(), parties.to_vec(), password.cloned());
        let parameters = password.as_ref().and_then(|set| Parameters::of_hash(&set.verifier));
        let parameters = parameters.map(|parameters| parameters.to_string());
        won(act!(self, |c| {
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
            if let Some(password) = &password {
                c.put_password(&id, password).await?;
            }
            for party in &parties {
                diesel::insert_into(account_parties::table)
                    .values((account_parties::account_id.eq(&id), account_parties::party.eq(party)))
                    .on_conflict_do_nothing()
                    .execute(c)
                    .await?;
            }
            Ok(())
        }))
    }

    /// Sets a password, ends every login of the account and queues the notices, or nothing.
    /// `false` when there is no such account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_password(
        &self,
        account_id: &str,
        password: &Credential,
        notices: &[QueuedMessage],
    ) -> Result<bool, Error> {
        let (id, password) = (account_id.to_owned(), password.clone());
        let notices: Vec<_> = notices.iter().map(MessageRow::from).collect();
        won(act!(self, |c| {
            c.put_password(&id, &password).await?;
            c.end_logins(&id, password.set_at.0).await?;
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
        won(act!(self, |c| {
            // Nodes of the former version read it there, and may have replaced it there already.
            let former = accounts::table.find(&id).filter(accounts::password_hash.eq(&old));
            diesel::update(former).set(accounts::password_hash.eq(&new)).execute(c).await?;
            let password = credentials::table.find((&id, PASSWORD));
            let same = password.filter(credentials::verifier.eq(&old));
            one(diesel::update(same).set(credentials::verifier.eq(&new)).execute(c).await?)
        }))
    }
}
