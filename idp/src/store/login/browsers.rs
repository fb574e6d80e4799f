//! Remembered browsers.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::factor::EmailStep;
use crate::account::remembered_browser::{FORMER_COUNTS, RememberedBrowser};
use crate::clock::Timestamp;
use crate::contact::Role;
use crate::secret::{self, Digest};
use crate::store::error::{Error, one, won};
use crate::store::schema::remembered_browsers as browsers;
use crate::store::{Recording, Store, json};

/// What becomes of a browser's marks.
#[derive(Clone, Debug)]
pub enum RememberedChange {
    /// Nothing.
    None,
    /// The account's mark was used, and its secret is renewed.
    Renew {
        /// The mark.
        id: String,
        /// Digest of the secret that was shown.
        from: Digest<secret::RememberedBrowser>,
        /// Digest of its successor.
        to: Digest<secret::RememberedBrowser>,
    },
    /// This account is remembered in this browser from now on.
    Remember {
        /// The mark, which takes the place of the account's mark in this browser.
        mark: RememberedBrowser,
        /// Digests of the secrets that the browser has shown; other accounts keep theirs.
        replaces: Vec<Digest<secret::RememberedBrowser>>,
    },
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = browsers, treat_none_as_default_value = false)]
struct BrowserRow {
    id: String,
    digest: String,
    account_id: String,
    canonical: String,
    role: String,
    completed_at: i64,
    expires_at: i64,
    former: Option<String>,
    renewed_at: Option<i64>,
    agent: Option<String>,
    network: Option<String>,
}

impl TryFrom<&RememberedBrowser> for BrowserRow {
    type Error = Error;

    fn try_from(mark: &RememberedBrowser) -> Result<Self, Error> {
        let former = mark.former.as_ref();
        Ok(Self {
            id: mark.id.clone(),
            digest: mark.digest.as_str().to_owned(),
            account_id: mark.account_id.clone(),
            canonical: mark.canonical.clone(),
            role: mark.email_step.role.as_str().to_owned(),
            completed_at: mark.email_step.at.0,
            expires_at: mark.expires_at.0,
            former: former.map(|(digest, _)| digest.as_str().to_owned()),
            renewed_at: former.map(|(_, at)| at.0),
            agent: mark.agent.as_ref().map(json::write).transpose()?,
            network: mark.network.clone(),
        })
    }
}

impl TryFrom<BrowserRow> for RememberedBrowser {
    type Error = Error;

    fn try_from(row: BrowserRow) -> Result<Self, Error> {
        let role = Role::parse(&row.role)
            .ok_or_else(|| Error::inconsistent("remembered_browsers", &row.id))?;
        let read = |text| json::read("remembered_browsers", &row.id, text);
        let agent = row.agent.as_deref().map(read).transpose()?;
        let former = row.former.map(Digest::stored).zip(row.renewed_at.map(Timestamp));
        Ok(Self {
            id: row.id,
            digest: Digest::stored(row.digest),
            former,
            account_id: row.account_id,
            canonical: row.canonical,
            email_step: EmailStep { at: Timestamp(row.completed_at), role },
            agent,
            network: row.network,
            expires_at: Timestamp(row.expires_at),
        })
    }
}

step!(
    /// Renews the secret of a mark, unless another tab has done so a moment ago: both derive the
    /// same one. `Lost` when the mark is gone, or the secret was renewed too long ago.
    RenewMark: fn renew_mark(c, id: &str, from: &str, to: &str, now: i64) {
        let mark = || browsers::table.find(id).filter(browsers::expires_at.gt(now));
        let renewed = diesel::update(mark().filter(browsers::digest.eq(from)))
            .set((
                browsers::digest.eq(to),
                browsers::former.eq(from),
                browsers::renewed_at.eq(now),
            ))
            .execute(c)
            .await?;
        if renewed == 1 {
            return Ok(());
        }
        let by_another_tab = mark()
            .filter(browsers::digest.eq(to))
            .filter(browsers::former.eq(from))
            .filter(browsers::renewed_at.gt(now - FORMER_COUNTS))
            .count()
            .get_result::<i64>(c)
            .await?;
        one(usize::try_from(by_another_tab).unwrap_or_default())
    }
);

