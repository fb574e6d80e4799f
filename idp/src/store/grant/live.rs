//! The row of a grant, and whether it lives.

use crate::clock::Timestamp;
use crate::grant::Grant;
use crate::oauth::client::ClientId;
use crate::secret::{AuthorizationCode, Digest};
use crate::store::error::{Error, Fault};
use crate::store::jobs::expiry::GRANT_KEPT;
use crate::store::json;
use crate::store::schema::{accounts, grants, sessions};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = grants, treat_none_as_default_value = false)]
pub(in crate::store) struct GrantRow {
    pub(super) id: String,
    pub(super) code_digest: Option<String>,
    pub(super) client_id: String,
    pub(super) account_id: Option<String>,
    pub(super) session_id: Option<String>,
    pub(super) offline: bool,
    pub(super) facts: String,
    pub(super) issued_at: i64,
    pub(super) code_expires_at: i64,
    pub(super) code_used_at: Option<i64>,
    pub(super) revoked_at: Option<i64>,
    pub(super) review_at: i64,
}

impl GrantRow {
    pub(in crate::store) fn new(
        grant: &Grant,
        code: Option<&Digest<AuthorizationCode>>,
    ) -> Result<Self, Error> {
        Ok(Self {
            id: grant.id.clone(),
            code_digest: code.map(|code| code.as_str().to_owned()),
            client_id: grant.client_id.as_str().to_owned(),
            account_id: grant.account_id.clone(),
            session_id: grant.session_id.clone(),
            offline: grant.offline,
            facts: json::write(&grant.facts)?,
            issued_at: grant.issued_at.0,
            code_expires_at: grant.code_expires_at.0,
            code_used_at: grant.code_used_at.map(|at| at.0),
            revoked_at: grant.revoked_at.map(|at| at.0),
            review_at: grant.code_expires_at.plus(GRANT_KEPT).0,
        })
    }
}

impl TryFrom<GrantRow> for Grant {
    type Error = Error;

    fn try_from(row: GrantRow) -> Result<Self, Error> {
        Ok(Self {
            client_id: ClientId::parse(&row.client_id)
                .ok_or_else(|| Error::inconsistent("grants", &row.id))?,
            facts: json::read("grants", &row.id, &row.facts)?,
            id: row.id,
            account_id: row.account_id,
            session_id: row.session_id,
            offline: row.offline,
            issued_at: Timestamp(row.issued_at),
            code_expires_at: Timestamp(row.code_expires_at),
            code_used_at: row.code_used_at.map(Timestamp),
            revoked_at: row.revoked_at.map(Timestamp),
        })
    }
}

/// Whether a grant lives: it is not revoked, its account is enabled, and its session is open or it
/// needs none. For a query that joins grants with accounts and sessions, both from the left.
#[diesel::dsl::auto_type]
pub(in crate::store) fn live() -> _ {
    grants::revoked_at
        .is_null()
        .and(accounts::disabled_at.is_null())
        .and(grants::offline.or(sessions::id.is_not_null().and(sessions::ended_at.is_null())))
}

step!(
    /// `Lost` unless the grant lives.
    ExpectLive: fn expect_live(c, id: &str) {
        let found = grants::table
            .left_join(accounts::table)
            .left_join(sessions::table)
            .filter(grants::id.eq(id))
            .filter(live())
            .select(grants::id)
            .get_result::<String>(c)
            .await
            .optional()?;
        found.map(drop).ok_or(Fault::Lost)
    }
);
