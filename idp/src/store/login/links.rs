//! Mailed links. Using one is in `completion`.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::interaction::Interaction;
use crate::account::link::PendingLink;
use crate::account::mail_limit::{Limit, Mailed, WINDOW, within};
use crate::account::message::QueuedMessage;
use crate::clock::Timestamp;
use crate::contact::Role;
use crate::secret::{Digest, Link};
use crate::store::account::accounts::LockAccount as _;
use crate::store::error::{Error, Fault, one, won};
use crate::store::jobs::mail_times::{self, RestAddress as _};
use crate::store::jobs::outbox::{MessageRow, Queue as _};
use crate::store::login::interactions::{InteractionRow, open_interaction};
use crate::store::schema::{interactions, links};
use crate::store::{Recording, Store};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = links, treat_none_as_default_value = false)]
pub(in crate::store) struct LinkRow {
    id: String,
    digest: String,
    interaction_id: String,
    account_id: String,
    address: String,
    canonical: String,
    role: String,
    issued_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    void_at: Option<i64>,
    network: String,
    known: bool,
}

impl LinkRow {
    fn new(NewLink { link, network, known, .. }: &NewLink) -> Self {
        Self {
            id: link.id.clone(),
            digest: link.digest.as_str().to_owned(),
            interaction_id: link.interaction_id.clone(),
            account_id: link.account_id.clone(),
            address: link.address.clone(),
            canonical: link.canonical.clone(),
            role: link.role.as_str().to_owned(),
            issued_at: link.issued_at.0,
            expires_at: link.expires_at.0,
            used_at: link.used_at.map(|at| at.0),
            void_at: link.void_at.map(|at| at.0),
            network: mail_times::digest(&["network", network]),
            known: *known,
        }
    }
}

impl TryFrom<LinkRow> for PendingLink {
    type Error = Error;

    fn try_from(row: LinkRow) -> Result<Self, Error> {
        let role = Role::parse(&row.role).ok_or_else(|| Error::inconsistent("links", &row.id))?;
        Ok(Self {
            id: row.id,
            digest: Digest::stored(row.digest),
            interaction_id: row.interaction_id,
            account_id: row.account_id,
            address: row.address,
            canonical: row.canonical,
            role,
            issued_at: Timestamp(row.issued_at),
            expires_at: Timestamp(row.expires_at),
            used_at: row.used_at.map(Timestamp),
            void_at: row.void_at.map(Timestamp),
        })
    }
}

/// A link to be issued, with the mail that carries it.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// The link; it names its interaction.
    pub link: PendingLink,
    /// The mail.
    pub message: QueuedMessage,
    /// Whether the browser is to be remembered once the link is used.
    pub remember: bool,
    /// The network it was asked for from.
    pub network: String,
    /// Whether the account has completed a login in the browser before.
    pub known: bool,
    /// Mails that the account may cause in an hour.
    pub an_hour: i64,
    /// Seconds between two mails to one address.
    pub rest: i64,
    /// The interaction's new end: it outlives the link.
    pub interaction_expires_at: Timestamp,
}

/// What became of a link to be issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issued {
    /// It is stored, and its mail queued.
    Queued,
    /// The interaction is no longer as it was, or is not this account's, or the account is disabled.
    Lost,
    /// Its mail is held back by a limit, until this moment.
    Limited(Limit, Timestamp),
}

impl Issued {
    /// Whether the link is stored.
    #[must_use]
    pub const fn is_queued(self) -> bool {
        matches!(self, Self::Queued)
    }
}

step!(
    /// Checks the hour's mails of an account whose row is locked.
    WithinHour: fn within_hour(c, row: &LinkRow, an_hour: i64) {
        let before: Vec<(i64, String, bool)> = links::table
            .filter(links::account_id.eq(&row.account_id))
            .filter(links::issued_at.gt(row.issued_at - WINDOW))
            .select((links::issued_at, links::network, links::known))
            .load(c)
            .await?;
        let mailed = |(at, network, known)| Mailed { at: Timestamp(at), network, known };
        let before: Vec<_> = before.into_iter().map(mailed).collect();
        let wish = mailed((row.issued_at, row.network.clone(), row.known));
        within(&before, &wish, an_hour).map_err(|next| Fault::Limited(Limit::Account, next))
    }
);