step!(
    /// Applies what a login changes about the browser's marks.
    ChangeRemembered: fn change_remembered(c, change: &RememberedChange, now: i64) {
        match change {
            RememberedChange::None => Ok(()),
            RememberedChange::Renew { id, from, to } => {
                c.renew_mark(id, from.as_str(), to.as_str(), now).await
            }
            RememberedChange::Remember { mark, replaces } => {
                let old: Vec<_> = replaces.iter().map(Digest::as_str).collect();
                let theirs = || browsers::table.filter(browsers::account_id.eq(&mark.account_id));
                diesel::delete(theirs().filter(browsers::digest.eq_any(&old))).execute(c).await?;
                diesel::delete(theirs().filter(browsers::former.eq_any(&old))).execute(c).await?;
                let row = BrowserRow::try_from(mark)?;
                diesel::insert_into(browsers::table).values(row).execute(c).await?;
                Ok(())
            }
        }
    }
);

impl Store {
    /// The unexpired marks of an account in the browser that has these secrets: those they belong
    /// to, and if there are none those they belonged to before they were renewed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remembered_browsers(
        &self,
        account_id: &str,
        secrets: &[Digest<secret::RememberedBrowser>],
        now: Timestamp,
    ) -> Result<Vec<RememberedBrowser>, Error> {
        let secrets: Vec<_> = secrets.iter().map(Digest::as_str).collect();
        let mut rows: Vec<BrowserRow> = read!(self, |c| browsers::table
            .filter(browsers::digest.eq_any(&secrets))
            .filter(browsers::account_id.eq(account_id))
            .filter(browsers::expires_at.gt(now.0))
            .select(BrowserRow::as_select())
            .load(c)
            .await)?;
        if rows.is_empty() {
            rows = read!(self, |c| browsers::table
                .filter(browsers::former.eq_any(&secrets))
                .filter(browsers::account_id.eq(account_id))
                .filter(browsers::expires_at.gt(now.0))
                .select(BrowserRow::as_select())
                .load(c)
                .await)?;
        }
        rows.into_iter().map(RememberedBrowser::try_from).collect()
    }

    /// The unexpired marks of an account in all browsers, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn browsers_of(
        &self,
        account_id: &str,
        now: Timestamp,
    ) -> Result<Vec<RememberedBrowser>, Error> {
        let rows: Vec<BrowserRow> = read!(self, |c| browsers::table
            .filter(browsers::account_id.eq(account_id))
            .filter(browsers::expires_at.gt(now.0))
            .select(BrowserRow::as_select())
            .load(c)
            .await)?;
        let marks: Result<Vec<RememberedBrowser>, _> =
            rows.into_iter().map(RememberedBrowser::try_from).collect();
        let mut marks = marks?;
        marks.sort_by_key(|mark| std::cmp::Reverse(mark.expires_at));
        Ok(marks)
    }
}

impl Recording {
    /// Renews the secret of a mark that is used in a session. `false` when the mark is gone, or the
    /// secret was renewed too long ago.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew_remembered_browser(
        &self,
        id: &str,
        from: &Digest<secret::RememberedBrowser>,
        to: &Digest<secret::RememberedBrowser>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (id, from, to) = (id.to_owned(), from.as_str().to_owned(), to.as_str().to_owned());
        won(act!(self, |c| c.renew_mark(&id, &from, &to, now.0).await))
    }

    /// Ends a mark whose secret, of this digest, was shown long after it was renewed. `false` when
    /// it has ended, or the secret counts again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_copied_browser(
        &self,
        id: &str,
        copied: &Digest<secret::RememberedBrowser>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (id, copied) = (id.to_owned(), copied.as_str().to_owned());
        won(act!(self, |c| {
            let mark = browsers::table
                .find(&id)
                .filter(browsers::former.eq(&copied))
                .filter(browsers::renewed_at.le(now.0 - FORMER_COUNTS));
            one(diesel::delete(mark).execute(c).await?)
        }))
    }

    /// Forgets browsers of an account, all or none. `false` when it has not got one of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_browsers(&self, account_id: &str, ids: &[String]) -> Result<bool, Error> {
        let (account, ids) = (account_id.to_owned(), ids.to_vec());
        won(act!(self, |c| {
            for id in &ids {
                let theirs = browsers::table.find(id).filter(browsers::account_id.eq(&account));
                one(diesel::delete(theirs).execute(c).await?)?;
            }
            Ok(())
        }))
    }
}
