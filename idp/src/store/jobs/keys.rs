//! Signing keys. What is stored of a key is sealed; the store cannot open it.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::store::error::{Error, Fault, won};
use crate::store::jobs::leases::LockName as _;
use crate::store::schema::signing_keys;
use crate::store::{Recording, Store};

/// A signing key as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// Its name in the key set.
    pub kid: String,
    /// The algorithm it signs with, by its JOSE name.
    pub algorithm: String,
    /// The private key, sealed with the master key.
    pub sealed: String,
    /// Where it stands in its life, by name.
    pub state: String,
    /// Since when it stands there.
    pub since: Timestamp,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
struct KeyRow {
    kid: String,
    algorithm: String,
    sealed: String,
    state: String,
    since: i64,
}

impl From<KeyRow> for StoredKey {
    fn from(row: KeyRow) -> Self {
        Self {
            kid: row.kid,
            algorithm: row.algorithm,
            sealed: row.sealed,
            state: row.state,
            since: Timestamp(row.since),
        }
    }
}

impl From<&StoredKey> for KeyRow {
    fn from(key: &StoredKey) -> Self {
        Self {
            kid: key.kid.clone(),
            algorithm: key.algorithm.clone(),
            sealed: key.sealed.clone(),
            state: key.state.clone(),
            since: key.since.0,
        }
    }
}

impl Store {
    /// All signing keys, the oldest first, as they are now: what another node or a command has
    /// published must not be missed, and a node reads them only once a minute.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signing_keys(&self) -> Result<Vec<StoredKey>, Error> {
        let rows: Vec<KeyRow> = read!(self, |c| signing_keys::table
            .order((signing_keys::since, signing_keys::kid))
            .select(KeyRow::as_select())
            .load(c)
            .await)?;
        Ok(rows.into_iter().map(StoredKey::from).collect())
    }
}

impl Recording {
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
        let outcome = act!(self, |c| {
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
        won(outcome)
    }
}
