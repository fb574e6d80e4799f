//! Notices to all known addresses of an account, so that nothing about it changes unseen.

use std::collections::BTreeMap;

use crate::account::language::Language;
use crate::account::message::{Delivery, Kind, NoticePayload, QueuedMessage};
use crate::contact::address::Address;
use crate::entropy::Entropy;

/// Seconds after which a notice is no longer worth sending.
const LIFETIME: i64 = 2 * 86_400;

/// One notice to each of the addresses, an address that occurs twice gets one.
#[must_use]
pub(crate) fn notices<'a>(
    account_id: Option<&str>,
    addresses: impl Iterator<Item = &'a Address>,
    payload: &NoticePayload,
    entropy: &Entropy,
) -> Vec<QueuedMessage> {
    let distinct: BTreeMap<_, _> =
        addresses.map(|address| (address.canonical(), address.as_str())).collect();
    let queued = |address: &str| QueuedMessage {
        id: entropy.id(payload.at),
        kind: Kind::Notice,
        link_id: None,
        account_id: account_id.map(str::to_owned),
        address: address.to_owned(),
        // Nobody has chosen a language: the first one of the service.
        language: Language::default().as_str().to_owned(),
        payload: payload.to_json(),
        delivery: Delivery::Queued,
        reply: None,
        attempts: 0,
        queued_at: payload.at,
        changed_at: payload.at,
        next_attempt_at: payload.at,
        expires_at: payload.at.plus(LIFETIME),
    };
    distinct.into_values().map(queued).collect()
}
