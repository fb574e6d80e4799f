//! The authorization endpoint: reading the request, deciding what it needs, and answering it.

pub(super) mod again;
pub(super) mod answer;
pub mod authorization;
pub(super) mod authorization_response;
pub mod pushed_authorization;
pub(super) mod repeat;
pub mod request;
pub(super) mod request_object;
