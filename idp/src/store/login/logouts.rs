//! Which applications are to be notified that a session has ended.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::oidc::back_channel_logout::{Logout, State};
use crate::store::Store;
use crate::store::account::accounts::AccountRow;
use crate::store::error::{Error, one, won};
use crate::store::schema::{accounts, grants, logouts, sessions};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = logouts)]
struct LogoutRow {
    id: String,
    client_id: String,
    account_id: String,
    session_id: String,
    state: String,
    outcome: Option<String>,
    attempts: i64,
    queued_at: i64,
    changed_at: i64,
    next_attempt_at: i64,
}

impl From<&Logout> for LogoutRow {
    fn from(logout: &Logout) -> Self {
        Self {
            id: logout.id.clone(),
            client_id: logout.client_id.clone(),
            account_id: logout.account_id.clone(),
            session_id: logout.session_id.clone(),
            state: logout.state.as_str().to_owned(),
            outcome: logout.outcome.clone(),
            attempts: logout.attempts,
            queued_at: logout.queued_at.0,
            changed_at: logout.changed_at.0,
            next_attempt_at: logout.next_attempt_at.0,
        }
    }
}

impl TryFrom<LogoutRow> for Logout {
    type Error = Error;

    fn try_from(row: LogoutRow) -> Result<Self, Error> {
        let unreadable = || Error::inconsistent("logouts", &row.id);
        Ok(Self {
            state: State::parse(&row.state).ok_or_else(unreadable)?,
            id: row.id,
            client_id: row.client_id,
            account_id: row.account_id,
            session_id: row.session_id,
            outcome: row.outcome,
            attempts: row.attempts,
            queued_at: Timestamp(row.queued_at),
            changed_at: Timestamp(row.changed_at),
            next_attempt_at: Timestamp(row.next_attempt_at),
        })
    }
}

impl Store {
    /// Ended sessions whose applications have not been queued yet, each with its account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions_ended(&self, limit: i64) -> Result<Vec<(String, String)>, Error> {
        read!(self, |c| sessions::table
            .filter(sessions::logout_queued.eq(false))
            .filter(sessions::ended_at.is_not_null())
            .order(sessions::ended_at)
            .limit(limit)
            .select((sessions::id, sessions::account_id))
            .load(c)
            .await)
    }

    /// The applications that got something in a session, each once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clients_in_session(&self, session_id: &str) -> Result<Vec<String>, Error> {
        read!(self, |c| grants::table
            .filter(grants::session_id.eq(session_id))
            .select(grants::client_id)
            .distinct()
            .order(grants::client_id)
            .load(c)
            .await)
    }

    /// The clients that a session was used for, the one that was used last first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clients_by_use(&self, session_id: &str) -> Result<Vec<String>, Error> {
        let mut used: Vec<(String, Option<i64>)> = read!(self, |c| grants::table
            .filter(grants::session_id.eq(session_id))
            .group_by(grants::client_id)
            .select((grants::client_id, diesel::dsl::max(grants::issued_at)))
            .load(c)
            .await)?;
        used.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        Ok(used.into_iter().map(|(client_id, _)| client_id).collect())
    }

    /// Queues the applications of an ended session, once. `false` when another node has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queue_logouts(&self, session_id: &str, queued: &[Logout]) -> Result<bool, Error> {
        let session = session_id.to_owned();
        let rows: Vec<_> = queued.iter().map(LogoutRow::from).collect();
        won(commit!(self, |c| {
            let marked = diesel::update(sessions::table.find(&session))
                .filter(sessions::logout_queued.eq(false))
                .set(sessions::logout_queued.eq(true))
                .execute(c)
                .await?;
            one(marked)?;
            for row in &rows {
                diesel::insert_into(logouts::table).values(row).execute(c).await?;
            }
            Ok(())
        }))
    }

    /// Takes what is due for `lease` seconds, each with its account. What was taken by a node that
    /// died is due again after its lease.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_logouts(
        &self,
        lease: i64,
        limit: i64,
        now: Timestamp,
    ) -> Result<Vec<(Logout, Account)>, Error> {
        let due: Vec<(LogoutRow, AccountRow)> = read!(self, |c| logouts::table
            .inner_join(accounts::table)
            .filter(logouts::state.eq(State::Open.as_str()))
            .filter(logouts::next_attempt_at.le(now.0))
            .order(logouts::next_attempt_at)
            .limit(limit)
            .select((LogoutRow::as_select(), AccountRow::as_select()))
            .load(c)
            .await)?;
        let mut claimed = Vec::with_capacity(due.len());
        for (mut row, account) in due {
            if self.claim(&row, lease, now).await? {
                row.attempts += 1;
                claimed.push((row.try_into()?, account.try_into()?));
            }
        }
        Ok(claimed)
    }

    async fn claim(&self, row: &LogoutRow, lease: i64, now: Timestamp) -> Result<bool, Error> {
        let (row, until) = (row.clone(), now.plus(lease).0);
        won(commit!(self, |c| {
            let taken = diesel::update(logouts::table.find(&row.id))
                .filter(logouts::attempts.eq(row.attempts))
                .filter(logouts::next_attempt_at.eq(row.next_attempt_at))
                .set((logouts::attempts.eq(row.attempts + 1), logouts::next_attempt_at.eq(until)))
                .execute(c)
                .await?;
            one(taken)
        }))
    }

    /// Notes what the attempt came to that `logout` counts last. `false` when it was taken again
    /// meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_logout(&self, logout: &Logout) -> Result<bool, Error> {
        let row = LogoutRow::from(logout);
        won(commit!(self, |c| {
            let noted = diesel::update(logouts::table.find(&row.id))
                .filter(logouts::attempts.eq(row.attempts))
                .set((
                    logouts::state.eq(&row.state),
                    logouts::outcome.eq(&row.outcome),
                    logouts::changed_at.eq(row.changed_at),
                    logouts::next_attempt_at.eq(row.next_attempt_at),
                ))
                .execute(c)
                .await?;
            one(noted)
        }))
    }

    /// What was queued last, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn logouts(&self, limit: i64) -> Result<Vec<Logout>, Error> {
        let rows: Vec<LogoutRow> = read!(self, |c| logouts::table
            .order((logouts::queued_at.desc(), logouts::id.desc()))
            .limit(limit)
            .select(LogoutRow::as_select())
            .load(c)
            .await)?;
        rows.into_iter().map(Logout::try_from).collect()
    }
}
