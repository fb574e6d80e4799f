//! Accounts and what they have agreed to.

pub(super) mod accounts;
pub(super) mod consents;
pub(super) mod credentials;
