//! Grants: authorization codes and the access tokens bought with them. A used code is marked and
//! kept, so that its replay is seen.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::grant::Grant;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::secret::{AccessToken, AuthorizationCode, Digest};
use crate::store::accounts::AccountRow;
use crate::store::error::{Error, Fault, one, won};
use crate::store::schema::{access_tokens, accounts, grants, sessions};
use crate::store::{Store, json};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = grants)]
pub(super) struct GrantRow {
    id: String,
    code_digest: String,
    client_id: String,
    account_id: String,
    session_id: String,
    facts: String,
    issued_at: i64,
    code_expires_at: i64,
    code_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl GrantRow {
    pub(super) fn new(grant: &Grant, code: &Digest<AuthorizationCode>) -> Result<Self, Error> {
        Ok(Self {
            id: grant.id.clone(),
            code_digest: code.as_str().to_owned(),
            client_id: grant.client_id.clone(),
            account_id: grant.account_id.clone(),
            session_id: grant.session_id.clone(),
            facts: json::write(&grant.facts)?,
            issued_at: grant.issued_at.0,
            code_expires_at: grant.code_expires_at.0,
            code_used_at: grant.code_used_at.map(|at| at.0),
            revoked_at: grant.revoked_at.map(|at| at.0),
        })
    }
}

impl TryFrom<GrantRow> for Grant {
    type Error = Error;

    fn try_from(row: GrantRow) -> Result<Self, Error> {
        Ok(Self {
            facts: json::read("grants", &row.id, &row.facts)?,
            id: row.id,
            client_id: row.client_id,
            account_id: row.account_id,
            session_id: row.session_id,
            issued_at: Timestamp(row.issued_at),
            code_expires_at: Timestamp(row.code_expires_at),
            code_used_at: row.code_used_at.map(Timestamp),
            revoked_at: row.revoked_at.map(Timestamp),
        })
    }
}

/// The sessions that have not ended.
#[diesel::dsl::auto_type(no_type_alias)]
fn open_sessions() -> _ {
    sessions::table.filter(sessions::ended_at.is_null())
}

impl Store {
    /// Stores a grant and its code in a session that has not ended. `false` when it has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn issue_grant(
        &self,
        grant: &Grant,
        code: &Digest<AuthorizationCode>,
    ) -> Result<bool, Error> {
        let row = GrantRow::new(grant, code)?;
        won(commit!(self, |c| {
            let session = open_sessions().filter(sessions::id.eq(&row.session_id));
            if !diesel::select(diesel::dsl::exists(session)).get_result::<bool>(c).await? {
                return Err(Fault::Lost);
            }
            diesel::insert_into(grants::table).values(&row).execute(c).await?;
            Ok(())
        }))
    }

    /// The grant of a code, in whatever state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn grant_by_code(
        &self,
        code: &Digest<AuthorizationCode>,
    ) -> Result<Option<Grant>, Error> {
        let row: Option<GrantRow> = read!(self, |c| grants::table
            .filter(grants::code_digest.eq(code.as_str()))
            .select(GrantRow::as_select())
            .get_result(c)
            .await
            .optional())?;
        row.map(Grant::try_from).transpose()
    }

    /// Marks a code used and stores the access token bought with it, both or neither. `false` when
    /// the code is used, revoked or too old, or its session has ended. Of any number of callers
    /// one wins.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn redeem_code(
        &self,
        grant_id: &str,
        token: &Digest<AccessToken>,
        token_expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (id, token) = (grant_id.to_owned(), token.as_str().to_owned());
        won(commit!(self, |c| {
            let session = open_sessions().filter(sessions::id.eq(grants::session_id));
            let redeemed = diesel::update(grants::table.find(&id))
                .filter(grants::code_used_at.is_null())
                .filter(grants::revoked_at.is_null())
                .filter(grants::code_expires_at.gt(now.0))
                .filter(diesel::dsl::exists(session))
                .set(grants::code_used_at.eq(now.0))
                .execute(c)
                .await?;
            one(redeemed)?;
            diesel::insert_into(access_tokens::table)
                .values((
                    access_tokens::digest.eq(&token),
                    access_tokens::grant_id.eq(&id),
                    access_tokens::expires_at.eq(token_expires_at.0),
                ))
                .execute(c)
                .await?;
            Ok(())
        }))
    }

    /// Makes everything issued from a grant worthless.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_grant(&self, id: &str, now: Timestamp) -> Result<(), Error> {
        let id = id.to_owned();
        Ok(commit!(self, |c| {
            diesel::update(grants::table.find(&id).filter(grants::revoked_at.is_null()))
                .set(grants::revoked_at.eq(now.0))
                .execute(c)
                .await?;
            Ok(())
        })?)
    }

    /// What an access token stands for, and whose it is, while all of it lives: the token, its
    /// grant, its session and its account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn grant_by_access_token(
        &self,
        token: &Digest<AccessToken>,
        now: Timestamp,
    ) -> Result<Option<(Grant, Account)>, Error> {
        let found: Option<(GrantRow, AccountRow)> = read!(self, |c| access_tokens::table
            .inner_join(grants::table.inner_join(accounts::table).inner_join(sessions::table))
            .filter(access_tokens::digest.eq(token.as_str()))
            .filter(access_tokens::expires_at.gt(now.0))
            .filter(grants::revoked_at.is_null())
            .filter(sessions::ended_at.is_null())
            .filter(accounts::disabled_at.is_null())
            .select((GrantRow::as_select(), AccountRow::as_select()))
            .get_result(c)
            .await
            .optional())?;
        found.map(|(grant, account)| Ok((grant.try_into()?, account.try_into()?))).transpose()
    }
}
