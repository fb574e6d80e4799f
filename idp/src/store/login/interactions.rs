//! Interactions: one row each, and every change of it names the version it was decided on.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::factor::Proofs;
use crate::account::interaction::purpose::{InSession, Proven, Purpose, Reason};
use crate::account::interaction::{Agent, Ended, Interaction};
use crate::account::language::Language;
use crate::clock::Timestamp;
use crate::secret::{Browser, Digest};
use crate::store::account::credentials::LockProven as _;
use crate::store::error::{Error, one, won};
use crate::store::schema::{interactions, links};
use crate::store::shares::{DropOfBrowser as _, DropOfNetwork as _, Share};
use crate::store::{Recording, Store, json};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = interactions, treat_none_as_default_value = false)]
pub(in crate::store) struct InteractionRow {
    id: String,
    browser: String,
    client_id: String,
    request: String,
    pushed_request: Option<String>,
    language: String,
    agent: String,
    reason: String,
    session_id: Option<String>,
    account_id: Option<String>,
    proofs: Option<String>,
    remember: bool,
    wrong_addresses: i64,
    started_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
    ended_how: Option<String>,
    version: i64,
    network: Option<String>,
}

impl TryFrom<&Interaction> for InteractionRow {
    type Error = Error;

    fn try_from(interaction: &Interaction) -> Result<Self, Error> {
        let purpose = &interaction.purpose;
        let proofs = purpose.proven().map(|proven| json::write(&proven.proofs)).transpose()?;
        Ok(Self {
            id: interaction.id.clone(),
            browser: interaction.browser.as_str().to_owned(),
            client_id: interaction.client_id.clone(),
            request: interaction.request.clone(),
            pushed_request: interaction.pushed_request.as_ref().map(|d| d.as_str().to_owned()),
            language: interaction.language.clone(),
            agent: json::write(&interaction.agent)?,
            reason: reason_of(purpose).to_owned(),
            session_id: purpose.session_id().map(str::to_owned),
            account_id: purpose.account_id().map(str::to_owned),
            proofs,
            remember: interaction.remember,
            wrong_addresses: interaction.wrong_addresses,
            started_at: interaction.started_at.0,
            expires_at: interaction.expires_at.0,
            ended_at: interaction.ended.map(|(at, _)| at.0),
            ended_how: interaction.ended.map(|(_, how)| how.as_str().to_owned()),
            version: interaction.version,
            network: None,
        })
    }
}

impl TryFrom<InteractionRow> for Interaction {
    type Error = Error;

    fn try_from(row: InteractionRow) -> Result<Self, Error> {
        let unreadable = || Error::inconsistent("interactions", &row.id);
        let ended = match (row.ended_at, row.ended_how.as_deref().map(Ended::parse)) {
            (None, None) => None,
            (Some(at), Some(Some(how))) => Some((Timestamp(at), how)),
            _ => return Err(unreadable()),
        };
        let proofs = row.proofs.as_deref().map(|text| json::read("interactions", &row.id, text));
        let proven = match (row.account_id, proofs.transpose()?) {
            (Some(account_id), Some(proofs)) => Some(Proven { account_id, proofs }),
            (None, None) => None,
            _ => return Err(unreadable()),
        };
        let purpose = purpose(&row.reason, row.session_id, proven).ok_or_else(unreadable)?;
        Ok(Self {
            browser: Digest::stored(row.browser),
            agent: json::read::<Agent>("interactions", &row.id, &row.agent)?,
            purpose,
            id: row.id,
            client_id: row.client_id,
            request: row.request,
            pushed_request: row.pushed_request.map(Digest::stored),
            language: row.language,
            remember: row.remember,
            wrong_addresses: row.wrong_addresses,
            started_at: Timestamp(row.started_at),
            expires_at: Timestamp(row.expires_at),
            ended,
            version: row.version,
        })
    }
}

/// What stands in `reason` where the password is not asked.
const STEP_UP: &str = "email_only";
const CONSENT: &str = "consent";

