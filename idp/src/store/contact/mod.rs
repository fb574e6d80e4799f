//! The copy of the party parameters, and how far it follows them.

pub(super) mod contact_copy;
pub(super) mod contact_versions;
pub mod contacts;
pub(super) mod parties;
pub(super) mod quarantine;
pub(super) mod sync_losses;
pub mod sync_state;
