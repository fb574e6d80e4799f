//! The party parameters, which the identity provider reads, and the accounts of each party.

use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, RunQueryDsl};

use super::schema::{party_accounts, party_parameters as table};
use super::{Connection, Result, Store, on};
use crate::party_parameters::PartyParameters;

/// A party and its parameters as they are stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = table)]
pub(crate) struct Party {
    pub(crate) party: String,
    pub(crate) organisation: String,
    #[diesel(embed)]
    pub(crate) parameters: PartyParameters,
    pub(crate) updated_at: i64,
}

/// What came of saving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saved {
    /// It is stored.
    Yes,
    /// Someone else saved in between, or the party is gone; nothing was stored.
    No,
}

/// The one text of the statement that saves, inside either database's transaction.
macro_rules! replace {
    ($connection:ident, $party:ident, $parameters:ident, $seen:ident, $now:ident) => {{
        let newest: Option<i64> = table::table
            .select(diesel::dsl::max(table::updated_at))
            .get_result($connection)
            .await?;
        let version = newest.map_or($now, |newest| $now.max(newest + 1));
        diesel::update(
            table::table
                .find($party)
                .filter(table::updated_at.eq($seen))
                .filter(table::deleted_at.is_null()),
        )
        .set(($parameters, table::updated_at.eq(version)))
        .execute($connection)
        .await
    }};
}

impl Store {
    /// A party that has not been removed.
    pub(crate) async fn party(&self, party: &str) -> Result<Option<Party>> {
        Ok(on!(self, connection => {
            table::table
                .find(party)
                .filter(table::deleted_at.is_null())
                .select(Party::as_select())
                .first(connection)
                .await
                .optional()?
        }))
    }

    /// The names of those parties that exist, in the order of their numbers.
    pub(crate) async fn party_names(&self, parties: &[String]) -> Result<Vec<(String, String)>> {
        Ok(on!(self, connection => {
            table::table
                .filter(table::party.eq_any(parties))
                .filter(table::deleted_at.is_null())
                .order(table::party)
                .select((table::party, table::organisation_name))
                .load(connection)
                .await?
        }))
    }

    /// Saves what was typed, if `seen` is still the stored version. `updated_at` grows strictly
    /// over the whole table, and in the order of commits, so that a reader who asks for the rows
    /// after the last value it has seen misses none.
    pub(crate) async fn save_party(
        &self,
        party: &str,
        parameters: &PartyParameters,
        seen: i64,
        now: i64,
    ) -> Result<Saved> {
        let changed = match self.connection().await? {
            Connection::Sqlite(mut connection) => {
                connection
                    .immediate_transaction(async |connection| {
                        replace!(connection, party, parameters, seen, now)
                    })
                    .await?
            }
            Connection::Postgres(mut connection) => {
                connection
                    .transaction(async |connection| {
                        // Readers go on; the next writer waits for this commit.
                        diesel::sql_query("LOCK TABLE party_parameters IN EXCLUSIVE MODE")
                            .execute(connection)
                            .await?;
                        let changed = replace!(connection, party, parameters, seen, now)?;
                        if changed == 1 {
                            diesel::sql_query("SELECT pg_notify('party_parameters', $1)")
                                .bind::<diesel::sql_types::Text, _>(party)
                                .execute(connection)
                                .await?;
                        }
                        Ok::<_, diesel::result::Error>(changed)
                    })
                    .await?
            }
        };
        Ok(if changed == 1 { Saved::Yes } else { Saved::No })
    }

    /// Marks a party as removed.
    #[cfg(test)]
    pub(crate) async fn remove_party(&self, party: &str, now: i64) -> Result<()> {
        on!(self, connection => {
            diesel::update(table::table.find(party))
                .set(table::deleted_at.eq(Some(now)))
                .execute(connection)
                .await?;
        });
        Ok(())
    }

    /// Adds a party with its accounts, unless they are there already.
    pub(crate) async fn add_party(&self, party: &Party, usernames: &[&str]) -> Result<()> {
        on!(self, connection => {
            diesel::insert_into(table::table)
                .values(party)
                .on_conflict_do_nothing()
                .execute(connection)
                .await?;
            for username in usernames {
                diesel::insert_into(party_accounts::table)
                    .values((
                        party_accounts::party.eq(&party.party),
                        party_accounts::username.eq(username),
                    ))
                    .on_conflict_do_nothing()
                    .execute(connection)
                    .await?;
            }
        });
        Ok(())
    }
}
