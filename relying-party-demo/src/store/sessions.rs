//! Sessions after a completed login.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::sessions::{self, dsl};
use super::{Result, Store, on};

/// A session as stored, claims as JSON.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub(crate) struct SessionRow {
    pub(crate) id_digest: String,
    pub(crate) id_token: String,
    pub(crate) id_token_claims: String,
    pub(crate) userinfo_claims: String,
    pub(crate) started_at: i64,
    pub(crate) seen_at: i64,
}

impl Store {
    /// Stores a new session in place of the browser's former one, and forgets those that began
    /// before `oldest`.
    pub(crate) async fn begin_session(
        &self,
        session: &SessionRow,
        former: Option<&str>,
        oldest: i64,
    ) -> Result<()> {
        on!(self, connection => {
            diesel::delete(dsl::sessions.filter(dsl::started_at.le(oldest)))
                .execute(connection)
                .await?;
            diesel::insert_into(dsl::sessions).values(session).execute(connection).await?;
            if let Some(former) = former {
                diesel::delete(dsl::sessions.find(former)).execute(connection).await?;
            }
        });
        Ok(())
    }

    /// The session with this digest if it began after `oldest` and was last seen after `idle`.
    pub(crate) async fn live_session(
        &self,
        id_digest: &str,
        oldest: i64,
        idle: i64,
    ) -> Result<Option<SessionRow>> {
        Ok(on!(self, connection => {
            dsl::sessions
                .find(id_digest)
                .filter(dsl::started_at.gt(oldest))
                .filter(dsl::seen_at.gt(idle))
                .select(SessionRow::as_select())
                .first(connection)
                .await
                .optional()?
        }))
    }

    /// Notes that the session was used.
    pub(crate) async fn see_session(&self, id_digest: &str, now: i64) -> Result<()> {
        on!(self, connection => {
            diesel::update(dsl::sessions.find(id_digest))
                .set(dsl::seen_at.eq(now))
                .execute(connection)
                .await?;
        });
        Ok(())
    }

    /// Ends a session.
    pub(crate) async fn end_session(&self, id_digest: &str) -> Result<()> {
        on!(self, connection => {
            diesel::delete(dsl::sessions.find(id_digest)).execute(connection).await?;
        });
        Ok(())
    }
}
