//! When the last mail went to an address: limits that hold where a mail is queued.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::mail_limit::Limit;
use crate::account::message::{NoticePayload, Occasion};
use crate::clock::Timestamp;
use crate::contact::address::Address;
use crate::secret::{Secret, ThrottleKey};
use crate::store::error::{Fault, one};
use crate::store::schema::mail_times;

/// Seconds between two notices to one address about the same place of the party parameters.
const CHANGED_REST: i64 = 900;

/// Seconds between two notices to one address about a password.
const PASSWORD_REST: i64 = 60;

/// The digest of a text that is stored nowhere else.
pub(in crate::store) fn digest(parts: &[&str]) -> String {
    Secret::<ThrottleKey>::new(parts.join("\n")).digest().as_str().to_owned()
}

/// What a notice to an address is about, and the seconds between two of them. Changes of one place
/// of a source that flaps, in and out, are one topic.
pub(in crate::store) fn topic(address: &str, payload: &str) -> Option<(String, i64)> {
    let NoticePayload { event, subject, .. } = serde_json::from_str(payload).ok()?;
    let canonical =
        Address::parse(address).map_or_else(|_| address.to_owned(), |a| a.canonical().to_owned());
    let (place, rest) = match event {
        Occasion::AddressAdded { role, .. }
        | Occasion::AddressRemoved { role, .. }
        | Occasion::AddressChanged { role, .. } => (role.as_str(), CHANGED_REST),
        Occasion::PasswordChanged => ("password", PASSWORD_REST),
    };
    Some((digest(&["notice", &canonical, &subject, place]), rest))
}

step!(
    /// Notes a mail at `now`, if the last of its key is `rest` seconds old; of callers at once one
    /// wins.
    NoteMail: fn note_mail(c, key: &str, rest: i64, now: i64) {
        diesel::insert_into(mail_times::table)
            .values((mail_times::key.eq(key), mail_times::sent_at.eq(i64::MIN)))
            .on_conflict_do_nothing()
            .execute(c)
            .await?;
        let rested = mail_times::table.find(key).filter(mail_times::sent_at.le(now - rest));
        one(diesel::update(rested).set(mail_times::sent_at.eq(now)).execute(c).await?)
    }
);

step!(
    /// Notes a login mail to an address, or tells when the next may go.
    RestAddress: fn rest_address(c, canonical: &str, rest: i64, now: i64) {
        let key = digest(&["link", canonical]);
        match c.note_mail(&key, rest, now).await {
            Err(Fault::Lost) => {
                let row = mail_times::table.find(&key).select(mail_times::sent_at);
                let sent_at: i64 = row.get_result(c).await?;
                let next = Timestamp(sent_at).plus(rest);
                Err(Fault::Limited(Limit::Address, next))
            }
            outcome => outcome,
        }
    }
);

step!(
    /// Finds the moment from which a notice may go, and keeps it for this one.
    PlanNotice: fn plan_notice(c, key: &str, rest: i64, now: i64, due: &mut i64) {
        *due = now;
        match c.note_mail(key, rest, now).await {
            Err(Fault::Lost) => {
                let row = mail_times::table.find(key);
                let sent_at: i64 = row.select(mail_times::sent_at).get_result(c).await?;
                *due = if sent_at > now { sent_at } else { sent_at + rest };
                diesel::update(row).set(mail_times::sent_at.eq(*due)).execute(c).await?;
                Ok(())
            }
            outcome => outcome,
        }
    }
);
