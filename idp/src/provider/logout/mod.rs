//! The end of a session, here and at the applications that take part in it.

pub(super) mod back_channel_logout;
pub(super) mod check_session;
pub mod end_session;