const fn reason_of(purpose: &Purpose) -> &'static str {
    match purpose {
        Purpose::SignIn { reason, .. } => reason.as_str(),
        Purpose::StepUp(_) => STEP_UP,
        Purpose::Consent(_) => CONSENT,
    }
}

fn purpose(reason: &str, session_id: Option<String>, proven: Option<Proven>) -> Option<Purpose> {
    let kind = match reason {
        STEP_UP => Purpose::StepUp,
        CONSENT => Purpose::Consent,
        reason => return Some(Purpose::SignIn { reason: Reason::parse(reason)?, proven }),
    };
    Some(kind(InSession { session_id: session_id?, proven: proven? }))
}

/// The interaction while it is as it was when the change was decided on, and open.
#[diesel::dsl::auto_type(no_type_alias)]
pub(in crate::store) fn open_interaction<'a>(id: &'a str, version: i64, now: i64) -> _ {
    interactions::table
        .find(id)
        .filter(interactions::version.eq(version))
        .filter(interactions::ended_at.is_null())
        .filter(interactions::expires_at.gt(now))
}

step!(
    /// Ends an open interaction and makes its open links void.
    EndInteraction: fn end_interaction(c, id: &str, version: i64, how: Ended, now: i64) {
        let ended = diesel::update(open_interaction(id, version, now))
            .set((
                interactions::ended_at.eq(now),
                interactions::ended_how.eq(how.as_str()),
                interactions::version.eq(version + 1),
            ))
            .execute(c)
            .await?;
        one(ended)?;
        diesel::update(links::table)
            .filter(links::interaction_id.eq(id))
            .filter(links::used_at.is_null())
            .filter(links::void_at.is_null())
            .set(links::void_at.eq(now))
            .execute(c)
            .await?;
        Ok(())
    }
);

step!(
    /// Stores a new interaction.
    Begin: fn begin(c, interaction: &Interaction, network: Option<&str>) {
        let network = network.map(str::to_owned);
        let row = InteractionRow { network, ..InteractionRow::try_from(interaction)? };
        diesel::insert_into(interactions::table).values(&row).execute(c).await?;
        Ok(())
    }
);

step!(
    /// Stores an interaction that goes on in the place of one that is over.
    BeginAfter: fn begin_after(c, ended: &str, interaction: &Interaction) {
        c.begin(interaction, None).await?;
        diesel::update(interactions::table.find(ended))
            .set(interactions::successor.eq(&interaction.id))
            .execute(c)
            .await?;
        Ok(())
    }
);

impl Store {
    /// The interaction of that id, for the browser that began it, which has one of these secrets;
    /// open or ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn interaction(
        &self,
        id: &str,
        browsers: &[Digest<Browser>],
    ) -> Result<Option<Interaction>, Error> {
        let row: Option<InteractionRow> = read!(self, |c| interactions::table
            .find(id)
            .filter(interactions::browser.eq_any(browsers.iter().map(Digest::as_str)))
            .select(InteractionRow::as_select())
            .get_result(c)
            .await
            .optional())?;
        row.map(Interaction::try_from).transpose()
    }

    /// The id of the interaction that went on in the place of one that is over: the one that asks
    /// for consent after a login, or for the password again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn interaction_successor(&self, id: &str) -> Result<Option<String>, Error> {
        let found: Option<Option<String>> = read!(self, |c| interactions::table
            .find(id)
            .select(interactions::successor)
            .get_result(c)
            .await
            .optional())?;
        Ok(found.flatten())
    }

    /// Changes the language of an open interaction's pages and mails. That decides nothing, so it
    /// makes no new version. `false` when there is no such interaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_interaction_language(
        &self,
        id: &str,
        browsers: &[Digest<Browser>],
        language: Language,
    ) -> Result<bool, Error> {
        let browsers: Vec<_> = browsers.iter().map(|digest| digest.as_str().to_owned()).collect();
        let id = id.to_owned();
        won(commit!(self, |c| {
            let changed = diesel::update(interactions::table.find(&id))
                .filter(interactions::browser.eq_any(&browsers))
                .filter(interactions::ended_at.is_null())
                .set(interactions::language.eq(language.as_str()))
                .execute(c)
                .await?;
            one(changed)
        }))
    }
}

