//! What people have allowed applications.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::oauth::scope::Scope;
use crate::store::error::Error;
use crate::store::schema::{consents, grants};
use crate::store::{Recording, Store};

step!(
    /// Keeps what an account allows a client from now on.
    RecordConsent: fn record_consent(c, account: &str, client: &str, scope: &str, now: i64) {
        diesel::insert_into(consents::table)
            .values((
                consents::account_id.eq(account),
                consents::client_id.eq(client),
                consents::scope.eq(scope),
                consents::granted_at.eq(now),
            ))
            .on_conflict((consents::account_id, consents::client_id))
            .do_update()
            .set((consents::scope.eq(scope), consents::granted_at.eq(now)))
            .execute(c)
            .await?;
        Ok(())
    }
);

impl Store {
    /// What an account has allowed a client.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn consent(&self, account_id: &str, client_id: &str) -> Result<Option<Scope>, Error> {
        let scope: Option<String> = read!(self, |c| consents::table
            .find((account_id, client_id))
            .select(consents::scope)
            .get_result(c)
            .await
            .optional())?;
        let unreadable = || Error::inconsistent("consents", &format!("{account_id}/{client_id}"));
        scope.map(|text| text.parse().map_err(|_| unreadable())).transpose()
    }

    /// All that an account has allowed, by client.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn consents_of(
        &self,
        account_id: &str,
    ) -> Result<Vec<(String, String, Timestamp)>, Error> {
        let rows: Vec<(String, String, i64)> = read!(self, |c| consents::table
            .filter(consents::account_id.eq(account_id))
            .order(consents::client_id)
            .select((consents::client_id, consents::scope, consents::granted_at))
            .load(c)
            .await)?;
        Ok(rows.into_iter().map(|(id, scope, at)| (id, scope, Timestamp(at))).collect())
    }
}

impl Recording {
    /// Withdraws what an account has allowed a client, and everything that was issued for it.
    /// `false` when it had allowed nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn withdraw_consent(
        &self,
        account_id: &str,
        client_id: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (account, client) = (account_id.to_owned(), client_id.to_owned());
        let withdrawn = act!(self, |c| {
            let consent = consents::table.find((&account, &client));
            let withdrawn = diesel::delete(consent).execute(c).await?;
            diesel::update(grants::table)
                .filter(grants::account_id.eq(&account))
                .filter(grants::client_id.eq(&client))
                .filter(grants::revoked_at.is_null())
                .set(grants::revoked_at.eq(now.0))
                .execute(c)
                .await?;
            Ok(withdrawn)
        })?;
        Ok(withdrawn == 1)
    }
}
