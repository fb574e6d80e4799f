//! Authorization requests that have not been answered yet: what the answer must fit.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::pending_logins::{self, dsl};
use super::{Result, Store, on};

/// One request, bound to the browser that began it. `state` is stored as a digest; `nonce` and
/// `code_verifier` must be shown again, so they are stored as they are.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = pending_logins)]
pub(crate) struct PendingLogin {
    pub(crate) state_digest: String,
    pub(crate) browser_digest: String,
    pub(crate) nonce: String,
    pub(crate) code_verifier: String,
    pub(crate) demand: String,
    pub(crate) return_to: String,
    pub(crate) expires_at: i64,
}

impl Store {
    /// Remembers a request and forgets those that are over.
    pub(crate) async fn begin_login(&self, login: &PendingLogin, now: i64) -> Result<()> {
        on!(self, connection => {
            diesel::delete(dsl::pending_logins.filter(dsl::expires_at.le(now)))
                .execute(connection)
                .await?;
            diesel::insert_into(dsl::pending_logins).values(login).execute(connection).await?;
        });
        Ok(())
    }

    /// Takes a request out, once, for the browser that began it.
    pub(crate) async fn finish_login(
        &self,
        state_digest: &str,
        browser_digests: &[String],
        now: i64,
    ) -> Result<Option<PendingLogin>> {
        Ok(on!(self, connection => {
            diesel::delete(
                dsl::pending_logins
                    .filter(dsl::state_digest.eq(state_digest))
                    .filter(dsl::browser_digest.eq_any(browser_digests))
                    .filter(dsl::expires_at.gt(now)),
            )
            .returning(PendingLogin::as_returning())
            .get_result(connection)
            .await
            .optional()?
        }))
    }
}
