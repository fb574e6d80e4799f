//! Pushed authorization requests, by the digest of their reference. Using one is part of the
//! transaction that makes a grant of it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::oauth::pushed_authorization::Pushed;
use crate::secret::{Digest, PushedRequest};
use crate::store::Store;
use crate::store::error::{Error, one};
use crate::store::schema::pushed_requests;
use crate::store::shares::{Share, drop_surplus};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = pushed_requests, treat_none_as_default_value = false)]
struct PushedRow {
    digest: String,
    client_id: String,
    parameters: String,
    expires_at: i64,
    used_at: Option<i64>,
    network: Option<String>,
}

impl From<PushedRow> for Pushed {
    fn from(row: PushedRow) -> Self {
        Self {
            client_id: row.client_id,
            parameters: row.parameters,
            expires_at: Timestamp(row.expires_at),
            used_at: row.used_at.map(Timestamp),
        }
    }
}

step!(
    /// Marks a pushed request used, once. Its time counted when it was opened: a login may take
    /// longer.
    UsePushedRequest: fn use_pushed_request(c, digest: Option<&str>, now: i64) {
        let Some(digest) = digest else { return Ok(()) };
        let used = diesel::update(pushed_requests::table.find(digest))
            .filter(pushed_requests::used_at.is_null())
            .set(pushed_requests::used_at.eq(now))
            .execute(c)
            .await?;
        one(used)
    }
);

impl Store {
    /// Stores a pushed request, and deletes the oldest ones of the same network beyond its share.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn push_request(
        &self,
        digest: &Digest<PushedRequest>,
        pushed: &Pushed,
        share: Option<&Share>,
    ) -> Result<(), Error> {
        let share = share.cloned();
        let row = PushedRow {
            digest: digest.as_str().to_owned(),
            client_id: pushed.client_id.clone(),
            parameters: pushed.parameters.clone(),
            expires_at: pushed.expires_at.0,
            used_at: pushed.used_at.map(|at| at.0),
            network: share.as_ref().map(|share| share.network.clone()),
        };
        Ok(transaction!(self, |c| {
            diesel::insert_into(pushed_requests::table).values(&row).execute(c).await?;
            let Some(share) = share.as_ref().filter(|share| share.is_due) else { return Ok(()) };
            let rows = pushed_requests::table
                .filter(pushed_requests::network.eq(&share.network))
                .filter(pushed_requests::digest.ne(&row.digest))
                .order(pushed_requests::expires_at.desc());
            drop_surplus!(c, pushed_requests.digest, share.most, rows);
            Ok(())
        })?)
    }

    /// The pushed request of a reference, in any state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pushed_request(
        &self,
        digest: &Digest<PushedRequest>,
    ) -> Result<Option<Pushed>, Error> {
        let row: Option<PushedRow> = read!(self, |c| pushed_requests::table
            .find(digest.as_str())
            .select(PushedRow::as_select())
            .get_result(c)
            .await
            .optional())?;
        Ok(row.map(Pushed::from))
    }
}