impl Recording {
    /// Puts a new interaction in the place of an open one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn restart_interaction(
        &self,
        id: &str,
        version: i64,
        new: &Interaction,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (id, new) = (id.to_owned(), new.clone());
        won(act!(self, |c| {
            c.end_interaction(&id, version, Ended::Superseded, now.0).await?;
            c.begin_after(&id, &new).await
        }))
    }

    /// Stores a new interaction, and deletes the oldest ones of the same browser beyond
    /// `per_browser` open ones, and of the same network beyond its share of those that never got a
    /// password.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_interaction(
        &self,
        interaction: &Interaction,
        share: &Share,
        per_browser: i64,
    ) -> Result<(), Error> {
        let (interaction, share) = (interaction.clone(), share.clone());
        Ok(act!(self, transaction, |c| {
            c.begin(&interaction, Some(&share.network)).await?;
            let newest = interaction.id.as_str();
            c.drop_of_browser(interaction.browser.as_str(), newest, per_browser).await?;
            c.drop_of_network(&share, newest).await
        })?)
    }

    /// Notes whose password was right, when the proofs say, and when that password was set.
    /// Of another account than before nothing is left: what was proven is replaced, and what was
    /// mailed is void. `false` when the interaction is no longer as it was, or the account has been
    /// disabled or got another password meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prove_password(
        &self,
        id: &str,
        version: i64,
        (account_id, password_set_at): (&str, Option<Timestamp>),
        proofs: &Proofs,
    ) -> Result<bool, Error> {
        let (id, account, now) =
            (id.to_owned(), account_id.to_owned(), proofs.authenticated_at().0);
        let (set_at, proofs) = (password_set_at.map(|at| at.0), json::write(proofs)?);
        won(act!(self, |c| {
            c.lock_proven(&account, set_at).await?;
            let proven = diesel::update(open_interaction(&id, version, now))
                .set((
                    interactions::account_id.eq(&account),
                    interactions::proofs.eq(&proofs),
                    interactions::remember.eq(false),
                    interactions::wrong_addresses.eq(0),
                    interactions::version.eq(version + 1),
                ))
                .execute(c)
                .await?;
            one(proven)?;
            // Whatever it waited for, from now on it is a login by password.
            diesel::update(interactions::table.find(&id))
                .filter(interactions::reason.eq_any([STEP_UP, CONSENT]))
                .set((
                    interactions::reason.eq(Reason::First.as_str()),
                    interactions::session_id.eq(None::<String>),
                ))
                .execute(c)
                .await?;
            diesel::update(links::table)
                .filter(links::interaction_id.eq(&id))
                .filter(links::account_id.ne(&account))
                .filter(links::used_at.is_null())
                .filter(links::void_at.is_null())
                .set(links::void_at.eq(now))
                .execute(c)
                .await?;
            Ok(())
        }))
    }

    /// Counts a wrong address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_wrong_address(&self, id: &str, version: i64) -> Result<bool, Error> {
        let id = id.to_owned();
        won(act!(self, |c| {
            // An interaction that is too old is closed to every other change.
            let counted = diesel::update(open_interaction(&id, version, i64::MIN))
                .set((
                    interactions::wrong_addresses.eq(interactions::wrong_addresses + 1),
                    interactions::version.eq(version + 1),
                ))
                .execute(c)
                .await?;
            one(counted)
        }))
    }

    /// Ends an interaction because the person wants to.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cancel_interaction(
        &self,
        id: &str,
        version: i64,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let id = id.to_owned();
        won(act!(self, |c| c.end_interaction(&id, version, Ended::Cancelled, now.0).await))
    }
}
