//! The authorization endpoint: deciding what a request needs, and answering it.

pub(super) mod again;
pub mod authorization;
pub(super) mod authorization_response;
pub(super) mod repeat;