impl Store {
    /// The link of a token, in any state, and the login it belongs to.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn link_by_digest(
        &self,
        digest: &Digest<Link>,
    ) -> Result<Option<(PendingLink, Interaction)>, Error> {
        let found: Option<(LinkRow, InteractionRow)> = read!(self, |c| links::table
            .inner_join(interactions::table)
            .filter(links::digest.eq(digest.as_str()))
            .select((LinkRow::as_select(), InteractionRow::as_select()))
            .get_result(c)
            .await
            .optional())?;
        found.map(|(link, login)| Ok((link.try_into()?, login.try_into()?))).transpose()
    }

    /// All links of an interaction, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn links_of(&self, interaction_id: &str) -> Result<Vec<PendingLink>, Error> {
        let rows: Vec<LinkRow> = read!(self, |c| links::table
            .filter(links::interaction_id.eq(interaction_id))
            .order((links::issued_at, links::id))
            .select(LinkRow::as_select())
            .load(c)
            .await)?;
        rows.into_iter().map(PendingLink::try_from).collect()
    }

    /// Links and mails of an interaction for its waiting page, which asks every few seconds: the
    /// mails as they were at most a moment ago.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting_for(
        &self,
        interaction_id: &str,
        version: i64,
    ) -> Result<Arc<(Vec<PendingLink>, Vec<QueuedMessage>)>, Error> {
        let key = (interaction_id.to_owned(), version);
        if let Some(waiting) = self.cache().waiting.get(&key) {
            return Ok(waiting);
        }
        let links = self.links_of(interaction_id).await?;
        let waiting = Arc::new((links, self.messages_of(interaction_id).await?));
        self.cache().waiting.insert(key, Arc::clone(&waiting));
        Ok(waiting)
    }
}

impl Recording {
    /// Notes that a link was opened in a browser that did not ask for it. `false` when that is
    /// noted already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_link_elsewhere(&self, id: &str, now: Timestamp) -> Result<bool, Error> {
        let id = id.to_owned();
        won(act!(self, transaction, |c| {
            let noted = diesel::update(links::table.find(&id))
                .filter(links::elsewhere_at.is_null())
                .set(links::elsewhere_at.eq(now.0))
                .execute(c)
                .await?;
            one(noted)
        }))
    }

    /// Stores a link and queues its mail, both or neither, within the limits on mail: callers at
    /// once wait for one another.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn issue_link(
        &self,
        version: i64,
        new: &NewLink,
        now: Timestamp,
    ) -> Result<Issued, Error> {
        let (row, message) = (LinkRow::new(new), vec![MessageRow::from(&new.message)]);
        let (remember, expires_at) = (new.remember, new.interaction_expires_at.0);
        let (an_hour, rest) = (new.an_hour, new.rest);
        let outcome = act!(self, |c| {
            c.lock_account(&row.account_id).await?;
            let kept = diesel::update(open_interaction(&row.interaction_id, version, now.0))
                .filter(interactions::account_id.eq(&row.account_id))
                .filter(interactions::proofs.is_not_null())
                .set((
                    interactions::remember.eq(remember),
                    interactions::expires_at.eq(expires_at),
                    interactions::version.eq(version + 1),
                ))
                .execute(c)
                .await?;
            one(kept)?;
            c.within_hour(&row, an_hour).await?;
            c.rest_address(&row.canonical, rest, row.issued_at).await?;
            diesel::insert_into(links::table).values(&row).execute(c).await?;
            c.queue(&message).await
        });
        match outcome {
            Ok(()) => Ok(Issued::Queued),
            Err(Fault::Lost) => Ok(Issued::Lost),
            Err(Fault::Limited(limit, next)) => Ok(Issued::Limited(limit, next)),
            Err(fault) => Err(fault.into()),
        }
    }
}
