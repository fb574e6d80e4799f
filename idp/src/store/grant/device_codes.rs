//! Devices that wait for a person to let them in.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::oauth::client::ClientId;
use crate::oauth::device::{Answer, INTERVAL, Waiting};
use crate::oauth::scope::Scope;
use crate::secret::{DeviceCode, Digest, UserCode};
use crate::store::account::consents::RecordConsent as _;
use crate::store::error::{Error, one, won};
use crate::store::grant::grants::{AskSession as _, Issue as _, NewGrant};
use crate::store::schema::device_codes;
use crate::store::shares::{Share, drop_surplus};
use crate::store::{Recording, Store};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = device_codes, treat_none_as_default_value = false)]
struct DeviceRow {
    digest: String,
    user_code: String,
    client_id: String,
    scope: String,
    issued_at: i64,
    expires_at: i64,
    poll_at: i64,
    interval: i64,
    state: String,
    grant_id: Option<String>,
    network: Option<String>,
}

impl TryFrom<DeviceRow> for Waiting {
    type Error = Error;

    fn try_from(row: DeviceRow) -> Result<Self, Error> {
        let unreadable = || Error::inconsistent("device_codes", &row.digest);
        let answer = match (row.state.as_str(), row.grant_id) {
            ("pending", None) => Answer::Pending,
            ("denied", None) => Answer::Denied,
            ("allowed", Some(grant)) => Answer::Allowed(grant),
            _ => return Err(unreadable()),
        };
        Ok(Self {
            client_id: ClientId::parse(&row.client_id).ok_or_else(unreadable)?,
            scope: row.scope.parse().map_err(|_| unreadable())?,
            expires_at: Timestamp(row.expires_at),
            poll_at: Timestamp(row.poll_at),
            answer,
        })
    }
}

/// The device of a user code while nobody has answered it.
#[diesel::dsl::auto_type(no_type_alias)]
fn unanswered<'a>(user_code: &'a str, now: i64) -> _ {
    device_codes::table
        .filter(device_codes::user_code.eq(user_code))
        .filter(device_codes::state.eq("pending"))
        .filter(device_codes::expires_at.gt(now))
}

impl Store {
    /// Stores a device that waits from now on, and deletes those of the same network that have
    /// waited for longest beyond its share. `false` when its user code is taken.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_device(
        &self,
        (device, user): (&Digest<DeviceCode>, &Digest<UserCode>),
        waiting: &Waiting,
        share: Option<&Share>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let share = share.cloned();
        let row = DeviceRow {
            digest: device.as_str().to_owned(),
            user_code: user.as_str().to_owned(),
            client_id: waiting.client_id.as_str().to_owned(),
            scope: waiting.scope.to_string(),
            issued_at: now.0,
            expires_at: waiting.expires_at.0,
            poll_at: waiting.poll_at.0,
            interval: INTERVAL,
            state: waiting.answer.as_str().to_owned(),
            grant_id: None,
            network: share.as_ref().map(|share| share.network.clone()),
        };
        won(commit!(self, |c| {
            let added = diesel::insert_into(device_codes::table)
                .values(&row)
                .on_conflict(device_codes::user_code)
                .do_nothing()
                .execute(c)
                .await?;
            one(added)?;
            let Some(share) = share.as_ref().filter(|share| share.is_due) else { return Ok(()) };
            let rows = device_codes::table
                .filter(device_codes::network.eq(&share.network))
                .filter(device_codes::state.eq("pending"))
                .filter(device_codes::digest.ne(&row.digest))
                .order(device_codes::issued_at.desc());
            drop_surplus!(c, device_codes.digest, share.most, rows);
            Ok(())
        }))
    }

    /// The device that waits with this user code, if nobody has answered it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn device_by_user_code(
        &self,
        user: &Digest<UserCode>,
        now: Timestamp,
    ) -> Result<Option<Waiting>, Error> {
        let row: Option<DeviceRow> = read!(self, |c| unanswered(user.as_str(), now.0)
            .select(DeviceRow::as_select())
            .get_result(c)
            .await
            .optional())?;
        row.map(Waiting::try_from).transpose()
    }

    /// What is known of a device that asks, as it was before this question; the next one is due an
    /// interval later, and asking too early makes the interval longer
    /// ([RFC 8628 section 3.5](https://www.rfc-editor.org/rfc/rfc8628#section-3.5)).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn poll_device(
        &self,
        device: &Digest<DeviceCode>,
        client_id: &str,
        now: Timestamp,
    ) -> Result<Option<Waiting>, Error> {
        let (digest, client) = (device.as_str().to_owned(), client_id.to_owned());
        let row: Option<DeviceRow> = commit!(self, |c| {
            let row: Option<DeviceRow> = device_codes::table
                .find(&digest)
                .filter(device_codes::client_id.eq(&client))
                .select(DeviceRow::as_select())
                .get_result(c)
                .await
                .optional()?;
            if let Some(row) = &row {
                let early = now.0 < row.poll_at;
                let interval = row.interval + if early { INTERVAL } else { 0 };
                diesel::update(device_codes::table.find(&digest))
                    .set((
                        device_codes::interval.eq(interval),
                        device_codes::poll_at.eq(now.0 + interval),
                    ))
                    .execute(c)
                    .await?;
            }
            Ok(row)
        })?;
        row.map(Waiting::try_from).transpose()
    }
}

impl Recording {
    /// Lets a device in: what was allowed is kept, and the grant waits to be redeemed; all or
    /// nothing. `false` when it was answered before, waited too long, or the session has ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn allow_device(
        &self,
        user: &Digest<UserCode>,
        account_id: &str,
        allowed: &Scope,
        new: &NewGrant,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (user, account, now) = (user.as_str().to_owned(), account_id.to_owned(), now.0);
        let (allowed, new) = (allowed.to_string(), new.clone());
        won(act!(self, |c| {
            c.ask_session(&new.grant).await?;
            c.issue(&new).await?;
            c.record_consent(&account, new.grant.client_id.as_str(), &allowed, now).await?;
            let answered = diesel::update(unanswered(&user, now))
                .set((device_codes::state.eq("allowed"), device_codes::grant_id.eq(&new.grant.id)))
                .execute(c)
                .await?;
            one(answered)
        }))
    }

    /// Turns a device away. `false` when it was answered before, or waited too long.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deny_device(
        &self,
        user: &Digest<UserCode>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (user, now) = (user.as_str().to_owned(), now.0);
        won(act!(self, |c| {
            let denied = diesel::update(unanswered(&user, now))
                .set(device_codes::state.eq("denied"))
                .execute(c)
                .await?;
            one(denied)
        }))
    }
}
