//! Grants, and the authorization codes that stand for them. A used code is marked and kept, so that
//! its replay is seen.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::grant::{Access, Grant};
use crate::secret::{AuthorizationCode, Digest, PushedRequest};
use crate::store::account::accounts::LockAccount as _;
use crate::store::client::pushed_requests::UsePushedRequest as _;
use crate::store::error::{Error, Fault, one, won};
use crate::store::grant::live::{ExpectLive as _, GrantRow};
use crate::store::grant::tokens::{InsertTokens as _, TokenRows, Tokens};
use crate::store::schema::{grants, sessions};
use crate::store::{Recording, Store};

/// A grant on its way into the store, with what is handed out for it.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// What is granted.
    pub grant: Grant,
    /// Digest of the code that stands for it, if one is handed out.
    pub code: Option<Digest<AuthorizationCode>>,
    /// The tokens that are handed out at once, if there are any.
    pub tokens: Option<Tokens>,
    /// The pushed request that it answers, used up with it.
    pub pushed_request: Option<Digest<PushedRequest>>,
}

step!(
    /// Stores a grant and what is handed out for it. `Lost` when the pushed request that it answers
    /// is used.
    Issue: fn issue(c, new: &NewGrant) {
        let pushed = new.pushed_request.as_ref().map(Digest::as_str);
        c.use_pushed_request(pushed, new.grant.issued_at.0).await?;
        let row = GrantRow::new(&new.grant, new.code.as_ref())?;
        diesel::insert_into(grants::table).values(&row).execute(c).await?;
        match &new.tokens {
            Some(tokens) => c.insert_tokens(&TokenRows::new(&new.grant.id, tokens)).await,
            None => Ok(()),
        }
    }
);

step!(
    /// `Lost` when the session of a grant has ended.
    AskSession: fn ask_session(c, grant: &Grant) {
        // What outlives the session must not slip past a password change.
        if let (true, Some(account)) = (grant.offline, &grant.account_id) {
            c.lock_account(account).await?;
        }
        let session = sessions::table
            .filter(sessions::ended_at.is_null())
            .filter(sessions::id.nullable().eq(&grant.session_id));
        if diesel::select(diesel::dsl::exists(session)).get_result::<bool>(c).await? {
            return Ok(());
        }
        Err(Fault::Lost)
    }
);

impl Store {
    /// The grant of that id, in any state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn grant(&self, id: &str) -> Result<Option<Grant>, Error> {
        let row: Option<GrantRow> = read!(self, |c| grants::table
            .find(id)
            .select(GrantRow::as_select())
            .get_result(c)
            .await
            .optional())?;
        row.map(Grant::try_from).transpose()
    }

    /// The grant of a code, in any state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn grant_by_code(
        &self,
        code: &Digest<AuthorizationCode>,
        now: Timestamp,
    ) -> Result<Option<Grant>, Error> {
        if let Some(grant) = self.cache().codes.take(code.as_str(), self.cache().moment(now)) {
            return Ok(Some(grant));
        }
        let row: Option<GrantRow> = read!(self, |c| grants::table
            .filter(grants::code_digest.eq(code.as_str()))
            .select(GrantRow::as_select())
            .get_result(c)
            .await
            .optional())?;
        row.map(Grant::try_from).transpose()
    }

    /// Marks the code of a grant used and stores the tokens bought with it, both or neither. `false`
    /// when the code is used or too old, or its grant does not live. Of any number of callers one
    /// wins.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn redeem_code(
        &self,
        (grant, account): (&Grant, &Account),
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let moment = self.cache().moment(now);
        let redeemed = self.consume_code(&grant.id, tokens, now).await?;
        if redeemed {
            let (digest, token) = tokens.access.clone();
            let grant = Grant { code_used_at: Some(now), ..grant.clone() };
            let access = Access { grant, account: Some(account.clone()), token };
            self.cache().access.insert(digest.as_str(), moment, Arc::new(access));
        }
        Ok(redeemed)
    }

    pub(in crate::store) async fn consume_code(
        &self,
        grant_id: &str,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (id, rows) = (grant_id.to_owned(), TokenRows::new(grant_id, tokens));
        won(transaction!(self, |c| {
            let redeemed = diesel::update(grants::table.find(&id))
                .filter(grants::code_used_at.is_null())
                .filter(grants::code_expires_at.gt(now.0))
                .set(grants::code_used_at.eq(now.0))
                .execute(c)
                .await?;
            one(redeemed)?;
            c.expect_live(&id).await?;
            c.insert_tokens(&rows).await
        }))
    }
}

impl Recording {
    /// Stores a grant and what is handed out for it in a session that has not ended, and uses up the pushed request
    /// that it answers. `false` when the session has ended, the account is disabled, or the pushed
    /// request is used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn issue_grant(&self, new: &NewGrant) -> Result<bool, Error> {
        let moment = self.cache().moment(new.grant.issued_at);
        let kept = new.clone();
        let issued = won(act!(self, transaction, |c| {
            c.ask_session(&kept.grant).await?;
            c.issue(&kept).await
        }))?;
        if let (true, Some(code)) = (issued, &new.code) {
            self.cache().codes.insert(code.as_str(), moment, new.grant.clone());
        }
        Ok(issued)
    }

    /// Stores a grant that needs no code, with its tokens.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn grant_tokens(&self, grant: &Grant, tokens: &Tokens) -> Result<(), Error> {
        let (row, rows) = (GrantRow::new(grant, None)?, TokenRows::new(&grant.id, tokens));
        Ok(act!(self, transaction, |c| {
            diesel::insert_into(grants::table).values(&row).execute(c).await?;
            c.insert_tokens(&rows).await
        })?)
    }

    /// Makes everything issued from a grant worthless. `false` when it was revoked already, which
    /// is recorded no second time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_grant(&self, id: &str, now: Timestamp) -> Result<bool, Error> {
        let id = id.to_owned();
        won(act!(self, |c| {
            let revoked = diesel::update(grants::table.find(&id))
                .filter(grants::revoked_at.is_null())
                .set(grants::revoked_at.eq(now.0))
                .execute(c)
                .await?;
            one(revoked)
        }))
    }
}
