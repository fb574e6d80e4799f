//! What someone typed in the form, kept while they confirm by e-mail that it is them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::drafts::{self, dsl};
use super::{Error, Result, Store, on};
use crate::party_parameters::Typed;

/// A draft, bound to the browser in which it was typed.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) id_digest: String,
    pub(crate) browser_digest: String,
    pub(crate) party: String,
    pub(crate) typed: Typed,
    /// The version of the stored parameters that the person saw.
    pub(crate) updated_at: i64,
    pub(crate) expires_at: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = drafts)]
struct DraftRow {
    id_digest: String,
    browser_digest: String,
    party: String,
    fields: String,
    updated_at: i64,
    expires_at: i64,
}

impl Store {
    /// Keeps a draft and forgets those that are over.
    pub(crate) async fn keep_draft(&self, draft: Draft, now: i64) -> Result<()> {
        let row = DraftRow {
            fields: serde_json::to_string(&draft.typed)
                .map_err(|error| Error::Inconsistent("drafts", error))?,
            id_digest: draft.id_digest,
            browser_digest: draft.browser_digest,
            party: draft.party,
            updated_at: draft.updated_at,
            expires_at: draft.expires_at,
        };
        on!(self, connection => {
            diesel::delete(dsl::drafts.filter(dsl::expires_at.le(now)))
                .execute(connection)
                .await?;
            diesel::insert_into(dsl::drafts).values(&row).execute(connection).await?;
        });
        Ok(())
    }

    /// The draft of this name, for the browser in which it was typed.
    pub(crate) async fn draft(
        &self,
        id_digest: &str,
        browser_digests: &[String],
        now: i64,
    ) -> Result<Option<Draft>> {
        let row: Option<DraftRow> = on!(self, connection => {
            dsl::drafts
                .find(id_digest)
                .filter(dsl::browser_digest.eq_any(browser_digests))
                .filter(dsl::expires_at.gt(now))
                .select(DraftRow::as_select())
                .first(connection)
                .await
                .optional()?
        });
        row.map(Draft::try_from).transpose()
    }

    /// Forgets all drafts of a party that were typed in this browser.
    pub(crate) async fn forget_drafts(
        &self,
        party: &str,
        browser_digests: &[String],
    ) -> Result<()> {
        on!(self, connection => {
            diesel::delete(
                dsl::drafts
                    .filter(dsl::party.eq(party))
                    .filter(dsl::browser_digest.eq_any(browser_digests)),
            )
            .execute(connection)
            .await?;
        });
        Ok(())
    }
}

impl TryFrom<DraftRow> for Draft {
    type Error = Error;

    fn try_from(row: DraftRow) -> Result<Self> {
        Ok(Self {
            typed: serde_json::from_str(&row.fields)
                .map_err(|error| Error::Inconsistent("drafts", error))?,
            id_digest: row.id_digest,
            browser_digest: row.browser_digest,
            party: row.party,
            updated_at: row.updated_at,
            expires_at: row.expires_at,
        })
    }
}
