//! Signing keys. What is stored of a key is sealed; the store cannot open it.

use std::collections::BTreeSet;
use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::store::Store;
use crate::store::error::{Error, Fault, won};
use crate::store::leases::LockName as _;
use crate::store::schema::signing_keys;

/// A signing key as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// Its name in the key set.
    pub kid: String,
    /// The algorithm it signs with, by its JOSE name.
    pub algorithm: String,
    /// The private key, sealed with the master key.
    pub sealed: String,
    /// Since when relying parties can see it.
    pub published_at: Timestamp,
    /// From when it signs.
    pub active_at: Timestamp,
    /// Since when it signs no more, and only verifies.
    pub retired_at: Option<Timestamp>,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
struct KeyRow {
    kid: String,
    algorithm: String,
    sealed: String,
    published_at: i64,
    active_at: i64,
    retired_at: Option<i64>,
}

impl From<KeyRow> for StoredKey {
    fn from(row: KeyRow) -> Self {
        Self {
            kid: row.kid,
            algorithm: row.algorithm,
            sealed: row.sealed,
            published_at: Timestamp(row.published_at),
            active_at: Timestamp(row.active_at),
            retired_at: row.retired_at.map(Timestamp),
        }
    }
}

impl From<&StoredKey> for KeyRow {
    fn from(key: &StoredKey) -> Self {
        Self {
            kid: key.kid.clone(),
            algorithm: key.algorithm.clone(),
            sealed: key.sealed.clone(),
            published_at: key.published_at.0,
            active_at: key.active_at.0,
            retired_at: key.retired_at.map(|at| at.0),
        }
    }
}

impl Store {
    /// All signing keys, the oldest first, as they were at most [a moment](crate::store::cache)
    /// ago.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signing_keys(&self) -> Result<Arc<[StoredKey]>, Error> {
        if let Some(keys) = self.cache().signing_keys.get(&()) {
            return Ok(keys);
        }
        let rows: Vec<KeyRow> = read!(self, |c| signing_keys::table
            .order((signing_keys::published_at, signing_keys::kid))
            .select(KeyRow::as_select())
            .load(c)
            .await)?;
        let keys: Arc<[StoredKey]> = rows.into_iter().map(StoredKey::from).collect();
        self.cache().signing_keys.insert((), Arc::clone(&keys));
        Ok(keys)
    }

    /// Puts the set `after` in the place of the set whose kids are `before`. `false` when another
    /// node has replaced that set meanwhile; then nothing changes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replace_signing_keys(
        &self,
        before: &[String],
        after: &[StoredKey],
    ) -> Result<bool, Error> {
        let before: BTreeSet<String> = before.iter().cloned().collect();
        let after: Vec<_> = after.iter().map(KeyRow::from).collect();
        let outcome = commit!(self, |c| {
            // An empty set has no row to lock, and two nodes may start at once.
            c.lock_name("signing_keys").await?;
            let stored: Vec<String> = signing_keys::table.select(signing_keys::kid).load(c).await?;
            if stored.into_iter().collect::<BTreeSet<_>>() != before {
                return Err(Fault::Lost);
            }
            diesel::delete(signing_keys::table).execute(c).await?;
            for key in &after {
                diesel::insert_into(signing_keys::table).values(key).execute(c).await?;
            }
            Ok(())
        });
        self.cache().signing_keys.invalidate(&());
        won(outcome)
    }
}
