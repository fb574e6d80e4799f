//! Remembered browsers.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::assurance::EmailStep;
use crate::account::remembered_browser::RememberedBrowser;
use crate::clock::Timestamp;
use crate::contact::Role;
use crate::secret::{self, Digest};
use crate::store::Store;
use crate::store::completion::RememberedChange;
use crate::store::error::Error;
use crate::store::schema::remembered_browsers as browsers;

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = browsers)]
struct BrowserRow {
    id: String,
    digest: String,
    account_id: String,
    canonical: String,
    role: String,
    completed_at: i64,
    expires_at: i64,
}

impl BrowserRow {
    fn new(mark: &RememberedBrowser, digest: &Digest<secret::RememberedBrowser>) -> Self {
        Self {
            id: mark.id.clone(),
            digest: digest.as_str().to_owned(),
            account_id: mark.account_id.clone(),
            canonical: mark.canonical.clone(),
            role: mark.email_step.role.as_str().to_owned(),
            completed_at: mark.email_step.at.0,
            expires_at: mark.expires_at.0,
        }
    }
}

impl TryFrom<BrowserRow> for RememberedBrowser {
    type Error = Error;

    fn try_from(row: BrowserRow) -> Result<Self, Error> {
        let role = Role::parse(&row.role)
            .ok_or_else(|| Error::inconsistent("remembered_browsers", &row.id))?;
        Ok(Self {
            id: row.id,
            account_id: row.account_id,
            canonical: row.canonical,
            email_step: EmailStep { at: Timestamp(row.completed_at), role },
            expires_at: Timestamp(row.expires_at),
        })
    }
}

step!(
    /// Applies what a login changes about the browser's marks.
    ChangeRemembered: fn change_remembered(c, change: &RememberedChange) {
        let (from, to) = match change {
            RememberedChange::None => return Ok(()),
            RememberedChange::Renew { from, to } => (Some(from), to),
            RememberedChange::Remember { mark, digest, replaces } => {
                if let Some(old) = replaces {
                    diesel::delete(browsers::table)
                        .filter(browsers::digest.eq(old.as_str()))
                        .filter(browsers::account_id.eq(&mark.account_id))
                        .execute(c)
                        .await?;
                }
                let row = BrowserRow::new(mark, digest);
                diesel::insert_into(browsers::table).values(row).execute(c).await?;
                (replaces.as_ref(), digest)
            }
        };
        if let Some(from) = from {
            diesel::update(browsers::table.filter(browsers::digest.eq(from.as_str())))
                .set(browsers::digest.eq(to.as_str()))
                .execute(c)
                .await?;
        }
        Ok(())
    }
);

impl Store {
    /// The unexpired mark of an account in the browser with this cookie.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remembered_browser(
        &self,
        digest: &Digest<secret::RememberedBrowser>,
        account_id: &str,
        now: Timestamp,
    ) -> Result<Option<RememberedBrowser>, Error> {
        let row: Option<BrowserRow> = read!(self, |c| browsers::table
            .filter(browsers::digest.eq(digest.as_str()))
            .filter(browsers::account_id.eq(account_id))
            .filter(browsers::expires_at.gt(now.0))
            .select(BrowserRow::as_select())
            .get_result(c)
            .await
            .optional())?;
        row.map(RememberedBrowser::try_from).transpose()
    }

    /// Forgets every browser of an account; returns how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_browsers(&self, account_id: &str) -> Result<usize, Error> {
        let id = account_id.to_owned();
        Ok(commit!(self, |c| {
            let theirs = browsers::table.filter(browsers::account_id.eq(&id));
            Ok(diesel::delete(theirs).execute(c).await?)
        })?)
    }
}
