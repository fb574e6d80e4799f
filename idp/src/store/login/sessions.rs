//! Single sign-on sessions.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::session::Session;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::secret::{self, Digest};
use crate::store::account::accounts::AccountRow;
use crate::store::error::{Error, one, won};
use crate::store::jobs::expiry::SESSION_KEPT;
use crate::store::schema::{accounts, grants, sessions};
use crate::store::{Recording, Store, json};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub(in crate::store) struct SessionRow {
    id: String,
    digest: String,
    account_id: String,
    proofs: String,
    created_at: i64,
    seen_at: i64,
    ended_at: Option<i64>,
    logout_queued: bool,
    review_at: i64,
    agent: Option<String>,
    network: Option<String>,
}

impl SessionRow {
    pub(in crate::store) fn new(
        session: &Session,
        digest: &Digest<secret::Session>,
    ) -> Result<Self, Error> {
        Ok(Self {
            id: session.id.clone(),
            digest: digest.as_str().to_owned(),
            account_id: session.account_id.clone(),
            proofs: json::write(&session.proofs)?,
            created_at: session.created_at.0,
            seen_at: session.seen_at.0,
            ended_at: session.ended_at.map(|at| at.0),
            logout_queued: false,
            review_at: session.created_at.plus(SESSION_KEPT).0,
            agent: session.agent.as_ref().map(json::write).transpose()?,
            network: session.network.clone(),
        })
    }
}

impl TryFrom<SessionRow> for Session {
    type Error = Error;

    fn try_from(row: SessionRow) -> Result<Self, Error> {
        let agent = row.agent.as_deref().map(|text| json::read("sessions", &row.id, text));
        Ok(Self {
            proofs: json::read("sessions", &row.id, &row.proofs)?,
            agent: agent.transpose()?,
            network: row.network,
            id: row.id,
            account_id: row.account_id,
            created_at: Timestamp(row.created_at),
            seen_at: Timestamp(row.seen_at),
            ended_at: row.ended_at.map(Timestamp),
        })
    }
}

step!(
    /// Ends a session that has not ended, and what was granted in it, except for offline access.
    /// `Lost` when it has.
    EndSession: fn end_session(c, id: &str, now: i64) {
        let open = sessions::table.find(id).filter(sessions::ended_at.is_null());
        one(diesel::update(open).set(sessions::ended_at.eq(now)).execute(c).await?)?;
        diesel::update(grants::table)
            .filter(grants::session_id.eq(id))
            .filter(grants::offline.eq(false))
            .filter(grants::revoked_at.is_null())
            .set(grants::revoked_at.eq(now))
            .execute(c)
            .await?;
        Ok(())
    }
);

impl Store {
    /// The session of a cookie, and its account. Of several cookies those that belong to a session
    /// count, and of several sessions the one that has not ended and was used last. Also when it has
    /// ended: whether it may be used is for the rule to say.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session_of_cookies(
        &self,
        digests: &[Digest<secret::Session>],
        now: Timestamp,
    ) -> Result<Option<(Session, Account)>, Error> {
        let (cache, moment) = (self.cache(), self.cache().moment(now));
        let only = if let [only] = digests { Some(only.as_str()) } else { None };
        if let Some(found) = only.and_then(|only| cache.sessions.get(only, moment)) {
            return Ok(Some(found));
        }
        let found: Vec<(SessionRow, AccountRow)> = read!(self, |c| sessions::table
            .inner_join(accounts::table)
            .filter(sessions::digest.eq_any(digests.iter().map(Digest::as_str)))
            .select((SessionRow::as_select(), AccountRow::as_select()))
            .load(c)
            .await)?;
        let best = found.into_iter().max_by_key(|(session, account)| {
            (session.ended_at.is_none() && account.disabled_at().is_none(), session.seen_at)
        });
        let Some((session, account)) = best else { return Ok(None) };
        let found: (Session, Account) = (session.try_into()?, account.try_into()?);
        cache.accounts.insert(&found.1.id, moment, found.1.clone());
        if let Some(only) = only {
            cache.sessions.insert(only, moment, found.clone());
        }
        Ok(Some(found))
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn touch_session(&self, id: &str, now: Timestamp) -> Result<(), Error> {
        let id = id.to_owned();
        Ok(commit!(self, |c| {
            diesel::update(sessions::table.find(&id))
                .filter(sessions::ended_at.is_null())
                .filter(sessions::seen_at.lt(now.0))
                .set(sessions::seen_at.eq(now.0))
                .execute(c)
                .await?;
            Ok(())
        })?)
    }

    /// The sessions of an account that have not ended, the one used last first. Whether one may
    /// still be used is for the rule to say.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions_of(&self, account_id: &str) -> Result<Vec<Session>, Error> {
        let rows: Vec<SessionRow> = read!(self, |c| sessions::table
            .filter(sessions::account_id.eq(account_id))
            .filter(sessions::ended_at.is_null())
            .select(SessionRow::as_select())
            .load(c)
            .await)?;
        let sessions: Result<Vec<Session>, _> = rows.into_iter().map(Session::try_from).collect();
        let mut sessions = sessions?;
        sessions.sort_by_key(|session| std::cmp::Reverse(session.seen_at));
        Ok(sessions)
    }
}

impl Recording {
    /// Ends a session and revokes what was granted in it, but for offline access. `false` when it had ended already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&self, id: &str, now: Timestamp) -> Result<bool, Error> {
        let id = id.to_owned();
        won(act!(self, |c| c.end_session(&id, now.0).await))
    }

    /// Ends sessions of an account, all or none. `false` when one of them has ended, or is not
    /// theirs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_sessions(
        &self,
        account_id: &str,
        ids: &[String],
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (account, ids) = (account_id.to_owned(), ids.to_vec());
        won(act!(self, |c| {
            for id in &ids {
                let theirs = sessions::table.find(id).filter(sessions::account_id.eq(&account));
                let found = theirs.count().get_result::<i64>(c).await?;
                one(usize::try_from(found).unwrap_or_default())?;
                c.end_session(id, now.0).await?;
            }
            Ok(())
        }))
    }
}
