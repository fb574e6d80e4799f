//! Ids that count once on all nodes: `jti` of client assertions and of proofs of possession.

use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl as _;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::store::Store;
use crate::store::error::{Error, one, won};
use crate::store::schema::used_ids;

impl Store {
    /// Marks an id as used until `expires_at`, after which what bears it is refused anyway. `false`
    /// when it was used before
    /// ([RFC 7523 section 3](https://www.rfc-editor.org/rfc/rfc7523#section-3), rule 7). The key is
    /// a [fingerprint](crate::secret::fingerprint) of its kind, its owner and the id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_once(
        &self,
        key: &str,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let key = key.to_owned();
        won(transaction!(self, |c| {
            // One that has expired and was not deleted yet is as good as none.
            let used = diesel::insert_into(used_ids::table)
                .values((used_ids::key.eq(&key), used_ids::expires_at.eq(expires_at.0)))
                .on_conflict(used_ids::key)
                .do_update()
                .set(used_ids::expires_at.eq(expires_at.0))
                .filter(used_ids::expires_at.le(now.0))
                .execute(c)
                .await?;
            one(used)
        }))
    }
}
