//! What the jobs work through: mails, leases, what has expired, the keys.

pub mod claims;
pub(super) mod expiry;
pub(super) mod holders;
pub(super) mod keys;
pub(super) mod leases;
pub(super) mod mail_times;
pub(super) mod outbox;
pub(super) mod probe;
