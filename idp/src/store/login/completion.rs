//! The end of a login: session, grant and mark in one transaction with the interaction's end, and
//! with the use of the link when there is one.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::factor::{Factor, Proofs};
use crate::account::interaction::{Agent, Ended, Interaction};
use crate::account::session::Session;
use crate::clock::Timestamp;
use crate::secret::{self, Digest};
use crate::store::account::credentials::LockProven as _;
use crate::store::error::{Error, Fault, one, won};
use crate::store::grant::grants::{Issue as _, NewGrant};
use crate::store::login::browsers::{ChangeRemembered as _, RememberedChange};
use crate::store::login::interactions::{BeginAfter as _, EndInteraction as _};
use crate::store::login::sessions::{EndSession as _, SessionRow};
use crate::store::schema::{interactions, links, sessions};
use crate::store::{Recording, json};

/// What a completed login leaves behind.
#[derive(Clone, Debug)]
pub struct Completion {
    /// Whose login.
    pub account_id: String,
    /// When the password that was checked was set.
    pub password_set_at: Option<Timestamp>,
    /// All that was proven.
    pub proofs: Proofs,
    /// The session that carries it.
    pub session: SessionChange,
    /// A session of this browser that the new one takes the place of.
    pub ends_session: Option<String>,
    /// What comes next.
    pub next: Next,
    /// The browser's marks.
    pub remembered: RememberedChange,
}

/// What follows a login.
#[derive(Clone, Debug)]
pub enum Next {
    /// The application gets what it asked for.
    Grant(Box<NewGrant>),
    /// The person is asked first, in an interaction of its own.
    Ask(Box<Interaction>),
}

/// A login makes a session, or strengthens one.
#[derive(Clone, Debug)]
pub enum SessionChange {
    /// A new session.
    New {
        /// The session.
        session: Session,
        /// Digest of its cookie.
        digest: Digest<secret::Session>,
    },
    /// The same session with a new cookie and more proofs, as long as it has not ended.
    Renew {
        /// Its id.
        id: String,
        /// Digest of its new cookie.
        digest: Digest<secret::Session>,
        /// What has been proven now.
        proofs: Proofs,
        /// The browser and system in which it was.
        agent: Agent,
        /// The network from which it was.
        network: String,
    },
}

impl SessionChange {
    /// The id of the session.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::New { session, .. } => &session.id,
            Self::Renew { id, .. } => id,
        }
    }
}

step!(
    /// Marks a link used, once, while it can be.
    UseLink: fn use_link(c, id: &str, interaction: &str, account: &str, now: i64) {
        let used = diesel::update(links::table.find(id))
            .filter(links::interaction_id.eq(interaction))
            .filter(links::account_id.eq(account))
            .filter(links::used_at.is_null())
            .filter(links::void_at.is_null())
            .filter(links::expires_at.gt(now))
            .set(links::used_at.eq(now))
            .execute(c)
            .await?;
        one(used)
    }
);

step!(
    /// Makes or strengthens the session.
    ChangeSession: fn change_session(c, account: &str, change: &SessionChange, now: i64) {
        match change {
            SessionChange::New { session, digest } => {
                let row = SessionRow::new(session, digest)?;
                diesel::insert_into(sessions::table).values(row).execute(c).await?;
                Ok(())
            }
            SessionChange::Renew { id, digest, proofs, agent, network } => {
                let renewed = diesel::update(sessions::table.find(id))
                    .filter(sessions::account_id.eq(account))
                    .filter(sessions::ended_at.is_null())
                    .set((
                        sessions::digest.eq(digest.as_str()),
                        sessions::seen_at.eq(now),
                        sessions::agent.eq(json::write(agent)?),
                        sessions::network.eq(network),
                    ))
                    .execute(c)
                    .await?;
                one(renewed)?;
                // The row is ours until the commit: another tab's password is not set back.
                let row = sessions::table.find(id);
                let present: String = row.select(sessions::proofs).get_result(c).await?;
                let present: Proofs = json::read("sessions", id, &present)?;
                let at = proofs.authenticated_at().max(present.authenticated_at());
                let proofs = json::write(&proofs.clone().with(Factor::Password(at)))?;
                diesel::update(row).set(sessions::proofs.eq(proofs)).execute(c).await?;
                Ok(())
            }
        }
    }
);

impl Recording {
    /// Completes a login that needs no link. `false` when the interaction is no longer as it was,
    /// the account has been disabled, or the session to strengthen has ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn complete_interaction(
        &self,
        id: &str,
        version: i64,
        completion: &Completion,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.complete(None, (id, version), completion, now).await
    }

    /// Uses a link and completes its login, both or neither. `false` when the link cannot be used
    /// any more, or for a reason of [`Recording::complete_interaction`]. Of any number of callers one
    /// wins.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn confirm_link(
        &self,
        link_id: &str,
        interaction_id: &str,
        version: i64,
        completion: &Completion,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.complete(Some(link_id), (interaction_id, version), completion, now).await
    }

    async fn complete(
        &self,
        link: Option<&str>,
        (id, version): (&str, i64),
        completion: &Completion,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (link, id, now) = (link.map(str::to_owned), id.to_owned(), now.0);
        let proofs = json::write(&completion.proofs)?;
        let completion = completion.clone();
        won(act!(self, |c| {
            let account = completion.account_id.as_str();
            let set_at = completion.password_set_at.map(|at| at.0);
            c.lock_proven(account, set_at).await?;
            if let Some(link) = &link {
                c.use_link(link, &id, account, now).await?;
            }
            c.end_interaction(&id, version, Ended::Completed, now).await?;
            let proven = diesel::update(interactions::table.find(&id))
                .set((interactions::account_id.eq(account), interactions::proofs.eq(&proofs)))
                .execute(c)
                .await?;
            one(proven)?;
            c.change_session(account, &completion.session, now).await?;
            if let Some(ended) = &completion.ends_session {
                match c.end_session(ended, now).await {
                    Ok(()) | Err(Fault::Lost) => {}
                    Err(fault) => return Err(fault),
                }
            }
            match &completion.next {
                Next::Grant(new) => c.issue(new).await?,
                Next::Ask(interaction) => c.begin_after(&id, interaction).await?,
            }
            c.change_remembered(&completion.remembered, now).await
        }))
    }
}
